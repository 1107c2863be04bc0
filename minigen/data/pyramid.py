"""One picture in several sizes: the small ones say what it is, the large ones add the detail.

A pixel of a smaller picture stands for a block of the larger one: by its most frequent colour where colours are names, by
its mean where they are grey levels.
"""

import math

import numpy as np

from minigen.errors import say


def shrink(pictures, factor, vocab_size):
    """A small picture of each picture: the most frequent colour of every block.

    Colours are names, not amounts: there is no mean of them.

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
    """
    blocks = cut_into_blocks(pictures, factor)                                  # (B, H / f, W / f, f f)
    counts = (blocks[..., None] == np.arange(vocab_size)).sum(axis=3)           # (B, H / f, W / f, V)
    return counts.argmax(axis=-1)                                               # the first of equal ones


def shrink_levels(pictures, factor):
    """A small picture (B, H / f, W / f) of each picture of grey levels: the mean of every block, a half rounded up."""
    area = factor * factor
    return (2 * cut_into_blocks(pictures, factor).sum(axis=3) + area) // (2 * area)


def enlarge(pictures, factor):
    """A large picture of each picture: (B, H, W) -> (B, H f, W f), every pixel becomes a block of its colour."""
    return pictures.repeat(factor, axis=1).repeat(factor, axis=2)


def pyramid(pictures, factors, vocab_size, ordered=False):
    """Pictures (B, H, W) in all sizes, the smallest first.

    Parameters
    ----------
    factors : sequence of int
        How many times larger each size is than the one before: from 5 x 5 to 10 x 10 to 20 x 20 it is (2, 2).
    ordered : bool
        Colours are grey levels, and a smaller picture holds their means.

    Returns
    -------
    list of (B, h, w) int64, one longer than ``factors``
    """
    sizes = [pictures]
    for factor in reversed(factors):
        smaller = shrink_levels(sizes[-1], factor) if ordered else shrink(sizes[-1], factor, vocab_size)
        sizes.append(np.asarray(smaller, np.int64))
    return sizes[::-1]


def cut_into_blocks(pictures, factor):
    """The pixels of each block together, in raster order: (B, H, W) -> (B, H / f, W / f, f f)."""
    n, height, width = pictures.shape
    blocks = pictures.reshape(n, height // factor, factor, width // factor, factor).swapaxes(2, 3)
    return blocks.reshape(n, height // factor, width // factor, factor * factor)


def join_blocks(blocks, factor):
    """Undo ``cut_into_blocks``, whatever a pixel is: (B, h, w, f f, ...) -> (B, h f, w f, ...)."""
    n, height, width, _, *pixel = blocks.shape
    lines = blocks.reshape(n, height, width, factor, factor, *pixel).swapaxes(2, 3)
    return lines.reshape(n, height * factor, width * factor, *pixel)


def common_factors(height, width, most=2):
    """Factors of a pyramid over pictures of this size: up to ``most`` prime ones, the last step the smallest.

    >>> common_factors(20, 20)
    (2, 2)
    >>> common_factors(15, 30)
    (5, 3)
    """
    found, left = [], math.gcd(height, width)
    for factor in range(2, left + 1):
        while left % factor == 0:
            found.append(factor)
            left //= factor
    if not found:
        raise say("size of the pictures", "height and width with a common factor", f"{height} x {width}",
                  "A pixel of the small picture stands for a square block of the large one.")
    return tuple(found[:most][::-1])
