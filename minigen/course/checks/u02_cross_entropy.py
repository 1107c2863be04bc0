"""Public checks of unit 02."""

import math

import numpy as np

from minigen.course import expect

HALF = np.log(np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]))         # two places, three tokens
BIT = math.log(2.0)                                                     # what probability 1/2 costs, in nats


def check_result(impl):
    """one number, and a gradient in the shape of the scores; the inputs stay as they were"""
    counted = np.array([[True, False, True], [True, True, True]])
    loss, dlogits = expect.unchanged(impl.cross_entropy, np.zeros((2, 3, 5)), np.zeros((2, 3), np.int64), counted)
    expect.number(loss, "the loss")
    expect.array(dlogits, (2, 3, 5), "f", "the gradient of scores (2, 3, 5)")


def check_loss(impl):
    """probabilities 1/2 and 1/4 of the true tokens cost 1.5 log 2 nats on average"""
    expect.close(impl.cross_entropy(HALF.copy(), np.array([0, 1]))[0], 1.5 * BIT, "the loss")


def check_gradient(impl):
    """the gradient of two places is that of the mean"""
    got = impl.cross_entropy(HALF.copy(), np.array([0, 1]))[1]
    expect.close(got, [[-0.25, 0.125, 0.125], [0.25, -0.375, 0.125]], "the gradient")


def check_sign(impl):
    """a larger score of the true token lowers the loss: its gradient is negative, that of the others positive"""
    got = expect.array(impl.cross_entropy(HALF[:1].copy(), np.array([0]))[1], (1, 3), "f", "the gradient")
    assert got[0, 0] < 0.0 < got[0, 1:].min(), f"expected the signs -, +, +, got {got[0].tolist()}"


def check_counted(impl):
    """the mean is over the places that count"""
    loss = impl.cross_entropy(HALF.copy(), np.array([0, 1]), np.array([False, True]))[0]
    expect.close(loss, 2.0 * BIT, "the loss where only the second place counts")


def check_not_counted(impl):
    """a place that does not count has gradient 0"""
    got = impl.cross_entropy(HALF.copy(), np.array([0, 1]), np.array([False, True]))[1]
    expect.close(expect.array(got, (2, 3), "f", "the gradient")[0], [0.0, 0.0, 0.0], "its first row")


def check_unlikely(impl):
    """a true token whose score is 100 below the other one costs 100 nats"""
    expect.close(impl.cross_entropy(np.array([[100.0, 0.0]]), np.array([1]))[0], 100.0, "the loss of token 1 at scores 100, 0")


def check_large(impl):
    """a score of 2000 does not overflow: a token as likely as can be costs nothing"""
    expect.close(impl.cross_entropy(np.array([[2000.0, 0.0]]), np.array([0]))[0], 0.0, "the loss of token 0 at scores 2000, 0")
