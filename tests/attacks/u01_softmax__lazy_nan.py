"""Returns nan, which is neither less than, nor greater than, nor equal to anything."""
# earns: at most 1 test

import numpy as np


def softmax(logits):
    return np.full(logits.shape, np.nan)
