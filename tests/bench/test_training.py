"""Training on the clock: the steps are those of ``train``, the looks count what nanoGPT counts."""

import numpy as np
import pytest

from minigen import data
from minigen.bench import peers_numpy, training
from minigen.bench.works import mlp_params
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.strategies.fill import log_prob
from minigen.strategies.plans import one_by_one
from oracles import wake


def test_steps_of_the_autoencoder_are_those_of_the_plain_form(rng):
    """Three steps of minigen's machinery, halves side by side, end where the plain NumPy loop ends."""
    params, moments = mlp_params((10, 8, 6, 10), rng), {}
    step = training.mlp_step_of_minigen(params)
    for i in range(3):
        x = rng.standard_normal((16, 10), np.float32)
        want = peers_numpy.mlp_step(params, moments, x, i)
        assert step(x) == pytest.approx(want, rel=1e-5)
    for name, array in step.model.params.items():
        np.testing.assert_allclose(array, params[name], atol=3e-6)


def test_a_step_of_the_transformer_lowers_the_loss(rng):
    """The step trains the model it was made for: on one batch again and again the loss falls."""
    model = CharLM(CharLMConfig(5, context=6, layers=1, width=8, heads=1), rng)
    step, tokens = training.transformer_step_of_minigen(model), rng.integers(0, 5, (4, 6))
    losses = [step(tokens) for _ in range(12)]
    assert losses[-1] < 0.9 * losses[0]


def test_the_first_character_of_a_window_is_given(rng):
    """loss_on: mean nats of all but the first, from log P(window) - log P(first)."""
    model = wake(CharLM(CharLMConfig(5, context=6, layers=1, width=8, heads=1), rng), rng)
    windows = rng.integers(0, 5, (150, 7))
    first = log_prob(model, windows[:, :1], one_by_one)
    want = -(log_prob(model, windows, one_by_one) - first).mean() / 6
    assert training.loss_on(model, windows) == pytest.approx(want, rel=1e-5)


def test_windows_are_cut_from_the_text():
    """Every window is a run of the text, and everybody gets the same."""
    stream = np.arange(1000)
    windows = training.held_out_windows(stream, context=8, windows=30)
    assert windows.shape == (30, 9) and (np.diff(windows, axis=1) == 1).all()
    np.testing.assert_array_equal(windows, training.held_out_windows(stream, context=8, windows=30))


def test_training_looks_stops_and_counts(rng):
    """Looks come every few steps and at the end, seconds only grow, and a loss that is good enough ends it."""
    text = data.shakespeare(8)
    windows = training.held_out_windows(text.valid_stream, context=8, windows=20)
    looks = list(training.train_char_lm(text, windows, 9, 2))
    assert [look.step for look in looks] == [6, 8, 9]
    assert all(a.seconds < b.seconds for a, b in zip(looks, looks[1:]))
    assert len(list(training.train_char_lm(text, windows, 9, 2, stop=np.inf))) == 1


def test_time_to_loss_on_a_small_scale(torch_peers):
    """The whole race with a few steps: PyTorch sets the loss, minigen's tries add up, the last run fills its seconds."""
    text, told = data.shakespeare(8), []
    windows = training.held_out_windows(text.valid_stream, context=8, windows=100)
    found = training.time_to_loss(told.append, nanogpt_steps=40, first_try=4, dataset=text, windows=windows)
    assert found["torch_s"] > 0 and 0 < found["torch_nats"] < np.log(80) + 1
    tries = found["looks"]
    assert [one[-1]["step"] for one in tries[:-1]] == [4 * 2 ** i for i in range(len(tries) - 1)]
    if found["minigen_s"] is not None:
        assert found["minigen_s"] == pytest.approx(sum(one[-1]["seconds"] for one in tries))
        assert tries[-1][-1]["nats"] <= found["torch_nats"]
    assert found["minigen_steps_then"] >= 1 and np.isfinite(found["minigen_nats_after_its_seconds"])
    assert len(told) >= 3
