"""Diffusion against worlds whose best guess is known: a Gaussian, a mixture of two; laws of luck, label and guidance."""

import math
from functools import partial

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.table import Table
from minigen.nn.noise import cosine_alpha_bar
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.diffusion import diffusion
from minigen.strategies.fill import generate
from oracles import ALARM, most_by_chance, random_joint


class World:
    """A mixture of Gaussians for every number of every place, as a denoiser: the exact mean of the clean given the noisy."""

    vocab_size, channels = 2, 2

    def __init__(self, weights, means, spread, length=3, by_label=False):
        self.weights, self.means, self.spread, self.length = weights, means, spread, length
        self.n_labels = len(weights) if by_label else 0             # label k: component k; id n_labels: all of them
        self.asked = []

    def denoise(self, x, alpha_bar, condition):
        self.asked.append((len(x), None if condition.label is None else condition.label.tolist()))
        level = alpha_bar[:, None, None, None]
        variance = level * self.spread ** 2 + 1 - level
        away = x[..., None] - np.sqrt(level) * self.means           # (B, T, C, K)
        clean = self.means + np.sqrt(level) * self.spread ** 2 / variance * away
        score = np.log(self.weights) - away ** 2 / (2 * variance)
        share = np.exp(score - score.max(axis=-1, keepdims=True))
        if self.n_labels:
            told = np.concatenate([np.eye(self.n_labels), np.ones((1, self.n_labels))])[condition.label]
            share = share * told[:, None, None] + 1e-300
        return (share * clean).sum(axis=-1) / share.sum(axis=-1)


def gaussian(mean=0.4, spread=0.3, length=3):
    return World(np.array([1.0]), np.array([mean]), spread, length)


def pair(**settings):
    return World(np.array([0.3, 0.7]), np.array([-0.6, 0.7]), 0.25, **settings)


def blank(model, n):
    return np.full((n, model.length), model.vocab_size)


def draw(model, n, seed=0, condition=NO_CONDITION, **settings):
    *_, last = diffusion(model, blank(model, n), np.random.default_rng(seed), condition, **settings)
    return last


# Known worlds

@pytest.mark.parametrize("passes", [1, 4, 50])
def test_a_gaussian_world_in_closed_form(passes):
    """eta 0: every pass is a linear map of the noise, known for N(mean, spread²); each frame is what the maps give."""
    model, frames = gaussian(), []
    for frame in diffusion(model, blank(model, 5), np.random.default_rng(4), passes=passes, clip=False):
        frames.append(frame)
    x = np.random.default_rng(4).standard_normal((5, 3, 2))         # thrown first
    path = cosine_alpha_bar(np.linspace(1, 0, passes + 1))
    for now, after, frame in zip(path[:-1], path[1:], frames, strict=True):
        stretch = ((math.sqrt(now * after) * 0.3 ** 2 + math.sqrt((1 - now) * (1 - after))) / (now * 0.3 ** 2 + 1 - now))
        x = math.sqrt(after) * 0.4 + stretch * (x - math.sqrt(now) * 0.4)
        assert frame.dtype == np.float32
        np.testing.assert_allclose(frame, x, atol=1e-5)


@pytest.mark.statistical
@pytest.mark.parametrize("eta", [0.5, 1.0])
def test_fresh_noise_in_a_gaussian_world(eta):
    """eta above 0: mean and variance follow the closed form, pass by pass.

    The sum of n squared standard normals lies within n (1 ± 2 sqrt(x / n) + 2 x / n) but for 2 exp(-x) (Laurent and
    Massart, 2000); x = log(4 / 1e-6) for both figures together.
    """
    model, n, passes = gaussian(length=1), 10_000, 20
    x = draw(model, n, passes=passes, eta=eta, clip=False)
    path = cosine_alpha_bar(np.linspace(1, 0, passes + 1))
    mean, variance = 0.0, 1.0
    for now, after in zip(path[:-1], path[1:]):
        sigma = eta * math.sqrt((1 - after) / (1 - now) * (1 - now / after))
        stretch = (math.sqrt(now * after) * 0.3 ** 2 + math.sqrt((1 - now) * max(1 - after - sigma ** 2, 0))) / (now * 0.3 ** 2 + 1 - now)
        mean = math.sqrt(after) * 0.4 + stretch * (mean - math.sqrt(now) * 0.4)
        variance = stretch ** 2 * variance + sigma ** 2
    most = math.log(4 / ALARM) / (2 * n)                            # both numbers of each canvas count
    assert abs(x.mean() - mean) <= math.sqrt(2 * most * variance)
    assert abs(((x - mean) ** 2).mean() / variance - 1) <= 2 * math.sqrt(most) + 2 * most


