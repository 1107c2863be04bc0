"""A network for each size: losses that add up, and a bound against the sum over all smaller pictures."""

import json
from functools import partial

import numpy as np
import pytest

from minigen.data.batches import Items
from minigen.data.pictures import PictureCodec
from minigen.data.pyramid import pyramid, shrink
from minigen.errors import UserError
from minigen.models.mixture import Mixture
from minigen.models.routed import Cascade, CascadeConfig
from minigen.nn.gradcheck import check_model
from minigen.nn.optimisers import Adam
from minigen.nn.training import train
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import fill, generate, log_prob
from minigen.strategies.plans import all_at_once
from oracles import every, wake

FORMS = {"one step": dict(height=2, width=2, factors=(2,)), "two steps": dict(height=4, width=8, factors=(2, 2)),
         "labels": dict(height=3, width=6, factors=(3,), n_labels=2), "greys": dict(height=4, width=4, factors=(2, 2), ordered=True),
         "all": dict(height=6, width=6, factors=(3, 2), n_labels=2, ordered=True, dropout=0.3, colour_dropout=0.2)}


def small(rng, dtype=np.float64, **settings):
    """A random model that is nowhere zero."""
    config = dict(vocab_size=3, height=4, width=4, choices=3, channels=5, hidden=6) | settings
    return wake(Cascade(CascadeConfig(**config), rng, dtype), rng)


def asked(model, n, rng):
    return Condition(rng.integers(0, model.n_labels, n)) if model.n_labels else NO_CONDITION


def every_way(model, condition):
    """P(small, large) of a model of one step, enumerated: all small pictures, all large ones, and the table (small, large)."""
    (h, w), (height, width) = model.sizes
    small_ones, large = every(model.vocab_size, h * w), every(model.vocab_size, height * width)
    label = np.zeros(1, int) if condition.label is None else condition.label[:1]
    joint = np.empty((len(small_ones), len(large)))
    for s, one in enumerate(small_ones):
        coarse = np.repeat(one.reshape(1, h, w), len(large), axis=0)
        told = model.upscalers[0].log_prob(coarse, large.reshape(-1, height, width), np.repeat(label, len(large)) if model.n_labels else None)
        joint[s] = np.exp(model.smallest.log_prob(one[None], label)[0] + told)
    return small_ones, large, joint


@pytest.mark.parametrize("form", FORMS)
def test_gradients(form, rng):
    """Every parameter of every step agrees with central differences of the whole loss."""
    model = small(rng, **FORMS[form])
    tokens = rng.integers(0, 3, (4, model.length))
    assert all(array.any() for array in model.params.values())
    assert check_model(model, tokens, asked(model, 4, rng), seed=1, samples=5) < 1e-6


@pytest.mark.parametrize("form", FORMS)
def test_sizes_and_steps(form, rng):
    """From the smallest up to the picture; step_logits has a score for every pixel of each."""
    model = small(rng, **FORMS[form])
    config, condition = model.config, asked(model, 5, rng)._replace(latent=rng.integers(0, 3, 5))
    assert model.sizes[-1] == (config.height, config.width) and len(model.sizes) == len(config.factors) + 1
    for (h, w), (height, width), factor in zip(model.sizes, model.sizes[1:], config.factors):
        assert (h * factor, w * factor) == (height, width)
    sizes = model.in_all_sizes(rng.integers(0, 3, (5, model.length)))
    for step, (h, w) in enumerate(model.sizes):
        assert sizes[step].shape == (5, h, w)
        assert model.step_logits(step, sizes[step - 1] if step else None, condition).shape == (5, h * w, 3)


@pytest.mark.parametrize("form", ["one step", "two steps", "labels", "greys"])
def test_the_loss_is_the_bound(form, rng):
    """Nats per pixel of the large picture: all steps added up; each step is its network's own score."""
    model = small(rng, **FORMS[form])
    tokens, condition = rng.integers(0, 3, (7, model.length)), asked(model, 7, rng)
    steps = model.log_prob_steps(tokens, condition)
    np.testing.assert_allclose(steps.sum(axis=0), model.log_prob_bound(tokens, condition), rtol=1e-12)
    assert model.loss_and_grads(tokens, condition)[0] == pytest.approx(-steps.sum(axis=0).mean() / model.length, rel=1e-12)
    sizes = pyramid(tokens.reshape(7, model.config.height, model.config.width), model.config.factors, 3, model.config.ordered)
    for i, upscaler in enumerate(model.upscalers):
        np.testing.assert_allclose(steps[i + 1], upscaler.log_prob(sizes[i], sizes[i + 1], condition.label), rtol=1e-12)


@pytest.mark.parametrize("settings", [dict(height=2, width=2, factors=(2,), vocab_size=2), dict(height=2, width=4, factors=(2,), vocab_size=2),
                                      dict(height=2, width=2, factors=(2,), n_labels=2, ordered=True)])
def test_a_bound_is_never_above_the_truth(settings, rng):
    """P(large) is the sum over all small pictures; the bound is the term of its own, and everything drawn sums to one."""
    model = small(rng, **settings)
    condition = asked(model, 1, rng)
    small_ones, large, joint = every_way(model, condition)
    assert joint.sum() == pytest.approx(1.0, abs=1e-12)
    bound = np.exp(model.log_prob_bound(large, condition.rows(np.zeros(len(large), int))))
    assert (bound <= joint.sum(axis=0) * (1 + 1e-12)).all()
    own = model.in_all_sizes(large)[0].reshape(len(large), -1)                         # the picture that each shrinks to
    row = (own[:, None] == small_ones).all(axis=2).argmax(axis=1)
    np.testing.assert_allclose(bound, joint[row, np.arange(len(large))], rtol=1e-12)


