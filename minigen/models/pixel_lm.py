"""Pixel by pixel: a network that says which colour comes next, in raster order.

Each pixel is a choice among the colours of the palette (PixelCNN, van den Oord et al., 2016).
What it sees of the pixels before it is described in ``nn.causal_conv``: the neighbourhood, causal
convolutions, and the census of colours used so far; besides them its own row and column, and the
label where one is asked for.
"""

from dataclasses import asdict, dataclass

import numpy as np

from minigen import maths
from minigen.models.causal import check_left_to_right
from minigen.nn.causal_conv import (NeighbourTable, PixelBlock, census, clear_edges, from_grid, neighbourhood,
                                    to_grid, visible_neighbours)
from minigen.nn.layers import Dropout, Embedding, Linear, RMSNorm, collect, prefix
from minigen.protocols import NO_CONDITION


@dataclass(frozen=True)
class PixelLMConfig:
    vocab_size: int             # V colours
    height: int                 # H
    width: int                  # W
    n_labels: int = 0           # different conditions, 0 for none
    reach: int = 3              # rows above and columns beside that the neighbourhood holds
    channels: int = 64          # D
    hidden: int = 64            # width inside a block
    blocks: int = 5
    dropout: float = 0.0        # share of hidden values silenced in training
    colour_dropout: float = 0.0  # share of neighbours that training shows as "nothing there"
    ordered: bool = False       # colours are grey levels: 3 is nearer to 4 than to 9


