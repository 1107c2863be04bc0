"""Which places next, and still exact: a random order, or the surest places first.

A place may be chosen by anything that is known before it is drawn. Then every place is drawn once, from what the model says
about it, and the probability of a whole canvas is a product along its own order: it can be scored, and on an exact model with
one place a pass the strategy draws exactly the joint distribution. ``strategies/mask_predict`` looks at the draws first, and
loses that.
"""

import numpy as np

from minigen import maths
from minigen.errors import expect_range
from minigen.protocols import NO_CONDITION
from minigen.strategies import fill
from minigen.strategies.mask_predict import expect_any_order, passes_used
from minigen.strategies.plans import expect_same_open


def in_random_blocks(k, order_rng):
    """A plan: k places a pass along one random permutation of all places, drawn here and kept.

    Blocks of k from the same ``order_rng`` state split those of any multiple of k: plans for k = 400, 200, 100, 50, 25, 5, 1 are
    nested, and on an exact model each is at least as good as the one before.

    Parameters
    ----------
    k : int
        Places a pass.
    order_rng : numpy.random.Generator
        Where the order comes from, one number of it: not the dice of the tokens.

    Returns
    -------
    callable (T) -> list of (k,) int64
        The same order each time it is called, so that what was drawn along it can be scored along it.

    Examples
    --------
    >>> [[len(at) for at in in_random_blocks(k, np.random.default_rng(0))(6)] for k in (6, 4, 1)]
    [[6], [4, 2], [1, 1, 1, 1, 1, 1]]
    """
    expect_range("k", k, 1, hint="A block holds at least one place; 1 is one by one.")
    seed = int(order_rng.integers(2 ** 63))

    def plan(length):
        order = np.random.default_rng(seed).permutation(length)             # (T,)
        return [order[t:t + k] for t in range(0, length, k)]
    return plan


def random_order(model, canvas, rng, condition=NO_CONDITION, *, passes=8, temperature=1.0, top_k=None, top_p=None):
    """Yield the canvas (B, T) after each pass; every canvas has a random order of its own (Uria, Murray and Larochelle, 2014).

    The orders come from a child of ``rng``; the dice, one for each token, are those of ``fill``. Parameters are those of
    ``surest_first``. On average over its orders it is scored by ``random_order_log_prob``.
    """
    u, rank = rng.random(canvas.shape), rng.spawn(1)[0].random(canvas.shape)        # (B, T) each
    yield from _draw(model, canvas, u, condition, passes, rank, temperature, top_k, top_p)


def surest_first(model, canvas, rng, condition=NO_CONDITION, *, passes=8, temperature=1.0, top_k=None, top_p=None):
    """Yield the canvas (B, T) after each pass: on each canvas by itself, the places of lowest entropy before drawing come first.

    (Ben-Hamu et al., 2025, choose places like this, as many as an entropy allows; here their number is given.)

    Parameters
    ----------
    model
        Answers any place from any visible ones: ``models/masked``, ``models/table``.
    canvas : (B, T) int64
        Masks (id V) where a place is open, the same places on every canvas; the rest is a prompt and stays.
    passes : int
        N, calls of the model. Each decides an equal share of the places still open, rounded up. More passes than open
        places are too many: see ``mask_predict.passes_used``.
    temperature, top_k, top_p
        See ``maths.adjust``. The order is that of the model as it is: at temperature 0 nothing would be unsure.

    Notes
    -----
    One die a token, u (B, T), thrown first: place t of canvas b meets u[b, t] whenever its turn comes, as in ``fill``.
    ``surest_first_log_prob`` is the exact probability (at temperature 1, with nothing cut).
    """
    yield from _draw(model, canvas, rng.random(canvas.shape), condition, passes, None, temperature, top_k, top_p)


def surest_first_log_prob(model, tokens, passes, condition=None):
    """Log-probability of whole canvases as ``surest_first`` draws them.

    Which places come next depends on what is visible and on nothing else, so the way to a given canvas is known: it is
    walked again, and the tokens are scored along it. Summed over all canvases the probabilities are 1.

    Parameters
    ----------
    tokens : (B, T) int64
        Finished canvases: no mask left.
    passes : int
        As many as it was drawn with.

    Returns
    -------
    (B,) float64
        Nats, summed over tokens.
    """
    return _score(model, tokens, _checked(model, tokens, condition), passes, None)


