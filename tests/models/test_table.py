"""The oracle of the house, against enumeration: what one by one keeps and all at once loses."""

import math

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.table import Table, entropy_bits
from minigen.strategies.fill import log_prob
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one
import oracles
from oracles import every, expected_bits, kl_bits, product_of_marginals, random_joint, random_plan

SHAPES = [(2, 2), (3, 3), (2, 5), (5, 2), (4, 3)]               # (V, T)
ACTOR, TEACHER = [0, 1], [2, 3]                                 # 演員, 老師


def bits(model, joint, plan):
    """Expected bits of a canvas of ``joint`` under the plan."""
    return expected_bits(joint.ravel(), log_prob(model, every(joint.shape[0], joint.ndim), plan))


@pytest.mark.parametrize("vocab_size, length", SHAPES)
@pytest.mark.parametrize("zeros", [0.0, 0.4])
def test_one_by_one_in_any_order_gives_the_joint_back(vocab_size, length, zeros, rng):
    """The chain rule holds in every order: one place a pass returns each probability to 1e-9."""
    joint = random_joint(rng, vocab_size, length, zeros)
    orders = [np.arange(length), np.arange(length)[::-1], rng.permutation(length)]
    for order in orders:
        got = np.exp(log_prob(Table.from_joint(joint), every(vocab_size, length), [np.array([t]) for t in order]))
        np.testing.assert_allclose(got, joint.ravel(), rtol=1e-9, atol=0)      # a zero is exactly zero


@pytest.mark.parametrize("vocab_size, length", SHAPES)
@pytest.mark.parametrize("zeros", [0.0, 0.4])
def test_every_plan_sums_to_one(vocab_size, length, zeros, rng):
    """Whatever the grouping, the probabilities of all canvases sum to one."""
    # A pass may open a canvas that cannot be finished. What then follows is free to be any
    # distribution, but it must be one.
    joint = random_joint(rng, vocab_size, length, zeros)
    plans = [one_by_one, all_at_once, in_blocks(2)] + [random_plan(rng, length) for _ in range(5)]
    for plan in plans:
        total = np.exp(log_prob(Table.from_joint(joint), every(vocab_size, length), plan)).sum()
        assert total == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("vocab_size, length", SHAPES)