@pytest.mark.statistical
@pytest.mark.parametrize("eta, passes", [(0.0, 200), (1.0, 400)])
def test_a_mixture_of_two_gaussians(eta, passes):
    """With the exact guess the samples are the mixture: weights, means, and the whole distribution.

    Dvoretzky, Kiefer and Wolfowitz: the share below any point lies within sqrt(log(2 / 1e-6) / 2 n) of its probability,
    everywhere at once (Massart, 1990). Passes are many, not infinitely many: 0.01 is left for that.
    """
    model, n = pair(length=1), 10_000
    x = np.sort(draw(model, n, passes=passes, eta=eta, clip=False).ravel().astype(np.float64))
    below = np.array([sum(weight * 0.5 * math.erfc((mean - point) / (0.25 * math.sqrt(2)))
                          for weight, mean in zip(model.weights, model.means)) for point in x])
    allowed = most_by_chance(x.size) + 0.01
    assert np.abs(below - (np.arange(x.size) + 0.5) / x.size).max() <= allowed
    high = x > 0.05                                                 # half-way: on the wrong side are 0.5 % of either
    assert abs(high.mean() - 0.7) <= allowed + 0.005
    # A sample mean of spread 0.25 lies within 5 standard errors; cutting at half-way moves each by less than 0.005.
    for side, mean in ((~high, -0.6), (high, 0.7)):
        assert abs(x[side].mean() - mean) <= 5 * 0.25 / math.sqrt(side.sum()) + 0.015


def test_one_pass_is_the_mean_of_the_world():
    """Asked once, in pure noise, the model answers with (nearly) the average of everything: why one shot is blurred."""
    model = pair()
    np.testing.assert_allclose(draw(model, 50, passes=1), (model.weights * model.means).sum(), atol=0.05)


# Luck

