"""Public checks of unit 15."""

import numpy as np

from minigen.course import expect

LOG3 = np.log(3.0)


def arrays(up_weight, up_bias, down_weight, down_bias):
    """The four params as float arrays."""
    return {"up.weight": np.array(up_weight, float), "up.bias": np.array(up_bias, float),
            "down.weight": np.array(down_weight, float), "down.bias": np.array(down_bias, float)}


def by_hand(impl):
    """Two equal canvases of one place: told 2, scores log 3 and 0, probabilities 0.75 and 0.25, the true colour is 1."""
    params = arrays([[1]], [0], [[LOG3 / 4, 0]], [0, 0])
    return impl.decoder_loss_and_grads(params, np.array([[2.0], [2.0]]), np.array([[1], [1]]))[1]


def check_shape(impl):
    """scores (B, T, V), a gradient for each parameter, and nothing that was passed in is changed"""
    params = arrays(np.ones((3, 4)), np.zeros(4), np.ones((4, 10)), np.zeros(10))
    before, told = {name: array.copy() for name, array in params.items()}, np.ones((2, 3))
    scores = expect.unchanged(impl.decode, params, told, 5)
    expect.array(scores, (2, 5, 2), "f", "the scores of two canvases, 5 places, 2 colours")
    loss, grads = expect.unchanged(impl.decoder_loss_and_grads, params, told, np.zeros((2, 5), int))
    expect.number(loss, "the loss")
    assert sorted(grads) == sorted(params), f"the gradients: expected the keys {sorted(params)}, got {sorted(grads)}"
    for name, array in before.items():
        expect.array(grads[name], array.shape, "f", f"the gradient of {name}")
        assert np.array_equal(params[name], array), f"{name} was changed: expected the params left as they were"


def check_square(impl):
    """the hidden units are a ReLU, squared"""
    params = arrays([[1, -1]], [0, 0], [[1, 0], [0, 1]], [0, 0])
    expect.close(impl.decode(params, np.array([[3.0]]), 1), [[[9, 0]]], "the scores where the hidden units get 3 and -3")


def check_layout(impl):
    """the scores of one place stand next to each other"""
    params = arrays([[1]], [0], [[0] * 6], [0, 1, 2, 3, 4, 5])
    want = [[[0, 1, 2], [3, 4, 5]]]
    expect.close(impl.decode(params, np.array([[1.0]]), 2), want, "two places, three colours, down.bias 0 to 5")


def check_loss(impl):
    """the loss is a mean over all places of all canvases"""
    params = arrays([[1]], [0], [[0] * 8], [0] * 8)
    loss, _ = impl.decoder_loss_and_grads(params, np.ones((3, 1)), np.array([[0, 3], [1, 1], [2, 0]]))
    expect.close(loss, np.log(4.0), "the loss of equal scores, four colours")


def check_down(impl):
    """the gradients of the second layer, by hand"""
    grads = by_hand(impl)
    expect.close(grads["down.bias"], [0.75, -0.75], "down.bias")
    expect.close(grads["down.weight"], [[3, -3]], "down.weight")


def check_up_weight(impl):
    """the gradient of the first layer's weight, by hand"""
    expect.close(by_hand(impl)["up.weight"], [[1.5 * LOG3]], "up.weight")


def check_up_bias(impl):
    """the gradient of the first layer's bias, by hand"""
    expect.close(by_hand(impl)["up.bias"], [0.75 * LOG3], "up.bias")


def check_shut(impl):
    """a hidden unit that is shut sends no gradient back"""
    params = arrays([[1]], [-5], [[1, 0]], [0, 0])
    _, grads = impl.decoder_loss_and_grads(params, np.array([[2.0]]), np.array([[1]]))
    expect.close(grads["up.weight"], [[0]], "up.weight where the hidden unit gets -3")
