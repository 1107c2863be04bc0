"""The frontier's grader: against enumerations of canvases, of plans and of rules."""

import itertools
import math

import numpy as np
import pytest
from oracles import conditional, entropy_bits, every, kl_bits, marginals, product_of_marginals, random_joint

from minigen.course import frontier
from minigen.errors import UserError

LADDER = ("xor", "story", "blanks", "switches")         # kinds on which each tier asks for more than the one before


def whim(seed):
    """A rule that chooses at random, but the same for the same question."""
    def choose(probs, hidden, passes_left):
        places = np.flatnonzero(hidden)
        if passes_left == 1:
            return places
        dice = np.random.default_rng([seed, passes_left, *np.round(probs * 1000).astype(int).ravel()])
        return dice.permutation(places)[:dice.integers(1, places.size + 1)]
    return choose


def drawn(joint, choose, passes):
    """How likely the rule draws each canvas, by following it through every canvas: (V, ..., V)."""
    got = np.zeros(joint.shape)
    for canvas in every(joint.shape[0], joint.ndim):
        seen, likely = {}, 1.0
        for passes_left in range(passes, 0, -1):
            hidden = np.array([t not in seen for t in range(joint.ndim)])
            if not hidden.any() or likely == 0.0:
                break
            probs = np.array([conditional(joint, seen, t) for t in range(joint.ndim)])
            group = [int(t) for t in choose(probs, hidden, passes_left)]
            likely *= math.prod(probs[t, canvas[t]] for t in group)
            seen.update({t: canvas[t] for t in group})
            if not any(all(row[t] == v for t, v in seen.items()) for row in np.argwhere(joint > 0)):
                likely = 0.0                                # outside the table: its probability is not asked for
        got[tuple(canvas)] = likely
    return got


def ordered_partitions(places, groups):
    """All ways to fill places in at most this many groups, one after the other."""
    if not places:
        yield []
    elif groups:
        for size in range(1, len(places) + 1):
            for group in itertools.combinations(places, size):
                for rest in ordered_partitions([t for t in places if t not in group], groups - 1):
                    yield [group, *rest]


def least(joint, seen, passes_left):
    """What the best of all rules loses from here, tried one by one in plain Python."""
    hidden = [t for t in range(joint.ndim) if t not in seen]
    if not hidden:
        return 0.0
    losses = []
    for size in range(1, len(hidden) + 1) if passes_left > 1 else [len(hidden)]:
        for group in itertools.combinations(hidden, size):
            together = {}
            for index in np.ndindex(joint.shape):
                if all(index[t] == v for t, v in seen.items()):
                    told = tuple(index[t] for t in group)
                    together[told] = together.get(told, 0.0) + joint[index]
            total = sum(together.values())
            bits = sum(entropy_bits(conditional(joint, seen, t)) for t in group)
            bits -= entropy_bits([p / total for p in together.values()])
            losses.append(bits + sum(p / total * least(joint, {**seen, **dict(zip(group, told))}, passes_left - 1)
                                     for told, p in together.items() if p > 0))
    return min(losses)


# What a rule loses

@pytest.mark.parametrize("zeros", [0.0, 0.6])
def test_the_loss_is_the_divergence_of_what_the_rule_draws(rng, zeros):
    """lost_bits is KL(joint || drawn), canvas by canvas, for fixed and for adaptive rules."""
    for vocab_size, length, passes in ((2, 4, 1), (2, 4, 2), (2, 5, 3), (3, 3, 2)):
        joint = random_joint(rng, vocab_size, length, zeros)
        for choose in (frontier.left_to_right, frontier.lowest_entropy_first, whim(int(rng.integers(1000)))):
            want = kl_bits(joint, drawn(joint, choose, passes))
            assert frontier.lost_bits(joint, choose, passes) == pytest.approx(want, abs=1e-9)


def test_all_at_once_loses_the_total_correlation(rng):
    """In one pass every rule draws the product of the marginals; with a pass for each place nothing is lost."""
    joint = random_joint(rng, 3, 4)
    assert frontier.lost_bits(joint, whim(1), 1) == pytest.approx(kl_bits(joint, product_of_marginals(joint)))
    assert frontier.lost_bits(joint, frontier.left_to_right, 4) == pytest.approx(0.0, abs=1e-12)


