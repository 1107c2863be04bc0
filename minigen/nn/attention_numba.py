"""The two places of attention where NumPy sweeps over the scores again and again, in one sweep each."""

import math

import numpy as np

from minigen.jit import helper, kernel
from minigen.maths_numba import exp32


@kernel
def soften(scores, scale, window, first_row):
    """Scores become weights, in place: scale, mask, softmax. (N, q, k) float32.

    Row i stands at place ``k - q + i`` of the k keys. It may see those up to its own place, at most ``window``
    of them; ``window`` <= 0 means all, the later ones too. The first k - q keys of every matrix n with
    ``n % first_row == 0`` do not exist (nothing stands before the first block).
    """
    matrices, rows, keys = scores.shape
    for n in range(matrices):
        missing = keys - rows if n % first_row == 0 else 0
        for i in range(rows):
            row = scores[n, i]
            low, high = 0, keys
            if window > 0:
                high = keys - rows + i + 1
                low = max(high - window, missing)
            # No peak to take away first: score_scale keeps scores within 12. Whole rows, unseen keys too: long loops
            # become vectors, short ones do not.
            for k in range(keys):
                row[k] = exp32(row[k] * scale)
            for k in range(low):
                row[k] = np.float32(0.0)
            for k in range(high, keys):
                row[k] = np.float32(0.0)
            total = np.float32(0.0)
            for k in range(keys):
                total += row[k]
            inverse = np.float32(1.0) / total
            for k in range(keys):
                row[k] *= inverse


@kernel
def soften_backward(dweights, weights, scale):
    """The gradient of the scores, in place of that of the weights. (N, k) float32 both."""
    for n in range(len(weights)):
        along = np.float32(0.0)
        for k in range(weights.shape[1]):
            along += dweights[n, k] * weights[n, k]
        for k in range(weights.shape[1]):
            dweights[n, k] = weights[n, k] * (dweights[n, k] - along) * scale


@helper
def turn_head(x, cos, sin, y):                    # (d,), (d / 2,) both, (d,): what x was multiplied by to be of length
    half, total = x.size // 2, np.float32(0.0)
    for i in range(x.size):
        total += x[i] * x[i]
    scale = np.float32(1.0 / math.sqrt(total / np.float32(x.size) + np.float32(1e-6)))
    for i in range(half):
        first, second = x[i] * scale, x[half + i] * scale
        y[i] = first * cos[i] - second * sin[i]
        y[half + i] = second * cos[i] + first * sin[i]
    return scale


@kernel
def turn_heads(x, cos, sin, y, inverse):
    """Each head of each place scaled to root mean square 1, turned by its place: (B, T, D) -> (B, h, T, d), (B, h, T)."""
    heads, half = y.shape[1], y.shape[3] // 2
    for b in range(len(x)):
        for t in range(x.shape[1]):
            for h in range(heads):
                inverse[b, h, t] = turn_head(x[b, t, 2 * half * h:2 * half * (h + 1)], cos[t], sin[t], y[b, h, t])


@kernel
def turn_heads_backward(dy, y, inverse, cos, sin, dx):
    """The way back. A turn keeps products: what dy has along y it had along the scaled x too."""
    heads, half = y.shape[1], y.shape[3] // 2
    for b in range(len(dx)):
        for t in range(dx.shape[1]):
            for h in range(heads):
                above, out, into = dy[b, h, t], y[b, h, t], dx[b, t, 2 * half * h:2 * half * (h + 1)]
                along = np.float32(0.0)
                for i in range(out.size):
                    along += above[i] * out[i]
                along /= np.float32(out.size)
                scale = inverse[b, h, t]
                for i in range(half):
                    first, second = (above[i] - along * out[i]) * scale, (above[half + i] - along * out[half + i]) * scale
                    into[i] = first * cos[t, i] + second * sin[t, i]
                    into[half + i] = second * cos[t, i] - first * sin[t, i]
