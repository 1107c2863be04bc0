"""Public checks of unit 17."""

import math

import numpy as np

from minigen.course import expect

HALF, FIFTH = math.log(0.5), math.log(0.2)


def by_length(asked):
    """Two tokens; of n places, all hold token n % 2 for sure. It notes what it is asked."""
    def piece_logits(n):
        asked.append(int(n))
        scores = np.full((int(n), 2), -np.inf)
        scores[:, int(n) % 2] = 0.0
        return scores
    return piece_logits


def check_shape(impl):
    """lengths are whole numbers, log-probabilities floats, one for each canvas; the inputs stay as they were"""
    tokens = np.array([[0, 1, 2], [1, 2, 0]])
    expect.array(expect.unchanged(lambda tokens: impl.lengths(tokens, 2), tokens), (2,), "i", "the lengths of 2 canvases")
    got = expect.unchanged(lambda log_probs, tokens: impl.string_log_prob(log_probs, tokens, 2), np.full((3, 3), HALF), tokens)
    expect.array(got, (2,), "f", "the log-probabilities of 2 canvases")


def check_lengths(impl):
    """a text ends before the first END, which is not counted"""
    expect.same(impl.lengths(np.array([[0, 0, 5, 0], [5, 0, 0, 0], [0, 5, 0, 5]]), 5), [2, 0, 1],
                "lengths, END at place 2, at place 0, at places 1 and 3")


def check_no_end(impl):
    """without END the whole canvas is text, and all its places count"""
    tokens = np.array([[0, 0, 0, 0]])
    expect.same(impl.lengths(tokens, 1), [4], "the length of 4 places without END")
    expect.close(impl.string_log_prob(np.full((4, 2), HALF), tokens, 1), [4 * HALF], "0 0 0 0, as (1/2) to the 4")


def check_end(impl):
    """END's own probability counts: the empty text is END at once"""
    expect.close(impl.string_log_prob(np.array([[HALF, FIFTH]]), np.array([[1]]), 1), [FIFTH], "END with 1/5")


def check_after_end(impl):
    """what stands after END does not count"""
    expect.close(impl.string_log_prob(np.full((3, 2), HALF), np.array([[0, 1, 0]]), 1), [2 * HALF], "0 END and then 0, as 1/2 times 1/2")


def check_impossible_after_end(impl):
    """what stands after END does not count, even if it is impossible"""
    log_probs = np.array([[HALF, FIFTH], [HALF, FIFTH], [HALF, FIFTH], [-np.inf, 0.0]])
    with np.errstate(all="ignore"):
        got = impl.string_log_prob(log_probs, np.array([[1, 0, 0, 0]]), 1)
    assert np.isfinite(got).all(), f"END, and an impossible token at place 3: expected a number, got {got}"


def check_length_first(impl):
    """the length is drawn from 0, 1, 2, ..., and the pieces are asked for once, given that length"""
    asked = []
    with np.errstate(all="ignore"):
        got = impl.length_first(np.zeros(4), by_length(asked), 0.6, np.array([0.1, 0.2, 0.3]))
    expect.same(got, [0, 0], "four lengths as likely, die 0.6: the tokens")
    assert asked == [2], f"expected one call piece_logits(2), got {asked}"


def check_dice(impl):
    """place t is drawn with the die u[t]; a length of 0 gives an empty array of whole numbers and no question"""
    def even(n):
        assert n > 0, "expected no call of piece_logits for a length of 0"
        return np.zeros((int(n), 2))
    dice = np.array([0.9, 0.1, 0.7])
    expect.same(impl.length_first(np.zeros(4), even, 0.6, dice), [1, 0], "two places, even odds, dice 0.9, 0.1: the tokens")
    expect.array(impl.length_first(np.zeros(4), even, 0.1, dice), (0,), "i", "no places")


def check_large_scores(impl):
    """scores may be as large as they like"""
    with np.errstate(all="ignore"):
        got = impl.length_first(np.array([0.0, 1e4, 1e4]), lambda n: np.full((int(n), 2), 1e4), 0.75, np.array([0.7, 0.2]))
    expect.same(got, [1, 0], "lengths 1 and 2 as likely, die 0.75; even odds, dice 0.7, 0.2: the tokens")
