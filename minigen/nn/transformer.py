"""A Transformer: blocks of attention and MLP on a residual stream (Vaswani et al., 2017)."""

import numpy as np

from minigen.nn.attention import Attention
from minigen.nn.layers import MLP, Dropout, RMSNorm, collect, prefix


class Block:
    """x + attention(norm(x)), then x + mlp(norm(x))."""

    def __init__(self, width, heads, window, rng, dtype=np.float32, dropout=0.0):
        self.norm = RMSNorm()
        self.attention = Attention(width, heads, window, rng, dtype)
        self.mlp = MLP(width, 4 * width, rng, dtype)
        self.dropout = Dropout(dropout)
        self.params = collect(attention=self.attention, mlp=self.mlp)

    def forward(self, x, rng=None):              # (B, T, D)
        caches = []
        for branch in (self.attention, self.mlp):
            normed, norm_cache = self.norm.forward(x)
            change, branch_cache = branch.forward(normed)
            change, drop_cache = self.dropout.forward(change, rng)
            x = x + change
            caches.append((norm_cache, branch_cache, drop_cache))
        return x, caches

    def backward(self, caches, dy):
        grads = {}
        for name, branch, cache in (("mlp", self.mlp, caches[1]), ("attention", self.attention, caches[0])):
            norm_cache, branch_cache, drop_cache = cache
            dchange, _ = self.dropout.backward(drop_cache, dy)
            dnormed, branch_grads = branch.backward(branch_cache, dchange)
            dx, _ = self.norm.backward(norm_cache, dnormed)
            dy = dy + dx                         # the stream itself, and what the branch read of it
            grads.update(prefix(name, branch_grads))
        return dy, grads


class Transformer:
    """A stack of blocks between two normalisations; causal where ``window`` is given."""

    def __init__(self, layers, width, heads, window, rng, dtype=np.float32, dropout=0.0):
        self.blocks = [Block(width, heads, window, rng, dtype, dropout) for _ in range(layers)]
        self.norm = RMSNorm()
        self.params = collect(**{f"block{i}": block for i, block in enumerate(self.blocks)})

    def forward(self, x, rng=None):              # (B, T, D)
        x, first_cache = self.norm.forward(x)
        caches = []
        for block in self.blocks:
            x, cache = block.forward(x, rng)
            caches.append(cache)
        x, last_cache = self.norm.forward(x)
        return x, (first_cache, caches, last_cache)

    def backward(self, cache, dy):
        first_cache, caches, last_cache = cache
        dy, _ = self.norm.backward(last_cache, dy)
        grads = {}
        for i, block in reversed(list(enumerate(self.blocks))):
            dy, block_grads = block.backward(caches[i], dy)
            grads.update(prefix(f"block{i}", block_grads))
        dx, _ = self.norm.backward(first_cache, dy)
        return dx, grads