def test_all_at_once_is_the_product_of_the_marginals(vocab_size, length, rng):
    """In one pass the places do not know each other."""
    joint = random_joint(rng, vocab_size, length, zeros=0.3)
    got = np.exp(log_prob(Table.from_joint(joint), every(vocab_size, length), all_at_once))
    np.testing.assert_allclose(got, product_of_marginals(joint).ravel(), rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("vocab_size, length", SHAPES)
def test_the_gap_is_the_total_correlation(vocab_size, length, rng):
    """all_at_once costs KL(joint || product of marginals) more bits, which is the total correlation."""
    joint = random_joint(rng, vocab_size, length, zeros=0.3)
    table = Table.from_joint(joint)
    gap = bits(table, joint, all_at_once) - bits(table, joint, one_by_one)
    assert gap == pytest.approx(kl_bits(joint, product_of_marginals(joint)), abs=1e-9)
    assert gap == pytest.approx(table.total_correlation(), abs=1e-9)
    assert bits(table, joint, one_by_one) == pytest.approx(oracles.entropy_bits(joint), abs=1e-9)


def test_splitting_a_pass_never_costs_bits(rng):
    """A pass split in two lets the second half see the first: expected bits never rise."""
    for _ in range(40):
        joint = random_joint(rng, 3, 4, zeros=0.3)
        table, plan = Table.from_joint(joint), random_plan(rng, 4)
        wide = [i for i, at in enumerate(plan) if len(at) > 1]
        if not wide:
            continue
        i = rng.choice(wide)
        at = rng.permutation(plan[i])
        cut = rng.integers(1, len(at))
        split = plan[:i] + [at[:cut], at[cut:]] + plan[i + 1:]
        assert bits(table, joint, split) <= bits(table, joint, plan) + 1e-9


def test_actor_and_teacher_cost_exactly_one_bit():
    """演員 / 老師 at one half each: the gap is 1 bit an answer, and half of the answers are 演師 or 老員."""
    table = Table([ACTOR, TEACHER], [0.5, 0.5], 4)
    assert table.entropy() == 1.0 and table.total_correlation() == 1.0
    right = log_prob(table, np.array([ACTOR, TEACHER]), all_at_once)
    np.testing.assert_array_equal(right, [2 * math.log(0.5)] * 2)              # a quarter each
    mixed = log_prob(table, np.array([[0, 3], [2, 1]]), all_at_once)
    assert np.exp(mixed).sum() == 0.5                                          # exactly: powers of two
    one = log_prob(table, np.array([ACTOR, TEACHER, [0, 3], [2, 1]]), one_by_one)
    np.testing.assert_array_equal(one, [math.log(0.5), math.log(0.5), -math.inf, -math.inf])
    assert expected_bits([0.5, 0.5], right) - expected_bits([0.5, 0.5], one[:2]) == 1.0


@pytest.mark.parametrize("p", [0.01, 0.1, 0.3, 0.5, 0.9, 1.0])
def test_uneven_odds(p):
    """At odds p : 1 - p the gap is h(p) bits and the impossible share 2 p (1 - p)."""
    table = Table([ACTOR, TEACHER], [p, 1 - p], 4)
    h = sum(-q * math.log2(q) for q in (p, 1 - p) if q > 0)
    assert table.total_correlation() == pytest.approx(h, abs=1e-12)
    mixed = np.exp(log_prob(table, np.array([[0, 3], [2, 1]]), all_at_once)).sum()
    assert mixed == pytest.approx(2 * p * (1 - p), abs=1e-12)


def test_xor_is_invisible_to_pairs():
    """Three bits of even parity: any two together are exact, all three at once cost one bit."""
    joint = np.zeros((2, 2, 2))
    for a, b in every(2, 2):
        joint[a, b, a ^ b] = 0.25
    table = Table.from_joint(joint)
    assert bits(table, joint, one_by_one) == bits(table, joint, in_blocks(2)) == 2.0
    for last in range(3):
        pair = np.setdiff1d(np.arange(3), last)
        assert bits(table, joint, [pair, np.array([last])]) == 2.0
        assert bits(table, joint, [np.array([last]), pair]) == 3.0             # the pair is decided blindly
    assert bits(table, joint, all_at_once) == 3.0
    assert table.total_correlation() == 1.0


def test_logits_are_conditionals(rng):
    """logits are log P(place | what stands on the canvas), with any places masked, each summing to one."""
    joint = random_joint(rng, 3, 4)
    table = Table.from_joint(joint)
    for row in every(4, 4)[:-1]:                                               # token 3 is the mask
        seen = {t: v for t, v in enumerate(row) if v < 3}
        at = np.array([t for t in range(4) if t not in seen], int)
        got = np.exp(table.logits(row[None], at))[0]
        expected = [oracles.conditional(joint, seen, t) for t in at]
        np.testing.assert_allclose(got, np.reshape(expected, (-1, 3)), rtol=1e-9)


def test_support_may_be_short(rng):
    """A table of a few possible canvases is the joint array with zeros everywhere else."""
    joint = random_joint(rng, 3, 3, zeros=0.7)
    possible = np.argwhere(joint > 0)
    short = Table(possible, joint[joint > 0], 3)
    for plan in (one_by_one, all_at_once, in_blocks(2)):
        np.testing.assert_allclose(np.exp(log_prob(short, every(3, 3), plan)),
                                   np.exp(log_prob(Table.from_joint(joint), every(3, 3), plan)), rtol=1e-9)
    np.testing.assert_allclose(short.marginals(), oracles.marginals(joint), rtol=1e-9, atol=1e-15)
    assert short.entropy() == pytest.approx(oracles.entropy_bits(joint), abs=1e-9)


def test_entropy_of_known_distributions():
    """A fair choice among n is log2 n bits, a certain one is none."""
    assert entropy_bits(np.full(8, 1 / 8)) == 3.0
    assert entropy_bits(np.array([0.0, 1.0])) == 0.0


def test_probabilities_must_sum_to_one():
    """A table whose probabilities sum to something else is refused in one line."""
    with pytest.raises(UserError, match="^sum of probs: expected"):
        Table([[0], [1]], [0.5, 0.6], 2)
