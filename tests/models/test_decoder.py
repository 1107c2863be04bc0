"""The one-shot MLP: gradients, blindness, and its bound against integrals over the latent."""

import math

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.decoder import Decoder, DecoderConfig
from minigen.nn.gradcheck import check_model
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import fill, generate, log_prob, shared_latent
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one
from oracles import every, random_plan, wake

FORMS = {"plain": {}, "labels": dict(n_labels=3), "latent": dict(latent_width=2, kl_weight=0.7),
         "both": dict(n_labels=3, latent_width=2, kl_weight=0.7)}


def small(rng, dtype=np.float64, **settings):
    """A random network that is nowhere zero."""
    config = dict(vocab_size=3, length=4, hidden=7) | settings
    return wake(Decoder(DecoderConfig(**config), rng, dtype), rng)


def asked(model, n, rng):
    """Everything that the model wants to know, for n pictures."""
    labels, width = model.config.n_labels, model.config.latent_width
    return Condition(rng.integers(0, labels, n) if labels else None, rng.standard_normal((n, width)) if width else None)


def logits_by_hand(model, condition, b):
    """Scores (T, V) of picture b in plain Python: one-hot label and latent, two layers, a norm between them."""
    config, params = model.config, model.params
    if not config.n_labels and not config.latent_width:
        return params["marginal.table"].reshape(config.length, config.vocab_size)
    x = [float(condition.label[b] == label) for label in range(config.n_labels)]
    x += [float(value) for value in (condition.latent[b] if config.latent_width else [])]
    hidden = [max(sum(x[i] * params["decoder.first.weight"][i, d] for i in range(len(x))) + params["decoder.first.bias"][d], 0) ** 2
              for d in range(config.hidden)]
    size = (sum(value ** 2 for value in hidden) / config.hidden + 1e-6) ** 0.5          # root mean square
    hidden = [value / size for value in hidden]
    flat = [sum(hidden[d] * params["decoder.last.weight"][d, j] for d in range(config.hidden)) + params["decoder.last.bias"][j]
            for j in range(config.length * config.vocab_size)]
    return np.reshape(flat, (config.length, config.vocab_size))


@pytest.mark.parametrize("form", FORMS)
def test_gradients(form, rng):
    """Every parameter's gradient agrees with central differences, the draw of the latent included."""
    model = small(rng, **FORMS[form])
    tokens = rng.integers(0, 3, (5, 4))
    condition = asked(model, 5, rng)._replace(latent=None)
    assert all(array.any() for array in model.params.values())
    assert check_model(model, tokens, condition, seed=1) < 1e-6


@pytest.mark.parametrize("form", FORMS)
def test_logits_by_hand(form, rng):
    """The scores are the two layers written in plain Python."""
    model = small(rng, **FORMS[form])
    condition, at = asked(model, 3, rng), np.array([2, 0])
    got = model.logits(np.full((3, 4), 3), at, condition)
    assert got.shape == (3, 2, 3)
    for b in range(3):
        np.testing.assert_allclose(got[b], logits_by_hand(model, condition, b)[at], rtol=1e-10)


@pytest.mark.parametrize("form", FORMS)
def test_the_canvas_is_not_read(form, rng):
    """Whatever stands on the canvas, masks or tokens, the scores keep every bit."""
    model = small(rng, np.float32, **FORMS[form])
    condition, at = asked(model, 6, rng), np.arange(4)
    blank = model.logits(np.full((6, 4), 3), at, condition)
    for _ in range(5):
        np.testing.assert_array_equal(model.logits(rng.integers(0, 4, (6, 4)), at, condition), blank)


@pytest.mark.parametrize("form", FORMS)
def test_every_plan_gives_the_same_distribution(form, rng):
    """Given label and latent, log_prob is the same under every plan, and all canvases sum to one."""
    model, tokens = small(rng, **FORMS[form]), every(3, 4)
    one = asked(model, 1, rng)
    condition = one.rows(np.zeros(len(tokens), int))
    expected = log_prob(model, tokens, all_at_once, condition)
    assert np.exp(expected).sum() == pytest.approx(1.0, abs=1e-12)
    for plan in [one_by_one, in_blocks(3), *(random_plan(rng, 4) for _ in range(4))]:
        model.check_plan(plan)
        np.testing.assert_allclose(log_prob(model, tokens, plan, condition), expected, rtol=1e-12)


