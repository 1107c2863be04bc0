"""Public checks of unit 04."""

import math

import numpy as np

from minigen.course import expect

FOUR = np.log(np.array([0.15, 0.5, 0.05, 0.3]))
LOG2 = math.log(2.0)


def stay(got, want, name):
    """Assert which tokens of one row have a score above -inf."""
    expect.array(got, (len(want),), "f", name)
    expect.same(got > -np.inf, np.array(want, bool), f"{name}: which tokens stay")


def check_result(impl):
    """scores in the shape of the scores; the input stays as it was"""
    got = expect.unchanged(impl.adjust, np.tile(FOUR, (2, 3, 1)), top_k=2)
    expect.array(got, (2, 3, 4), "f", "the scores")


def check_temperature(impl):
    """scores are divided by the temperature: at 2, a lead of log 4 becomes a lead of log 2"""
    got = expect.array(impl.adjust(np.array([2.0 * LOG2, 0.0]), temperature=2.0), (2,), "f", "the scores")
    expect.close(got[0] - got[1], LOG2, "the lead of the first token")


def check_temperature_zero(impl):
    """temperature 0 keeps only the largest score"""
    stay(impl.adjust(FOUR.copy(), temperature=0.0), [0, 1, 0, 0], "0.15, 0.5, 0.05, 0.3 at temperature 0")


def check_top_k(impl):
    """top_k = 2 keeps the two largest scores, where they were"""
    stay(impl.adjust(FOUR.copy(), top_k=2), [0, 1, 0, 1], "0.15, 0.5, 0.05, 0.3, top_k 2")


def check_ties(impl):
    """of equal scores the smaller ids stay"""
    stay(impl.adjust(np.array([1.0, 1.0, 1.0, 0.0]), top_k=2), [1, 1, 0, 0], "scores 1, 1, 1, 0, top_k 2")


def check_top_p(impl):
    """top_p = 0.6 keeps 0.5 and the token that carries the sum past 0.6"""
    stay(impl.adjust(FOUR.copy(), top_p=0.6), [0, 1, 0, 1], "0.15, 0.5, 0.05, 0.3, top_p 0.6")


def check_top_k_then_top_p(impl):
    """top_p = 0.82 is a share of what top_k = 3 has left: 0.8 of 0.95 is enough"""
    stay(impl.adjust(FOUR.copy(), top_k=3, top_p=0.82), [0, 1, 0, 1], "0.15, 0.5, 0.05, 0.3, top_k 3, top_p 0.82")


def check_temperature_then_top_p(impl):
    """top_p is a share of the distribution at the temperature: 0.2 and 0.8 become 1/3 and 2/3 at temperature 2"""
    stay(impl.adjust(np.log(np.array([0.2, 0.8])), temperature=2.0, top_p=0.75), [1, 1], "0.2, 0.8 at temperature 2, top_p 0.75")
