"""The small layers: each has ``params``, ``forward(x) -> (y, cache)``, ``backward(cache, dy) -> (dx, grads)``.

A layer keeps nothing between the two calls, so it can be used twice in one pass. ``grads`` has
the keys and shapes of ``params``. Big layers are made of small ones with ``collect`` and
``prefix``: their ``params`` hold the same arrays under longer names ("block0.up.weight").
"""

import numpy as np


def prefix(name, mapping):
    """The same arrays under longer names."""
    return {f"{name}.{key}": value for key, value in mapping.items()}


def collect(**layers):
    """The params of several layers in one dict; the arrays are shared, not copied."""
    return {key: value for name, layer in layers.items() for key, value in prefix(name, layer.params).items()}


def _rows(x):
    """(..., D) -> (N, D), row by row in memory, as the compiled sweeps want it."""
    return np.ascontiguousarray(x).reshape(-1, x.shape[-1])


class Linear:
    """y = x @ weight + bias, along the last axis.

    ``zero=True`` starts a residual branch as "do nothing", so that a deep stack begins as the
    identity and learns its depth (Zhang et al., 2019, Fixup).
    """

    def __init__(self, n_in, n_out, rng, dtype=np.float32, bias=True, zero=False):
        scale = 0.0 if zero else float(np.sqrt(1.0 / n_in))   # a plain float leaves float32 alone
        self.params = {"weight": scale * rng.standard_normal((n_in, n_out), dtype)}
        if bias:
            self.params["bias"] = np.zeros(n_out, dtype)

    def forward(self, x):                        # (..., n_in)
        y = x.reshape(-1, x.shape[-1]) @ self.params["weight"]
        if "bias" in self.params:
            y += self.params["bias"]
        return y.reshape(*x.shape[:-1], y.shape[-1]), x     # (..., n_out) spelt out: there may be no rows at all

    def backward(self, x, dy, inputs=True):      # dy (..., n_out)
        """``inputs=False`` leaves out the gradient of x, a third of the work, where nobody asks for it."""
        x2, dy2 = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
        grads = {"weight": x2.T @ dy2}
        if "bias" in self.params:
            grads["bias"] = dy2.sum(axis=0)
        return (dy2 @ self.params["weight"].T).reshape(x.shape) if inputs else None, grads


class Embedding:
    """One learned row per id."""

    def __init__(self, n_ids, width, rng, dtype=np.float32, scale=1.0):
        self.params = {"table": scale * rng.standard_normal((n_ids, width), dtype)}

    def forward(self, ids):                      # (...)
        return self.params["table"][ids], ids    # (..., D)

    def backward(self, ids, dy):
        grad = np.zeros_like(self.params["table"])
        if grad.dtype == np.float32:
            from minigen.nn import layers_numba
            layers_numba.scatter_rows(grad, ids.reshape(-1, 1), _rows(dy))
        else:
            np.add.at(grad, ids.ravel(), _rows(dy))
        return None, {"table": grad}             # ids have no gradient


class Labels:
    """What a whole canvas is told: one learned row for each label; several parts, each with rows of its own, are added."""

    def __init__(self, n_labels, parts, width, rng, dtype=np.float32, scale=0.5):
        self.first = n_labels * np.arange(parts)
        self.rows = Embedding(n_labels * parts, width, rng, dtype, scale)
        self.params = self.rows.params

    def forward(self, label):                    # (B,), or (B, parts)
        told, cache = self.rows.forward(label.reshape(len(label), -1) + self.first)    # (B, parts, D)
        return told.sum(axis=1), cache           # (B, D)

    def backward(self, cache, dy):
        return self.rows.backward(cache, np.repeat(dy[:, None], cache.shape[1], axis=1))


class RMSNorm:
    """Scale each vector to root mean square 1 (Zhang and Sennrich, 2019); no parameters."""

    params: dict = {}
    epsilon = 1e-6

    def forward(self, x):                        # (..., D)
        if x.dtype == np.float32:
            from minigen.nn import layers_numba
            y, inverse = np.empty(x.shape, np.float32), np.empty((*x.shape[:-1], 1), np.float32)
            layers_numba.norm_rows(_rows(x), _rows(y), inverse.reshape(-1))
            return y, (y, inverse)
        inverse = 1.0 / np.sqrt(np.einsum("...d,...d->...", x, x)[..., None] / x.shape[-1]
                                + x.dtype.type(self.epsilon))   # (..., 1)
        y = x * inverse
        return y, (y, inverse)

    def backward(self, cache, dy):
        y, inverse = cache
        if dy.dtype == np.float32:
            from minigen.nn import layers_numba
            dx = np.empty(dy.shape, np.float32)
            layers_numba.norm_rows_backward(_rows(y), inverse.reshape(-1), _rows(dy), _rows(dx))
            return dx, {}
        along = np.einsum("...d,...d->...", dy, y)[..., None] / y.shape[-1]
        return (dy - y * along) * inverse, {}


class SquaredReLU:
    """max(x, 0) squared (So et al., 2021): cheap, smooth at 0, and better than ReLU per step."""

    params: dict = {}

    def forward(self, x):
        if x.dtype == np.float32:
            from minigen.nn import layers_numba
            positive, y = np.array(x, order="C"), np.empty(x.shape, np.float32)
            layers_numba.square_positive(positive.reshape(-1), y.reshape(-1))
            return y, positive
        positive = np.maximum(x, x.dtype.type(0))
        return positive * positive, positive

    def backward(self, positive, dy):
        if dy.dtype == np.float32:
            from minigen.nn import layers_numba
            dx = np.empty(dy.shape, np.float32)
            layers_numba.square_positive_backward(positive.reshape(-1), np.ascontiguousarray(dy).reshape(-1), dx.reshape(-1))
            return dx, {}
        return dy * (positive + positive), {}


class Dropout:
    """Silence a random share of the values while training (Srivastava et al., 2014)."""

    params: dict = {}

    def __init__(self, share):
        self.share = share

    def forward(self, x, rng=None):
        """Without ``rng`` (not training) this is the identity."""
        if rng is None or self.share == 0.0:
            return x, None
        scale = x.dtype.type(1.0 / (1.0 - self.share))
        keep = (rng.random(x.shape, np.float32) >= self.share) * scale
        return x * keep, keep

    def backward(self, keep, dy):
        return (dy if keep is None else dy * keep), {}


class MLP:
    """Linear up, squared ReLU, Linear down."""

    def __init__(self, width, hidden, rng, dtype=np.float32, bias=False):
        self.up = Linear(width, hidden, rng, dtype, bias=bias)
        self.activation = SquaredReLU()
        self.down = Linear(hidden, width, rng, dtype, bias=bias, zero=True)
        self.params = collect(up=self.up, down=self.down)

    def forward(self, x):                        # (..., D)
        hidden, up_cache = self.up.forward(x)    # (..., hidden)
        active, active_cache = self.activation.forward(hidden)
        y, down_cache = self.down.forward(active)
        return y, (up_cache, active_cache, down_cache)

    def backward(self, cache, dy):
        up_cache, active_cache, down_cache = cache
        dactive, down_grads = self.down.backward(down_cache, dy)
        dhidden, _ = self.activation.backward(active_cache, dactive)
        dx, up_grads = self.up.backward(up_cache, dhidden)
        return dx, {**prefix("up", up_grads), **prefix("down", down_grads)}
