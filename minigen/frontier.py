"""Between one pass and T: quality against the number of passes, on one and the same network.

A network that predicts any place from any visible ones (``models/masked``) answers every plan, so the number of passes is
chosen after training. Beside it stand the network that was made for one by one, the one-shot decoders, the cascade, the
diffusion: each a point. Bits are exact where a plan is fixed; a figure that is none says what it is (``bits_kind``).
"""

import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Callable

import numpy as np

from minigen import measure
from minigen.models.causal import up_to_end
from minigen.models.classifier import Classifier, ClassifierConfig
from minigen.nn.optimisers import Adam
from minigen.nn.training import train
from minigen.parallel import each_on_one_core, one_blas_thread
from minigen.protocols import NO_CONDITION, Condition
from minigen.recipes import base
from minigen.strategies.fill import generate, log_prob
from minigen.strategies.length import cut_at_end_log_prob, length_first_log_prob
from minigen.strategies.orders import in_random_blocks, surest_first_log_prob
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one

SCORED = {"tiny": 4, "small": 16, "full": 37}                # held-out items whose bits are taken under every plan (400 passes cost)
DRAWN = {"tiny": 16, "small": 200, "full": 256}               # samples whose distance is taken
SMALL_DRAWN = 512                                            # of pictures of up to 10 x 10 pixels
WORK = {"tiny": 2e5, "small": 4e6, "full": 8e6}              # tokens computed for the samples of one point; more are not drawn
ORDERS = 3                                                   # random orders under which each item is scored
PASSES = (2, 4, 8, 16)                                       # of the strategies that take any number
LOOKS = 1e6                                                  # places computed one by one, all scored items together: 6 monsters
TIMED = 1.3e6                                                # places of the batch that is timed: 64 monsters in 50 passes
BATCH = 64
SHOWN = 12                                                   # samples of each point on the contact sheet


def n_scored(size, length):
    """How many held-out items are scored under every plan. One by one, each costs length ** 2 places."""
    return min(SCORED[size], int(LOOKS / length ** 2))


@dataclass(frozen=True)
class Judge:
    """What samples of one kind are held against."""

    impossible: Callable             # tokens (N, T) -> share of pieces that training data do not contain
    distance: Callable               # tokens (N, T) -> distance to the training data
    measures: str                    # what ``distance`` is, in words
    recognised: Callable | None = None   # tokens (N, T), labels (N,) -> share that a classifier takes for what was asked, and
                                         # the distance in its features: it looks for digits, and away from noise


