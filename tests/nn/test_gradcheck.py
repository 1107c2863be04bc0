"""The gradient check lets right gradients pass, catches wrong ones and refuses what it cannot judge."""

import numpy as np
import pytest

from minigen.nn.gradcheck import central_difference, check_layer, check_model, worst_difference
from minigen.nn.layers import Linear


class Cube:
    """y = x³ · weight, so that the right gradients can be written by hand; ``wrong`` bends them."""

    def __init__(self, rng, wrong=lambda dx, dweight: (dx, dweight), dtype=np.float64):
        self.params, self.wrong = {"weight": rng.standard_normal(4).astype(dtype)}, wrong

    def forward(self, x):                        # (B, 4)
        return x ** 3 * self.params["weight"], x

    def backward(self, x, dy):
        dx, dweight = self.wrong(dy * 3 * x ** 2 * self.params["weight"], (dy * x ** 3).sum(axis=0))
        return dx, {"weight": dweight}

    def loss_and_grads(self, tokens, condition, rng):
        """As a model: its loss throws dice, the same for the same rng."""
        x = rng.random((3, 4)) + tokens
        y, cache = self.forward(x)
        return float(y.sum()), self.backward(cache, np.ones_like(y))[1]


def test_central_difference_of_a_parabola_is_exact_and_leaves_no_trace():
    """d/dx x² = 2x; the array that was nudged holds its old numbers afterwards."""
    x = np.array([[1.0, -3.0]])
    assert central_difference(lambda: float((x ** 2).sum()), x, (0, 1), step=2.0 ** -10) == -6.0
    np.testing.assert_array_equal(x, [[1.0, -3.0]])


def test_right_gradients_pass(rng):
    """A right backward differs by less than 1e-6."""
    assert check_layer(Cube(rng), rng.standard_normal((3, 4)), rng) < 1e-6
    assert check_model(Cube(rng), 1.0, None, seed=5) < 1e-6


WRONG = {"sign of the input's gradient": lambda dx, dweight: (-dx, dweight),
         "sign of the weight's gradient": lambda dx, dweight: (dx, -dweight),
         "a factor": lambda dx, dweight: (dx, dweight * 1.01),
         "one number": lambda dx, dweight: (dx, dweight + [0, 0, 1e-2, 0]),
         "a missing term": lambda dx, dweight: (dx * 2 / 3, dweight),
         "nothing at all": lambda dx, dweight: (dx, dweight * 0),
         "not a number": lambda dx, dweight: (dx, dweight * np.nan)}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients_are_caught(rng, name):
    """A wrong sign, a factor of 1 %, one wrong number, a missing term and NaN all fail the check."""
    assert not check_layer(Cube(rng, WRONG[name]), 1.0 + rng.random((3, 4)), rng) < 1e-4


@pytest.mark.parametrize("name", [name for name in WRONG if "input" not in name and "term" not in name])
def test_wrong_gradients_of_a_model_are_caught(rng, name):
    """The same for a whole model, whose loss throws dice."""
    assert not check_model(Cube(rng, WRONG[name]), 1.0, None, seed=5) < 1e-4


def test_a_missing_gradient_is_an_error(rng):
    """A parameter without a gradient does not pass silently."""
    x = rng.random(3)
    with pytest.raises(KeyError):
        worst_difference(lambda: float(x.sum()), {"x": x}, {}, rng)


def test_float32_is_refused(rng):
    """In float32 a difference is mostly rounding: params and input must both be float64."""
    with pytest.raises(TypeError, match="^weight: .*float32"):
        check_layer(Cube(rng, dtype=np.float32), rng.random((3, 4)), rng)
    with pytest.raises(TypeError, match="^input: .*float32"):
        check_layer(Cube(rng), rng.random((3, 4), np.float32), rng)


def test_every_number_is_looked_at_when_samples_allow(rng):
    """With as many samples as numbers, one wrong entry of fifty cannot hide."""
    x, grads = rng.random(50), np.ones(50)
    grads[rng.integers(50)] = 1.1
    assert worst_difference(lambda: float(x.sum()), {"x": x}, {"x": grads}, rng, samples=50) > 1e-2


def test_the_example_of_the_docstring(rng):
    """A Linear layer in float64 passes."""
    assert check_layer(Linear(3, 2, rng, np.float64), rng.standard_normal((4, 3)), rng) < 1e-7
