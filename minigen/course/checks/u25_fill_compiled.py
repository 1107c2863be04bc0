"""Public checks of unit 25."""

import numpy as np

from minigen.course import expect

CYCLE = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])     # 0, 1, 2, 0, 1, … whatever the dice
COIN = np.full((3, 2), 0.5)                                                                 # 0 below a half, whatever stands left


def check_result(impl):
    """a new array of whole numbers, as large as the canvas, which stays as it was"""
    got = expect.unchanged(impl.fill_compiled, CYCLE.copy(), np.full((2, 5), 3), np.full((2, 5), 0.5), 3, -1)
    expect.array(got, (2, 5), "i", "the tokens of a canvas (2, 5)")


def check_first(impl):
    """the first place reads row V: nothing stands on its left"""
    probs = np.array([[0.0, 1.0], [0.0, 1.0], [0.75, 0.25]])
    got = impl.fill_compiled(probs, np.full((2, 1), 2), np.array([[0.5], [0.9]]), 2, -1)
    expect.same(got, [[0], [1]], "the first place, dice 0.5 and 0.9, row V = 0.75, 0.25")


def check_left(impl):
    """every other place reads the row of the token on its left, which may have been drawn just now"""
    got = impl.fill_compiled(CYCLE, np.full((1, 5), 3), np.full((1, 5), 0.5), 3, -1)
    expect.same(got, [[0, 1, 2, 0, 1]], "after 0 comes 1, then 2, then 0")


def check_prompt(impl):
    """a prompt stays, and is read by the place after it"""
    canvas = np.array([[2, 2, 3, 1, 3]])
    expect.same(impl.fill_compiled(CYCLE, canvas, np.full((1, 5), 0.5), 3, -1), [[2, 2, 0, 1, 2]], "the prompt 2, 2, _, 1, _")


def check_dice(impl):
    """the die of place t is u[b, t], also after a prompt"""
    canvas, dice = np.array([[1, 2, 0, 2]]), np.array([[0.9, 0.1, 0.1, 0.9]])
    expect.same(impl.fill_compiled(COIN, canvas, dice, 2, -1), [[1, 0, 0, 1]], "coins with the dice 0.9, 0.1, 0.1, 0.9")


def check_end(impl):
    """after an END, drawn or of the prompt, every open place holds END; a prompt still stays"""
    dice = np.full((1, 5), 0.5)
    expect.same(impl.fill_compiled(CYCLE, np.full((1, 5), 3), dice, 3, 1), [[0, 1, 1, 1, 1]], "END = 1 is drawn at place 1")
    got = impl.fill_compiled(CYCLE, np.array([[2, 3, 3, 0, 3]]), dice, 3, 2)
    expect.same(got, [[2, 2, 2, 0, 2]], "the prompt END, _, _, 0, _")


def check_edge(impl):
    """a die exactly on the edge belongs to the next token"""
    got = impl.fill_compiled(COIN, np.full((2, 1), 2), np.array([[0.0], [0.5]]), 2, -1)
    expect.same(got, [[0], [1]], "two equal tokens, dice 0 and 0.5")


def check_largest_die(impl):
    """the largest die gives the last token that is possible, also where rounding leaves a row below 1"""
    probs = np.tile([0.25, 0.75 - 2.0 ** -26, 0.0], (4, 1))
    got = impl.fill_compiled(probs, np.full((1, 2), 3), np.full((1, 2), 1 - 2.0 ** -53), 3, -1)
    expect.same(got, [[1, 1]], "tokens 0 and 1 possible, die just below 1")
