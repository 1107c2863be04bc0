"""Public checks of unit 21."""

import numpy as np

from minigen.course import expect


def check_alpha_bars(impl):
    """each step keeps a share of what the steps before it left"""
    got = expect.unchanged(impl.alpha_bars, np.array([0.5, 0.5, 0.2]))
    expect.close(got, [0.5, 0.25, 0.2], "alpha_bar of the betas 0.5, 0.5, 0.2")


def check_square_roots(impl):
    """alpha_bar 0.36 keeps 0.6 of the picture and takes 0.8 of the noise"""
    x, noise = np.array([[10.0, 0.0, 0.0]]), np.array([[0.0, 10.0, 0.0]])
    expect.close(expect.unchanged(impl.add_noise, x, 0.36, noise), [[6.0, 8.0, 0.0]], "a picture with noise at alpha_bar 0.36")


def check_first_axis(impl):
    """two values of alpha_bar belong to two canvases, not to two pixels"""
    got = impl.add_noise(np.ones((2, 2)), np.array([1.0, 0.0]), np.zeros((2, 2)))
    expect.close(got, [[1.0, 1.0], [0.0, 0.0]], "canvases of ones at alpha_bar 1 and 0")


def check_loss(impl):
    """the loss is the mean square of predicted noise minus noise"""
    noise, off = np.array([[1.0, -1.0, 0.5]]), np.array([[2.0, -2.0, 1.0]])
    # At alpha_bar 0 the model sees the noise and nothing else.
    got = impl.diffusion_loss(lambda noisy, steps: noisy + off, np.zeros((1, 3)), np.array([0]), noise, np.array([0.0]))
    expect.close(got, 3.0, "the loss of a prediction that is off by 2, -2 and 1")


def check_own_step(impl):
    """the model sees each canvas with the noise of its own step"""
    seen = []

    def predict(noisy, steps):
        seen.append((np.array(noisy), np.array(steps)))
        return np.zeros((2, 1))

    x, steps, noise = np.array([[5.0], [5.0]]), np.array([0, 1]), np.array([[3.0], [3.0]])
    expect.unchanged(impl.diffusion_loss, predict, x, steps, noise, np.array([1.0, 0.0]))
    assert len(seen) == 1, f"predict: expected one call for the whole batch, got {len(seen)}"
    expect.close(seen[0][0], [[5.0], [3.0]], "what predict sees of canvas 0 (step 0: clean) and canvas 1 (step 1: all noise)")
    expect.same(seen[0][1], [0, 1], "the steps that predict is told")


def check_one_step_back(impl):
    """without fresh noise: guess the clean canvas, then put the old noise back"""
    x, predicted, noise = np.array([3.8, 3.0]), np.array([1.0, 0.0]), np.zeros(2)
    got = expect.unchanged(impl.ddim_step, x, predicted, 0.36, 0.64, 0.0, noise)
    expect.close(got, [4.6, 4.0], "from alpha_bar 0.36 to 0.64 with eta 0")


def check_last_step(impl):
    """at alpha_bar_next 1 no noise comes in, whatever eta is"""
    expect.close(impl.ddim_step(np.zeros(2), np.zeros(2), 0.36, 1.0, 1.0, np.array([10.0, -10.0])), [0.0, 0.0],
                 "a clean canvas of zeros after the last step, eta 1")


def check_old_and_fresh_noise(impl):
    """the fresh noise takes the place of old noise"""
    # sigma = sqrt(0.8 / 0.9) * sqrt(1 / 2) = 2 / 3, and 1 - 0.2 - 4 / 9 = 16 / 45. Both clean canvases are 0.
    got = impl.ddim_step(np.array([0.0, np.sqrt(0.9)]), np.array([0.0, 1.0]), 0.1, 0.2, 1.0, np.array([1.0, 0.0]))
    expect.close(got, [2 / 3, np.sqrt(16 / 45)], "all fresh noise, then all old noise, from alpha_bar 0.1 to 0.2 with eta 1")
