"""Hidden tests of unit 25. The oracle is the loop in plain Python, one place after the other."""

import numpy as np
from oracles import away_from_edges, walk

from minigen.course import expect

LAST = 1 - 2 ** -53                     # the largest die there is


def random_probs(rng, vocab_size):
    """A table (V + 1, V) without very small probabilities."""
    probs = rng.random((vocab_size + 1, vocab_size)) + 0.05
    return probs / probs.sum(axis=1, keepdims=True)


def plain_loop(rng, probs, canvas, end):
    """Dice for a canvas, thrown on the way, and the tokens that they give."""
    mask = probs.shape[1]
    dice, tokens = rng.random(canvas.shape), canvas.copy()
    for b in range(len(canvas)):
        seen = [mask]
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and end in seen:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                dice[b, t] = away_from_edges(rng, probs[seen[-1]].cumsum())
                tokens[b, t] = walk(probs[seen[-1]].tolist(), dice[b, t])
            seen.append(int(tokens[b, t]))
    return dice, tokens


def blank(vocab_size, batch, length):
    return np.full((batch, length), vocab_size, np.int64)


def fill(impl, probs, canvas, dice, end=-1):
    """The call of every test: copies go in, so that no test depends on what another one looks for."""
    return impl.fill_compiled(probs.copy(), canvas.copy(), dice.copy(), probs.shape[1], end)


def test_each_place_reads_the_token_on_its_left(impl, rng):
    """without a prompt and without END, each place is drawn from the row of the token just drawn on its left"""
    for vocab_size, batch, length in ((2, 30, 8), (5, 40, 12), (27, 20, 6)):
        probs = random_probs(rng, vocab_size)
        dice, tokens = plain_loop(rng, probs, blank(vocab_size, batch, length), -1)
        got = fill(impl, probs, blank(vocab_size, batch, length), dice)
        expect.same(got, tokens, f"{vocab_size} tokens, canvases {(batch, length)}")


def test_the_first_place_reads_row_v(impl, rng):
    """a canvas of one place is drawn from row V, which means nothing on the left"""
    for vocab_size, batch in ((3, 1), (4, 60)):
        probs = random_probs(rng, vocab_size)
        probs[:-1], probs[-1, 0] = 1.0 * (np.arange(vocab_size) == 0), 0.0       # all other rows are sure of what row V excludes
        probs /= probs.sum(axis=1, keepdims=True)
        dice, tokens = plain_loop(rng, probs, blank(vocab_size, batch, 1), -1)
        expect.same(fill(impl, probs, blank(vocab_size, batch, 1), dice), tokens, f"{batch} canvases of one place")


def test_a_prompt_stays(impl, rng):
    """places that are not open come back as they were, and a canvas without an open place as a whole"""
    probs = random_probs(rng, 6)
    prompt, where = rng.integers(0, 6, (40, 9)), rng.random((40, 9)) < 0.5
    got = expect.array(fill(impl, probs, np.where(where, prompt, 6), rng.random((40, 9))), (40, 9), "i")
    expect.same(got[where], prompt[where], "the places of the prompt")
    expect.same(fill(impl, probs, prompt, rng.random((40, 9))), prompt, "canvases without an open place")


def test_a_place_reads_the_prompt_on_its_left(impl, rng):
    """an open place after a place of the prompt is drawn from the prompt's row"""
    probs = random_probs(rng, 5)
    canvas = rng.integers(0, 5, (60, 8))
    dice = np.empty((60, 8))
    for b in range(60):                         # one die for the whole canvas: which place it belongs to is another test
        dice[b] = away_from_edges(rng, probs[canvas[b, 0::2]].cumsum(axis=1))
    tokens = canvas.copy()
    for b, t in np.ndindex(60, 8):
        if t % 2:
            tokens[b, t] = walk(probs[canvas[b, t - 1]].tolist(), dice[b, t])
    canvas[:, 1::2] = 5
    expect.same(fill(impl, probs, canvas, dice), tokens, "every second place open")


def test_the_die_belongs_to_the_place(impl, rng):
    """place t of canvas b uses u[b, t], wherever a prompt stands"""
    probs = np.tile(random_probs(rng, 4)[:1], (5, 1))               # all rows alike: only the dice matter
    canvas = np.where(rng.random((50, 10)) < 0.5, rng.integers(0, 4, (50, 10)), 4)
    dice, tokens = plain_loop(rng, probs, canvas, -1)
    open_places = canvas == 4
    got = expect.array(fill(impl, probs, canvas, dice), canvas.shape, "i")
    expect.same(got[open_places], tokens[open_places], "the open places")


def test_after_a_drawn_end_everything_is_end(impl, rng):
    """once END is drawn, every later open place holds END; before that nothing changes"""
    for end in (0, 3):
        probs = random_probs(rng, 4)
        probs[:, end] += 0.3
        probs /= probs.sum(axis=1, keepdims=True)
        dice, tokens = plain_loop(rng, probs, blank(4, 60, 9), end)
        expect.same(fill(impl, probs, blank(4, 60, 9), dice, end), tokens, f"END = {end}")


