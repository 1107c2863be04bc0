"""The causal Transformer: gradients, causality to the last bit, the band, END, exact sums."""

import numpy as np
import pytest

from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.nn.gradcheck import check_model
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import log_prob
from minigen.strategies.plans import one_by_one
from oracles import every, every_string, influence, wake

FORMS = {"plain": dict(pairs=False), "pairs": dict(), "tied": dict(tied=True, pairs=False),
         "tied with pairs": dict(tied=True), "labels": dict(n_labels=3), "ends": dict(has_end=True),
         "everything": dict(tied=True, n_labels=3, has_end=True)}


def small(rng, dtype=np.float64, **settings):
    """A random network that is nowhere zero."""
    config = dict(vocab_size=4, context=3, layers=2, width=8, heads=2) | settings
    return wake(CharLM(CharLMConfig(**config), rng, dtype), rng)


def asked(model, n, rng):
    """A condition for n canvases, where the model wants one."""
    labels = model.config.n_labels
    return Condition(label=rng.integers(0, labels, n)) if labels else NO_CONDITION


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dropout, length", [(0.0, 3), (0.3, 7)])   # inside the window, and three blocks of it
def test_gradients(form, dropout, length, rng):
    """Every parameter's gradient agrees with central differences, with the same dice for dropout."""
    model = small(rng, dropout=dropout, **FORMS[form])
    tokens = rng.integers(0, 4, (3, length))
    assert all(array.any() for array in model.params.values())
    assert check_model(model, tokens, asked(model, 3, rng), seed=1, samples=4) < 1e-6


