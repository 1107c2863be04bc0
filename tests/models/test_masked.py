"""Any place from any visible ones: gradients, an unbiased loss by counting all masks, exact sums in every order, END, neighbours."""

import itertools
import json
import math

import numpy as np
import pytest

from minigen import maths
from minigen.errors import UserError
from minigen.models.masked import Masked, MaskedConfig, hide, neighbours_of, spread_out
from minigen.nn.gradcheck import check_model
from minigen.nn.training import gradient
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import log_prob
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one
from oracles import every, every_string, influence, random_plan, wake

V, T = 4, 4
FORMS = {"plain": {}, "neighbours": dict(reach=2), "pairs": dict(pairs=True), "pairs, ends": dict(pairs=True, reach=1, has_end=True), "tied": dict(tied=True), "tied with neighbours": dict(tied=True, reach=1),
         "labels": dict(n_labels=3), "two parts": dict(n_labels=3, label_parts=2), "ends": dict(has_end=True),
         "ends without a tail": dict(has_end=True, tail=False), "tied, ends": dict(tied=True, has_end=True, reach=1),
         "picture": dict(columns=2, reach=1), "grey": dict(columns=2, reach=1, ordered=True),
         "grey with labels": dict(columns=2, reach=1, ordered=True, n_labels=3)}


def small(rng, dtype=np.float64, **settings):
    """A random network that is nowhere zero."""
    config = dict(vocab_size=V, length=T, layers=2, width=8, heads=2) | settings
    return wake(Masked(MaskedConfig(**config), rng, dtype), rng)


def asked(model, n, rng):
    """A condition for n canvases, where the model wants one."""
    config = model.config
    return Condition(label=rng.integers(0, config.n_labels, (n, config.label_parts)[:config.label_parts])) if config.n_labels else NO_CONDITION


def canvases(model, n, rng):
    """n random canvases that keep the END rule."""
    V = model.vocab_size
    possible = every(V, model.length) if model.end is None else every_string(V, model.length)
    return possible[rng.integers(0, len(possible), n)]


class Dice:
    """A generator whose throws are written down: the first one number, the second an array."""

    def __init__(self, *throws):
        self.throws = iter(throws)

    def random(self, shape=()):
        throw = np.asarray(next(self.throws))
        assert throw.shape == tuple(np.atleast_1d(shape)) or not shape and not throw.shape
        return throw


def all_throws(length):
    """Every number of hidden places with every ranking of the places, each alike: dice for one canvas."""
    for i, order in itertools.product(range(length), itertools.permutations(range(length))):
        yield Dice((i + 0.5) / length, (np.array(order)[None] + 0.5) / length)


# Gradients

@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_gradients(form, dropout, rng):
    """Every parameter's gradient agrees with central differences, with the same dice for masks and dropout."""
    model = small(rng, dropout=dropout, **FORMS[form])
    assert all(array.any() for array in model.params.values())
    assert check_model(model, canvases(model, 5, rng), asked(model, 5, rng), seed=1, samples=6) < 1e-6


@pytest.mark.parametrize("form", FORMS)
def test_float32_stays_float32(form, rng):
    """Gradients have the names, shapes and type of the parameters, and are those of float64."""
    single, double = small(rng, np.float32, **FORMS[form]), small(rng, **FORMS[form])
    for name, array in double.params.items():
        array[...] = single.params[name]
    tokens, condition = canvases(single, 6, rng), asked(single, 6, rng)
    loss, grads = single.loss_and_grads(tokens, condition, np.random.default_rng(1))
    wide_loss, wide = double.loss_and_grads(tokens, condition, np.random.default_rng(1))
    assert loss == pytest.approx(wide_loss, rel=1e-5) and grads.keys() == single.params.keys()
    for name, grad in grads.items():
        assert grad.dtype == np.float32
        np.testing.assert_allclose(grad, wide[name], atol=1e-4 * (1 + np.abs(wide[name]).max()))
    assert single.logits(tokens, np.arange(T), condition).dtype == np.float32


def test_what_muon_trains(rng):
    """The inner matrices, all of them, and nothing else."""
    params = small(rng, n_labels=3, reach=1, tied=True).params
    assert {name for name, array in params.items() if Masked.is_matrix(name, array)} == {
        f"transformer.block{i}.{part}.weight" for i in range(2)
        for part in ("attention.query", "attention.key", "attention.value", "attention.out", "mlp.up", "mlp.down")}


# What is hidden, and what it weighs

