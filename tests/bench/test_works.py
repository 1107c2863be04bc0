"""The pieces of work: everybody does the same, and the limits count what has to be read and multiplied."""

import numpy as np
import pytest

from minigen.bench import works
from minigen.bench.works import TINY
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.decoder import Decoder
from minigen.models.pixel_lm import PixelLM, PixelLMConfig

# As the issue fixes them.
NAMES = ["transformer, one stream", "transformer, 64 streams", "pixels 20x20", "pixels 28x28", "decoder, one image",
         "decoder, 1024 images", "training step, transformer", "training step, mlp"]
DRAWING = [name for name in NAMES[:6] if name != "pixels 28x28"]         # which is larger, and seconds of PyTorch, and nothing else


def ran(contestant):
    with contestant.within():
        return contestant.run()


def test_the_names_are_those_of_the_form():
    """``bench.json`` is read by others: its works have fixed names."""
    assert list(works.WORKS) == NAMES


@pytest.mark.parametrize("name", DRAWING)
def test_all_draw_the_same(name, monkeypatch):
    """minigen, torch, numpy and plain: the same tokens on the same dice."""
    monkeypatch.setattr(works, "cores", lambda: 1)         # PyTorch's threads take ten times as long where others want a core
    work = works.WORKS[name](TINY)
    tokens = {who: ran(contestant) for who, contestant in work.contestants.items() if who not in ("limit", "generate")}
    assert set(tokens) >= {"minigen", "numpy", "plain"} and len(np.unique(tokens["minigen"])) > 1
    for who, drawn in tokens.items():
        rows = round(work.contestants[who].share * len(tokens["minigen"]))
        np.testing.assert_array_equal(drawn, tokens["minigen"][:rows], err_msg=who)


@pytest.mark.parametrize("name", NAMES[6:])
def test_all_learn_the_same(name, monkeypatch):
    """minigen, torch and numpy: the same losses, step for step."""
    monkeypatch.setattr(works, "cores", lambda: 1)
    contestants = works.WORKS[name](TINY).contestants
    losses = {who: ran(contestant) for who, contestant in contestants.items() if who != "limit"}
    assert all(len(each) == works.STEPS == contestants[who].share for who, each in losses.items())
    for who, each in losses.items():
        np.testing.assert_allclose(each, losses["minigen"], rtol=1e-3, err_msg=who)


@pytest.mark.parametrize("name", NAMES)
def test_one_alone_has_one_thread(name):
    """One stream, one picture: minigen has one thread. Many, and training: all cores, as PyTorch."""
    contestants = works.WORKS[name](TINY).contestants
    alone = "one" in name or "pixels" in name
    assert contestants["minigen"].threads == (1 if alone else works.cores())
    if alone:
        seen = []
        with contestants["minigen"].within():
            seen.append(works.cores())
        assert seen == [1]


def test_without_torch_its_lines_are_left_out(monkeypatch):
    """Nobody needs PyTorch to measure the others."""
    monkeypatch.setattr(works, "find_spec", lambda name: None)
    assert works.torch_peers() is None
    for name in NAMES:
        assert "torch" not in works.WORKS[name](TINY).contestants


# The limits, by hand


def test_bytes_of_a_transformer():
    """A token reads, in each layer, four D x D for attention and two D x 4 D; then the output layer; no table."""
    model = CharLM(CharLMConfig(11, layers=3, width=16, heads=2), np.random.default_rng(0))
    assert works.weight_bytes(model, "transformer.", "head.weight") == 4 * (3 * (4 * 16 * 16 + 2 * 16 * 64) + 16 * 11)


def test_bytes_of_a_pixel():
    """A pixel reads, in each block, five taps and the way back down; then the output layer."""
    model = PixelLM(PixelLMConfig(4, 5, 5, channels=8, hidden=12, blocks=3), np.random.default_rng(0))
    assert works.weight_bytes(model, "block", "head.weight") == 4 * (3 * (5 * 8 * 12 + 12 * 8) + 8 * 4)


