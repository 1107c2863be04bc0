"""Hidden tests of unit 02. The oracles are a sum in plain Python, and finite differences of it in float64."""

import math

import numpy as np

from minigen.course import expect


def plain(logits, targets, counted=None):
    """Mean of -log p(target) over the places that count, one place after the other."""
    told = []
    for index in np.ndindex(*targets.shape):
        if counted is None or counted[index]:
            row = logits[index].tolist()
            total = math.fsum(math.exp(score - max(row)) for score in row)
            told.append(max(row) + math.log(total) - row[targets[index]])
    return math.fsum(told) / len(told)


def differences(logits, targets, counted=None, step=1e-5):
    """The gradient of ``plain``, from nudging one score after the other."""
    slopes = np.zeros(logits.shape)
    for index in np.ndindex(*logits.shape):
        up, down = logits.copy(), logits.copy()
        up[index] += step
        down[index] -= step
        slopes[index] = (plain(up, targets, counted) - plain(down, targets, counted)) / (2 * step)
    return slopes


def scored(rng, shape):
    """Scores (..., V) and true tokens (...)."""
    return 1.5 * rng.standard_normal(shape), rng.integers(0, shape[-1], shape[:-1])


def uneven(rng, batch, length):
    """Places that count (B, T): up to an END that stands somewhere else in each canvas."""
    return np.arange(length) < rng.permutation(length - 1)[:batch, None] + 1


def test_the_loss_of_one_row_of_places(impl, rng):
    """scores (T, V): one number, the mean surprise in nats"""
    for shape in ((1, 4), (7, 5), (3, 2), (6, 1), (9, 200)):
        logits, targets = scored(rng, shape)
        expect.close(impl.cross_entropy(logits.copy(), targets)[0], plain(logits, targets), f"the loss of scores {shape}")


def test_the_loss_of_many_canvases(impl, rng):
    """scores (B, T, V) and more axes: the mean over all places"""
    for shape in ((4, 3, 5), (2, 6, 3), (2, 3, 2, 4)):
        logits, targets = scored(rng, shape)
        expect.close(impl.cross_entropy(logits.copy(), targets)[0], plain(logits, targets), f"the loss of scores {shape}")


def test_the_loss_of_the_places_that_count(impl, rng):
    """one row of places of which some do not count: the mean over those that do"""
    for size in (4, 9):
        logits, targets = scored(rng, (size, 5))
        counted = rng.permutation(size) < size // 2
        got = impl.cross_entropy(logits.copy(), targets, counted)[0]
        expect.close(got, plain(logits, targets, counted), f"the loss where {size // 2} of {size} places count")


def test_canvases_of_different_lengths(impl, rng):
    """each place that counts weighs the same, whether it stands in a long canvas or in a short one"""
    logits, targets = scored(rng, (4, 6, 3))
    counted = uneven(rng, 4, 6)
    got = impl.cross_entropy(logits.copy(), targets, counted)[0]
    expect.close(got, plain(logits, targets, counted), "the loss of canvases of different lengths")


def test_the_gradient(impl, rng):
    """nudging any single score changes the loss as the gradient says"""
    for shape in ((6, 4), (2, 3, 5)):
        logits, targets = scored(rng, shape)
        got = impl.cross_entropy(logits.copy(), targets)[1]
        expect.close(got, differences(logits, targets), f"the gradient of scores {shape}")


def test_the_gradient_of_the_places_that_count(impl, rng):
    """the same where only some places count, looked at in those places"""
    logits, targets = scored(rng, (3, 4, 3))
    counted = uneven(rng, 3, 4)
    got = expect.array(impl.cross_entropy(logits.copy(), targets, counted)[1], (3, 4, 3), "f", "the gradient")
    expect.close(got[counted], differences(logits, targets, counted)[counted], "the gradient where places count")


def test_no_gradient_where_nothing_counts(impl, rng):
    """places that do not count have a gradient of exactly 0"""
    logits, targets = scored(rng, (3, 5, 4))
    counted = uneven(rng, 3, 5)
    got = expect.array(impl.cross_entropy(logits.copy(), targets, counted)[1], (3, 5, 4), "f", "the gradient")
    assert (got[~counted] == 0.0).all(), f"expected exactly 0, got up to {np.abs(got[~counted]).max():.3g}"


