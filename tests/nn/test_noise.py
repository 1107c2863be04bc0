"""Noise in and out against plain arithmetic, a Gaussian world whose best guess is known, and laws."""

import math

import numpy as np
import pytest

from minigen.nn import noise as noises
from oracles import walk


def test_alpha_bars_are_a_running_product(rng):
    """What is left after each step, multiplied up one by one."""
    betas, left = rng.random(7), 1.0
    for beta, got in zip(betas, noises.alpha_bars(betas), strict=True):
        left *= 1.0 - beta
        assert got == pytest.approx(left, rel=1e-12)


def test_the_schedule_falls_from_clean_to_noise():
    """cosine_alpha_bar: 1 at time 0, almost nothing at 1, falling all the way, and within 1e-4 the squared cosine."""
    t = np.linspace(0.0, 1.0, 1001)
    level = noises.cosine_alpha_bar(t)
    assert level[0] == 1.0 and level[-1] == pytest.approx(1e-4) and (np.diff(level) < 0).all()
    start = math.cos(math.pi / 2 * 0.008 / 1.008) ** 2
    for i in range(0, 1001, 50):
        assert level[i] == pytest.approx(math.cos(math.pi / 2 * (t[i] + 0.008) / 1.008) ** 2 / start, abs=1e-4)


@pytest.mark.parametrize("shape", [(3,), (3, 3), (4, 5, 2)])
def test_noise_is_mixed_number_by_number(shape, rng):
    """add_noise, with one level for all and with one for each canvas; the variances add up to one."""
    x, noise = rng.standard_normal(shape), rng.standard_normal(shape)
    for level in (0.3, rng.random(shape[0])):
        got = noises.add_noise(x, level, noise)
        for index in np.ndindex(shape):
            left = level if np.ndim(level) == 0 else level[index[0]]
            assert got[index] == pytest.approx(math.sqrt(left) * x[index] + math.sqrt(1 - left) * noise[index], abs=1e-12)
    small = [array.astype(np.float32) for array in (x, np.full(shape[0], 0.5), noise)]
    assert noises.add_noise(*small).dtype == np.float32             # a training step stays in float32


def test_the_loss_is_a_mean_of_squares(rng):
    """diffusion_loss shows the noisy canvases of each step, and adds up the squares of what is wrong."""
    x, noise, level, steps = rng.standard_normal((4, 3)), rng.standard_normal((4, 3)), np.array([0.9, 0.5, 0.1]), np.array([2, 0, 1, 0])

    def predict(noisy, asked):
        np.testing.assert_array_equal(asked, steps)
        np.testing.assert_allclose(noisy, np.sqrt(level[steps])[:, None] * x + np.sqrt(1 - level[steps])[:, None] * noise)
        return noise + np.arange(12).reshape(4, 3)
    assert noises.diffusion_loss(predict, x, steps, noise, level) == pytest.approx(sum(i * i for i in range(12)) / 12)


@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
def test_one_step_in_a_gaussian_world(eta, rng):
    """ddim_step with the exact guess for data N(mean, spread²): the closed form of where a canvas goes, and the posterior of DDPM at eta 1."""
    mean, spread, now, after = 0.7, 0.5, 0.3, 0.6
    x, noise = rng.standard_normal(9), rng.standard_normal(9)
    variance = now * spread ** 2 + 1 - now                          # of x
    predicted = math.sqrt(1 - now) * (x - math.sqrt(now) * mean) / variance
    got = noises.ddim_step(x, predicted, now, after, eta, noise)
    sigma = eta * math.sqrt((1 - after) / (1 - now) * (1 - now / after))
    stretch = (math.sqrt(now * after) * spread ** 2 + math.sqrt((1 - now) * (1 - after - sigma ** 2))) / variance
    np.testing.assert_allclose(got, math.sqrt(after) * mean + stretch * (x - math.sqrt(now) * mean) + sigma * noise, rtol=1e-12)
    if eta == 1.0:      # Ho et al., equation 7: the mean of q(x_next | x, clean), clean being the guess
        clean, kept = (x - math.sqrt(1 - now) * predicted) / math.sqrt(now), now / after
        posterior = (math.sqrt(after) * (1 - kept) * clean + math.sqrt(kept) * (1 - after) * x) / (1 - now)
        np.testing.assert_allclose(got - sigma * noise, posterior, rtol=1e-12)


def test_a_step_back_undoes_the_noise(rng):
    """With the true noise, any step lands on the same picture at the next level, and the last one on the picture."""
    x, noise = rng.standard_normal((2, 5)), rng.standard_normal((2, 5))
    for after in (0.5, 0.9, 1.0):
        got = noises.ddim_step(noises.add_noise(x, 0.2, noise), noise, 0.2, after, 0.0, noise)
        np.testing.assert_allclose(got, noises.add_noise(x, after, noise), atol=1e-12)
    np.testing.assert_allclose(noises.ddim_step(noises.add_noise(x, 0.2, noise), noise, 0.2, 1.0, 1.0, 9 * noise), x, atol=1e-12)


def test_labels_are_dropped_by_their_dice(rng):
    """drop_condition hides exactly those whose die is below the share; 0 hides none, 1 all."""
    labels, u = rng.integers(0, 5, 50), rng.random(50)
    for share in (0.0, 0.3, 1.0):
        got = noises.drop_condition(labels, u, share, 5)
        assert got.tolist() == [5 if die < share else label for label, die in zip(labels, u)]


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0, 3.0])
def test_guidance_number_by_number(weight, rng):
    """guided: without + weight * (with - without), also where things are impossible; never NaN."""
    told, untold = rng.standard_normal((2, 20))
    told[:4], untold[:2] = -np.inf, -np.inf
    for a, b, got in zip(told, untold, noises.guided(told, untold, weight), strict=True):
        want = b if weight == 0 else -math.inf if a == -math.inf else (1 - weight) * b + weight * a
        assert got == want or got == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("weight", [0.0, 1.0, 2.5])
def test_guided_draws_follow_the_law(weight, rng):
    """guided_sample draws in proportion to untold * (told / untold) ** weight."""
    told, untold = rng.dirichlet(np.ones(4), (2, 200)) * 0.9 + 0.025
    u, shift = rng.random(200), rng.standard_normal((200, 1))       # scores are free up to a constant
    for row, got in enumerate(noises.guided_sample(np.log(told) + shift, np.log(untold) - shift, weight, u)):
        law = untold[row] * (told[row] / untold[row]) ** weight
        edges = np.cumsum(law / law.sum())
        assert got == walk(law / law.sum(), u[row]) or np.abs(edges - u[row]).min() < 1e-9
