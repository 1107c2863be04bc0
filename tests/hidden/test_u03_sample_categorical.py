"""Hidden tests of unit 03. The oracle is a walk along the probabilities in plain Python."""

import numpy as np
from oracles import away_from_edges, most_by_chance, softmax, walk

from minigen.course import expect

LAST = 1 - 2 ** -53                     # the largest die there is


def cases(rng, shape, scale, temperature=1.0):
    """Scores of this shape, dice, and the tokens that a plain walk finds."""
    logits = scale * rng.standard_normal(shape)
    dice, tokens = np.zeros(shape[:-1]), np.zeros(shape[:-1], np.int64)
    for index in np.ndindex(*shape[:-1]):
        probs = softmax(logits[index].tolist(), temperature)
        dice[index] = away_from_edges(rng, np.cumsum(probs))
        tokens[index] = walk(probs, dice[index])
    return logits, dice, tokens


def test_the_draw_is_a_walk_along_the_probabilities(impl, rng):
    """each die gives the token whose part of the line it falls into, at any shape"""
    for shape in ((1, 2), (5, 7), (2, 3, 4), (3, 2, 2, 30)):
        logits, dice, tokens = cases(rng, shape, 1.5)
        expect.same(expect.unchanged(impl.sample_categorical, logits, dice), tokens, f"tokens of scores {shape}")


def test_each_row_goes_by_its_own_die(impl, rng):
    """dice that fall onto the likeliest token of their own row: the first token of some rows, the last of others"""
    logits = np.tile(np.log([[0.4, 0.15, 0.15, 0.15, 0.15], [0.15, 0.15, 0.15, 0.15, 0.4]]), (20, 1))
    dice = np.stack([rng.uniform(0.05, 0.25, 20), rng.uniform(0.75, 0.95, 20)], axis=1).ravel()
    shuffle = rng.permutation(40)
    got = impl.sample_categorical(logits[shuffle] + rng.standard_normal((40, 1)), dice[shuffle])
    expect.same(got, np.tile([0, 4], 20)[shuffle], "tokens of rows that differ")


def test_temperature_divides_the_scores(impl, rng):
    """scores are divided by the temperature before they become probabilities"""
    for temperature in (0.3, 0.8, 2.5):
        logits, dice, tokens = cases(rng, (40, 6), 1.5, temperature)
        expect.same(impl.sample_categorical(logits, dice, temperature), tokens, f"tokens at temperature {temperature}")


def test_a_die_on_the_edge_belongs_to_the_next_token(impl, rng):
    """the first token whose running sum is greater than the die: on the edge that is the next one"""
    for size in (2, 4):                 # with 8 equal scores exp(-log 8) is not exactly 1/8
        tokens = rng.permutation(np.repeat(np.arange(size), 3))
        got = impl.sample_categorical(np.zeros((3 * size, size)), tokens / size)
        expect.same(got, tokens, f"{size} equal scores, dice on the edges")


def test_the_first_and_the_last_die(impl, rng):
    """dice at 0 and just below 1 give the first and the last possible token, never token V"""
    for size in (1, 3, 10, 1000):
        logits = rng.standard_normal((2, size)).astype(np.float32)
        expect.same(impl.sample_categorical(logits, np.array([0.0, LAST])), [0, size - 1], f"{size} tokens, dice at both ends")


def test_impossible_tokens_are_never_drawn(impl, rng):
    """a score of -inf is probability zero, at the beginning, in the middle and at the end"""
    logits = rng.standard_normal((400, 6))                      # many: the sums of some rows are rounded below 1
    logits[:, [0, 3, 5]] = -np.inf
    expect.same(impl.sample_categorical(logits, np.tile([0.0, LAST], 200)), np.tile([1, 4], 200), "tokens 0, 3 and 5 impossible")
    only = np.full((4, 5), -np.inf)
    only[np.arange(4), [0, 2, 3, 4]] = rng.standard_normal(4)
    expect.same(impl.sample_categorical(only, np.array([0.0, 0.5, LAST, 0.9])), [0, 2, 3, 4], "one possible token in each row")


def test_scores_of_any_size(impl, rng):
    """scores of 10,000 and of -10,000 neither overflow nor vanish"""
    for shift in (1e4, -1e4):
        logits, dice, tokens = cases(rng, (20, 5), 1.0)
        expect.same(impl.sample_categorical(logits + shift, dice), tokens, f"scores near {shift:g}")
    expect.same(impl.sample_categorical(np.array([[1e4, -1e4, 0.0]]), np.array([0.5])), [0], "scores far apart")


def test_float32_and_views(impl, rng):
    """float32 scores, a batch of one, and arrays that are not contiguous"""
    logits, dice, tokens = cases(rng, (40, 8), 1.0)
    expect.same(impl.sample_categorical(logits.astype(np.float32), dice), tokens, "float32 scores")
    expect.same(impl.sample_categorical(np.asfortranarray(logits), np.repeat(dice, 2)[::2]), tokens, "arrays that are not contiguous")
    expect.same(impl.sample_categorical(logits[::-3], dice[::-3]), tokens[::-3], "every third row, backwards")
    expect.same(impl.sample_categorical(logits[:1], dice[:1]), tokens[:1], "a batch of one")
    square = np.asfortranarray(dice.reshape(5, 8))
    expect.same(impl.sample_categorical(logits.reshape(5, 8, 8), square), tokens.reshape(5, 8), "dice in another memory order")


def test_the_frequencies_are_the_probabilities(impl, rng):
    """over many dice, each token comes as often as its probability says"""
    n, logits = 20_000, rng.permutation(5) + 0.1 * rng.standard_normal(5)
    got = impl.sample_categorical(np.tile(logits, (n, 1)), rng.random(n))
    expect.array(got, (n,), "i")
    share = np.bincount(got, minlength=6)[:6] / n
    # Hoeffding over six cells: false alarm 1e-6.
    assert np.abs(share - [*softmax(logits.tolist()), 0.0]).max() < most_by_chance(n, 6), f"shares {share.round(3).tolist()}"


def test_the_die_decides_and_nothing_else(impl, rng):
    """the same dice give the same tokens, and a larger die never an earlier token"""
    logits = np.tile(rng.standard_normal(9), (200, 1))
    dice = np.sort(rng.random(200))
    first, again = impl.sample_categorical(logits, dice), impl.sample_categorical(logits, dice)
    expect.same(again, expect.array(first, (200,), "i"), "the same call again")
    assert (np.diff(first) >= 0).all(), "a larger die gave an earlier token"


def test_the_inputs_stay_at_any_temperature(impl, rng):
    """scores and dice are left as they were, at a temperature other than 1 too"""
    for temperature in (0.5, 2.0):
        got = expect.unchanged(impl.sample_categorical, rng.standard_normal((4, 3)), rng.random(4), temperature)
        expect.array(got, (4,), "i")
