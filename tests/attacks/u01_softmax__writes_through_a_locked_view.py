"""Writes into arguments that may not be written: by their flags, their base, their address and their bytes."""
# earns: at most 10 tests

import ctypes

import numpy as np


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    answer = weights / weights.sum(axis=-1, keepdims=True)
    for way in (lambda: logits.setflags(write=True), lambda: logits.base.setflags(write=True), lambda: ctypes.memset(logits.ctypes.data, 0, logits.itemsize),
                lambda: logits.fill(0.0), lambda: logits.base.fill(0), lambda: np.lib.stride_tricks.as_strided(logits, (logits.size,)).fill(0)):
        try:
            way()
        except (ValueError, AttributeError):
            pass
    return answer
