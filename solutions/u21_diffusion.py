"""Unit 21 · Noisy to clean · 從雜訊到乾淨

The idea. Drown a picture in noise, little by little, until nothing of it is left. Each amount of noise is a small task:
here is a noisy picture, what is the noise in it? A model that has learned this can walk the other way, from pure noise to
a picture, in as many passes as you can pay for (Ho, Jain and Abbeel, 2020; with steps that may be long and need no new
noise: Song, Meng and Ermon, 2021).
（先把圖一點一點淹沒在雜訊裡，模型要學的是看出雜訊在哪裡；學會之後就可以倒著走，從純雜訊一步一步走回乾淨的圖。）

In the lecture. One pass for everything is too hard, so make it N passes: each one starts from the last one's answer, and
each answer is a little cleaner. 疑？這聽起來很像 Diffusion Model.

The numbers, exactly. alpha_bar (ᾱ) is how much of the *variance* of a noisy picture is still signal: 1 is clean, near 0 is
pure noise. Variance is squared, so pictures are mixed with its square root: sqrt(ᾱ) of the picture and sqrt(1 - ᾱ) of the
noise. Papers differ: the ᾱ of Ho et al. is called α by Song et al. Here it is always ᾱ, the running product.

See your own code at work:

    minigen sample digits --strategy diffusion --passes 20 --size tiny --with exercises/u21_diffusion.py

And without a network. In this world there are only two pictures, of one pixel each: -1 and 1. The best
guess of the clean one is then known, tanh(sqrt(ᾱ) x / (1 - ᾱ)), and no network is needed:

    import numpy as np
    from u21_diffusion import alpha_bars, ddim_step
    rng = np.random.default_rng()
    path = np.append(1.0, alpha_bars(np.linspace(0.001, 0.2, 50)))[::-1]     # from noise to clean
    x = rng.standard_normal(8)
    for now, after in zip(path[:-1], path[1:]):
        clean = np.tanh(np.sqrt(now) * x / (1 - now))
        predicted = (x - np.sqrt(now) * clean) / np.sqrt(1 - now)
        x = ddim_step(x, predicted, now, after, 0.0, rng.standard_normal(8))
    print(x.round(2))               # eight answers: -1 or 1, nothing between
"""

import numpy as np


def alpha_bars(betas):
    """What is left of the signal's variance after each step of adding noise.

    Step n replaces the share betas[n] of the variance by fresh noise, and keeps the rest of what it finds.

    Parameters
    ----------
    betas : (N,) float
        Between 0 and 1.

    Returns
    -------
    (N,) float
        At n, what is left after steps 0 to n, step n among them.

    Examples
    --------
    The first step keeps one half, the second one half of that:

    >>> alpha_bars(np.array([0.5, 0.5])).tolist()
    [0.5, 0.25]
    """
    # BEGIN SOLUTION
    return np.cumprod(1.0 - betas)                                      # (N,)
    # END SOLUTION


def add_noise(x, alpha_bar, noise):
    """Jump from a clean canvas to a noisy one: sqrt(alpha_bar) of it, sqrt(1 - alpha_bar) of the noise.

    Parameters
    ----------
    x : (B, ...) float
        Clean canvases, with any number of axes after the first.
    alpha_bar : float or (B,) float
        From 0 to 1; if it is an array, one for each canvas.
    noise : (B, ...) float
        Standard normal, of the shape of ``x``.

    Returns
    -------
    (B, ...) float
        The inputs stay as they were.

    Examples
    --------
    alpha_bar 0.36 keeps 0.6 of the picture and takes 0.8 of the noise: 0.6 * 10 + 0.8 * 5 = 10. The second canvas has
    alpha_bar 1 and stays clean.

    >>> noisy = add_noise(np.array([[10.0, 0.0], [7.0, 7.0]]), np.array([0.36, 1.0]), np.array([[5.0, 1.0], [3.0, 3.0]]))
    >>> np.allclose(noisy, [[10.0, 0.8], [7.0, 7.0]])
    True
    """
    # BEGIN SOLUTION
    kept = np.asarray(alpha_bar)
    # Axes of length 1 behind the first: NumPy would otherwise line up the B values with the last axis of x.
    kept = kept.reshape(kept.shape + (1,) * (x.ndim - kept.ndim))       # (B, 1, ...) or (1, 1, ...)
    return np.sqrt(kept) * x + np.sqrt(1.0 - kept) * noise              # (B, ...)
    # END SOLUTION


