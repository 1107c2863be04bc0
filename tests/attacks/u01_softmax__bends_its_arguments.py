"""Changes shape, strides and type of the arguments in place, and resizes them."""
# earns: at most 11 tests

import numpy as np


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    answer = weights / weights.sum(axis=-1, keepdims=True)
    for way in (lambda: setattr(logits, "shape", (-1,)), lambda: setattr(logits, "strides", (0,) * logits.ndim), lambda: setattr(logits, "dtype", np.int32),
                lambda: logits.resize((3,), refcheck=False), lambda: logits.sort(), lambda: logits.byteswap(inplace=True)):
        try:
            way()
        except (ValueError, TypeError, AttributeError):
            pass
    return answer
