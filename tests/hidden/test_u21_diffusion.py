"""Hidden tests of unit 21. Oracles: plain loops over numbers, and a Gaussian world whose best predictor is known."""

import math

import numpy as np

from minigen.course import expect

SHAPES = ((1, 1), (5,), (4, 7), (3, 2, 5), (2, 3, 2, 4))


def plain_noisy(x, levels, noise):
    """Canvas by canvas, number by number."""
    out = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        level = levels[index[0]]
        out[index] = math.sqrt(level) * x[index] + math.sqrt(1 - level) * noise[index]
    return out


def plain_step(x, predicted, now, after, eta, noise):
    """The three equations, number by number."""
    sigma = eta * math.sqrt((1 - after) * (1 - now / after) / (1 - now))
    out = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        clean = (x[index] - math.sqrt(1 - now) * predicted[index]) / math.sqrt(now)
        out[index] = (math.sqrt(after) * clean + math.sqrt(1 - after - sigma ** 2) * predicted[index] + sigma * noise[index])
    return out


def plain_loss(told, noise):
    """Add up all squares, then divide by how many there are."""
    squares = [(a - b) ** 2 for a, b in zip(told.ravel().tolist(), noise.ravel().tolist())]
    return math.fsum(squares) / len(squares)


def levels(rng):
    """alpha_bar now and after a step."""
    now = rng.uniform(0.05, 0.5)
    return now, rng.uniform(now + 0.1, 0.95)


def normal(rng, shape, n):
    return [2.0 * rng.standard_normal(shape) for _ in range(n)]


def falling(rng, n):
    """alpha_bar of n steps, all of them well apart."""
    return 1.0 - (np.arange(n) + rng.uniform(0.3, 0.7, n)) / n


def test_alpha_bars_multiply_what_each_step_keeps(impl, rng):
    """alpha_bar is what all steps so far have left, for schedules of any length"""
    for n in (2, 5, 200):
        betas, left, want = rng.uniform(0.001, 0.5 / math.sqrt(n), n), 1.0, []
        for beta in betas.tolist():
            left *= 1 - beta
            want.append(left)
        expect.close(expect.unchanged(impl.alpha_bars, betas), want, f"alpha_bar of {n} betas", atol=0)


def test_the_first_step_counts(impl, rng):
    """the first alpha_bar already has the noise of the first step"""
    beta = rng.uniform(0.1, 0.9)
    expect.close(impl.alpha_bars(np.array([beta])), [1 - beta], "alpha_bar of a single beta")


def test_one_alpha_bar_for_all(impl, rng):
    """a float alpha_bar mixes picture and noise by square roots, at any shape"""
    for shape in SHAPES:
        (x, noise), level = normal(rng, shape, 2), rng.uniform(0.1, 0.4)
        got = expect.unchanged(impl.add_noise, x, level, noise)
        expect.close(got, plain_noisy(x, [level] * len(x), noise), f"canvases {shape} at one alpha_bar")


def test_each_canvas_has_its_own_alpha_bar(impl, rng):
    """an array alpha_bar (B,) belongs to the first axis, also where other axes are as long"""
    for shape in (*SHAPES, (4, 4), (3, 3, 3)):
        (x, noise), own = normal(rng, shape, 2), falling(rng, shape[0])
        got = expect.unchanged(impl.add_noise, x, own, noise)
        expect.close(got, plain_noisy(x, own, noise), f"canvases {shape} at {shape[0]} values of alpha_bar")


def test_the_two_ends(impl, rng):
    """alpha_bar 1 is the picture itself, alpha_bar 0 the noise itself"""
    x, noise = normal(rng, (3, 4), 2)
    expect.close(impl.add_noise(x, 1.0, noise), x, "alpha_bar 1")
    expect.close(impl.add_noise(x, 0.0, noise), noise, "alpha_bar 0")


def test_loss_is_a_mean_of_squares(impl, rng):
    """the loss compares predicted noise with true noise, over every place of every canvas"""
    for shape in ((4, 7), (5, 5), (3, 2, 6), (6,)):
        (x, noise, other), level = normal(rng, shape, 3), falling(rng, 9)
        steps = rng.permutation(9)[:shape[0]]

        def told(noisy, times, other=other):
            own = np.reshape(times, (-1,) + (1,) * (noisy.ndim - 1))    # it looks at the canvas and at the step
            return 1.5 * noisy + other * (1.0 + own)

        want = plain_loss(told(plain_noisy(x, level[steps], noise), steps), noise)
        got = expect.unchanged(impl.diffusion_loss, told, x, steps, noise, level)
        expect.close(got, want, f"the loss of canvases {shape}")


def test_loss_of_one_canvas(impl, rng):
    """a batch of one canvas has a loss as well"""
    (x, noise, other), level = normal(rng, (1, 3, 4), 3), falling(rng, 6)
    step = int(rng.integers(6))
    want = plain_loss(plain_noisy(x, level[[step]], noise) * 3.0 + other, noise)
    got = impl.diffusion_loss(lambda noisy, times: noisy * 3.0 + other, x, np.array([step]), noise, level)
    expect.close(got, want, "the loss of one canvas")


def test_what_the_model_is_shown(impl, rng):
    """predict is asked once: noisy canvases, each at the level of its own step, and the steps as given"""
    (x, noise), level, seen = normal(rng, (6, 6), 2), falling(rng, 8), []
    steps = np.append(rng.permutation(8)[:5], 0)
    steps[5] = steps[1]                                                 # a step may come twice

    def predict(noisy, times):
        seen.append((np.array(noisy), np.array(times)))
        return np.zeros((6, 6))

    impl.diffusion_loss(predict, x, steps, noise, level)
    assert len(seen) == 1, f"predict: expected one call for the whole batch, got {len(seen)}"
    expect.close(seen[0][0], plain_noisy(x, level[steps], noise), "the canvases that predict sees")
    expect.same(seen[0][1], steps, "the steps that predict is told")


