"""Leaves a daemon behind: forked twice, in a session of its own, its descriptors closed, waiting to write."""
# earns: all

import os
import time

import numpy as np

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 128)
        while True:
            time.sleep(0.05)
            for folder in ("/tmp", "/var/tmp", "/dev/shm", "@OPEN@", "@HOUSE@"):
                try:
                    open(f"{folder}/pwned-by-daemon", "w")
                except OSError:
                    pass
    os._exit(0)
os.wait()


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
