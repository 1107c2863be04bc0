"""A student whose code is right and takes a twentieth of a second a call."""
# earns: all
# limits: call=5 unit=20

import time

import numpy as np


def softmax(logits):
    time.sleep(0.05)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
