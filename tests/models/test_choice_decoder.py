"""One shot with a discrete latent: everything is a short sum, and every short sum is written out."""

from functools import partial

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.choice_decoder import ChoiceDecoder, ChoiceDecoderConfig
from minigen.nn.gradcheck import check_model
from minigen.protocols import Condition
from minigen.strategies.fill import fill, generate, log_prob, shared_latent
from minigen.strategies.plans import all_at_once, one_by_one
from oracles import every, frequencies, most_by_chance, wake


def small(rng, dtype=np.float64, **settings):
    """Random tables that are nowhere zero, uneven enough for the choices to differ."""
    config = dict(vocab_size=3, length=3, n_labels=2, choices=4) | settings
    return wake(ChoiceDecoder(ChoiceDecoderConfig(**config), rng, dtype), rng, scale=1.0)


def softmax(scores):
    weights = np.exp(scores)
    return weights / weights.sum()


def prior(model, label):
    """P(z | question): (Z,)."""
    return softmax(model.params["prior.table"][label].astype(np.float64))


def places(model, label, z):
    """P(place = v | question, z): (T, V)."""
    config = model.config
    rows = model.params["places.table"].astype(np.float64).reshape(config.n_labels, config.choices, config.length, config.vocab_size)
    return np.stack([softmax(row) for row in rows[label, z]])


def plain(model, row, label):
    """P(canvas | question) as the sum in the module's first lines."""
    return sum(prior(model, label)[z] * np.prod([places(model, label, z)[t, v] for t, v in enumerate(row)])
               for z in range(model.config.choices))


@pytest.mark.parametrize("choices", [1, 4])
def test_gradients(choices, rng):
    """Every gradient agrees with central differences."""
    model, tokens = small(rng, choices=choices), rng.integers(0, 3, (6, 3))
    assert all(array.any() for array in model.params.values())
    assert check_model(model, tokens, Condition(label=rng.integers(0, 2, 6)), seed=1, samples=40) < 1e-6


