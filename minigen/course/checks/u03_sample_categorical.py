"""Public checks of unit 03."""

import numpy as np

from minigen.course import expect

ROWS = np.log(np.array([[0.2, 0.5, 0.3], [0.5, 0.25, 0.25]]))


def check_shape(impl):
    """one token for each row, whole numbers"""
    got = impl.sample_categorical(np.zeros((2, 3, 5)), np.full((2, 3), 0.3))
    expect.array(got, (2, 3), "i", "the tokens of scores (2, 3, 5)")


def check_inputs(impl):
    """the scores and the dice stay as they were"""
    expect.unchanged(impl.sample_categorical, ROWS.copy(), np.array([0.1, 0.9]))


def check_walk(impl):
    """each die falls into the part of its token"""
    for die, want in ((0.1, [0, 0]), (0.45, [1, 0]), (0.69, [1, 1]), (0.9, [2, 2])):
        expect.same(impl.sample_categorical(ROWS, np.array([die, die])), want, f"the tokens for the die {die}")


def check_own_die(impl):
    """each row goes by its own die"""
    got = impl.sample_categorical(np.tile(ROWS, (16, 1)), np.tile([0.6, 0.1], 16))
    expect.same(got, np.tile([1, 0], 16), "the tokens for the dice 0.6, 0.1, 0.6, 0.1 ...")


def check_edge(impl):
    """a die exactly on the edge belongs to the next token"""
    expect.same(impl.sample_categorical(np.zeros((1, 4)), np.array([0.25])), [1], "four equal scores, die 0.25")


def check_temperature(impl):
    """a low temperature sharpens, a high one flattens"""
    scores = np.log(np.array([[0.2, 0.8]]))
    expect.same(impl.sample_categorical(scores, np.array([0.1]), temperature=0.5), [1], "0.2 and 0.8 at temperature 0.5, die 0.1")
    expect.same(impl.sample_categorical(scores, np.array([0.3]), temperature=2.0), [0], "0.2 and 0.8 at temperature 2, die 0.3")


def check_impossible(impl):
    """a token of score -inf is never drawn"""
    scores = np.array([[-np.inf, 0.0, -np.inf]])
    for die in (0.0, 0.5, 1 - 2 ** -53):
        expect.same(impl.sample_categorical(scores, np.array([die])), [1], f"only token 1 possible, die {die}")


def check_large(impl):
    """scores near 1000 draw like small ones"""
    expect.same(impl.sample_categorical(ROWS + 1000.0, np.array([0.6, 0.6])), [1, 1], "the tokens of scores near 1000, die 0.6")
