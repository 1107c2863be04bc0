"""Hidden tests of unit 08. The oracle is a table, asked by enumeration and walked along in plain Python."""

from types import SimpleNamespace

import numpy as np
from oracles import away_from_edges, conditional, random_joint, random_plan, softmax, walk

from minigen.course import expect

SHAPES = ((1, 5, 2), (7, 6, 4), (12, 4, 9))             # (B, T, V)


MOST = 100                                              # rows and places that a model is asked about; no test here has so many


def refuse_too_much(canvas, at):
    """What is asked for a million places is no question: said before it costs the judge seconds."""
    rows, places = (len(one) if hasattr(one, "__len__") else 1 for one in (canvas, at))
    if max(rows, places) > MOST:
        raise ValueError(f"expected at most {MOST} rows and {MOST} places, got {rows} and {places}")


def fixed(scores, calls=None):
    """A model whose scores (B, T, V) do not depend on the canvas; it notes what it is shown and asked."""
    def logits(canvas, at):
        refuse_too_much(canvas, at)
        if calls is not None:
            calls.append((np.array(canvas), np.array(at)))
        return scores[:, np.array(at, np.int64)]
    return logits


def of_table(joint):
    """log P(place = v | what stands on the canvas), by enumeration; of the impossible, anything."""
    def logits(canvas, at):
        refuse_too_much(canvas, at)
        out = np.zeros((len(canvas), len(at), joint.shape[0]))
        for b, row in enumerate(np.array(canvas).tolist()):
            seen = {t: v for t, v in enumerate(row) if v < joint.shape[0]}
            if joint[tuple(seen.get(t, slice(None)) for t in range(joint.ndim))].sum() == 0.0:
                out[b] = 1.0
                continue
            for a, t in enumerate(np.array(at).tolist()):
                out[b, a] = conditional(joint, seen, t)
        with np.errstate(divide="ignore"):
            return np.log(out)
    return logits


def dice_and_tokens(rng, scores):
    """Dice for scores (B, T, V) that depend on nothing, and the tokens that a plain walk finds."""
    u, tokens = np.zeros(scores.shape[:2]), np.zeros(scores.shape[:2], np.int64)
    for b, t in np.ndindex(u.shape):
        probs = softmax(scores[b, t].tolist())
        u[b, t] = away_from_edges(rng, np.cumsum(probs))
        tokens[b, t] = walk(probs, u[b, t])
    return u, tokens


def plain(rng, joint, canvas, plan):
    """The loop on a table: dice (B, T), and the canvas after each pass."""
    (n, length), mask = canvas.shape, joint.shape[0]
    u, canvas, frames = rng.random((n, length)), canvas.copy(), []
    for at in plan:
        before = canvas.copy()
        for b in range(n):
            seen = {t: int(before[b, t]) for t in range(length) if before[b, t] != mask}
            for t in (int(t) for t in at if int(t) not in seen):
                probs = conditional(joint, seen, t)
                u[b, t] = away_from_edges(rng, np.cumsum(probs))
                canvas[b, t] = walk(probs, u[b, t])
        if not np.array_equal(before, canvas):
            frames.append(canvas.copy())
    return u, frames


def run(impl, logits, canvas, u, plan, mask):
    """All canvases that come, in a list."""
    frames = list(impl.fill(logits, canvas, u, plan, mask))
    assert frames, "expected a canvas after each pass, got none"
    return frames


def two_passes(rng, length):
    """A random plan of at least two passes."""
    while True:
        plan = random_plan(rng, length)
        if len(plan) > 1 and max(map(len, plan)) > 1:
            return plan


def earlier(plan, at):
    """The places of the passes before the one that asks for these."""
    now = next(step for step, places in enumerate(plan) if at[0] in places)
    return np.concatenate([np.zeros(0, np.int64), *plan[:now]])


def test_each_token_is_drawn_from_its_scores(impl, rng):
    """each place is drawn from the scores that the model gives it, by its own die"""
    for n, length, size in SHAPES:
        scores = 2.0 * rng.standard_normal((max(n, 5), length, size))
        u, tokens = dice_and_tokens(rng, scores)
        frames = run(impl, fixed(scores), np.full(u.shape, size), u, [np.arange(length)], size)
        expect.same(frames[-1], tokens, f"tokens of {u.shape} places with {size} scores each, all at once")


def test_the_die_belongs_to_the_place(impl, rng):
    """the same dice give the same tokens in any order, if the scores do not depend on the canvas"""
    scores, u = rng.standard_normal((9, 7, 5)), rng.random((9, 7))
    blank = np.full((9, 7), 5)
    want = run(impl, fixed(scores), blank, u, [[t] for t in range(7)], 5)[-1]
    for plan in ([[t] for t in range(6, -1, -1)], [[5, 6], [3, 4], [0, 1, 2]], random_plan(rng, 7)):
        plan = [list(map(int, at)) for at in plan]
        expect.same(run(impl, fixed(scores), blank, u, plan, 5)[-1], want, f"the last canvas under the plan {plan}")


