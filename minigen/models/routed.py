"""One model made of several, for strategies that need more than one: here a network for each step of size.

A ``Cascade`` holds a ``Mixture`` for the smallest picture and an ``Upscaler`` for each step up (after Ho et al., 2022, who
cascade diffusion models). Which step is asked, and with which smaller picture, the strategy ``cascade`` decides.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np

from minigen.data import pyramid
from minigen.errors import expect_divides, expect_range, expect_shape, expect_tokens, say
from minigen.models.mixture import Mixture
from minigen.models.upscaler import Upscaler
from minigen.nn.layers import collect, prefix
from minigen.protocols import NO_CONDITION

SCORED_AT_ONCE = 2 ** 20        # scores that are held in memory at a time (a batch of rows)


@dataclass(frozen=True)
class CascadeConfig:
    vocab_size: int             # V colours
    height: int                 # H of the largest picture
    width: int                  # W
    n_labels: int = 0           # different conditions, 0 for none
    factors: tuple = (2, 2)     # how many times larger each size is than the one before
    choices: int = 64           # Z, kinds of smallest picture
    reach: int = 1              # coarse pixels each way that an upscaler sees around its own
    channels: int = 64          # D
    hidden: int = 128           # width inside a block
    blocks: int = 1
    dropout: float = 0.0        # share of values silenced in training
    colour_dropout: float = 0.0  # share of the window that training shows as "nothing there"
    ordered: bool = False       # colours are grey levels: 3 is nearer to 4 than to 9, and blocks have means


class Cascade:
    """From small to large, each size all at once given the smaller one.

    P(all sizes) = P(smallest) * product over steps of P(larger | smaller). Smaller pictures are made from the larger ones, so
    the training data of every step is at hand, and all steps are trained together: their losses add up.
    """

    end = None

    def __init__(self, config, rng, dtype=np.float32):
        for factor in config.factors:
            expect_range("factors", factor, 2, hint="Each size is a multiple of the one before.")
        for name in ("height", "width"):
            expect_divides(name, getattr(config, name), math.prod(config.factors), "A pixel of the smallest picture stands for whole pixels.")
        self.config, self.vocab_size = config, config.vocab_size
        self.length, self.n_labels = config.height * config.width, config.n_labels
        smaller = [math.prod(config.factors[i:]) for i in range(len(config.factors) + 1)]      # (4, 2, 1)
        self.sizes = [(config.height // times, config.width // times) for times in smaller]    # the smallest first
        self.smallest = Mixture(config.vocab_size, math.prod(self.sizes[0]), rng, dtype,
                                n_labels=config.n_labels, choices=config.choices)
        self.upscalers = [
            Upscaler(config.vocab_size, *size, factor, rng, dtype, n_labels=config.n_labels, reach=config.reach, channels=config.channels,
                     hidden=config.hidden, blocks=config.blocks, dropout=config.dropout, colour_dropout=config.colour_dropout,
                     ordered=config.ordered)
            for size, factor in zip(self.sizes, config.factors)]
        self.params = collect(step0=self.smallest, **{f"step{i}": step for i, step in enumerate(self.upscalers, 1)})

    @staticmethod
    def is_matrix(name, array):
        """The inner matrices, which Muon trains; tables and output layers go to Adam."""
        return ".block" in name and array.ndim >= 2

    def begin(self, tokens, label, rng):
        """Fit the mixture to the smallest pictures of training pictures (N, T); the upscalers start as they are. Returns the model."""
        smallest = self.in_all_sizes(tokens)[0]
        self.smallest.fit(smallest.reshape(len(tokens), -1), self._label(len(tokens), label), rng)
        return self

    def in_all_sizes(self, tokens):
        """Pictures (B, T) as a list of (B, h, w), the smallest first."""
        pictures = tokens.reshape(len(tokens), self.config.height, self.config.width)
        return pyramid.pyramid(pictures, self.config.factors, self.vocab_size, self.config.ordered)

    def _label(self, n, label):
        return label if self.n_labels else np.zeros(n, np.int64)

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        """Mean nats per pixel of the largest picture, all steps added up: a bound on the picture's own; ``rng`` for dropout."""
        sizes, label = self.in_all_sizes(tokens), self._label(len(tokens), condition.label)
        steps = [self.smallest.loss_and_grads(sizes[0].reshape(len(tokens), -1), label)]
        steps += [upscaler.loss_and_grads(coarse, fine, label, rng) for upscaler, coarse, fine in zip(self.upscalers, sizes, sizes[1:])]
        loss, grads = 0.0, {}
        for i, ((part, part_grads), pictures) in enumerate(zip(steps, sizes)):
            share = pictures.size / tokens.size                     # from a mean over its own pixels to one over the largest
            loss += share * part
            grads |= prefix(f"step{i}", {name: share * grad for name, grad in part_grads.items()})
        return loss, grads

    def latent_logits(self, n, condition):
        """Scores of the smallest picture's choices: (n, Z)."""
        return self.smallest.choice_logits(self._label(n, condition.label))

    def step_logits(self, step, smaller, condition=NO_CONDITION):
        """Scores of every pixel of one size, in raster order, given the picture one size smaller.

        Parameters
        ----------
        step : int
            Index into ``sizes``.
        smaller : (B, h, w) int64, or None at step 0
            There the choice, ``condition.latent`` (B,), takes its place.

        Returns
        -------
        (B, T of this size, V)
        """
        if step:
            scores = self.upscalers[step - 1].logits(smaller, self._label(len(smaller), condition.label))
            return scores.reshape(len(smaller), -1, self.vocab_size)
        return self.smallest.logits(self._label(len(condition.latent), condition.label), condition.latent)

    def log_prob_steps(self, tokens, condition=NO_CONDITION):
        """What each step adds to the log-probability of pictures (B, T) in all sizes: nats (S, B), the smallest first."""
        expect_shape("tokens", tokens, (None, self.length), hint="Score a batch: tokens[None] makes one picture a batch of one.")
        expect_tokens("tokens", tokens, self.vocab_size)
        rows = max(1, SCORED_AT_ONCE // (self.length * self.vocab_size))
        return np.concatenate([self._log_prob_rows(tokens[i:i + rows], condition.rows(slice(i, i + rows)).label)
                               for i in range(0, len(tokens), rows)] or [np.zeros((len(self.sizes), 0))], axis=1)

    def _log_prob_rows(self, tokens, label):
        sizes, label = self.in_all_sizes(tokens), self._label(len(tokens), label)
        told = [self.smallest.log_prob(sizes[0].reshape(len(tokens), -1), label)]
        told += [upscaler.log_prob(coarse, fine, label) for upscaler, coarse, fine in zip(self.upscalers, sizes, sizes[1:])]
        return np.stack(told)                                                          # (S, B)

    def log_prob_bound(self, tokens, condition=NO_CONDITION):
        """A lower bound on log P(picture), nats (B,): the probability that it is drawn from its own smaller pictures.

        It may also be drawn from others, whose blocks were meant to turn out differently: those are not added up.
        """
        return self.log_prob_steps(tokens, condition).sum(axis=0)

    def logits(self, canvas, at, condition=NO_CONDITION):
        """Not to be had from a canvas of one size: see ``step_logits``."""
        self.check_plan(None)

    def check_plan(self, plan):
        """No plan over the places of one canvas: UserError."""
        raise say("strategy", "'cascade' for a model of several sizes", "a plan over the places of one canvas",
                  "Each size is decided all at once, given the smaller one.")

    def multiplications(self, length=None):
        """For one picture; the smallest is looked up."""
        return sum(upscaler.multiplications() for upscaler in self.upscalers)

    def settings(self):
        return asdict(self.config) | {"factors": list(self.config.factors)}

    @classmethod
    def from_settings(cls, settings):
        """A model of this form; its parameters are about to be overwritten."""
        return cls(CascadeConfig(**settings | {"factors": tuple(settings["factors"])}), np.random.default_rng(0))
