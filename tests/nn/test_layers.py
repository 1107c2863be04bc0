"""Small layers: finite differences for every backward, and one law for each forward."""

import math

import numpy as np
import pytest

from minigen.nn import layers_numba
from minigen.nn.gradcheck import check_layer
from minigen.nn.layers import MLP, Dropout, Embedding, Linear, RMSNorm, SquaredReLU, collect, prefix

FALSE_ALARM = 1e-6
D = 6


def no_zeros(layer, rng):
    """Zero-initialised weights would hide a wrong gradient behind them."""
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    return layer


LAYERS = {"linear": lambda rng, dtype: Linear(D, 4, rng, dtype),
          "linear without bias": lambda rng, dtype: Linear(D, 4, rng, dtype, bias=False),
          "linear that starts at zero": lambda rng, dtype: Linear(D, 4, rng, dtype, zero=True),
          "rms norm": lambda rng, dtype: RMSNorm(),
          "squared relu": lambda rng, dtype: SquaredReLU(),
          "mlp": lambda rng, dtype: MLP(D, 5, rng, dtype),
          "mlp with bias": lambda rng, dtype: MLP(D, 5, rng, dtype, bias=True),
          "dropout while sampling": lambda rng, dtype: Dropout(0.5)}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("shape", [(D,), (3, D), (2, 3, D)])
def test_gradients_equal_finite_differences(rng, name, shape):
    """Every backward agrees with central differences in float64, with any number of leading axes."""
    layer = no_zeros(LAYERS[name](rng, np.float64), rng)
    assert check_layer(layer, rng.standard_normal(shape), rng, samples=40) < 1e-6


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays_float32(rng, name):
    """No layer turns float32 into float64, on the way there or back."""
    layer = LAYERS[name](rng, np.float32)
    y, cache = layer.forward(rng.standard_normal((2, 3, D), np.float32))
    dx, grads = layer.backward(cache, np.ones_like(y))
    assert {y.dtype, dx.dtype, *(part.dtype for part in [*layer.params.values(), *grads.values()])} == {
        np.dtype(np.float32)}
    assert {key: grad.shape for key, grad in grads.items()} == {key: part.shape for key, part in layer.params.items()}


def test_linear_is_sums_of_products(rng):
    """y[j] = bias[j] + the sum over i of x[i] weight[i, j], by two plain loops."""
    layer, x = no_zeros(Linear(3, 2, rng, np.float64), rng), rng.standard_normal(3)
    weight, bias = layer.params["weight"], layer.params["bias"]
    want = [bias[j] + sum(x[i] * weight[i, j] for i in range(3)) for j in range(2)]
    np.testing.assert_allclose(layer.forward(x)[0], want, rtol=1e-13)


def test_linear_zero_starts_as_nothing(rng):
    """zero=True gives 0 for every input."""
    assert not Linear(D, 4, rng, zero=True).forward(np.ones((2, D), np.float32))[0].any()


def test_embedding_gives_rows_and_collects_gradients(rng):
    """Forward looks rows up; backward adds the gradients of an id that occurs twice."""
    layer, ids = Embedding(5, 3, rng, np.float64), np.array([[1, 4], [1, 1]])
    y, cache = layer.forward(ids)
    dy = rng.standard_normal((2, 2, 3))
    nothing, grads = layer.backward(cache, dy)
    want = np.zeros((5, 3))
    for b, t in np.ndindex(2, 2):
        np.testing.assert_array_equal(y[b, t], layer.params["table"][ids[b, t]])
        want[ids[b, t]] += dy[b, t]
    np.testing.assert_allclose(grads["table"], want, rtol=1e-13)
    assert nothing is None and check_layer(layer, ids, rng) < 1e-6
    layer = Embedding(5, 3, rng, scale=0.02)
    y, cache = layer.forward(ids)
    assert y.dtype == layer.backward(cache, y)[1]["table"].dtype == np.float32


@pytest.mark.parametrize("size", [1e-2, 1.0, 1e4])
def test_rms_norm_gives_root_mean_square_one(rng, size):
    """A vector of mean square m leaves with mean square m / (m + 1e-6), near 1, and keeps its direction."""
    x = size * rng.standard_normal((4, D))
    y, before = RMSNorm().forward(x)[0], (x ** 2).mean(-1)
    np.testing.assert_allclose((y ** 2).mean(-1), before / (before + 1e-6), rtol=1e-12)
    np.testing.assert_allclose(y / np.linalg.norm(y, axis=-1, keepdims=True),
                               x / np.linalg.norm(x, axis=-1, keepdims=True), rtol=1e-12)