def test_a_rule_is_asked_what_it_may_know(rng):
    """Rows are the conditional probabilities given what is visible, one-hot where a place is visible; arrays are fresh."""
    joint, asked = random_joint(rng, 2, 3), []

    def choose(probs, hidden, passes_left):
        asked.append((probs.copy(), hidden.copy(), passes_left))
        answer = [int(np.flatnonzero(hidden)[0])] if passes_left > 1 else np.flatnonzero(hidden)
        probs[:], hidden[:] = 7.0, False                    # must not matter
        return answer
    assert frontier.lost_bits(joint, choose, 2) >= 0.0
    assert [passes_left for _, _, passes_left in asked] == [2, 2, 1, 1, 1, 1]
    np.testing.assert_allclose(asked[0][0], marginals(joint))
    for v in range(2):
        probs, hidden, _ = asked[2 + 2 * v]
        assert hidden.tolist() == [False, True, True]
        np.testing.assert_allclose(probs, [np.eye(2)[v], *(conditional(joint, {0: v}, t) for t in (1, 2))])


@pytest.mark.parametrize("answer, said", [
    (lambda hidden, left: np.arange(len(hidden)), "hidden places only"),
    (lambda hidden, left: [], "at least one place"),
    (lambda hidden, left: [int(np.flatnonzero(hidden)[0])] * 2, "each place once"),
    (lambda hidden, left: [int(np.flatnonzero(hidden)[0])], "all hidden places in the last pass"),
    (lambda hidden, left: hidden, "ids of places"),
    (lambda hidden, left: [99], "places from 0 to 3"),
    (lambda hidden, left: [-1], "places from 0 to 3"),
    (lambda hidden, left: 0, "a list of at least one place"),
    (lambda hidden, left: np.random.default_rng().permutation(40)[:1] % 4, "same answer"),
])
def test_an_answer_that_is_none(rng, answer, said):
    """Visible places, none, twice the same, too few at the end, a mask, ids outside, or dice: one clear assertion."""
    hidden, passes_left = np.array(["same" in said, True, True, True]), 1 if "last" in said else 2
    with pytest.raises(AssertionError, match=said):
        for _ in range(40):                                 # dice may fall alike; 40 times: once in 10 ** 24
            frontier.chosen(lambda probs, hidden, left: answer(hidden, left), np.full((4, 2), 0.5), hidden, passes_left)


@pytest.mark.parametrize("joint, passes, said", [
    (np.full((2, 3), 1 / 6), 1, "joint: expected one axis"), (np.full((2,) * 10, 2.0 ** -10), 1, "V ..? T up to 729"),
    (np.full((2, 2), 0.3), 1, "sum of joint"), (np.array([1.5, -0.5]), 1, "smallest of joint"),
    (np.array([0.5, 0.5]), 0, "passes"),
])
def test_errors_say_what_to_do(joint, passes, said):
    """A table that is none, or too large, and no pass at all."""
    for ask in (lambda: frontier.lost_bits(joint, frontier.left_to_right, passes), lambda: frontier.optimum(joint, passes),
                lambda: frontier.best_fixed_plan(joint, passes)):
        with pytest.raises(UserError, match=said):
            ask()


# Baselines

def test_equal_blocks():
    """Blocks differ by at most one place, the larger ones first."""
    for length, passes, sizes in ((6, 3, [2, 2, 2]), (5, 3, [2, 2, 1]), (7, 3, [3, 2, 2]), (2, 4, [1, 1])):
        for rule in (frontier.left_to_right, frontier.lowest_entropy_first):
            hidden, got = np.ones(length, bool), []
            for passes_left in range(passes, passes - len(sizes), -1):
                places = rule(np.full((length, 2), 0.5), hidden, passes_left)
                assert places.tolist() == np.flatnonzero(hidden)[:len(places)].tolist()     # all alike: the smaller place first
                hidden[places] = False
                got.append(len(places))
            assert got == sizes and not hidden.any()