def test_one_question_a_pass(impl, rng):
    """the model is asked once in each pass, for all places of the pass, in an array of whole numbers"""
    for n, length, size in SHAPES:
        calls, plan = [], two_passes(rng, length)
        run(impl, fixed(rng.standard_normal((n, length, size)), calls), np.full((n, length), size), rng.random((n, length)), plan, size)
        assert len(calls) == len(plan), f"{len(plan)} passes: expected as many calls of logits, got {len(calls)}"
        for (_, asked), at in zip(calls, plan):
            expect.same(np.sort(expect.array(asked, (len(at),), "i", "the places asked for")), np.sort(at), "the places asked for")


def test_open_and_decided_are_shown_as_such(impl, rng):
    """on the canvas that the model is shown, the places it is asked for hold the mask, and those of earlier passes do not"""
    for n, length, size in SHAPES:
        calls, plan = [], two_passes(rng, length)
        run(impl, fixed(rng.standard_normal((n, length, size)), calls), np.full((n, length), size), rng.random((n, length)), plan, size)
        assert calls, "expected the model to be asked"
        for shown, at in calls:
            expect.same(shown[:, at], np.full((n, at.size), size), "the canvas shown, at the places asked for,")
            assert (shown[:, earlier(plan, at)] < size).all(), "the canvas shown: a place of an earlier pass is still open"


def test_later_passes_see_the_draws(impl, rng):
    """on the canvas that the model is shown stand the very tokens that earlier passes drew"""
    for n, length, size in SHAPES:
        calls, plan, n = [], two_passes(rng, length), max(n, 6)
        last = run(impl, fixed(rng.standard_normal((n, length, size)), calls), np.full((n, length), size), rng.random((n, length)),
                   plan, size)[-1]
        assert calls, "expected the model to be asked"
        for shown, at in calls:
            before = earlier(plan, at)
            expect.same(shown[:, before], last[:, before], "the canvas shown, at the places of earlier passes,")


def test_one_canvas_after_each_pass(impl, rng):
    """as many canvases come as the plan has passes, of the given shape"""
    for n, length, size in SHAPES:
        plan = two_passes(rng, length)
        frames = run(impl, fixed(rng.standard_normal((n, length, size))), np.full((n, length), size), rng.random((n, length)), plan, size)
        assert len(frames) == len(plan), f"{len(plan)} passes: expected as many canvases, got {len(frames)}"
        for frame in frames:
            expect.array(frame, (n, length), "i", "each canvas")


def test_a_canvas_keeps_its_state(impl, rng):
    """each canvas shows the tokens of the passes so far, and masks elsewhere, also when all are kept"""
    for n, length, size in SHAPES:
        plan, open_places = two_passes(rng, length), set(range(length))
        frames = run(impl, fixed(rng.standard_normal((n, length, size))), np.full((n, length), size), rng.random((n, length)), plan, size)
        for frame, at in zip(frames, plan):
            open_places -= set(at.tolist())
            want = frames[-1].copy()
            want[:, sorted(open_places)] = size
            expect.same(frame, want, "a canvas on the way")


