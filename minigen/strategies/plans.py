"""Plans: the generation order, in groups of positions. ``len(plan)`` is the number of passes."""

import numpy as np

from minigen.errors import expect_range, say


def one_by_one(length):
    """各個擊破, autoregressive: T passes of one place, from left to right.

    >>> [at.tolist() for at in one_by_one(3)]
    [[0], [1], [2]]
    """
    return [np.array([t]) for t in range(length)]


def all_at_once(length):
    """一次到位, non-autoregressive: one pass for every place.

    >>> [at.tolist() for at in all_at_once(3)]
    [[0, 1, 2]]
    """
    return [np.arange(length)]


def in_blocks(k):
    """Between the two: k places a pass, so T / k passes (rounded up).

    >>> [at.tolist() for at in in_blocks(2)(5)]
    [[0, 1], [2, 3], [4]]
    """
    expect_range("k", k, 1, hint="A block holds at least one place; 1 is one by one.")
    return lambda length: [np.arange(t, min(t + k, length)) for t in range(0, length, k)]


def in_passes(n):
    """The same by its number of passes: n blocks, as equal as can be, no more than there are places.

    >>> [at.tolist() for at in in_passes(2)(5)]
    [[0, 1, 2], [3, 4]]
    """
    expect_range("passes", n, 1, hint="One pass is all at once; as many as places is one by one.")
    return lambda length: np.array_split(np.arange(length), min(n, length)) if length else []


def check_places(plan, length):
    """Raise UserError unless every position stands in the plan exactly once."""
    places = np.sort(np.concatenate([np.atleast_1d(at) for at in plan])) if len(plan) else np.empty(0, int)
    if not np.array_equal(places, np.arange(length)):
        missing = np.setdiff1d(np.arange(length), places)
        got = f"{places.size} places" + (f", {missing[0]} missing" if missing.size else ", some twice or too far")
        raise say("plan", f"each position from 0 to {length - 1} exactly once", got,
                  "Was the plan made for another length?")


def still_open(plan, canvas, mask):
    """The plan without the places that a prompt has decided already.

    A prompt is the same places on every canvas; a place open on some only is an error.
    """
    open_places = expect_same_open(canvas, mask)
    left = [np.atleast_1d(at)[open_places[0, np.atleast_1d(at)]] for at in plan]
    return [at for at in left if at.size]


def expect_same_open(canvas, mask):
    """Which places are open (B, T); UserError unless they are the same on every canvas."""
    open_places = canvas == mask                                    # (B, T)
    if (open_places != open_places[:1]).any():
        raise say("canvas", "the same places open on every canvas", "different ones",
                  "Draw canvases with different prompts one after the other.")
    return open_places
