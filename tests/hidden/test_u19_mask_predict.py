"""Hidden tests of unit 19. The oracle is the rule itself, place by place, in plain Python."""

import math
from fractions import Fraction

import numpy as np
from oracles import softmax, walk

from minigen.course import expect

CLEAR = 1e-4                            # how far dice stay away from edges, and confidences from each other
LAST = 1 - 2 ** -53                     # the largest die there is


def network(rng, length, vocab_size, mask, dtype=np.float64):
    """Random scores (B, T, V) in which every place listens to every place of the canvas."""
    weights = 1.5 / math.sqrt(length) * rng.standard_normal((length, vocab_size + 1, length, vocab_size))

    def scores(canvas):
        ids = np.where(canvas == mask, vocab_size, canvas)
        return sum(weights[t, ids[:, t]] for t in range(length)).astype(dtype)
    return scores


def call(impl, scores, canvas, u, mask):
    """The tokens (B, T), what the model was shown, and the places that it was asked for."""
    shown, asked = [], []

    def logits(canvas, at):
        shown.append(np.array(canvas))
        asked.append(np.array(at))
        return np.ascontiguousarray(scores(np.array(canvas))[:, at])
    got = impl.mask_predict(logits, canvas.copy(), u.copy(), mask)
    return expect.array(got, canvas.shape, "i", "the tokens"), shown, asked


def plain(scores, canvas, u, mask):
    """Tokens, canvases shown, and how near a die came to an edge or the last doubt to the first trust."""
    now, n_passes, near, shown = canvas.tolist(), len(u), 1.0, []
    open_places = [t for t, token in enumerate(now[0]) if token == mask]
    confidence = [{} for _ in now]
    for step in range(n_passes):
        shown.append(np.array(now))
        told = scores(np.array(now)).astype(np.float64)
        again = math.floor(len(open_places) * Fraction(n_passes - 1 - step, n_passes))
        for b, row in enumerate(now):
            for t in open_places:
                if row[t] == mask:
                    probs, die = softmax(told[b, t].tolist()), u[step, b, t]
                    near = min([near] + [abs(edge - die) for edge in np.cumsum(probs)[:-1]])
                    row[t] = walk(probs, die)
                    confidence[b][t] = probs[row[t]]
            ranked = sorted(open_places, key=lambda t: confidence[b][t])
            if 0 < again < len(ranked):
                near = min(near, confidence[b][ranked[again]] - confidence[b][ranked[again - 1]])
            for t in ranked[:again]:
                row[t] = mask
    return np.array(now), shown, near


def case(rng, rows, length, passes, prompt=(), dtype=np.float64, vocab_size=4, mask=4):
    """A model, a canvas and dice that no rounding can carry over an edge, with what plain loops make of them."""
    while True:
        scores = network(rng, length, vocab_size, mask, dtype)
        canvas = np.full((rows, length), mask)
        canvas[:, list(prompt)] = rng.integers(vocab_size, size=(rows, len(prompt)))
        u = rng.random((passes, rows, length))
        want, shown, near = plain(scores, canvas, u, mask)
        if near > CLEAR:
            return scores, canvas, u, mask, want, shown


def compare(impl, scores, canvas, u, mask, want, want_shown):
    got, shown, _ = call(impl, scores, canvas, u, mask)
    size = f"{len(u)} passes, canvas {canvas.shape}"
    for step, (one, other) in enumerate(zip(shown, want_shown)):
        if (other == mask).any():                       # where nothing is masked there is nothing to ask
            expect.same(one, other, f"{size}: what the model is shown in pass {step}")
    expect.same(got, want, f"{size}: the tokens")


def likely(rng, tokens, chances, vocab_size=4):
    """Probabilities (T, V) with a given chance for one token of each place, above a half; the rest is shared out unevenly."""
    probs = rng.random((len(tokens), vocab_size)) + 0.1
    probs[np.arange(len(tokens)), tokens] = 0.0
    probs *= (1 - np.array(chances))[:, None] / probs.sum(axis=1, keepdims=True)
    probs[np.arange(len(tokens)), tokens] = chances
    return probs


def middle(probs, tokens):
    """The dice (T,) in the middle of the part of these tokens."""
    return np.array([math.fsum(row[:token]) + row[token] / 2 for row, token in zip(probs.tolist(), tokens)])


def spread(rng, n, low, high):
    """n chances between low and high, well apart, in random order."""
    return rng.permutation(low + (np.arange(n) + 0.2 + 0.6 * rng.random(n)) * (high - low) / n)


def masks_of(shown, passes, mask):
    """Where the model was shown masks, (N, B, T)."""
    assert len(shown) == passes, f"expected the model to be asked once in each of {passes} passes, got {len(shown)} times"
    return np.stack(shown) == mask


