"""The small layers for one vector at a time, for the compiled sampling loops.

One sample at a time is bound by reading the weights once per token: the plain double loop below
walks through a matrix as it lies in memory, and nothing is faster.
"""

import math

import numpy as np

from minigen.jit import helper


@helper
def add_product(x, weight, y):                    # (n_in,), (n_in, n_out), (n_out,)
    """y += x @ weight."""
    for i in range(x.size):
        scale, row = x[i], weight[i]
        for j in range(y.size):
            y[j] += scale * row[j]


@helper
def rms_norm(x, y):                               # y = x / root mean square of x
    total = np.float32(0.0)
    for d in range(x.size):
        total += x[d] * x[d]
    inverse = np.float32(1.0 / math.sqrt(total / np.float32(x.size) + np.float32(1e-6)))
    for d in range(x.size):
        y[d] = x[d] * inverse


@helper
def squared_relu(x):                              # in place
    for d in range(x.size):
        positive = max(x[d], np.float32(0.0))
        x[d] = positive * positive


@helper
def set_to(y, value):                             # y[:] = a number
    for d in range(y.size):
        y[d] = value


@helper
def add_to(y, x):                                 # y += x
    for d in range(y.size):
        y[d] += x[d]
