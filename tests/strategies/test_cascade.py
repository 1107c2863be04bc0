"""Small to large: which dice meet which pixel, what each step sees, and the promised distribution by enumeration."""

from functools import partial

import numpy as np
import pytest

from minigen.data.pyramid import enlarge
from minigen.errors import UserError
from minigen.models.routed import Cascade, CascadeConfig
from minigen.models.table import Table
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.cascade import cascade
from minigen.strategies.fill import generate
from oracles import every, frequencies, most_by_chance, random_joint, softmax, wake, walk


class Spoken:
    """A model of three sizes, without a network: scores drawn for each picture anew from what the smaller one adds up to."""

    vocab_size, length, sizes = 4, 32, [(1, 2), (2, 4), (4, 8)]

    def __init__(self):
        self.asked = []

    def latent_logits(self, n, condition):
        return np.log(np.tile([0.5, 0.2, 0.3], (n, 1)))

    def step_logits(self, step, smaller, condition):
        self.asked.append((step, None if smaller is None else smaller.copy(), condition))
        h, w = self.sizes[step]
        seeds = condition.latent if smaller is None else smaller.reshape(len(smaller), -1) @ np.arange(1, smaller[0].size + 1)
        return np.stack([np.random.default_rng([step, seed]).standard_normal((h * w, 4)) for seed in seeds])


def network(rng, **settings):
    """A random cascade of small sizes."""
    config = dict(vocab_size=2, height=2, width=2, factors=(2,), choices=3, channels=4, hidden=4) | settings
    return wake(Cascade(CascadeConfig(**config), rng), rng, scale=1.0)


def by_hand(model, n, seed):
    """The strategy as plain loops: every size, each pixel with its own die."""
    rng = np.random.default_rng(seed)
    u, luck = rng.random((n, model.length)), rng.spawn(1)[0]
    choice = np.array([walk(softmax(row), die) for row, die in zip(model.latent_logits(n, NO_CONDITION).tolist(), luck.random(n))])
    dice = [luck.random((n, h * w)) for h, w in model.sizes[:-1]] + [u]
    pictures = []
    for step, (h, w) in enumerate(model.sizes):
        scores = model.step_logits(step, pictures[-1] if step else None, Condition(latent=choice))
        tokens = [[walk(softmax(scores[b, t].tolist()), dice[step][b, t]) for t in range(h * w)] for b in range(n)]
        pictures.append(np.array(tokens).reshape(n, h, w))
    return pictures


def test_every_pixel_meets_its_own_die():
    """The largest picture's dice are those thrown first; the choice and the smaller ones' come from a child."""
    *smaller, largest = by_hand(Spoken(), 6, 5)
    tokens, frames = generate(Spoken(), cascade, 6, np.random.default_rng(5), film=True)
    np.testing.assert_array_equal(tokens, largest.reshape(6, -1))
    np.testing.assert_array_equal(frames[-1], tokens)
    for frame, picture, factor in zip(frames, smaller, (4, 2)):
        np.testing.assert_array_equal(frame.reshape(6, 4, 8), enlarge(picture, factor))
    assert frames.shape == (3, 6, 32) and tokens.dtype == np.int64


def test_each_size_is_asked_once_and_sees_the_one_before():
    """As many calls as sizes, whatever the number of pixels; the label goes to each, the choice too."""
    model, label = Spoken(), np.array([3, 1])
    _, frames = generate(model, cascade, 2, np.random.default_rng(0), condition=Condition(label), film=True)
    assert [step for step, _, _ in model.asked] == [0, 1, 2]
    assert model.asked[0][1] is None
    for (_, seen, _), frame, factor in zip(model.asked[1:], frames, (4, 2)):
        np.testing.assert_array_equal(seen, frame.reshape(2, 4, 8)[:, ::factor, ::factor])
    for _, _, condition in model.asked:
        assert condition.label is label and condition.latent.shape == (2,)


def test_the_last_dice_move_the_last_picture_only(rng):
    """Another u, the same child: the smaller pictures stay."""
    class Dice:
        def __init__(self, own, child):
            self.own, self.child = np.random.default_rng(own), np.random.default_rng(child)

        def random(self, shape):
            return self.own.random(shape)

        def spawn(self, n):
            return [self.child]
    films = [generate(Spoken(), cascade, 20, Dice(own, 7), film=True)[1] for own in (1, 2)]
    np.testing.assert_array_equal(films[0][:2], films[1][:2])
    assert (films[0][2] != films[1][2]).any()


def test_temperature_0_takes_the_likeliest_of_every_step():
    """Dice decide the choice alone; so does top_k = 1."""
    for settings in (dict(temperature=0.0), dict(top_k=1)):
        model = Spoken()
        _, frames = generate(model, partial(cascade, **settings), 8, np.random.default_rng(3), film=True)
        for step, smaller, condition in list(model.asked):
            h, w = model.sizes[step]
            best = model.step_logits(step, smaller, condition).argmax(axis=-1).reshape(8, h, w)
            np.testing.assert_array_equal(frames[step].reshape(8, 4, 8), enlarge(best, 4 // h))


@pytest.mark.statistical
@pytest.mark.parametrize("settings", [{}, dict(width=4), dict(ordered=True, vocab_size=3), dict(n_labels=2)])
def test_pictures_are_drawn_as_often_as_the_sum_says(settings, rng):
    """P(large) = sum over small of P(small) P(large | small), enumerated, against 20,000 draws.

    False alarm below 1e-6 for each form, over all its pictures.
    """
    model, n = network(rng, **settings), 20_000
    (h, w), (height, width) = model.sizes
    V, large = model.vocab_size, every(model.vocab_size, height * width)
    label = np.ones(1, int) if model.n_labels else np.zeros(1, int)
    promised = np.zeros(len(large))
    for one in every(V, h * w):
        coarse = np.repeat(one.reshape(1, h, w), len(large), axis=0)
        told = model.upscalers[0].log_prob(coarse, large.reshape(-1, height, width), np.repeat(label, len(large)))
        promised += np.exp(model.smallest.log_prob(one[None], label) + told)
    assert promised.sum() == pytest.approx(1.0, abs=1e-4)
    condition = Condition(label=np.ones(n, int)) if model.n_labels else NO_CONDITION
    got = frequencies(generate(model, cascade, n, rng, condition=condition), V)
    assert np.abs(got - promised).max() < most_by_chance(n, cells=len(large))


def test_the_canvas_that_comes_in_is_left_alone(rng):
    """Strategies yield new canvases."""
    canvas = np.full((3, 4), 2)
    frames = list(cascade(network(rng), canvas, rng))
    assert (canvas == 2).all() and len(frames) == 2
    assert all((frame < 2).all() for frame in frames)


def test_mistakes_are_one_clear_line(rng):
    """A model of one size, a picture that is begun, a label that does not exist, settings out of range."""
    with pytest.raises(UserError, match="a network for each size .*, got Table"):
        generate(Table.from_joint(random_joint(rng, 2, 4)), cascade, 1, rng)
    model = network(rng)
    with pytest.raises(UserError, match="prompt: expected none for this strategy"):
        generate(model, cascade, 2, rng, prompt=np.array([1, 0]))
    with pytest.raises(UserError, match="temperature"):
        generate(model, partial(cascade, temperature=-1.0), 2, rng)
    asked = network(rng, n_labels=2)
    with pytest.raises(UserError, match="condition: expected a label from 0 to 1"):
        generate(asked, cascade, 2, rng)
    with pytest.raises(UserError, match="condition.label: expected a value from 0 to 1, got 5"):
        generate(asked, cascade, 2, rng, condition=Condition(label=np.array([0, 5])))
