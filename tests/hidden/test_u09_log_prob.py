"""Hidden tests of unit 09. The oracles are tables, summed by enumeration, and plain loops in Python."""

import math

import numpy as np
from oracles import conditional, entropy_bits, every, expected_bits, marginals, product_of_marginals, random_joint, random_plan

from minigen.course import expect

SHAPES = ((1, 5, 2), (6, 4, 5), (5, 6, 3))              # (B, T, V)


def of_table(joint):
    """log P(place = v | what stands on the canvas), by enumeration; of the impossible, anything."""
    def logits(canvas, at):
        out = np.zeros((len(canvas), len(at), joint.shape[0]))
        for b, row in enumerate(np.array(canvas).tolist()):
            seen = {t: v for t, v in enumerate(row) if v < joint.shape[0]}
            if joint[tuple(seen.get(t, slice(None)) for t in range(joint.ndim))].sum() == 0.0:
                continue
            for a, t in enumerate(np.array(at).tolist()):
                with np.errstate(divide="ignore"):
                    out[b, a] = np.log(conditional(joint, seen, t))
        return out
    return logits


def of_luck(rng, length, size, calls=None):
    """A model whose scores depend on the whole canvas, open places too, and on no table: each order has its own probability."""
    told = rng.standard_normal((length, size + 1, length, size))

    def logits(canvas, at):
        canvas, at = np.array(canvas, np.int64), np.array(at)
        if calls is not None:
            calls.append((canvas, at))
        return np.stack([sum(told[s, row[s]] for s in range(length))[at.astype(np.int64)] for row in canvas])
    return logits


def fixed(scores):
    """A model whose scores (B, T, V) do not depend on the canvas."""
    return lambda canvas, at: scores[:, np.array(at, np.int64)]


def log_softmax(scores, token):
    """Of one token, in plain Python."""
    peak = max(scores)
    return scores[token] - peak - math.log(math.fsum(math.exp(score - peak) for score in scores))


def plain(logits, tokens, plan, mask):
    """One canvas, one pass, one place after the other."""
    totals = []
    for row in tokens:
        canvas, total = np.full((1, len(row)), mask), 0.0
        for at in plan:
            scores = logits(canvas.copy(), np.array(at))[0]
            total += sum(log_softmax(scores[a].tolist(), int(row[t])) for a, t in enumerate(at))
            canvas[0, at] = row[at]
        totals.append(total)
    return np.array(totals)


def score(impl, *arguments):
    """The log-probability, without NumPy's remarks about log 0."""
    with np.errstate(all="ignore"):
        return impl.log_prob(*arguments)


def correlation(impl, joint):
    with np.errstate(all="ignore"):
        return impl.total_correlation(joint)


def mixed_plan(rng, length):
    """A random plan that is neither one by one nor all at once."""
    while True:
        plan = random_plan(rng, length)
        if 1 < len(plan) < length:
            return plan


def test_one_by_one_gives_back_the_table(impl, rng):
    """one place at a time, in any order, gives back every probability of a table"""
    for length, size in ((3, 3), (5, 2), (2, 5)):
        joint, tokens = random_joint(rng, size, length), every(size, length)
        for order in (np.arange(length), rng.permutation(length)):
            got = score(impl, of_table(joint), tokens, [[int(t)] for t in order], size)
            expect.close(got, np.log(joint.ravel()), f"{len(tokens)} canvases, one place at a time", atol=1e-5)


def test_all_at_once_gives_the_marginals(impl, rng):
    """all places in one pass give each canvas the product of its marginals"""
    for length, size in ((3, 3), (5, 2), (2, 5)):
        joint, tokens = random_joint(rng, size, length), every(size, length)
        got = score(impl, of_table(joint), tokens, [np.arange(length)], size)
        expect.close(got, np.log(product_of_marginals(joint).ravel()), f"{len(tokens)} canvases, all at once", atol=1e-5)


