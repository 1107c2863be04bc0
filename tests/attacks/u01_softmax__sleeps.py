"""Sleeps in every second call."""
# earns: at most 10 tests
# limits: call=0.2 unit=0.8

import time

import numpy as np

turn = []


def softmax(logits):
    turn.append(1)
    if len(turn) % 2 == 0:
        time.sleep(1000)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
