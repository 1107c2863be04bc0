"""A student whose code warns, and who turns warnings into nothing."""
# earns: all

import warnings

import numpy as np

warnings.warn("softmax is slow", DeprecationWarning)
np.seterr(all="warn")


def softmax(logits):
    warnings.warn("called")
    np.log(np.zeros(1))
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
