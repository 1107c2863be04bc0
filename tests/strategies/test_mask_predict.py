"""Guess, doubt, ask again: the rule place by place, what keeping the surest draws bends, and where it is AR."""

import itertools
import math
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.causal import check_left_to_right
from minigen.models.table import Table
from minigen.protocols import Condition
from minigen.strategies import mask_predict as room
from minigen.strategies.fill import fill, generate
from minigen.strategies.mask_predict import (in_order, mask_predict, masks_left, n_masked, n_masked_cosine, passes_used,
                                             refine)
from minigen.strategies.plans import all_at_once, check_places, one_by_one
from oracles import conditional, every, frequencies, most_by_chance, plain_fill, product_of_marginals, random_joint, walk

CURVES = {"linear": lambda share: 1 - share, "cosine": lambda share: math.cos(math.pi / 2 * share)}


def decided_after(n_open, passes, schedule):
    """How many places stand after each pass: the curve, rounded, and one place more a pass at least."""
    told = [n_open - math.floor(n_open * CURVES[schedule]((step + 1) / passes) + 1e-9) for step in range(passes)]
    return [max(n, step + 1) for step, n in enumerate(told)]


def plain(joint, row, u, schedule="linear", settings=None):
    """Mask-predict on a table as plain loops: the canvases (N, B, T) after each pass, from a canvas (T,) and dice (N, B, T)."""
    vocab_size, films = joint.shape[0], []
    decided = decided_after(int((row == vocab_size).sum()), len(u), schedule)
    for b in range(u.shape[1]):
        prompt = {t: int(v) for t, v in enumerate(row) if v < vocab_size}
        tokens, sure, film = dict(prompt), {}, []
        for step in range(len(u)):
            seen = dict(tokens)
            for t in set(range(len(row))) - set(seen):
                probs = conditional(joint, seen, t)
                tokens[t] = walk(reshaped(probs, **(settings or {})), u[step, b, t])
                sure[t] = probs[tokens[t]]                          # as the model says it, whatever was cut
            doubtful = sorted(sure, key=lambda t: (sure[t], t))[:len(sure) - decided[step]]
            tokens = {t: v for t, v in tokens.items() if t not in doubtful}
            film.append([tokens.get(t, vocab_size) for t in range(len(row))])
        films.append(film)
    return np.array(films).swapaxes(0, 1)


def reshaped(probs, temperature=1.0, top_k=None):
    """Temperature and top-k in plain Python."""
    if temperature == 0.0:
        temperature, top_k = 1.0, 1
    best = sorted(range(len(probs)), key=lambda v: (-probs[v], v))[:top_k]
    weights = [p ** (1 / temperature) if v in best else 0.0 for v, p in enumerate(probs)]
    return [weight / sum(weights) for weight in weights]


class EveryDie:
    """A generator whose dice (N, B, T) are not random: every combination of the middles of ``sides`` equal parts, once each."""

    def __init__(self, sides, passes, length):
        grid = (every(sides, passes * length) + 0.5) / sides
        self.u, self.n = np.moveaxis(grid.reshape(-1, passes, length), 1, 0), len(grid)

    def random(self, shape):
        assert tuple(shape) == self.u.shape
        return self.u.copy()


def film_of(joint, seed, n, prompt=None, **settings):
    return generate(Table.from_joint(joint), partial(mask_predict, **settings), n, np.random.default_rng(seed), prompt=prompt, film=True)


# The rule

@pytest.mark.parametrize("schedule", CURVES)
@pytest.mark.parametrize("prompt", [[4, 4, 4, 4, 4], [4, 1, 4, 4, 0]])
def test_every_canvas_on_the_way_is_that_of_a_plain_loop(schedule, prompt, rng):
    """Same dice, same tokens, same doubts as the rule, place by place: after every pass, with and without a prompt."""
    joint, row = random_joint(rng, 4, 5), np.array(prompt)
    for passes in range(1, (row == 4).sum() + 1):
        u = np.random.default_rng(5).random((passes, 12, 5))
        tokens, frames = film_of(joint, 5, 12, prompt, passes=passes, schedule=schedule)
        np.testing.assert_array_equal(frames, plain(joint, row, u, schedule))
        np.testing.assert_array_equal(frames[-1], tokens)
        assert tokens.dtype == np.int64