def test_the_order_of_the_plan(impl, rng):
    """one place at a time, in the very order of the plan, by a model that answers otherwise in another order"""
    for n, length, size in SHAPES:
        logits, tokens = of_luck(rng, length, size), rng.integers(size, size=(n, length))
        for order in (np.arange(length)[::-1], rng.permutation(length)):
            plan = [order[k:k + 1] for k in range(length)]
            expect.close(score(impl, logits, tokens, plan, size), plain(logits, tokens, plan, size), "one place at a time", atol=1e-5)


def test_any_plan(impl, rng):
    """any plan: each pass is scored given what earlier passes wrote, and nothing else"""
    for n, length, size in SHAPES:
        logits, tokens, plan = of_luck(rng, length, size), rng.integers(size, size=(n, length)), mixed_plan(rng, length)
        want = plain(logits, tokens, plan, size)
        expect.close(score(impl, logits, tokens, [at.tolist() for at in plan], size), want, f"a plan of {len(plan)} passes", atol=1e-5)


def test_what_is_asked_and_shown(impl, rng):
    """one question a pass, for all of its places; on the canvas shown stand the tokens of earlier passes and masks, nothing else"""
    for n, length, size in SHAPES:
        calls, tokens, plan = [], rng.integers(size, size=(n, length)), mixed_plan(rng, length)
        score(impl, of_luck(rng, length, size, calls), tokens, plan, size)
        assert len(calls) == len(plan), f"{len(plan)} passes: expected as many calls of logits, got {len(calls)}"
        want = np.full((n, length), size)
        for (shown, asked), at in zip(calls, plan):
            expect.same(np.sort(expect.array(asked, (len(at),), "i", "the places asked for")), np.sort(at), "the places asked for")
            expect.same(shown, want, "the canvas that the model is shown")
            want[:, at] = tokens[:, at]


def test_one_place(impl, rng):
    """a canvas of one place: its log-probability is that of its token, whatever is added to all scores"""
    # Multiples of 1/64, which float32 holds exactly near 10,000 too.
    scores = np.concatenate([rng.integers(-200, 200, size=(4, 1, 6)) / 64 + shift for shift in (1e4, 0.5, -1e4)])
    tokens = rng.integers(6, size=(12, 1))
    want = [log_softmax(row[0].tolist(), token[0]) for row, token in zip(scores, tokens)]
    expect.close(score(impl, fixed(scores), tokens, [[0]], 6), want, "one place", atol=1e-5)


def test_the_impossible(impl, rng):
    """an impossible token makes the whole canvas -inf, never nan; the other canvases keep their numbers"""
    joint = random_joint(rng, 3, 3)
    joint[rng.integers(3)] = 0.0                                    # a token that never stands at place 0
    joint[..., rng.integers(3)] *= 0.0
    joint /= joint.sum()
    tokens = every(3, 3)
    with np.errstate(divide="ignore"):
        one, once = np.log(joint).ravel(), np.log(product_of_marginals(joint)).ravel()
    for plan, want in (([[0], [1], [2]], one), ([[2], [1], [0]], one), ([[0, 1, 2]], once)):
        got = expect.array(score(impl, of_table(joint), tokens, plan, 3), (27,), "f")
        expect.same(np.isneginf(got), np.isneginf(want), f"which canvases are impossible under {plan}")
        assert not np.isnan(got).any(), "expected numbers or -inf, got nan"


def test_a_long_canvas(impl, rng):
    """1500 places: a probability far too small for a float, but not its logarithm"""
    scores, tokens = rng.standard_normal((2, 1500, 5)), rng.integers(5, size=(2, 1500))
    want = [math.fsum(log_softmax(scores[b, t].tolist(), tokens[b, t]) for t in range(1500)) for b in range(2)]
    got = score(impl, fixed(scores), tokens, [np.arange(0, 700), np.arange(700, 1500)], 5)
    expect.close(got, want, "1500 places")


