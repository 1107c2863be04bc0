"""Noise to clean: a bidirectional Transformer over the patches of a noisy picture.

Tokens become signals first, by a table: the colours of the palette as numbers from -1 to 1. A patch of pixels is one
place of the Transformer, as in DiT (Peebles and Xie, 2023); how much noise there is, and the label, are added to every
place. What is learned is v (Salimans and Ho, 2022), a mixture of noise and picture that is worth predicting at every
level of noise: pure noise says nothing about the noise that is in it, a clean picture nothing about itself.

Continuous pixels have a density, not a probability: this model has no ``log_prob`` and no bits.
"""

from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

from minigen.errors import expect_divides, expect_shape
from minigen.models.decoder import Network
from minigen.nn import noise as noises
from minigen.nn.layers import Embedding, Linear, collect, prefix
from minigen.nn.transformer import Transformer
from minigen.parallel import one_blas_thread, side_by_side
from minigen.protocols import NO_CONDITION

WAVES = 8                       # sines and cosines that tell the level of noise
DENOISED_AT_ONCE = 2 ** 12      # places of the Transformer in one part of a batch


@dataclass(frozen=True)
class DenoiserConfig:
    signals: tuple              # (V, C): what every token looks like, numbers from -1 to 1: PictureCodec.signals
    height: int                 # H
    width: int                  # W
    n_labels: int = 0           # different conditions, 0 for none; id n_labels is "no label"
    patch: int = 2              # pixels along one side of a patch
    layers: int = 4
    hidden: int = 128           # D
    heads: int = 4
    dropout: float = 0.0
    label_dropout: float = 0.1  # share of the training pictures that are shown without their label

    def __post_init__(self):
        """The table as tuples, whether it comes from an array or from JSON: settings that are equal compare equal."""
        object.__setattr__(self, "signals", tuple(tuple(map(float, row)) for row in self.signals))