def test_refine_is_the_rule_on_plain_functions(rng):
    """The loop takes functions, dice and any id as the mask: the linear schedule, as many passes as there are dice."""
    joint = random_joint(rng, 3, 4)
    table, u = Table.from_joint(joint), rng.random((3, 10, 4))
    for mask in (3, -1, 77):
        def logits(canvas, at):
            return table.logits(np.where(canvas == mask, 3, canvas), at)
        frames = np.stack(list(refine(logits, np.full((10, 4), mask), u, mask)))
        expected = plain(joint, np.full(4, 3), u)
        np.testing.assert_array_equal(frames, np.where(expected == 3, mask, expected))


@pytest.mark.parametrize("settings", [{"temperature": 0.0}, {"temperature": 0.5}, {"top_k": 2}, {"temperature": 2.0, "top_k": 3}])
def test_doubts_are_those_of_the_model_as_it_is(settings, rng):
    """Temperature and cuts shape the draw alone; at temperature 0 the least likely of the likeliest tokens are doubted (the paper)."""
    joint = random_joint(rng, 4, 4)
    u = np.random.default_rng(2).random((3, 20, 4))
    _, frames = film_of(joint, 2, 20, passes=3, schedule="linear", **settings)
    np.testing.assert_array_equal(frames, plain(joint, np.full(4, 4), u, settings=settings))


def test_each_pass_asks_once_for_all_open_places(rng):
    """A pass is one call, for the places that were open at the start, with the condition, on the canvas that was yielded last."""
    class Watched(Table):
        def logits(self, canvas, at, condition):
            calls.append((canvas.copy(), at.tolist(), condition))
            return super().logits(canvas, at)
    calls, condition = [], Condition(label=np.zeros(3, np.int64))
    model = Watched(every(3, 4), random_joint(rng, 3, 4).ravel(), 3)
    _, frames = generate(model, partial(mask_predict, passes=3), 3, rng, condition=condition, prompt=[3, 0], film=True)
    assert [at for _, at, _ in calls] == [[0, 2, 3]] * 3
    assert all(seen is condition for _, _, seen in calls)
    np.testing.assert_array_equal([canvas for canvas, _, _ in calls[1:]], frames[:-1])


def test_one_pass_is_all_at_once(rng):
    """The dice of the first pass are those of fill: one pass draws the very tokens of all_at_once."""
    table = Table.from_joint(random_joint(rng, 3, 5))
    for prompt in (None, [0, 3, 2]):
        once = generate(table, partial(fill, plan=all_at_once), 30, np.random.default_rng(6), prompt=prompt)
        got = generate(table, partial(mask_predict, passes=1), 30, np.random.default_rng(6), prompt=prompt)
        np.testing.assert_array_equal(got, once)


# How many

@pytest.mark.parametrize("passes", [1, 2, 3, 5, 8, 12])
def test_the_linear_schedule_is_the_exact_share(passes):
    """n_masked: the share of passes to come, times the open places, rounded down."""
    for n_open in range(passes, 60):
        expected = [math.floor(n_open * Fraction(passes - 1 - step, passes)) for step in range(passes)]
        assert [n_masked(n_open, step, passes) for step in range(passes)] == expected


def test_the_cosine_schedule_by_hand():
    """n_masked_cosine: 100 cos(22.5, 45, 67.5, 90 degrees); 60 degrees is exactly a half; the first pass decides one at least."""
    assert [n_masked_cosine(100, step, 4) for step in range(4)] == [92, 70, 38, 0]
    assert [n_masked_cosine(2 * n, 1, 3) for n in range(2, 50)] == list(range(2, 50))
    assert [n_masked_cosine(8, step, 8) for step in range(8)] == [7, 6, 5, 4, 3, 2, 1, 0]     # the curve begins 7.8, 7.4, 6.7


@pytest.mark.parametrize("schedule", CURVES)
def test_every_pass_decides_one_place_more(schedule):
    """With as many passes as places or fewer both schedules fall at each pass, end at 0, and keep within one place of their curve."""
    for n_open in range(1, 70):
        for passes in range(1, n_open + 1):
            left = masks_left(schedule, n_open, passes)
            assert all(after < before for before, after in zip([n_open, *left], left)) and left[-1] == 0
            assert left == [n_open - n for n in decided_after(n_open, passes, schedule)]
            curve = [n_open * CURVES[schedule]((step + 1) / passes) for step in range(passes)]
            assert all(n <= want + 1e-6 and (n > want - 1 or n == n_open - 1 - step)
                       for step, (n, want) in enumerate(zip(left, curve)))


