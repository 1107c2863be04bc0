"""The denoiser: gradients, patches, what v is, labels that are hidden, and a world of two pictures learnt from nothing."""

import json
from functools import partial

import numpy as np
import pytest

from minigen.data import PictureCodec
from minigen.data.batches import Items
from minigen.errors import UserError
from minigen.models.denoiser import Denoiser, DenoiserConfig
from minigen.nn import noise as noises
from minigen.nn.gradcheck import check_model
from minigen.nn.optimisers import Adam, Muon
from minigen.nn.training import train
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.diffusion import diffusion
from minigen.strategies.fill import generate
from oracles import wake

COLOURS = PictureCodec([[255, 255, 255], [255, 0, 0], [0, 128, 0], [0, 0, 64]], 4, 6, has_empty=True)
GREYS = PictureCodec([[255] * 3, [100] * 3, [0] * 3], 4, 6)


def small(rng, codec=COLOURS, dtype=np.float64, **settings):
    """A random network that is nowhere zero."""
    config = dict(patch=2, layers=2, hidden=8, heads=2) | settings
    return wake(Denoiser(DenoiserConfig(codec.signals, codec.height, codec.width, **config), rng, dtype), rng)


def asked(model, n, rng):
    return Condition(rng.integers(0, model.n_labels, n)) if model.n_labels else NO_CONDITION


FORMS = {"plain": {}, "labels": dict(n_labels=3, label_dropout=0.5), "dropout": dict(dropout=0.3), "pixels": dict(patch=1, layers=1)}


@pytest.mark.parametrize("form", FORMS)
def test_gradients(form, rng):
    """Every parameter's gradient agrees with central differences, whatever is thrown: levels, noise, labels, dropout.

    The bound is 1e-5 as for the Transformer inside: the error of the difference itself can pass 1e-6.
    """
    model, tokens = small(rng, **FORMS[form]), rng.integers(0, 4, (4, 24))
    assert all(array.any() for array in model.params.values())
    assert check_model(model, tokens, asked(model, 4, rng), seed=1, samples=4) < 1e-5