def test_the_prompt_stays(impl, rng):
    """what the prompt has decided is the same on every canvas, also if the plan names it"""
    for n, length, size in SHAPES:
        scores = rng.standard_normal((n, length, size))
        scores[..., 0] = -np.inf                                # token 0 is never drawn: only the prompt holds it
        canvas, decided = np.full((n, length), size), rng.permutation(length)[:length // 2]
        canvas[:, decided] = 0
        for plan in (random_plan(rng, length), [np.arange(length)]):
            for frame in run(impl, fixed(scores), canvas.copy(), rng.random((n, length)), plan, size):
                expect.same(frame[:, decided], canvas[:, decided], "the places of the prompt")


def test_decided_places_are_not_asked_for(impl, rng):
    """the model is asked for the open places of a pass only"""
    for n, length, size in SHAPES:
        calls, canvas, decided = [], np.full((n, length), size), rng.permutation(length)[:length // 2]
        canvas[:, decided] = rng.integers(size, size=(n, decided.size))
        run(impl, fixed(rng.standard_normal((n, length, size)), calls), canvas, rng.random((n, length)), [np.arange(length)], size)
        asked = sorted(int(t) for _, at in calls for t in at)
        want = sorted(set(range(length)) - set(decided.tolist()))
        assert asked == want, f"{decided.size} of {length} places decided: expected the other places to be asked for, got {asked}"


def test_a_pass_with_nothing_open_is_skipped(impl, rng):
    """if the prompt has decided all places of a pass, nothing is asked and no canvas comes"""
    calls, canvas = [], np.full((3, 6), 4)
    canvas[:, :3] = rng.integers(4, size=(3, 3))
    plan = [[0], [5], [1, 2], [3, 4]]
    frames = run(impl, fixed(rng.standard_normal((3, 6, 4)), calls), canvas, rng.random((3, 6)), plan, 4)
    assert len(calls) == 2, f"two of four passes are open: expected 2 calls of logits, got {len(calls)}"
    assert len(frames) == 2, f"two of four passes are open: expected 2 canvases, got {len(frames)}"


def test_the_given_arrays_stay(impl, rng):
    """the given canvas, the dice and the plan stay as they were"""
    canvas, plan = np.full((4, 6), 3), two_passes(rng, 6)
    canvas[:, 2] = rng.integers(3, size=4)

    def call(canvas, u, *plan):
        return run(SimpleNamespace(fill=expect.in_place(impl.fill)), fixed(rng.standard_normal((4, 6, 3))), canvas, u, list(plan), 3)

    for frame in expect.unchanged(call, canvas, rng.random((4, 6)), *plan):
        expect.array(frame, (4, 6), "i", "a canvas")


def test_any_plan_on_a_table(impl, rng):
    """on a table with any plan and any prompt, every canvas is the one that a plain loop finds"""
    for n, length, size in ((60, 4, 2), (1, 5, 2), (12, 3, 4)):
        joint = random_joint(rng, size, length)
        for prompted in (False, True):
            canvas, plan = np.full((n, length), size), two_passes(rng, length)
            if prompted:                                        # one place of a pass that has others
                canvas[:, max(plan, key=len)[0]] = rng.integers(size, size=n)
            u, want = plain(rng, joint, canvas, plan)
            got = run(impl, of_table(joint), canvas, u, plan, size)
            assert len(got) == len(want), f"expected {len(want)} canvases, got {len(got)}"
            for step, (a, b) in enumerate(zip(got, want)):
                expect.same(a, b, f"canvas {step} of {len(want)} on a table")


def test_what_never_met(impl, rng):
    """two places that must fit: one by one they always do, all at once only as often as luck has it"""
    partner = rng.permutation(4)
    joint = np.zeros((4, 4))
    joint[np.arange(4), partner] = 0.25
    sides = (np.arange(4) + 0.5) / 4
    u = np.array([(a, b) for a in sides for b in sides])                                # (16, 2) every pair of dice once
    for plan, fitting in (([[0], [1]], 16), ([[1], [0]], 16), ([[0, 1]], 4)):
        last = run(impl, of_table(joint), np.full((16, 2), 4), u, plan, 4)[-1]
        fits = int((partner[last[:, 0] % 4] == last[:, 1]).sum())
        assert fits == fitting, f"plan {plan}, 16 pairs of dice: expected {fitting} canvases that fit, got {fits}"
        expect.same(np.bincount(last[:, 0], minlength=4), [4, 4, 4, 4], f"plan {plan}, 16 pairs of dice: how often each token came")


def test_scores_of_any_size_and_kind(impl, rng):
    """scores of ±10,000 and -inf, float32 scores, one canvas, dice that are not contiguous"""
    scores, want = np.full((5, 4, 6), -1e4), rng.integers(6, size=(5, 4))
    np.put_along_axis(scores, want[..., None], 1e4, -1)
    blank, u = np.full((5, 4), 6), np.asfortranarray(rng.random((5, 4)))
    expect.same(run(impl, fixed(scores), blank, u, [[3, 1], [0, 2]], 6)[-1], want, "one token far above the others")
    scores[scores < 0] = -np.inf
    expect.same(run(impl, fixed(scores.astype(np.float32)), blank, u, [[3, 1], [0, 2]], 6)[-1], want, "one possible token")
    expect.same(run(impl, fixed(scores[:1]), blank[:1], u[:1], [[3, 1], [0, 2]], 6)[-1], want[:1], "a batch of one")


def test_a_full_canvas_stays(impl, rng):
    """where every place is decided, nothing is asked, whichever tokens stand there"""
    run(impl, fixed(rng.standard_normal((3, 4, 4))), np.full((3, 4), 4), rng.random((3, 4)), [[0, 1], [2, 3]], 4)      # an empty one does not
    calls, canvas = [], rng.integers(4, size=(3, 4))
    canvas[:, rng.integers(4)] = 3                          # the largest token, not the mask
    frames = list(impl.fill(fixed(rng.standard_normal((3, 4, 4)), calls), canvas, rng.random((3, 4)), [[0, 1], [2, 3]], 4))
    assert not frames and not calls, f"a full canvas: expected no canvas and no question, got {len(frames)} and {len(calls)}"