def test_a_schedule_of_ones_own(rng):
    """A callable says how many; it may pause. Here: all are doubted once more before they stay."""
    joint = random_joint(rng, 3, 3)
    _, frames = film_of(joint, 1, 9, passes=3, schedule=lambda n_open, step, passes: [n_open, 1, 0][step])
    np.testing.assert_array_equal((frames == 3).sum(axis=2), np.repeat([[3], [1], [0]], 9, axis=1))
    u = np.random.default_rng(1).random((3, 9, 3))
    again = np.stack(list(refine(Table.from_joint(joint).logits, np.full((9, 3), 3), u[1:], 3, lambda *sizes: [1, 0][sizes[1]])))
    np.testing.assert_array_equal(frames[1:], again)
    pausing = in_order(4, lambda n_open, step, passes: [3, 1, 1, 0][step])(4)
    assert [at.tolist() for at in pausing] == [[0], [1, 2], [3]]      # a pass that decides nothing is none of the plan's


def test_the_linear_rule_is_looked_up_when_it_is_needed(monkeypatch):
    """A student's n_masked, seated in the room, is the one that counts."""
    monkeypatch.setattr(room, "n_masked", lambda n_open, step, passes: 5 if step + 1 < passes else 0)
    assert masks_left("linear", 9, 3) == [5, 5, 0]


def test_more_passes_than_places_are_not_made(rng):
    """T places take T passes at most: passes_used says so, and the tokens are those of T passes."""
    joint = random_joint(rng, 3, 4)
    assert [passes_used(4, passes) for passes in (1, 3, 4, 5, 1000)] == [1, 3, 4, 4, 4]
    for prompt, used in ((None, 4), ([0], 3), ([0, 1, 2], 1)):
        tokens, frames = film_of(joint, 3, 6, prompt, passes=50)
        assert len(frames) == used
        np.testing.assert_array_equal(tokens, film_of(joint, 3, 6, prompt, passes=used)[0])


# With luck in the choice

def test_what_was_kept_stays_and_one_pass_is_all_at_once(rng):
    """Each pass decides as many places as the schedule says, and gives none back."""
    joint = random_joint(rng, 3, 4)
    for schedule in CURVES:
        _, frames = film_of(joint, 4, 50, passes=3, schedule=schedule, choice_temperature=2.0)
        for before, after, n in zip(frames, frames[1:], decided_after(4, 3, schedule)):
            np.testing.assert_array_equal(after[before < 3], before[before < 3])
            assert ((before < 3).sum(axis=1) == n).all()
    np.testing.assert_array_equal(film_of(joint, 4, 50, passes=1, choice_temperature=9.0)[0], film_of(joint, 4, 50, passes=1)[0])


@pytest.mark.statistical
def test_luck_alone_is_a_random_order_and_exact(rng):
    """So much noise that nothing else counts: T passes draw the joint distribution. Without it 00 comes 0.504 times instead of 0.36.

    20,000 draws each; Hoeffding and the sum over the cells make a false alarm rarer than 1e-6.
    """
    def drawn(joint, **settings):
        strategy = partial(mask_predict, passes=joint.ndim, schedule="linear", **settings)
        return frequencies(generate(Table.from_joint(joint), strategy, 20_000, rng), joint.shape[0])
    joint, coins = random_joint(rng, 2, 4), np.outer([0.6, 0.4], [0.6, 0.4])
    assert np.abs(drawn(joint, choice_temperature=1e9) - joint.ravel()).max() < most_by_chance(20_000, cells=32)
    assert abs(drawn(coins, choice_temperature=1e9)[0] - 0.36) < most_by_chance(20_000, cells=32)
    assert abs(drawn(coins)[0] - 0.504) < most_by_chance(20_000, cells=32)


# In order it is fill

@pytest.mark.parametrize("prompt", [None, [3, 1, 3, 3], [0]])
def test_t_passes_in_order_are_one_by_one(prompt, rng):
    """Place after place, with the dice of the pass in which it stays: the tokens of AR."""
    joint = random_joint(rng, 3, 4)
    open_places = [t for t in range(4) if prompt is None or t >= len(prompt) or prompt[t] == 3]
    for schedule in CURVES:
        got, frames = film_of(joint, 8, 25, prompt, passes=99, keep="order", schedule=schedule)
        u = np.random.default_rng(8).random((len(open_places), 25, 4))
        sorted_dice = np.zeros((25, 4))
        for step, t in enumerate(open_places):
            sorted_dice[:, t] = u[step, :, t]
            assert (frames[step][:, open_places[:step + 1]] < 3).all() and (frames[step][:, open_places[step + 1:]] == 3).all()

        class Thrown:
            def random(self, shape):
                return sorted_dice
        np.testing.assert_array_equal(got, generate(Table.from_joint(joint), partial(fill, plan=one_by_one), 25, Thrown(), prompt=prompt))


