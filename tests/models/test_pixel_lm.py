"""The causal pixel network: gradients, which pixel sees which, exact sums."""

import itertools

import numpy as np
import pytest

from minigen.models.pixel_lm import PixelLM, PixelLMConfig
from minigen.nn.gradcheck import check_model
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import log_prob
from minigen.strategies.plans import one_by_one
from oracles import every, influence, wake

FORMS = {"plain": {}, "labels": dict(n_labels=3), "ordered": dict(ordered=True), "both": dict(ordered=True, n_labels=2)}
DICE = {"no dropout": {}, "dropout": dict(dropout=0.3), "colour dropout": dict(colour_dropout=0.3),
        "both dropouts": dict(dropout=0.3, colour_dropout=0.3)}


def small(rng, dtype=np.float64, **settings):
    """A random network that is nowhere zero."""
    config = dict(vocab_size=4, height=3, width=4, reach=2, channels=6, hidden=5, blocks=2) | settings
    return wake(PixelLM(PixelLMConfig(**config), rng, dtype), rng)


def asked(model, n, rng):
    """A condition for n pictures, where the model wants one."""
    labels = model.config.n_labels
    return Condition(label=rng.integers(0, labels, n)) if labels else NO_CONDITION


@pytest.mark.parametrize("form, dice", [(form, "both dropouts") for form in FORMS] + [("both", dice) for dice in list(DICE)[:3]])
def test_gradients(form, dice, rng):
    """Every parameter's gradient agrees with central differences, with the same dice for both dropouts."""
    model = small(rng, **FORMS[form], **DICE[dice])
    tokens = rng.integers(0, 4, (3, 12))
    assert all(array.any() for array in model.params.values())
    assert check_model(model, tokens, asked(model, 3, rng), seed=1, samples=4) < 1e-6


@pytest.mark.parametrize("form", FORMS)
def test_the_loss_is_the_mean_of_log_prob(form, rng):
    """loss is the nats of log_prob for each pixel."""
    model = small(rng, **FORMS[form])
    tokens, condition = rng.integers(0, 4, (5, 12)), asked(model, 5, rng)
    expected = -log_prob(model, tokens, one_by_one, condition).mean() / 12
    assert model.loss_and_grads(tokens, condition)[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("height, width", [(3, 4), (1, 5), (5, 1), (2, 2)])
def test_every_pixel_sees_all_before_it(form, height, width, rng):
    """A pixel moves with every earlier one (the census counts them all), and not one bit with others."""
    model = small(rng, height=height, width=width, **FORMS[form])
    moves = influence(model, rng.integers(0, 4, (1, height * width)), asked(model, 1, rng))
    np.testing.assert_array_equal(moves, np.tri(height * width, k=-1, dtype=bool))


def roads(height, width, reach, blocks):
    """Who sees whom without the census, by walking: the neighbourhood, then one tap for each block."""
    taps = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0)]
    inside = set(itertools.product(range(height), range(width)))
    around = [(row, column) for row in range(-reach, 1) for column in range(-reach, reach + 1)
              if (row, column) < (0, 0)]
    seen = {(r, c): {(r + row, c + column) for row, column in around} & inside for r, c in inside}
    for _ in range(blocks):
        seen = {(r, c): set().union(*(seen.get((r + row, c + column), set()) for row, column in taps)) for r, c in inside}
    moves = np.zeros((height * width,) * 2, bool)
    for (r, c), others in seen.items():
        for row, column in others:
            moves[r * width + c, row * width + column] = True
    return moves


@pytest.mark.parametrize("reach, blocks", [(1, 0), (2, 0), (1, 1), (1, 2), (2, 1)])
@pytest.mark.parametrize("ordered", [False, True])
def test_where_the_roads_lead(reach, blocks, ordered, rng):
    """Without the census a pixel moves with exactly those that neighbourhood and taps can reach."""
    # Above all nothing leaks around the edges, where the flattened grid puts strangers side by side.
    model = small(rng, height=5, width=6, reach=reach, blocks=blocks, ordered=ordered, channels=12, hidden=24)
    model.params["census.weight"][...] = 0.0
    # Squared ReLU is deaf to what it silences: a road is open if any of three pictures shows it.
    moves = sum(influence(model, rng.integers(0, 4, (1, 30)), NO_CONDITION) for _ in range(3)) > 0
    np.testing.assert_array_equal(moves, roads(5, 6, reach, blocks))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("form", FORMS)
def test_a_new_future_moves_nothing(dtype, form, rng):
    """Throw all pixels from t on anew, masks among them: scores up to t keep every bit."""
    model, canvas = small(rng, dtype, **FORMS[form]), rng.integers(0, 4, (3, 12))
    condition = asked(model, 3, rng)
    before = model.logits(canvas, np.arange(12), condition)
    for t in range(12):
        changed = canvas.copy()
        changed[:, t:] = rng.integers(0, 5, (3, 12 - t))
        np.testing.assert_array_equal(model.logits(changed, np.arange(12), condition)[:, :t + 1], before[:, :t + 1])


