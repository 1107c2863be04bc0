"""Attention against a loop over places with an explicit list of what each one sees."""

import numpy as np
import pytest

from minigen.maths import softmax
from minigen.nn.attention import Attention, rotary_table, rotate, score_scale, visible
from minigen.nn.gradcheck import check_layer

D, HEADS = 8, 2
# (window, length): everything; shorter than, exactly and longer than the window, with and without padding
CASES = [(None, 1), (None, 5), (1, 1), (1, 4), (3, 1), (3, 2), (3, 3), (3, 4), (3, 6), (3, 8), (4, 9), (6, 13), (20, 7)]


def attention(window, rng, dtype=np.float64):
    """With every weight random: the zeros of the output matrix would hide a wrong gradient."""
    layer = Attention(D, HEADS, window, rng, dtype)
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    return layer


def places_seen(t, length, window):
    """What place t may see, as a plain list."""
    return [s for s in range(length) if window is None or 0 <= t - s < window]


def plain_attention(layer, x, window):
    """One canvas, one head, one place at a time; x (B, T, D)."""
    width = D // HEADS
    joined = np.zeros_like(x)
    project = {name: x @ layer.params[f"{name}.weight"] for name in ("query", "key", "value")}
    for b, head in np.ndindex(len(x), HEADS):
        mine = slice(head * width, (head + 1) * width)

        def turned(name, t):
            """Norm 1, then each pair (i, i + d/2) turned as a complex number by t times its speed."""
            vector = project[name][b, t, mine]
            vector = vector / np.sqrt((vector ** 2).mean() + 1e-6)
            pairs = vector[:width // 2] + 1j * vector[width // 2:]
            speeds = np.array([1000.0 ** (-i / (width // 2)) for i in range(width // 2)])
            return pairs * np.exp(1j * t * speeds)

        for t in range(x.shape[1]):
            seen = places_seen(t, x.shape[1], window)
            scores = [(turned("query", t) * turned("key", s).conj()).real.sum() * 12.0 / width for s in seen]
            joined[b, t, mine] = softmax(np.array(scores)) @ project["value"][b, seen, mine]
    return joined @ layer.params["out.weight"]


@pytest.mark.parametrize("window, length", CASES)
def test_forward_equals_a_plain_loop_with_an_explicit_mask(rng, window, length):
    """Full, causal and banded attention, padded or not, equal a loop over places and what they see."""
    layer, x = attention(window, rng), rng.standard_normal((2, length, D))
    np.testing.assert_allclose(layer.forward(x)[0], plain_attention(layer, x, window), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("window, length", CASES)
def test_gradients_equal_finite_differences(rng, window, length):
    """Backward agrees with central differences for every window and length."""
    layer = attention(window, rng)
    assert check_layer(layer, rng.standard_normal((2, length, D)), rng, samples=12) < 1e-6


@pytest.mark.twins
@pytest.mark.parametrize("window, length", CASES)
def test_float32_equals_float64(rng, window, length):
    """The compiled sweeps of float32 give the outputs and gradients of the plain form, up to rounding."""
    plain, fast = attention(window, rng), Attention(D, HEADS, window, rng)
    for name, param in fast.params.items():
        param[...] = plain.params[name]
        plain.params[name][...] = param                                        # the same numbers, exactly
    x, dy = rng.standard_normal((2, 2, length, D)).astype(np.float32)
    y, cache = plain.forward(x.astype(np.float64))
    fast_y, fast_cache = fast.forward(x)
    dx, grads = plain.backward(cache, dy.astype(np.float64))
    fast_dx, fast_grads = fast.backward(fast_cache, dy)
    for got, want in [(fast_y, y), (fast_dx, dx), *((fast_grads[name], grads[name]) for name in grads)]:
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-4 * (1 + np.abs(want).max()))


@pytest.mark.parametrize("window, length", [(None, 5), (4, 4), (3, 8)])
def test_float32_stays_float32(rng, window, length):
    """No silent float64, on the way there or back."""
    layer = attention(window, rng, np.float32)
    y, cache = layer.forward(rng.standard_normal((2, length, D), np.float32))
    dx, grads = layer.backward(cache, np.ones_like(y))
    assert {part.dtype for part in (y, dx, *grads.values(), *layer.params.values())} == {np.dtype(np.float32)}
    assert {name: grad.shape for name, grad in grads.items()} == {
        name: param.shape for name, param in layer.params.items()}


@pytest.mark.parametrize("window, length", [(3, 3), (3, 8), (4, 9), (20, 7)])
def test_a_change_moves_only_the_places_that_see_it(rng, window, length):
    """A new token at place s moves y at s … s + window - 1: not the past, not what is too far ahead."""
    layer, x = attention(window, rng), rng.standard_normal((1, length, D))
    before = layer.forward(x)[0]
    for s in range(length):
        changed = x.copy()
        changed[:, s] += 100 * rng.standard_normal(D)     # large: the least weight a place can have is about e ** -24
        moved = np.abs(layer.forward(changed)[0] - before).max(axis=(0, 2))
        for t in range(length):
            assert (moved[t] > 1e-11) == (s in places_seen(t, length, window)), (s, t)


def test_without_a_window_every_place_sees_every_other(rng):
    """A change anywhere moves all places."""
    layer, x = attention(None, rng), rng.standard_normal((1, 5, D))
    before = layer.forward(x)[0]
    for s in range(5):
        changed = x.copy()
        changed[:, s] += 100 * rng.standard_normal(D)
        assert (np.abs(layer.forward(changed)[0] - before).max(axis=(0, 2)) > 1e-11).all()


def test_attention_starts_as_nothing(rng):
    """The output matrix starts at zero: a new block is the identity on the stream."""
    assert not Attention(D, HEADS, 3, rng).forward(rng.standard_normal((2, 5, D), np.float32))[0].any()


@pytest.mark.parametrize("block, keys", [(3, 3), (3, 6), (1, 2)])
@pytest.mark.parametrize("first", [True, False])
def test_visible_by_a_plain_loop(block, keys, first):
    """Row q of a block sees column k where k stands 0 to window - 1 places back and is not before the start."""
    got = visible(block, keys, block, first)
    for q, k in np.ndindex(block, keys):
        place_q, place_k = q, k - (keys - block)           # counted from the start of this block
        seen = 0 <= place_q - place_k < block and not (first and place_k < 0)
        assert got[q, k] == (0.0 if seen else -np.inf)


# ---- rotary positions

def test_scores_depend_only_on_distances(rng):
    """The same query and key at places t and s score the same wherever t - s is the same."""
    table = rotary_table(30, 8, np.float64)
    query, key = (rotate(np.tile(rng.standard_normal(8), (30, 1)), table) for _ in range(2))
    scores = query @ key.T                                                     # (T, T)
    for back in range(-29, 30):
        along = np.diagonal(scores, -back)
        np.testing.assert_allclose(along, along[0], rtol=0, atol=1e-12)
    assert len({round(float(np.diagonal(scores, -back)[0]), 6) for back in range(6)}) == 6


def test_rotations_keep_lengths_and_can_be_undone(rng):
    """Turning changes no length, place 0 is not turned, and direction -1 turns back."""
    x, table = rng.standard_normal((2, 3, 7, 6)), rotary_table(7, 6, np.float64)
    turned = rotate(x, table)
    np.testing.assert_allclose(np.linalg.norm(turned, axis=-1), np.linalg.norm(x, axis=-1), rtol=1e-13)
    np.testing.assert_array_equal(turned[:, :, 0], x[:, :, 0])
    np.testing.assert_allclose(rotate(turned, table, -1), x, rtol=0, atol=1e-14)


def test_scores_cannot_run_away(rng):
    """Normed queries and keys of d numbers score at most d, so scaled scores stay within ±12."""
    for head_width in (4, 16, 64):
        x = rng.standard_normal((50, head_width))
        x /= np.sqrt((x ** 2).mean(-1, keepdims=True))
        assert np.abs(x @ x.T * score_scale(head_width)).max() <= 12.0 + 1e-9
