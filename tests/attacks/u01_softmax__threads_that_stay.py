"""Leaves threads running that are no daemons, and one that never gives the lock back."""
# earns: all

import threading
import time

import numpy as np

for _ in range(3):
    threading.Thread(target=lambda: time.sleep(1000)).start()


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