@pytest.mark.parametrize("schedule", CURVES)
@pytest.mark.parametrize("passes", [1, 2, 3, 5])
def test_in_order_it_is_fill_in_blocks(schedule, passes, rng):
    """With keep="order", N passes draw what a plain fill draws along in_order(N), and that is a plan."""
    joint = random_joint(rng, 2, 6)
    plan, u = in_order(passes, schedule)(6), np.random.default_rng(4).random((passes, 15, 6))
    check_places(plan, 6)
    sizes = np.diff([0, *decided_after(6, passes, schedule)])
    assert [at.tolist() for at in plan] == [at.tolist() for at in np.split(np.arange(6), np.cumsum(sizes)[:-1])]
    dice = np.concatenate([u[step][:, at] for step, at in enumerate(plan)], axis=1)
    np.testing.assert_array_equal(film_of(joint, 4, 15, passes=passes, keep="order", schedule=schedule)[0], plain_fill(joint, dice, plan))


def test_in_order_the_joint_comes_back_exactly(rng):
    """Every combination of dice once: T passes in order draw the joint, one pass the product of the marginals."""
    first, second = rng.multinomial(4, [1 / 3] * 3) / 4, rng.multinomial(4, [1 / 3] * 3, 3) / 4
    joint = first[:, None] * second
    dice = EveryDie(4, 2, 2)
    got = generate(Table.from_joint(joint), partial(mask_predict, passes=2, keep="order"), dice.n, dice)
    np.testing.assert_allclose(frequencies(got, 3), joint.ravel(), atol=1e-12)
    joint = rng.multinomial(6, np.ones(8) / 8).reshape(2, 2, 2) / 6
    dice = EveryDie(6, 1, 3)
    got = generate(Table.from_joint(joint), partial(mask_predict, passes=1, keep="order"), dice.n, dice)
    np.testing.assert_allclose(frequencies(got, 2), product_of_marginals(joint).ravel(), atol=1e-12)


# Keeping the surest draws

@pytest.mark.parametrize("p, sides", [(Fraction(3, 5), 5), (Fraction(3, 4), 4), (Fraction(2, 3), 3)])
def test_keeping_the_surest_draws_bends_an_exact_model(p, sides):
    """Two places that know nothing of each other: P(00) is p² (2 - p), 0.504 at p = 0.6, and not p² = 0.36.

    00 and 11 are ties: place 0 is thrown again. Of 01 and 10 the 1 is thrown again. So 00 comes from 00 with p, and from 01 and
    10 with p each: p² p + 2 p (1 - p) p. The strategy is run on every combination of dice, which is its exact distribution.
    """
    coin = np.array([float(p), float(1 - p)])
    table, dice = Table.from_joint(np.outer(coin, coin)), EveryDie(sides, 2, 2)
    tally = {pair: Fraction(0) for pair in itertools.product((0, 1), repeat=2)}
    chance = {0: p, 1: 1 - p}
    for (x, y), again in itertools.product(tally, (0, 1)):
        doubted = 0 if chance[x] <= chance[y] else 1
        tally[(again, y) if doubted == 0 else (x, again)] += chance[x] * chance[y] * chance[again]
    assert tally[0, 0] == p ** 2 * (2 - p) and sum(tally.values()) == 1
    got = generate(table, partial(mask_predict, passes=2), dice.n, dice)
    np.testing.assert_allclose(frequencies(got, 2), [float(tally[pair]) for pair in tally], atol=1e-12)
    assert p != Fraction(3, 5) or math.isclose(frequencies(got, 2)[0], 0.504)


def test_a_second_pass_ends_the_nonsense():
    """演員 / 老師: one pass answers 演師 or 老員 in half of all dice, two passes never: the doubted half sees the other."""
    table = Table([[0, 1], [2, 3]], [0.5, 0.5], 4)
    for passes, share in ((1, 0.5), (2, 0.0)):
        dice = EveryDie(4, passes, 2)
        got = generate(table, partial(mask_predict, passes=passes), dice.n, dice)
        assert (got[:, 1] != got[:, 0] + 1).mean() == share


# Prompts and films

