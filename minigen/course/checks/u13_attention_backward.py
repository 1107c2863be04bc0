"""Public checks of unit 13."""

import numpy as np

from minigen.course import expect


def check_shape(impl):
    """each gradient has the shape of what it is the gradient of; the inputs stay as they were"""
    got = expect.unchanged(impl.softmax_backward, np.ones((2, 3, 4)), np.full((2, 3, 4), 0.25))
    expect.array(got, (2, 3, 4), "f", "the gradient of the scores")
    given = [np.ones((2, 3, 5)), np.ones((2, 3, 5)), np.ones((2, 3, 4)), np.ones((2, 3, 4))]
    for got, array, name in zip(expect.unchanged(impl.attention_backward, *given), given, ("dquery", "dkey", "dvalue")):
        expect.array(got, array.shape, "f", name)


def check_softmax(impl):
    """softmax backward: what one score gains, the others lose"""
    got = impl.softmax_backward(np.array([[1.0, 0.0], [0.0, 4.0]]), np.array([[0.5, 0.5], [0.75, 0.25]]))
    expect.close(got, [[0.25, -0.25], [-0.75, 0.75]], "the gradient of the scores")


def check_certain(impl):
    """softmax backward: where one weight is 1, no score matters"""
    got = impl.softmax_backward(np.array([3.0, 5.0]), np.array([1.0, 0.0]))
    expect.close(got, [0.0, 0.0], "the gradient of the scores with the weights 1 and 0")


def check_one_place(impl):
    """a place that sees only itself: its value hears everything, query and key nothing"""
    dquery, dkey, dvalue = impl.attention_backward(*(np.array([[x]]) for x in (2.0, 3.0, 5.0, 7.0)))
    expect.close(dvalue, [[7.0]], "dvalue of one place")
    expect.close(dquery, [[0.0]], "dquery of one place")
    expect.close(dkey, [[0.0]], "dkey of one place")


def check_value(impl):
    """dvalue: each value hears from the places that saw it, as loudly as their weight on it"""
    dvalue = impl.attention_backward(np.zeros((2, 1)), np.zeros((2, 1)), np.zeros((2, 1)), np.array([[1.0], [10.0]]))[2]
    expect.close(dvalue, [[6.0], [5.0]], "dvalue where place 1 mixes half and half")


def check_query(impl):
    """dquery: the gradient of the scores times the keys"""
    key, value, dmixed = np.array([[1.0], [5.0]]), np.array([[10.0], [20.0]]), np.array([[0.0], [4.0]])
    dquery = impl.attention_backward(np.zeros((2, 1)), key, value, dmixed)[0]
    expect.close(dquery, [[0.0], [40.0]], "dquery where place 1 mixes half and half")


def check_key(impl):
    """dkey: each key hears from the queries that saw it, over sqrt(d)"""
    query, value = np.array([[7.0] * 4, [3.0] * 4]), np.array([[10.0], [20.0]])
    dkey = impl.attention_backward(query, np.zeros((2, 4)), value, np.array([[4.0], [4.0]]))[1]
    expect.close(dkey, [[-15.0] * 4, [15.0] * 4], "dkey where place 1 mixes half and half")


def check_scale(impl):
    """1 / sqrt(d) is in dquery, once"""
    key, value, dmixed = np.array([[1.0] * 4, [5.0] * 4]), np.array([[10.0], [20.0]]), np.array([[0.0], [4.0]])
    dquery = impl.attention_backward(np.zeros((2, 4)), key, value, dmixed)[0]
    expect.close(dquery, [[0.0] * 4, [20.0] * 4], "dquery with vectors of 4 numbers")
