"""The network of one step up: gradients, what it sees, and its scores in plain Python."""

import math
from collections import Counter

import numpy as np
import pytest

from minigen.models.upscaler import Upscaler, palette_used, window
from minigen.nn.gradcheck import worst_difference
from oracles import every, softmax, wake

FORMS = {"plain": {}, "labels": dict(n_labels=3), "ordered": dict(ordered=True), "wide": dict(reach=2, blocks=2),
         "all": dict(n_labels=3, ordered=True, dropout=0.3, colour_dropout=0.2)}


def small(rng, dtype=np.float64, size=(2, 3), factor=2, **settings):
    """A random network that is nowhere zero."""
    config = dict(reach=1, channels=5, hidden=6) | settings
    return wake(Upscaler(3, *size, factor, rng, dtype, **config), rng)


def label_of(model, n, rng):
    return rng.integers(0, model.n_labels, n) if model.n_labels else None


def test_a_window_holds_what_stands_around(rng):
    """Against a loop: rows from above to below, columns from left to right, ``nothing`` outside."""
    pictures, reach = rng.integers(0, 9, (2, 3, 4)), 2
    got = window(pictures, reach, 9)
    for b, i, j in np.ndindex(pictures.shape):
        expected = [int(pictures[b, y, x]) if 0 <= y < 3 and 0 <= x < 4 else 9
                    for y in range(i - reach, i + reach + 1) for x in range(j - reach, j + reach + 1)]
        assert got[b, i, j].tolist() == expected


def test_the_palette_is_counted(rng):
    """log(1 + how often), of each picture by itself."""
    pictures = rng.integers(0, 4, (5, 2, 3))
    for picture, got in zip(pictures, palette_used(pictures, 6, np.float64)):
        counts = Counter(picture.ravel().tolist())
        np.testing.assert_allclose(got, [math.log(1 + counts[v]) for v in range(6)])


@pytest.mark.parametrize("form", FORMS)
def test_gradients(form, rng):
    """Every parameter's gradient agrees with central differences, under the same dice."""
    model = small(rng, **FORMS[form])
    coarse, fine, label = rng.integers(0, 3, (4, 2, 3)), rng.integers(0, 3, (4, 4, 6)), label_of(model, 4, rng)
    assert all(array.any() for array in model.params.values())

    def loss_and_grads():
        return model.loss_and_grads(coarse, fine, label, np.random.default_rng(1))
    grads = loss_and_grads()[1]
    assert grads.keys() == model.params.keys()
    assert worst_difference(lambda: loss_and_grads()[0], model.params, grads, rng, 15) < 1e-6


def normed(x):
    size = math.sqrt(sum(value ** 2 for value in x) / len(x) + 1e-6)
    return [value / size for value in x]


