"""A causal context network for pixels: what may a pixel see in raster order?

All rows above, and what stands to its left in its own row; never itself (PixelCNN, van den Oord
et al., 2016). Three roads lead from the visible pixels to the next one:

- a *neighbourhood*: for each of the pixels around, one learned row per colour (a convolution
  of the one-hot picture, written as look-ups);
- *causal convolutions* 3 x 3 that carry what was found further, five taps each: the three above,
  the one on the left, itself (itself means "what is known at this pixel", not its colour);
- the *census*: how often each colour was used so far anywhere. A monster keeps to a few colours,
  and its pixels are too far apart for a small neighbourhood to know.

Pictures live on a *grid* (B, H + 1, W + 1, D): one empty row on top and one empty column on the
right. A step up-left is then the same distance in memory everywhere, and a convolution is five
matrix products of shifted views, nothing copied.
"""

import numpy as np

from minigen.nn.layers import Linear, RMSNorm, SquaredReLU, Dropout, collect, prefix

TAPS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0))        # (rows down, columns right)


def neighbourhood(reach):
    """The places around a pixel that it may see: ``reach`` rows above, and on its left."""
    above = [(row, column) for row in range(-reach, 0) for column in range(-reach, reach + 1)]
    return tuple(above + [(0, column) for column in range(-reach, 0)])


def to_grid(x, height, width):
    """(B, H * W, D) -> (B, H + 1, W + 1, D), zero outside."""
    grid = np.zeros((len(x), height + 1, width + 1, x.shape[-1]), x.dtype)
    grid[:, 1:, :width] = x.reshape(len(x), height, width, -1)
    return grid


def from_grid(grid):
    """(B, H + 1, W + 1, D) -> (B, H * W, D)."""
    return grid[:, 1:, :-1].reshape(len(grid), -1, grid.shape[-1])


def clear_edges(grid):
    """Zero the empty row and column, in place."""
    grid[:, 0] = 0
    grid[:, :, -1] = 0
    return grid


def visible_neighbours(tokens, height, width, reach, nothing):
    """The colours around every pixel: (B, H, W, taps) int64, ``nothing`` outside the picture."""
    padded = np.full((len(tokens), height + reach, width + 2 * reach), nothing, np.int64)
    padded[:, reach:, reach:reach + width] = tokens.reshape(-1, height, width)
    return np.stack([padded[:, reach + row:reach + row + height, reach + column:reach + column + width]
                     for row, column in neighbourhood(reach)], axis=-1)


def census(tokens, vocab_size, dtype=np.float32):
    """How often each colour stands before each place, as log(1 + count): (B, T, V)."""
    used = (tokens[..., None] == np.arange(vocab_size)).astype(dtype)          # (B, T, V)
    return np.log1p(np.cumsum(used, axis=1) - used)


class NeighbourTable:
    """One learned row for each (tap, colour), added up over the taps."""

    def __init__(self, taps, n_ids, width, rng, dtype=np.float32):
        self.n_ids = n_ids
        self.params = {"table": float(1.0 / np.sqrt(taps)) * rng.standard_normal((taps * n_ids, width), dtype)}

    def forward(self, neighbours):               # (..., taps) ids
        rows = neighbours + self.n_ids * np.arange(neighbours.shape[-1])       # each tap has its own rows
        table = self.params["table"]
        if table.dtype == np.float32:
            from minigen.nn import causal_conv_numba
            flat = causal_conv_numba.add_rows(table, rows.reshape(-1, rows.shape[-1]))
            return flat.reshape(*rows.shape[:-1], -1), rows
        return table[rows].sum(axis=-2), rows    # (..., D)

    def backward(self, rows, dy):
        grad = np.zeros_like(self.params["table"])
        flat, dy = rows.reshape(-1, rows.shape[-1]), dy.reshape(-1, dy.shape[-1])
        if grad.dtype == np.float32:
            from minigen.nn import layers_numba
            layers_numba.scatter_rows(grad, flat, dy)
        else:
            for tap in range(flat.shape[1]):
                np.add.at(grad, flat[:, tap], dy)
        return None, {"table": grad}


class CausalConv:
    """3 x 3 causal convolution on a grid: y[p] = sum over taps of x[p + tap] @ weight[tap]."""

    def __init__(self, n_in, n_out, rng, dtype=np.float32):
        scale = float(np.sqrt(1.0 / (n_in * len(TAPS))))
        self.params = {"weight": scale * rng.standard_normal((len(TAPS), n_in, n_out), dtype)}

    @staticmethod
    def offsets(grid):
        """How far back in memory each tap stands, in pixels of the flattened grid."""
        return [-(row * grid.shape[2] + column) for row, column in TAPS]

    def forward(self, x):                        # (B, H + 1, W + 1, n_in), zero at the edges
        weight = self.params["weight"]
        flat = x.reshape(-1, x.shape[-1])
        y = flat @ weight[-1]                    # the last tap is the pixel's own place
        for back, tap in zip(self.offsets(x)[:-1], weight):
            y[back:] += flat[:-back] @ tap
        return y.reshape(*x.shape[:-1], -1), x   # the edges hold garbage: nobody reads them

    def backward(self, x, dy):
        weight, grad = self.params["weight"], np.empty_like(self.params["weight"])
        flat, dflat = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
        dx = dflat @ weight[-1].T
        grad[-1] = flat.T @ dflat
        for i, back in enumerate(self.offsets(x)[:-1]):
            dx[:-back] += dflat[back:] @ weight[i].T
            grad[i] = flat[:-back].T @ dflat[back:]
        return dx.reshape(x.shape), {"weight": grad}


class PixelBlock:
    """x + down(squared_relu(conv(norm(x)))) on a grid."""

    def __init__(self, width, hidden, rng, dtype=np.float32, dropout=0.0):
        self.norm, self.activation, self.dropout = RMSNorm(), SquaredReLU(), Dropout(dropout)
        self.conv = CausalConv(width, hidden, rng, dtype)
        self.down = Linear(hidden, width, rng, dtype, bias=False, zero=True)
        self.params = collect(conv=self.conv, down=self.down)

    def forward(self, x, rng=None):
        normed, norm_cache = self.norm.forward(x)
        # The norm keeps what it returned for its backward: cleared edges there are right, their gradient is 0.
        hidden, conv_cache = self.conv.forward(clear_edges(normed))
        active, active_cache = self.activation.forward(hidden)
        active, dropout_cache = self.dropout.forward(active, rng)
        change, down_cache = self.down.forward(active)
        return x + change, (norm_cache, conv_cache, active_cache, dropout_cache, down_cache)

    def backward(self, cache, dy):
        norm_cache, conv_cache, active_cache, dropout_cache, down_cache = cache
        dactive, down_grads = self.down.backward(down_cache, dy)
        dactive, _ = self.dropout.backward(dropout_cache, dactive)
        dhidden, _ = self.activation.backward(active_cache, dactive)
        dnormed, conv_grads = self.conv.backward(conv_cache, dhidden)
        dx, _ = self.norm.backward(norm_cache, clear_edges(dnormed))
        return dy + dx, {**prefix("conv", conv_grads), **prefix("down", down_grads)}
