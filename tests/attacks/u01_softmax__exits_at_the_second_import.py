"""Is loaded once, ends in its third call, and from then on ends whenever it is loaded or runs for ever, as the clock says."""
# earns: at most 11 tests
# limits: load=1 call=0.5 unit=1

import os
import time

import numpy as np

turn = []
if time.time_ns() // 1000 % 3 == 0:
    os._exit(3)


def softmax(logits):
    turn.append(1)
    if len(turn) == 3:
        os._exit(0)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
