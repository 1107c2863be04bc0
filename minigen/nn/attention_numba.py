"""The two places of attention where NumPy sweeps over the scores again and again, in one sweep each."""

import numpy as np

from minigen.jit import kernel
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
            peak, total = np.float32(-np.inf), np.float32(0.0)
            for k in range(low, high):
                peak = max(peak, row[k])
            for k in range(low):
                row[k] = np.float32(0.0)
            for k in range(low, high):
                row[k] = exp32((row[k] - peak) * scale)
                total += row[k]
            inverse = np.float32(1.0) / total
            for k in range(low, high):
                row[k] *= inverse
            for k in range(high, keys):
                row[k] = np.float32(0.0)


@kernel
def soften_backward(dweights, weights, scale):
    """The gradient of the scores, in place of that of the weights. (N, k) float32 both."""
    for n in range(len(weights)):
        along = np.float32(0.0)
        for k in range(weights.shape[1]):
            along += dweights[n, k] * weights[n, k]
        for k in range(weights.shape[1]):
            dweights[n, k] = weights[n, k] * (dweights[n, k] - along) * scale