def test_the_schedule_is_exact(impl, rng):
    """n_masked is the share of passes to come times the open places, rounded down, for any sizes"""
    for passes in range(1, 13):
        for n_open in {0, 1, *rng.integers(2, 400, size=12).tolist(), 60, 100}:
            for step in range(passes):
                got = impl.n_masked(n_open, step, passes)
                expect.number(got, "n_masked")
                assert isinstance(got, (int, np.integer)), f"n_masked: expected a whole number, got {type(got).__name__}"
                want = math.floor(Fraction(n_open * (passes - 1 - step), passes))
                assert got == want, f"n_masked({n_open}, {step}, {passes}): expected {want}, got {got}"


def test_one_pass_is_all_at_once(impl, rng):
    """with one pass every open place is drawn once, blind, with its own die"""
    for dtype in (np.float64, np.float32):
        for rows, length in ((1, 2), (4, 9)):
            compare(impl, *case(rng, rows, length, 1, prompt=[length - 1], dtype=dtype))
    scores = 1e4 * rng.choice([-1.0, 1.0]) + rng.standard_normal((2, 3, 5))
    scores[:, :, [0, 4]] = -np.inf
    u = np.stack([np.zeros((1, 3)), np.full((1, 3), LAST)], axis=1)
    got, _, _ = call(impl, lambda canvas: scores.copy(), np.full((2, 3), 5), u, 5)
    expect.same(got, [[1, 1, 1], [3, 3, 3]], "tokens 0 and 4 impossible, dice at both ends")


def test_a_few_passes(impl, rng):
    """a few passes over an empty canvas: every canvas on the way and the last one"""
    for dtype, sizes in ((np.float64, [(8, 8, 4), (1, 8, 2), (8, 12, 8)]), (np.float32, [(8, 7, 4)])):
        for rows, length, passes in sizes:
            compare(impl, *case(rng, rows, length, passes, dtype=dtype))


def test_a_few_passes_around_a_prompt(impl, rng):
    """a few passes over a canvas whose prompt stands anywhere"""
    for rows, length, passes in ((8, 11, 4), (3, 12, 2), (8, 15, 8)):
        prompt = [0, *(rng.permutation(length - 2)[:2] + 1)]
        compare(impl, *case(rng, rows, length, passes, prompt=prompt))


def test_the_mask_is_any_id(impl, rng):
    """the id of the mask need not be the one after the tokens"""
    for mask in (-1, 300):
        compare(impl, *case(rng, 12, 10, 2, prompt=[2], mask=mask))


def test_how_many_are_masked(impl, rng):
    """on each canvas the schedule says how many open places are masked in each pass; the prompt does not count"""
    for n_open, passes in ((8, 4), (7, 4), (4, 2)):
        prompt = rng.permutation(n_open + 4)[:4]
        scores, canvas, u, mask, *_ = case(rng, 3, n_open + 4, passes, prompt=prompt)
        masked = masks_of(call(impl, scores, canvas, u, mask)[1], passes, mask)
        want = [n_open] + [math.floor(Fraction(n_open * (passes - s), passes)) for s in range(1, passes)]
        got = masked[:, :, canvas[0] == mask].sum(axis=2)               # (N, B)
        expect.same(got, np.repeat(want, 3).reshape(-1, 3), f"{n_open} open places, {passes} passes: masks in each pass")


def test_the_prompt_stays(impl, rng):
    """what was given is never masked and never drawn, and the model sees it in every pass"""
    scores, canvas, u, mask, *_ = case(rng, 4, 9, 4, prompt=[0, 3, 8])
    got, shown, _ = call(impl, scores, canvas, u, mask)
    for name, one in [("the tokens", got), *((f"what the model is shown in pass {s}", one) for s, one in enumerate(shown))]:
        expect.same(one[:, [0, 3, 8]], canvas[:, [0, 3, 8]], f"prompt in {name}")


def test_nothing_is_masked_at_the_end(impl, rng):
    """finished canvases hold tokens only, also when there are more passes than open places"""
    for length, passes, prompt in ((6, 4, [1]), (5, 8, [2]), (3, 4, []), (1, 2, []), (4, 1, [0])):
        scores, canvas, u, mask, *_ = case(rng, 3, length, passes, prompt=prompt)
        got, _, _ = call(impl, scores, canvas, u, mask)
        assert ((got >= 0) & (got < mask)).all(), f"{passes} passes, {length} places: {(got == mask).sum()} masks left"


