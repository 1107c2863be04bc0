"""What one-by-one models share: the shifted input, the END rule, the plans they can answer."""

from functools import partial

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.causal import check_left_to_right, close_after_end, shifted, up_to_end
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.ngram import NGram
from minigen.models.pixel_lm import PixelLM, PixelLMConfig
from minigen.strategies.fill import fill, generate, log_prob
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one
from oracles import every


def models(rng):
    return {"ngram": NGram(3, 2, length=4).fit(rng.integers(0, 3, (5, 4))),
            "char_lm": CharLM(CharLMConfig(3, length=4, context=2, layers=1, width=4, heads=1), rng),
            "pixel_lm": PixelLM(PixelLMConfig(3, 2, 2, channels=4, hidden=4, blocks=1), rng)}


def test_each_place_sees_its_left_neighbour_and_never_itself():
    """shifted moves everything one place to the right, with the start token in front."""
    np.testing.assert_array_equal(shifted(np.array([[1, 2, 3], [4, 5, 6]]), 9), [[9, 1, 2], [9, 4, 5]])
    np.testing.assert_array_equal(shifted(np.array([[1]]), 9), [[9]])


def test_places_count_up_to_and_including_the_first_end():
    """up_to_end agrees with a loop that stops at the first END, on every canvas of 3 tokens and 5 places."""
    tokens = every(3, 5)
    for end in (0, 2):
        for row, counted in zip(tokens, up_to_end(tokens, end)):
            stop = row.tolist().index(end) + 1 if end in row else 5
            assert counted.tolist() == [t < stop for t in range(5)]
    assert up_to_end(tokens, None).all() and up_to_end(tokens, None).shape == tokens.shape


def test_after_end_only_end_can_follow(rng):
    """close_after_end leaves scores alone up to the first END and then gives END probability 1."""
    tokens, at = every(3, 4), np.array([3, 1])
    scores = rng.standard_normal((len(tokens), 2, 3))
    closed = close_after_end(scores.copy(), tokens, at, 2)
    for b, row in enumerate(tokens):
        for a, t in enumerate(at):
            expected = [-np.inf, -np.inf, 0.0] if 2 in row[:t] else scores[b, a]
            np.testing.assert_array_equal(closed[b, a], expected)
    np.testing.assert_array_equal(close_after_end(scores.copy(), tokens, at, None), scores)


def test_left_to_right_plans_are_accepted():
    """One place a pass from left to right is fine, from the first place or from where a prompt ends."""
    for plan in (one_by_one(5), in_blocks(1)(5), one_by_one(5)[3:], [], [0, 1, 2]):
        check_left_to_right(plan, "a model")


@pytest.mark.parametrize("name", ["ngram", "char_lm", "pixel_lm"])
@pytest.mark.parametrize("plan", [all_at_once, in_blocks(2), [np.array([t]) for t in (3, 2, 1, 0)],
                                  [np.array([t]) for t in (0, 2, 1, 3)]])
def test_causal_models_refuse_other_plans(name, plan, rng):
    """Every door (generate, log_prob) raises one clear line that names the plan and the model."""
    model = models(rng)[name]
    for door in (lambda: generate(model, partial(fill, plan=plan), 2, rng),
                 lambda: generate(model, partial(fill, plan=plan), 2, rng, film=True),
                 lambda: log_prob(model, np.zeros((2, 4), np.int64), plan)):
        with pytest.raises(UserError, match=f"^plan: expected .* for {name}, got") as caught:
            door()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["ngram", "char_lm", "pixel_lm"])
def test_a_pass_that_a_prompt_narrows_to_one_place_is_fine(name, rng):
    """What counts is the plan that remains: after a prompt of 3 places, all_at_once is one place."""
    got = generate(models(rng)[name], partial(fill, plan=all_at_once), 2, rng, prompt=[0, 1, 2])
    np.testing.assert_array_equal(got[:, :3], [[0, 1, 2]] * 2)


@pytest.mark.parametrize("name", ["ngram", "char_lm", "pixel_lm"])
def test_teacher_forcing_equals_place_by_place(name, rng):
    """log_prob in one pass gives what asking place by place on growing canvases gives."""
    model, tokens = models(rng)[name], rng.integers(0, 3, (6, 4))
    for array in model.params.values():
        if array.dtype.kind == "f":
            array += 0.3 * rng.standard_normal(array.shape).astype(array.dtype)
    canvas, total = np.full_like(tokens, 3), np.zeros(6)
    for t in range(4):
        scores = model.logits(canvas, np.array([t]))[:, 0].astype(np.float64)
        total += scores[np.arange(6), tokens[:, t]] - np.log(np.exp(scores).sum(axis=1))
        canvas[:, t] = tokens[:, t]
    tolerance = 1e-10 if name == "ngram" else 1e-5              # the networks are float32 here
    np.testing.assert_allclose(log_prob(model, tokens, one_by_one), total, rtol=tolerance)
