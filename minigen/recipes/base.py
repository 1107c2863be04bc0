"""What a recipe is: data, the models that learn from it, and the strategies that draw from them."""

import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Callable

import numpy as np

from minigen import measure
from minigen.errors import expect_in, expect_range, say
from minigen.nn.optimisers import Adam, Muon
from minigen.nn.training import train
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.cascade import cascade
from minigen.strategies.diffusion import diffusion
from minigen.strategies.fill import fill, shared_latent
from minigen.strategies.length import cut_at_end, length_first
from minigen.strategies.mask_predict import mask_predict
from minigen.strategies.orders import random_order, surest_first
from minigen.strategies.plans import all_at_once, in_blocks, in_passes, one_by_one

SIZES = ("tiny", "small", "full")


@dataclass(frozen=True)
class Training:
    """How a network is trained; rates are those of Muon (matrices) and Adam (the rest)."""

    steps: int
    batch: int
    matrix_rate: float = 0.03
    rate: float = 0.01
    momentum: float = 0.9
    decay: float = 0.0              # pull of the weights towards 0, as a share of the rate
    average: float | None = None    # decay of the averaged parameters, None for the last ones
    looks: int = 4                  # how often the held-out loss is looked at
    patience: int | None = None     # looks without a better one that end the training
    held_out: int = 256             # items in each look (a running text: rows)


@dataclass(frozen=True)
class Row:
    """One line of a comparison: a strategy on a model."""

    strategy: str                   # a name that ``strategy`` knows
    model: str                      # a key of Recipe.models
    note: str = ""


@dataclass(frozen=True)
class Recipe:
    """Data + models + strategies for one kind of thing."""

    name: str
    title: str
    piece: str                      # what a token is: "character" or "pixel"
    load: Callable                  # (size, **sources) -> dataset
    models: dict                    # name -> build(dataset, size, rng) -> (model, Training or None)
    rows: tuple                     # the comparison, one by one first
    main: str                       # the model that ``minigen train`` trains
    unseen: str                     # what the share of never-seen pieces counts
    sources: tuple = field(default=())   # other data it can read: "data", "lines", "tile"
    shots: tuple = ()               # rows that only the frontier has: strategies between one pass and T
    asked: bool = False             # the label is a question that is always given, not a part of the thing

    @property
    def every_row(self):
        """The rows of the comparison, then those that only the frontier has."""
        return (*self.rows, *self.shots)

    def rows_for(self, strategy):
        """The rows whose network a strategy was made for; one that decides in any order serves all strategies of ANY_ORDER, and blocks."""
        rows, blocks = [row for row in self.every_row if row.model in self.models], strategy.startswith("in_blocks:")
        return ([row for row in rows if row.strategy == strategy]
                or [row for row in rows if row.model == "masked" and (blocks or strategy in ANY_ORDER)])


def strategy(name, passes=None, **settings):
    """A strategy by its name on the command line; ``passes`` for those that take a number of them (``IN_PASSES``, ``IN_A_PLAN``)."""
    name, _, size = name.partition(":")
    if passes is not None:
        if name not in IN_PASSES + IN_A_PLAN:
            raise say("passes", f"a strategy that takes a number of passes ({', '.join(IN_PASSES + IN_A_PLAN)})", repr(name),
                      "Others have their own: one_by_one one for each piece, in_blocks:K one for each K pieces, cascade one for each size.")
        expect_range("passes", passes, 1, hint="One pass is all at once.")
        settings |= {"passes": passes} if name in IN_PASSES else {"plan": in_passes(passes)}
    if name == "in_blocks":
        if not size.isdecimal():             # isdigit() lets ² pass, int() does not
            raise say("strategy", "in_blocks:K with a number K", repr(f"{name}:{size}"), "For instance in_blocks:8.")
        return partial(fill, plan=in_blocks(int(size)), **settings)
    if size or name not in STRATEGIES:
        expect_in("strategy", name if not size else f"{name}:{size}", [*STRATEGIES, "in_blocks:K"],
                  "A strategy says when each piece is decided.")
    call, given = STRATEGIES[name]
    if call is diffusion:                    # floats are not drawn from scores
        for key, neutral in (("temperature", 1.0), ("top_k", None), ("top_p", None)):
            if settings.pop(key, neutral) != neutral:
                raise say(key, "nothing of the kind for diffusion", "a value", "Pictures of noise are not drawn token by token.")
    return partial(call, **given, **settings)


def is_plan(name):
    """Whether a strategy (a valid name) follows a plan: the model says whether it can."""
    return name.startswith("in_blocks:") or STRATEGIES[name][0] is fill


def in_turn(model, n):
    """What n canvases are told where nothing special is asked: every label in turn."""
    labels, parts = getattr(model, "n_labels", 0), getattr(model, "label_parts", 1)
    if not labels:
        return NO_CONDITION
    label = np.arange(n) % labels
    return Condition(label=label if parts == 1 else np.repeat(label[:, None], parts, axis=1))


STRATEGIES = {"one_by_one": (fill, {"plan": one_by_one}), "all_at_once": (fill, {"plan": all_at_once}),
              "shared_latent": (shared_latent, {}), "cut_at_end": (cut_at_end, {}), "length_first": (length_first, {}), "mask_predict": (mask_predict, {}),
              "maskgit": (mask_predict, {"choice_temperature": 4.5}), "surest_first": (surest_first, {}), "random_order": (random_order, {}),
              "cascade": (cascade, {}), "diffusion": (diffusion, {"guidance": 1.5})}
