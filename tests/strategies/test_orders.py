"""Places chosen before they are drawn: exact scores along each canvas's own order, random orders, nested plans."""

import itertools
import math
from functools import partial

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.causal import check_left_to_right
from minigen.models.table import Table
from minigen.protocols import Condition
from minigen.strategies.fill import fill, generate, log_prob
from minigen.strategies.orders import (in_random_blocks, random_order, random_order_log_prob, shares, surest_first,
                                       surest_first_log_prob, unsureness)
from minigen.strategies.plans import all_at_once, check_places, in_blocks, one_by_one
from oracles import (GridDice, conditional, entropy_bits, every, expected_bits, frequencies, most_by_chance, plain_fill, random_joint,
                     walk)

STRATEGIES = {"surest_first": surest_first, "random_order": random_order}


def answer(joint, seen, place):
    """What a table says of a place: its conditional, or where what stands is impossible already, anything alike."""
    possible = joint[tuple(seen.get(t, slice(None)) for t in range(joint.ndim))].sum() > 0
    return conditional(joint, seen, place) if possible else np.full(joint.shape[0], 1 / joint.shape[0])


def surest(joint, seen, n):
    """The n places of lowest entropy, given a dict place -> token; of equal ones the left ones."""
    unsure = {t: round(entropy_bits(answer(joint, seen, t)), 9) for t in range(joint.ndim) if t not in seen}
    return sorted(unsure, key=lambda t: (unsure[t], t))[:n]


def passes_of(n_open, passes):
    """How many places each pass decides: an equal share of those left, rounded up."""
    sizes = []
    for to_come in range(min(passes, n_open), 0, -1):
        sizes.append(math.ceil((n_open - sum(sizes)) / to_come))
    return sizes


def plain_surest(joint, row, u, passes):
    """``surest_first`` as plain loops: canvases (N, B, T) after each pass, from a canvas (T,) and dice (B, T)."""
    vocab_size, films = joint.shape[0], []
    for dice in u:
        seen, film = {t: int(v) for t, v in enumerate(row) if v < vocab_size}, []
        for n in passes_of(int((row == vocab_size).sum()), passes):
            seen |= {t: walk(conditional(joint, seen, t), dice[t]) for t in surest(joint, seen, n)}
            film.append([seen.get(t, vocab_size) for t in range(len(row))])
        films.append(film)
    return np.array(films).swapaxes(0, 1)


def plain_probability(joint, tokens, passes):
    """The probability that ``surest_first`` draws these tokens (T,): a product along their own order."""
    seen, chance = {}, 1.0
    for n in passes_of(joint.ndim, passes):
        at = surest(joint, seen, n)
        for t in at:
            chance *= answer(joint, seen, t)[tokens[t]]
        seen |= {t: int(tokens[t]) for t in at}
    return chance


def bits(joint, log_probs):
    """Mean bits of a canvas of the joint, where log_probs (V ** T,) are those of ``every``."""
    return expected_bits(joint.ravel(), log_probs)


def mutual_information(joint, first, second):
    """I(first; second) of two places, in bits."""
    pair = joint.sum(axis=tuple(t for t in range(joint.ndim) if t not in (first, second)))
    return entropy_bits(pair.sum(axis=0)) + entropy_bits(pair.sum(axis=1)) - entropy_bits(pair)


def causes_last():
    """Places 0 and 1 are two noisy views of place 2; place 3 is a rare event of its own. (2, 2, 2, 2)

    What tells most stands on the right, and is the least unsure.
    """
    joint = np.zeros((2, 2, 2, 2))
    for x, y, z, w in every(2, 4):
        view = [0.1, 0.9][z]
        joint[x, y, z, w] = [0.8, 0.2][z] * (view if x else 1 - view) * (view if y else 1 - view) * [0.9, 0.1][w]
    return joint


# Surest first

