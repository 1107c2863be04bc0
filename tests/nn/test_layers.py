"""Small layers: finite differences for every backward, and one law for each forward."""

import math

import numpy as np
import pytest

from minigen.nn import layers_numba
from minigen.nn.gradcheck import check_layer
from minigen.nn.layers import MLP, Dropout, Embedding, Labels, Linear, RMSNorm, SquaredReLU, collect, prefix

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


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_labels_add_one_row_for_each_part(rng, parts):
    """Part p of a canvas with label l adds row l of the p-th table; backward gives each of these rows the same gradient."""
    layer, label = Labels(4, parts, D, rng, np.float64), rng.integers(0, 4, (5, parts)[:parts])
    y, cache = layer.forward(label)
    dy = rng.standard_normal((5, D))
    nothing, grads = layer.backward(cache, dy)
    (name, rows), = layer.params.items()
    want, dwant = np.zeros((5, D)), np.zeros((4 * parts, D))
    for b, told in enumerate(label.reshape(5, parts)):
        for part, which in enumerate(told):
            want[b] += rows[4 * part + which]
            dwant[4 * part + which] += dy[b]
    np.testing.assert_allclose(y, want, rtol=1e-13)
    np.testing.assert_allclose(grads[name], dwant, rtol=1e-13, atol=1e-15)
    assert nothing is None and check_layer(layer, label, rng, samples=4 * parts * D) < 1e-6
    single = Labels(4, parts, D, rng)
    y, cache = single.forward(label)
    assert y.dtype == single.backward(cache, y)[1][name].dtype == np.float32


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


SWEPT = {"rms norm": lambda rng, dtype: RMSNorm(), "squared relu": lambda rng, dtype: SquaredReLU(),
         "mlp": lambda rng, dtype: MLP(D, 5, rng, dtype)}


@pytest.mark.twins
@pytest.mark.parametrize("name", SWEPT)
@pytest.mark.parametrize("order", ["C", "F"])
def test_compiled_sweeps_of_training_equal_the_plain_form(rng, name, order):
    """In float32 a layer says, there and back, what it says in float64, however its input lies in memory."""
    single, double = SWEPT[name](rng, np.float32), SWEPT[name](rng, np.float64)
    for key, param in single.params.items():
        param[...] = rng.standard_normal(param.shape)
        double.params[key][...] = param
    x, dy = (np.asarray(rng.standard_normal((3, 4, D)), np.float32, order) for _ in range(2))
    y, cache = single.forward(x)
    dx, grads = single.backward(cache, dy)
    wide_y, wide_cache = double.forward(x.astype(np.float64))
    wide_dx, wide_grads = double.backward(wide_cache, dy.astype(np.float64))
    np.testing.assert_allclose(y, wide_y, atol=1e-5 * (1 + np.abs(wide_y).max()))
    np.testing.assert_allclose(dx, wide_dx, atol=1e-5 * (1 + np.abs(wide_dx).max()))
    for key, grad in grads.items():
        np.testing.assert_allclose(grad, wide_grads[key], atol=1e-5 * (1 + np.abs(wide_grads[key]).max()))


@pytest.mark.twins
def test_the_gradient_of_a_table_adds_up_where_an_id_comes_twice(rng):
    """Embedding in float32: each row of the gradient is the sum over the places that used it."""
    layer, ids, dy = Embedding(5, D, rng), rng.integers(0, 5, (4, 7)), rng.standard_normal((4, 7, D), np.float32)
    want = np.array([dy[ids == row].sum(axis=0, dtype=np.float64) for row in range(5)])
    np.testing.assert_allclose(layer.backward(layer.forward(ids)[1], dy)[1]["table"], want, atol=1e-5)


def test_linear_leaves_out_what_nobody_asks_for(rng):
    """inputs=False: the same gradients of the weights, none of x."""
    layer, x, dy = Linear(D, 4, rng), rng.standard_normal((3, D), np.float32), rng.standard_normal((3, 4), np.float32)
    dx, grads = layer.backward(layer.forward(x)[1], dy)
    nothing, same = layer.backward(layer.forward(x)[1], dy, inputs=False)
    assert dx is not None and nothing is None
    for key, grad in grads.items():
        np.testing.assert_array_equal(same[key], grad)


@pytest.mark.twins
@pytest.mark.parametrize("rows", [1, 3, 4, 7, 8])
@pytest.mark.parametrize("n_in, n_out", [(1, 1), (3, 7), (16, 2), (40, 33)])
def test_products_of_a_few_rows(rng, rows, n_in, n_out):
    """x @ weight.T for any number of rows, inputs and outputs; add_products adds to what is there."""
    x, weight, y = (rng.standard_normal(shape, np.float32) for shape in ((rows, n_in), (n_out, n_in), (rows, n_out)))
    want = x.astype(np.float64) @ weight.T
    added = y + want
    layers_numba.add_products(x, weight, y)
    np.testing.assert_allclose(y, added, atol=1e-4)
    layers_numba.products(x, weight, y)
    np.testing.assert_allclose(y, want, atol=1e-4)


@pytest.mark.twins
@pytest.mark.parametrize("n_in", [1, 4, 6, 9])
def test_product_of_one_row(rng, n_in):
    """y += x @ weight, by fours and the rest."""
    x, weight, y = rng.standard_normal(n_in, np.float32), rng.standard_normal((n_in, 5), np.float32), np.ones(5, np.float32)
    layers_numba.add_product(x, weight, y)
    np.testing.assert_allclose(y, 1 + x.astype(np.float64) @ weight, atol=1e-5)


@pytest.mark.twins
def test_rows_begin_at_whole_cache_lines():
    """empty_rows starts at a multiple of 64 bytes, in the shape that was asked for."""
    for rows, columns in ((1, 1), (3, 5), (8, 128)):
        array = layers_numba.empty_rows(rows, columns)
        assert array.shape == (rows, columns) and array.dtype == np.float32
        assert array.ctypes.data % 64 == 0 and array.flags.c_contiguous
