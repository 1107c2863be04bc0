"""Optimisers: steps by hand in plain Python, singular values, and the shape of the schedule."""

import math

import numpy as np
import pytest

from minigen.nn.optimisers import Adam, Muon, clip, blend, orthogonalise, warmup_then_linear


# ---- Adam

def test_two_steps_of_adam_by_hand():
    """Two steps with decay and a changing rate, written out in plain Python floats."""
    param, grads = np.array([1.5]), [0.3, -0.7]
    adam = Adam(learning_rate=0.1, beta1=0.9, beta2=0.99, decay=0.2, epsilon=1e-8)
    x, first, second = 1.5, 0.0, 0.0
    for t, (g, rate) in enumerate(zip(grads, [1.0, 0.5]), start=1):
        adam.rate = rate
        adam.step({"x": param}, {"x": np.array([g])})
        first = 0.9 * first + 0.1 * g
        second = 0.99 * second + 0.01 * g * g
        x = x - rate * 0.1 * 0.2 * x                                           # decay, decoupled from the gradient
        x = x - rate * 0.1 * (first / (1 - 0.9 ** t)) / (math.sqrt(second / (1 - 0.99 ** t)) + 1e-8)
        assert param[0] == pytest.approx(x, rel=1e-12)


def test_the_first_step_of_adam_is_the_learning_rate():
    """Whatever the size of the gradient, the first step has the size of the learning rate, against its sign."""
    for size in (1e-4, 1.0, 1e4):
        param = np.zeros(2)
        Adam(0.01).step({"x": param}, {"x": np.array([size, -size])})
        np.testing.assert_allclose(param, [-0.01, 0.01], rtol=1e-3)


@pytest.mark.twins
@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 4)])
def test_adam_in_float32_equals_float64(rng, shape):
    """The compiled sweep stays within 1e-5 of the plain form over thirty steps with decay and schedule."""
    start = rng.standard_normal(shape).astype(np.float32)
    plain, fast = {"x": start.astype(np.float64)}, {"x": start.copy()}
    optimisers = Adam(0.01, decay=0.1), Adam(0.01, decay=0.1)
    for step in range(30):
        grad = rng.standard_normal(shape).astype(np.float32)
        for optimiser, params in zip(optimisers, (plain, fast)):
            optimiser.rate = warmup_then_linear(step, 30, warmup=5)
            optimiser.step(params, {"x": grad.astype(params["x"].dtype)})
    assert fast["x"].dtype == np.float32
    np.testing.assert_allclose(fast["x"], plain["x"], rtol=0, atol=1e-5)
    assert np.abs(fast["x"] - start).max() > 1e-2


@pytest.mark.twins
def test_adam_reads_gradients_in_any_layout(rng):
    """A transposed gradient moves each number by its own entry."""
    grad = rng.standard_normal((4, 3)).astype(np.float32).T
    straight, transposed = {"x": np.zeros((3, 4), np.float32)}, {"x": np.zeros((3, 4), np.float32)}
    for _ in range(2):
        Adam(0.1).step(straight, {"x": grad.copy(order="C")})
        Adam(0.1).step(transposed, {"x": grad})
    np.testing.assert_array_equal(straight["x"], transposed["x"])


