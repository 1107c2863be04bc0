"""From a small picture to a large one: every large pixel at once, given the small picture.

The same small network stands at each coarse pixel and says what the pixels of its block could be. It sees the
colours in a window around the coarse pixel, how often each colour is used in the whole coarse picture (a monster keeps to a few),
its own row and column, and the label where one is asked for. Given the coarse picture, fine pixels are independent: what must fit
together has been decided there (a cascade; Ho et al., 2022).
"""

import numpy as np

from minigen import maths
from minigen.data import pyramid
from minigen.nn.causal_conv import NeighbourTable
from minigen.nn.layers import MLP, Dropout, Embedding, Linear, RMSNorm, collect, prefix


def window(pictures, reach, nothing):
    """The colours around every pixel and its own, ``reach`` pixels each way: (B, h, w) -> (B, h, w, taps); ``nothing`` outside."""
    _, height, width = pictures.shape
    padded = np.pad(pictures, ((0, 0), (reach, reach), (reach, reach)), constant_values=nothing)
    return np.stack([padded[:, row:row + height, column:column + width]
                     for row in range(2 * reach + 1) for column in range(2 * reach + 1)], axis=-1)


def palette_used(pictures, vocab_size, dtype=np.float32):
    """How often each colour stands in a picture, as log(1 + count): (B, h, w) -> (B, V)."""
    ids = pictures.reshape(len(pictures), -1) + vocab_size * np.arange(len(pictures))[:, None]
    return np.log1p(np.bincount(ids.ravel(), minlength=len(pictures) * vocab_size).reshape(-1, vocab_size)).astype(dtype)


