"""A student with decorators, annotations, keyword arguments, nested functions and a recursion that ends."""
# earns: all

import functools
import sys

import numpy as np

sys.setrecursionlimit(5000)


def timed(function):
    @functools.wraps(function)
    def inner(*arguments, **named):
        return function(*arguments, **named)
    return inner


def total(row, at=0):
    return 0.0 if at == len(row) else row[at] + total(row, at + 1)


@timed
def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    sums = np.apply_along_axis(total, -1, weights)
    return weights / np.asarray(sums)[..., None]
