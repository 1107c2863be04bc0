"""Plans: which places, in which pass."""

import math

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.strategies.plans import all_at_once, check_places, in_blocks, one_by_one, still_open
from oracles import random_plan


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