@pytest.mark.parametrize("make", [lambda: Adam(0.01), lambda: Muon(lambda name, array: array.ndim == 2)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_params_change_in_place_and_gradients_do_not(rng, make, dtype):
    """The arrays that a model holds are the ones that move; the gradients are only read."""
    params = {"m": rng.standard_normal((3, 4)).astype(dtype), "v": np.ones(4, dtype)}
    grads = {name: rng.standard_normal(param.shape).astype(dtype) for name, param in params.items()}
    held, before = dict(params), {name: (params[name].copy(), grads[name].copy()) for name in params}
    make().step(params, grads)
    for name in params:
        assert params[name] is held[name] and params[name].dtype == dtype
        assert (params[name] != before[name][0]).all()
        np.testing.assert_array_equal(grads[name], before[name][1])


# ---- Muon

def well_conditioned(rng, rows, columns):
    """A matrix with known singular vectors and singular values between 0.2 and 1 times its size."""
    left = np.linalg.qr(rng.standard_normal((rows, rows)))[0]
    right = np.linalg.qr(rng.standard_normal((columns, columns)))[0]
    rank = min(rows, columns)
    values = rng.uniform(0.2, 1.0, rank)
    return left[:, :rank], values, right[:rank]


@pytest.mark.parametrize("rows, columns", [(6, 6), (4, 9), (9, 4), (1, 5), (5, 1), (30, 12)])
@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_orthogonalise_keeps_singular_vectors_and_moves_singular_values_near_one(rng, rows, columns, size):
    """In the basis of its singular vectors the result is diagonal, with entries between 0.6 and 1.3."""
    left, values, right = well_conditioned(rng, rows, columns)
    got = left.T @ orthogonalise(size * (left * values) @ right) @ right.T     # diagonal if vectors are kept
    diagonal = np.diagonal(got)
    np.testing.assert_allclose(got, np.diag(diagonal), rtol=0, atol=1e-9)
    assert (0.6 < diagonal).all() and (diagonal < 1.3).all()
    singular = np.linalg.svd(orthogonalise(size * (left * values) @ right), compute_uv=False)
    np.testing.assert_allclose(np.sort(singular), np.sort(diagonal), rtol=1e-9)


@pytest.mark.parametrize("rows, columns", [(5, 5), (5, 9), (5, 10), (5, 40), (40, 5)])
def test_orthogonalise_is_the_iteration_as_it_is_written(rng, rows, columns):
    """x <- a x + (b G + c G^2) x with G = x x^T, five times, whichever way the products are put together."""
    matrix = rng.standard_normal((rows, columns))
    x = (matrix if rows <= columns else matrix.T) / np.linalg.norm(matrix)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x - 4.7750 * gram @ x + 2.0315 * gram @ gram @ x
    np.testing.assert_allclose(orthogonalise(matrix), x if rows <= columns else x.T, rtol=0, atol=1e-5)


@pytest.mark.twins
@pytest.mark.parametrize("shape", [(4, 4), (4, 9), (20, 4), (5, 3, 4)])
def test_muon_in_float32_equals_float64(rng, shape):
    """Three steps of the compiled form end where the plain form ends."""
    start, momentum = rng.standard_normal(shape), Muon(lambda name, array: True, 0.02, 0.9, decay=0.1)
    fast, plain = {"m": start.astype(np.float32)}, {"m": start.copy()}
    other = Muon(lambda name, array: True, 0.02, 0.9, decay=0.1)
    for _ in range(3):
        grad = rng.standard_normal(shape)
        momentum.step(fast, {"m": grad.astype(np.float32)})
        other.step(plain, {"m": grad})
    assert fast["m"].dtype == np.float32
    np.testing.assert_allclose(fast["m"], plain["m"], atol=2e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_blend_is_a_weighted_sum_in_place(rng, dtype, order):
    """into = keep into + take other; other is only read, and both may lie in memory as they like."""
    into, other = (np.asarray(rng.standard_normal((4, 5)), dtype, order) for _ in range(2))
    want, held, before = 0.3 * into + 0.9 * other, into, other.copy()
    blend(into, other, 0.3, 0.9)
    assert into is held and into.dtype == dtype
    np.testing.assert_allclose(into, want, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(other, before)


def test_orthogonalise_of_nothing_is_nothing():
    """A gradient of zeros gives a step of zeros, not NaN; float32 stays float32."""
    step = orthogonalise(np.zeros((3, 4), np.float32))
    assert not step.any() and step.dtype == np.float32


@pytest.mark.parametrize("shape", [(4, 4), (4, 9), (9, 4), (5, 3, 4)])
def test_two_steps_of_muon_by_hand(rng, shape):
    """Momentum with look-ahead, made orthogonal by SVD-checked ``orthogonalise``, stretched, decayed."""
    param, decay, momentum, learning_rate = rng.standard_normal(shape), 0.1, 0.9, 0.05
    want, velocity = param.copy(), np.zeros(shape)
    muon = Muon(lambda name, array: True, learning_rate, momentum, decay=decay)
    for rate in (1.0, 0.5):
        grad = rng.standard_normal(shape)
        muon.rate = rate
        muon.step({"m": param}, {"m": grad})
        velocity = momentum * velocity + (1 - momentum) * grad
        ahead = momentum * velocity + (1 - momentum) * grad
        n_in, n_out = math.prod(shape[:-1]), shape[-1]
        direction = orthogonalise(ahead.reshape(n_in, n_out)).reshape(shape)
        stretch = max(1, n_out / n_in) ** 0.5
        want = want * (1 - rate * learning_rate * decay) - rate * learning_rate * stretch * direction
        np.testing.assert_allclose(param, want, rtol=1e-10, atol=1e-12)


def test_muon_gives_the_rest_to_adam(rng):
    """What is_matrix refuses moves exactly as under Adam alone, schedule included."""
    shapes = {"inner": (3, 4), "table": (5, 4), "bias": (4,)}
    params = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    alone = {name: params[name].copy() for name in ("table", "bias")}
    muon, adam = Muon(lambda name, array: name == "inner", adam=Adam(0.01)), Adam(0.01)
    for rate in (1.0, 0.3):
        grads = {name: rng.standard_normal(param.shape) for name, param in params.items()}
        muon.rate = adam.rate = rate
        muon.step(params, grads)
        adam.step(alone, grads)
    for name in alone:
        np.testing.assert_array_equal(params[name], alone[name])


# ---- clip and schedule

def joint_length(grads):
    return math.sqrt(sum(float(value) ** 2 for grad in grads.values() for value in grad.ravel()))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clip_shortens_all_gradients_together(rng, dtype):
    """Too long: every number shrinks by the same factor, in place, to the limit; the old length is returned."""
    grads = {"a": rng.standard_normal((3, 4)).astype(dtype), "b": rng.standard_normal(5).astype(dtype)}
    held, before = dict(grads), {name: grad.copy() for name, grad in grads.items()}
    length = joint_length(before)
    assert clip(grads, length / 3) == pytest.approx(length, rel=1e-5)
    for name in grads:
        assert grads[name] is held[name] and grads[name].dtype == dtype
        np.testing.assert_allclose(grads[name], before[name] / 3, rtol=1e-5)


def test_clip_leaves_short_gradients_alone(rng):
    """Short enough, or zero: not a bit changes."""
    grads = {"a": rng.standard_normal((3, 4)), "b": np.zeros(5)}
    before = {name: grad.copy() for name, grad in grads.items()}
    assert clip(grads, 2 * joint_length(grads)) == pytest.approx(joint_length(before))
    for name in grads:
        np.testing.assert_array_equal(grads[name], before[name])


@pytest.mark.parametrize("last", [0.0, 0.1])
def test_the_schedule_climbs_stays_and_falls(last):
    """Up by 1/20 a step to 1, flat until half-way, then down in equal steps towards ``last``."""
    rate = [warmup_then_linear(step, 100, warmup=20, last=last) for step in range(101)]
    np.testing.assert_allclose(rate[:20], np.arange(1, 21) / 20)
    np.testing.assert_allclose(rate[19:51], 1.0)
    np.testing.assert_allclose(np.diff(rate[50:]), -(1.0 - last) / 50)
    assert rate[100] == pytest.approx(last, abs=1e-12)