@pytest.mark.parametrize("keep", ["draws", "order"])
def test_a_prompt_is_never_doubted(keep, rng):
    """Decided places stay in every frame, wherever they are; what is open is finished at the end; nothing to do is no pass."""
    joint = random_joint(rng, 2, 4)
    for row in every(3, 4):                                         # 2 is the mask
        tokens, frames = film_of(joint, 0, 3, row, passes=3, keep=keep)
        n_open = int((row == 2).sum())
        assert len(frames) == max(1, min(3, n_open))                # generate shows the prompt itself, where no pass is made
        assert (frames[:, :, row != 2] == row[row != 2]).all() and (tokens < 2).all()
        assert len(list(mask_predict(Table.from_joint(joint), row[None], rng, passes=3, keep=keep))) == min(3, n_open)


def test_the_same_luck_gives_the_same_film(rng):
    """Repeatable, one frame a pass, frames of their own, and the caller's canvas is left alone."""
    joint, canvas = random_joint(rng, 3, 5), np.full((4, 5), 3)
    films = [list(mask_predict(Table.from_joint(joint), canvas, np.random.default_rng(1), passes=4)) for _ in range(2)]
    np.testing.assert_array_equal(*films)
    assert len(films[0]) == 4 and (canvas == 3).all()
    assert not any(np.shares_memory(a, b) for a, b in itertools.combinations(films[0], 2))


# Mistakes

@pytest.mark.parametrize("start, mistake", [
    ("passes: expected at least 1, got 0.", {"passes": 0}),
    ("passes: expected at least 1, got -3.", {"passes": -3}),
    ("passes: expected a whole number, got 2.5.", {"passes": 2.5}),
    ("passes: expected a whole number, got nan.", {"passes": math.nan}),
    ("keep: expected one of draws, order, got 'all'.", {"keep": "all"}),
    ("schedule: expected one of linear, cosine, got 'square'.", {"schedule": "square"}),
    ("schedule: expected 0 after the last pass, got 3, 2, 1. It does not end", {"schedule": lambda n_open, step, passes: n_open - step}),
    ("schedule: expected numbers that never grow, got 1, 2, 0.", {"schedule": lambda n_open, step, passes: (step + 1) % passes}),
    ("schedule: expected whole numbers from 0 to 3, got 4, 0, 0.", {"schedule": lambda n_open, step, passes: 4 * (step == 0)}),
    ("schedule: expected whole numbers from 0 to 3, got 0, 0, -1.", {"schedule": lambda n_open, step, passes: -(step == 2)}),
    ("schedule: expected whole numbers from 0 to 3, got 1.0, 0.5, 0.0.", {"schedule": lambda n_open, step, passes: 1 - step / 2}),
    ("temperature: expected", {"temperature": -1.0}),
    ("top_k: expected", {"top_k": 0}),
])
def test_a_mistake_is_one_clear_line_before_anything_is_drawn(start, mistake, rng):
    """The argument, what was expected, what came; no die is thrown and no model is asked."""
    class Silent:
        vocab_size, length = 3, 3
    state = rng.bit_generator.state
    with pytest.raises(UserError) as caught:
        generate(Silent(), partial(mask_predict, **{"passes": 3} | mistake), 2, rng)
    assert str(caught.value).startswith(start) and "\n" not in str(caught.value)
    assert rng.bit_generator.state == state


def test_canvases_open_at_different_places_are_refused(rng):
    """The doubts of a batch are counted together, so the same places are open on every canvas."""
    with pytest.raises(UserError, match="^canvas: expected the same places open on every canvas"):
        next(mask_predict(Table.from_joint(random_joint(rng, 3, 2)), np.array([[3, 3], [0, 3]]), rng))


class LeftToRight(Table):
    """A table that pretends to be a causal model."""

    def check_plan(self, plan):
        check_left_to_right(plan, "this model")


def test_a_model_that_answers_from_left_to_right_only_is_refused(rng):
    """A causal model cannot be doubted in the middle: the error says what is needed. In order, one by one, it can serve."""
    model = LeftToRight(every(3, 3), random_joint(rng, 3, 3).ravel(), 3)
    with pytest.raises(UserError, match="^model: expected one that predicts any place from any visible ones, got LeftToRight"):
        generate(model, mask_predict, 2, rng)
    with pytest.raises(UserError, match="^plan: expected one place a pass"):
        generate(model, partial(mask_predict, passes=2, keep="order"), 2, rng)
    assert (generate(model, partial(mask_predict, passes=3, keep="order"), 2, rng) < 3).all()


@pytest.mark.parametrize("passes", [0, 1.5])
def test_a_plan_of_no_passes_is_refused(passes):
    """in_order says so when it is made."""
    with pytest.raises(UserError, match="^passes: expected"):
        in_order(passes)