def scores_by_hand(model, picture, i, j, label):
    """The module's first lines for one coarse pixel in plain Python: scores (f f, V)."""
    params, V = model.params, model.vocab_size
    around = window(picture[None], model.reach, V)[0, i, j].tolist()
    counts = Counter(picture.ravel().tolist())
    x = []
    for d in range(model.channels):
        total = sum(params["window.table"][tap * (V + 1) + colour, d] for tap, colour in enumerate(around))
        total += sum(math.log(1 + counts[v]) * params["palette.weight"][v, d] for v in range(V)) + params["palette.bias"][d]
        total += params["row.table"][i, d] + params["column.table"][j, d]
        if model.ordered:
            total += sum((2 * colour / (V - 1) - 1) * params["shade.weight"][tap, d] for tap, colour in enumerate(around) if colour != V)
        if model.n_labels:
            total += params["label.table"][label, d]
        x.append(total)
    x = normed(x)
    for b in range(len(model.blocks)):
        up, down, seen = params[f"block{b}.up.weight"], params[f"block{b}.down.weight"], normed(x)
        hidden = [max(sum(seen[d] * up[d, k] for d in range(len(x))), 0) ** 2 for k in range(up.shape[1])]
        x = [x[d] + sum(hidden[k] * down[k, d] for k in range(len(hidden))) for d in range(len(x))]
    x = normed(x)
    pixels = model.factor ** 2
    scores = np.empty((pixels, V))
    for p in range(pixels):
        for v in range(V):
            k = p * V + v
            scores[p, v] = params["own.table"][picture[i, j], k] + params["head.bias"][k] + sum(
                x[d] * params["head.weight"][d, k] for d in range(len(x)))
            if model.ordered:
                level = 2 * v / (V - 1) - 1
                slope, bend = (sum(x[d] * params["curve.weight"][d, 2 * p + c] for d in range(len(x))) + params["curve.bias"][2 * p + c]
                               for c in (0, 1))
                scores[p, v] += slope * level - bend * level ** 2
    return scores


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype, near", [(np.float64, 1e-10), (np.float32, 1e-4)])
def test_scores_by_hand(form, dtype, near, rng):
    """The scores are the layers in plain Python, each fine pixel in its place."""
    model, coarse = small(rng, dtype, **FORMS[form]), rng.integers(0, 3, (2, 2, 3))
    label = label_of(model, 2, rng)
    got = model.logits(coarse, label)
    assert got.shape == (2, 4, 6, 3) and got.dtype == dtype
    for b, i, j in np.ndindex(coarse.shape):
        expected = scores_by_hand(model, coarse[b], i, j, None if label is None else label[b])
        block = got[b, 2 * i:2 * i + 2, 2 * j:2 * j + 2].reshape(4, 3)
        np.testing.assert_allclose(block, expected, rtol=near, atol=near)


def test_only_the_window_and_the_palette_are_seen(rng):
    """A pixel outside the window is felt through the palette alone: where two change places, not one bit moves."""
    model, coarse = small(rng, size=(1, 6)), np.array([[[0, 1, 2, 0, 1, 2]]])
    exchanged = coarse[:, :, [0, 1, 2, 3, 5, 4]]
    before, after = model.logits(coarse), model.logits(exchanged)
    moved = (before != after).reshape(2, 6, 2, 3).any(axis=(0, 2, 3))                  # for each coarse pixel
    assert moved.tolist() == [False, False, False, True, True, True]
    assert (model.logits(coarse) != model.logits(coarse[:, :, [0, 1, 2, 3, 4, 4]])).any(axis=(0, 1, 3)).all()


@pytest.mark.parametrize("factor", [2, 3])
def test_given_the_coarse_picture_everything_sums_to_one(factor, rng):
    """log_prob of all fine pictures of a coarse pixel sums to one, and is the product over pixels."""
    model = small(rng, size=(1, 1), factor=factor)
    fine = every(3, 4).reshape(-1, 2, 2) if factor == 2 else every(3, 9).reshape(-1, 3, 3)
    coarse = np.full((len(fine), 1, 1), 2)
    got = model.log_prob(coarse, fine)
    assert np.exp(got).sum() == pytest.approx(1.0, abs=1e-9)
    probs = [softmax(row) for row in model.logits(coarse[:1])[0].reshape(-1, 3).tolist()]
    for which in rng.integers(0, len(fine), 20):
        expected = sum(math.log(probs[p][v]) for p, v in enumerate(fine[which].ravel()))
        assert got[which] == pytest.approx(expected, rel=1e-9)


def test_the_loss_is_the_score(rng):
    """Mean nats per fine pixel, without dropout, in float64 and by the fast way in float32."""
    for dtype, near in ((np.float64, 1e-12), (np.float32, 1e-5)):
        model = small(np.random.default_rng(3), dtype, **FORMS["all"])
        coarse, fine, label = rng.integers(0, 3, (4, 2, 3)), rng.integers(0, 3, (4, 4, 6)), rng.integers(0, 3, 4)
        loss, _ = model.loss_and_grads(coarse, fine, label)
        assert loss == pytest.approx(-model.log_prob(coarse, fine, label).mean() / 24, rel=near)


def test_multiplications_are_counted(rng):
    """The products of one picture, added up by hand."""
    model = small(rng, **FORMS["all"])
    assert model.multiplications() == 2 * 3 * (2 * 5 * 6 + 5 * 12 + 9 * 5 + 5 * 8 + 2 * 4 * 3) + 3 * 5
