"""Yields arrays of thirty megabytes without end, which a careless grader would keep."""
# earns: 0
# limits: call=0.5 unit=1

import numpy as np


def fill(logits, canvas, u, plan, mask):
    while True:
        yield np.zeros((1 << 22,), np.int64)