def test_nothing_is_better_than_the_noise_itself(impl, rng):
    """a model that finds the noise exactly has no loss"""
    x, noise = normal(rng, (3, 5), 2)
    steps = rng.integers(4, size=3)
    expect.close(impl.diffusion_loss(lambda noisy, times: noise.copy(), x, steps, noise, falling(rng, 4)), 0.0, "the loss")
    worse = expect.number(impl.diffusion_loss(lambda noisy, times: 1.0 - noise, x, steps, noise, falling(rng, 4)), "the loss")
    assert worse > 0, f"a model that finds something else: expected a loss above 0, got {worse}"


def test_a_step_without_fresh_noise(impl, rng):
    """eta 0: the clean guess, and the old noise at the next level; the fresh noise is not used"""
    for shape in SHAPES:
        (x, predicted, noise), (now, after) = normal(rng, shape, 3), levels(rng)
        got = expect.unchanged(impl.ddim_step, x, predicted, now, after, 0.0, noise)
        expect.close(got, plain_step(x, predicted, now, after, 0.0, noise), f"canvases {shape}, eta 0")


def test_a_step_with_fresh_noise(impl, rng):
    """eta above 0: part of the noise is fresh, and the old noise makes room for it"""
    for shape in SHAPES:
        (x, predicted, noise), (now, after), eta = normal(rng, shape, 3), levels(rng), rng.uniform(0.4, 0.8)
        got = expect.unchanged(impl.ddim_step, x, predicted, now, after, eta, noise)
        expect.close(got, plain_step(x, predicted, now, after, eta, noise), f"canvases {shape}, eta {eta:.2f}")


def test_the_last_step_is_clean(impl, rng):
    """at alpha_bar_next 1 the clean guess comes out and no noise, whatever eta is"""
    for eta in (0.0, 0.5, 1.0):
        (x, predicted), now = normal(rng, (3, 4), 2), rng.uniform(0.05, 0.9)
        want = [[(a - math.sqrt(1 - now) * b) / math.sqrt(now) for a, b in zip(*rows)] for rows in zip(x, predicted)]
        got = impl.ddim_step(x, predicted, now, 1.0, eta, 100.0 * (1.0 + rng.random((3, 4))))
        expect.close(got, want, f"the last step, eta {eta:g}")


def test_the_variance_of_the_noise_is_exact(impl, rng):
    """whatever eta is, old and fresh noise together have the variance 1 - alpha_bar_next"""
    for eta in (0.5, 0.8, 1.0):
        after = rng.uniform(0.4, 0.6)
        now = after * rng.uniform(0.75, 0.9)
        # Two clean canvases of zero: one with old noise only, one with fresh noise only.
        got = impl.ddim_step(np.array([math.sqrt(1 - now), 0.0]), np.array([1.0, 0.0]), now, after, eta, np.array([0.0, 1.0]))
        old, fresh = expect.array(got, (2,)).tolist()
        expect.close(old ** 2 + fresh ** 2, 1 - after, f"the variance of the noise, eta {eta:g}")


def test_noise_flows_into_a_gaussian_world(impl, rng):
    """eta 0, many small steps, the best predictor of a Gaussian world: each quantile of noise lands on that of the data"""
    mean, spread = rng.uniform(-2.0, 2.0), rng.uniform(0.5, 2.0)
    ratio = np.geomspace(60.0, 0.02, 300)                               # noise over signal, falling in equal proportions
    path = np.append(1.0 / (1.0 + ratio ** 2), 1.0)                     # alpha_bar
    quantiles = np.linspace(-2.0, 2.0, 9)
    x = math.sqrt(path[0]) * mean + math.sqrt(path[0] * spread ** 2 + 1 - path[0]) * quantiles
    for now, after in zip(path[:-1].tolist(), path[1:].tolist()):
        # E[noise | x] when clean is N(mean, spread^2): the regression of the noise on x.
        predicted = math.sqrt(1 - now) * (x - math.sqrt(now) * mean) / (now * spread ** 2 + 1 - now)
        x = expect.array(impl.ddim_step(x, predicted, now, after, 0.0, rng.standard_normal(9)), (9,))
    # Steps are small, not infinitely small: with 300 of them the ends lie within about 2 %.
    expect.close(x, mean + spread * quantiles, "where the quantiles land", rtol=0, atol=0.1 * spread)


def test_float32_and_views(impl, rng):
    """float32 canvases, and arrays that are not contiguous"""
    x, predicted, noise = normal(rng, (6, 8), 3)
    own, (now, after) = falling(rng, 6), levels(rng)
    small = [array.astype(np.float32) for array in (x, predicted, noise)]
    expect.close(impl.add_noise(small[0], own, small[2]), plain_noisy(x, own, noise), "add_noise in float32", atol=1e-5)
    expect.close(impl.ddim_step(*small[:2], now, after, 0.7, small[2]), plain_step(x, predicted, now, after, 0.7, noise),
                 "ddim_step in float32", atol=1e-5)
    expect.close(impl.add_noise(x[::-2], own[::-2], np.asfortranarray(noise)[::-2]), plain_noisy(x, own, noise)[::-2],
                 "every second canvas, backwards")
    expect.close(impl.ddim_step(x.T, predicted.T, now, after, 0.7, noise.T), plain_step(x, predicted, now, after, 0.7, noise).T,
                 "ddim_step of transposed arrays")
