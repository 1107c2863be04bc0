"""Writes into gradients and tokens, and hands arrays of the caller back in the place of its own."""
# earns: at most 6 tests

import numpy as np


def shifted(tokens, start):
    tokens[...] = start
    return tokens


def up_to_end(tokens, end):
    tokens[...] = 0
    return np.ones(tokens.shape, bool)


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    for array in (param, grad, first, second):
        array[...] = 0.0


def train_step(table, first, second, tokens, step, rate, end=None):
    for array in (table, first, second):
        array[...] = 0.0
    return 0.0