def test_bytes_of_a_picture():
    """Latent to hidden, hidden to hidden, hidden to every colour of every place; not the encoder."""
    model = Decoder(TINY.decoder, np.random.default_rng(0))
    assert works.weight_bytes(model, *(f"decoder.{name}.weight" for name in model.decoder.names)) == 4 * (4 * 8 + 8 * 8 + 8 * 16 * 2)


def test_multiplications_of_a_step():
    """Every product of the forward pass, one by one, three times: activations, their gradients, those of the weights."""
    config, B, T = CharLMConfig(7, layers=2, width=12, heads=3), 5, 6
    forward, d = 0, 12 // 3
    for _ in range(2):                                                         # layers
        forward += 4 * B * T * 12 * 12                                         # query, key, value, out
        forward += B * 3 * (T * T * d + T * T * d)                             # scores, mixed: each head
        forward += B * T * 12 * 48 + B * T * 48 * 12                           # up, down
    forward += B * T * 12 * 7                                                  # logits
    assert works.multiplications_of_a_step(config, B, T) == 3 * forward


def test_multiplications_of_an_mlp():
    """Three products a layer and one less for the first: 3 x 8 in and out, weights, and nobody asks for dx."""
    limit = works.training_mlp(TINY).contestants["limit"]
    first, last = 6 * 12 * 8, 6 * 8 * 12
    assert f"{2 * first + 3 * last:,}" in limit.note


# Lines and ratios


def test_a_line():
    """The median of the rounds, how much is done in a second, the spread, and how many rounds there were."""
    line = works.line("pixels 20x20", "torch", 2, [4.0, 2.0, 3.0], amount=6, unit="images", note="slow")
    assert line == {"work": "pixels 20x20", "who": "torch", "threads": 2, "median_s": 3.0, "per_s": 2.0,
                    "spread": pytest.approx(1 / 3), "unit": "images", "rounds": 3, "note": "slow"}


def test_ratios_come_from_the_seconds(monkeypatch):
    """Ten times minigen's seconds is 10; half of them, which only the limit can do, is 0.5: the share reached."""
    took = {"minigen": [2.0], "torch": [20.0], "numpy": [6.0], "plain": [200.0], "limit": [1.0]}
    monkeypatch.setattr(works, "interleaved", lambda contestants, rounds, patience: {who: took[who] for who in contestants})
    monkeypatch.setattr(works, "WORKS", {"w": lambda sizes: works.Work("tokens", 4, dict.fromkeys(took, works.Contestant(None, 1)))})
    lines, ratios = works.measured("w", TINY)
    assert [line["who"] for line in lines] == list(took) and lines[0]["per_s"] == 2.0
    assert {each["against"]: each["ratio"] for each in ratios} == {"plain": 100.0, "numpy": 3.0, "torch": 10.0, "limit": 0.5}


@pytest.mark.parametrize("close, rounds", [(True, TINY.close_rounds), (False, TINY.rounds)])
def test_ratios_near_1_get_more_rounds(close, rounds, monkeypatch):
    """Where minigen is a little ahead, more rounds say whether it is."""
    monkeypatch.setattr(works, "WORKS", {"w": lambda sizes: works.Work("steps", 1, {"minigen": works.Contestant(list)}, close)})
    (line,), _ = works.measured("w", TINY)
    assert line["rounds"] == rounds
    assert works.FULL.close_rounds >= 15


def test_a_work_is_measured():
    """Through the clock and back, with small networks: one line for each contestant, all figures above zero."""
    lines, ratios = works.measured("decoder, one image", TINY)
    assert [line["who"] for line in lines][0] == "minigen" and lines[-1]["who"] == "limit"
    assert all(line["median_s"] > 0 and line["per_s"] > 0 and line["spread"] >= 0 for line in lines)
    assert {"plain", "numpy", "limit"} <= {each["against"] for each in ratios} and all(each["ratio"] > 0 for each in ratios)


def test_woken_changes_every_param(rng):
    """No output layer is left at zero, where every token would be as likely."""
    model = works.woken(CharLM(TINY.transformer, rng), rng)
    assert all(np.abs(array).max() > 0 for array in model.params.values())
