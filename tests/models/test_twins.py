"""The twin test: the compiled loop draws, the plain loop judges every token on the same dice.

The plain loop scores the tokens that the compiled loop drew (teacher forcing), so that one
difference cannot hide what comes after it. Two ways of adding up the same float32 numbers may
disagree where a die lies on the edge between two tokens, or where top-k or top-p cuts between two that
are as good as equal. Such edges are counted, and there may be fewer than one in 10,000.
"""

from functools import partial

import numpy as np
import pytest

from minigen import maths
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.decoder import Decoder, DecoderConfig
from minigen.models.ngram import Marginals, NGram
from minigen.models.pixel_lm import PixelLM, PixelLMConfig
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import can_compile, fill, fill_compiled, generate, shared_latent
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one
from oracles import wake

pytestmark = pytest.mark.twins

EDGE = 1e-5                     # of cumulative probability, and of a score times (1 + max |score|)
SETTINGS = [{}, {"temperature": 0.7}, {"temperature": 1.5}, {"temperature": 0.0}, {"top_k": 1}, {"top_k": 3},
            {"top_k": 99}, {"top_p": 0.6}, {"top_p": 1.0}, {"temperature": 0.8, "top_k": 4, "top_p": 0.9}]


def between_the_two(logits, die, token):
    """Does the die lie within EDGE of the share of the cumulative probability that is the token's?"""
    cdf = np.concatenate([[0.0], np.cumsum(maths.softmax(logits))])            # (V + 1,)
    near = maths.distance_to_edge(logits, np.array(die)) <= EDGE
    return near and cdf[token] - EDGE <= die * cdf[-1] <= cdf[token + 1] + EDGE


def cut_at_an_edge(logits, temperature=1.0, top_k=None, top_p=None):
    """Does top-k, top-p or temperature 0 part two tokens that rounding could exchange?"""
    kept = np.isfinite(maths.adjust(logits, temperature, top_k, top_p)).sum()
    ranked = np.sort(logits.astype(np.float64))[::-1]
    tie = kept < ranked.size and ranked[kept - 1] - ranked[kept] <= EDGE * (1 + np.abs(ranked).max())
    if top_p is None or temperature == 0.0:
        return tie
    held = np.cumsum(np.sort(maths.softmax(maths.adjust(logits, temperature, top_k)))[::-1])
    return tie or np.abs(held - top_p).min() <= EDGE


def edges(model, canvas, seed, condition=NO_CONDITION, **settings):
    """Draw with the compiled loop, judge with the plain one: (tokens drawn, edges among them)."""
    tokens = fill_compiled(model, canvas, np.random.default_rng(seed), condition, **settings)
    u, is_open = np.random.default_rng(seed).random(canvas.shape), canvas == model.vocab_size
    assert tokens.shape == canvas.shape and tokens.dtype == np.int64
    assert ((tokens >= 0) & (tokens < model.vocab_size)).all()
    np.testing.assert_array_equal(tokens[~is_open], canvas[~is_open])          # a prompt stays
    logits = model.logits(tokens, np.arange(canvas.shape[1]), condition)       # (B, T, V)
    adjusted = maths.adjust(logits, **settings)
    plain = maths.sample_categorical(adjusted, u)
    different = np.argwhere((plain != tokens) & is_open)
    for b, t in different:
        assert (between_the_two(adjusted[b, t], u[b, t], tokens[b, t])
                or cut_at_an_edge(logits[b, t], **settings)), \
            f"canvas {b}, place {t}: compiled {tokens[b, t]}, plain {plain[b, t]}, die {u[b, t]}, {settings}"
    return int(is_open.sum()), len(different)


def judge(cases):
    """Run all cases; fewer than one token in 10,000 may lie on an edge. Prints the count."""
    drawn, on_edge = np.sum([edges(*case, **settings) for case, settings in cases], axis=0)
    print(f"{on_edge} edges in {drawn} tokens")
    assert drawn >= 10_000 and on_edge * 10_000 < drawn


def prompted(rng, n, length, vocab_size, places):
    """n open canvases whose first ``places`` places are decided, each canvas differently."""
    canvas = np.full((n, length), vocab_size)
    canvas[:, :places] = rng.integers(0, vocab_size, (n, places))
    return canvas


def some_condition(model, n, rng):
    """Whatever the model wants to know of each canvas: a label, a latent, nothing."""
    config = getattr(model, "config", None)
    labels, width = getattr(config, "n_labels", 0), getattr(config, "latent_width", 0)
    return Condition(rng.integers(0, labels, n) if labels else None,
                     rng.standard_normal((n, width), np.float32) if width else None)


