"""Unit 14 · What a pixel may see · 一個像素看得到什麼

The idea. Drawn one by one in raster order (row after row from the top, each from left to right), a pixel knows the rows above
it and the pixels on its left, and nothing else. A network that is trained on whole pictures must be kept from seeing more:
it would learn to copy the answer instead of guessing it (PixelRNN and PixelCNN, van den Oord et al., 2016).
（由左到右、由上到下畫圖時，一個像素只看得到上面的橫排和左邊的像素。訓練時讓它多看到一點，它就會偷看答案。）

In the lecture. A machine draws Pokémon one pixel at a time, 各個擊破; given the upper half of one, it draws the lower half.

Which neighbours, exactly. First the ``reach`` rows above, from the top row down, each from ``reach`` columns left to ``reach``
columns right; then ``reach`` pixels on the left, the farthest first. Numbers count in that order, x is the pixel itself:

    reach 1:  0 1 2        reach 2:   0  1  2  3  4
              3 x                     5  6  7  8  9
                                     10 11  x

What would lie outside the picture is ``nothing``, an id of its own: it is neither colour 0 nor a pixel of the next row.

How half a picture is completed, exactly. The first ``rows`` rows stay, all others are masked. Then the model is asked once for
each open pixel, in raster order, with the canvas as it stands: masks where nothing has been drawn yet. Pixel t of picture b
is drawn with the die u[b, t], wherever the drawing began.

See your own code complete monsters:

    minigen sample sprites --size tiny --n 2 --complete --with exercises/u14_pixel_context.py
"""

import numpy as np

from minigen import maths


def pixel_context(tokens, height, width, reach, nothing):
    """The colours around every pixel that it may see.

    Parameters
    ----------
    tokens : (B, H W) int64
        Whole pictures in raster order: pixel (row, column) is token row * W + column.
    height, width : int
        H and W; they may differ.
    reach : int, at least 1
        How many rows up, and how many columns to the left and to the right. It may be larger than the picture.
    nothing : int
        The id that stands for what lies outside the picture.

    Returns
    -------
    (B, H, W, taps) int64
        taps = reach * (2 * reach + 1) + reach, in the order above. The tokens stay as they were.

    Examples
    --------
    A picture of two rows, 1 2 3 over 4 5 6. Pixel 5 sees 1, 2, 3 above it and 4 on its left; pixel 1 sees nothing at all, and
    on the upper right of pixel 6 the picture has ended:

    >>> seen = pixel_context(np.array([[1, 2, 3, 4, 5, 6]]), 2, 3, 1, 9)
    >>> seen.shape
    (1, 2, 3, 4)
    >>> seen[0, 1, 1].tolist(), seen[0, 0, 0].tolist(), seen[0, 1, 2].tolist()
    ([1, 2, 3, 4], [9, 9, 9, 9], [2, 3, 9, 5])
    """
    raise NotImplementedError("u14: your code here")


def complete(logits, tokens, rows, height, width, u, mask):
    """Keep the first rows of each picture and draw the others pixel by pixel.

    Parameters
    ----------
    logits : (canvas (B, H W) int64, place int) -> (B, V) float
        The model: scores of one place, given the canvas as it stands. It only reads the canvas.
    tokens : (B, H W) int64
        Pictures in raster order. Whatever stands below the first ``rows`` rows must not matter.
    rows : int, from 0 to H
        How many rows are kept: 0 draws the whole picture, H nothing at all.
    height, width : int
        H and W; they may differ.
    u : (B, H W) float64
        One die for each pixel, also for those that are kept: theirs are not used.
    mask : int
        The id that says "nothing here yet".

    Returns
    -------
    (B, H W) int64
        Whole pictures. The tokens stay as they were.

    Notes
    -----
    ``maths.sample_categorical(logits, u)`` draws a token for each row of scores (B, V) with dice (B,).

    Examples
    --------
    A model that is sure that each pixel has the colour of the one above it (two pixels to a row). The first row, 1 and 2,
    is kept and runs down; the zeros below it are forgotten:

    >>> def like_above(canvas, place):
    ...     return np.where(canvas[:, [place - 2]] == np.arange(3), 0.0, -np.inf)
    >>> given = np.array([[1, 2, 0, 0, 0, 0]])
    >>> complete(like_above, given, 1, 3, 2, np.full((1, 6), 0.5), 3).tolist()
    [[1, 2, 1, 2, 1, 2]]
    """
    raise NotImplementedError("u14: your code here")