@pytest.mark.parametrize("form", ["plain", "labels"])
def test_without_a_latent_the_loss_is_exact(form, rng):
    """loss is the nats of log_prob for each place."""
    model, tokens = small(rng, **FORMS[form]), rng.integers(0, 3, (6, 4))
    condition = asked(model, 6, rng)
    expected = -log_prob(model, tokens, all_at_once, condition).mean() / 4
    assert model.loss_and_grads(tokens, condition)[0] == pytest.approx(expected, rel=1e-12)


def test_the_fast_loss_is_the_plain_one(rng):
    """float32, where scores are overwritten by their gradient, agrees with float64, and twice with itself."""
    for settings in FORMS.values():
        model, twin = small(rng, **settings), Decoder(DecoderConfig(**dict(vocab_size=3, length=4, hidden=7) | settings), rng)
        for name, array in model.params.items():
            twin.params[name][...] = array
        tokens = rng.integers(0, 3, (5, 4))
        condition = asked(model, 5, rng)._replace(latent=None)
        loss, grads = model.loss_and_grads(tokens, condition, np.random.default_rng(1))
        for _ in range(2):
            fast_loss, fast = twin.loss_and_grads(tokens, condition, np.random.default_rng(1))
            assert fast_loss == pytest.approx(loss, rel=1e-4) and fast.keys() == grads.keys()
            for name in grads:
                assert fast[name].dtype == np.float32
                np.testing.assert_allclose(fast[name], grads[name], atol=1e-5 * (1 + np.abs(grads[name]).max()))


def test_without_a_latent_it_learns_the_marginals(rng):
    """Gradient descent brings its probabilities to the counts of each place, as fast as theory promises.

    The loss is convex in the scores and its gradient moves at most 1 / (2 T) as fast as they do. With
    steps of 2 T, descent from x0 ends within |x0 - x*|^2 / (2 * 2 T * steps) of the best loss, and by
    Pinsker's inequality the probabilities of a place are then within sqrt(2 T gap) of the marginals, in sum.
    """
    length, vocab_size, steps = 4, 3, 400
    tokens = np.concatenate([np.repeat(np.arange(vocab_size)[:, None], length, 1), rng.integers(0, vocab_size, (6, length))])
    counts = np.array([[(tokens[:, t] == v).mean() for v in range(vocab_size)] for t in range(length)])
    model = Decoder(DecoderConfig(vocab_size, length), rng, np.float64)
    best = np.log(counts) - np.log(counts).mean(axis=1, keepdims=True)          # x0 is 0
    promised = (best ** 2).sum() / (4 * length * steps)
    for _ in range(steps):
        loss, grads = model.loss_and_grads(tokens)
        model.params["marginal.table"] -= 2 * length * grads["marginal.table"]
    entropy = -(counts * np.log(counts)).sum() / length
    gap = model.loss_and_grads(tokens)[0] - entropy
    assert -1e-12 < gap <= promised < 0.01
    got = np.exp(log_prob(model, np.repeat(np.arange(vocab_size)[:, None], length, 1), all_at_once))
    scores = model.logits(np.full((1, length), vocab_size), np.arange(length))[0]
    probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert np.abs(probs - counts).sum(axis=1).max() <= math.sqrt(2 * length * promised)
    np.testing.assert_allclose(got, probs.prod(axis=0))


# What a caller may forget

def test_a_missing_latent_is_one_clear_line(rng):
    """A decoder with a latent, asked without one, names the strategy that throws it."""
    model = small(rng, latent_width=2)
    for ask in (lambda: model.logits(np.full((1, 4), 3), np.arange(4)),
                lambda: list(fill(model, np.full((1, 4), 3), rng, plan=all_at_once)),
                lambda: log_prob(model, np.zeros((1, 4), np.int64), all_at_once)):
        with pytest.raises(UserError, match="latent of width 2.*shared_latent"):
            ask()
    assert generate(model, shared_latent, 3, rng).shape == (3, 4)


@pytest.mark.parametrize("form", FORMS)
def test_settings_round_trip(form, rng):
    """A model made from settings has arrays of the same names and shapes."""
    model = small(rng, **FORMS[form])
    again = Decoder.from_settings(model.settings())
    assert again.settings() == model.settings()
    assert {name: array.shape for name, array in again.params.items()} == {name: array.shape for name, array in model.params.items()}