@pytest.mark.parametrize("prompt", [[3, 3, 3, 3, 3], [3, 1, 3, 3, 0]])
@pytest.mark.parametrize("passes", [1, 2, 3, 5])
def test_the_surest_places_come_first_on_each_canvas(prompt, passes, rng):
    """Same dice, same canvases after every pass as a plain loop in which each place meets its own die u[b, t]."""
    joint, row = random_joint(rng, 3, 5), np.array(prompt)
    tokens, frames = generate(Table.from_joint(joint), partial(surest_first, passes=passes), 15, np.random.default_rng(5),
                              prompt=row, film=True)
    np.testing.assert_array_equal(frames, plain_surest(joint, row, np.random.default_rng(5).random((15, 5)), passes))
    np.testing.assert_array_equal(tokens, frames[-1])


def test_canvases_go_different_ways():
    """Place 0 is a coin that says which of the others is the surer one: where it is 0 place 2 comes next, where it is 1 place 1."""
    narrow, wide = np.array([0.5, 0.5, 0.0, 0.0]), np.full(4, 0.25)         # 1 bit and 2 bits; their mean is in between
    joint = np.zeros((4, 4, 4))
    joint[0], joint[1] = np.outer(wide, narrow) / 2, np.outer(narrow, wide) / 2
    _, frames = generate(Table.from_joint(joint), surest_first, 50, np.random.default_rng(0), film=True)
    first = frames[0, :, 0]
    assert set(first.tolist()) == {0, 1}                        # one of them missing: 2 ** -49
    np.testing.assert_array_equal(frames[1] < 4, np.where(first[:, None] == 0, [True, False, True], [True, True, False]))


@pytest.mark.parametrize("zeros", [0.0, 0.3])
@pytest.mark.parametrize("vocab_size, length", [(2, 4), (3, 3)])
def test_its_scores_are_the_probabilities_of_its_draws(vocab_size, length, zeros, rng):
    """surest_first_log_prob: a product along each canvas's own order, and over all canvases they sum to one."""
    joint, tokens = random_joint(rng, vocab_size, length, zeros), every(vocab_size, length)
    for passes in range(1, length + 2):
        got = np.exp(surest_first_log_prob(Table.from_joint(joint), tokens, passes))
        np.testing.assert_allclose(got, [plain_probability(joint, row, passes) for row in tokens], atol=1e-12)
        assert math.isclose(got.sum(), 1.0)
    np.testing.assert_allclose(got, joint.ravel(), atol=1e-12)  # one place a pass: any order is exact


def test_one_pass_scores_as_all_at_once(rng):
    """With one pass there is no order: the score of all_at_once; with T passes that of one_by_one, place by place or not."""
    table, tokens = Table.from_joint(random_joint(rng, 3, 4)), every(3, 4)
    for passes, plan in ((1, all_at_once), (4, one_by_one)):
        np.testing.assert_allclose(surest_first_log_prob(table, tokens, passes), log_prob(table, tokens, plan), rtol=1e-9)


def test_choosing_before_drawing_is_exact():
    """Two coins at 0.6: 00 comes with 0.36 exactly, every combination of dice thrown once (mask-predict: 0.504)."""
    coins, dice = np.outer([0.6, 0.4], [0.6, 0.4]), GridDice(5, 2)
    for passes in (1, 2):
        got = generate(Table.from_joint(coins), partial(surest_first, passes=passes), dice.n, dice)
        np.testing.assert_allclose(frequencies(got, 2), coins.ravel(), atol=1e-12)
        np.testing.assert_allclose(np.exp(surest_first_log_prob(Table.from_joint(coins), every(2, 2), passes)), coins.ravel())


@pytest.mark.statistical
@pytest.mark.parametrize("passes", [2, 3])
def test_samples_follow_the_score(passes, rng):
    """Each canvas is drawn as often as its score says.

    16 frequencies of 20,000 draws: Hoeffding and the sum over the cells make a false alarm rarer than 1e-6.
    """
    table = Table.from_joint(random_joint(rng, 2, 4, zeros=0.2))
    promised = np.exp(surest_first_log_prob(table, every(2, 4), passes))
    got = frequencies(generate(table, partial(surest_first, passes=passes), 20_000, rng), 2)
    assert np.abs(got - promised).max() < most_by_chance(20_000, cells=16)
    assert not got[promised == 0].any()