def test_the_loss_is_the_mean_of_log_prob(rng):
    """loss is the nats of log_prob for each counted place, END included and what follows it not."""
    for form in FORMS:
        model = small(rng, **FORMS[form])
        tokens = every_string(4, 3) if model.end else every(4, 3)
        condition = asked(model, len(tokens), rng)
        counted = sum(row.tolist().index(3) + 1 if model.end and 3 in row else 3 for row in tokens)
        expected = -log_prob(model, tokens, one_by_one, condition).sum() / counted
        assert model.loss_and_grads(tokens, condition)[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("context, layers, length", [(8, 2, 8), (3, 1, 11), (3, 2, 11), (2, 3, 9), (1, 2, 5)])
def test_who_sees_whom(form, context, layers, length, rng):
    """Place t moves with tokens t - 1 back to the end of the band, and not one bit with any other."""
    # Each layer looks K - 1 places back, the input is shifted by one, and a pair holds one token more.
    model = small(rng, context=context, layers=layers, **{**FORMS[form], "has_end": False})
    back = 1 + layers * (context - 1) + model.config.pairs
    distance = np.arange(length)[:, None] - np.arange(length)                  # (t, s)
    moves = influence(model, rng.integers(0, 4, (1, length)), asked(model, 1, rng))
    np.testing.assert_array_equal(moves, (distance >= 1) & (distance <= back))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("length", [5, 12])
def test_a_new_future_moves_nothing(dtype, length, rng):
    """Throw all tokens from t on anew, masks and END among them: scores up to t keep every bit."""
    model = small(rng, dtype, context=5, has_end=True)
    canvas = rng.integers(0, 3, (4, length))
    before = model.logits(canvas, np.arange(length))
    for t in range(length):
        changed = canvas.copy()
        changed[:, t:] = rng.integers(0, 5, (4, length - t))
        np.testing.assert_array_equal(model.logits(changed, np.arange(length))[:, :t + 1], before[:, :t + 1])


def test_only_distances_matter(rng):
    """The same tokens to the left give the same scores wherever they stand, in any block of the band."""
    model = small(rng, context=3, layers=2)
    reach, at = 1 + 2 * 2 + 1, []
    text = rng.integers(0, 4, reach)
    for offset in range(1, 10):
        canvas = rng.integers(0, 4, (1, offset + reach + 1))
        canvas[0, offset:-1] = text
        at.append(model.logits(canvas, np.array([offset + reach]))[0, 0])
    np.testing.assert_allclose(at, [at[0]] * len(at), rtol=1e-9, atol=1e-12)


def test_inside_the_window_the_band_is_full_attention(rng):
    """The first K places are answered alike in a canvas of K tokens and in a longer one (worked off in blocks)."""
    model, canvas = small(rng, context=4), rng.integers(0, 4, (2, 10))
    np.testing.assert_allclose(model.logits(canvas, np.arange(4)), model.logits(canvas, np.arange(10))[:, :4],
                               rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_places_in_one_call_or_one_by_one(form, rng):
    """logits for several places, in any order, are those of one call per place."""
    model = small(rng, **FORMS[form])
    canvas, at = rng.integers(0, 4, (3, 8)), rng.permutation(8)
    condition = asked(model, 3, rng)
    together = model.logits(canvas, at, condition)
    for a, t in enumerate(at):
        alone = model.logits(canvas, np.array([t]), condition)[:, 0]
        np.testing.assert_allclose(together[:, a], alone, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_all_strings_sum_to_one(form, rng):
    """Over all canvases the probabilities sum to one; with END, over those that stay ended."""
    model = small(rng, vocab_size=3, length=4, **FORMS[form])
    tokens = every(3, 4)
    got = log_prob(model, tokens, one_by_one, Condition(label=np.full(len(tokens), 1)))
    assert np.exp(got).sum() == pytest.approx(1.0, abs=1e-9)
    strings = set(map(tuple, every_string(3, 4)))
    goes_on = np.array([model.end is not None and tuple(row) not in strings for row in tokens])
    assert (np.isneginf(got) == goes_on).all()


def test_a_label_is_heard(rng):
    """Another label gives other scores at every place, and canvases do not hear each other's labels."""
    model, canvas = small(rng, n_labels=3), rng.integers(0, 4, (3, 6))
    first = model.logits(canvas, np.arange(6), Condition(label=np.array([0, 1, 2])))
    second = model.logits(canvas, np.arange(6), Condition(label=np.array([0, 2, 2])))
    np.testing.assert_array_equal(first[[0, 2]], second[[0, 2]])
    assert (first[1] != second[1]).any(axis=-1).all()


def test_training_dice_touch_nothing_else(rng):
    """Dropout acts only where a generator is given: logits and a loss without one are repeatable."""
    model, tokens = small(rng, dropout=0.5), rng.integers(0, 4, (2, 6))
    plain = model.loss_and_grads(tokens)[0]
    assert plain == model.loss_and_grads(tokens)[0]
    assert plain != model.loss_and_grads(tokens, NO_CONDITION, np.random.default_rng(0))[0]
    np.testing.assert_array_equal(model.logits(tokens, np.arange(6)), model.logits(tokens, np.arange(6)))


@pytest.mark.parametrize("form", FORMS)
def test_settings_round_trip(form, rng):
    """A model made from settings, given the same parameters, answers the same."""
    model = small(rng, np.float32, length=5, **FORMS[form])
    again = CharLM.from_settings(model.settings())
    assert {k: (v.shape, v.dtype) for k, v in again.params.items()} == {k: (v.shape, v.dtype) for k, v in model.params.items()}
    for name, array in model.params.items():
        again.params[name][...] = array
    tokens, condition = rng.integers(0, 4, (3, 5)), asked(model, 3, rng)
    assert (again.length, again.end, again.config) == (model.length, model.end, model.config)
    np.testing.assert_array_equal(again.logits(tokens, np.arange(5), condition), model.logits(tokens, np.arange(5), condition))


def test_multiplications_by_hand(rng):
    """The count is that of a loop over tokens, layers, matrices and the places attended to."""
    model = small(rng, vocab_size=5, context=3, layers=2, width=8, heads=2)
    for length in (1, 2, 3, 7):
        by_hand = 0
        for t in range(length):
            for layer in range(2):
                by_hand += 4 * 8 * 8                            # query, key, value, out
                by_hand += min(t + 1, 3) * (8 + 8)              # scores, and mixing the values
                by_hand += 8 * 32 + 32 * 8                      # the MLP, up and down
            by_hand += 8 * 5                                    # the head
        assert model.multiplications(length) == by_hand
