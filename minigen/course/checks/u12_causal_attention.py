"""Public checks of unit 12."""

import numpy as np

from minigen.course import expect


def check_shape(impl):
    """weights (..., T, T), answers (..., T, d_v), with any axes before; the inputs stay as they were"""
    got = expect.unchanged(impl.causal_weights, np.ones((2, 3, 4, 4)))
    expect.array(got, (2, 3, 4, 4), "f", "weights of scores (2, 3, 4, 4)")
    got = expect.unchanged(impl.causal_attention, np.ones((2, 3, 5)), np.ones((2, 3, 5)), np.ones((2, 3, 4)))
    expect.array(got, (2, 3, 4), "f", "attention of queries (2, 3, 5) to values (2, 3, 4)")


def check_who_sees_whom(impl):
    """a weight is above 0 from each place to itself and to its left, and nowhere else"""
    got = expect.array(impl.causal_weights(np.zeros((3, 3))), (3, 3), "f", "the weights")
    expect.same(got > 0, [[True, False, False], [True, True, False], [True, True, True]], "where the weights are above 0")


def check_last_row(impl):
    """the last place sees everything: its weights are in proportion to exp(score), nothing for -inf"""
    got = impl.causal_weights(np.array([[0.0, 0.0, 0.0], [0.0, 2.0, 0.0], [np.log(3.0), 0.0, -np.inf]]))
    expect.close(expect.array(got, (3, 3), "f", "the weights")[2], [0.75, 0.25, 0.0], "weights of scores log 3, log 1, -inf")


def check_unseen_scores(impl):
    """a huge score does not matter where it is not seen"""
    got = impl.causal_weights(np.array([[0.0, 1e4], [0.0, 0.0]]))
    expect.close(got, [[1.0, 0.0], [0.5, 0.5]], "weights with an unseen score of 10,000")


def check_low_scores(impl):
    """scores of -10,000 are as good as any others"""
    got = impl.causal_weights(np.full((2, 2), -1e4))
    expect.close(got, [[1.0, 0.0], [0.5, 0.5]], "weights of scores of -10,000")


def check_mean(impl):
    """a query of zeros answers with the mean of the values up to its place"""
    got = impl.causal_attention(np.zeros((3, 4)), np.ones((3, 4)), np.array([[10.0], [20.0], [60.0]]))
    expect.close(got, [[10.0], [15.0], [30.0]], "queries of zeros, values 10, 20 and 60")


def check_who_asks(impl):
    """the last query asks every key, and mixes every value"""
    query, key = np.array([[5.0], [5.0], [np.log(2.0)]]), np.array([[1.0], [0.0], [0.0]])
    got = impl.causal_attention(query, key, np.array([[10.0], [20.0], [60.0]]))
    expect.close(expect.array(got, (3, 1), "f", "attention")[2], [25.0], "values 10, 20 and 60 with weights 2 : 1 : 1")


def check_scale(impl):
    """scores are divided by the square root of the width of a query"""
    query, key = np.array([[0.0] * 4, [0.5] * 4]), np.array([[0.0] * 4, [np.log(3.0)] * 4])
    got = impl.causal_attention(query, key, np.array([[0.0], [4.0]]))
    got = expect.array(got, (2, 1), "f", "attention")[1]
    expect.close(got, [3.0], "values 0 and 4 where the scores are 0 and log 9 / sqrt(4)")
