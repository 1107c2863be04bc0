"""Public checks of unit 18."""

import math

import numpy as np

from minigen.course import expect

LOG2 = math.log(2.0)
ONE_OF_TWO = np.log(np.array([[[0.25, 0.75], [0.5, 0.5]]]))         # (1, 2, 2): token 0 has 1/4 at place 0, 1/2 at place 1


def check_shapes(impl):
    """arrays of the right shapes and kinds; the inputs stay as they were"""
    tokens, n_hidden, u = np.array([[3, 1, 2], [0, 4, 1]]), np.array([1, 2]), np.array([[0.5, 0.2, 0.7], [0.1, 0.3, 0.9]])
    canvas, hidden = expect.unchanged(impl.hide, tokens, n_hidden, u, 5)
    expect.array(canvas, (2, 3), "i", "the canvas")
    expect.array(hidden, (2, 3), "b", "hidden")
    loss = expect.unchanged(impl.masked_loss, ONE_OF_TWO.copy(), np.array([[0, 0]]), np.array([[True, True]]))
    expect.number(loss, "the loss")
    expect.array(expect.unchanged(impl.any_order_log_prob, np.zeros((4, 3))), (3,), "f", "the log-probabilities of 3 canvases")


def check_smallest(impl):
    """the smallest dice are hidden, and the canvas holds the mask there"""
    canvas, hidden = impl.hide(np.array([[5, 6, 7, 8]]), np.array([2]), np.array([[0.9, 0.1, 0.5, 0.3]]), 9)
    expect.same(canvas, [[5, 9, 7, 9]], "5 6 7 8, two hidden, dice 0.9, 0.1, 0.5, 0.3: the canvas")
    expect.same(hidden, [[False, True, False, True]], "hidden")


def check_rows(impl):
    """each row has its own dice and hides as many places as it was told"""
    dice = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]])
    canvas, _ = impl.hide(np.array([[5, 6, 7, 8], [5, 6, 7, 8]]), np.array([1, 3]), dice, 9)
    expect.same(canvas, [[9, 6, 7, 8], [5, 9, 9, 9]], "one and three hidden, dice rising and falling: the canvases")


def check_one_row(impl):
    """one of two places hidden: its surprise stands for both, so a place costs just that"""
    got = impl.masked_loss(ONE_OF_TWO, np.array([[0, 0]]), np.array([[True, False]]))
    expect.close(got, 2 * LOG2, "place 0 hidden, true token 1/4")


def check_two_rows(impl):
    """each canvas counts the same, however many places it hides"""
    logits = np.concatenate([ONE_OF_TWO, np.zeros((1, 2, 2))])
    got = impl.masked_loss(logits, np.array([[0, 0], [0, 0]]), np.array([[True, False], [True, True]]))
    expect.close(got, 1.5 * LOG2, "two log 2 for the one, one log 2 for the other")


def check_visible(impl):
    """visible places do not count, even if their token is impossible"""
    with np.errstate(all="ignore"):
        got = impl.masked_loss(np.array([[[0.0, 0.0], [-np.inf, 0.0]]]), np.array([[0, 0]]), np.array([[True, False]]))
    assert math.isfinite(got), f"the true token at the visible place is impossible: expected a number, got {got}"


def check_mean(impl):
    """over orders, probabilities are averaged: 0.1 and 0.3 make 0.2"""
    expect.close(impl.any_order_log_prob(np.log(np.array([[0.1], [0.3]]))), [math.log(0.2)], "log 0.2")


def check_tiny(impl):
    """probabilities that are too small for a float, or zero"""
    with np.errstate(all="ignore"):
        got = impl.any_order_log_prob(np.array([[-1e4, -np.inf], [-1e4, -np.inf]]))
    expect.close(got, [-1e4, -math.inf], "two orders, -10,000 nats each, and -inf each")


def check_one_impossible_order(impl):
    """an order under which a canvas is impossible counts as probability 0: 0.4 and 0 make 0.2"""
    with np.errstate(all="ignore"):
        got = impl.any_order_log_prob(np.array([[math.log(0.4)], [-np.inf]]))
    expect.close(got, [math.log(0.2)], "log 0.2")


def check_great_surprise(impl):
    """a token that is far behind is a great surprise, not an endless one"""
    with np.errstate(all="ignore"):
        got = impl.masked_loss(np.array([[[0.0, 1000.0]]]), np.array([[0]]), np.array([[True]]))
    expect.close(got, 1000.0, "scores 0 and 1000, the true token is 0")
