"""A mixture of independent places: short sums written out, and expectation maximisation by its law."""

import math

import numpy as np
import pytest

from minigen.models.mixture import Mixture
from minigen.nn.gradcheck import worst_difference
from oracles import every, softmax, wake


def small(rng, dtype=np.float64, **settings):
    """Random tables, uneven enough for the choices to differ."""
    return wake(Mixture(3, 2, rng, dtype, **(dict(n_labels=2, choices=4) | settings)), rng, scale=1.0)


def plain(model, picture, label):
    """P(picture | label) as the sum in the module's first lines."""
    table = model.params["places.table"].astype(np.float64).reshape(model.labels, model.choices, model.length, model.vocab_size)
    prior = softmax(model.params["prior.table"][label].astype(np.float64).tolist())
    return sum(prior[z] * math.prod(softmax(table[label, z, t].tolist())[v] for t, v in enumerate(picture))
               for z in range(model.choices))


@pytest.mark.parametrize("n_labels, choices", [(0, 1), (0, 4), (2, 4)])
@pytest.mark.parametrize("dtype, near", [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_a_picture_is_summed_over_the_choices(n_labels, choices, dtype, near, rng):
    """log_prob is the plain sum, and all pictures of a label sum to one."""
    model, pictures = small(rng, dtype, n_labels=n_labels, choices=choices), every(3, 2)
    for label in range(model.labels):
        got = np.exp(model.log_prob(pictures, np.full(len(pictures), label)))
        np.testing.assert_allclose(got, [plain(model, row, label) for row in pictures], rtol=near)
        assert got.sum() == pytest.approx(1.0, rel=near)


@pytest.mark.parametrize("n_labels, choices", [(0, 1), (0, 4), (2, 4)])
def test_gradients(n_labels, choices, rng):
    """Every gradient agrees with central differences, and the loss with the score."""
    model, tokens = small(rng, n_labels=n_labels, choices=choices), rng.integers(0, 3, (6, 2))
    label = rng.integers(0, model.labels, 6)
    loss, grads = model.loss_and_grads(tokens, label)
    assert loss == pytest.approx(-model.log_prob(tokens, label).mean() / 2, rel=1e-12)
    assert worst_difference(lambda: model.loss_and_grads(tokens, label)[0], model.params, grads, rng, 40) < 1e-6


def test_scores_of_a_choice_are_its_rows(rng):
    """Drawing a choice, then pixels from its scores, has the probabilities of log_prob."""
    model, pictures = small(rng), every(3, 2)
    for label in range(2):
        prior = softmax(model.choice_logits(np.array([label]))[0].tolist())
        scores = model.logits(np.full(4, label), np.arange(4))                         # (Z, T, V)
        assert scores.shape == (4, 2, 3)
        told = [sum(prior[z] * math.prod(softmax(scores[z, t].tolist())[v] for t, v in enumerate(row)) for z in range(4))
                for row in pictures]
        np.testing.assert_allclose(told, np.exp(model.log_prob(pictures, np.full(9, label))), rtol=1e-10)


def test_one_choice_is_fitted_by_counting(rng):
    """With a single choice the tables are smoothed counts at each place, exactly."""
    tokens, smoothing = rng.integers(0, 2, (10, 2)), 3.0                               # colour 2 never occurs
    model = Mixture(3, 2, rng, np.float64).fit(tokens, np.zeros(10, int), rng, smoothing=smoothing)
    overall = [((tokens == v).sum() + 1) / (20 + 3) for v in range(3)]
    for t in range(2):
        for v in range(3):
            marginal = ((tokens[:, t] == v).sum() + smoothing * overall[v]) / (10 + smoothing)
            expected = ((tokens[:, t] == v).sum() + smoothing * marginal) / (10 + smoothing)
            assert softmax(model.logits(np.zeros(1, int), np.zeros(1, int))[0, t].tolist())[v] == pytest.approx(expected, rel=1e-12)
    assert np.isfinite(model.log_prob(np.array([[2, 2]]), np.zeros(1, int))).all()


def test_no_round_of_fitting_makes_the_data_less_likely(rng):
    """The law of expectation maximisation: with (next to) no smoothing the likelihood never falls."""
    tokens, label = rng.integers(0, 3, (40, 6)), np.zeros(40, int)
    likelihoods = [Mixture(3, 6, np.random.default_rng(0), np.float64, choices=5)
                   .fit(tokens, label, np.random.default_rng(1), rounds, smoothing=1e-9).log_prob(tokens, label).sum() for rounds in range(1, 12)]
    # The prior's own smoothing (a tenth of a picture) can take back a little near the end.
    assert (np.diff(likelihoods) > -0.05).all() and likelihoods[-1] > likelihoods[0] + 1.0


def test_two_kinds_of_picture_become_two_choices():
    """Half all 0 and half all 1: places that are always alike are drawn alike."""
    tokens, label = np.repeat([[0] * 5, [1] * 5], 200, axis=0), np.zeros(400, int)
    model = Mixture(2, 5, np.random.default_rng(0), choices=4).fit(tokens, label, np.random.default_rng(0), smoothing=0.01)
    alike = np.exp(model.log_prob(np.array([[0] * 5, [1] * 5]), np.zeros(2, int)))
    np.testing.assert_allclose(alike, [0.5, 0.5], atol=0.01)
    alone = Mixture(2, 5, np.random.default_rng(0), choices=1).fit(tokens, label, np.random.default_rng(0), smoothing=0.01)
    np.testing.assert_allclose(np.exp(alone.log_prob(tokens[:1], label[:1])), 1 / 32, atol=1e-3)       # independent: a coin for each place


def test_each_label_is_fitted_to_its_own_pictures(rng):
    """Label 0 has seen nothing but 0, label 2 nothing but 1; label 1 had no pictures and stays as it began."""
    tokens, label = np.repeat([[0, 0], [1, 1]], 20, axis=0), np.repeat([0, 2], 20)
    model = Mixture(2, 2, rng, np.float64, n_labels=3, choices=2)
    before = model.params["places.table"].copy()
    model.fit(tokens, label, rng, smoothing=0.1)
    told = np.exp(model.log_prob(np.array([[0, 0], [1, 1]]), np.array([0, 2])))
    assert (told > 0.95).all()
    np.testing.assert_array_equal(model.params["places.table"][2:4], before[2:4])
    assert (model.params["places.table"][:2] != before[:2]).all()


def test_fewer_pictures_than_choices(rng):
    """Three pictures for eight choices: some begin alike, nothing breaks."""
    tokens = rng.integers(0, 3, (3, 2))
    model = Mixture(3, 2, rng, choices=8).fit(tokens, np.zeros(3, int), rng)
    assert np.exp(model.log_prob(every(3, 2), np.zeros(9, int))).sum() == pytest.approx(1.0, abs=1e-5)
