"""Hidden tests of unit 16. The oracles: plain loops, integrals on a grid, central differences, a world that is fully known."""

import math

import numpy as np

from minigen.course import expect


def guesses(rng, shape):
    """Means and log variances (B, C); no variance is so near to 1 that log and no log look alike."""
    log_variance = rng.uniform(0.4, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    return rng.uniform(0.3, 2.0, shape) * rng.choice([-1.0, 1.0], shape), log_variance


def integral(mean, log_variance):
    """KL(N(mean, variance) || N(0, 1)) of one number, by the trapezoid rule over the guess's density."""
    deviation = math.sqrt(math.exp(log_variance))
    steps = np.linspace(-12.0, 12.0, 1201)                      # in deviations: the tails beyond weigh less than 1e-30
    density = np.exp(-0.5 * steps ** 2) / math.sqrt(2 * math.pi)
    log_guess = -0.5 * steps ** 2 - math.log(deviation)         # both without the constant log sqrt(2 pi)
    log_normal = -0.5 * (mean + deviation * steps) ** 2
    height = density * (log_guess - log_normal)
    return float((height[1:] + height[:-1]).sum() / 2 * (steps[1] - steps[0]))


def prices(mean, log_variance):
    return [math.fsum(integral(m, v) for m, v in zip(*rows)) for rows in zip(mean.tolist(), log_variance.tolist())]


def latents(mean, log_variance, noise):
    return np.array([[m + math.sqrt(math.exp(v)) * e for m, v, e in zip(*rows)]
                     for rows in zip(mean.tolist(), log_variance.tolist(), noise.tolist())])


def some_noise(rng, shape):
    """Noise that is not near 0, and whose rows differ."""
    noise = rng.uniform(0.4, 2.0, shape) * rng.choice([-1.0, 1.0], shape)
    noise[1::2] = -noise[:1] + 0.3 * noise[1::2]
    return noise


def differences(slopes, mean, log_variance, noise, weight, step=1e-4):
    """Gradients of sum(slopes * sin(latent)) + weight * price, by moving each mean and each log variance both ways."""
    def objective(w, m, v, e):
        return w * math.sin(m + math.sqrt(math.exp(v)) * e) + weight * integral(m, v)
    dmean, dlog_variance = np.zeros(mean.shape), np.zeros(mean.shape)
    for i in np.ndindex(mean.shape):
        w, m, v, e = (float(array[i]) for array in (slopes, mean, log_variance, noise))
        dmean[i] = (objective(w, m + step, v, e) - objective(w, m - step, v, e)) / (2 * step)
        dlog_variance[i] = (objective(w, m, v + step, e) - objective(w, m, v - step, e)) / (2 * step)
    return dmean, dlog_variance


def gradients(impl, rng, shape, weight, through=1.0):
    """What came and what was expected; ``through`` 0 leaves only the price."""
    while True:                             # no loss that is flat at the latent: a gradient that was forgotten could hide there
        mean, log_variance = guesses(rng, shape)
        noise, slopes = some_noise(rng, shape), through * rng.uniform(1.0, 3.0, shape)
        dlatent = slopes * np.cos(latents(mean, log_variance, noise))
        if not through or np.abs(dlatent).min() > 0.1:
            break
    got = expect.unchanged(impl.latent_gradients, dlatent, mean, log_variance, noise, weight)
    assert len(got) == 2, f"latent_gradients: expected two arrays, got {len(got)}"
    return got, differences(slopes, mean, log_variance, noise, weight)


def test_a_draw_is_mean_and_noise(impl, rng):
    """reparameterise: each number is its mean, and noise times its own standard deviation"""
    for shape in ((1, 1), (4, 3), (3, 1), (2, 8)):
        mean, log_variance = guesses(rng, shape)
        noise = some_noise(rng, shape)
        expect.close(expect.unchanged(impl.reparameterise, mean, log_variance, noise), latents(mean, log_variance, noise),
                     f"latents {shape}", rtol=1e-6)


def test_each_canvas_has_its_own_latent(impl, rng):
    """reparameterise: the noise of one canvas moves the latent of this canvas and no other"""
    mean, log_variance = guesses(rng, (4, 3))
    noise = some_noise(rng, (4, 3))
    before = expect.array(impl.reparameterise(mean, log_variance, noise), (4, 3), "f", "the latents")
    for b in range(4):
        moved = noise.copy()
        moved[b] += 1.0
        after = expect.array(impl.reparameterise(mean, log_variance, moved), (4, 3), "f", "the latents")
        rows = (np.abs(after - before) > 1e-3).all(axis=1)
        expect.same(rows, np.arange(4) == b, f"which latents move with the noise of canvas {b}")


def test_the_price_is_the_integral(impl, rng):
    """kl_to_normal: the KL divergence of each canvas, as an integral on a fine grid gives it"""
    for shape in ((1, 2), (5, 3), (2, 6)):
        mean, log_variance = guesses(rng, shape)
        got = expect.unchanged(impl.kl_to_normal, mean, log_variance)
        expect.close(got, prices(mean, log_variance), f"prices {shape}", rtol=1e-6)


def test_the_price_of_a_shift(impl, rng):
    """kl_to_normal: with variance 1 and a latent of one number, the price of a mean that is not 0"""
    mean = rng.uniform(0.5, 3.0, (6, 1)) * rng.choice([-1.0, 1.0], (6, 1))
    expect.close(impl.kl_to_normal(mean, np.zeros((6, 1))), prices(mean, np.zeros((6, 1))), "prices with variance 1", rtol=1e-6)


def test_prices_add_up(impl, rng):
    """kl_to_normal: a latent costs as much as its numbers cost one by one"""
    mean, log_variance = guesses(rng, (5, 4))
    whole = expect.array(impl.kl_to_normal(mean, log_variance), (5,), "f", "the prices")
    parts = [expect.array(impl.kl_to_normal(mean[:, [c]], log_variance[:, [c]]), (5,), "f", "the prices") for c in range(4)]
    expect.close(whole, sum(parts), "prices of latents of four numbers")


def test_no_price_below_zero(impl, rng):
    """kl_to_normal: nothing for N(0, 1) itself, and never less than nothing for anything else"""
    expect.close(impl.kl_to_normal(np.zeros((3, 2)), np.zeros((3, 2))), np.zeros(3), "the price of N(0, 1)")
    mean, log_variance = guesses(rng, (20, 1))
    mean[:10] = 0.0
    log_variance[:5] = -np.abs(log_variance[:5])
    price = expect.array(impl.kl_to_normal(mean, log_variance), (20,), "f", "the prices")
    assert (price >= 0).all(), f"prices: expected none below 0, got {price.min():.6g}"


def test_the_bound_pays_the_price(impl, rng):
    """bound: what is told of each canvas less its price, averaged over the canvases"""
    for shape in ((1, 1), (5, 3), (2, 4)):
        mean, log_variance = guesses(rng, shape)
        told = -rng.uniform(1.0, 50.0, shape[0])
        want = math.fsum(t - p for t, p in zip(told, prices(mean, log_variance))) / shape[0]
        expect.close(expect.unchanged(impl.bound, told, mean, log_variance), want, f"the bound of latents {shape}", rtol=1e-6)


def test_without_a_guess_the_bound_is_what_is_told(impl, rng):
    """bound: a guess that costs nothing leaves the mean of what is told"""
    told = -rng.uniform(1.0, 50.0, 7)
    got = impl.bound(told, np.zeros((7, 3)), np.zeros((7, 3)))
    expect.close(got, math.fsum(told) / 7, "the bound, all guesses N(0, 1)", rtol=1e-6)


def test_the_bound_is_a_bound(impl, rng):
    """bound: in a world that is fully known, exact for the right guess and below the truth for every other"""
    # A latent of C numbers from N(0, 1), seen through noise of variance s: x = latent + sqrt(s) * noise.
    s, x = float(rng.uniform(0.3, 2.0)), rng.standard_normal((4, 3))

    def told(mean, variance):
        """The mean of log N(x; latent, s) over the guess, summed over C."""
        return np.sum(-0.5 * math.log(2 * math.pi * s) - ((x - mean) ** 2 + variance) / (2 * s), axis=1)
    truth = np.mean(np.sum(-0.5 * math.log(2 * math.pi * (1 + s)) - x ** 2 / (2 * (1 + s)), axis=1))
    mean, variance = x / (1 + s), np.full((4, 3), s / (1 + s))
    expect.close(impl.bound(told(mean, variance), mean, np.log(variance)), float(truth), "the bound for the right guess")
    for _ in range(5):
        other_mean, other = mean + rng.uniform(0.2, 1.0, (4, 3)), variance * rng.uniform(0.3, 3.0, (4, 3))
        got = expect.number(impl.bound(told(other_mean, other), other_mean, np.log(other)), "the bound")
        assert got < truth, f"the bound for another guess: expected less than the truth {truth:.6g}, got {got:.6g}"


def test_gradient_of_the_mean(impl, rng):
    """latent_gradients: the mean's, through the draw and the price, as small moves of it say"""
    for shape in ((1, 1), (4, 3)):
        got, want = gradients(impl, rng, shape, float(rng.uniform(0.2, 0.7)))
        expect.close(got[0], want[0], f"the gradient of the mean {shape}")


def test_gradient_of_the_log_variance(impl, rng):
    """latent_gradients: the log variance's, through the draw and the price, as small moves of it say"""
    for shape in ((1, 1), (4, 3)):
        got, want = gradients(impl, rng, shape, float(rng.uniform(0.2, 0.7)))
        expect.close(got[1], want[1], f"the gradient of the log variance {shape}")


def test_gradient_through_the_draw_alone(impl, rng):
    """latent_gradients: with weight 0 the price does not count"""
    for shape in ((1, 1), (3, 4)):
        got, want = gradients(impl, rng, shape, 0.0)
        expect.close(got[0], want[0], f"the gradient of the mean {shape}, weight 0")
        expect.close(got[1], want[1], f"the gradient of the log variance {shape}, weight 0")


def test_gradient_of_the_price_alone(impl, rng):
    """latent_gradients: with nothing coming back through the draw, the price still counts, times its weight"""
    for shape in ((1, 1), (3, 4)):
        got, want = gradients(impl, rng, shape, float(rng.uniform(1.5, 3.0)), through=0.0)
        expect.close(got[0], want[0], f"the gradient of the mean {shape}, dlatent 0")
        expect.close(got[1], want[1], f"the gradient of the log variance {shape}, dlatent 0")


def test_a_guess_that_is_quite_sure(impl, rng):
    """a log variance of -1500 means no spread at all: latent, price, bound and gradients are still numbers, and right"""
    mean, noise = rng.standard_normal((3, 2)), rng.standard_normal((3, 2))
    sure = np.full((3, 2), -1500.0)
    expect.close(impl.reparameterise(mean, sure, noise), mean, "the latents")
    # The price grows by half of every nat that the log variance falls; below -40 the variance itself adds nothing.
    want = np.array(prices(mean, np.full((3, 2), -40.0))) + 2 * (1500 - 40) / 2
    expect.close(impl.kl_to_normal(mean, sure), want, "the prices")
    expect.close(impl.bound(np.zeros(3), mean, sure), -math.fsum(want) / 3, "the bound")
    dmean, dlog_variance = impl.latent_gradients(np.zeros((3, 2)), mean, sure, noise, 1.0)
    expect.array(dmean, (3, 2), "f", "the gradient of the mean")
    expect.close(dlog_variance, np.full((3, 2), -0.5), "the gradient of the log variance")


def test_a_guess_that_is_quite_unsure(impl, rng):
    """a log variance of 20 is a number like any other: draw, price and gradients, as the formulas say"""
    mean, noise, dlatent = rng.standard_normal((3, 3, 2))
    log_variance, weight = rng.uniform(18.0, 22.0, (3, 2)), float(rng.uniform(0.2, 0.7))
    expect.close(impl.reparameterise(mean, log_variance, noise), latents(mean, log_variance, noise), "the latents", rtol=1e-6)
    expect.close(impl.kl_to_normal(mean, log_variance), prices(mean, log_variance), "the prices", rtol=1e-6)
    _, dlog_variance = impl.latent_gradients(dlatent, mean, log_variance, noise, weight)

    def objective(d, v, e):
        return d * e * math.exp(v / 2) + weight * integral(0.0, v)      # through the draw, and through the price
    want = [[(objective(d, v + 1e-3, e) - objective(d, v - 1e-3, e)) / 2e-3 for d, v, e in zip(*rows)]
            for rows in zip(dlatent.tolist(), log_variance.tolist(), noise.tolist())]
    expect.close(dlog_variance, want, "the gradient of the log variance")


def test_float32_and_views(impl, rng):
    """float32 and arrays that are not contiguous: the same numbers, as near as float32 allows"""
    mean, log_variance = guesses(rng, (6, 4))
    noise, dlatent = some_noise(rng, (6, 4)), rng.standard_normal((6, 4))
    once = (impl.reparameterise(mean, log_variance, noise), impl.kl_to_normal(mean, log_variance),
            *impl.latent_gradients(dlatent, mean, log_variance, noise, 0.25))
    for change in (lambda array: array.astype(np.float32), np.asfortranarray, lambda array: np.repeat(array, 2, axis=1)[:, ::2]):
        m, v, e, d = (change(array) for array in (mean, log_variance, noise, dlatent))
        again = (impl.reparameterise(m, v, e), impl.kl_to_normal(m, v), *impl.latent_gradients(d, m, v, e, 0.25))
        names = ("the latents", "the prices", "the gradient of the mean", "the gradient of the log variance")
        for name, got, want, shape in zip(names, again, once, ((6, 4), (6,), (6, 4), (6, 4))):
            expect.close(got, expect.array(want, shape, "f", name), name, atol=1e-5)