def diffusion_loss(predict, x, steps, noise, alpha_bar):
    """How far the predicted noise lies from the noise that was put in.

    Parameters
    ----------
    predict : callable
        ``predict(noisy, steps)`` -> the noise it sees, of the shape of ``noisy`` (B, ...). Ask it once, for the whole batch.
    x : (B, ...) float
        Clean canvases.
    steps : (B,) int64
        Canvas b gets as much noise as there is after step ``steps[b]``.
    noise : (B, ...) float
    alpha_bar : (N,) float
        Of every step.

    Returns
    -------
    float
        The mean of the squared differences, over every place of every canvas.

    Examples
    --------
    Somebody who always says "no noise" is wrong by 3 and by 4; the squares have the mean (9 + 16) / 2:

    >>> diffusion_loss(lambda noisy, steps: 0 * noisy, np.ones((1, 2)), np.array([0]), np.array([[3.0, 4.0]]), np.array([0.5]))
    12.5
    """
    # BEGIN SOLUTION
    noisy = add_noise(x, alpha_bar[steps], noise)                       # (B, ...)
    return float(np.mean((predict(noisy, steps) - noise) ** 2))
    # END SOLUTION


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    """One step back: from the noise level ``alpha_bar`` to the cleaner ``alpha_bar_next``.

    Parameters
    ----------
    x : (...) float
        Noisy canvases.
    predicted : (...) float
        The noise that the model sees in them.
    alpha_bar, alpha_bar_next : float
        Now and after this step: 0 < alpha_bar < alpha_bar_next <= 1.
    eta : float
        How much of the noise is fresh: 0 none (DDIM), 1 as much as in Ho et al. (DDPM).
    noise : (...) float
        The fresh noise, standard normal.

    Returns
    -------
    (...) float
        The inputs stay as they were.

    Notes
    -----
    Guess the clean canvas, then put back as much noise as belongs to the next level, in part old and in part fresh:

        clean = (x - sqrt(1 - ᾱ) predicted) / sqrt(ᾱ)
        sigma = eta sqrt((1 - ᾱ_next) / (1 - ᾱ)) sqrt(1 - ᾱ / ᾱ_next)
        x_next = sqrt(ᾱ_next) clean + sqrt(1 - ᾱ_next - sigma²) predicted + sigma noise

    The last two weights, squared, add up to 1 - ᾱ_next, whatever eta is. In the last step, ᾱ_next = 1, nothing is put back:
    the answer is ``clean``.

    Examples
    --------
    x is 0.6 * 5 + 0.8 * 1. The model sees the noise 1, so the clean canvas is 5, and the next one 0.8 * 5 + 0.6 * 1:

    >>> x, predicted, noise = np.array([3.8]), np.array([1.0]), np.array([9.0])
    >>> np.allclose(ddim_step(x, predicted, 0.36, 0.64, 0.0, noise), [4.6])
    True
    >>> np.allclose(ddim_step(x, predicted, 0.36, 1.0, 1.0, noise), [5.0])
    True
    """
    # BEGIN SOLUTION
    clean = (x - np.sqrt(1.0 - alpha_bar) * predicted) / np.sqrt(alpha_bar)                 # (...)
    sigma = eta * np.sqrt((1.0 - alpha_bar_next) / (1.0 - alpha_bar)) * np.sqrt(1.0 - alpha_bar / alpha_bar_next)
    # What is left for the old noise is never negative, but rounding could make it so.
    old = np.sqrt(max(1.0 - alpha_bar_next - sigma ** 2, 0.0))
    return np.sqrt(alpha_bar_next) * clean + old * predicted + sigma * noise                # (...)
    # END SOLUTION
