"""Hidden tests of unit 01. The oracle is one sum in plain Python, and laws."""

import math

import numpy as np

from minigen.course import expect


def plain(logits):
    """Each row by itself, with ``math.exp``."""
    probs = np.zeros(logits.shape)
    for index in np.ndindex(*logits.shape[:-1]):
        row = logits[index].tolist()
        weights = [math.exp(score - max(row)) for score in row]
        probs[index] = [weight / math.fsum(weights) for weight in weights]
    return probs


def eighths(rng, shape):
    """Scores that are multiples of 1/8: still exact, also as float32, after 10,000 is added."""
    return rng.integers(-24, 25, shape) / 8


def test_one_row(impl, rng):
    """a single row of scores (V,), of every length from one token on"""
    for size in (1, 2, 3, 10, 300):
        logits = 2.0 * rng.standard_normal(size)
        expect.close(impl.softmax(logits.copy()), plain(logits), f"softmax of {size} scores")


def test_along_the_last_axis(impl, rng):
    """arrays of two, three and four axes: each row along the last axis is by itself"""
    for shape in ((2, 3), (4, 4), (1, 5), (2, 3, 4), (3, 1, 2, 6)):
        logits = 2.0 * rng.standard_normal(shape)
        expect.close(impl.softmax(logits.copy()), plain(logits), f"softmax of scores {shape}")


def test_rows_sum_to_one(impl, rng):
    """every row sums to one, and no probability is below 0 or above 1"""
    for shape in ((3, 7), (2, 4, 5), (6, 2)):
        got = expect.array(impl.softmax(2.0 * rng.standard_normal(shape)), shape)
        expect.close(got.sum(axis=-1), np.ones(shape[:-1]), f"sums of the rows of {shape}")
        assert (got >= 0).all() and (got <= 1 + 1e-6).all(), "expected probabilities between 0 and 1"


def test_the_ratio_of_two_tokens(impl, rng):
    """within a row, how many times likelier one token is than another is exp() of the difference of their scores"""
    logits = rng.standard_normal((5, 6))
    got = expect.array(impl.softmax(logits.copy()), (5, 6))
    ratios = np.array([[math.exp(score - row[0]) for score in row] for row in logits.tolist()])
    expect.close(got, ratios * got[:, :1], "probabilities from the first one of their row")


def test_a_shift_changes_nothing(impl, rng):
    """one number added to all scores of a row, another one for each row, changes no probability"""
    logits, shift = rng.standard_normal((4, 5)), rng.uniform(-4.0, 4.0, (4, 1))
    before = expect.array(impl.softmax(logits.copy()), (4, 5))
    expect.close(impl.softmax(logits + shift), before, "softmax of shifted scores")


def test_scores_of_any_size(impl, rng):
    """scores near 10,000, and in another array near -10,000, neither overflow nor vanish"""
    for shift in (1e4, -1e4, 800.0):
        logits = eighths(rng, (4, 6))
        expect.close(impl.softmax(logits + shift), plain(logits), f"softmax of scores near {shift:g}")


def test_large_and_small_rows_together(impl, rng):
    """one row near 10,000 and one near -10,000 in the same array"""
    logits = eighths(rng, (4, 5))
    shift = rng.permutation([1e4, -1e4, 0.0, -2e3])[:, None]
    expect.close(impl.softmax(logits + shift), plain(logits), "softmax of rows far from each other")


def test_scores_far_apart(impl, rng):
    """10,000 and -10,000 within one row: the far ones get nothing, and two near ones share"""
    order = rng.permutation(5)
    logits = np.array([1e4, 1e4 - 1.0, 0.0, -1e4, 9e3])[order]       # exact as float32 too
    expect.close(impl.softmax(logits.copy()), plain(logits), "softmax of scores far apart")


def test_impossible_tokens(impl, rng):
    """a score of -inf has probability exactly 0, wherever it stands; the others share the rest"""
    logits = rng.standard_normal((6, 5))
    logits[np.arange(5), rng.permutation(5)] = -np.inf
    logits[5, 1:] = -np.inf                                     # only one possible
    got = impl.softmax(logits.copy())
    expect.close(got, plain(logits), "softmax of rows with -inf")
    assert (got[np.isneginf(logits)] == 0.0).all(), "expected probability exactly 0 for a score of -inf"


def test_float32_and_views(impl, rng):
    """float32 scores, and arrays that are not contiguous, give the same numbers"""
    logits = 2.0 * rng.standard_normal((6, 8))
    single = logits.astype(np.float32)
    expect.close(impl.softmax(single.copy()), plain(single), "softmax of float32 scores", rtol=2e-5)
    expect.close(impl.softmax(np.asfortranarray(logits)), plain(logits), "softmax of scores in Fortran order")
    view = np.repeat(logits, 2, axis=1)[::-2, ::2]
    expect.close(impl.softmax(view), plain(logits)[::-2], "softmax of every second row, backwards")


def test_the_scores_stay(impl, rng):
    """the scores that were given are not written to, whatever their size and kind"""
    for dtype in (np.float64, np.float32):
        for shape in ((3, 4), (5,)):
            expect.array(expect.unchanged(impl.softmax, rng.standard_normal(shape).astype(dtype)), shape)
