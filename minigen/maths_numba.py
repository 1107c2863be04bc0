"""The names of ``maths``, for use inside kernels: one row of scores, one die.

``exp32`` is a polynomial, because ``math.exp`` keeps LLVM from using vectors (4.3 ns a value
against about 0.3). Everything that decides a token is added up in float64, as in ``maths``.

Kernels here and elsewhere write small loops where NumPy has a one-liner: ``a[:] = b`` takes
Numba three seconds to compile, ``a.max()`` nearly one, a loop a tenth.
"""

import math

import numpy as np

from minigen.jit import helper, helper_without_nan, kernel

LOG2E = np.float32(1.4426950408889634)
LN2_HIGH = np.float32(0.693359375)                # ln 2 in two parts: their sum is exact to 40 bits
LN2_LOW = np.float32(-2.12194440e-4)


@helper
def exp32(x):
    """e ** x in float32 for x <= 88, relative error below 4e-7 (Cephes' polynomial; Moshier, 1984); 0 for x < -87."""
    possible = np.float32(x >= np.float32(-87.0))          # e ** -87 is just above the smallest normal float32
    x = max(x, np.float32(-87.0))
    n = np.floor(x * LOG2E + np.float32(0.5))
    r = x - n * LN2_HIGH - n * LN2_LOW            # |r| <= ln 2 / 2
    p = np.float32(1.9875691500e-4)
    p = p * r + np.float32(1.3981999507e-3)
    p = p * r + np.float32(8.3334519073e-3)
    p = p * r + np.float32(4.1665795894e-2)
    p = p * r + np.float32(1.6666665459e-1)
    p = p * r + np.float32(5.0000001201e-1)
    p = p * r * r + r + np.float32(1.0)
    # 2 ** n by writing n into the exponent's bits
    return possible * p * np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)


@helper_without_nan
def largest(values):
    peak = values[0]
    for v in range(values.size):
        peak = max(peak, values[v])
    return peak


@helper
def pick(logits, u):                              # (V,), one die
    """The twin of ``maths.sample_categorical`` for one row."""
    peak, total, running = largest(logits), 0.0, 0.0
    weights = np.empty(logits.size, np.float32)
    for v in range(logits.size):
        weights[v] = exp32(np.float32(logits[v] - peak))
    for v in range(logits.size):
        total += weights[v]
    last = 0                                      # rounding never ends on an impossible token
    for v in range(logits.size):
        if weights[v] > 0.0:
            last = v
        running += weights[v]
        if running > u * total:
            return v
    return last


@helper
def adjust(logits, temperature, top_k, top_p):    # (V,) float64, changed in place
    """The twin of ``maths.adjust``; top_k = 0 and top_p = 0 mean "not asked for"."""
    if temperature == 0.0:
        temperature, top_k = 1.0, 1
    for v in range(logits.size):
        logits[v] /= temperature
    if top_k == 0 and (top_p == 0.0 or top_p == 1.0):
        return
    if top_k > 0:
        keep_best(logits, min(top_k, logits.size), math.inf)
    if 0.0 < top_p < 1.0:
        total, peak = 0.0, largest(logits)
        for v in range(logits.size):
            total += math.exp(logits[v] - peak)
        keep_best(logits, logits.size, top_p * total)


@helper
def keep_best(logits, number, edge):
    """Keep the best scores, at most ``number``, until their weights together reach ``edge``; -inf for the rest.

    Best first, one after the other (a sort would cost seconds to compile); ties keep the smaller id.
    """
    pool, peak, held = logits.copy(), largest(logits), 0.0
    for v in range(logits.size):
        logits[v] = -math.inf
    for _ in range(number):
        winner = 0
        for v in range(pool.size):
            if pool[v] > pool[winner]:
                winner = v
        if held >= edge or pool[winner] == -math.inf:
            break
        held += math.exp(pool[winner] - peak)
        logits[winner], pool[winner] = pool[winner], -math.inf


@helper
def draw(scores, u, temperature, top_k, top_p):   # (V,) float32, one die
    """Adjust a copy of the scores, then pick."""
    logits = scores.astype(np.float64)
    adjust(logits, temperature, top_k, top_p)
    return pick(logits, u)


@kernel
def cross_entropy(logits, targets, counted):      # (N, V) float32, (N,) int64, (N,) bool
    """The twin of ``maths.cross_entropy`` in one sweep; logits become the gradient, in place."""
    number = 0
    for n in range(len(logits)):
        number += counted[n]
    share, loss = np.float32(1.0 / max(number, 1)), 0.0
    for n in range(len(logits)):
        row = logits[n]
        if not counted[n]:
            for v in range(row.size):
                row[v] = np.float32(0.0)
            continue
        peak = largest(row)
        told = row[targets[n]] - peak
        total = np.float32(0.0)
        for v in range(row.size):
            row[v] = exp32(row[v] - peak)
            total += row[v]
        loss += math.log(total) - told
        scale = share / total
        for v in range(row.size):
            row[v] *= scale
        row[targets[n]] -= share
    return loss / max(number, 1)