@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_same_dice_same_picture(eta):
    """The same rng draws the same canvases, another one others; with a film and without."""
    model, strategy = pair(), partial(diffusion, passes=7, eta=eta)
    first, again = (generate(model, strategy, 4, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != generate(model, strategy, 4, np.random.default_rng(4))).all()
    last, frames = generate(model, strategy, 4, np.random.default_rng(3), film=True)
    assert frames.shape == (7, 4, 3, 2) and last.shape == (4, 3, 2)
    np.testing.assert_array_equal(frames[-1], first)


def test_the_first_noise_is_all_that_is_thrown_from_rng():
    """However many passes and however much fresh noise, rng goes on from the same place."""
    after = set()
    for passes, eta in ((1, 0.0), (5, 0.0), (5, 1.0)):
        rng = np.random.default_rng(0)
        list(diffusion(pair(), blank(pair(), 2), rng, passes=passes, eta=eta))
        after.add(rng.random())
    twin = np.random.default_rng(0)
    twin.standard_normal((2, 3, 2))
    assert after == {twin.random()}


def test_more_passes_refine_the_same_picture():
    """Without fresh noise, 50 and 500 passes on one luck end in nearly the same place: mostly in the same half of the world."""
    few, many = draw(pair(), 300, passes=50), draw(pair(), 300, passes=500)
    assert ((few > 0) == (many > 0)).mean() > 0.97


def test_guesses_are_held_where_colours_are():
    """clip: in a world that reaches beyond -1 and 1 no canvas ends there; without it some do."""
    model = gaussian(0.0, 2.0)
    assert np.abs(draw(model, 100, passes=9)).max() <= 1.0
    assert np.abs(draw(model, 100, passes=9, clip=False)).max() > 1.5


# Labels and guidance

LABELS = Condition(label=np.array([0, 1, 1, 0]))


def test_weight_one_is_plain_and_zero_ignores_the_label():
    """Guidance 1 asks once a pass, with the label; 0 once, without; the canvases are those of asking so plainly."""
    for weight, plain in ((1.0, LABELS), (0.0, Condition(label=np.full(4, 2)))):
        model = pair(by_label=True)
        got = draw(model, 4, condition=LABELS, passes=5, guidance=weight)
        assert model.asked == [(4, plain.label.tolist())] * 5
        np.testing.assert_array_equal(got, draw(pair(by_label=True), 4, condition=plain, passes=5))
    swapped = Condition(label=1 - LABELS.label)
    np.testing.assert_array_equal(draw(pair(by_label=True), 4, condition=swapped, passes=5, guidance=0.0), got)


def test_both_questions_in_one_batch():
    """Any other weight asks with and without the label at once, and goes that far from the one answer to the other."""
    model = pair(by_label=True)
    got = draw(model, 4, condition=LABELS, passes=1, guidance=2.5, clip=False)      # one pass: the guess itself
    assert model.asked == [(8, LABELS.label.tolist() + [2] * 4)]
    x, level = np.random.default_rng(0).standard_normal((4, 3, 2)), np.full(4, cosine_alpha_bar(1.0))
    told, untold = (model.denoise(x, level, Condition(label=label)) for label in (LABELS.label, np.full(4, 2)))
    np.testing.assert_allclose(got, untold + 2.5 * (told - untold), rtol=1e-5)


def test_nothing_to_lean_on():
    """Without a label both answers are the same: every weight asks once a pass and is plain."""
    plain = draw(pair(), 4, passes=5)
    for weight in (0.0, 2.0):
        model = pair()
        np.testing.assert_array_equal(draw(model, 4, passes=5, guidance=weight), plain)
        assert model.asked == [(4, None)] * 5


def test_guidance_exaggerates():
    """The larger the weight, the farther the samples of a label lie from those of the other."""
    far = []
    for weight in (0.0, 1.0, 3.0):
        x = draw(pair(by_label=True), 400, condition=Condition(label=np.arange(400) % 2), passes=30, guidance=weight, clip=False)
        far.append(x[1::2].mean() - x[::2].mean())
    assert abs(far[0]) < 0.3 < far[1] < far[2]


# What cannot be done

def test_bad_settings_are_one_clear_line(rng):
    """Passes of 0 or fewer, shares and weights that mean nothing."""
    for settings, says in [({"passes": 0}, "passes: expected at least 1, got 0"), ({"passes": -3}, "passes.*-3"), ({"eta": 1.5}, "eta"),
                           ({"guidance": -1.0}, "guidance"), ({"guidance": math.nan}, "guidance")]:
        with pytest.raises(UserError, match=says):
            draw(pair(), 2, **settings)


def test_no_prompt_and_no_other_model(rng):
    """Diffusion paints everything, and wants a denoiser."""
    with pytest.raises(UserError, match="a denoiser, got Table"):
        generate(Table.from_joint(random_joint(rng, 2, 3)), diffusion, 2, rng)
    with pytest.raises(UserError, match="paints the whole picture"):
        generate(pair(), diffusion, 2, rng, prompt=[1])


def test_a_label_that_does_not_exist(rng):
    """The door of all strategies says which labels there are; the id for "no label" is not one to ask for."""
    for label in (np.array([0, 2]), np.array([-1, 0]), None):
        with pytest.raises(UserError, match="label"):
            generate(pair(by_label=True), diffusion, 2, rng, condition=Condition(label=label))