def test_the_surest_first_can_beat_left_to_right():
    """Where causes stand on the right, two passes by entropy are exact; from left to right they lose what two views share.

    By entropy: the causes 2 and 3, which are independent, then the views 0 and 1, which are independent given the causes.
    From left to right 0 and 1 are drawn blind, and the loss is their mutual information.
    """
    joint, tokens = causes_last(), every(2, 4)
    table = Table.from_joint(joint)
    assert surest(joint, {}, 2) == [3, 2]
    assert math.isclose(bits(joint, surest_first_log_prob(table, tokens, 2)), entropy_bits(joint))
    loss = bits(joint, log_prob(table, tokens, in_blocks(2))) - entropy_bits(joint)
    assert math.isclose(loss, mutual_information(joint, 0, 1)) and loss > 0.1


def test_the_surest_first_can_lose_to_left_to_right():
    """Being sure is not being independent: two copies of one rare event are the surest, and are drawn apart."""
    rare = np.diag([0.9, 0.1])                                  # the same at places 0 and 3
    joint = np.einsum("il,j,k->ijkl", rare, [0.5, 0.5], [0.5, 0.5])
    table, tokens = Table.from_joint(joint), every(2, 4)
    loss = bits(joint, surest_first_log_prob(table, tokens, 2)) - entropy_bits(joint)
    assert math.isclose(loss, mutual_information(joint, 0, 3)) and loss > 0.4
    assert math.isclose(bits(joint, log_prob(table, tokens, in_blocks(2))), entropy_bits(joint))


def test_unsureness_is_entropy(rng):
    """Nats of each place; scores of -inf add nothing; a hair's difference is none."""
    probs = rng.dirichlet(np.ones(5), (4, 3))
    probs[:, 0, 2:] = 0.0
    probs /= probs.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore"):
        got = unsureness(np.log(probs) + rng.normal(size=(4, 3, 1)))
    np.testing.assert_allclose(got, [[math.log(2) * entropy_bits(p) for p in rows] for rows in probs], atol=1e-6)
    scores = np.zeros((1, 2, 3))
    scores[0, 0, 1] = 1e-5                                      # entropy log 3 - 1e-11: equal, and the left one is first
    assert len(set(unsureness(scores)[0])) == 1


def test_the_order_is_that_of_the_model_as_it_is(rng):
    """At temperature 0 every place is sure of its likeliest token: the order still comes from the entropies."""
    joint = causes_last()
    for settings in ({"temperature": 0.0}, {"top_k": 1}, {"temperature": 0.5, "top_p": 0.9}):
        _, frames = generate(Table.from_joint(joint), partial(surest_first, passes=2, **settings), 3, rng, film=True)
        assert (frames[0] < 2).tolist() == [[False, False, True, True]] * 3
        assert settings.get("temperature") != 0.0 or (frames[-1] == 0).all()


# Random orders

@pytest.mark.parametrize("prompt", [None, [3, 0, 3, 3, 2]])
@pytest.mark.parametrize("passes", [1, 2, 5])
def test_each_canvas_follows_an_order_of_its_own(prompt, passes, rng):
    """The order is that of numbers from a child of rng, equal shares a pass; the dice are those of fill."""
    joint, twin = random_joint(rng, 3, 5), np.random.default_rng(2)
    tokens, frames = generate(Table.from_joint(joint), partial(random_order, passes=passes), 8, np.random.default_rng(2),
                              prompt=prompt, film=True)
    u, rank = twin.random((8, 5)), twin.spawn(1)[0].random((8, 5))
    given = {t: v for t, v in enumerate(prompt or []) if v < 3}
    orders = [sorted(set(range(5)) - set(given), key=lambda t: rank[b, t]) for b in range(8)]
    assert len(set(map(tuple, orders))) > 1
    sizes = passes_of(5 - len(given), passes)
    for b, order in enumerate(orders):
        seen = dict(given)
        for frame, at in zip(frames, np.split(order, np.cumsum(sizes)[:-1])):
            seen |= {int(t): walk(conditional(joint, seen, t), u[b, t]) for t in at}
            assert frame[b].tolist() == [seen.get(t, 3) for t in range(5)]
    np.testing.assert_array_equal(tokens, frames[-1])


