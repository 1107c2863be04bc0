"""What a pixel may see: plain loops over rows, columns and taps."""

import math

import numpy as np
import pytest

from minigen.nn.causal_conv import (TAPS, CausalConv, NeighbourTable, PixelBlock, census, clear_edges, from_grid,
                                    neighbourhood, to_grid, visible_neighbours)
from minigen.nn.gradcheck import check_layer

SIZES = [(1, 1), (1, 4), (4, 1), (3, 4)]


def no_zeros(layer, rng):
    """Zero-initialised weights would hide a wrong gradient behind them."""
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    return layer


@pytest.mark.parametrize("height, width", SIZES)
def test_from_grid_undoes_to_grid(rng, height, width):
    """There and back changes nothing; the added row on top and column on the right are zero."""
    x = rng.standard_normal((2, height * width, 3))
    grid = to_grid(x, height, width)
    assert grid.shape == (2, height + 1, width + 1, 3)
    np.testing.assert_array_equal(from_grid(grid), x)
    for row, column in np.ndindex(height, width):
        np.testing.assert_array_equal(grid[:, row + 1, column], x[:, row * width + column])
    assert not grid[:, 0].any() and not grid[:, :, width].any()


def test_clear_edges_empties_the_edges_and_nothing_else(rng):
    """Row 0 and the last column become zero, in place; the picture stays."""
    grid = rng.standard_normal((2, 4, 5, 3))
    picture = from_grid(grid).copy()
    assert clear_edges(grid) is grid
    np.testing.assert_array_equal(grid, to_grid(picture, 3, 4))


@pytest.mark.parametrize("reach", [1, 2, 3])
def test_the_neighbourhood_is_every_pixel_before_this_one(reach):
    """All pixels at most ``reach`` away that stand earlier in raster order, each once."""
    want = [(row, column) for row in range(-reach, reach + 1) for column in range(-reach, reach + 1)
            if (row, column) < (0, 0)]
    assert sorted(neighbourhood(reach)) == want


@pytest.mark.parametrize("height, width", SIZES)
@pytest.mark.parametrize("reach", [1, 3])
def test_visible_neighbours_by_a_plain_loop(rng, height, width, reach):
    """Each tap holds the colour found there, or ``nothing`` outside the picture."""
    tokens = rng.integers(0, 9, (2, height * width))
    got = visible_neighbours(tokens, height, width, reach, nothing=9)
    assert got.shape == (2, height, width, len(neighbourhood(reach))) and got.dtype == np.int64
    for b, row, column in np.ndindex(2, height, width):
        for tap, (down, right) in enumerate(neighbourhood(reach)):
            r, c = row + down, column + right
            inside = 0 <= r < height and 0 <= c < width
            assert got[b, row, column, tap] == (tokens[b, r * width + c] if inside else 9)


def test_census_by_a_plain_loop(rng):
    """Place t holds log(1 + how often each colour stands before t); masks are no colour."""
    tokens = rng.integers(0, 5, (2, 11))                                       # id 4 is the mask of V = 4
    got = census(tokens, 4, np.float64)
    for b, t, colour in np.ndindex(2, 11, 4):
        assert got[b, t, colour] == pytest.approx(math.log(1 + tokens[b, :t].tolist().count(colour)), abs=1e-12)
    assert census(tokens, 4).dtype == np.float32


# ---- NeighbourTable

def test_neighbour_table_by_a_plain_loop(rng):
    """The rows of all (tap, colour) pairs are added up; backward gives dy to each of them."""
    layer, neighbours = NeighbourTable(3, 4, 5, rng, np.float64), rng.integers(0, 4, (2, 6, 3))
    y, cache = layer.forward(neighbours)
    dy, want = rng.standard_normal(y.shape), np.zeros((12, 5))
    for b, t in np.ndindex(2, 6):
        rows = [tap * 4 + neighbours[b, t, tap] for tap in range(3)]
        np.testing.assert_allclose(y[b, t], sum(layer.params["table"][row] for row in rows), rtol=1e-12, atol=1e-14)
        for row in rows:
            want[row] += dy[b, t]
    nothing, grads = layer.backward(cache, dy)
    assert nothing is None
    np.testing.assert_allclose(grads["table"], want, rtol=1e-12, atol=1e-14)
    assert check_layer(layer, neighbours, rng, samples=60) < 1e-6


@pytest.mark.twins
def test_neighbour_table_in_float32_equals_float64(rng):
    """The compiled look-ups of float32 give what NumPy gives in float64."""
    plain, fast = NeighbourTable(7, 5, 6, rng, np.float64), NeighbourTable(7, 5, 6, rng)
    plain.params["table"][...] = fast.params["table"]
    neighbours = rng.integers(0, 5, (3, 4, 4, 7))
    (y, cache), (fast_y, fast_cache) = plain.forward(neighbours), fast.forward(neighbours)
    dy = rng.standard_normal(y.shape).astype(np.float32)
    fast_grad = fast.backward(fast_cache, dy)[1]["table"]
    assert fast_y.dtype == fast_grad.dtype == np.float32 and fast_y.shape == y.shape
    np.testing.assert_allclose(fast_y, y, atol=1e-5)
    np.testing.assert_allclose(fast_grad, plain.backward(cache, dy.astype(np.float64))[1]["table"], atol=1e-4)