class Upscaler:
    """Scores of all fine pixels from a coarse picture (B, h, w). Part of a model, which adds up the losses of its steps.

    Parameters
    ----------
    height, width : int
        Of the coarse picture, h and w.
    factor : int
        Side of the block that a coarse pixel becomes, f.
    reach, channels, hidden, blocks, dropout, colour_dropout, ordered
        As in ``CascadeConfig``.
    """

    def __init__(self, vocab_size, height, width, factor, rng, dtype=np.float32, *, n_labels=0, reach=1, channels=64,
                 hidden=128, blocks=1, dropout=0.0, colour_dropout=0.0, ordered=False):
        self.vocab_size, self.height, self.width, self.factor = vocab_size, height, width, factor
        self.n_labels, self.reach, self.colour_dropout, self.ordered, self.dtype = n_labels, reach, colour_dropout, ordered, dtype
        self.channels, taps, pixels = channels, (2 * reach + 1) ** 2, factor * factor
        self.table = NeighbourTable(taps, vocab_size + 1, channels, rng, dtype)
        self.palette = Linear(vocab_size, channels, rng, dtype)
        self.row = Embedding(height, channels, rng, dtype, scale=0.1)
        self.column = Embedding(width, channels, rng, dtype, scale=0.1)
        parts = {"window": self.table, "palette": self.palette, "row": self.row, "column": self.column}
        if ordered:
            self.shade = parts["shade"] = Linear(taps, channels, rng, dtype, bias=False)
            self.curve = parts["curve"] = Linear(channels, 2 * pixels, rng, dtype, zero=True)
        if n_labels:
            self.label = parts["label"] = Embedding(n_labels, channels, rng, dtype, scale=0.3)
        self.norm, self.dropout = RMSNorm(), Dropout(dropout)
        self.blocks = [MLP(channels, hidden, rng, dtype) for _ in range(blocks)]
        parts |= {f"block{i}": block for i, block in enumerate(self.blocks)}
        self.head = parts["head"] = Linear(channels, pixels * vocab_size, rng, dtype, zero=True)
        # What a colour becomes wherever it stands: the largest part of the answer, learned first.
        self.own = parts["own"] = Embedding(vocab_size, pixels * vocab_size, rng, dtype, scale=0.0)
        self.params = collect(**parts)
        level = np.linspace(-1.0, 1.0, vocab_size, dtype=dtype)
        self.levels = np.stack([level, -level * level])                                # (2, V) a slope and a bend

    def shades(self, neighbours):
        """Grey levels in [-1, 1] of the neighbours, 0 where there is none: (B, h, w, taps)."""
        level = neighbours * (2.0 / max(self.vocab_size - 1, 1)) - 1.0
        return np.where(neighbours == self.vocab_size, 0.0, level).astype(self.dtype)

    def forward(self, coarse, label=None, rng=None):
        """Scores block by block (B, h, w, f f, V), and the cache; ``rng`` throws the dice of dropout."""
        caches = {}
        neighbours = window(coarse, self.reach, self.vocab_size)                       # (B, h, w, taps)
        if rng is not None and self.colour_dropout:
            unseen = rng.random(neighbours.shape, np.float32) < self.colour_dropout
            neighbours = np.where(unseen, self.vocab_size, neighbours)
        x, caches["window"] = self.table.forward(neighbours)                           # (B, h, w, D)
        used, caches["palette"] = self.palette.forward(palette_used(coarse, self.vocab_size, self.dtype))   # (B, D)
        row, caches["row"] = self.row.forward(np.arange(self.height))
        column, caches["column"] = self.column.forward(np.arange(self.width))
        x = x + used[:, None, None] + row[:, None] + column
        if self.ordered:
            shade, caches["shade"] = self.shade.forward(self.shades(neighbours))
            x += shade
        if self.n_labels:
            asked, caches["label"] = self.label.forward(label)                         # (B, D)
            x += asked[:, None, None]
        x, caches["first"] = self.norm.forward(x)
        for i, block in enumerate(self.blocks):
            normed, norm_cache = self.norm.forward(x)
            change, block_cache = block.forward(normed)
            x, caches[f"block{i}"] = x + change, (norm_cache, block_cache)
        x, caches["last"] = self.norm.forward(x)
        x, caches["dropout"] = self.dropout.forward(x, rng)
        scores, caches["head"] = self.head.forward(x)                                  # (B, h, w, f f V)
        own, caches["own"] = self.own.forward(coarse)
        scores = (scores + own).reshape(*coarse.shape, -1, self.vocab_size)            # (B, h, w, f f, V)
        if self.ordered:
            curve, caches["curve"] = self.curve.forward(x)                             # (B, h, w, f f 2)
            scores += curve.reshape(*coarse.shape, -1, 2) @ self.levels
        return scores, caches

    def backward(self, caches, dscores):
        """Gradients of the params from those of the scores; a picture of ids has none: (None, grads)."""
        rows = dscores.reshape(*dscores.shape[:3], -1)
        grads = prefix("own", self.own.backward(caches["own"], rows)[1])
        dx, head_grads = self.head.backward(caches["head"], rows)
        grads |= prefix("head", head_grads)
        if self.ordered:
            dcurve = (dscores @ self.levels.T).reshape(*dscores.shape[:3], -1)
            dcurved, curve_grads = self.curve.backward(caches["curve"], dcurve)
            dx, grads = dx + dcurved, grads | prefix("curve", curve_grads)
        dx, _ = self.dropout.backward(caches["dropout"], dx)
        dx, _ = self.norm.backward(caches["last"], dx)
        for i, block in reversed(list(enumerate(self.blocks))):
            norm_cache, block_cache = caches[f"block{i}"]
            dnormed, block_grads = block.backward(block_cache, dx)
            dx, grads = dx + self.norm.backward(norm_cache, dnormed)[0], grads | prefix(f"block{i}", block_grads)
        dx, _ = self.norm.backward(caches["first"], dx)
        grads |= prefix("window", self.table.backward(caches["window"], dx)[1])
        grads |= prefix("palette", self.palette.backward(caches["palette"], dx.sum(axis=(1, 2)))[1])
        grads |= prefix("row", self.row.backward(caches["row"], dx.sum(axis=(0, 2)))[1])
        grads |= prefix("column", self.column.backward(caches["column"], dx.sum(axis=(0, 1)))[1])
        if self.ordered:
            grads |= prefix("shade", self.shade.backward(caches["shade"], dx)[1])
        if self.n_labels:
            grads |= prefix("label", self.label.backward(caches["label"], dx.sum(axis=(1, 2)))[1])
        return None, grads

    def loss_and_grads(self, coarse, fine, label=None, rng=None):
        """Mean nats per fine pixel of pictures (B, H, W), given the coarse ones, and its gradients."""
        scores, caches = self.forward(coarse, label, rng)
        targets = pyramid.cut_into_blocks(fine, self.factor)                           # (B, h, w, f f)
        loss, dscores = maths.training_loss(scores, targets, np.ones(targets.shape, bool))
        return loss, self.backward(caches, dscores)[1]

    def logits(self, coarse, label=None):
        """Scores of all fine pixels in their places: (B, H, W, V)."""
        return pyramid.join_blocks(self.forward(coarse, label)[0], self.factor)

    def log_prob(self, coarse, fine, label=None):
        """log P(fine | coarse), nats (B,): fine pixels are independent, so theirs add up."""
        log_probs = maths.log_softmax(self.logits(coarse, label))                      # (B, H, W, V)
        told = np.take_along_axis(log_probs, fine[..., None], axis=-1)                 # (B, H, W, 1)
        return told.sum(axis=(1, 2, 3), dtype=np.float64)

    def multiplications(self):
        """For one picture."""
        at_a_pixel = sum(2 * block.up.params["weight"].size for block in self.blocks) + self.head.params["weight"].size
        if self.ordered:
            at_a_pixel += self.shade.params["weight"].size + self.curve.params["weight"].size + 2 * self.factor ** 2 * self.vocab_size
        return self.height * self.width * at_a_pixel + self.palette.params["weight"].size
