"""A student who needs 200 MB for a while in every call."""
# earns: all
# limits: call=5 unit=20

import numpy as np


def softmax(logits):
    large = np.zeros((25_000_000,)) + 1.0
    return np.exp(logits - logits.max(axis=-1, keepdims=True)) * large[0] / np.exp(logits - logits.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)