def test_the_bound_is_exact_where_blocks_keep_their_word(rng):
    """Where a fine picture always shrinks to the coarse one it was drawn from, no other way is left, and the bound is the truth."""
    model = small(rng, vocab_size=2, height=2, width=2, factors=(2,))
    for array in model.upscalers[0].params.values():
        array[...] = 0.0
    own = model.params["step1.own.table"].reshape(2, 4, 2)                              # colour -> its block's scores
    own[0, :2, 0], own[1, :3, 1] = 60.0, 60.0               # two zeros of four make a 0, three ones make a 1
    _, large, joint = every_way(model, NO_CONDITION)
    truth = joint.sum(axis=0)
    assert (shrink(large.reshape(-1, 2, 2), 2, 2)[truth > 1e-9, 0, 0] == [np.argmax(joint[:, i]) for i in np.flatnonzero(truth > 1e-9)]).all()
    np.testing.assert_allclose(np.exp(model.log_prob_bound(large)), truth, rtol=1e-9, atol=1e-15)


def test_scores_in_small_batches_are_the_same(rng, monkeypatch):
    """Whatever is held in memory at a time, and for no picture at all."""
    model = small(rng, n_labels=2)
    tokens, condition = rng.integers(0, 3, (9, 16)), asked(model, 9, rng)
    whole = model.log_prob_bound(tokens, condition)
    monkeypatch.setattr("minigen.models.routed.SCORED_AT_ONCE", 2 * 16 * 3)
    np.testing.assert_allclose(model.log_prob_bound(tokens, condition), whole, rtol=1e-12)
    assert model.log_prob_bound(tokens[:0]).shape == (0,)


def test_begin_fits_the_smallest_pictures_alone(rng):
    """The mixture is the one fitted to the shrunk pictures on the same dice; the upscalers stay as they were."""
    model, tokens = small(rng, factors=(2,), n_labels=2, choices=4), rng.integers(0, 3, (30, 16))
    label, before = rng.integers(0, 2, 30), {name: array.copy() for name, array in model.params.items()}
    assert model.begin(tokens, label, np.random.default_rng(9)) is model
    alone = Mixture(3, 4, rng, np.float64, n_labels=2, choices=4)
    alone.fit(shrink(tokens.reshape(30, 4, 4), 2, 3).reshape(30, 4), label, np.random.default_rng(9))
    for name, array in model.params.items():
        np.testing.assert_array_equal(array, alone.params[name[6:]] if name.startswith("step0.") else before[name])


def test_one_training_teaches_all_steps(rng):
    """Pictures that are all one colour: after some steps of ``train`` every size is told with next to no surprise."""
    tokens = np.repeat(rng.integers(0, 3, (64, 1)), 16, axis=1)
    dataset = Items("flat", PictureCodec(np.zeros((3, 3)), 4, 4), tokens, tokens[:8])
    model = Cascade(CascadeConfig(3, 4, 4, choices=6, channels=8, hidden=8), rng).begin(tokens, None, rng)
    before = model.log_prob_steps(tokens).mean(axis=1)
    train(model, dataset, Adam(0.03), rng, steps=60, batch=16)
    after = model.log_prob_steps(tokens).mean(axis=1)
    assert -after[0] < np.log(3) + 0.2                       # which colour: the one thing to decide
    assert (after[1:] > 0.1 * before[1:]).all()              # and the rest follows from it


def test_settings_go_through_json(rng):
    """A model built again from its saved settings has the same form, and scores the same with the same arrays."""
    model = small(rng, np.float32, **FORMS["all"])
    again = Cascade.from_settings(json.loads(json.dumps(model.settings())))
    assert again.config == model.config
    for name, array in model.params.items():
        again.params[name][...] = array
    tokens, condition = rng.integers(0, 3, (3, 36)), asked(model, 3, rng)
    np.testing.assert_array_equal(again.log_prob_bound(tokens, condition), model.log_prob_bound(tokens, condition))


def test_inner_matrices_are_those_of_the_blocks(rng):
    """What Muon trains: up and down of each block, nothing else."""
    model = small(rng, factors=(2,))
    assert {name for name, array in model.params.items() if model.is_matrix(name, array)} == {
        "step1.block0.up.weight", "step1.block0.down.weight"}


def test_multiplications_of_all_steps(rng):
    """Those of the upscalers; the smallest picture is looked up."""
    model = small(rng, **FORMS["two steps"])
    a_pixel = 2 * 5 * 6 + 5 * 4 * 3
    assert model.multiplications() == (2 + 8) * a_pixel + 2 * 3 * 5


def test_mistakes_are_one_clear_line(rng):
    """Sizes that do not divide, a plan over one canvas, a mask in what is scored."""
    with pytest.raises(UserError, match="width: expected a multiple of 4, got 6"):
        small(rng, height=8, width=6, factors=(2, 2))
    with pytest.raises(UserError, match="factors: expected at least 2, got 1"):
        small(rng, factors=(2, 1))
    model = small(rng)
    for work in (lambda: log_prob(model, np.zeros((1, 16), int), all_at_once),
                 lambda: generate(model, partial(fill, plan=all_at_once), 2, rng),
                 lambda: model.logits(np.full((1, 16), 3), np.arange(16))):
        with pytest.raises(UserError, match="'cascade' for a model of several sizes"):
            work()
    with pytest.raises(UserError, match="still undecided"):
        model.log_prob_bound(np.full((1, 16), 3))
    with pytest.raises(UserError, match="tokens: expected shape"):
        model.log_prob_bound(np.zeros(16, int))