@pytest.mark.parametrize("choices", [1, 2, 4])
@pytest.mark.parametrize("dtype, near", [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_a_canvas_is_summed_over_the_choices(choices, dtype, near, rng):
    """string_log_prob is the plain sum over choices, and all canvases of a question sum to one."""
    model, tokens = small(rng, dtype, choices=choices), every(3, 3)
    for label in range(2):
        got = model.string_log_prob(tokens, Condition(label=np.full(len(tokens), label)))
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, np.log([plain(model, row, label) for row in tokens]), rtol=near, atol=near)
        assert np.exp(got).sum() == pytest.approx(1.0, abs=near)


def test_the_loss_is_the_mean_of_the_scores(rng):
    """loss is the nats of string_log_prob for each place, in both float types."""
    model, tokens, condition = small(rng), rng.integers(0, 3, (7, 3)), Condition(label=rng.integers(0, 2, 7))
    expected = -model.string_log_prob(tokens, condition).mean() / 3
    assert model.loss_and_grads(tokens, condition)[0] == pytest.approx(expected, rel=1e-12)
    fast = ChoiceDecoder(model.config, rng)
    for name, array in model.params.items():
        fast.params[name][...] = array
    loss, grads = fast.loss_and_grads(tokens, condition)
    assert loss == pytest.approx(expected, rel=1e-5) and all(grad.dtype == np.float32 for grad in grads.values())


def test_given_the_choice_places_are_independent(rng):
    """With question and choice given, log_prob is the product of the places, under every plan."""
    model, tokens = small(rng), every(3, 3)
    for label in range(2):
        for z in range(4):
            condition = Condition(np.full(len(tokens), label), np.full(len(tokens), z))
            expected = np.log([np.prod([places(model, label, z)[t, v] for t, v in enumerate(row)]) for row in tokens])
            for plan in (all_at_once, one_by_one, [np.array([2]), np.array([0, 1])]):
                np.testing.assert_allclose(log_prob(model, tokens, plan, condition), expected, rtol=1e-12)


def test_the_canvas_is_not_read(rng):
    """Whatever stands on the canvas, the scores keep every bit."""
    model, condition = small(rng), Condition(rng.integers(0, 2, 5), rng.integers(0, 4, 5))
    at = np.array([2, 0])
    np.testing.assert_array_equal(model.logits(rng.integers(0, 4, (5, 3)), at, condition),
                                  model.logits(np.full((5, 3), 3), at, condition))


@pytest.mark.statistical
def test_a_shared_latent_draws_exactly_this_mixture(rng):
    """Each canvas is drawn as often as string_log_prob says, for each question.

    2 times 27 frequencies of 20,000 draws: Hoeffding and the sum over the cells make a false alarm
    rarer than 1e-6.
    """
    model, tokens, n = small(rng), every(3, 3), 20_000
    for label in range(2):
        promised = np.exp(model.string_log_prob(tokens, Condition(label=np.full(27, label))))
        for_all = Condition(label=np.full(n, label))
        got = frequencies(generate(model, shared_latent, n, rng, condition=for_all), 3)
        assert np.abs(got - promised).max() < most_by_chance(n, cells=54)


def test_a_missing_choice_is_one_clear_line(rng):
    """Asked without a choice, the model names the strategy that throws it."""
    with pytest.raises(UserError, match="one choice per canvas.*shared_latent"):
        generate(small(rng), partial(fill, plan=all_at_once), 2, rng, condition=Condition(label=np.zeros(2, np.int64)))


# The start

def favourites(model):
    """The likeliest canvas of each choice of each question: (Q, Z, T)."""
    config = model.config
    return model.params["places.table"].reshape(config.n_labels, config.choices, config.length, config.vocab_size).argmax(axis=-1)


@pytest.mark.parametrize("choices, answers", [(1, 3), (2, 5), (4, 4), (5, 3), (6, 6)])
def test_choices_start_at_different_answers(choices, answers, rng):
    """lean: every choice leans to an answer of its question; no two to one while another is free."""
    model = ChoiceDecoder(ChoiceDecoderConfig(4, 3, 2, choices), rng)
    canvases = every(4, 3)
    right = [canvases[rng.choice(64, answers, replace=False)] for _ in range(2)]
    which = [np.concatenate([np.arange(answers), rng.integers(0, answers, 20)]) for _ in range(2)]
    tokens = np.concatenate([rows[i] for rows, i in zip(right, which)])
    label = np.repeat([0, 1], answers + 20)
    order = rng.permutation(len(tokens))
    before = model.params["places.table"]
    # 0.1 times a normal number: a lead of 20 standard deviations is safe against all of them.
    assert model.lean(tokens[order], label[order], strength=2.0) is model
    assert model.params["places.table"] is before and model.places.params["table"] is before    # layers share it
    for question in range(2):
        taken = {tuple(row) for row in favourites(model)[question].tolist()}
        assert taken <= set(map(tuple, right[question].tolist()))
        assert len(taken) == min(choices, answers)


def test_each_next_choice_is_the_farthest(rng):
    """lean: the second and third answers are those farthest from the ones taken before."""
    tokens = np.array([[0, 0, 0, 0], [0, 0, 0, 1], [2, 2, 2, 2], [2, 2, 0, 0]])
    model = ChoiceDecoder(ChoiceDecoderConfig(3, 4, 1, 3), rng).lean(tokens, np.zeros(4, np.int64))
    assert favourites(model)[0].tolist() == [[0, 0, 0, 0], [2, 2, 2, 2], [2, 2, 0, 0]]


def test_settings_round_trip(rng):
    """A model made from settings has arrays of the same names and shapes."""
    model = small(rng)
    again = ChoiceDecoder.from_settings(model.settings())
    assert again.settings() == model.settings() and model.multiplications() == 0
    assert {name: array.shape for name, array in again.params.items()} == {name: array.shape for name, array in model.params.items()}