def test_multiplications_by_hand(rng):
    """One for each weight that a picture's way through the decoder meets."""
    for settings in FORMS.values():
        model = small(rng, **settings)
        weights = sum(array.size for name, array in model.params.items() if name.startswith("decoder") and name.endswith("weight"))
        assert model.multiplications() == weights


# The bound, with a latent so thin that every expectation is a sum over a fine grid

GRID = np.linspace(-12.0, 12.0, 3001)
NORMAL = np.exp(-GRID ** 2 / 2)
NORMAL /= NORMAL.sum()                      # the trapezoid rule: the ends are nothing


class OneDie:
    """A generator that throws the number it was given."""

    def __init__(self, value):
        self.value = value

    def standard_normal(self, shape):
        return np.full(shape, self.value)


def thin(rng, **settings):
    """A decoder with a latent of one number, and four pictures."""
    return small(rng, length=3, latent_width=1, **settings), rng.integers(0, 3, (4, 3))


def log_given(model, tokens, z):
    """log P(x | z) of one picture (T,) for many z: (n,), nats."""
    return log_prob(model, np.tile(tokens, (len(z), 1)), all_at_once, Condition(latent=z[:, None]))


def log_likelihood(model, tokens):
    """log of the integral of P(x | z) over the prior."""
    return math.log((NORMAL * np.exp(log_given(model, tokens, GRID))).sum())


def divergence(mean, spread):
    """KL of N(mean, spread^2) from N(0, 1) as an integral, nats."""
    z = mean + spread * GRID
    log_q = -GRID ** 2 / 2 - math.log(spread)
    return (NORMAL * (log_q + z ** 2 / 2)).sum()


def average_loss(model, tokens):
    """The loss, averaged over every value of the die: the training bound without its noise."""
    few = slice(0, None, 10)
    weights = NORMAL[few] / NORMAL[few].sum()
    return sum(w * model.loss_and_grads(tokens, NO_CONDITION, OneDie(die))[0] for w, die in zip(weights, GRID[few]) if w > 1e-14)


def guesses(model, tokens):
    """Mean and spread of the encoder for each picture."""
    mean, log_variance = model.encode(tokens)
    return list(zip(mean[:, 0], np.exp(0.5 * log_variance[:, 0])))


def test_the_divergence_is_its_integral(rng):
    """What kl_weight adds to the loss is KL(encoder, prior), by numerical integration."""
    model, tokens = thin(rng, kl_weight=1.0)
    free = Decoder(DecoderConfig(**model.settings() | {"kl_weight": 0.0}), rng, np.float64)
    for name, array in model.params.items():
        free.params[name][...] = array
    expected = sum(divergence(*guess) for guess in guesses(model, tokens)) / tokens.size
    for die in (-1.0, 0.0, 2.0):
        got = model.loss_and_grads(tokens, NO_CONDITION, OneDie(die))[0] - free.loss_and_grads(tokens, NO_CONDITION, OneDie(die))[0]
        assert got == pytest.approx(expected, rel=1e-9)
    assert expected > 1e-3


def test_the_average_loss_is_the_bound(rng):
    """Over all dice the loss is KL(encoder, prior) less the mean of log P(x | z), each an integral."""
    model, tokens = thin(rng)
    expected = sum(divergence(mean, spread) - (NORMAL * log_given(model, row, mean + spread * GRID)).sum()
                   for row, (mean, spread) in zip(tokens, guesses(model, tokens)))
    assert average_loss(model, tokens) * tokens.size == pytest.approx(expected, rel=1e-5)


def test_the_bound_lies_below_by_what_the_encoder_does_not_know(rng):
    """log P(x) less the bound is KL(encoder, true posterior): never negative, and exactly that."""
    model, tokens = thin(rng)
    for row, (mean, spread) in zip(tokens, guesses(model, tokens)):
        truth, z = log_likelihood(model, row), mean + spread * GRID
        bound = -average_loss(model, row[None]) * row.size
        log_q = -GRID ** 2 / 2 - math.log(spread)
        log_posterior = log_given(model, row, z) - z ** 2 / 2 - truth
        assert bound < truth
        assert truth - bound == pytest.approx((NORMAL * (log_q - log_posterior)).sum(), rel=1e-3, abs=1e-5)


def test_the_likelihood_sums_to_one(rng):
    """Integrated over the latent, the probabilities of all canvases sum to one."""
    model, _ = thin(rng)
    assert sum(math.exp(log_likelihood(model, row)) for row in every(3, 3)) == pytest.approx(1.0, abs=1e-9)
