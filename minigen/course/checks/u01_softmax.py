"""Public checks of unit 01."""

import math

import numpy as np

from minigen.course import expect

LOG3 = math.log(3.0)


def check_shape(impl):
    """one probability for each score, in the same shape"""
    expect.array(impl.softmax(np.zeros((2, 3, 5))), (2, 3, 5), "f", "the probabilities of scores (2, 3, 5)")


def check_inputs(impl):
    """the scores stay as they were"""
    expect.unchanged(impl.softmax, np.array([[0.0, 1.0], [2.0, -1.0]]))


def check_one_row(impl):
    """the scores log 1, log 2, log 5 have the probabilities 1/8, 2/8, 5/8"""
    expect.close(impl.softmax(np.log(np.array([1.0, 2.0, 5.0]))), [0.125, 0.25, 0.625], "softmax of log 1, log 2, log 5")


def check_rows(impl):
    """each row of an array sums to one"""
    got = expect.array(impl.softmax(np.array([[0.0, 0.0], [0.0, LOG3], [LOG3, 0.0]])), (3, 2))
    expect.close(got.sum(axis=1), [1.0, 1.0, 1.0], "the sum of each row")


def check_ratio(impl):
    """in each row, a score larger by log 3 is three times as likely"""
    got = expect.array(impl.softmax(np.array([[0.0, LOG3], [0.2, 0.2 + LOG3]])), (2, 2))
    expect.close(got[:, 1], 3.0 * got[:, 0], "the second probability of each row")


def check_large(impl):
    """scores near 1000 do not overflow"""
    expect.close(impl.softmax(np.array([1000.0, 1000.0 + LOG3])), [0.25, 0.75], "softmax of 1000, 1000 + log 3")


def check_large_and_small(impl):
    """a row near 1000 and a row near -1000 in one array"""
    scores = np.array([[1000.0, 1000.0 + LOG3], [-1000.0, -1000.0 + LOG3]])
    expect.close(impl.softmax(scores), [[0.25, 0.75], [0.25, 0.75]], "softmax of rows near 1000 and -1000")


def check_impossible(impl):
    """a score of -inf has probability exactly 0, and the others share the rest"""
    got = impl.softmax(np.array([0.0, -np.inf, LOG3]))
    expect.close(got, [0.25, 0.0, 0.75], "softmax of 0, -inf, log 3")
    assert got[1] == 0.0, f"the probability of the score -inf: expected exactly 0, got {got[1]:.3g}"