def test_unlikely_tokens(impl, rng):
    """a token 10,000 nats below the best one is very unlikely, not impossible"""
    scores, tokens = np.zeros((3, 2, 4)), rng.integers(4, size=(3, 2))
    np.put_along_axis(scores, tokens[..., None], -1e4, -1)
    expect.close(score(impl, fixed(scores), tokens, [[1], [0]], 4), np.full(3, 2 * (-1e4 - math.log(3))), "two unlikely tokens")


def test_kinds_of_arrays(impl, rng):
    """float32 scores, int32 tokens that are not contiguous, one canvas; the tokens and the plan stay as they were"""
    scores, tokens = rng.standard_normal((4, 6, 3)).astype(np.float32), np.asfortranarray(rng.integers(3, size=(4, 6)).astype(np.int32))
    want = [sum(log_softmax(scores[b, t].tolist(), tokens[b, t]) for t in range(6)) for b in range(4)]

    def call(tokens, *plan):
        return expect.in_place(impl.log_prob)(fixed(scores[:len(tokens)]), tokens, list(plan), 3)

    plan = mixed_plan(rng, 6)
    expect.close(expect.unchanged(call, tokens, *plan), want, "float32 scores", atol=1e-5)
    expect.close(call(tokens[:1], *plan), want[:1], "a batch of one", atol=1e-5)


def test_total_correlation_of_a_table(impl, rng):
    """the entropies of the places, summed, less that of whole canvases, in bits"""
    for length, size in ((3, 3), (3, 2), (4, 2), (3, 4)):
        joint = random_joint(rng, size, length) + 0.01
        joint /= joint.sum()
        want = sum(entropy_bits(row) for row in marginals(joint)) - entropy_bits(joint)
        expect.close(expect.unchanged(impl.total_correlation, joint), want, f"{length} places, {size} tokens", atol=1e-5)


def test_total_correlation_of_two_words(impl, rng):
    """two words that share no character, one more frequent than the other: the entropy of one yes-or-no question"""
    for p in (0.5, rng.uniform(0.6, 0.9), rng.uniform(0.01, 0.1)):
        joint = np.zeros((4, 4))
        first, second = rng.permutation(4)[:2], rng.permutation(4)[:2]
        joint[first[0], second[0]], joint[first[1], second[1]] = p, 1 - p
        expect.close(correlation(impl, joint), entropy_bits([p, 1 - p]), f"two words with {p:.3f} and {1 - p:.3f}", atol=1e-5)


def test_total_correlation_of_lamps(impl, rng):
    """the last of some lamps is decided by all the others together: one bit, though any smaller group is independent"""
    for length in (3, 4, 5):
        odd = int(rng.integers(2))
        joint = np.zeros((2,) * length)
        for row in every(2, length):
            joint[tuple(row)] = (row.sum() % 2 == odd) / 2 ** (length - 1)
        expect.close(correlation(impl, joint), 1.0, f"{length} lamps")


def test_total_correlation_of_independent_places(impl, rng):
    """places that know nothing of each other, or one place alone, lose nothing"""
    for length, size in ((1, 5), (2, 4), (4, 3)):
        joint = product_of_marginals(random_joint(rng, size, length) + 0.01)
        expect.close(correlation(impl, joint / joint.sum()), 0.0, f"{length} independent places", atol=1e-5)
    told = expect.number(correlation(impl, np.eye(2) / 2), "two places that are alike")
    assert told > 0, f"two places that are always alike: expected something above 0, got {told}"


def test_the_price_of_one_shot(impl, rng):
    """on average, all at once loses exactly the total correlation of the table"""
    joint = random_joint(rng, 3, 3)
    tokens, probs = every(3, 3), joint.ravel()
    at_once = score(impl, of_table(joint), tokens, [[0, 1, 2]], 3)
    expect.array(at_once, (27,), "f", "the log-probabilities")
    price = expected_bits(probs, at_once) - entropy_bits(probs)
    expect.close(correlation(impl, joint), price, "the total correlation beside the price of one shot", atol=1e-5)
