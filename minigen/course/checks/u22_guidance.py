"""Public checks of unit 22."""

import numpy as np

from minigen.course import expect


def check_drop(impl):
    """labels whose own die is smaller than the share become the id for nothing"""
    got = impl.drop_condition(np.array([7, 8, 9]), np.array([0.05, 0.5, 0.9]), 0.1, 10)
    expect.same(got, [10, 8, 9], "labels 7 8 9, dice 0.05 0.5 0.9, share 0.1, nothing is 10")


def check_drop_edge(impl):
    """a die that is exactly the share drops nothing"""
    got = impl.drop_condition(np.array([3, 4]), np.array([0.25, 0.25]), 0.25, 10)
    expect.same(got, [3, 4], "labels 3 4, both dice 0.25, share 0.25")


def check_drop_all(impl):
    """a share of 1 drops every label; the labels that were given stay as they were"""
    got = expect.unchanged(impl.drop_condition, np.array([0, 1]), np.array([0.0, 0.99]), 1.0, 5)
    expect.same(got, [5, 5], "labels 0 1, share 1, nothing is 5")


def check_half_way(impl):
    """a weight of one half is the middle between without and with"""
    got = expect.unchanged(impl.guided, np.array([[3.0, -2.0, 0.5]]), np.array([[1.0, 0.0, 0.5]]), 0.5)
    expect.close(got, [[2.0, -1.0, 0.5]], "with 3 -2 0.5, without 1 0 0.5, weight 0.5")


def check_further(impl):
    """a weight of 3 goes three times as far from without as with does"""
    got = impl.guided(np.array([3.0, -2.0]), np.array([1.0, 0.0]), 3.0)
    expect.close(got, [7.0, -6.0], "with 3 -2, without 1 0, weight 3")


def check_both_ends(impl):
    """weight 0 is what is said without the condition, 1 what is said with it"""
    told, untold = np.log([0.25, 0.75]), np.log([0.5, 0.5])
    expect.close(impl.guided(told.copy(), untold.copy(), 0.0), untold, "weight 0")
    expect.close(impl.guided(told.copy(), untold.copy(), 1.0), told, "weight 1")


def check_impossible(impl):
    """what is impossible with the condition stays impossible, and nothing becomes NaN"""
    with np.errstate(invalid="ignore"):
        got = impl.guided(np.array([-np.inf, -np.inf, 0.0]), np.array([-np.inf, -1.0, -1.0]), 2.0)
    expect.close(got, [-np.inf, -np.inf, 1.0], "with -inf -inf 0, without -inf -1 -1, weight 2")


def check_draw(impl):
    """tokens come from without * (with / without) ** weight, each with its own die"""
    told, untold = np.log([[0.4, 0.6]] * 3), np.log([[0.6, 0.4]] * 3)
    got = expect.unchanged(impl.guided_sample, told, untold, 2.0, np.array([0.1, 0.215, 0.25]))
    # 0.6 * (2/3) ** 2 = 0.267 and 0.4 * (3/2) ** 2 = 0.9: token 0 has 0.267 / 1.167 = 0.229.
    expect.same(got, [0, 0, 1], "with 0.4 0.6, without 0.6 0.4, weight 2, dice 0.1 0.215 0.25")