def test_pictures_of_a_batch_do_not_meet(rng):
    """A picture is scored alike alone and in a batch: nothing leaks over the empty rows of the grid."""
    model, canvas = small(rng), rng.integers(0, 4, (5, 12))
    together = model.logits(canvas, np.arange(12))
    for b in range(5):
        np.testing.assert_allclose(together[b], model.logits(canvas[b:b + 1], np.arange(12))[0], rtol=1e-10, atol=1e-12)


def test_nothing_outside_is_not_colour_zero(rng):
    """A pixel beside the edge is scored differently from one beside a pixel of colour 0."""
    model = small(rng, height=1, width=2)
    model.params["census.weight"][...] = 0.0
    model.params["column.table"][...] = 0.0
    scores = model.logits(np.array([[0, 0]]), np.arange(2))[0]
    assert (scores[0] != scores[1]).all()


def test_grey_levels_by_hand(rng):
    """Colours become grey levels evenly spaced from -1 to 1, and "nothing there" is 0."""
    model = small(rng, vocab_size=5, ordered=True)
    np.testing.assert_allclose(model.shades(np.array([0, 1, 2, 3, 4, 5])), [-1, -0.5, 0, 0.5, 1, 0], atol=1e-15)


@pytest.mark.parametrize("form", FORMS)
def test_places_in_one_call_or_one_by_one(form, rng):
    """logits for several pixels, in any order, are those of one call per pixel."""
    model, canvas, at = small(rng, **FORMS[form]), rng.integers(0, 5, (3, 12)), rng.permutation(12)
    condition = asked(model, 3, rng)
    together = model.logits(canvas, at, condition)
    for a, t in enumerate(at):
        np.testing.assert_array_equal(together[:, a], model.logits(canvas, np.array([t]), condition)[:, 0])


@pytest.mark.parametrize("form", FORMS)
def test_all_pictures_sum_to_one(form, rng):
    """Over all 2 x 2 pictures of three colours the probabilities sum to one."""
    model, tokens = small(rng, vocab_size=3, height=2, width=2, **FORMS[form]), every(3, 4)
    got = log_prob(model, tokens, one_by_one, Condition(label=np.full(len(tokens), 1)))
    assert np.exp(got).sum() == pytest.approx(1.0, abs=1e-9)
    assert np.isfinite(got).all()


@pytest.mark.parametrize("ordered", [False, True])
def test_a_label_is_heard(ordered, rng):
    """Another label gives other scores at every pixel, and pictures do not hear each other's labels."""
    model, canvas = small(rng, n_labels=3, ordered=ordered), rng.integers(0, 4, (3, 12))
    first = model.logits(canvas, np.arange(12), Condition(label=np.array([0, 1, 2])))
    second = model.logits(canvas, np.arange(12), Condition(label=np.array([0, 2, 2])))
    np.testing.assert_array_equal(first[[0, 2]], second[[0, 2]])
    assert (first[1] != second[1]).any(axis=-1).all()


def test_training_dice_touch_nothing_else(rng):
    """Both dropouts act only where a generator is given: a loss without one is repeatable."""
    for dice in list(DICE.values())[1:]:
        model, tokens = small(rng, **dice), rng.integers(0, 4, (2, 12))
        plain = model.loss_and_grads(tokens)[0]
        assert plain == model.loss_and_grads(tokens)[0]
        assert plain != model.loss_and_grads(tokens, NO_CONDITION, np.random.default_rng(0))[0]


@pytest.mark.parametrize("form", FORMS)
def test_settings_round_trip(form, rng):
    """A model made from settings, given the same parameters, answers the same."""
    model = small(rng, np.float32, **FORMS[form])
    again = PixelLM.from_settings(model.settings())
    assert {k: (v.shape, v.dtype) for k, v in again.params.items()} == {k: (v.shape, v.dtype) for k, v in model.params.items()}
    for name, array in model.params.items():
        again.params[name][...] = array
    tokens, condition = rng.integers(0, 4, (3, 12)), asked(model, 3, rng)
    assert (again.length, again.config) == (model.length, model.config)
    np.testing.assert_array_equal(again.logits(tokens, np.arange(12), condition), model.logits(tokens, np.arange(12), condition))


@pytest.mark.parametrize("ordered", [False, True])
def test_multiplications_by_hand(ordered, rng):
    """The count is that of a loop over pixels, blocks and taps, each pixel computed once."""
    model = small(rng, ordered=ordered, reach=1)                # four neighbours
    by_hand = 0
    for pixel in range(3 * 4):
        by_hand += 4 * 6                                        # the census: colours to channels
        for block in range(2):
            by_hand += 5 * (6 * 5) + 5 * 6                      # five taps, then down
        by_hand += 6 * 4                                        # the head
        if ordered:
            by_hand += 4 * 6 + 6 * 2 + 2 * 4                    # grey levels of the neighbours, slope and bend over the colours
    assert model.multiplications() == model.multiplications(12) == by_hand
