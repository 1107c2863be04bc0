"""Small to large: a small picture all at once, then a larger one all at once, given the small one.

The small picture decides what the whole is going to be; each larger one only adds detail, so that its pixels may be drawn
independently of each other and still fit together (Ho et al., 2022). As many passes as there are sizes, however many pixels.
"""

import numpy as np

from minigen import maths
from minigen.data import pyramid
from minigen.errors import say
from minigen.protocols import NO_CONDITION
from minigen.strategies.fill import throw_latent


def cascade(model, canvas, rng, condition=NO_CONDITION, *, temperature=1.0, top_k=None, top_p=None):
    """Yield the canvas (B, T) after each step of size, smaller pictures enlarged.

    Parameters
    ----------
    model
        With ``sizes``, a list of (height, width) from the smallest to that of the canvas, and
        ``step_logits(step, smaller, condition)``: ``models.routed.Cascade``.
    canvas : (B, T) int64
        All open: a picture begun is no smaller picture to go on from.
    temperature, top_k, top_p
        For the pixels of every step; see ``maths.adjust``.

    Notes
    -----
    The dice u (B, T) are those of the largest picture. The choice that the smallest picture shares and the dice of all smaller
    ones come from a child of ``rng``.
    """
    maths.check_adjust(temperature, top_k, top_p)
    if not hasattr(model, "step_logits"):
        raise say("model", "one with a network for each size (models.routed.Cascade)", type(model).__name__,
                  "This strategy goes from small pictures to large ones.")
    if (canvas != model.vocab_size).any():
        raise say("prompt", "none for this strategy", "places that are decided already",
                  "The smaller pictures are drawn first and would not know of them; one_by_one completes a picture.")
    u, luck = rng.random(canvas.shape), rng.spawn(1)[0]
    condition = (condition or NO_CONDITION)._replace(latent=throw_latent(model, len(canvas), condition, luck))
    height, _ = model.sizes[-1]
    smaller = None
    for step, (h, w) in enumerate(model.sizes):
        logits = model.step_logits(step, smaller, condition)                    # (B, h w, V)
        dice = u if h == height else luck.random((len(canvas), h * w))
        tokens = maths.sample_categorical(maths.adjust(logits, temperature, top_k, top_p), dice)
        smaller = tokens.reshape(-1, h, w)
        yield np.asarray(pyramid.enlarge(smaller, height // h)).reshape(canvas.shape)