@pytest.mark.parametrize("patch", [1, 2])
def test_patches_are_squares_of_the_picture(patch, rng):
    """Patch (i, j) holds the pixels of its square in raster order, and canvases() undoes patches()."""
    model, x = small(rng, patch=patch), rng.standard_normal((3, 24, 4))
    cut, picture = model.patches(x), x.reshape(3, 4, 6, 4)
    for n, place in np.ndindex(3, model.n_patches):
        i, j = divmod(place, 6 // patch)
        square = picture[n, i * patch:(i + 1) * patch, j * patch:(j + 1) * patch]
        np.testing.assert_array_equal(cut[n, place], square.ravel())
    np.testing.assert_array_equal(model.canvases(cut), x)


def test_v_leads_to_the_clean_picture(rng):
    """A network that says v exactly has no loss, and denoise then gives back the clean canvases at every level."""
    model, tokens = small(rng, GREYS), rng.integers(0, 3, (5, 24))
    x, noise, level = GREYS.to_signal(tokens).astype(np.float64), rng.standard_normal((5, 24, 1)), rng.random(5)
    keep, take = np.sqrt(level)[:, None, None], np.sqrt(1 - level)[:, None, None]
    model._forward = lambda noisy, alpha_bar, label: ((keep * noise - take * x)[np.searchsorted(order, alpha_bar)], None)
    order, by_level = np.sort(level), np.argsort(level)
    x, noise, level, keep, take = (array[by_level] for array in (x, noise, level, keep, take))
    np.testing.assert_allclose(model.denoise(noises.add_noise(x, level, noise), level), x, atol=1e-12)


@pytest.mark.parametrize("form", ["plain", "labels"])
def test_the_loss_is_the_error_of_v(form, rng):
    """On the same dice, loss and loss_and_grads are the mean squared error of what denoise says, weighed as v is.

    v is a linear function of the clean guess: the error of the guess is sqrt(1 - alpha_bar) times that of v.
    """
    model, tokens = small(rng, **FORMS[form] | {"label_dropout": 0.0}), rng.integers(0, 4, (6, 24))
    condition = asked(model, 6, rng)
    dice = np.random.default_rng(3)
    t = (dice.permutation(6) + dice.random()) / 6                   # one picture in each sixth of the time
    level, noise = noises.cosine_alpha_bar(t), dice.standard_normal((6, 24, 4))
    x = COLOURS.to_signal(tokens).astype(np.float64)
    guess = model.denoise(noises.add_noise(x, level, noise), level, condition)
    expected = (((guess - x) ** 2).mean(axis=(1, 2)) / (1 - level)).mean()
    assert model.loss(tokens, condition, np.random.default_rng(3)) == pytest.approx(expected, rel=1e-6)
    assert model.loss_and_grads(tokens, condition, np.random.default_rng(3))[0] == pytest.approx(expected, rel=1e-6)


def test_hidden_labels(rng):
    """A label_dropout of 1 learns without labels: what is asked for changes nothing, and its rows get no gradient."""
    model, tokens = small(rng, n_labels=3, label_dropout=1.0), rng.integers(0, 4, (4, 24))
    results = [model.loss_and_grads(tokens, Condition(np.full(4, label)), np.random.default_rng(0)) for label in (0, 2)]
    assert results[0][0] == results[1][0]
    gradient = results[0][1]["label.table"]
    assert not gradient[:3].any() and gradient[3].any()


def test_no_label_is_a_row_of_its_own(rng):
    """denoise without a label is denoise with the id n_labels, and differs from every label."""
    model, x = small(rng, n_labels=3), rng.standard_normal((2, 24, 4))
    told = [model.denoise(x, 0.5, Condition(np.full(2, label))) for label in range(4)]
    np.testing.assert_array_equal(model.denoise(x, 0.5), told[3])
    assert all(np.abs(one - told[3]).max() > 1e-6 for one in told[:3])


def test_what_is_asked_matters(rng):
    """The guess moves with the level of noise and with every pixel; pictures of a batch do not meet; clean stays clean."""
    model, x = small(rng), rng.standard_normal((5, 24, 4))
    together, level = model.denoise(x, 0.4), rng.random(5)
    assert np.abs(model.denoise(x, 0.41) - together).max() > 1e-6
    for t in range(24):
        moved = x.copy()
        moved[2, t, 1] += 0.5
        after = model.denoise(moved, 0.4)
        assert (np.abs(after[2] - together[2]).max(axis=1) > 1e-12).all()
        np.testing.assert_allclose(np.delete(after, 2, 0), np.delete(together, 2, 0), atol=1e-12)
    one_by_one = np.concatenate([model.denoise(x[i:i + 1], level[i]) for i in range(5)])
    np.testing.assert_allclose(model.denoise(x, level), one_by_one, atol=1e-12)
    np.testing.assert_allclose(model.denoise(x, 1.0), x, atol=1e-12)


def test_float32_is_the_same_network(rng):
    """What training runs on, with its compiled sweeps, agrees with float64, and stays in float32."""
    model, tokens = small(rng, n_labels=3), rng.integers(0, 4, (6, 24))
    twin = small(rng, dtype=np.float32, n_labels=3)
    for name, array in model.params.items():
        twin.params[name][...] = array
    condition = asked(model, 6, rng)
    loss, grads = model.loss_and_grads(tokens, condition, np.random.default_rng(1))
    fast_loss, fast = twin.loss_and_grads(tokens, condition, np.random.default_rng(1))
    assert fast_loss == pytest.approx(loss, rel=1e-4) and fast.keys() == grads.keys() == model.params.keys()
    for name in grads:
        assert fast[name].dtype == np.float32
        np.testing.assert_allclose(fast[name], grads[name], atol=1e-4 * (1 + np.abs(grads[name]).max()))
    assert twin.denoise(np.zeros((2, 24, 4)), 0.5).dtype == np.float32


def test_settings_round_trip(rng):
    """Through JSON: equal settings, arrays of the same names and shapes, the same table of signals."""
    model = small(rng, n_labels=3)
    again = Denoiser.from_settings(json.loads(json.dumps(model.settings())))
    assert again.config == model.config and json.loads(json.dumps(again.settings())) == json.loads(json.dumps(model.settings()))
    assert {name: array.shape for name, array in again.params.items()} == {name: array.shape for name, array in model.params.items()}
    np.testing.assert_array_equal(again.signals, COLOURS.signals)


def test_multiplications_by_hand(rng):
    """One for each weight and place that a picture meets, and two for each pair of places and number of a head."""
    model = small(rng)
    weights = {name: array.size for name, array in model.params.items() if name.endswith("weight")}
    places = sum(size for name, size in weights.items() if not name.startswith("level")) * 6
    once = sum(size for name, size in weights.items() if name.startswith("level"))
    assert model.multiplications() == places + once + 2 * 2 * 6 * 6 * 8


def test_what_does_not_fit(rng):
    """Patches that do not divide the picture, and canvases of another size."""
    with pytest.raises(UserError, match="width: expected a multiple of 4, got 6"):
        small(rng, patch=4)
    with pytest.raises(UserError, match="x: expected shape"):
        small(rng).denoise(np.zeros((2, 24, 3)), 0.5)


def test_a_world_of_two_pictures(rng):
    """Trained on two pictures, each with its label, it draws these two and nothing else; guidance draws the one asked for.

    Of 24 pixels over four colours every one must be right. A model that has not learned never gets there.
    """
    pictures = np.array([[0, 1] * 12, [2, 2, 3] * 8])
    tokens, label = np.tile(pictures, (16, 1)), np.tile([0, 1], 16)
    data = Items("pictures", COLOURS, tokens, tokens[:2], label, label[:2], n_labels=2)
    model = Denoiser(DenoiserConfig(COLOURS.signals, 4, 6, 2, layers=1, hidden=32, heads=2, label_dropout=0.5), rng)

    def right(condition, guidance):
        signal = generate(model, partial(diffusion, passes=10, guidance=guidance), 40, np.random.default_rng(0), condition=condition)
        return (COLOURS.quantise(signal)[:, None] == pictures).all(axis=2)          # (40, 2)
    both = Condition(np.arange(40) % 2)
    assert not right(both, 1.0).any()
    train(model, data, Muon(model.is_matrix, 0.03, adam=Adam(0.01)), rng, steps=400, batch=32)
    assert right(both, 0.0).any(axis=1).mean() > 0.8 and right(both, 0.0).any(axis=0).all()
    assert right(both, 2.0)[np.arange(40), both.label].mean() > 0.9