# ---- CausalConv and PixelBlock

@pytest.mark.parametrize("height, width", SIZES)
def test_causal_conv_equals_a_plain_convolution(rng, height, width):
    """y[p] is the sum over the taps inside the picture of x[p + tap] @ weight[tap], by five loops."""
    layer, x = CausalConv(2, 3, rng, np.float64), rng.standard_normal((2, height * width, 2))
    got = from_grid(layer.forward(to_grid(x, height, width))[0]).reshape(2, height, width, 3)
    picture, weight = x.reshape(2, height, width, 2), layer.params["weight"]
    for b, row, column in np.ndindex(2, height, width):
        want = np.zeros(3)
        for tap, (down, right) in enumerate(TAPS):
            r, c = row + down, column + right
            if 0 <= r < height and 0 <= c < width:
                want += [sum(picture[b, r, c, i] * weight[tap, i, o] for i in range(2)) for o in range(3)]
        np.testing.assert_allclose(got[b, row, column], want, rtol=1e-10, atol=1e-12)


class OnPictures:
    """A grid layer as its users see it: pixels in, pixels out, zero gradient on the edges."""

    def __init__(self, layer, height, width, seed=None):
        self.layer, self.params, self.size, self.seed = layer, layer.params, (height, width), seed

    def forward(self, x):                        # (B, H * W, D)
        dice = () if self.seed is None else (np.random.default_rng(self.seed),)
        y, cache = self.layer.forward(to_grid(x, *self.size), *dice)
        return from_grid(y), cache

    def backward(self, cache, dy):
        dx, grads = self.layer.backward(cache, to_grid(dy, *self.size))
        return from_grid(dx), grads


@pytest.mark.parametrize("height, width", SIZES)
def test_gradients_equal_finite_differences(rng, seed, height, width):
    """Convolution and block agree with central differences, with dropout thrown or not."""
    x = rng.standard_normal((2, height * width, 4))
    conv, block = CausalConv(4, 3, rng, np.float64), PixelBlock(4, 5, rng, np.float64, dropout=0.4)
    for layer, dice in [(conv, None), (block, None), (block, seed)]:
        assert check_layer(OnPictures(no_zeros(layer, rng), height, width, dice), x, rng, samples=40) < 1e-6


def test_two_blocks_in_a_row_ignore_what_stands_on_the_edges(rng):
    """The edges hold garbage after one block; a second one neither reads it nor sends gradients there."""
    blocks = [no_zeros(PixelBlock(4, 5, rng, np.float64), rng) for _ in range(2)]

    class Both:
        params = {f"{i}.{name}": param for i, block in enumerate(blocks) for name, param in block.params.items()}

        def forward(self, x):
            first, first_cache = blocks[0].forward(x)
            second, second_cache = blocks[1].forward(first)
            return second, (first_cache, second_cache)

        def backward(self, cache, dy):
            dy, second = blocks[1].backward(cache[1], dy)
            dy, first = blocks[0].backward(cache[0], dy)
            return dy, {f"{i}.{name}": grad for i, grads in enumerate((first, second)) for name, grad in grads.items()}

    assert check_layer(OnPictures(Both(), 3, 4), rng.standard_normal((2, 12, 4)), rng, samples=40) < 1e-6
    dirty = rng.standard_normal((2, 4, 5, 4))
    clean = clear_edges(dirty.copy())
    np.testing.assert_allclose(from_grid(Both().forward(dirty)[0]), from_grid(Both().forward(clean)[0]), rtol=1e-9)


def test_a_block_does_not_see_later_pixels(rng):
    """A change at pixel p moves nothing before p in raster order, nor a neighbour in another picture."""
    block, x = no_zeros(PixelBlock(4, 5, rng, np.float64), rng), rng.standard_normal((2, 12, 4))
    layer = OnPictures(block, 3, 4)
    before = layer.forward(x)[0]
    for p in range(12):
        changed = x.copy()
        changed[0, p:] += rng.standard_normal((12 - p, 4))
        after = layer.forward(changed)[0]
        np.testing.assert_allclose(after[0, :p], before[0, :p], rtol=0, atol=1e-12)
        np.testing.assert_allclose(after[1], before[1], rtol=0, atol=1e-12)
        assert np.abs(after[0, p] - before[0, p]).max() > 1e-6


def test_float32_stays_float32(rng):
    """No silent float64, on the way there or back."""
    for layer in (CausalConv(4, 4, rng), PixelBlock(4, 5, rng, dropout=0.0), PixelBlock(4, 5, rng, dropout=0.4)):
        dice = (rng,) if isinstance(layer, PixelBlock) else ()
        y, cache = layer.forward(to_grid(rng.standard_normal((2, 12, 4), np.float32), 3, 4), *dice)
        dx, grads = layer.backward(cache, np.ones_like(y))
        assert {part.dtype for part in (y, dx, *grads.values(), *layer.params.values())} == {np.dtype(np.float32)}


def test_a_new_block_is_the_identity(rng):
    """Its branch ends in zeros: before training a block hands its input on."""
    x = to_grid(rng.standard_normal((2, 12, 4), np.float32), 3, 4)
    np.testing.assert_array_equal(PixelBlock(4, 5, rng).forward(x)[0], x)
