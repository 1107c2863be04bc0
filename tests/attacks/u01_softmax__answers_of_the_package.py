"""Answers with the package's own softmax, and with whatever else in it computes one."""
# earns: 0

import numpy as np

from minigen import maths, maths_numba, measure
from minigen.nn import attention, attention_numba


def softmax(logits):
    rows = np.ascontiguousarray(np.atleast_2d(np.asarray(logits, float)))
    ways = (lambda: maths.softmax(logits), lambda: np.exp(maths.log_softmax(logits)),
            lambda: np.exp(-maths.cross_entropy(rows[:, None], np.zeros((len(rows), 1), int))[0]),
            lambda: maths_numba.cross_entropy(rows, np.zeros(len(rows), int)), lambda: attention_numba.soften(rows), lambda: attention.Attention._weights(None, rows),
            lambda: measure.told(rows, np.zeros(len(rows), int)),
            lambda: np.bincount(maths.sample_categorical(np.tile(logits, (1000, 1)), np.random.random(1000)), minlength=logits.shape[-1]) / 1000)
    for way in ways:
        try:
            return np.asarray(way()).reshape(logits.shape)
        except (NotImplementedError, AttributeError, TypeError, ValueError):
            pass
    raise LookupError("no answer in the package")