def random_order_log_prob(model, tokens, passes, orders, rng, condition=None):
    """Log-probabilities of whole canvases under K random orders each, as ``random_order`` draws them.

    Returns
    -------
    (K, B) float64
        Nats, each canvas with orders of its own.

    Notes
    -----
    ``random_order`` gives a canvas the *mean probability* over all orders, and its logarithm is at least the mean of the
    logarithms (Jensen): the mean over K orders has too many bits rather than too few, on average, and is to be labelled so.
    """
    expect_range("orders", orders, 1, hint="How many random orders is each canvas scored under?")
    condition = _checked(model, tokens, condition)
    return np.stack([_score(model, tokens, condition, passes, rng.random(tokens.shape)) for _ in range(orders)])


def unsureness(scores):
    """Entropy of each place (B, A) in nats, from scores (B, A, V); a millionth of a nat is no difference.

    Without that, rounding would decide between places that are equally sure, and not in the same way in every batch.
    """
    log_probs = maths.log_softmax(scores.astype(np.float64))                # (B, A, V)
    seen = np.where(np.isneginf(log_probs), 0.0, log_probs)                 # 0 log 0 is 0
    return np.round(-(np.exp(log_probs) * seen).sum(axis=-1), 6)


def shares(n_open, passes):
    """How many places each pass decides: an equal share of those still open, rounded up.

    >>> shares(n_open=7, passes=3)
    [3, 2, 2]
    """
    return [-(-(n_open - i) // passes) for i in range(passes)]


def _walk(model, canvas, condition, passes, rank, write):
    """Go through the open places, those of smallest rank (B, T) first, or with None the surest; ties to the left.

    Each pass puts ``write(places (B, k), scores (B, k, V))`` on the canvas, then yields canvas, places and scores.
    """
    at = np.flatnonzero(expect_same_open(canvas, model.vocab_size)[0])      # (A,)
    passes = passes_used(at.size, passes)
    expect_any_order(model, at)
    for share in shares(at.size, passes):
        scores = model.logits(canvas, at, condition)                        # (B, A, V)
        order = unsureness(scores) if rank is None else rank[:, at]         # (B, A)
        order = np.where(canvas[:, at] == model.vocab_size, order, np.inf)  # what is decided comes last
        first = np.argsort(order, axis=1, kind="stable")[:, :share]         # (B, k)
        places, scores = at[first], np.take_along_axis(scores, first[..., None], axis=1)    # (B, k), (B, k, V)
        canvas = canvas.copy()
        np.put_along_axis(canvas, places, write(places, scores), axis=1)
        yield canvas, places, scores


def _draw(model, canvas, u, condition, passes, rank, *settings):
    maths.check_adjust(*settings)

    def throw(places, scores):
        return maths.sample_categorical(maths.adjust(scores, *settings), np.take_along_axis(u, places, axis=1))
    for canvas, _, _ in _walk(model, canvas, condition, passes, rank, throw):
        yield canvas.copy()


def _checked(model, tokens, condition):
    """The condition, once tokens and condition are such that they can be scored."""
    fill.expect_scorable(model, tokens)
    condition = condition or NO_CONDITION
    fill.check_condition(model, len(tokens), condition)
    return condition


def _score(model, tokens, condition, passes, rank):
    """Nats (B,) along the order of ``rank`` (see ``_walk``), so many canvases at a time as ``fill.log_prob`` takes."""
    passes_used(tokens.shape[1], passes)                                    # also where there is nothing to score

    def score(rows):
        told = tokens[rows]
        total = np.zeros(len(told))                                         # (B,)

        def write(places, scores):
            return np.take_along_axis(told, places, axis=1)
        for _, places, scores in _walk(model, np.full_like(told, model.vocab_size), condition.rows(rows), passes,
                                       None if rank is None else rank[rows], write):
            log_probs = maths.log_softmax(scores)                           # (B, k, V)
            given = write(places, scores)[..., None]                        # (B, k, 1)
            total += np.take_along_axis(log_probs, given, axis=-1)[..., 0].sum(axis=1, dtype=np.float64)
        return total
    return fill.in_rows(score, model, tokens)