class EveryOrder:
    """A generator that gives, one after the other, ranks (B, T) of all T! orders."""

    def __init__(self, length):
        self.orders = list(itertools.permutations(range(length)))
        self.left = iter(self.orders)

    def random(self, shape):
        return np.tile(np.argsort(next(self.left)), (shape[0], 1)) / shape[1]


@pytest.mark.parametrize("length, passes", [(3, 2), (4, 2), (4, 3)])
def test_the_mean_over_orders_is_a_bound(length, passes, rng):
    """Over all T! orders: each row is the score under that order, and the mean of bits is above the bits of the mean (Jensen)."""
    joint, tokens, luck = random_joint(rng, 2, length), every(2, length), EveryOrder(length)
    table = Table.from_joint(joint)
    got = random_order_log_prob(table, tokens, passes, len(luck.orders), luck)             # (T!, V ** T)
    cuts = np.cumsum(passes_of(length, passes))[:-1]
    np.testing.assert_allclose(got, [log_prob(table, tokens, np.split(order, cuts)) for order in luck.orders], rtol=1e-9)
    sampler = np.exp(got).mean(axis=0)                          # it draws its order anew: a mixture
    assert math.isclose(sampler.sum(), 1.0)
    mean = np.mean([bits(joint, row) for row in got])
    assert entropy_bits(joint) - 1e-12 < bits(joint, np.log(sampler)) < mean - 1e-6


@pytest.mark.statistical
def test_samples_are_the_mixture_of_all_orders(rng):
    """A canvas is drawn as often as the mean of its probabilities over all orders says.

    16 frequencies of 20,000 draws: Hoeffding and the sum over the cells make a false alarm rarer than 1e-6.
    """
    table, luck = Table.from_joint(random_joint(rng, 2, 4)), EveryOrder(4)
    promised = np.exp(random_order_log_prob(table, every(2, 4), 2, 24, luck)).mean(axis=0)
    got = frequencies(generate(table, partial(random_order, passes=2), 20_000, rng), 2)
    assert np.abs(got - promised).max() < most_by_chance(20_000, cells=16)


def test_with_one_place_a_pass_every_order_gives_the_joint(rng):
    """The chain rule does not care for the order: all rows of random_order_log_prob are the joint."""
    joint = random_joint(rng, 3, 3, zeros=0.2)
    got = np.exp(random_order_log_prob(Table.from_joint(joint), every(3, 3), 3, 5, rng))
    np.testing.assert_allclose(got, [joint.ravel()] * 5, atol=1e-12)


# Plans along one random order

@pytest.mark.parametrize("length", [1, 6, 400])
def test_random_blocks_of_one_order_split_each_other(length):
    """Where k divides the k before, each block is a run of blocks of the next plan; k = T is one pass, 1 one by one."""
    plans = [in_random_blocks(k, np.random.default_rng(3))(length) for k in (400, 200, 100, 50, 25, 5, 1)]
    for wide, narrow in zip(plans, plans[1:]):
        check_places(narrow, length)
        assert all(at.size == wide[0].size for at in wide[:-1])
        ends = set(np.cumsum([at.size for at in narrow]))
        assert set(np.cumsum([at.size for at in wide])) <= ends
        np.testing.assert_array_equal(np.concatenate(wide), np.concatenate(narrow))
    assert len(plans[0]) == 1 and len(plans[-1]) == length


def test_a_random_plan_is_kept():
    """What is drawn along it can be scored along it: the same order at every call; another rng, another order; one number from it."""
    plan, other = in_random_blocks(2, np.random.default_rng(0)), in_random_blocks(2, np.random.default_rng(1))
    order = np.concatenate(plan(50))
    np.testing.assert_array_equal(np.concatenate(plan(50)), order)
    assert (np.concatenate(other(50)) != order).any()
    spent, twin = np.random.default_rng(0), np.random.default_rng(0)
    in_random_blocks(2, spent)
    twin.integers(2 ** 63)
    assert spent.random() == twin.random()


