"""Is a backward right? Ask the forward: nudge each number a little and see what happens.

>>> import numpy as np
>>> from minigen.nn.layers import Linear
>>> rng = np.random.default_rng(0)
>>> check_layer(Linear(3, 2, rng, np.float64), rng.standard_normal((4, 3)), rng) < 1e-7
True
"""

import numpy as np


def central_difference(function, array, index, step=1e-5):
    """d function() / d array[index], by moving that one number both ways (error of order step²)."""
    kept = array[index]
    array[index] = kept + step
    above = function()
    array[index] = kept - step
    below = function()
    array[index] = kept
    return (above - below) / (2 * step)


def worst_difference(function, arrays, grads, rng, samples=20):
    """Largest disagreement between ``grads`` and central differences of ``function()``.

    Parameters
    ----------
    function : () -> float
        Must be repeatable: the same arrays give the same number (pass the same dice).
    arrays, grads : dicts with the same keys and shapes, float64
    samples : int
        How many numbers of each array are nudged, chosen by ``rng``.

    Returns
    -------
    float
        max |difference| / (1 + |gradient|): below 1e-6 for a right backward, near 1 for a wrong one. In
        between, try another ``step``: the error of a right one shrinks with its square.
    """
    worst = 0.0
    for name, array in arrays.items():
        if array.dtype != np.float64:
            raise TypeError(f"{name}: gradients are checked in float64, got {array.dtype}: "
                            "a difference of two float32 numbers is mostly rounding")
        for flat in rng.choice(array.size, min(samples, array.size), replace=False):
            index = np.unravel_index(flat, array.shape)
            nudged = central_difference(function, array, index)
            # np.maximum, because max() would let a NaN pass
            worst = np.maximum(worst, abs(nudged - grads[name][index]) / (1.0 + abs(nudged)))
    return float(worst)


def check_layer(layer, x, rng, samples=20):
    """Worst difference over a layer's params and, for float inputs, its input.

    The layer's output is summed with random weights, so that every part of it matters.
    """
    weights = rng.standard_normal(layer.forward(x)[0].shape)
    y, cache = layer.forward(x)
    dx, grads = layer.backward(cache, weights)
    arrays, grads = dict(layer.params), dict(grads)
    if np.issubdtype(x.dtype, np.floating):
        arrays["input"], grads["input"] = x, dx
    return worst_difference(lambda: float((layer.forward(x)[0] * weights).sum()), arrays, grads, rng, samples)


def check_model(model, tokens, condition, seed, samples=10):
    """Worst difference over a model's params; every call meets the same dice."""
    def loss():
        return model.loss_and_grads(tokens, condition, np.random.default_rng(seed))[0]
    _, grads = model.loss_and_grads(tokens, condition, np.random.default_rng(seed))
    return worst_difference(loss, model.params, grads, np.random.default_rng(seed + 1), samples)
