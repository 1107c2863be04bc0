"""Public checks of unit 09. Two tokens, 0 and 1; the mask is 2."""

import math

import numpy as np

from minigen.course import expect


def words(canvas, at):
    """Both places are the same. If nothing is decided, place 0 is token 0 with 3/4, place 1 with 1/2."""
    scores = np.zeros((len(canvas), len(at), 2))
    for b, row in enumerate(canvas):
        for a, t in enumerate(at):
            if row[1 - t] < 2:
                scores[b, a, 1 - row[1 - t]] = -np.inf
            elif t == 0:
                scores[b, a, 0] = math.log(3)
    return scores


def score(impl, rows, plan):
    """The log-probability, without NumPy's remarks about log 0."""
    with np.errstate(all="ignore"):
        return impl.log_prob(words, np.array(rows), plan, 2)


def check_shape(impl):
    """one number for each canvas; the tokens stay as they were"""
    got = expect.unchanged(lambda tokens: impl.log_prob(words, tokens, [[0, 1]], 2), np.array([[0, 0], [1, 1], [0, 1]]))
    expect.array(got, (3,), "f", "the log-probabilities of 3 canvases")


def check_one_by_one(impl):
    """one by one, the second place sees the first: 3/4 times 1, 1/4 times 1, and -inf if they do not fit"""
    got = score(impl, [[0, 0], [1, 1], [0, 1]], [[0], [1]])
    expect.close(got, [math.log(3 / 4), math.log(1 / 4), -math.inf], "3/4, 1/4 and 0, in nats")


def check_order(impl):
    """the plan says which place comes first"""
    expect.close(score(impl, [[0, 0], [1, 1]], [[1], [0]]), [math.log(1 / 2), math.log(1 / 2)], "place 1 first: 1/2 and 1/2, in nats")


def check_all_at_once(impl):
    """all at once, the places do not see each other: 3/4 times 1/2"""
    expect.close(score(impl, [[0, 0], [0, 1]], [[0, 1]]), [math.log(3 / 8), math.log(3 / 8)], "3/8, in nats")


def check_long(impl):
    """a long canvas, whose probability is too small for a float"""
    def even(canvas, at):
        return np.zeros((len(canvas), len(at), 2))
    got = impl.log_prob(even, np.zeros((1, 2000), np.int64), [np.arange(2000)], 2)
    expect.close(got, [-2000 * math.log(2)], "2000 places with 1/2 each")


def check_words(impl):
    """演員 or 老師: the two characters tell each other one bit"""
    with np.errstate(all="ignore"):
        expect.close(impl.total_correlation(np.array([[0.5, 0.0], [0.0, 0.5]])), 1.0, "the total correlation of two words")


def check_lamps(impl):
    """three lamps, the third lit if exactly one of the others is: one bit, though no two tell each other anything"""
    with np.errstate(all="ignore"):
        got = impl.total_correlation(np.array([[[0.25, 0.0], [0.0, 0.25]], [[0.0, 0.25], [0.25, 0.0]]]))
    expect.close(got, 1.0, "the total correlation of the lamps")


def check_coins(impl):
    """three coins tell each other nothing"""
    expect.close(impl.total_correlation(np.full((2, 2, 2), 1 / 8)), 0.0, "the total correlation of three coins")