def test_rms_norm_of_zero_is_zero():
    """A vector of zeros has no direction: it stays, and its gradient is finite."""
    y, cache = RMSNorm().forward(np.zeros((2, D)))
    assert not y.any() and np.isfinite(RMSNorm().backward(cache, np.ones((2, D)))[0]).all()


def test_squared_relu():
    """Negative numbers become 0, positive ones their square."""
    assert SquaredReLU().forward(np.array([-2.0, 0.0, 3.0]))[0].tolist() == [0.0, 0.0, 9.0]


def test_dropout_without_rng_is_the_identity(rng):
    """While sampling nothing is silenced; nor is it with a share of 0."""
    x = rng.standard_normal((3, D))
    assert Dropout(0.9).forward(x)[0] is x
    assert Dropout(0.0).forward(x, rng)[0] is x


def test_dropout_scales_what_it_keeps_and_sends_gradients_the_same_way(seed):
    """Each value is 0 or x / (1 - share), and backward multiplies dy by the same numbers."""
    layer, x = Dropout(0.25), np.full((50, 8), 3.0)
    y, cache = layer.forward(x, np.random.default_rng(seed))
    assert set(np.unique(y)) == {0.0, 4.0}
    np.testing.assert_array_equal(layer.backward(cache, x)[0], y)
    again = layer.forward(x, np.random.default_rng(seed))[0]
    np.testing.assert_array_equal(again, y)
    single = layer.forward(x.astype(np.float32), np.random.default_rng(seed))[0]
    assert single.dtype == np.float32 and ((single == 0) == (y == 0)).all()


@pytest.mark.statistical
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_dropout_keeps_the_mean(rng, share):
    """The mean of 20,000 ones stays 1, within Hoeffding's bound: false alarm below 1e-6."""
    n = 20_000
    y = Dropout(share).forward(np.ones(n), rng)[0]
    assert abs(y.mean() - 1.0) < math.sqrt(math.log(2 / FALSE_ALARM) / (2 * n)) / (1 - share)


def test_collect_shares_the_arrays(rng):
    """The params of a big layer are the same arrays as those of its parts, under longer names."""
    up, down = Linear(2, 3, rng), Linear(3, 2, rng, bias=False)
    params = collect(up=up, down=down)
    assert list(params) == ["up.weight", "up.bias", "down.weight"]
    assert params["up.weight"] is up.params["weight"]
    assert prefix("a", {"b": 1}) == {"a.b": 1}


def test_a_layer_can_be_used_twice_in_one_pass(rng):
    """Nothing is kept between the calls: each backward uses the cache it is given."""
    layer = no_zeros(MLP(D, 5, rng, np.float64), rng)
    first, second = rng.standard_normal((2, 3, D))
    dy = rng.standard_normal((3, D))
    alone = layer.backward(layer.forward(first)[1], dy)
    _, cache = layer.forward(first)
    layer.forward(second)
    again = layer.backward(cache, dy)
    np.testing.assert_array_equal(again[0], alone[0])
    for name in layer.params:
        np.testing.assert_array_equal(again[1][name], alone[1][name])


@pytest.mark.twins
def test_compiled_layers_equal_the_plain_ones(rng):
    """For one vector, the helpers of the sampling loops give what the layers give."""
    x, y = rng.standard_normal(D, np.float32), np.empty(D, np.float32)
    layers_numba.rms_norm(x, y)
    np.testing.assert_allclose(y, RMSNorm().forward(x)[0], rtol=1e-5)
    linear, out = no_zeros(Linear(D, 4, rng), rng), np.empty(4, np.float32)
    layers_numba.set_to(out, np.float32(0.0))
    layers_numba.add_to(out, linear.params["bias"])
    layers_numba.add_product(x, linear.params["weight"], out)
    np.testing.assert_allclose(out, linear.forward(x)[0], atol=1e-5)
    layers_numba.squared_relu(y)
    np.testing.assert_allclose(y, SquaredReLU().forward(RMSNorm().forward(x)[0])[0], rtol=1e-5)