def test_the_signs_of_the_gradient(impl, rng):
    """the score of the true token should rise, all others should fall: a negative slope there, positive ones elsewhere"""
    logits, targets = scored(rng, (5, 6))
    got = expect.array(impl.cross_entropy(logits.copy(), targets)[1], (5, 6), "f", "the gradient")
    true = targets[:, None] == np.arange(6)
    assert (got[true] < 0.0).all(), "expected a negative gradient at every true token"
    assert (got[~true] > 0.0).all(), "expected a positive gradient at every other token"


def test_the_gradient_of_each_place_sums_to_zero(impl, rng):
    """the same number added to all scores of a place changes nothing: its gradient sums to 0"""
    logits, targets = scored(rng, (2, 4, 5))
    got = expect.array(impl.cross_entropy(logits.copy(), targets)[1], (2, 4, 5), "f", "the gradient")
    expect.close(got.sum(axis=-1), np.zeros((2, 4)), "the sums of the gradient")
    assert np.abs(got).max() > 1e-6, "expected a gradient that is not all zero"


def test_scores_of_any_size(impl, rng):
    """scores near 10,000 and near -10,000 cost what small ones do, and have their gradient"""
    targets = rng.integers(0, 5, 6)
    logits = rng.integers(-16, 17, (6, 5)) / 8                  # exact, also as float32, after 10,000 is added
    for shift in (1e4, -1e4):
        loss, dlogits = impl.cross_entropy(logits + shift, targets)
        expect.close(loss, plain(logits, targets), f"the loss of scores near {shift:g}")
        expect.close(expect.array(dlogits, (6, 5)).sum(axis=-1), np.zeros(6), f"sums of the gradient of scores near {shift:g}")


def test_a_very_unlikely_token(impl, rng):
    """a true token thousands below the best one costs thousands of nats, not inf and not less"""
    below = rng.integers(1000, 10_000) * 1.0
    logits = np.zeros((1, 4))
    target = rng.integers(4)
    logits[0, target] = -below
    loss, dlogits = impl.cross_entropy(logits.copy(), np.array([target]))
    expect.close(loss, plain(logits, np.array([target])), "the loss")
    want = np.full((1, 4), 1 / 3)
    want[0, target] = -1.0                                      # three equal ones share what should go to it
    expect.close(dlogits, want, "the gradient")


def test_an_impossible_true_token(impl, rng):
    """a true token of score -inf in a place that counts is infinitely surprising"""
    logits, targets = scored(rng, (4, 5))
    at = rng.integers(4)
    logits[at, targets[at]] = -np.inf
    loss = expect.number(impl.cross_entropy(logits.copy(), targets)[0], "the loss")
    assert loss == math.inf, f"the loss: expected inf, got {loss:.6g}"


def test_other_impossible_tokens(impl, rng):
    """tokens of score -inf that are not the true one cost nothing, and have gradient 0"""
    logits, targets = scored(rng, (5, 4))
    other = (targets + rng.integers(1, 4, 5)) % 4
    logits[np.arange(5), other] = -np.inf
    loss, dlogits = impl.cross_entropy(logits.copy(), targets)
    expect.close(loss, plain(logits, targets), "the loss")
    got = expect.array(dlogits, (5, 4), "f", "the gradient")[np.arange(5), other]
    expect.close(got, np.zeros(5), "the gradient at scores of -inf")


def test_an_impossible_token_where_nothing_counts(impl, rng):
    """a true token of score -inf spoils neither loss nor gradient where its place does not count"""
    logits, targets = scored(rng, (6, 4))
    counted = rng.permutation(6) < 3
    before = plain(logits, targets, counted)
    logits[~counted, targets[~counted]] = -np.inf
    loss, dlogits = impl.cross_entropy(logits.copy(), targets, counted)
    expect.close(loss, before, "the loss")
    assert np.isfinite(expect.array(dlogits, (6, 4))).all(), "expected a finite gradient everywhere"


def test_kinds_of_arrays(impl, rng):
    """float32 scores, int32 tokens and arrays that are not contiguous; no input is written to"""
    scores, targets = scored(rng, (3, 4, 5))
    counted = uneven(rng, 3, 4)
    for kind in (np.float64, np.float32):
        logits = scores.astype(kind)
        wide = np.repeat(logits, 2, axis=1)[:, ::2]
        views = (np.asfortranarray(logits), targets, counted), (wide, targets.astype(np.int32), np.asfortranarray(counted))
        for given in views:
            loss, dlogits = expect.unchanged(impl.cross_entropy, *given)
            expect.close(loss, plain(logits, targets, counted), f"the loss of scores of kind {np.dtype(kind)}")
            expect.array(dlogits, (3, 4, 5), "f", "the gradient")
