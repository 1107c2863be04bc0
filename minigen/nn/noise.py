"""Noise: how much of a picture is left, how to put it in, how to take one step back, and how to lean on a label.

A noisy canvas is sqrt(alpha_bar) of the clean one and sqrt(1 - alpha_bar) of standard normal noise (Ho, Jain and
Abbeel, 2020): alpha_bar is the share of the signal's variance that is left, 1 clean and 0 nothing but noise. The model
that learns to take noise out is ``models.denoiser``, the strategy that walks from noise to a picture ``strategies.diffusion``.
"""

import numpy as np

from minigen import maths

OFFSET = 0.008          # keeps the last steps before the clean picture from being too small (Nichol and Dhariwal, 2021)
LEAST = 1e-4            # alpha_bar at time 1: at 0 the clean canvas would be divided by nothing


def alpha_bars(betas):
    """What is left of the signal's variance after each step that replaces the share betas[n] of it: (N,) of (N,)."""
    return np.cumprod(1.0 - betas)                                      # (N,)


def cosine_alpha_bar(t):
    """alpha_bar at time t, from 1 (clean) at 0 to almost nothing at 1: the cosine schedule (Nichol and Dhariwal, 2021)."""
    left = np.cos(0.5 * np.pi * (np.asarray(t) + OFFSET) / (1.0 + OFFSET)) ** 2 / np.cos(0.5 * np.pi * OFFSET / (1.0 + OFFSET)) ** 2
    return LEAST + (1.0 - LEAST) * left                                 # falls all the way


def add_noise(x, alpha_bar, noise):
    """Jump from clean canvases to noisy ones: sqrt(alpha_bar) of them, sqrt(1 - alpha_bar) of the noise.

    Parameters
    ----------
    x, noise : (B, ...) float
    alpha_bar : float or (B,) float
        From 0 to 1; an array has one for each canvas.
    """
    kept = np.asarray(alpha_bar)
    # Axes of length 1 behind the first: NumPy would otherwise line up the B values with the last axis of x.
    kept = kept.reshape(kept.shape + (1,) * (x.ndim - kept.ndim))       # (B, 1, ...) or (1, 1, ...)
    return np.sqrt(kept) * x + np.sqrt(1.0 - kept) * noise              # (B, ...)


def diffusion_loss(predict, x, steps, noise, alpha_bar):
    """Mean squared difference between the noise that was put in and what ``predict(noisy, steps)`` sees.

    Canvas b of x (B, ...) gets as much noise as there is after step ``steps[b]``: alpha_bar (N,) of that step.
    """
    noisy = add_noise(x, alpha_bar[steps], noise)                       # (B, ...)
    return float(np.mean((predict(noisy, steps) - noise) ** 2))


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    """One step back, from the noise level ``alpha_bar`` to the cleaner ``alpha_bar_next``.

    Guess the clean canvas, then put back as much noise as belongs to the next level, in part old and in part fresh
    (Song, Meng and Ermon, 2021, equation 12).

    Parameters
    ----------
    x : (...) float
        Noisy canvases.
    predicted : (...) float
        The noise that the model sees in them.
    alpha_bar, alpha_bar_next : float
        0 < alpha_bar < alpha_bar_next <= 1.
    eta : float
        How much of the noise is fresh: 0 none (DDIM), 1 as much as in Ho et al. (DDPM).
    noise : (...) float
        The fresh noise, standard normal.
    """
    clean = (x - np.sqrt(1.0 - alpha_bar) * predicted) / np.sqrt(alpha_bar)                 # (...)
    sigma = eta * np.sqrt((1.0 - alpha_bar_next) / (1.0 - alpha_bar)) * np.sqrt(1.0 - alpha_bar / alpha_bar_next)
    # What is left for the old noise is never negative, but rounding could make it so.
    old = np.sqrt(max(1.0 - alpha_bar_next - sigma ** 2, 0.0))
    return np.sqrt(alpha_bar_next) * clean + old * predicted + sigma * noise                # (...)


def drop_condition(labels, u, share, nothing):
    """Hide the label (B,) of canvases whose die u (B,) is below ``share``: it becomes the id ``nothing``.

    A network that is trained so learns both, what is likely with the label and what without (Ho and Salimans, 2022).
    """
    return np.where(u < share, nothing, labels)                         # (B,)


def guided(told, untold, weight):
    """From what is said without the condition, ``weight`` times the way to what is said with it.

    Weight 0 ignores the condition, 1 takes it as it is, more exaggerates it (Ho and Salimans, 2022, who write 1 + w).
    Where ``told`` is -inf (impossible), so is the result, unless the weight is 0.
    """
    if weight == 0:
        return untold.copy()                                            # 0 * -inf would be NaN
    with np.errstate(invalid="ignore"):                                 # so would -inf - -inf, …
        mixed = untold + weight * (told - untold)
    return np.where(told == -np.inf, told, mixed)                       # … which is not taken


def guided_sample(told_logits, untold_logits, weight, u):
    """Draw tokens (...) with guidance: in proportion to untold * (told / untold) ** weight, one die u (...) each."""
    told = maths.log_softmax(told_logits.astype(np.float64))            # (..., V)
    untold = maths.log_softmax(untold_logits.astype(np.float64))
    return maths.sample_categorical(guided(told, untold, weight), u)    # (...)