def test_an_end_of_the_prompt_ends(impl, rng):
    """an END that stands in the prompt ends the canvas as one that was drawn"""
    probs = random_probs(rng, 5)
    probs[:, 2] = 0.0                                               # END = 2 is never drawn
    probs /= probs.sum(axis=1, keepdims=True)
    canvas = blank(5, 40, 8)
    canvas[np.arange(40), rng.integers(0, 5, 40)] = 2
    dice, tokens = plain_loop(rng, probs, canvas, 2)
    expect.same(fill(impl, probs, canvas, dice, 2), tokens, "an END somewhere in the prompt")


def test_a_prompt_after_end_stays(impl, rng):
    """a place of the prompt that stands after an END keeps its token"""
    probs = random_probs(rng, 4)
    canvas = blank(4, 20, 7)
    canvas[:, 1] = 3
    canvas[:, 3], canvas[:, 6] = rng.integers(0, 3, 20), rng.integers(0, 3, 20)
    got = expect.array(fill(impl, probs, canvas, rng.random(canvas.shape), 3), canvas.shape, "i")
    expect.same(got[:, [1, 3, 6]], canvas[:, [1, 3, 6]], "the prompt END at place 1, others at 3 and 6")


def test_a_die_on_the_edge_belongs_to_the_next_token(impl, rng):
    """the first token whose running sum is greater than the die: on the edge that is the next one"""
    for vocab_size in (2, 4, 8):
        tokens = rng.integers(0, vocab_size, (3, 5))
        got = fill(impl, np.full((vocab_size + 1, vocab_size), 1 / vocab_size), blank(vocab_size, 3, 5), tokens / vocab_size)
        expect.same(got, tokens, f"{vocab_size} equal tokens, dice on the edges")


def test_impossible_tokens_are_never_drawn(impl, rng):
    """dice of 0 and just below 1 give the first and the last possible token, never one of probability 0 and never token V"""
    for vocab_size in (4, 10, 50):
        probs = random_probs(rng, vocab_size)
        probs[:, [0, -1]] = 0.0
        probs *= (1 - 3e-8) / probs.sum(axis=1, keepdims=True)      # as after a rounding to float32
        ends = rng.integers(0, 2, (8, 6))
        ends[0, 0], ends[0, 1] = 0, 1
        got = fill(impl, probs, blank(vocab_size, 8, 6), ends * LAST)
        expect.same(got, np.where(ends, vocab_size - 2, 1), f"{vocab_size} tokens, the first and the last impossible")


def test_sums_are_float64(impl, rng):
    """a token with a probability of one in a billion is found by the die that belongs to it"""
    small = 2.0 ** -30
    probs = np.tile([0.5, small, 0.5 - small], (4, 1))
    tokens = rng.permuted(np.tile([0, 1, 1, 2], (5, 1)), axis=1)
    dice = np.array([0.25, 0.5 + small / 2, 0.75])[tokens]
    expect.same(fill(impl, probs, blank(3, 5, 4), dice), tokens, "probabilities 0.5, one in a billion, 0.5")


def test_end_reaches_across_the_prompt(impl, rng):
    """open places hold END also where a prompt stands between them and the END"""
    probs, canvas = random_probs(rng, 4), blank(4, 30, 7)
    probs[:, 3] = 0.0                                               # END = 3 is never drawn
    probs /= probs.sum(axis=1, keepdims=True)
    canvas[:, 1], canvas[:, 3] = 3, rng.integers(0, 3, 30)
    got = expect.array(fill(impl, probs, canvas, rng.random(canvas.shape), 3), canvas.shape, "i")
    expect.same(got[:, [2, 4, 5, 6]], np.full((30, 4), 3), "the prompt END at place 1, another at 3: the open places after them")


def test_the_die_is_scaled(impl, rng):
    """where a row misses 1 by a rounding, the die is multiplied by its sum"""
    for miss in 2.0 ** -np.array([25, 30, 40]):
        tokens = rng.integers(0, 2, (4, 5))
        # Both tokens take half of what there is; the die lies below a half, but above the first token's probability.
        dice = np.where(tokens, 0.75, 0.5 - miss / 2)
        got = fill(impl, np.full((3, 2), 0.5 - miss), blank(2, 4, 5), dice)
        expect.same(got, tokens, "two equal probabilities, a little below a half")


def test_the_inputs_stay(impl, rng):
    """a new array comes back; table, canvas and dice stay as they were"""
    canvas = blank(3, 4, 6)
    canvas[:, 2] = 1
    got = expect.unchanged(impl.fill_compiled, random_probs(rng, 3), canvas, rng.random((4, 6)), 3, 2)
    expect.array(got, (4, 6), "i", "tokens")
    assert got is not canvas, "the canvas itself came back: expected a new array"