class Denoiser:
    """What is the clean picture behind a noisy one? ``denoise(x, alpha_bar, condition)`` is its guess."""

    end = None

    def __init__(self, config, rng, dtype=np.float32):
        hint = "A patch is a square of pixels; 1 always fits."
        expect_divides("height", config.height, config.patch, hint)
        expect_divides("width", config.width, config.patch, hint)
        self.config, self.dtype, self.n_labels = config, dtype, config.n_labels
        self.signals = np.array(config.signals, dtype)                          # (V, C)
        self.vocab_size, self.channels = self.signals.shape
        self.length = config.height * config.width                              # T
        self.n_patches = self.length // config.patch ** 2                       # P
        size, D = config.patch ** 2 * self.channels, config.hidden
        self.into, self.out = Linear(size, D, rng, dtype), Linear(D, size, rng, dtype, zero=True)
        self.place = Embedding(self.n_patches, D, rng, dtype, scale=0.5)
        self.level = Network(2 * WAVES, D, D, rng, dtype)
        self.transformer = Transformer(config.layers, D, config.heads, None, rng, dtype, config.dropout)
        parts = {"into": self.into, "place": self.place, "level": self.level, "transformer": self.transformer, "out": self.out}
        if config.n_labels:
            self.label = parts["label"] = Embedding(config.n_labels + 1, D, rng, dtype, scale=0.5)
        self.params = collect(**parts)

    @staticmethod
    def is_matrix(name, array):
        """The inner matrices, which Muon trains; what touches the picture, and the tables, go to Adam."""
        return name.startswith("transformer.") and array.ndim == 2

    # Pictures and patches

    def patches(self, x):
        """Canvases (B, T, C) cut into squares: (B, P, patch² C)."""
        config, p = self.config, self.config.patch
        grid = x.reshape(-1, config.height // p, p, config.width // p, p, self.channels).swapaxes(2, 3)
        return grid.reshape(len(x), self.n_patches, -1)

    def canvases(self, patches):
        """The way back: (B, P, patch² C) to (B, T, C)."""
        config, p = self.config, self.config.patch
        grid = patches.reshape(-1, config.height // p, config.width // p, p, p, self.channels).swapaxes(2, 3)
        return grid.reshape(len(patches), self.length, self.channels)

    def waves(self, alpha_bar):
        """The level of noise (B,) as sines and cosines (B, 2 WAVES) of the angle whose cosine is the signal's share."""
        angle = np.arccos(np.sqrt(np.clip(alpha_bar, 0.0, 1.0)))                # (B,) 0 clean, pi / 2 noise
        turns = 2.0 * angle[:, None] * np.arange(1, WAVES + 1)                  # (B, WAVES)
        return np.concatenate([np.sin(turns), np.cos(turns)], axis=1).astype(self.dtype)

    # The network

    def _forward(self, x, alpha_bar, label, rng=None):
        """v of canvases (B, T, C)."""
        x, into_cache = self.into.forward(self.patches(x))                      # (B, P, D)
        level, level_cache = self.level.forward(self.waves(alpha_bar))          # (B, D)
        told, label_cache = level, None
        if self.n_labels:
            embedded, label_cache = self.label.forward(label)
            told = told + embedded
        x = x + self.place.params["table"] + told[:, None]
        x, transformer_cache = self.transformer.forward(x, rng)
        v, out_cache = self.out.forward(x)
        return self.canvases(v), (into_cache, level_cache, label_cache, transformer_cache, out_cache)

    def _backward(self, caches, dv):
        into_cache, level_cache, label_cache, transformer_cache, out_cache = caches
        dx, grads = self.out.backward(out_cache, self.patches(dv))
        grads = prefix("out", grads)
        dx, transformer_grads = self.transformer.backward(transformer_cache, dx)
        grads |= prefix("transformer", transformer_grads)
        grads["place.table"] = dx.sum(axis=0)
        dtold = dx.sum(axis=1)                                                  # (B, D)
        grads |= prefix("level", self.level.backward(level_cache, dtold)[1])
        if self.n_labels:
            grads |= prefix("label", self.label.backward(label_cache, dtold)[1])
        return grads | prefix("into", self.into.backward(into_cache, dx, inputs=False)[1])

    # Learning

    def _task(self, tokens, rng):
        """Noisy canvases and their v, (B, T, C) each, and the level of noise (B,).

        The levels of a batch are spread evenly, with one die for all: a batch of only easy or only hard tasks would
        make the loss jump (Kingma et al., 2021).
        """
        x = self.signals[tokens]                                                # (B, T, C)
        t = (rng.permutation(len(x)) + rng.random()) / len(x)                   # (B,)
        alpha_bar = noises.cosine_alpha_bar(t).astype(self.dtype)
        noise = rng.standard_normal(x.shape).astype(self.dtype)
        # v is the picture turned a quarter further: as add_noise mixes picture and noise, noise and -picture.
        return noises.add_noise(x, alpha_bar, noise), noises.add_noise(noise, alpha_bar, -x), alpha_bar

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        """Mean squared error of v over all numbers of all pixels, and its gradients.

        ``rng`` throws everything: levels and noise, which labels are hidden, dropout.
        """
        noisy, v, alpha_bar = self._task(tokens, rng)
        label = None
        if self.n_labels:
            label = noises.drop_condition(condition.label, rng.random(len(tokens)), self.config.label_dropout, self.n_labels)
        told, caches = self._forward(noisy, alpha_bar, label, rng)
        wrong = told - v
        loss = float(np.vdot(wrong, wrong)) / wrong.size
        wrong *= wrong.dtype.type(2.0 / wrong.size)
        return loss, self._backward(caches, wrong)

    def loss(self, tokens, condition, rng):
        """The same error without gradients: labels are shown, nothing is dropped."""
        noisy, v, alpha_bar = self._task(tokens, rng)
        told = self._in_parts(noisy, alpha_bar, self._labels(condition, len(tokens)))
        return float(np.mean((told - v) ** 2, dtype=np.float64))

    # Asking

    def _labels(self, condition, n):
        if not self.n_labels:
            return None
        return np.full(n, self.n_labels) if condition.label is None else condition.label

    def _in_parts(self, x, alpha_bar, label):
        """v of many canvases: part by part, side by side, and always in two parts at least, on one core too."""
        rows = max(1, min(DENOISED_AT_ONCE // self.n_patches, -(-len(x) // 2)))
        parts = [slice(i, i + rows) for i in range(0, len(x), rows)]

        def ask(part):
            return self._forward(x[part], alpha_bar[part], None if label is None else label[part])[0]
        with one_blas_thread():
            return np.concatenate(side_by_side([partial(ask, part) for part in parts]))

    def denoise(self, x, alpha_bar, condition=NO_CONDITION):
        """The clean canvases (B, T, C) that this model sees behind noisy ones.

        Parameters
        ----------
        x : (B, T, C) float
        alpha_bar : float or (B,) float
            How much of the signal's variance is left.
        condition : Condition
            The label (B,): id ``n_labels``, or no label at all, asks what the picture is without being told.
        """
        expect_shape("x", x, (None, self.length, self.channels), hint="Canvases of signals: PictureCodec.to_signal.")
        x = np.asarray(x, self.dtype)
        level = np.broadcast_to(np.asarray(alpha_bar, self.dtype), len(x))
        v = self._in_parts(x, level, self._labels(condition, len(x)))
        return noises.add_noise(x, level, -v)                                   # sqrt(ᾱ) x - sqrt(1 - ᾱ) v

    def check_plan(self, plan):
        """Every place at every pass, a little cleaner: there is no order of places to check."""

    def multiplications(self, length=None):
        """For one picture, one pass."""
        config, D, P = self.config, self.config.hidden, self.n_patches
        touch = 2 * self.length * self.channels * D
        return int(touch + 2 * WAVES * D + D * D + config.layers * (12 * P * D * D + 2 * P * P * D))

    def settings(self):
        return asdict(self.config)

    @classmethod
    def from_settings(cls, settings):
        """A model of this form; its parameters are about to be overwritten."""
        return cls(DenoiserConfig(**settings), np.random.default_rng(0))