class PixelLM:
    """Causal convolutions over a palette; ``logits`` for a pixel read only pixels before it."""

    causal = True
    end = None

    def __init__(self, config, rng, dtype=np.float32):
        self.config, self.vocab_size = config, config.vocab_size
        self.length, self.n_labels = config.height * config.width, config.n_labels
        width, size = config.channels, config.vocab_size
        self.table = NeighbourTable(len(neighbourhood(config.reach)), size + 1, width, rng, dtype)
        self.census = Linear(size, width, rng, dtype)
        self.row = Embedding(config.height, width, rng, dtype, scale=0.1)
        self.column = Embedding(config.width, width, rng, dtype, scale=0.1)
        parts = {"neighbours": self.table, "census": self.census, "row": self.row, "column": self.column}
        if config.ordered:
            self.shade = parts["shade"] = Linear(len(neighbourhood(config.reach)), width, rng, dtype, bias=False)
            self.curve = parts["curve"] = Linear(width, 2, rng, dtype, zero=True)
        if config.n_labels:
            self.label = parts["label"] = Embedding(config.n_labels, width, rng, dtype, scale=0.3)
        self.norm, self.dropout = RMSNorm(), Dropout(config.dropout)
        self.blocks = [PixelBlock(width, config.hidden, rng, dtype, config.dropout) for _ in range(config.blocks)]
        parts |= {f"block{i}": block for i, block in enumerate(self.blocks)}
        self.head = parts["head"] = Linear(width, size, rng, dtype, zero=True)
        self.params = collect(**parts)
        level = np.linspace(-1.0, 1.0, size, dtype=dtype)
        self.levels = np.stack([level, -level * level])         # (2, V) a slope and a bend

    @staticmethod
    def is_matrix(name, array):
        """The inner matrices, which Muon trains; tables and the output layer go to Adam."""
        return name.startswith("block") and array.ndim >= 2

    def shades(self, neighbours):
        """Grey levels in [-1, 1] of the neighbours, 0 where there is none: (B, H, W, taps)."""
        nothing = neighbours == self.vocab_size
        level = neighbours * (2.0 / max(self.vocab_size - 1, 1)) - 1.0
        return np.where(nothing, 0.0, level).astype(self.levels.dtype)

    def _forward(self, tokens, condition, rng=None):            # (B, T)
        config, dtype = self.config, self.levels.dtype
        H, W = config.height, config.width
        neighbours = visible_neighbours(tokens, H, W, config.reach, self.vocab_size)   # (B, H, W, taps)
        if rng is not None and config.colour_dropout:
            unseen = rng.random(neighbours.shape, np.float32) < config.colour_dropout
            neighbours = np.where(unseen, self.vocab_size, neighbours)
        caches = {}
        seen, caches["neighbours"] = self.table.forward(neighbours)                    # (B, H, W, D)
        used, caches["census"] = self.census.forward(census(tokens, self.vocab_size, dtype))   # (B, T, D)
        row, caches["row"] = self.row.forward(np.arange(H))
        column, caches["column"] = self.column.forward(np.arange(W))
        x = seen + used.reshape(seen.shape) + row[:, None] + column                    # (B, H, W, D)
        if config.ordered:
            shade, caches["shade"] = self.shade.forward(self.shades(neighbours))
            x += shade
        if config.n_labels:
            label, caches["label"] = self.label.forward(condition.label)               # (B, D)
            x += label[:, None, None]
        x, caches["first"] = self.norm.forward(to_grid(x.reshape(len(x), H * W, -1), H, W))
        for i, block in enumerate(self.blocks):
            x, caches[f"block{i}"] = block.forward(x, rng)                             # (B, H + 1, W + 1, D)
        x, caches["last"] = self.norm.forward(from_grid(x))                            # (B, T, D)
        x, caches["dropout"] = self.dropout.forward(x, rng)
        scores, caches["head"] = self.head.forward(x)                                  # (B, T, V)
        if config.ordered:
            curve, caches["curve"] = self.curve.forward(x)                             # (B, T, 2)
            scores += curve @ self.levels
        return scores, caches

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        """Mean nats per pixel, and its gradients; ``rng`` throws the dice of dropout."""
        config, H, W = self.config, self.config.height, self.config.width
        scores, caches = self._forward(tokens, condition, rng)
        loss, dscores = maths.training_loss(scores, tokens, np.ones(tokens.shape, bool))
        dx, head_grads = self.head.backward(caches["head"], dscores)
        grads = prefix("head", head_grads)
        if config.ordered:
            dcurve, curve_grads = self.curve.backward(caches["curve"], dscores @ self.levels.T)
            dx, grads = dx + dcurve, grads | prefix("curve", curve_grads)
        dx, _ = self.dropout.backward(caches["dropout"], dx)
        dx, _ = self.norm.backward(caches["last"], dx)
        dx = to_grid(dx, H, W)
        for i, block in reversed(list(enumerate(self.blocks))):
            dx, block_grads = block.backward(caches[f"block{i}"], dx)
            grads |= prefix(f"block{i}", block_grads)
        dx, _ = self.norm.backward(caches["first"], clear_edges(dx))
        dx = np.ascontiguousarray(dx[:, 1:, :W])                                       # (B, H, W, D)
        grads |= prefix("neighbours", self.table.backward(caches["neighbours"], dx)[1])
        grads |= prefix("census", self.census.backward(caches["census"], dx.reshape(len(dx), H * W, -1))[1])
        grads |= prefix("row", self.row.backward(caches["row"], dx.sum(axis=(0, 2)))[1])
        grads |= prefix("column", self.column.backward(caches["column"], dx.sum(axis=(0, 1)))[1])
        if config.ordered:
            grads |= prefix("shade", self.shade.backward(caches["shade"], dx)[1])
        if config.n_labels:
            grads |= prefix("label", self.label.backward(caches["label"], dx.sum(axis=(1, 2)))[1])
        return loss, grads

    def logits(self, canvas, at, condition=NO_CONDITION):
        """Scores (B, A, V) for the pixels ``at``, each from the pixels before it."""
        # Masks further on are never read by the pixels asked for; the table needs an id all the same.
        scores, _ = self._forward(canvas, condition)
        return scores[:, np.asarray(at)]

    def check_plan(self, plan):
        check_left_to_right(plan, "pixel_lm")

    def multiplications(self, length=None):
        """For one picture, each pixel computed once (only its own column of every layer)."""
        config, D = self.config, self.config.channels
        a_pixel = config.blocks * 6 * D * config.hidden + D * config.vocab_size * 2
        if config.ordered:
            a_pixel += D * (len(neighbourhood(config.reach)) + 2) + 2 * config.vocab_size
        return int(self.length * a_pixel)

    def fill_compiled(self, canvas, u, condition, temperature, top_k, top_p):
        """The whole loop in one kernel: the tokens of ``fill`` in raster order, on the same dice."""
        from minigen.models import pixel_lm_numba
        return pixel_lm_numba.fill(self, canvas, u, condition, temperature, top_k, top_p)

    def settings(self):
        return asdict(self.config)

    @classmethod
    def from_settings(cls, settings):
        """A model of this form; its parameters are about to be overwritten."""
        return cls(PixelLMConfig(**settings), np.random.default_rng(0))
