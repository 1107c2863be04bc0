"""Unit 20 · Small to large · 從小圖到大圖

The idea. A cascade (Ho et al., 2022, there with diffusion models) draws a small picture first and a large one after it, given
the small one. The small picture decides, one pixel after the other, what the whole is going to be; the large one only adds
detail, so its pixels can all be drawn at once and still fit together.
（小圖一個像素一個像素畫，先決定整張圖是什麼；大圖看著小圖，所有像素一次畫完，還是合得起來。）

In the lecture. This is 「N 次到位」, small to large: 各個擊破 for the few large decisions, 一次到位 for the many small ones.
Imagen Video is a cascade like this. A picture of 20 x 20 needs 400 passes one by one; from a small one of 5 x 5 it needs 25 + 1.

The rules, exactly.

- A coarse pixel is the *most frequent* colour of its block of ``factor`` x ``factor`` pixels; of equally frequent ones the
  smaller id. Colours are names, not amounts: there is no mean of them.
- The coarse picture is drawn in raster order, row by row from left to right; the model sees -1 where nothing is drawn yet.
  The pixel in row i and column j has the die u_coarse[b, i, j].
- Then the fine model is asked once, with the finished coarse picture, and every fine pixel is drawn with its own die.
- log p(coarse and fine) = log p(coarse) + log p(fine | coarse), in nats. Given the coarse picture the fine pixels are
  independent, so their log-probabilities add up.

See it at work: a coarse pixel copies its left neighbour nine times out of ten, a fine one its coarse pixel more often still.

    import numpy as np
    from u20_cascade import cascade, enlarge

    def coarse_logits(canvas, place):                   # (B, 16), int -> (B, 2)
        again = 0.9 if place % 4 else 0.5               # the first of a row is a coin
        return np.log(np.where(canvas[:, place - 1, None] == np.arange(2), again, 1 - again))

    def fine_logits(coarse):                            # (B, 4, 4) -> (B, 16, 16, 2)
        return np.log(np.where(enlarge(coarse, 4)[..., None] == np.arange(2), 0.95, 0.05))

    rng = np.random.default_rng()
    coarse, fine = cascade(coarse_logits, fine_logits, rng.random((1, 4, 4)), rng.random((1, 16, 16)))
    for row in fine[0]:
        print("".join(".#"[pixel] for pixel in row))
"""

import numpy as np

from minigen import maths


def shrink(pictures, factor, vocab_size):
    """A small picture of each picture: the most frequent colour of every block.

    Parameters
    ----------
    pictures : (B, H, W) int
        Colour ids from 0 to V - 1. H and W are multiples of ``factor``.
    factor : int
        Side of a block, f.
    vocab_size : int
        V, the number of colours.

    Returns
    -------
    (B, H / f, W / f) int
        Of equally frequent colours the smaller id.

    Examples
    --------
    In the left block 3 is most frequent; in the right one 1 and 2 are, twice each:

    >>> shrink(np.array([[[3, 0, 2, 1],
    ...                   [3, 3, 1, 2]]]), 2, 4).tolist()
    [[[3, 1]]]
    """
    raise NotImplementedError("u20: your code here")


def enlarge(pictures, factor):
    """A large picture of each picture: every pixel becomes a block of its colour.

    Parameters
    ----------
    pictures : (B, H, W) int
    factor : int
        Side of a block, f.

    Returns
    -------
    (B, H * f, W * f) int

    Examples
    --------
    >>> enlarge(np.array([[[5, 7]]]), 2).tolist()
    [[[5, 5, 7, 7], [5, 5, 7, 7]]]
    """
    raise NotImplementedError("u20: your code here")


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    """Draw small pictures one pixel after the other, then large ones all at once.

    Parameters
    ----------
    coarse_logits : callable (canvas (B, h * w) int, place int) -> (B, V) float
        Scores for the coarse pixel ``place``, counted in raster order; the canvas holds -1 where nothing is drawn yet.
    fine_logits : callable (coarse (B, h, w) int) -> (B, H, W, V) float
        Scores for all fine pixels, given the coarse picture. Asked once.
    u_coarse : (B, h, w) float64
        One die for each coarse pixel, uniform in [0, 1).
    u_fine : (B, H, W) float64
        One die for each fine pixel.

    Returns
    -------
    coarse : (B, h, w) int
    fine : (B, H, W) int

    Examples
    --------
    The first coarse pixel is a coin; the second one repeats it, which the die cannot change. The fine pixels are darker
    (token 1, with probability 0.75) where their coarse pixel is 1:

    >>> def coarse_logits(canvas, place):
    ...     return np.zeros((1, 2)) if place == 0 else np.where(canvas[:, :1] == np.arange(2), 0.0, -np.inf)
    >>> def fine_logits(coarse):
    ...     return np.log(np.where(enlarge(coarse, 2)[..., None] == np.arange(2), 0.75, 0.25))
    >>> u_fine = np.array([[[0.1, 0.3, 0.2, 0.9], [0.3, 0.3, 0.3, 0.3]]])
    >>> coarse, fine = cascade(coarse_logits, fine_logits, np.array([[[0.6, 0.1]]]), u_fine)
    >>> coarse.tolist()
    [[[1, 1]]]
    >>> fine.tolist()
    [[[0, 1, 0, 1], [1, 1, 1, 1]]]
    """
    raise NotImplementedError("u20: your code here")


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    """Log-probability of a coarse picture and a fine one together.

    Parameters
    ----------
    coarse_log_prob : (B,) float64
        log p(coarse) in nats, already known.
    fine_logits : callable (coarse (B, h, w) int) -> (B, H, W, V) float
        As in ``cascade``.
    coarse : (B, h, w) int
    fine : (B, H, W) int

    Returns
    -------
    (B,) float64
        Nats, summed over pixels.

    Examples
    --------
    The coarse pixel has probability 0.5; given it, each of four fine pixels is token 1 with probability 0.75:

    >>> def fine_logits(coarse):
    ...     return np.log(np.tile([0.25, 0.75], (1, 2, 2, 1)))
    >>> got = cascade_log_prob(np.log([0.5]), fine_logits, np.array([[[1]]]), np.array([[[1, 1], [0, 1]]]))
    >>> np.allclose(np.exp(got), 0.5 * 0.75 * 0.75 * 0.25 * 0.75)
    True
    """
    raise NotImplementedError("u20: your code here")
