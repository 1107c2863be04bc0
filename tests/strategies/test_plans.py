"""Plans: which places, in which pass."""

import itertools
import math

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.table import Table
from minigen.strategies.fill import log_prob
from minigen.strategies.plans import all_at_once, check_places, in_blocks, in_passes, one_by_one, still_open
from oracles import entropy_bits, every, expected_bits, random_joint, random_plan


def lists(plan):
    return [at.tolist() for at in plan]


@pytest.mark.parametrize("length", [1, 2, 7])
def test_the_plans_by_hand(length):
    """one_by_one is T passes of one place from the left, all_at_once is one pass of all T."""
    assert lists(one_by_one(length)) == [[t] for t in range(length)]
    assert lists(all_at_once(length)) == [list(range(length))]


@pytest.mark.parametrize("length", range(1, 9))
@pytest.mark.parametrize("k", range(1, 10))
def test_blocks_hold_every_place_once_in_order(k, length):
    """in_blocks(k) takes T / k passes, rounded up, and goes through the places in order."""
    plan = in_blocks(k)(length)
    assert len(plan) == math.ceil(length / k)
    assert all(at.size == k for at in plan[:-1]) and 1 <= plan[-1].size <= k
    assert sum(lists(plan), []) == list(range(length))


def test_in_passes_is_as_equal_as_can_be():
    """Every place once, from the left, n blocks whose sizes differ by one at most; never more than places."""
    for length, n in itertools.product(range(8), range(1, 11)):
        plan = in_passes(n)(length)
        assert [t for at in plan for t in at] == list(range(length)) and len(plan) == min(n, length)
        assert not plan or max(map(len, plan)) - min(map(len, plan)) <= 1
    with pytest.raises(UserError, match="passes"):
        in_passes(0)


def test_blocks_join_the_two_ends():
    """Blocks of one are one_by_one, blocks of T or more are all_at_once."""
    assert lists(in_blocks(1)(6)) == lists(one_by_one(6))
    assert lists(in_blocks(6)(6)) == lists(in_blocks(99)(6)) == lists(all_at_once(6))


@pytest.mark.parametrize("k", [0, -1])
def test_an_empty_block_is_refused(k):
    """in_blocks(0) is an error that names k, raised when the plan is made and not later."""
    with pytest.raises(UserError, match="^k: expected at least 1, got"):
        in_blocks(k)


def test_every_partition_is_a_plan(rng):
    """check_places accepts any order and any grouping of all places, also plain numbers and lists."""
    for _ in range(20):
        check_places(random_plan(rng, 6), 6)
    check_places([2, [0, 1]], 3)
    check_places([], 0)


@pytest.mark.parametrize("plan, got", [
    ([[0], [2]], "1 missing"),                      # a gap
    ([[0, 1]], "2 missing"),                        # too short
    ([[0, 1], [1, 2]], "some twice or too far"),    # a place twice
    ([[0, 0], [1]], "2 missing"),                   # twice, and another not at all
    ([[0, 1, 2, 3]], "some twice or too far"),      # for another length
    ([[-1, 0, 1]], "2 missing"),                    # from the right, as NumPy would have it
    ([], "0 missing"),
])
def test_missing_and_double_places_are_refused(plan, got):
    """check_places raises one line that says what is missing or too much."""
    with pytest.raises(UserError, match=f"^plan: expected each position from 0 to 2 exactly once, got .*{got}") as caught:
        check_places([np.array(at) for at in plan], 3)
    assert "\n" not in str(caught.value)


def test_what_a_prompt_has_decided_leaves_the_plan(rng):
    """still_open keeps order and grouping, drops decided places, and drops passes that became empty."""
    mask = 5
    for _ in range(50):
        plan = random_plan(rng, 6)
        row = np.where(rng.random(6) < 0.5, mask, 1)
        expected = [[int(t) for t in at if row[t] == mask] for at in plan]
        assert lists(still_open(plan, np.stack([row, row]), mask)) == [at for at in expected if at]


def test_canvases_open_at_different_places_are_refused():
    """One plan serves the whole batch, so a place open on some canvases only is an error."""
    with pytest.raises(UserError, match="^canvas: expected the same places open on every canvas"):
        still_open(one_by_one(2), np.array([[5, 5], [0, 5]]), 5)


# What a pass costs, exactly, on tables

def every_plan(length):
    """All ordered set partitions of the places: 1, 3, 13, 75 for one to four of them."""
    for passes in itertools.product(range(length), repeat=length):
        if set(passes) == set(range(max(passes) + 1)):
            yield [np.flatnonzero(np.array(passes) == step) for step in range(max(passes) + 1)]


