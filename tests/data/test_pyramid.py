"""Pictures in several sizes, against loops over pixels."""

from collections import Counter
from fractions import Fraction
from math import floor

import numpy as np
import pytest

from minigen.data import pyramid
from minigen.errors import UserError

SHAPES = [((3, 4, 6), 2), ((2, 3, 9), 3), ((1, 5, 5), 5), ((2, 4, 4), 1)]      # pictures (B, H, W), factor


def block(picture, i, j, factor):
    """The colours of one block of a picture (H, W), in raster order."""
    return [int(picture[i * factor + di, j * factor + dj]) for di in range(factor) for dj in range(factor)]


def every_block(pictures, factor):
    """(b, i, j, colours) of every block of pictures (B, H, W)."""
    for b, picture in enumerate(pictures):
        for i in range(picture.shape[0] // factor):
            for j in range(picture.shape[1] // factor):
                yield b, i, j, block(picture, i, j, factor)


@pytest.mark.parametrize("shape, factor", SHAPES)
def test_a_coarse_pixel_is_the_most_frequent_colour(shape, factor, rng):
    """Of equally frequent ones the smaller id; few colours, so that there are many ties."""
    for n_colours in (2, 5):
        pictures = rng.integers(0, n_colours, shape)
        small = pyramid.shrink(pictures, factor, 5)
        assert small.shape == (shape[0], shape[1] // factor, shape[2] // factor)
        for b, i, j, colours in every_block(pictures, factor):
            assert small[b, i, j] == min(Counter(colours).items(), key=lambda item: (-item[1], item[0]))[0]


@pytest.mark.parametrize("shape, factor", SHAPES)
def test_a_coarse_grey_level_is_the_mean(shape, factor, rng):
    """Rounded, a half upwards, in exact fractions."""
    pictures = rng.integers(0, 17, shape)
    small = pyramid.shrink_levels(pictures, factor)
    for b, i, j, levels in every_block(pictures, factor):
        assert small[b, i, j] == floor(Fraction(sum(levels), len(levels)) + Fraction(1, 2))


@pytest.mark.parametrize("shape, factor", SHAPES)
def test_enlarged_pixels_are_blocks_that_shrink_back(shape, factor, rng):
    """enlarge repeats a pixel; both ways of shrinking undo it, and the picture stays as it was."""
    pictures = rng.integers(0, 5, shape)
    kept, large = pictures.copy(), pyramid.enlarge(pictures, factor)
    assert large.shape == (shape[0], shape[1] * factor, shape[2] * factor)
    for b, i, j, colours in every_block(large, factor):
        assert colours == [kept[b, i, j]] * factor ** 2
    np.testing.assert_array_equal(pyramid.shrink(large, factor, 5), kept)
    np.testing.assert_array_equal(pyramid.shrink_levels(large, factor), kept)
    np.testing.assert_array_equal(pictures, kept)


@pytest.mark.parametrize("shape, factor", SHAPES)
def test_blocks_are_cut_in_raster_order_and_joined_again(shape, factor, rng):
    """cut_into_blocks is the loop above; join_blocks undoes it for pixels of any kind."""
    pictures = rng.integers(0, 99, shape)
    blocks = pyramid.cut_into_blocks(pictures, factor)
    for b, i, j, colours in every_block(pictures, factor):
        assert blocks[b, i, j].tolist() == colours
    np.testing.assert_array_equal(pyramid.join_blocks(blocks, factor), pictures)
    scores = np.stack([blocks, -blocks], axis=-1)
    np.testing.assert_array_equal(pyramid.join_blocks(scores, factor), np.stack([pictures, -pictures], axis=-1))


@pytest.mark.parametrize("ordered", [False, True])
def test_each_size_is_the_next_one_shrunk(ordered, rng):
    """The largest is the picture itself, the smallest comes first; factors may differ."""
    pictures = rng.integers(0, 4, (3, 12, 6))
    sizes = pyramid.pyramid(pictures, (3, 2), 4, ordered)
    assert [size.shape for size in sizes] == [(3, 2, 1), (3, 6, 3), (3, 12, 6)]
    np.testing.assert_array_equal(sizes[2], pictures)
    for small, large, factor in zip(sizes, sizes[1:], (3, 2)):
        expected = pyramid.shrink_levels(large, factor) if ordered else pyramid.shrink(large, factor, 4)
        np.testing.assert_array_equal(small, expected)
        assert small.dtype == np.int64


def test_a_function_of_another_hand_can_be_seated(monkeypatch, rng):
    """pyramid looks shrink up when it is called, and takes any kind of integer."""
    monkeypatch.setattr(pyramid, "shrink", lambda pictures, factor, vocab_size: pictures[:, ::factor, ::factor].astype(np.int32))
    pictures = rng.integers(0, 4, (2, 4, 4))
    small, _ = pyramid.pyramid(pictures, (2,), 4)
    np.testing.assert_array_equal(small, pictures[:, ::2, ::2])
    assert small.dtype == np.int64


def test_factors_that_divide_both_sides():
    """Prime factors of the common divisor, the smallest for the last step, at most two of them."""
    assert pyramid.common_factors(8, 8) == (2, 2)
    assert pyramid.common_factors(6, 12) == (3, 2)
    assert pyramid.common_factors(7, 14) == (7,)
    assert pyramid.common_factors(64, 64, most=6) == (2,) * 6
    for height, width in np.random.default_rng(0).integers(2, 65, (50, 2)):
        if np.gcd(height, width) > 1:
            product = np.prod(pyramid.common_factors(height, width))
            assert height % product == width % product == 0
    with pytest.raises(UserError, match="common factor, got 8 x 9"):
        pyramid.common_factors(8, 9)
