"""Hidden tests of unit 15. The oracles are plain loops in float64, central differences of the loss in plain loops, and a law."""

import math

import numpy as np
from oracles import entropy_bits

from minigen.course import expect

SIZES = ((1, 1, 1, 1, 2), (3, 2, 5, 4, 3), (2, 4, 3, 6, 2), (4, 3, 2, 2, 5))    # B, C, D, T, V


def plain_scores(params, told, length):
    """The scores as sums of products."""
    up, up_bias, down, down_bias = (params[name].tolist() for name in ("up.weight", "up.bias", "down.weight", "down.bias"))
    V = len(down_bias) // length
    out = []
    for row in told.tolist():
        hidden = []
        for d, bias in enumerate(up_bias):
            before = bias + sum(x * up[c][d] for c, x in enumerate(row))
            hidden.append(before * before if before > 0 else 0.0)
        flat = [bias + sum(h * down[d][j] for d, h in enumerate(hidden)) for j, bias in enumerate(down_bias)]
        out.append([flat[t * V:(t + 1) * V] for t in range(length)])
    return out


def mean_surprise(scores, tokens):
    """-log softmax at the true tokens, averaged over all places of all canvases."""
    each = []
    for b, row in enumerate(tokens.tolist()):
        for t, v in enumerate(row):
            peak = max(scores[b][t])
            each.append(peak + math.log(math.fsum(math.exp(s - peak) for s in scores[b][t])) - scores[b][t][v])
    return math.fsum(each) / len(each)


def plain_loss(params, told, tokens):
    return mean_surprise(plain_scores(params, told, tokens.shape[1]), tokens)


def case(rng, size, dtype=np.float64):
    """Params, told and tokens; no hidden unit so near to the ReLU's corner that a small step could cross it."""
    B, C, D, T, V = size
    while True:
        params = {"up.weight": rng.standard_normal((C, D)), "up.bias": 0.5 * rng.standard_normal(D),
                  "down.weight": 0.4 * rng.standard_normal((D, T * V)), "down.bias": rng.standard_normal(T * V)}
        told = rng.standard_normal((B, C))
        before = told @ params["up.weight"] + params["up.bias"]
        if np.abs(before).min() > 1e-2 and (before.max(axis=1) > 0.3).all() and (before.size < 4 or before.min() < -0.3):
            break
    params = {name: array.astype(dtype) for name, array in params.items()}
    return params, told.astype(dtype), rng.integers(0, V, (B, T))


def by_differences(params, told, tokens, name, step=1e-5):
    """The gradient for one array, by moving each of its numbers both ways."""
    out = np.zeros(params[name].shape)
    for index in np.ndindex(out.shape):
        losses = []
        for sign in (1, -1):
            moved = {key: array.astype(np.float64) for key, array in params.items()}
            moved[name][index] += sign * step
            losses.append(plain_loss(moved, told, tokens))
        out[index] = (losses[0] - losses[1]) / (2 * step)
    return out


def copied(params):
    return {name: array.copy() for name, array in params.items()}


def asked(impl, params, told, tokens):
    """Loss and gradients, with their kinds and shapes asserted."""
    loss, grads = impl.decoder_loss_and_grads(copied(params), told, tokens)
    expect.number(loss, "the loss")
    assert sorted(grads) == sorted(params), f"the gradients: expected the keys {sorted(params)}, got {sorted(grads)}"
    for name, array in params.items():
        expect.array(grads[name], array.shape, "f", f"the gradient of {name}")
    return loss, grads


def gradient_fits(impl, rng, name):
    for size in SIZES[:3]:
        params, told, tokens = case(rng, size)
        expect.close(asked(impl, params, told, tokens)[1][name], by_differences(params, told, tokens, name),
                     f"the gradient of {name}, B, C, D, T, V = {size}", atol=1e-7)


def uneven(rng, length):
    """Eight canvases in which every place has each of three colours, not equally often."""
    columns = [rng.permutation([0, 1, 2, 0, 1, 2, *rng.integers(0, 3, 2)]) for _ in range(length)]
    return np.stack(columns, axis=1)


def blind(rng, tokens, down_bias):
    """A decoder that is told nothing: the scores are down.bias alone."""
    D = 3
    params = {"up.weight": rng.standard_normal((2, D)), "up.bias": np.zeros(D),
              "down.weight": rng.standard_normal((D, down_bias.size)), "down.bias": down_bias.ravel()}
    return params, np.zeros((len(tokens), 2))


def marginals_of(tokens):
    """(T, 3) shares."""
    return np.array([[float(np.mean(column == v)) for v in range(3)] for column in tokens.T])


def test_scores_are_sums_of_products(impl, rng):
    """decode: linear, ReLU, square, linear, for one canvas and for several"""
    for size in SIZES:
        params, told, tokens = case(rng, size)
        expect.close(impl.decode(copied(params), told, size[3]), plain_scores(params, told, size[3]),
                     f"scores, B, C, D, T, V = {size}", rtol=1e-6)


def test_scores_of_a_place_stand_together(impl, rng):
    """decode: the first V scores belong to the first place, the next V to the second"""
    for length, vocab_size in ((3, 4), (5, 2), (2, 2)):
        params, told, _ = case(rng, (2, 3, 4, length, vocab_size))
        params["down.weight"][...] = 0.0
        want = [[[params["down.bias"][t * vocab_size + v] for v in range(vocab_size)] for t in range(length)]] * 2
        got = impl.decode(params, told, length)
        expect.close(got, want, f"scores of {length} places, {vocab_size} colours, down.weight zero")


