"""Hidden tests of unit 17. The oracles are Python's own lists, and the enumeration of all canvases."""

import math

import numpy as np
from oracles import away_from_edges, cut_at_end, every, every_string, walk

from minigen.course import expect

LAST = 1 - 1e-9                         # nearly the largest die there is


def log_table(rng, length, size):
    """Independent places: log-probabilities (T, V)."""
    scores = rng.standard_normal((length, size))
    return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)


def plain(log_probs, tokens, end):
    """Up to and including the first END, in plain Python."""
    totals = []
    for row in tokens.tolist():
        upto = row.index(end) + 1 if end in row else len(row)
        totals.append(math.fsum(float(log_probs[t, row[t]]) for t in range(upto)))
    return np.array(totals)


def score(impl, log_probs, tokens, end):
    """The log-probability, without NumPy's remarks about -inf."""
    with np.errstate(all="ignore"):
        return impl.string_log_prob(log_probs, tokens, end)


def with_one_end(rng, n, length, size, end):
    """Random canvases with exactly one END, at any place but the last."""
    others = np.array([v for v in range(size) if v != end])
    tokens = others[rng.integers(size - 1, size=(n, length))]
    tokens[np.arange(n), rng.integers(length - 1, size=n)] = end
    return tokens


class Pieces:
    """A model of texts of a known length: other scores for each length. It notes what it is asked."""

    def __init__(self, rng, longest, size):
        self.scores = [2.0 * rng.standard_normal((n, size)) for n in range(longest + 1)]
        self.asked = []

    def logits(self, n):
        self.asked.append(int(n))
        return self.scores[int(n)].copy()

    def dice_and_tokens(self, rng, n):
        """Dice away from the edges, and the tokens that a plain walk finds."""
        dice, tokens = [], []
        for row in self.scores[n]:
            probs = np.exp(row - np.logaddexp.reduce(row))
            dice.append(away_from_edges(rng, np.cumsum(probs)))
            tokens.append(walk(probs, dice[-1]))
        return np.array(dice, np.float64), np.array(tokens, np.int64)


def sure_of(n, longest):
    """Scores of the lengths 0, 1, ..., longest that leave only n."""
    scores = np.full(longest + 1, -np.inf)
    scores[n] = 0.0
    return scores


def test_a_text_ends_before_its_end(impl, rng):
    """the length of a canvas with one END is the number of tokens before it, whatever the id of END"""
    for n, length, size in ((1, 2, 2), (40, 9, 5), (7, 30, 3)):
        end = int(rng.integers(size))
        tokens = with_one_end(rng, n, length, size, end)
        want = [row.index(end) for row in tokens.tolist()]
        expect.same(expect.unchanged(impl.lengths, tokens, end), want, f"lengths of canvases {tokens.shape} with one END")


def test_the_first_end_counts(impl, rng):
    """with several ENDs, only what stands before the first is text"""
    tokens = rng.integers(3, size=(60, 8))
    tokens[:, [3, 7]] = 2
    want = [len(cut_at_end(row, 2)) for row in tokens]
    expect.same(impl.lengths(tokens, 2), want, "lengths of canvases with several ENDs")


def test_no_end_at_all(impl, rng):
    """a canvas without END is text from the first place to the last"""
    for length in (1, 2, 17):
        expect.same(impl.lengths(rng.integers(4, size=(5, length)), 4), np.full(5, length), f"lengths of {length} places without END")


def test_probability_of_a_string(impl, rng):
    """the probability of a string is that of all canvases together that decode to it"""
    for length, size in ((3, 3), (5, 2), (2, 4)):
        log_probs, tokens, end = log_table(rng, length, size), every(size, length), int(rng.integers(size))
        each = np.exp(log_probs[np.arange(length), tokens].sum(axis=1))
        total = {}
        for row, p in zip(tokens, each):
            total[cut_at_end(row, end)] = total.get(cut_at_end(row, end), 0.0) + p
        want = [math.log(total[cut_at_end(row, end)]) for row in tokens]
        expect.close(expect.unchanged(impl.string_log_prob, log_probs, tokens, end), want, f"{len(tokens)} canvases", atol=1e-5)


def test_all_strings_together(impl, rng):
    """the probabilities of all strings that fit on the canvas add up to 1"""
    for length, size in ((4, 3), (6, 2), (3, 5)):
        got = expect.array(score(impl, log_table(rng, length, size), every_string(size, length), size - 1),
                           (len(every_string(size, length)),))
        assert abs(np.exp(got).sum() - 1) < 1e-5, f"{len(got)} strings: expected probabilities that sum to 1, got {np.exp(got).sum():.6g}"


def test_a_full_canvas(impl, rng):
    """a string without END: every place counts"""
    for length in (2, 6):
        log_probs, tokens = log_table(rng, length, 5), rng.integers(4, size=(20, length))
        expect.close(score(impl, log_probs, tokens, 4), plain(log_probs, tokens, 4), "canvases without END", atol=1e-5)


def test_what_follows_end_changes_nothing(impl, rng):
    """canvases that differ only after the first END have the same log-probability"""
    log_probs, tokens = log_table(rng, 8, 6), rng.integers(5, size=(30, 8))
    where = rng.integers(6, size=30)                                # at least two places follow
    tokens[np.arange(30), where] = 5
    other, after = tokens.copy(), np.arange(8) > where[:, None]
    other[after] = (tokens[after] + rng.integers(1, 5, size=after.sum())) % 5
    first = expect.array(score(impl, log_probs, tokens, 5), (30,))
    expect.close(score(impl, log_probs, other, 5), first, "the same strings with other tokens after END")