@one_blas_thread()                                           # a second one would spin where another program wants its core
def frontier(recipe, dataset, anyorder, models, size, seed):
    """The points of one kind of thing: what each strategy costs and gives.

    Parameters
    ----------
    anyorder : list of Masked
        The same network from several seeds; the first one draws, all of them are scored.
    models : dict of str to model
        Those of the recipe's rows, "masked" left out.

    Returns
    -------
    list of dict
        ``strategy``, ``model``, ``passes``, ``seconds`` (one alone), ``seconds_64`` (one of 64), ``bits``, ``bits_kind``
        ("exact", "mean over orders", "bound" or None), ``bits_each`` (of each seed), ``impossible``, ``distance``;
        ``recognised`` and ``distance_classifier`` where there are labels.
    str
        What the distance is.
    list of (str, tokens (12, T))
        Of each point whose samples were taken, the first ones, under its name.
    """
    judge, points, shown = judge_of(dataset, size, seed), [], []
    tokens, condition = scored(dataset, n_scored(size, anyorder[0].length))
    counted = up_to_end(tokens, dataset.codec.end).sum()
    T = anyorder[0].length

    def bits_of(log_probs):
        return float(-np.sum(log_probs) / counted / measure.NATS_PER_BIT)

    def of_each(score):
        """Bits of each seed's network; in two shares each, for three on two cores would leave one of them idle."""
        shares = np.array_split(np.arange(len(tokens)), 2)
        done = each_on_one_core([partial(score, model, tokens[rows], condition.rows(rows)) for model in anyorder for rows in shares])
        return [bits_of(np.concatenate(pair)) for pair in zip(done[::2], done[1::2])]

    def point(strategy, model, name, passes, bits_each, kind, draw):
        measured, samples = drawn(model, draw, passes, judge, size, seed, dataset)
        points.append({"strategy": strategy, "model": name, "passes": passes, "bits": bits_each and float(np.mean(bits_each)),
                       "bits_kind": kind if bits_each else None, "bits_each": bits_each} | measured)
        if samples is not None:
            shown.append((f"{name}, {strategy}, {passes} {'pass' if passes == 1 else 'passes'}", samples[:SHOWN]))

    for k in nested_blocks(T):
        plan = all_at_once if k == T else one_by_one if k == 1 else in_blocks(k)
        point("in_blocks", anyorder[0], "masked", -(-T // k), of_each(lambda model, some, asked: log_prob(model, some, plan, asked)),
              "exact", base.strategy(f"in_blocks:{k}"))
    for k in nested_blocks(T)[1:]:
        # The same orders for every k: each plan splits the blocks of the one before. A T that k does not divide leaves no rest here.
        orders = [in_random_blocks(k, np.random.default_rng([seed, i])) for i in range(ORDERS)]
        point("random_order", anyorder[0], "masked", T // k,
              of_each(lambda model, some, asked: np.mean([log_prob(model, some, order, asked) for order in orders], axis=0)), "mean over orders",
              base.strategy("random_order", T // k))
    for passes in [n for n in PASSES if n <= T]:
        point("surest_first", anyorder[0], "masked", passes, of_each(lambda model, some, asked: surest_first_log_prob(model, some, passes, asked)), "exact",
              base.strategy("surest_first", passes))
    for name in ("mask_predict", "maskgit"):
        for passes in [n for n in PASSES if n <= T]:
            point(name, anyorder[0], "masked", passes, None, None, base.strategy(name, passes))
    for row in [row for row in recipe.every_row if row.model in models]:
        model = models[row.model]
        if row.strategy == "diffusion":
            for passes in (10, 50):
                point("diffusion", model, row.model, passes, None, None, base.strategy("diffusion", passes))
            continue
        passes = passes_of(row, model, T)
        bits, kind = scored_alone(row, model, tokens, condition, counted, seed)
        point(row.strategy, model, row.model, passes, bits, kind, base.strategy(row.strategy))
    n = n_drawn(size, dataset)
    real = dataset.valid[:n]
    points.append({"strategy": "real, held out", "model": None, "passes": None, "seconds": None, "seconds_64": None, "bits": None, "bits_kind": None,
                   "bits_each": None, "impossible": judge.impossible(real), "distance": judge.distance(real)}
                  | (judge.recognised(real, dataset.valid_label[:n]) if judge.recognised else {}))
    return points, judge.measures, [("real, held out", real[:SHOWN]), *shown]


def legend(piece, length, size, labels):
    """What stands in the table of points, one line each; with ``labels`` a classifier has looked at the samples."""
    yield f"bits: of {n_scored(size, length)} held-out items, the same for every point; ~ is the mean over {ORDERS} random orders, at least what drawing an order anew costs"
    yield f"never seen: {'patches of 2 x 2 pixels' if piece == 'pixel' else 'pairs of neighbouring characters'} that the training data do not contain"
    if labels:
        yield "in the classifier: Fréchet distance in the features of a small one that was trained on real digits; as asked: what it takes for the digit that was asked"


def n_drawn(size, dataset):
    """How many samples of a point are looked at: of small pictures more, whose Fréchet distance to the data would else be luck."""
    return SMALL_DRAWN if size != "tiny" and hasattr(dataset.codec, "palette") and dataset.length <= 100 else DRAWN[size]


def nested_blocks(length):
    """Places a pass, each dividing the one before: 400, 200, 100, 50, 25, 5, 1. Their plans split each other's blocks.

    >>> nested_blocks(14)
    [14, 7, 1]
    """
    sizes = [length]
    while sizes[-1] > 1:
        k = sizes[-1]
        sizes.append(k // next(n for n in range(2, k + 1) if k % n == 0))
    return sizes


def passes_of(row, model, length):
    """How often the model is asked by a strategy that brings its own number."""
    if row.strategy == "cascade":
        return len(model.sizes)
    return {"one_by_one": length, "length_first": 2}.get(row.strategy, 1)


def scored(dataset, n):
    """Held-out items (n, T) that are scored under every plan, and what they are asked."""
    rows = np.random.default_rng(0).permutation(len(dataset.valid))[:n]
    label = dataset.valid_label
    return dataset.valid[rows], Condition(label=label[rows]) if label is not None else NO_CONDITION


def scored_alone(row, model, tokens, condition, counted, seed):
    """Bits of a model under its one strategy, and what kind of figure that is."""
    if hasattr(model, "log_prob_bound"):
        score, kind = model.log_prob_bound(tokens, condition), "bound"
    elif getattr(model, "latent_width", 0):
        score, kind = measure.importance_bound(model, tokens, np.random.default_rng(seed), 64, condition), "bound"
    elif row.strategy == "length_first":
        score, kind = length_first_log_prob(model, tokens, condition=condition), "exact"
    elif row.strategy == "cut_at_end":
        score, kind = cut_at_end_log_prob(model, tokens, condition=condition), "exact"
    else:
        score, kind = measure.string_log_prob(model, tokens, getattr(model, "end", None), condition), "exact"
    return [float(-np.sum(score) / counted / measure.NATS_PER_BIT)], kind


def drawn(model, strategy, passes, judge, size, seed, dataset):
    """Seconds, share of impossible pieces, distance; and the samples, where the size of the run has time for enough of them."""
    length = getattr(model, "length", None) or dataset.length
    wanted = n_drawn(size, dataset)
    n = wanted if hasattr(model, "fill_compiled") else min(wanted, int(WORK[size] / (length * passes)))

    def draw(number):
        return generate(model, strategy, number, np.random.default_rng(seed), condition=base.in_turn(model, number), length=length)
    few = passes * length * BATCH <= min(TIMED, WORK[size])
    entry = {"seconds": measure.seconds(lambda: draw(1), repeats=3, patience=0.2),
             "seconds_64": measure.seconds(lambda: draw(BATCH), repeats=1, patience=0.2) / BATCH if few or hasattr(model, "fill_compiled") else None,
             "impossible": None, "distance": None}
    if n < wanted:                                    # fewer samples would have a larger distance: nothing to compare
        return entry, None
    tokens = draw_many(model, strategy, n, seed, length)
    if tokens.dtype.kind == "f":
        tokens = dataset.codec.quantise(tokens)
    entry |= {"impossible": judge.impossible(tokens), "distance": judge.distance(tokens)}
    if judge.recognised:
        entry |= judge.recognised(tokens, base.in_turn(model, len(tokens)).label)
    return entry, tokens


def draw_many(model, strategy, n, seed, length):
    """n canvases in parts of ``BATCH``, a part on each core: all at once they would take gigabytes, and their time with them."""
    condition = base.in_turn(model, n)

    def part(first):
        some = slice(first, min(first + BATCH, n))
        return generate(model, strategy, some.stop - first, np.random.default_rng([seed, first]), condition=condition.rows(some), length=length)
    return np.concatenate(each_on_one_core([partial(part, first) for first in range(0, n, BATCH)]))


# Judges

def judge_of(dataset, size, seed):
    """What samples are held against: the 2 x 2 patches or runs of characters of training, and a distance."""
    codec = dataset.codec
    n = n_drawn(size, dataset)
    if hasattr(codec, "palette"):
        known = np.concatenate([dataset.train, codec.mirror(dataset.train)]) if dataset.augment is not None else dataset.train
        seen = np.unique(measure.patches(codec.decode(known)))
        real = dataset.train[np.random.default_rng(seed).permutation(len(dataset.train))[:n]]
        seen_as = partial(measure.picture_features, codec=codec, train=dataset.train)
        known_by = classifier(dataset, seed) if dataset.n_labels else None

        def recognised(tokens, label):
            return {"recognised": float(np.mean(known_by.predict(tokens) == label)),
                    "distance_classifier": measure.frechet(known_by.features(tokens), known_by.features(real))}
        return Judge(lambda tokens: float(np.mean(~np.isin(measure.patches(codec.decode(tokens)), seen))),
                     lambda tokens: measure.frechet(seen_as(tokens), seen_as(real)),
                     f"Fréchet distance of colours and contrasts on a 5 x 5 grid, to {len(real)} training pictures", known_by and recognised)
    known = Counter(gram for tokens in dataset.train for gram in measure.grams(codec.decode(tokens), 2))

    def pairs(tokens):
        return Counter(gram for one in tokens for gram in measure.grams(codec.decode(one), 2))
    return Judge(lambda tokens: measure.share_unseen(pairs(tokens).elements(), known), lambda tokens: measure.counted_apart(pairs(tokens), known),
                 "total variation between the pairs of neighbouring characters, drawn and in training")


def classifier(dataset, seed):
    """A classifier of the training digits: its features are where distances are taken."""
    rng = np.random.default_rng([seed, 10])
    model = Classifier(ClassifierConfig(dataset.codec.signals, dataset.codec.height, dataset.codec.width, dataset.n_labels), rng)
    train(model, dataset, Adam(0.003), rng, steps=600, batch=64, average=0.98)      # a second, at every size: it judges the others
    return model


# What the points say

def rises(points):
    """Where more passes of nested plans cost more bits: on an exact model never, so each is an error of the trained one.

    Yields (strategy, passes before, passes, mean rise in bits, standard error over the seeds).
    """
    for strategy in ("in_blocks", "random_order"):
        line = sorted((one for one in points if one["strategy"] == strategy and one["bits"] is not None), key=lambda one: one["passes"])
        for before, after in zip(line, line[1:]):
            change = np.subtract(after["bits_each"], before["bits_each"])
            error = change.std(ddof=1) / np.sqrt(change.size) if change.size > 1 else None
            yield strategy, before["passes"], after["passes"], float(change.mean()), error and float(error)


def agreement(points):
    """Of all pairs of points of the any-order network with both figures, the share that bits and distance put in the same order.

    One half would be chance. None where fewer than two points have both.
    """
    both = [(one["bits"], one["distance"]) for one in points if one["model"] == "masked" and one["bits"] is not None and one["distance"] is not None]
    pairs = [(a, b) for i, a in enumerate(both) for b in both[:i] if a[0] != b[0] and a[1] != b[1]]
    return sum((a[0] < b[0]) == (a[1] < b[1]) for a, b in pairs) / len(pairs) if pairs else None


def crossing(points, key="seconds"):
    """At how many passes of the any-order network the one-by-one network with its cache is the faster one: measured.

    None where it never is, or nothing was measured.
    """
    line = [one for one in points if one["strategy"] == "in_blocks" and one[key]]
    cached = [one for one in points if one["strategy"] == "one_by_one" and one["model"] in ("char_lm", "pixel_lm") and one[key]]
    if not line or not cached:
        return None
    # Each pass computes everything anew: seconds are proportional to passes. The longest run tells a pass best.
    longest = max(line, key=lambda one: one["passes"])
    return cached[0][key] / (longest[key] / longest["passes"])


def predicted_crossing(slow, fast, batch):
    """The same from the machine's limits, for ``batch`` canvases.

    One by one with a cache reads its weights once a token, or multiplies, whichever takes longer: its loop is compiled. A pass of the
    any-order network ``fast`` multiplies for all places at once, and NumPy is called so many times, however little there is to do.
    """
    speed = machine_limits()
    T = fast.length
    size = 4 * sum(array.size for name, array in slow.params.items() if array.ndim == 2 and not name.startswith(("embedding", "pairs", "labels")))
    cached = max(T * size / speed["bytes"], 2 * batch * slow.multiplications(T) / speed["flop"])
    a_pass = 2 * batch * work_of_a_pass(fast) / speed["flop"]
    return cached / (a_pass + calls_of_a_pass(fast) * speed["call"])


def work_of_a_pass(model):
    """Multiplications of one pass more."""
    return model.multiplications(passes=2) - model.multiplications(passes=1)


def calls_of_a_pass(model):
    """How many compiled functions one pass calls: counted by Python's own profiler."""
    calls, canvas, condition = 0, np.full((1, model.length), model.vocab_size), base.in_turn(model, 1)

    def count(_frame, event, _function):
        nonlocal calls
        calls += event == "c_call"
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        model.logits(canvas, np.arange(model.length), condition)
    finally:
        sys.setprofile(before)
    return calls


def machine_limits():
    """What one thread can do here, the best of four: bytes a second read from the cache, operations a second of matrix products, seconds of
    a NumPy call on a few thousand numbers."""
    a, row = np.ones((512, 512), np.float32), np.ones((64, 64), np.float32)
    numbers = np.ones(2 ** 20, np.float32)

    def best(work):
        took = []
        for _ in range(4):
            start = time.perf_counter()
            work()
            took.append(time.perf_counter() - start)
        return min(took)

    def fifty_pairs_of_calls():
        for _ in range(50):
            row - row.max(axis=-1, keepdims=True)
    with one_blas_thread():
        return {"bytes": numbers.nbytes / best(numbers.sum), "flop": 2 * 512 ** 3 / best(lambda: a @ a), "call": best(fifty_pairs_of_calls) / 100}