@pytest.mark.statistical
def test_every_order_is_equally_likely(rng):
    """20,000 plans of three places: each of 6 orders comes as often. A false alarm is rarer than 1e-6 (Hoeffding, 6 cells)."""
    orders = [tuple(np.concatenate(in_random_blocks(1, rng)(3)).tolist()) for _ in range(20_000)]
    for order in itertools.permutations(range(3)):
        assert abs(orders.count(order) / 20_000 - 1 / 6) < most_by_chance(20_000, cells=6)


def test_it_is_a_plan_of_fill(rng):
    """fill draws along it what plain loops draw, and log_prob scores it."""
    joint, plan = random_joint(rng, 3, 4), in_random_blocks(2, rng)
    u = np.random.default_rng(1).random((9, 4))
    got = generate(Table.from_joint(joint), partial(fill, plan=plan), 9, np.random.default_rng(1))
    np.testing.assert_array_equal(got, plain_fill(joint, u, plan(4)))


def test_halving_the_blocks_of_a_random_order_never_costs_bits(rng):
    """Nested plans of one order on a table: bits fall, from all at once down to the entropy."""
    joint, tokens = random_joint(rng, 2, 8), every(2, 8)
    for seed in rng.integers(2 ** 63, size=5):
        plans = [in_random_blocks(k, np.random.default_rng(seed)) for k in (8, 4, 2, 1)]
        path = [bits(joint, log_prob(Table.from_joint(joint), tokens, plan)) for plan in plans]
        assert all(after <= before + 1e-12 for before, after in zip(path, path[1:]))
        assert math.isclose(path[-1], entropy_bits(joint))


# What all share

@pytest.mark.parametrize("name", STRATEGIES)
def test_a_film_shows_every_pass(name, rng):
    """N passes, T at most, the same film from the same rng; a prompt stays, each place is drawn once, the caller's canvas is left alone."""
    table = Table.from_joint(random_joint(rng, 3, 5))
    for passes, prompt in itertools.product((1, 2, 4, 5, 99), ([3] * 5, [3, 0, 3, 3, 1], [0, 1, 2, 0, 1])):
        canvas = np.tile(prompt, (4, 1))
        films = [list(STRATEGIES[name](table, canvas, np.random.default_rng(1), passes=passes)) for _ in range(2)]
        np.testing.assert_array_equal(*films)
        sizes = passes_of(prompt.count(3), passes)
        assert len(films[0]) == len(sizes) and (canvas == prompt).all()
        before = canvas
        for frame, size in zip(films[0], sizes):
            drawn = (before == 3) & (frame != 3)
            assert (drawn.sum(axis=1) == size).all() and (frame[before != 3] == before[before != 3]).all()
            assert not np.shares_memory(frame, before)
            before = frame
        assert (before != 3).all()


@pytest.mark.parametrize("name", STRATEGIES)
def test_one_pass_draws_the_tokens_of_all_at_once(name, rng):
    """One die a token, thrown first: with one pass the tokens are those of fill, and rng stands where fill leaves it."""
    table, luck, twin = Table.from_joint(random_joint(rng, 3, 4)), np.random.default_rng(6), np.random.default_rng(6)
    got = generate(table, partial(STRATEGIES[name], passes=1), 20, luck)
    np.testing.assert_array_equal(got, generate(table, partial(fill, plan=all_at_once), 20, twin))
    assert luck.random() == twin.random()


def test_shares_are_equal_as_far_as_they_can_be():
    """Sizes differ by one at most, the larger ones first; where passes divide the places they are blocks."""
    for n_open, passes in itertools.product(range(30), range(1, 12)):
        if passes <= n_open:
            assert shares(n_open, passes) == passes_of(n_open, passes) == [len(part) for part in np.array_split(np.arange(n_open), passes)]


