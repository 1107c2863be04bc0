"""A student who prints everything, all the time, in two languages."""
# earns: all

import sys

import numpy as np

print("載入 u01 …", file=sys.stderr)


def softmax(logits):
    print("logits 分數 =", logits, "\n" * 3, flush=True)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    print(weights, file=sys.stderr)
    return weights / weights.sum(axis=-1, keepdims=True)
