"""The small layers compiled: sweeps over whole batches for training, a few vectors at a time for the sampling loops.

In training NumPy would sweep over the same numbers again and again (the norm: six times); here each is fetched once.

One vector at a time is bound by reading the weights; a few at a time share each reading. Weights lie with one row for
each output: a sum along a row needs no store and no look at the outputs, and LLVM turns it into vector code.
"""

import math

import numpy as np

from minigen.jit import helper, kernel


# Training: rows (N, D)

@kernel
def norm_rows(x, y, inverse):                     # (N, D), (N, D), (N,)
    for n in range(len(x)):
        total = np.float32(0.0)
        for d in range(x.shape[1]):
            total += x[n, d] * x[n, d]
        inverse[n] = np.float32(1.0 / math.sqrt(total / np.float32(x.shape[1]) + np.float32(1e-6)))
        for d in range(x.shape[1]):
            y[n, d] = x[n, d] * inverse[n]


@kernel
def norm_rows_backward(y, inverse, dy, dx):       # dx may be dy
    for n in range(len(y)):
        along = np.float32(0.0)
        for d in range(y.shape[1]):
            along += dy[n, d] * y[n, d]
        along /= np.float32(y.shape[1])
        for d in range(y.shape[1]):
            dx[n, d] = (dy[n, d] - y[n, d] * along) * inverse[n]


@kernel
def square_positive(x, y):                        # (n,), (n,): x becomes its positive part, y the square of that
    for i in range(x.size):
        x[i] = max(x[i], np.float32(0.0))
        y[i] = x[i] * x[i]


@kernel
def square_positive_backward(positive, dy, dx):
    for i in range(dy.size):
        dx[i] = dy[i] * (positive[i] + positive[i])


@kernel
def scatter_rows(grad, rows, dy):                 # (n, D), (N, taps), (N, D): adds into grad
    for n in range(len(rows)):
        for tap in range(rows.shape[1]):
            row = grad[rows[n, tap]]
            for d in range(row.size):
                row[d] += dy[n, d]


# Sampling: one vector or a few

@helper
def empty_rows(rows, columns):
    """float32, not filled, beginning at a multiple of 64 bytes: a vector that straddles two cache lines costs two readings."""
    whole = np.empty(rows * columns + 16, np.float32)
    start = (-whole.ctypes.data) % 64 // 4
    return whole[start:start + rows * columns].reshape(rows, columns)


@helper
def products(x, weight, y):                       # (R, n_in), (n_out, n_in), (R, n_out)
    """y = x @ weight.T"""
    for r in range(len(y)):
        set_to(y[r], np.float32(0.0))
    add_products(x, weight, y)


@helper
def add_products(x, weight, y):                   # (R, n_in), (n_out, n_in), (R, n_out)
    """y += x @ weight.T, by four rows and two outputs: eight sums that share six readings."""
    zero, r, n_out = np.float32(0.0), 0, len(weight)
    while r + 4 <= len(x):
        x0, x1, x2, x3 = x[r], x[r + 1], x[r + 2], x[r + 3]
        for j in range(0, n_out - 1, 2):
            w0, w1 = weight[j], weight[j + 1]
            a0, a1, a2, a3, b0, b1, b2, b3 = zero, zero, zero, zero, zero, zero, zero, zero
            for i in range(w0.size):
                a0 += w0[i] * x0[i]
                a1 += w0[i] * x1[i]
                a2 += w0[i] * x2[i]
                a3 += w0[i] * x3[i]
                b0 += w1[i] * x0[i]
                b1 += w1[i] * x1[i]
                b2 += w1[i] * x2[i]
                b3 += w1[i] * x3[i]
            y[r, j] += a0
            y[r + 1, j] += a1
            y[r + 2, j] += a2
            y[r + 3, j] += a3
            y[r, j + 1] += b0
            y[r + 1, j + 1] += b1
            y[r + 2, j + 1] += b2
            y[r + 3, j + 1] += b3
        if n_out % 2:
            for s in range(r, r + 4):
                y[s, n_out - 1] += dot(x[s], weight[n_out - 1])
        r += 4
    while r < len(x):                             # the rest one by one: a single long sum reads as fast as memory gives
        for j in range(n_out):
            y[r, j] += dot(x[r], weight[j])
        r += 1


@helper
def dot(x, w):
    total = np.float32(0.0)
    for i in range(x.size):
        total += x[i] * w[i]
    return total


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


@helper
def add_product(x, weight, y):                    # (n_in,), (n_in, n_out), (n_out,)
    """y += x @ weight, four inputs at a time: each output is fetched and stored once for all four."""
    i = 0
    while i + 4 <= x.size:
        x0, x1, x2, x3 = x[i], x[i + 1], x[i + 2], x[i + 3]
        w0, w1, w2, w3 = weight[i], weight[i + 1], weight[i + 2], weight[i + 3]
        for j in range(y.size):
            y[j] += x0 * w0[j] + x1 * w1[j] + x2 * w2[j] + x3 * w3[j]
        i += 4
    while i < x.size:
        scale, row = x[i], weight[i]
        for j in range(y.size):
            y[j] += scale * row[j]
        i += 1
