"""Public checks of unit 11."""

import math

import numpy as np

from minigen.course import expect


def walked(impl, grads, **named):
    """A param of 1 after these gradients at a rate of 0.1, with its two means, which start at zero."""
    param, first, second = np.array([1.0]), np.zeros(1), np.zeros(1)
    for step, grad in enumerate(grads, 1):
        impl.adam_step(param, np.array([grad]), first, second, step, 0.1, **named)
    return param, first, second


def surprise(impl, tokens, rate):
    """The loss of one canvas, END being 1, on a table whose rows are probabilities that are easy to add up."""
    table = np.log(np.array([[0.25, 0.75], [0.5, 0.5], [0.125, 0.875]]))
    return impl.train_step(table, np.zeros((3, 2)), np.zeros((3, 2)), np.array([tokens]), 1, rate, end=1)


def check_shifted(impl):
    """start comes first, everything else moves one place to the right"""
    got = expect.unchanged(impl.shifted, np.array([[3, 1, 2], [0, 0, 1]]), 9)
    expect.same(got, [[9, 3, 1], [9, 0, 0]], "shifted [[3, 1, 2], [0, 0, 1]], start 9")


def check_up_to_end(impl):
    """places count up to and including END; without END they all count"""
    tokens = np.array([[5, 7, 5], [7, 5, 7], [5, 5, 5]])
    expect.same(expect.unchanged(impl.up_to_end, tokens, 7),
                [[True, True, False], [True, False, False], [True, True, True]], "END is 7")
    expect.same(impl.up_to_end(tokens, None), np.ones((3, 3), bool), "no END at all")


def check_first_step(impl):
    """the given arrays change: param moves by the rate, first and second become means of the gradient and of its square"""
    param, first, second = walked(impl, [4.0])
    expect.close(first, [0.4], "first after a gradient of 4")
    expect.close(second, [0.16], "second after a gradient of 4")
    expect.close(param, [0.9], "1 after a gradient of 4, rate 0.1")


def check_second_step(impl):
    """the same gradient again: the second step is as long as the first"""
    expect.close(walked(impl, [1.0, 1.0])[0], [0.8], "1 after two gradients of 1, rate 0.1")


def check_epsilon(impl):
    """epsilon is added after the square root"""
    expect.close(walked(impl, [2.0], epsilon=2.0)[0], [0.95], "1 after a gradient of 2, rate 0.1, epsilon 2")


def check_loss(impl):
    """the loss is the mean surprise before the step, in nats"""
    expect.close(surprise(impl, [0, 0, 0], 0.1), -(math.log(0.125) + 2 * math.log(0.25)) / 3, "the loss of tokens 0, 0, 0")


def check_loss_up_to_end(impl):
    """END is in the mean, what follows it is not"""
    want = -(math.log(0.125) + math.log(0.75)) / 2
    expect.close(surprise(impl, [0, 1, 0, 0], 0.0), want, "the loss of 0, END, and two places that do not count")


def check_rows_add_up(impl):
    """a row that is asked twice gets both gradients"""
    first = np.zeros((3, 2))
    impl.train_step(np.zeros((3, 2)), first, np.zeros((3, 2)), np.array([[1, 1, 0]]), 1, 0.1)
    expect.close(first, [[0.0, 0.0], [0.0, 0.0], [1 / 60, -1 / 60]], "first, a tenth of the gradient of tokens 1, 1, 0")
