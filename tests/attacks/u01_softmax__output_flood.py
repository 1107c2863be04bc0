"""Prints a hundred megabytes to both outputs, in every call, past Python's own."""
# earns: all
# limits: call=3 unit=10

import os
import sys

import numpy as np

BLOCK = b"pwned" * 200_000


def softmax(logits):
    for _ in range(5):
        os.write(1, BLOCK), os.write(2, BLOCK)
    print("x" * 1_000_000, file=sys.stderr)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
