"""Blocks and stacks: gradients through everything, nothing of the future, nothing silent."""

import numpy as np
import pytest

from minigen.nn.gradcheck import check_layer
from minigen.nn.transformer import Block, Transformer

D, HEADS = 8, 2


def no_zeros(layer, rng):
    """Zero-initialised branches would hide wrong gradients behind them."""
    for param in layer.params.values():
        param[...] = 0.5 * rng.standard_normal(param.shape)
    return layer


class SameDice:
    """A layer that throws the same dropout dice at every call, so that it can be nudged."""

    def __init__(self, layer, seed):
        self.layer, self.params, self.backward, self.seed = layer, layer.params, layer.backward, seed

    def forward(self, x):
        return self.layer.forward(x, np.random.default_rng(self.seed))


@pytest.mark.parametrize("window, length", [(None, 4), (3, 3), (3, 7)])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_gradients_equal_finite_differences(rng, seed, window, length, dropout):
    """A block and a stack of two agree with central differences, with dropout thrown or not.

    The bound is 1e-5, not 1e-6: two softmaxes in a row bend so sharply that the error of the difference itself
    (it falls to a quarter with half the step) can pass 1e-6.
    """
    x = rng.standard_normal((2, length, D))
    for layer in (Block(D, HEADS, window, rng, np.float64, dropout),
                  Transformer(2, D, HEADS, window, rng, np.float64, dropout)):
        assert check_layer(SameDice(no_zeros(layer, rng), seed), x, rng, samples=4) < 1e-5


@pytest.mark.parametrize("length", [3, 8])
def test_a_causal_stack_does_not_move_when_the_future_does(rng, length):
    """Whatever comes after place t, the outputs up to t stay; the output at t does move with place t."""
    layer, x = no_zeros(Transformer(2, D, HEADS, 3, rng, np.float64), rng), rng.standard_normal((2, length, D))
    before = layer.forward(x)[0]
    for t in range(length):
        changed = x.copy()
        changed[:, t:] = rng.standard_normal((2, length - t, D))
        after = layer.forward(changed)[0]
        np.testing.assert_allclose(after[:, :t], before[:, :t], rtol=0, atol=1e-12)
        assert np.abs(after[:, t] - before[:, t]).max() > 1e-6


def test_each_layer_reaches_window_minus_one_places_further(rng):
    """Two layers with a window of 3 see 4 places back and no more."""
    layer, x = no_zeros(Transformer(2, D, HEADS, 3, rng, np.float64), rng), rng.standard_normal((1, 9, D))
    for i in range(2):
        layer.params[f"block{i}.attention.query.weight"][...] = 0.0            # equal weights: no place is overlooked
    changed = x.copy()
    changed[:, 0] = rng.standard_normal(D)
    moved = np.abs(layer.forward(changed)[0] - layer.forward(x)[0]).max(axis=(0, 2))
    assert (moved[:5] > 1e-9).all() and (moved[5:] < 1e-12).all()


def test_without_a_window_the_first_place_sees_the_last(rng):
    """window=None is not causal."""
    layer, x = no_zeros(Transformer(1, D, HEADS, None, rng, np.float64), rng), rng.standard_normal((1, 5, D))
    layer.params["block0.attention.query.weight"][...] = 0.0                   # equal weights: no place is overlooked
    changed = x.copy()
    changed[:, 4] = rng.standard_normal(D)
    assert np.abs(layer.forward(changed)[0] - layer.forward(x)[0])[:, 0].max() > 1e-6


def test_a_new_block_is_the_identity(rng):
    """Both branches end in zeros: before training a block hands its input on."""
    x = rng.standard_normal((2, 5, D), np.float32)
    np.testing.assert_array_equal(Block(D, HEADS, 3, rng).forward(x)[0], x)


def test_dropout_is_thrown_only_with_rng(rng):
    """Without rng the same input gives the same output; with it, another one."""
    layer, x = no_zeros(Transformer(1, D, HEADS, 3, rng, np.float64, dropout=0.5), rng), rng.standard_normal((2, 5, D))
    np.testing.assert_array_equal(layer.forward(x)[0], layer.forward(x)[0])
    assert np.abs(layer.forward(x, rng)[0] - layer.forward(x)[0]).max() > 1e-6


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_float32_stays_float32(rng, dropout):
    """No silent float64, with dropout or without; every parameter has a gradient of its shape."""
    layer = Transformer(2, D, HEADS, 3, rng, dropout=dropout)
    y, cache = layer.forward(rng.standard_normal((2, 7, D), np.float32), rng)
    dx, grads = layer.backward(cache, np.ones_like(y))
    assert {part.dtype for part in (y, dx, *grads.values(), *layer.params.values())} == {np.dtype(np.float32)}
    assert {name: grad.shape for name, grad in grads.items()} == {
        name: param.shape for name, param in layer.params.items()}