def test_scores_do_not_depend_on_how_many_are_scored_at_once(rng, monkeypatch):
    """A few canvases at a time, each with its own condition and its own order."""
    class Labelled(Table):
        def logits(self, canvas, at, condition):
            tables = [table.logits(canvas, at) for table in answers]
            return np.where(condition.label[:, None, None] == 0, *tables)
    answers = [Table.from_joint(random_joint(rng, 3, 3)) for _ in range(2)]
    model = Labelled(answers[0].support, answers[0].probs, 3)
    tokens, label = rng.integers(0, 3, (11, 3)), rng.integers(0, 2, 11)
    expected = [surest_first_log_prob(answers[label[b]], tokens[b:b + 1], 2)[0] for b in range(11)]
    asked = Condition(label=label)
    orders = random_order_log_prob(model, tokens, 2, 3, np.random.default_rng(0), asked)
    for held in (1, 20, 2 ** 22):
        monkeypatch.setattr("minigen.strategies.fill.SCORED_AT_ONCE", held)
        np.testing.assert_allclose(surest_first_log_prob(model, tokens, 2, asked), expected, rtol=1e-9)
        np.testing.assert_allclose(random_order_log_prob(model, tokens, 2, 3, np.random.default_rng(0), asked), orders, rtol=1e-9)
    assert orders.shape == (3, 11) and orders.dtype == np.float64


def test_scores_of_nothing(rng):
    """No canvas has no score."""
    table = Table.from_joint(random_joint(rng, 3, 3))
    assert surest_first_log_prob(table, np.zeros((0, 3), int), 2).shape == (0,)
    assert random_order_log_prob(table, np.zeros((0, 3), int), 2, 4, rng).shape == (4, 0)


# Mistakes

class LeftToRight(Table):
    """A table that pretends to be a causal model."""

    def check_plan(self, plan):
        check_left_to_right(plan, "this model")


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("start, mistake", [
    ("passes: expected at least 1, got 0.", {"passes": 0}),
    ("passes: expected a whole number, got 1.5.", {"passes": 1.5}),
    ("temperature: expected", {"temperature": -1.0}),
    ("top_p: expected", {"top_p": 0.0}),
])
def test_a_mistake_is_one_clear_line(name, start, mistake, rng):
    """The argument, what was expected, what came."""
    with pytest.raises(UserError) as caught:
        generate(Table.from_joint(random_joint(rng, 3, 3)), partial(STRATEGIES[name], **mistake), 2, rng)
    assert str(caught.value).startswith(start) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", STRATEGIES)
def test_models_and_canvases_that_cannot_serve_are_refused(name, rng):
    """A causal model answers in one order only; a batch must be open at the same places."""
    model = LeftToRight(every(3, 3), random_joint(rng, 3, 3).ravel(), 3)
    with pytest.raises(UserError, match="^model: expected one that predicts any place from any visible ones, got LeftToRight"):
        generate(model, STRATEGIES[name], 2, rng)
    with pytest.raises(UserError, match="^model: expected one that predicts any place"):
        surest_first_log_prob(model, every(3, 3), 2)
    with pytest.raises(UserError, match="^canvas: expected the same places open on every canvas"):
        next(STRATEGIES[name](Table.from_joint(random_joint(rng, 3, 2)), np.array([[3, 3], [0, 3]]), rng))


@pytest.mark.parametrize("tokens, passes, start", [
    (np.zeros(3, int), 2, "tokens: expected shape"),
    (np.full((1, 3), 3), 2, "tokens: expected ids from 0 to 2"),
    (np.zeros((1, 3), int), 0, "passes: expected at least 1, got 0"),
    (np.zeros((0, 3), int), 0, "passes: expected at least 1, got 0"),
])
def test_scores_need_finished_canvases_and_passes(tokens, passes, start, rng):
    """Rows without a batch, masks and no passes are one clear line."""
    table = Table.from_joint(random_joint(rng, 3, 3))
    for score in (surest_first_log_prob, partial(random_order_log_prob, orders=2, rng=rng)):
        with pytest.raises(UserError, match=f"^{start}"):
            score(table, tokens, passes)


@pytest.mark.parametrize("start, mistake", [
    ("k: expected at least 1, got 0", lambda table, rng: in_random_blocks(0, rng)),
    ("orders: expected at least 1, got 0", lambda table, rng: random_order_log_prob(table, every(3, 3), 2, 0, rng)),
])
def test_an_empty_block_and_no_order_are_refused(start, mistake, rng):
    """k and orders are counted from 1."""
    with pytest.raises(UserError, match=f"^{start}"):
        mistake(Table.from_joint(random_joint(rng, 3, 3)), rng)