def test_a_kept_token_is_not_drawn_again(impl, rng):
    """from one pass to the next, a place that is not masked keeps its token"""
    scores, canvas, u, mask, *_ = case(rng, 6, 12, 4, prompt=[5])
    got, shown, _ = call(impl, scores, canvas, u, mask)
    for step, (before, after) in enumerate(zip(shown[1:], [*shown[2:], got]), start=1):
        kept = (before != mask) & (after != mask)
        expect.same(after[kept], before[kept], f"tokens kept in pass {step}")


def test_the_least_sure_places_are_masked(impl, rng):
    """when likely tokens are drawn, the places with the smallest probabilities are masked in the next pass"""
    for length, passes in ((8, 2), (8, 4)):
        tokens, chances = rng.integers(4, size=length), spread(rng, length, 0.55, 0.95)
        probs = likely(rng, tokens, chances)
        u = np.tile(middle(probs, tokens), (passes, 1, 1))
        _, shown, _ = call(impl, lambda canvas: np.log(probs)[None], np.full((1, length), 4), u, 4)
        masked = masks_of(shown, passes, 4)
        for step in range(1, passes):
            want = sorted(np.argsort(chances)[:length * (passes - step) // passes].tolist())
            got = np.flatnonzero(masked[step, 0]).tolist()
            assert got == want, f"{passes} passes, tokens drawn with {chances.round(2).tolist()}: masked in pass {step}: {got}"


def test_confidence_is_of_the_token_drawn(impl, rng):
    """an unlikely token is a doubtful one, although another token of its place is very likely"""
    length, tokens = 8, rng.integers(4, size=8)
    unlucky = np.sort(rng.permutation(length)[:4])
    chances = spread(rng, length, 0.55, 0.7)
    chances[unlucky] = spread(rng, 4, 0.8, 0.95)
    probs, drawn = likely(rng, tokens, chances), tokens.copy()
    drawn[unlucky] = (tokens[unlucky] + rng.integers(1, 4, size=4)) % 4
    u = np.tile(middle(probs, drawn), (2, 1, 1))
    _, shown, _ = call(impl, lambda canvas: np.log(probs)[None], np.full((1, length), 4), u, 4)
    got = np.flatnonzero(masks_of(shown, 2, 4)[1, 0])
    expect.same(got, unlucky, "unlikely tokens were drawn at some places: the places masked in the next pass")


def test_each_pass_throws_its_own_dice(impl, rng):
    """a place holds the token of its die, u[s, b, t], in the last pass in which it was masked"""
    probs, prompt = rng.dirichlet(np.ones(5), size=(8, 10)), [0, 4]
    edges, u = np.cumsum(probs, axis=-1)[..., :-1], rng.random((4, 8, 10))
    while (near := np.abs(edges - u[..., None]).min(axis=-1) < CLEAR).any():
        u[near] = rng.random(near.sum())
    canvas = np.full((8, 10), 5)
    canvas[:, prompt] = rng.integers(5, size=(8, 2))
    got, shown, _ = call(impl, lambda canvas: np.log(probs), canvas, u, 5)
    masked = masks_of(shown, 4, 5)
    for b in range(8):
        for t in set(range(10)) - set(prompt):
            step = max(np.flatnonzero(masked[:, b, t]))
            want = walk(probs[b, t], u[step, b, t])
            assert got[b, t] == want, f"canvas {b}, place {t}, last masked in pass {step}: expected {want}, got {got[b, t]}"


def test_of_equally_sure_places_the_smaller_is_masked(impl, rng):
    """where every token is equally likely, places are masked from the smallest one on"""
    for length, passes, prompt in ((8, 4, []), (9, 2, [2]), (10, 8, [0, 5])):
        canvas = np.full((2, length), 4)
        canvas[:, prompt] = rng.integers(4, size=(2, len(prompt)))
        u = (rng.integers(4, size=(passes, 2, length)) + 0.5) / 4
        _, shown, _ = call(impl, lambda canvas: np.zeros((2, length, 4)), canvas, u, 4)
        open_places = [t for t in range(length) if t not in prompt]
        masked = masks_of(shown, passes, 4)
        for step in range(1, passes):
            want = open_places[:len(open_places) * (passes - step) // passes]
            got = [[t for t in open_places if row[t]] for row in masked[step]]
            assert got == [want, want], f"equal scores, {passes} passes: not the smallest places in pass {step}"


def test_equally_sure_places_of_a_long_canvas(impl, rng):
    """of many equally sure places the smaller ones are masked, also where less sure ones lie between them"""
    length = 2 * int(rng.integers(50, 60))
    sure = rng.random(length) < 0.7                     # of two tokens; the other places of four
    sides = np.where(sure, 2, 4)
    u = (rng.integers(sides, size=(2, 1, length)) + 0.5) / sides
    scores = np.where(sure[:, None] & (np.arange(4) > 1), -np.inf, 0.0)[None]
    _, shown, _ = call(impl, lambda canvas: scores.copy(), np.full((1, length), 4), u, 4)
    want = sorted(sorted(range(length), key=lambda t: (sure[t], t))[:length // 2])
    got = np.flatnonzero(masks_of(shown, 2, 4)[1, 0])
    expect.same(got, want, f"{length} places, some of four equal tokens, more of two: those masked in the second of two passes")


def test_canvases_do_not_know_each_other(impl, rng):
    """each canvas of a batch comes out as it would alone"""
    scores, canvas, u, mask, *_ = case(rng, 6, 8, 4)
    got, _, _ = call(impl, scores, canvas, u, mask)
    for b in range(6):
        alone, _, _ = call(impl, scores, canvas[b:b + 1], u[:, b:b + 1], mask)
        expect.same(got[b:b + 1], alone, f"canvas {b} in a batch, and alone")


def two_moods(rng, chances_before, chances_after, tokens_after=None):
    """A model of four places with other probabilities once something stands on the canvas; with dice (4, 1, 4)."""
    tokens = rng.integers(4, size=4)
    before = likely(rng, tokens, chances_before)
    after = likely(rng, tokens if tokens_after is None else tokens_after(tokens), chances_after)
    u = np.stack([middle(before, tokens)] + [middle(after, tokens)] * 3)[:, None]

    def scores(canvas):
        return np.log(before if (canvas == 4).all() else after)[None]
    return scores, u


def third(impl, scores, u):
    """The places that are masked in the third of four passes."""
    _, shown, _ = call(impl, scores, np.full((1, 4), 4), u, 4)
    return np.flatnonzero(masks_of(shown, 4, 4)[2, 0])


def test_a_kept_place_can_be_doubted_later(impl, rng):
    """the surest place of the first pass is masked later, when all others have become surer"""
    place = rng.integers(4)
    first, later = spread(rng, 4, 0.51, 0.6), spread(rng, 4, 0.8, 0.95)
    first[place] = later[place] = 0.7
    scores, u = two_moods(rng, first, later)
    want = sorted([place, min(set(range(4)) - {place}, key=lambda t: later[t])])
    expect.same(third(impl, scores, u), want, "4 places, 4 passes: the places masked in the third")


def test_a_kept_place_keeps_its_confidence(impl, rng):
    """what was drawn with confidence stays trusted, even if the model now thinks otherwise"""
    order = rng.permutation(4)                          # of confidence, the same in both passes
    place, first, later = order[3], np.zeros(4), np.zeros(4)
    first[order], later[order] = np.sort(spread(rng, 4, 0.55, 0.95)), np.sort(spread(rng, 4, 0.55, 0.95))

    def elsewhere(tokens):
        return np.where(np.arange(4) == place, (tokens + 1) % 4, tokens)
    scores, u = two_moods(rng, first, later, elsewhere)
    want = sorted(sorted(set(range(4)) - {place}, key=lambda t: later[t])[:2])
    expect.same(third(impl, scores, u), want, "4 places, 4 passes: the places masked in the third")


def test_the_model_is_asked_for_all_open_places(impl, rng):
    """every pass asks once, for all places that were open at the start, from the smallest on"""
    for length, passes in ((8, 4), (5, 1)):
        scores, canvas, u, mask, *_ = case(rng, 3, length, passes, prompt=[1])
        _, shown, asked = call(impl, scores, canvas, u, mask)
        masks_of(shown, passes, mask)
        for step, at in enumerate(asked):
            expect.same(at, [t for t in range(length) if t != 1], f"the places asked for in pass {step}")


def test_small_and_full_canvases(impl, rng):
    """a full canvas comes back as it is; one open place is drawn in the first pass and stays"""
    scores, canvas, u, mask, *_ = case(rng, 3, 4, 2, prompt=[0, 1, 2, 3])
    expect.same(call(impl, scores, canvas, u, mask)[0], canvas, "a full canvas")
    compare(impl, *case(rng, 40, 1, 3))
    compare(impl, *case(rng, 1, 1, 1))


def test_the_canvas_and_the_dice_are_left_alone(impl, rng):
    """the canvas and the dice that are given stay as they were, also as views of larger arrays"""
    scores, canvas, u, mask, want, _ = case(rng, 3, 6, 1)

    def logits(canvas, at):
        return scores(np.array(canvas))[:, at]
    expect.unchanged(impl.mask_predict, logits, canvas, u, mask)
    canvas = np.full((3, 6), mask)                      # fresh, should the first one have been written on
    wide, long = np.repeat(canvas, 2, axis=1)[:, ::2], np.asfortranarray(np.repeat(u, 2, axis=0))[::2]
    got = expect.unchanged(impl.mask_predict, logits, wide, long, mask)
    expect.same(got, want, "tokens from arrays that are not contiguous")
