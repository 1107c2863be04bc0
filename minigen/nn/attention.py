"""Attention: every place asks the places it may see, and mixes their answers (Vaswani et al., 2017).

``window=None`` sees everything; ``window=K`` is causal and sees itself and the K - 1 places to
its left. Past K tokens the places are worked off in blocks of K, each beside the block before
it: the cost grows linearly with T. Positions enter as rotations of queries and keys (RoPE, Su
et al., 2021), so that only distances matter; queries and keys are scaled to length first
(Henry et al., 2020), which allows much larger steps in training.
"""

import numpy as np

from minigen import maths
from minigen.errors import expect_divides
from minigen.nn.layers import Linear, RMSNorm, collect, prefix

ROTARY_BASE = 1000.0                             # longest wavelength: 2 pi x 1000 tokens


def rotary_table(length, head_width, dtype=np.float32):
    """cos and sin of the angle by which pair i of position t is turned, each (T, d / 2)."""
    speed = ROTARY_BASE ** -(np.arange(head_width // 2) / (head_width // 2))   # radians a token
    angle = np.arange(length)[:, None] * speed                                 # (T, d / 2)
    return np.cos(angle).astype(dtype), np.sin(angle).astype(dtype)


def rotate(x, table, direction=1):
    """Turn each pair (i, i + d / 2) of x (..., T, d); direction -1 turns back."""
    cos, sin = table
    first, second = np.split(x, 2, axis=-1)
    return np.concatenate([first * cos - direction * second * sin,
                           second * cos + direction * first * sin], axis=-1)


def score_scale(head_width):
    """Scores of vectors of root mean square 1 times this lie within ±12: enough to pick one place out of many."""
    return 12.0 / head_width


def visible(block, keys, window, first):
    """Which keys (columns) a query (row) may see: 0 where it may, -inf where not."""
    back = np.arange(block)[:, None] + (keys - block) - np.arange(keys)[None]  # distance to the left
    seen = (back >= 0) & (back < window)
    if first and keys > block:                   # the first block has no block before it
        seen &= np.arange(keys) >= keys - block
    return np.where(seen, 0.0, -np.inf)


def _blocks(x, size):
    """(B, h, T, d) -> (B, h, n, size, d)."""
    return x.reshape(*x.shape[:2], -1, size, x.shape[-1])


def _beside_previous(x):
    """Put each block (B, h, n, K, d) beside the one before it: (B, h, n, 2K, d)."""
    previous = np.zeros_like(x)
    previous[:, :, 1:] = x[:, :, :-1]
    return np.concatenate([previous, x], axis=3)


def _fold_previous(dx):
    """The way back of ``_beside_previous``."""
    size = dx.shape[3] // 2
    own = dx[:, :, :, size:].copy()
    own[:, :, :-1] += dx[:, :, 1:, :size]
    return own


class Attention:
    """Multi-head attention; causal with a window, or over everything without one."""

    def __init__(self, width, heads, window, rng, dtype=np.float32):
        expect_divides("width", width, 2 * heads, "Each head turns pairs of numbers.")
        self.heads, self.window, self.head_width = heads, window, width // heads
        self.query = Linear(width, width, rng, dtype, bias=False)
        self.key = Linear(width, width, rng, dtype, bias=False)
        self.value = Linear(width, width, rng, dtype, bias=False)
        self.out = Linear(width, width, rng, dtype, bias=False, zero=True)
        self.norm = RMSNorm()
        self.params = collect(query=self.query, key=self.key, value=self.value, out=self.out)

    def _split(self, x):
        """(B, T, D) -> (B, h, T, d)."""
        return np.ascontiguousarray(x.reshape(*x.shape[:2], self.heads, -1).transpose(0, 2, 1, 3))

    def _join(self, x):
        """(B, h, T, d) -> (B, T, D)."""
        return x.transpose(0, 2, 1, 3).reshape(x.shape[0], x.shape[2], -1)

    def _turn(self, x, table):
        """Heads apart, scaled to length, turned by their place: (B, T, D) -> (B, h, T, d); float32 in one compiled sweep."""
        if x.dtype == np.float32:
            from minigen.nn import attention_numba
            B, T, D = x.shape
            y, inverse = np.empty((B, self.heads, T, self.head_width), x.dtype), np.empty((B, self.heads, T), x.dtype)
            attention_numba.turn_heads(x, *table, y, inverse)
            return y, (y, inverse)
        y, cache = self.norm.forward(self._split(x))
        return rotate(y, table), cache

    def _turn_backward(self, cache, dy, table):
        """(B, h, T, d) -> (B, T, D)."""
        if dy.dtype == np.float32:
            from minigen.nn import attention_numba
            y, inverse = cache
            dx = np.empty((len(dy), dy.shape[2], self.heads * self.head_width), dy.dtype)
            attention_numba.turn_heads_backward(np.ascontiguousarray(dy), y, inverse, *table, dx)
            return dx
        return self._join(self.norm.backward(cache, rotate(dy, table, -1))[0])

    def _weights(self, scores):
        """Scale, mask, softmax of scores (B, h, n, q, k), which are used up; float32 in one compiled sweep."""
        block, keys = scores.shape[-2:]
        scale = score_scale(self.head_width)
        if scores.dtype == np.float32:
            from minigen.nn import attention_numba
            # Where a block stands beside the one before it, the first block of each head has none.
            first_of = scores.shape[2] if keys > block else 1
            flat = np.ascontiguousarray(scores).reshape(-1, block, keys)
            attention_numba.soften(flat, np.float32(scale), self.window or 0, first_of)
            return flat.reshape(scores.shape)
        scores *= scale
        if self.window is not None:
            scores += visible(block, keys, self.window, first=False)
            scores[:, :, 0] += visible(block, keys, self.window, first=True)
        return maths.softmax(scores)

    def _weights_backward(self, dweights, weights):
        """The gradient of the scores; dweights are used up."""
        scale = score_scale(self.head_width)
        if weights.dtype == np.float32:
            from minigen.nn import attention_numba
            flat = np.ascontiguousarray(dweights).reshape(-1, weights.shape[-1])
            attention_numba.soften_backward(flat, weights.reshape(flat.shape), np.float32(scale))
            return flat.reshape(weights.shape)
        along = np.einsum("...k,...k->...", dweights, weights)[..., None]
        return weights * (dweights - along) * scale

    def forward(self, x):                        # (B, T, D)
        length = x.shape[1]
        banded = self.window is not None and length > self.window
        block = self.window if banded else length
        padding = -length % block
        if padding:
            x = np.concatenate([x, np.zeros((len(x), padding, x.shape[2]), x.dtype)], axis=1)
        table = rotary_table(x.shape[1], self.head_width, x.dtype)
        (query, query_cache), (key, key_cache), (value, value_cache) = (
            layer.forward(x) for layer in (self.query, self.key, self.value))
        query, query_turned = self._turn(query, table)                         # (B, h, T, d)
        key, key_turned = self._turn(key, table)
        query, key = _blocks(query, block), _blocks(key, block)
        value = _blocks(self._split(value), block)                             # (B, h, n, K, d)
        if banded:
            key, value = _beside_previous(key), _beside_previous(value)        # (B, h, n, 2K, d)
        weights = self._weights(query @ key.swapaxes(-1, -2))                  # (B, h, n, K, K or 2K)
        mixed = weights @ value                                                # (B, h, n, K, d)
        joined = self._join(mixed.reshape(*mixed.shape[:2], -1, self.head_width))
        y, out_cache = self.out.forward(joined)                                # (B, T, D)
        cache = (query_cache, key_cache, value_cache, query_turned, key_turned, table, banded, block,
                 query, key, value, weights, out_cache, length)
        return y[:, :length], cache

    def backward(self, cache, dy):
        (query_cache, key_cache, value_cache, query_turned, key_turned, table, banded, block,
         query, key, value, weights, out_cache, length) = cache
        padding = -length % block
        if padding:
            dy = np.concatenate([dy, np.zeros((len(dy), padding, dy.shape[2]), dy.dtype)], axis=1)
        djoined, out_grads = self.out.backward(out_cache, dy)
        dmixed = _blocks(self._split(djoined), block)                          # (B, h, n, K, d)
        dvalue = weights.swapaxes(-1, -2) @ dmixed                             # (B, h, n, K or 2K, d)
        dweights = dmixed @ value.swapaxes(-1, -2)                             # (B, h, n, K, K or 2K)
        dscores = self._weights_backward(dweights, weights)
        dquery = dscores @ key
        dkey = dscores.swapaxes(-1, -2) @ query
        if banded:
            dkey, dvalue = _fold_previous(dkey), _fold_previous(dvalue)
        dquery, dkey, dvalue = (part.reshape(*part.shape[:2], -1, self.head_width)
                                for part in (dquery, dkey, dvalue))            # (B, h, T, d)
        dquery, dkey = self._turn_backward(query_turned, dquery, table), self._turn_backward(key_turned, dkey, table)
        dx, grads = 0.0, prefix("out", out_grads)
        for name, layer, layer_cache, part in (("query", self.query, query_cache, dquery),
                                               ("key", self.key, key_cache, dkey),
                                               ("value", self.value, value_cache, self._join(dvalue))):
            dpart, part_grads = layer.backward(layer_cache, part)
            dx, grads = dx + dpart, {**grads, **prefix(name, part_grads)}
        return dx[:, :length], grads
