"""Noisy to clean: every place at every pass, a little.

Each pass asks the model for the clean picture behind the noisy one, and goes a step of the way: DDIM (Song, Meng and
Ermon, 2021), which needs no new noise and few passes, or DDPM (Ho, Jain and Abbeel, 2020), which throws some afresh.
With a label, the way can be exaggerated: guidance (Ho and Salimans, 2022).
"""

import numpy as np

from minigen.errors import expect_range, say
from minigen.nn import noise as noises
from minigen.protocols import NO_CONDITION


def diffusion(model, canvas, rng, condition=NO_CONDITION, *, passes=50, eta=0.0, guidance=1.0, clip=True):
    """Yield the canvas (B, T, C) after each pass: signals, each time at the next level of noise, the last one clean.

    Parameters
    ----------
    model
        A denoiser: ``denoise(x (B, T, C), alpha_bar (B,), condition)`` gives the clean canvases (B, T, C) that it sees.
    canvas : (B, T) int64
        Masks everywhere: diffusion has no prompt.
    passes : int
        Steps from noise to picture, evenly spread in the time of the cosine schedule.
    eta : float
        0 is DDIM, 1 is DDPM, between them a part of the noise is thrown afresh at each step.
    guidance : float
        0 ignores the label, 1 takes it as it is, more exaggerates it. Apart from 0 and 1 the model is asked both ways,
        in one batch; "without" is the label ``model.n_labels``. Where no label is given both answers are the same, and
        any weight is plain.
    clip : bool
        Hold each guess of the clean canvas between -1 and 1, where colours are.

    Notes
    -----
    The noise at the start is thrown first, whatever ``passes`` and ``eta`` are: with eta 0 the same luck
    gives nearly the same picture in more or fewer passes. Fresh noise comes from a child of ``rng``.
    """
    check(model, canvas, passes, eta, guidance)
    condition = condition or NO_CONDITION
    x = rng.standard_normal((*canvas.shape, model.channels))            # (B, T, C)
    fresh = rng.spawn(1)[0]
    path = noises.cosine_alpha_bar(np.linspace(1.0, 0.0, passes + 1))   # (N + 1,) from noise to clean
    for now, after in zip(path[:-1], path[1:]):
        clean = guess(model, x, now, condition, guidance)
        if clip:
            clean = np.clip(clean, -1.0, 1.0)
        predicted = (x - np.sqrt(now) * clean) / np.sqrt(1.0 - now)
        noise = fresh.standard_normal(x.shape) if eta else np.zeros_like(x)
        x = noises.ddim_step(x, predicted, now, after, eta, noise)
        yield x.astype(np.float32)


def guess(model, x, alpha_bar, condition, guidance=1.0):
    """The clean canvases (B, T, C) float64 behind x, all at one level of noise, with guidance."""
    n, labelled = len(x), getattr(model, "n_labels", 0) and condition.label is not None
    both = labelled and guidance not in (0.0, 1.0)
    if labelled and guidance != 1.0:
        nothing = condition._replace(label=np.full(n, model.n_labels))
        condition = _both(condition, nothing) if both else nothing
    asked = np.concatenate([x, x]) if both else x
    clean = np.asarray(model.denoise(asked, np.full(len(asked), alpha_bar), condition), np.float64)
    # The noise is a linear function of the clean guess: to guide one is to guide the other.
    return noises.guided(clean[:n], clean[n:], guidance) if both else clean


def _both(first, second):
    """Two conditions of a batch, one after the other."""
    return type(first)(*(None if a is None else np.concatenate([a, b]) for a, b in zip(first, second)))


def check(model, canvas, passes, eta, guidance):
    """Raise UserError for what diffusion cannot do."""
    if not hasattr(model, "denoise"):
        raise say("model", "a denoiser", type(model).__name__, "Diffusion takes noise out of pictures: train the model denoiser.")
    if (canvas != model.vocab_size).any():
        raise say("canvas", "every place open", "a prompt", "Diffusion paints the whole picture at once.")
    expect_range("passes", passes, 1, hint="How many steps from noise to picture?")
    expect_range("eta", eta, 0.0, 1.0, "0 throws no new noise (DDIM), 1 as much as DDPM.")
    expect_range("guidance", guidance, 0.0, hint="0 ignores the label, 1 takes it as it is, more exaggerates it.")