IN_A_PLAN = ("cut_at_end", "length_first")      # from left to right, as many blocks as passes; the length is drawn before the first
ANY_ORDER = ("mask_predict", "maskgit", "surest_first", "random_order")         # of models that predict any place from any visible ones
IN_PASSES = (*ANY_ORDER, "diffusion")


@dataclass
class Trained:
    """A model and how it came to be."""

    model: object
    seconds: float                  # of training, looks at held-out data included
    interrupted: bool = False
    best_step: int = 0              # where the parameters that were kept come from


def fit(recipe, name, dataset, size, seed, report=None):
    """Build and train one model of a recipe; the same seed gives the same model.

    ``report(step, steps, loss, valid)`` is called after each step: a progress bar.
    """
    expect_in("model", name, list(recipe.models), f"These are the models of the recipe {recipe.name}.")
    expect_in("size", size, SIZES)
    rng = np.random.default_rng([seed, *name.encode()])
    start = time.perf_counter()
    model, training = recipe.models[name](dataset, size, rng)
    if training is None:                           # counts: built is trained
        return Trained(model, time.perf_counter() - start)
    optimiser = Muon(model.is_matrix, training.matrix_rate, training.momentum, decay=training.decay,
                     adam=Adam(training.rate, decay=training.decay))
    history = train(model, dataset, optimiser, rng, steps=training.steps, batch=training.batch,
                    validate=partial(held_out_loss, model, dataset, training.held_out, seed),
                    look_every=max(1, training.steps // training.looks), patience=training.patience,
                    average=training.average, report=report)
    return Trained(model, time.perf_counter() - start, history.interrupted, history.best_step)


def held_out_loss(model, dataset, number, seed):
    """Nats per token on a fixed part of the held-out data: quick, to choose the best step.

    A model with a latent is judged by a bound, one that learns with dice by its own loss, on the same dice each time.
    """
    if hasattr(model, "loss"):
        label = dataset.valid_label[:number] if dataset.valid_label is not None else None
        return model.loss(dataset.valid[:number], Condition(label=label), np.random.default_rng(seed))
    if hasattr(dataset, "valid_stream"):
        part = dataset.valid_stream[:number * dataset.row_length]
        return -measure.stream_told(model, part, model.config.context).mean()
    tokens = dataset.valid[:number]
    label = dataset.valid_label[:number] if dataset.valid_label is not None else None
    condition = Condition(label=label)
    if hasattr(model, "log_prob_bound"):
        return -model.log_prob_bound(tokens, condition).mean() / dataset.length
    if getattr(model, "latent_width", 0):
        bound = measure.importance_bound(model, tokens, np.random.default_rng(seed), 4, condition)
        return -bound.mean() / dataset.length
    score = measure.string_log_prob(model, tokens, model.end, condition)
    return measure.bits_per_token(score, tokens, model.end) * measure.NATS_PER_BIT


def bits(model, dataset, rng, draws=64, asked=False):
    """Bits per token on all held-out data, and "exact" or "bound".

    With labels the label counts as drawn first, each alike: bits of the picture alone; a label that is
    ``asked`` is given instead. A decoder
    with a latent is scored by the importance-weighted bound with ``draws`` latents: the true figure is lower.
    """
    if hasattr(dataset, "valid_stream") and not hasattr(model, "loss"):
        return -measure.stream_told(model, dataset.valid_stream, reads(model)).mean() / measure.NATS_PER_BIT, "exact"
    tokens, end = dataset.valid, dataset.codec.end
    if hasattr(model, "denoise"):
        return None, None                    # a density of continuous pixels is no probability of tokens
    if hasattr(model, "loss"):               # any order: the mean over orders, one mask for each of a few rounds over the data
        each = -dataset.length * np.mean([model.loss(tokens, Condition(label=dataset.valid_label), rng) for _ in range(4)])
        return measure.bits_per_token(np.full(len(tokens), each), tokens, end), "mean over orders"
    if hasattr(model, "log_prob_bound"):
        score = measure.label_mixture(lambda condition: model.log_prob_bound(tokens, condition), len(tokens), dataset.n_labels)
        return measure.bits_per_token(score, tokens, end), "bound"
    if getattr(model, "latent_width", 0):
        score = measure.label_mixture(
            lambda condition: measure.importance_bound(model, tokens, rng, draws, condition),
            len(tokens), dataset.n_labels)
        return measure.bits_per_token(score, tokens, end), "bound"
    if asked:
        score = measure.string_log_prob(model, tokens, end, Condition(label=dataset.valid_label))
        return measure.bits_per_token(score, tokens, end), "exact"
    return measure.item_bits(model, tokens, end, getattr(model, "n_labels", 0)), "exact"


def smaller(dataset, size):
    """Size "tiny" learns from and is judged on a tenth of the text: seconds, not minutes."""
    if size != "tiny":
        return dataset
    parts = ("train_stream", "valid_stream") if hasattr(dataset, "valid_stream") else ("train", "valid")
    cut = {part: getattr(dataset, part) for part in parts}
    least = 2 * dataset.length if parts[0] == "train_stream" else 1
    return replace(dataset, **{part: array[:max(len(array) // 10, least)] for part, array in cut.items()})


def reads(model):
    """How many tokens to its left a model of running text reads."""
    return model.config.context if hasattr(model, "config") else getattr(model, "order", 1)