def cases(rng, make, lengths):
    """Random models, each with all settings: batch 1 and several, with and without prompt and label."""
    for i, settings in enumerate(SETTINGS * 2):
        model, length = make(rng), lengths[i % len(lengths)]
        n, places = (1, 0) if i % 5 == 4 else (int(rng.integers(25, 60)), int(rng.integers(0, length // 2 + 1)))
        condition = some_condition(model, n, rng)
        yield (model, prompted(rng, n, length, model.vocab_size, places), i, condition), settings


def some_char_lm(rng):
    heads = int(rng.integers(1, 4))
    return wake(CharLM(CharLMConfig(
        vocab_size=int(rng.integers(3, 30)), has_end=rng.random() < 0.4, n_labels=int(rng.integers(0, 2)) * 3,
        context=int(rng.integers(1, 20)), layers=int(rng.integers(1, 4)), width=heads * int(rng.choice([4, 6, 8])),
        heads=heads, dropout=0.2, tied=rng.random() < 0.5, pairs=rng.random() < 0.5), rng), rng)


def some_pixel_lm(height, width, rng):
    return wake(PixelLM(PixelLMConfig(
        vocab_size=int(rng.integers(2, 18)), height=height, width=width, n_labels=int(rng.integers(0, 2)) * 3,
        reach=int(rng.integers(1, 4)), channels=int(rng.integers(3, 12)), hidden=int(rng.integers(3, 12)),
        blocks=int(rng.integers(1, 4)), dropout=0.2, colour_dropout=0.2, ordered=rng.random() < 0.5), rng), rng)


def some_ngram(rng):
    vocab_size, has_end = int(rng.integers(2, 20)), bool(rng.random() < 0.4)
    tokens = rng.choice(vocab_size, (int(rng.integers(1, 9)), int(rng.integers(1, 200))),
                        p=rng.dirichlet(np.ones(vocab_size)))
    return NGram(vocab_size, int(rng.integers(1, 7)), float(rng.uniform(0.1, 1.0)), has_end=has_end).fit(tokens)


def some_marginals(length, rng):
    vocab_size, tail = int(rng.integers(2, 20)), bool(rng.random() < 0.5)
    tokens = rng.integers(0, vocab_size, (int(rng.integers(1, 30)), length))
    return Marginals(vocab_size, length, float(rng.uniform(0.1, 1.0)), has_end=not tail, tail=tail).fit(tokens)


def some_decoder(length, rng):
    labels = int(rng.integers(0, 2)) * 3
    return wake(Decoder(DecoderConfig(
        vocab_size=int(rng.integers(2, 18)), length=length, n_labels=labels, hidden=int(rng.integers(3, 20)),
        latent_width=int(rng.integers(1, 6)) if not labels or rng.random() < 0.5 else 0, layers=int(rng.integers(1, 4))), rng), rng)


def test_char_lm(rng):
    """char_lm: every compiled token is the plain choice or lies on an edge, inside and beyond the window."""
    judge(cases(rng, some_char_lm, lengths=[40, 1, 19, 64]))


def test_pixel_lm(rng):
    """pixel_lm: every compiled token is the plain choice or lies on an edge, on pictures of any form."""
    forms = [(6, 7), (1, 20), (20, 1), (8, 8)]
    every_form = []
    for i, (height, width) in enumerate(forms):
        chosen = list(cases(rng, partial(some_pixel_lm, height, width), [height * width]))
        every_form += chosen[i::2]
    judge(every_form)


def test_marginals(rng):
    """Marginals: the sums made once for all canvases draw what each canvas alone would."""
    judge(cases(rng, partial(some_marginals, 31), lengths=[31]))


def test_ngram(rng):
    """ngram: every compiled token is the plain choice or lies on an edge, for any order and text."""
    judge(cases(rng, some_ngram, lengths=[40, 1, 19, 64]))


def test_decoder(rng):
    """decoder: every token is the plain choice or lies on an edge, for a few pictures and for many."""
    judge(case for length in (1, 7, 40) for case in cases(rng, partial(some_decoder, length), [length]))


def test_decoder_whose_scores_lie_far_apart(rng):
    """decoder: scores too far apart for one sweep of exponentials are drawn place by place, as right as the others."""
    def make(rng):
        model = some_decoder(25, rng)
        model.params["decoder.last.bias"] += np.repeat(rng.uniform(-300, 300, 25), model.vocab_size).astype(np.float32)
        return model
    judge(cases(rng, make, [25]))


@pytest.mark.parametrize("make, bias", [(some_char_lm, "head.bias"), (partial(some_pixel_lm, 5, 6), "head.bias"),
                                        (partial(some_decoder, 30), "decoder.last.bias")])
def test_a_score_of_minus_infinity_is_never_drawn(make, bias, rng):
    """Tokens of probability zero do not appear, whatever the dice; the others are drawn as the plain loop draws them."""
    def forbidding(rng):
        model = make(rng)
        scores = model.params[bias].reshape(-1, model.vocab_size)
        scores[:, rng.random(model.vocab_size) < 0.4] = -np.inf
        scores[:, -1] = 0.0                                                    # one remains (END, where there is one)
        return model
    for (model, canvas, seed, condition), settings in cases(rng, forbidding, [30]):
        edges(model, canvas, seed, condition, **settings)                      # compares with the plain loop
        tokens = fill_compiled(model, canvas, np.random.default_rng(seed), condition, **settings)
        scores = model.params[bias].reshape(-1, model.vocab_size)
        scores = np.broadcast_to(scores, (canvas.shape[1], model.vocab_size))
        drawn = scores[np.arange(canvas.shape[1]), tokens]
        assert (drawn[canvas == model.vocab_size] > -np.inf).all()


@pytest.mark.parametrize("plan", [one_by_one, all_at_once, in_blocks(3)])
def test_a_blind_model_is_compiled_under_every_plan(plan, rng):
    """decoder: the loop that ignores the plan draws what the plan would, with the latent of the same dice."""
    for seed in range(4):
        model = some_decoder(12, rng)
        condition = some_condition(model, 20, rng)
        strategies = [partial(fill, plan=plan)]
        if model.latent_width:
            strategies.append(partial(shared_latent, plan=plan, temperature=0.8))
        for strategy in strategies:
            assert can_compile(model, strategy)
            compiled = generate(model, strategy, 20, np.random.default_rng(seed), condition=condition)
            plain, _ = generate(model, strategy, 20, np.random.default_rng(seed), condition=condition, film=True)
            assert (compiled != plain).sum() <= 2                              # 240 dice, edges of 1e-6: three below 1e-6


@pytest.mark.parametrize("make", [some_char_lm, partial(some_pixel_lm, 5, 6), some_ngram])
def test_generate_takes_the_compiled_loop_and_nobody_can_tell(make, rng):
    """Without a film generate asks the compiled loop; the tokens are those of the film's last frame."""
    for seed in range(5):
        model = make(rng)
        condition = some_condition(model, 8, rng)
        strategy, told = partial(fill, plan=one_by_one, temperature=0.9), dict(condition=condition, prompt=[0], length=30)
        compiled = generate(model, strategy, 8, np.random.default_rng(seed), **told)
        plain, frames = generate(model, strategy, 8, np.random.default_rng(seed), film=True, **told)
        assert len(frames) == compiled.shape[1] - 1
        u = np.random.default_rng(seed).random(plain.shape)
        for b in np.flatnonzero((compiled != plain).any(axis=1)):              # rare: an edge, and what follows it
            t = np.flatnonzero(compiled[b] != plain[b])[0]
            logits = model.logits(plain, np.array([t]), condition)[b, 0]
            assert between_the_two(maths.adjust(logits, 0.9), u[b, t], compiled[b, t])
        assert (compiled == plain).mean() > 0.9


@pytest.mark.parametrize("make", [some_char_lm, some_ngram])
def test_after_end_there_is_only_end(make, rng):
    """A prompt that has ended, and a canvas that ends on its way, hold END to the last place."""
    for _ in range(4):
        model = make(rng)
        model.end = model.vocab_size - 1
        condition = some_condition(model, 30, rng)
        canvas = np.full((30, 25), model.vocab_size)
        canvas[:, :2] = rng.integers(0, model.vocab_size, (30, 2))
        canvas[0, 0] = model.end
        canvas[canvas[:, 0] == model.end, 1] = model.end
        tokens = fill_compiled(model, canvas, rng, condition)
        ended = np.cumsum(tokens == model.end, axis=1) > 0
        assert ended[0].all() and (tokens[ended] == model.end).all()


@pytest.mark.parametrize("plan, compiled", [
    (one_by_one, True), (one_by_one(5), True), ([[0], [1], [2], [3], [4]], True), (all_at_once, False),
    ([np.array([1]), np.array([0])], False), ([np.array([0, 1]), np.array([2])], False)])
def test_which_plans_the_compiled_loop_can_follow(plan, compiled, rng):
    """Left to right, one place a pass, as a function or as a list; nothing else."""
    assert can_compile(some_char_lm(rng), partial(fill, plan=plan)) == compiled
    assert not can_compile(some_char_lm(rng), partial(shared_latent, plan=plan))
