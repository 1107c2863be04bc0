"""Public checks of unit 16."""

import numpy as np

from minigen.course import expect

FOUR = np.log(np.array([[4.0]]))            # the log of a variance of 4: a standard deviation of 2


def check_shape(impl):
    """latents and gradients (B, C), prices (B,), one number for the bound; nothing that was passed in is changed"""
    mean, log_variance, noise = np.ones((2, 3)), np.zeros((2, 3)), np.ones((2, 3))
    latent = expect.unchanged(impl.reparameterise, mean, log_variance, noise)
    expect.array(latent, (2, 3), "f", "the latents of two canvases, C = 3")
    expect.array(expect.unchanged(impl.kl_to_normal, mean, log_variance), (2,), "f", "the prices of two canvases")
    expect.number(expect.unchanged(impl.bound, np.array([-1.0, -2.0]), mean, log_variance), "the bound")
    dmean, dlog_variance = expect.unchanged(impl.latent_gradients, np.ones((2, 3)), mean, log_variance, noise, 0.5)
    expect.array(dmean, (2, 3), "f", "the gradient of the mean")
    expect.array(dlog_variance, (2, 3), "f", "the gradient of the log variance")


def check_draw(impl):
    """noise is multiplied by the standard deviation"""
    got = impl.reparameterise(np.array([[1.0]]), FOUR, np.array([[0.5]]))
    expect.close(got, [[2.0]], "the latent for mean 1, variance 4, noise 0.5")


def check_own_latent(impl):
    """each canvas has a latent of its own"""
    noise = np.array([[1.0], [2.0], [-1.0]])
    got = impl.reparameterise(np.zeros((3, 1)), np.zeros((3, 1)), noise)
    expect.close(got, [[1], [2], [-1]], "the latents for mean 0, variance 1")


def check_price_of_a_variance(impl):
    """a variance of 4 around 0 costs 1.5 - log 2 nats"""
    expect.close(impl.kl_to_normal(np.zeros((1, 1)), FOUR), [1.5 - np.log(2.0)], "the price")


def check_prices_add_up(impl):
    """the price of a latent is the sum over its numbers"""
    got = impl.kl_to_normal(np.full((1, 2), 2.0), np.zeros((1, 2)))
    expect.close(got, [4.0], "the price of two means of 2, each worth 2 nats")


def check_bound(impl):
    """the bound is what is told, less the price"""
    got = impl.bound(np.array([-3.0, -5.0]), np.array([[2.0], [0.0]]), np.zeros((2, 1)))
    expect.close(got, -5.0, "the bound of two canvases, told -3 and -5 nats, prices 2 and 0")


def check_gradient_through_the_draw(impl):
    """the gradient passes through the draw, to the mean and to the log variance (weight 0: the price does not count)"""
    dmean, dlog_variance = impl.latent_gradients(np.array([[3.0]]), np.array([[0.7]]), FOUR, np.array([[0.5]]), 0.0)
    expect.close(dmean, [[3.0]], "the mean: dlatent 3, variance 4, noise 0.5")
    expect.close(dlog_variance, [[1.5]], "the log variance: dlatent 3, variance 4, noise 0.5")


def check_gradient_of_the_price(impl):
    """the price has a gradient too, times its weight (dlatent 0: the draw does not matter)"""
    dmean, dlog_variance = impl.latent_gradients(np.array([[0.0]]), np.array([[0.5]]), FOUR, np.array([[0.5]]), 2.0)
    expect.close(dmean, [[1.0]], "the mean: mean 0.5, weight 2")
    expect.close(dlog_variance, [[3.0]], "the log variance: variance 4, weight 2")