def test_the_impossible(impl, rng):
    """an impossible token makes a string impossible (-inf), but after END it does no harm; never nan"""
    log_probs, tokens = log_table(rng, 6, 4), rng.integers(1, 3, size=(40, 6))
    log_probs[4:, 0] = -np.inf
    tokens[:, 4] = 0                                                # impossible
    tokens[:20, 3], tokens[20:, 5] = 3, 3                           # END before it, END after it
    got = expect.array(score(impl, log_probs, tokens, 3), (40,))
    assert not np.isnan(got).any(), "expected numbers or -inf, got nan"
    expect.same(np.isneginf(got), np.arange(40) >= 20, "which strings are impossible")


def test_one_place(impl, rng):
    """on a canvas of one place there is one token or none, and its log-probability counts"""
    log_probs = log_table(rng, 1, 4)
    expect.close(score(impl, log_probs, np.array([[0], [1], [2]]), 3), log_probs[0, :3], "one place, one token", atol=1e-5)


def test_a_long_text(impl, rng):
    """3000 places: a probability far too small for a float, but not its logarithm; float32 and views too"""
    log_probs = log_table(rng, 3000, 5)
    tokens = rng.integers(4, size=(3, 3000))
    tokens[np.arange(3), [2999, 1500, 2000]] = 4
    want = plain(log_probs, tokens, 4)
    expect.close(score(impl, log_probs, tokens, 4), want, "3000 places")
    expect.close(score(impl, np.asfortranarray(log_probs.astype(np.float32)), np.repeat(tokens, 2, axis=0)[::2].astype(np.int32), 4), want,
                 "3000 places in float32", rtol=1e-4)


def test_the_length_is_drawn(impl, rng):
    """the die u_length decides the length, from 0 on: the first length whose running sum is greater than the die"""
    for longest in (3, 12):
        pieces, scores = Pieces(rng, longest, 3), rng.standard_normal(longest + 1)
        probs = np.exp(scores - np.logaddexp.reduce(scores))
        dice = [away_from_edges(rng, np.cumsum(probs)) for _ in range(30)] + [0.0, LAST]
        for die in dice:
            got = impl.length_first(scores.copy(), pieces.logits, float(die), rng.random(longest))
            expect.array(got, (walk(probs, die),), "i", f"the tokens for the die {die:.3f} of the length")


def test_the_pieces_of_that_length(impl, rng):
    """all places are drawn from the scores that belong to the length drawn, place t with the die u[t]"""
    for n in (2, 5, 9):
        pieces = Pieces(rng, 9, 6)
        dice, tokens = pieces.dice_and_tokens(rng, n)
        with np.errstate(all="ignore"):
            got = impl.length_first(sure_of(n, 9), pieces.logits, float(rng.random()), np.append(dice, rng.random(11 - n)))
        expect.same(got, tokens, f"a text of {n} places")


def test_the_die_of_a_place(impl, rng):
    """the die of place t is u[t], counted from the beginning, also if there are more dice than places"""
    n = 6
    scores = np.tile(rng.standard_normal(4), (n, 1))
    probs = np.exp(scores[0] - np.logaddexp.reduce(scores[0]))
    dice = np.array([away_from_edges(rng, np.cumsum(probs)) for _ in range(3 * n)])
    dice[[0, n - 1, n, -n, -1]] = [0.0, LAST, 0.0, LAST, 0.0]
    got = impl.length_first(sure_of(n, n + 2), lambda k: scores[:int(k)].copy(), 0.5, dice)
    expect.same(got, [walk(probs, die) for die in dice[:n]], "the tokens")


def test_one_question(impl, rng):
    """the pieces are asked for once, by the number of places that there are"""
    for n in (1, 4, 7):
        pieces = Pieces(rng, 7, 3)
        impl.length_first(sure_of(n, 7), pieces.logits, 0.5, rng.random(7))
        assert pieces.asked == [n], f"a length of {n}: expected one call piece_logits({n}), got calls with {pieces.asked}"


def test_nothing_to_say(impl, rng):
    """a length of 0 gives an empty array of whole numbers, and nothing is asked"""
    for longest in (0, 5):
        pieces = Pieces(rng, longest, 3)
        got = impl.length_first(sure_of(0, longest), pieces.logits, float(rng.random()), rng.random(longest))
        expect.array(got, (0,), "i", "a text of length 0")
        assert not pieces.asked, f"a length of 0: expected no call of piece_logits, got calls with {pieces.asked}"


def test_scores_of_any_size(impl, rng):
    """scores near 10,000 and near -10,000, of lengths and of tokens, are drawn from as others are"""
    for shift in (1e4, -1e4):
        pieces = Pieces(rng, 2, 3)
        dice, tokens = pieces.dice_and_tokens(rng, 2)
        with np.errstate(all="ignore"):
            got = impl.length_first(np.array([-500.0, -500.0, 0.0]) + shift, lambda n: pieces.logits(n) + shift, 0.5, dice)
        expect.same(got, tokens, f"a text of two places, scores near {shift:g}")


def test_the_impossible_is_not_drawn(impl, rng):
    """dice of 0 and just below 1 give the first and the last length, and the first and the last token, that are possible"""
    lengths, tokens = (np.array([-np.inf, *rng.standard_normal(2), -np.inf]) for _ in range(2))
    for n, die in ((1, 0.0), (2, LAST)):
        with np.errstate(all="ignore"):
            got = impl.length_first(lengths.copy(), lambda k: np.tile(tokens, (int(k), 1)), die, np.array([0.0, LAST, 0.5]))
        expect.same(got, [1, 2][:n], f"lengths 1 and 2 and tokens 1 and 2 are possible, die of the length {die:.3g}")