def test_three_times_the_input_nine_times_the_output(impl, rng):
    """decode: without biases, three times what is told gives nine times the scores"""
    params, told, _ = case(rng, (3, 4, 6, 3, 2))
    params["up.bias"][...], params["down.bias"][...] = 0.0, 0.0
    once = expect.array(impl.decode(copied(params), told, 3), (3, 3, 2), "f", "the scores")
    expect.close(impl.decode(copied(params), 3.0 * told, 3), 9.0 * once, "the scores of three times what was told")


def test_loss_is_a_mean_over_places_and_canvases(impl, rng):
    """loss: the mean surprise of the true tokens under the scores that decode gives"""
    for size in SIZES:
        params, told, tokens = case(rng, size)
        scores = expect.array(impl.decode(copied(params), told, size[3]), (size[0], size[3], size[4]), "f", "the scores")
        loss, _ = impl.decoder_loss_and_grads(copied(params), told, tokens)
        expect.close(loss, mean_surprise(scores.tolist(), tokens), f"the loss, B, C, D, T, V = {size}", rtol=1e-6)


def test_gradient_of_down_bias(impl, rng):
    """gradient of down.bias: as the loss says when each number is moved a little"""
    gradient_fits(impl, rng, "down.bias")


def test_gradient_of_down_weight(impl, rng):
    """gradient of down.weight: as the loss says when each number is moved a little"""
    gradient_fits(impl, rng, "down.weight")


def test_gradient_of_up_bias(impl, rng):
    """gradient of up.bias: as the loss says when each number is moved a little"""
    gradient_fits(impl, rng, "up.bias")


def test_gradient_of_up_weight(impl, rng):
    """gradient of up.weight: as the loss says when each number is moved a little"""
    gradient_fits(impl, rng, "up.weight")


def test_shut_units_send_nothing_back(impl, rng):
    """hidden units that are shut for every canvas: no gradient for their weights and biases"""
    params, told, tokens = case(rng, (3, 2, 4, 3, 3))
    params["up.bias"][:2] = -100.0
    _, grads = asked(impl, params, told, tokens)
    expect.close(grads["up.weight"][:, :2], np.zeros((2, 2)), "up.weight of the two units that are shut")
    expect.close(grads["up.bias"][:2], np.zeros(2), "up.bias of the two units that are shut")
    expect.close(grads["down.weight"][:2], np.zeros((2, 9)), "down.weight of the two units that are shut")


def test_one_shot_is_content_with_the_marginals(impl, rng):
    """told nothing, with the shares of each colour at each place as scores: there is nothing more to learn for down.bias"""
    tokens = uneven(rng, 4)
    params, told = blind(rng, tokens, np.log(marginals_of(tokens)))
    _, grads = asked(impl, params, told, tokens)
    expect.close(grads["down.bias"], np.zeros(12), "the gradient of down.bias at the log marginals", atol=1e-9)


def test_one_shot_learns_the_marginals(impl, rng):
    """told nothing, down.bias learns by gradient descent: the loss falls to the mean entropy of the places, no further"""
    tokens, T = uneven(rng, 4), 4
    bias, want = np.zeros(3 * T), sum(entropy_bits(row) for row in marginals_of(tokens)) * math.log(2.0) / T
    for _ in range(80):                     # the loss is convex in down.bias: 80 steps of this size leave less than 1e-7
        params, told = blind(rng, tokens, bias)
        loss, grads = impl.decoder_loss_and_grads(params, told, tokens)
        bias = bias - 0.4 * T * grads["down.bias"]
    expect.close(loss, want, "the loss after 80 steps", atol=1e-5)


def test_scores_of_any_size(impl, rng):
    """scores of 10,000 and of -10,000: loss and gradient are still numbers, and right"""
    tokens = np.stack([rng.permutation([0, 1, 2, rng.integers(3)]) for _ in range(2)], axis=1)
    params, told = blind(rng, tokens, np.array([[-1e4, 1e4, 0.0], [-1e4, 3.0, 1e4]]))
    loss, grads = asked(impl, params, told, tokens)
    expect.close(loss, plain_loss(params, told, tokens), "the loss", rtol=1e-6)
    want = [[(v == best) - float(np.mean(tokens[:, t] == v)) for v in range(3)] for t, best in enumerate((1, 2))]
    expect.close(grads["down.bias"], np.ravel(want) / 2, "the gradient of down.bias")


def test_float32(impl, rng):
    """params and told in float32: floating-point scores, loss and gradients that are as near as float32 allows"""
    params, told, tokens = case(rng, (3, 2, 4, 3, 3), np.float32)
    expect.close(impl.decode(copied(params), told, 3), plain_scores(params, told, 3), "scores in float32", atol=1e-4)
    loss, grads = asked(impl, params, told, tokens)
    expect.close(loss, plain_loss(params, told, tokens), "the loss in float32", rtol=1e-4)
    for name in params:
        expect.close(grads[name], by_differences(params, told, tokens, name), f"{name} in float32", rtol=1e-3, atol=1e-4)


def test_inputs_are_not_changed(impl, rng):
    """params, told and tokens stay as they were, and arrays need not be contiguous"""
    params, told, tokens = case(rng, (4, 3, 5, 2, 3))
    given, told, tokens = copied(params), np.asfortranarray(told), np.asfortranarray(tokens)
    scores = expect.unchanged(impl.decode, given, told, 2)
    expect.array(scores, (4, 2, 3), "f", "the scores")
    loss, _ = expect.unchanged(impl.decoder_loss_and_grads, given, told, tokens)
    expect.number(loss, "the loss")
    for name, array in params.items():
        assert np.array_equal(given[name], array), f"{name} was changed: expected the params left as they were"