def test_the_best_fixed_plan_is_the_best_of_all(rng):
    """Against every ordered partition, each walked as a rule."""
    for vocab_size, length, passes in ((2, 3, 2), (2, 4, 2), (3, 3, 2), (2, 4, 3), (2, 3, 5)):
        joint = random_joint(rng, vocab_size, length, 0.3)
        bits, plan = frontier.best_fixed_plan(joint, passes)
        every_plan = ordered_partitions(list(range(length)), passes)
        want = min(frontier.lost_bits(joint, frontier.follow(plan), passes) for plan in every_plan)
        assert bits == pytest.approx(want, abs=1e-9)
        assert len(plan) <= passes and sorted(itertools.chain(*plan)) == list(range(length))
        assert frontier.lost_bits(joint, frontier.follow(plan), passes) == pytest.approx(bits, abs=1e-9)


def test_the_optimum_is_the_least_of_all_rules(rng):
    """Against every rule, tried in plain Python; no rule goes below it, and more passes never lose more."""
    for vocab_size, length, passes in ((2, 3, 1), (2, 3, 2), (3, 3, 2), (2, 4, 2), (2, 4, 3)):
        joint = random_joint(rng, vocab_size, length, 0.4)
        assert frontier.optimum(joint, passes) == pytest.approx(least(joint, {}, passes), abs=1e-9)
    joint = random_joint(rng, 2, 5, 0.5)
    for passes in (1, 2, 3):
        assert all(frontier.lost_bits(joint, whim(k), passes) > frontier.optimum(joint, passes) - 1e-9 for k in range(20))
        assert frontier.optimum(joint, passes) <= frontier.best_fixed_plan(joint, passes)[0] + 1e-9
        assert frontier.optimum(joint, passes + 1) <= frontier.optimum(joint, passes) + 1e-9


# Tables

def losses(joint, passes):
    """What simple, medium, strong and boss ask for, in this order."""
    return (frontier.lost_bits(joint, frontier.left_to_right, passes), frontier.best_fixed_plan(joint, passes)[0],
            frontier.lost_bits(joint, frontier.lowest_entropy_first, passes), frontier.optimum(joint, passes))


@pytest.mark.parametrize("name", frontier.FAMILIES)
def test_every_kind_of_table(rng, name):
    """A distribution that can be walked, which costs something at once; no baseline goes below the optimum."""
    (table,) = frontier.tables(rng, name)
    assert table.name == name and table.joint.size <= frontier.LARGEST and table.passes < table.joint.ndim
    simple, medium, strong, boss = losses(table.joint, table.passes)
    assert boss <= min(simple, medium, strong) + 1e-9
    assert medium <= simple + 1e-9                          # left to right is one of the plans
    assert frontier.optimum(table.joint, 1) > boss + 0.3


@pytest.mark.parametrize("name", LADDER)
def test_each_tier_asks_for_no_less_than_the_one_before(rng, name):
    """simple >= medium >= strong >= boss, on the tables of the first three tiers."""
    for table in frontier.tables(rng, name, name):
        simple, medium, strong, boss = losses(table.joint, table.passes)
        assert simple >= medium - 1e-9 and medium >= strong - 1e-9 and strong >= boss - 1e-9


def test_each_baseline_fails_in_the_next_tier(rng):
    """Left to right loses clearly more than the best plan, that more than lowest entropy first, that more than it need."""
    for name in ("blanks", "switches"):
        simple, medium, *_ = losses(*frontier.tables(rng, name)[0][1:])
        assert simple > medium + 0.03
    _, medium, strong, _ = losses(*frontier.tables(rng, "switches")[0][1:])
    assert medium > strong + 0.03
    for name in ("topic", "margin", "hurry", "clues"):
        *_, strong, boss = losses(*frontier.tables(rng, name)[0][1:])
        assert strong > 1.05 * boss + 0.03


def test_xor_has_no_pairs(rng):
    """Any two places are independent, the three are not."""
    joint = frontier.tables(rng, "xor")[0].joint
    for t in range(3):
        np.testing.assert_allclose(joint.sum(axis=t), 0.25)
    assert kl_bits(joint, product_of_marginals(joint)) == pytest.approx(1.0)


def test_tables_are_asked_for_by_name(rng):
    """All kinds without a name; an unknown name is an error that lists them."""
    assert [table.name for table in frontier.tables(rng)] == list(frontier.FAMILIES)
    with pytest.raises(UserError, match="some of xor, story"):
        frontier.tables(rng, "nand")