def bits(joint, plan):
    """Bits that the plan pays for a canvas of the joint, on average."""
    return expected_bits(joint.ravel(), log_prob(Table.from_joint(joint), every(joint.shape[0], joint.ndim), plan))


def entropy_of(joint, places):
    """Entropy of some places together, in bits."""
    return entropy_bits(joint.sum(axis=tuple(set(range(joint.ndim)) - set(places))))


def told(joint, first, second, past):
    """Mutual information I(first; second | past) of three sets of places, in bits."""
    first, second, past = (set(map(int, places)) for places in (first, second, past))
    return (entropy_of(joint, first | past) + entropy_of(joint, second | past)
            - entropy_of(joint, past) - entropy_of(joint, first | second | past))


def splits(plan):
    """Each way to make two passes of one: (the places before, first half, second half, the new plan)."""
    for i, block in enumerate(plan):
        for choice in itertools.product([False, True], repeat=len(block)):
            first, second = block[np.array(choice)], block[~np.array(choice)]
            if first.size and second.size:
                yield np.concatenate([np.empty(0, int), *plan[:i]]), first, second, [*plan[:i], first, second, *plan[i + 1:]]


@pytest.mark.parametrize("zeros", [0.0, 0.4])
@pytest.mark.parametrize("vocab_size, length", [(2, 3), (3, 3), (2, 4)])
def test_every_plan_is_a_distribution(vocab_size, length, zeros, rng):
    """Under each ordered partition of the places the probabilities of all canvases sum to one, and the bits are at least the entropy."""
    joint, plans = random_joint(rng, vocab_size, length, zeros), list(every_plan(length))
    assert len(plans) == {3: 13, 4: 75}[length]
    for plan in plans:
        total = np.exp(log_prob(Table.from_joint(joint), every(vocab_size, length), plan)).sum()
        assert math.isclose(total, 1.0)
        assert bits(joint, plan) > entropy_bits(joint) - 1e-12


@pytest.mark.parametrize("zeros", [0.0, 0.4])
@pytest.mark.parametrize("vocab_size, length", [(2, 3), (3, 3), (2, 4)])
def test_splitting_a_pass_gains_what_the_first_half_tells_the_second(vocab_size, length, zeros, rng):
    """Two passes for one never cost bits. They gain, for each place of the second half, what the first half tells it given the past.

    Where the second half is one place that is the mutual information of the halves. Where it is more, its places are still
    drawn apart, and what the first half says of them *together* is not gained yet.
    """
    joint = random_joint(rng, vocab_size, length, zeros)
    for plan in every_plan(length):
        for past, first, second, finer in splits(plan):
            gain = bits(joint, plan) - bits(joint, finer)
            assert gain > -1e-12
            assert math.isclose(gain, sum(told(joint, first, [t], past) for t in second), abs_tol=1e-9)
            if second.size == 1:
                assert math.isclose(gain, told(joint, first, second, past), abs_tol=1e-9)


def test_which_half_comes_first_matters():
    """Place 0 is whether 1 and 2 differ. Told first, it gains nothing: it says much of both, and nothing of either. Told last, 1 bit."""
    joint = np.zeros((2, 2, 2))
    for x, y in every(2, 2):
        joint[x ^ y, x, y] = 0.25
    assert told(joint, [0], [1, 2], []) == told(joint, [1, 2], [0], []) == 1.0
    once = bits(joint, all_at_once)
    assert [once - bits(joint, plan) for plan in ([[0], [1, 2]], [[1, 2], [0]])] == [0.0, 1.0]


def test_more_passes_can_be_worse():
    """AABB, A and B coins: the two passes [0 2] [1 3] are exact, the three passes [0 1] [2] [3] cost a bit more.

    Neither plan splits the other. What counts is not how many passes there are but who is drawn together: 0 and 2 know nothing of
    each other, nor do 1 and 3 once these are seen; 0 and 1 are the same coin, and drawn in one pass they fall apart half of the time.
    """
    joint = np.zeros((2, 2, 2, 2))
    for a, b in every(2, 2):
        joint[a, a, b, b] = 0.25
    two, three = [[0, 2], [1, 3]], [[0, 1], [2], [3]]
    assert bits(joint, two) == entropy_bits(joint) == 2.0
    assert bits(joint, three) == 3.0 == 2.0 + told(joint, [0], [1], [])