def test_hide_by_a_plain_loop(rng):
    """The places with the smallest dice are hidden, as many as each row is told; the tokens stay as they were."""
    tokens, u, n_hidden = rng.integers(0, V, (20, 6)), rng.random((20, 6)), rng.integers(1, 7, 20)
    kept = tokens.copy()
    canvas, hidden = hide(tokens, n_hidden, u, mask=V)
    for b, t in np.ndindex(tokens.shape):
        smaller = sum(u[b, s] < u[b, t] for s in range(6))
        assert hidden[b, t] == (smaller < n_hidden[b])
        assert canvas[b, t] == (V if hidden[b, t] else tokens[b, t])
    np.testing.assert_array_equal(tokens, kept)


@pytest.mark.parametrize("most", [[3, 3, 3, 3], [1, 2, 3, 4, 6]])
def test_each_canvas_hides_each_number_alike(most):
    """Over one die in many equal parts every number of 1, ..., most comes equally often, on every canvas."""
    most = np.array(most)
    parts = 12 * len(most)
    counts = np.stack([spread_out(most, (i + 0.5) / parts) for i in range(parts)])                # (parts, B)
    for column, top in zip(counts.T, most):
        assert np.bincount(column, minlength=top + 1).tolist() == [0] + [parts // top] * top


def test_numbers_are_spread_over_the_batch(rng):
    """A batch as large as a canvas hides every number of places once, whatever the die."""
    for u in rng.random(20):
        assert sorted(spread_out(np.full(7, 7), u)) == list(range(1, 8))


def mean_over_orders(model, row, condition, counted):
    """What the counted places cost in a random order of all, nats a place: every order walked, one place at a time."""
    total, orders = 0.0, list(itertools.permutations(range(len(row))))
    for order in orders:
        canvas = np.full((1, len(row)), model.vocab_size)
        for t in order:
            scores = model.logits(canvas, np.array([t]), condition)
            total -= float(maths.log_softmax(scores)[0, 0, row[t]]) if t in counted else 0.0
            canvas[0, t] = row[t]
    return total / len(orders) / len(row)


@pytest.mark.parametrize("form", FORMS)
def test_the_loss_is_what_a_random_order_costs(form, rng):
    """Its mean over every mask that can be thrown is the mean over all orders, one by one; without a tail, up to END."""
    length = 4 if "columns" in FORMS[form] else 3
    model = small(rng, **{**FORMS[form], "length": length})
    for row in canvases(model, 3, rng):
        condition = asked(model, 1, rng)
        losses = [model.loss(row[None], condition, dice) for dice in all_throws(length)]
        ends = row.tolist().index(model.end) + 1 if model.end in row and not model.config.tail else length
        assert np.mean(losses) == pytest.approx(mean_over_orders(model, row, condition, range(ends)), rel=1e-9)


@pytest.mark.parametrize("form", FORMS)
def test_the_loss_alone(form, rng):
    """loss is that of loss_and_grads on the same dice, and it drops nothing."""
    model, noisy = small(rng, **FORMS[form]), small(rng, **FORMS[form], dropout=0.5)
    tokens, condition = canvases(model, 6, rng), asked(model, 6, rng)
    for name, array in noisy.params.items():
        array[...] = model.params[name]
    plain = model.loss(tokens, condition, np.random.default_rng(3))
    assert plain == model.loss_and_grads(tokens, condition, np.random.default_rng(3))[0]
    assert plain == noisy.loss(tokens, condition, np.random.default_rng(3))
    assert plain != noisy.loss_and_grads(tokens, condition, np.random.default_rng(3))[0]


def test_a_batch_is_the_mean_of_its_canvases(rng):
    """Every canvas weighs as much, however many of its places are asked; so do the halves of ``train``."""
    model = small(rng, has_end=True, tail=False)
    tokens, u = every_string(V, T)[::9], rng.random((5, T))
    tokens = tokens[:5]
    die = 0.3
    alone = [model.loss(tokens[b:b + 1], NO_CONDITION, Dice((b / 5 + die) % 1.0, u[b:b + 1])) for b in range(5)]
    assert model.loss(tokens, NO_CONDITION, Dice(die, u)) == pytest.approx(np.mean(alone), rel=1e-12)
    seed, (first, second) = 4, np.random.default_rng(4).spawn(2)
    halves = [model.loss(tokens[:2], NO_CONDITION, first), model.loss(tokens[2:], NO_CONDITION, second)]
    assert gradient(model, tokens, NO_CONDITION, np.random.default_rng(seed))[0] == pytest.approx((2 * halves[0] + 3 * halves[1]) / 5)


@pytest.mark.parametrize("tied", [False, True])
def test_nothing_asked_costs_nothing(tied, rng):
    """Without a tail a mask may hide only what stands behind END: no loss, and gradients of zero."""
    model, tokens = small(rng, has_end=True, tail=False, tied=tied), np.array([[0, 3, 3, 3]])
    throws = 0.3, np.array([[0.8, 0.9, 0.1, 0.2]])                             # two are hidden, both behind END
    assert model.loss(tokens, NO_CONDITION, Dice(*throws)) == 0.0
    loss, grads = model.loss_and_grads(tokens, NO_CONDITION, Dice(*throws))
    assert loss == 0.0 and grads.keys() == model.params.keys() and not any(grad.any() for grad in grads.values())


# What it answers

@pytest.mark.parametrize("form", FORMS)
def test_every_visible_place_is_seen(form, rng):
    """Scores of each place move with the token at any other place, to the left and to the right."""
    model = small(rng, **{**FORMS[form], "has_end": False})
    moves = influence(model, rng.integers(0, V, (1, T)), asked(model, 1, rng))
    assert moves[~np.eye(T, dtype=bool)].all()


@pytest.mark.parametrize("form", FORMS)
def test_places_in_one_call_or_one_by_one(form, rng):
    """logits for several places, in any order, are those of one call per place."""
    model = small(rng, **FORMS[form])
    canvas, at, condition = canvases(model, 5, rng), rng.permutation(T), asked(model, 5, rng)
    canvas[rng.random(canvas.shape) < 0.6] = V
    together = model.logits(canvas, at, condition)
    for a, t in enumerate(at):
        np.testing.assert_allclose(together[:, a], model.logits(canvas, np.array([t]), condition)[:, 0], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("form", [form for form in FORMS if "has_end" not in FORMS[form]])
def test_all_canvases_sum_to_one_in_every_order(form, rng):
    """One by one, all at once, in blocks, and in a random order cut anywhere: the probabilities add up to 1."""
    model = small(rng, **{**FORMS[form], "vocab_size": 3})
    tokens = every(3, T)
    condition = asked(model, 1, rng)
    condition = condition.rows(np.zeros(len(tokens), int))
    for plan in (one_by_one, all_at_once, in_blocks(3), random_plan(rng, T), [np.array([t]) for t in rng.permutation(T)]):
        assert np.exp(log_prob(model, tokens, plan, condition)).sum() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("form", [form for form in FORMS if "has_end" in FORMS[form]])
def test_strings_sum_to_one_place_by_place(form, rng):
    """With END the canvases that stay ended share all probability, from left to right, and with a tail in any order."""
    model = small(rng, **{**FORMS[form], "vocab_size": 3})
    tokens, strings = every(3, T), set(map(tuple, every_string(3, T)))
    goes_on = np.array([tuple(row) not in strings for row in tokens])
    for order in [range(T)] + [rng.permutation(T) for _ in range(3)] * model.config.tail:
        got = log_prob(model, tokens, [np.array([t]) for t in order])
        assert np.exp(got).sum() == pytest.approx(1.0, abs=1e-9)
        assert (np.isneginf(got) == goes_on).all()


def test_end_by_a_plain_loop(rng):
    """Behind a visible END nothing but END, before a visible piece no END; what is hidden says nothing."""
    model, free = small(rng, has_end=True), small(rng)
    for name, array in free.params.items():
        array[...] = model.params[name]
    canvas = canvases(model, 40, rng)
    canvas[rng.random(canvas.shape) < 0.6] = V
    got, scores = model.logits(canvas, np.arange(T)), free.logits(canvas, np.arange(T))
    for b, t in np.ndindex(canvas.shape):
        row = canvas[b].tolist()
        behind, before = V - 1 in row[:t + 1], any(token < V - 1 for token in row[t:])
        for v in range(V):
            forbidden = (behind and v != V - 1) or (before and not behind and v == V - 1)
            assert got[b, t, v] == (-math.inf if forbidden else scores[b, t, v])


def test_without_a_tail_only_from_left_to_right(rng):
    """check_plan refuses what was never learnt, with the reason; blocks from left to right and steps over a prompt pass."""
    model = small(rng, has_end=True, tail=False)
    for plan in ([[1], [0], [2], [3]], [[0, 2], [1, 3]], [[0], [3], [1, 2]]):
        plan = [np.array(at) for at in plan]
        with pytest.raises(UserError, match="plan: expected blocks from left to right .* did not count when it was trained"):
            model.check_plan(plan)
        with pytest.raises(UserError, match="from left to right"):
            log_prob(model, every_string(V, T), plan)
        small(rng, has_end=True).check_plan(plan)
    for plan in (one_by_one(T), all_at_once(T), in_blocks(3)(T), [np.array([3])], [np.array([1]), np.array([2, 3])], []):
        model.check_plan(plan)


# What a place is told

@pytest.mark.parametrize("length, columns, reach", [(5, 0, 2), (6, 3, 1), (12, 3, 2), (4, 4, 1), (7, 0, 9)])
def test_neighbours_by_a_plain_loop(length, columns, reach):
    """Every step in reach leads to the place that stands there, or to T outside of the picture; itself is left out."""
    got, steps = neighbours_of(length, columns, reach), range(-reach, reach + 1)
    for t in range(length):
        if columns:
            y, x = divmod(t, columns)
            want = [(y + down) * columns + x + right if 0 <= y + down < length // columns and 0 <= x + right < columns else length
                    for down in steps for right in steps if (down, right) != (0, 0)]
        else:
            want = [t + step if 0 <= t + step < length else length for step in steps if step]
        assert got[t].tolist() == want


def test_a_corner_has_three_neighbours():
    """3 x 3: a corner has three, an edge five, the middle eight, and no line wraps round."""
    around = [set(row[row < 9].tolist()) for row in neighbours_of(9, 3, 1)]
    assert around[0] == {1, 3, 4} and around[8] == {4, 5, 7} and around[3] == {0, 1, 4, 6, 7} and around[4] == set(range(9)) - {4}


def test_pairs_by_a_plain_loop(rng):
    """A pair's row is added where that pair stands: two on the left, two on the right, one on each side; nothing else hears it."""
    model, canvas = small(rng, pairs=True, length=6), rng.integers(0, V + 1, (1, 6))
    row, before = [*canvas[0].tolist(), *[V + 1] * 2], model.logits(canvas, np.arange(6))[0]     # row[-1], row[-2] lie outside
    rows = model.params["pair_table.table"].reshape(3, V + 2, V + 2, -1)
    _, caches = model._forward(canvas, NO_CONDITION)
    told, _ = model.pair_table.forward(caches["pair_table"] - (V + 2) ** 2 * np.arange(3))
    for t in range(6):
        want = rows[0, row[t - 2], row[t - 1]] + rows[1, row[t + 1], row[t + 2]] + rows[2, row[t - 1], row[t + 1]]
        np.testing.assert_allclose(told[0, t], want, rtol=1e-12)
    rows += 1.0
    assert (model.logits(canvas, np.arange(6))[0] != before).all()


def test_grey_needs_neighbours(rng):
    """Grey levels are read from the neighbours: without any, one clear line."""
    with pytest.raises(UserError, match="reach: expected at least 1, got 0"):
        small(rng, ordered=True)


def test_a_label_is_heard(rng):
    """Another label, or another part of one, moves every place, and canvases do not hear each other's."""
    model, canvas = small(rng, n_labels=3, label_parts=2), np.full((3, T), V)
    first = model.logits(canvas, np.arange(T), Condition(label=np.array([[0, 1], [1, 0], [2, 2]])))
    second = model.logits(canvas, np.arange(T), Condition(label=np.array([[0, 1], [0, 1], [2, 2]])))
    np.testing.assert_array_equal(first[[0, 2]], second[[0, 2]])
    assert (first[1] != second[1]).any(axis=-1).all()


# Around it

@pytest.mark.parametrize("form", FORMS)
def test_settings_round_trip(form, rng):
    """A model made from settings that went through JSON, given the same parameters, answers the same."""
    model = small(rng, np.float32, **FORMS[form])
    again = Masked.from_settings(json.loads(json.dumps(model.settings())))
    assert {k: (v.shape, v.dtype) for k, v in again.params.items()} == {k: (v.shape, v.dtype) for k, v in model.params.items()}
    for name, array in model.params.items():
        again.params[name][...] = array
    canvas, condition = rng.integers(0, V + 1, (3, T)), asked(model, 3, rng)
    assert (again.length, again.end, again.n_labels, again.label_parts, again.config) == (
        model.length, model.end, model.n_labels, model.label_parts, model.config)
    np.testing.assert_array_equal(again.logits(canvas, np.arange(T), condition), model.logits(canvas, np.arange(T), condition))


def test_multiplications_by_hand(rng):
    """Every pass counts all places, layers, matrices and places attended to; each place is asked once."""
    model = small(rng, vocab_size=5, length=6, layers=2, width=8)
    for passes in (1, 3, 6):
        by_hand = 0
        for _ in range(passes):
            for place, layer in itertools.product(range(6), range(2)):
                by_hand += 4 * 8 * 8                            # query, key, value, out
                by_hand += 6 * (8 + 8)                          # scores, and mixing the values
                by_hand += 8 * 32 + 32 * 8                      # the MLP, up and down
        assert model.multiplications(passes=passes) == by_hand + 6 * 8 * 5          # the head
