"""Hidden tests of unit 04. The oracle goes through one row at a time, best token first, in plain Python.

What is compared: which tokens stay, and the probabilities of those that do. A number added to a whole row is no fault.
"""

import math

import numpy as np

from minigen.course import expect


def plain(row, temperature=1.0, top_k=None, top_p=None):
    """The ids that stay, best first, and their probabilities (they sum to one)."""
    ids = sorted((v for v in range(len(row)) if row[v] > -math.inf), key=lambda v: (-row[v], v))
    if temperature == 0.0:
        return ids[:1], [1.0]
    ids = ids[:top_k]
    weights = [math.exp((row[v] - row[ids[0]]) / temperature) for v in ids]
    if top_p is not None and top_p < 1.0:
        n, share = 0, top_p * math.fsum(weights)
        while math.fsum(weights[:n]) < share:
            n += 1
        ids, weights = ids[:n], weights[:n]
    return ids, [weight / math.fsum(weights) for weight in weights]


def agree(impl, logits, name, **settings):
    """Assert that every row of the answer is that of the plain oracle."""
    got = expect.array(impl.adjust(logits.copy(), **settings), logits.shape, "f", name)
    for index in np.ndindex(*logits.shape[:-1]):
        row, said = got[index].tolist(), f"{name}, row {list(index)}" if index else name
        ids, probs = plain(logits[index].tolist(), **settings)
        stayed = [v for v in range(len(row)) if row[v] != -math.inf]
        assert stayed == sorted(ids), f"{said}: expected the tokens {sorted(ids)} to stay, got {stayed}"
        top = max(row)
        weights = [math.exp(row[v] - top) for v in ids]
        expect.close(np.array([weight / math.fsum(weights) for weight in weights]), probs, f"{said}: probabilities, best first")


def spaced(rng, *shape):
    """Scores (..., V) in random order, no two nearer than 0.2: no rounding can change their order."""
    return rng.permuted(0.4 * np.arange(shape[-1]) + rng.uniform(0.0, 0.2, shape), axis=-1)


def shuffled(rng, scores):
    """In a random order that does not begin with the best: sorted scores are then never the same as these."""
    while True:
        scores = rng.permutation(scores)
        if scores[0] < scores.max():
            return scores


def share_for(rng, row, n, **settings):
    """A top_p that keeps exactly n tokens, well away from both edges."""
    probs = plain(row.tolist(), **settings)[1]
    return math.fsum(probs[:n - 1]) + rng.uniform(0.2, 0.8) * probs[n - 1]


def test_temperature(impl, rng):
    """scores are divided by the temperature, and nothing is cut"""
    for temperature in (0.4, 1.0, 3.0):
        for shape in ((5,), (3, 4), (2, 2, 6)):
            agree(impl, rng.standard_normal(shape), f"scores {shape} at temperature {temperature}", temperature=temperature)


def test_top_k_of_one_row(impl, rng):
    """the k largest scores stay, under their old ids and with their old differences"""
    for size, k in ((2, 1), (7, 3), (9, 4), (30, 11)):
        agree(impl, shuffled(rng, spaced(rng, size)), f"{size} scores, top_k {k}", top_k=k)


def test_top_p_of_one_row(impl, rng):
    """the smallest set, best first, whose probability reaches p: the token that crosses p stays"""
    for n in (1, 2, 4, 7):
        logits = shuffled(rng, spaced(rng, 8))
        agree(impl, logits, f"8 scores, a top_p for {n} of them", top_p=share_for(rng, logits, n))


def test_top_p_of_what_top_k_has_left(impl, rng):
    """with both, top_p is a share of the probability that top_k has left"""
    for k, n in ((4, 2), (5, 3)):
        logits = shuffled(rng, spaced(rng, 8))
        probs = plain(logits.tolist())[1]
        held, left = math.fsum(probs[:n]), math.fsum(probs[:k])
        top_p = held * (1.0 + rng.uniform(0.3, 0.7) * (1.0 / left - 1.0))       # above held, below held / left
        agree(impl, logits, f"8 scores, top_k {k}, top_p {top_p:.3f}", top_k=k, top_p=top_p)


def test_top_p_at_a_temperature(impl, rng):
    """with both, top_p is a share of the distribution at that temperature"""
    for temperature, n in ((0.5, 2), (2.5, 5)):
        logits = shuffled(rng, spaced(rng, 8))
        top_p = share_for(rng, logits, n, temperature=temperature)
        agree(impl, logits, f"8 scores at temperature {temperature}, top_p {top_p:.3f}", temperature=temperature, top_p=top_p)


def test_ties_under_top_k(impl, rng):
    """of equal scores at the edge of top_k, the smaller ids stay"""
    logits = shuffled(rng, [2.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, -1.0])
    for k in (2, 3, 4, 6):
        agree(impl, logits, f"scores {logits.tolist()}, top_k {k}", top_k=k)
    many = rng.integers(0, 4, 300) * 0.5                        # a sort that is not stable may look stable on a few
    agree(impl, many, "300 scores of 4 sizes, top_k 100", top_k=100)


def test_ties_under_top_p(impl, rng):
    """of equal scores at the edge of top_p, the smaller ids stay"""
    logits = shuffled(rng, [3.0, 3.0, 3.0, 3.0, -6.0, -7.0])
    for top_p in (0.1, 0.4, 0.6):
        agree(impl, logits, f"scores {logits.tolist()}, top_p {top_p}", top_p=top_p)


def test_a_probability_that_is_exactly_p(impl, rng):
    """a set whose probability is exactly p has reached p: no further token is needed"""
    logits = np.zeros(4)
    for quarters in rng.permutation([1, 2, 3]).tolist():
        agree(impl, logits, f"4 equal scores, top_p {quarters / 4}", top_p=quarters / 4)
    agree(impl, np.zeros(2), "2 equal scores, top_p 0.5", top_p=0.5)


def test_temperature_zero(impl, rng):
    """temperature 0 keeps the largest score of each row and nothing else, of a tie the smaller id"""
    agree(impl, rng.standard_normal((4, 6)), "temperature 0", temperature=0.0)
    agree(impl, shuffled(rng, [1.0, 1.0, 1.0, 0.0, -1.0]), "temperature 0 and a tie", temperature=0.0)
    agree(impl, shuffled(rng, spaced(rng, 7)), "temperature 0, top_k 3, top_p 0.9", temperature=0.0, top_k=3, top_p=0.9)


def test_what_is_cut_is_never_drawn(impl, rng):
    """after the next softmax, all tokens but those that stay have probability 0"""
    for settings in ({"top_k": 3}, {"top_p": 0.5}, {"temperature": 0.0}):
        logits = shuffled(rng, spaced(rng, 8)) - 5.0
        row = expect.array(impl.adjust(logits.copy(), **settings), (8,), "f", f"scores cut by {settings}").tolist()
        weights = [math.exp(score - max(row)) for score in row]
        drawn = [v for v in range(8) if weights[v] != 0.0]
        ids = sorted(plain(logits.tolist(), **settings)[0])
        assert drawn == ids, f"scores cut by {settings}: expected only the tokens {ids} to be possible, got {drawn}"


def test_nothing_to_cut(impl, rng):
    """top_k of V or more, and top_p 1, keep every token, also one that is hardly possible"""
    logits = shuffled(rng, [*spaced(rng, 5), -100.0])
    for settings in ({}, {"top_k": 6}, {"top_k": 100}, {"top_p": 1.0}, {"top_k": 7, "top_p": 1.0}):
        agree(impl, logits, f"6 scores, settings {settings}", **settings)
    agree(impl, rng.standard_normal((3, 1)), "one token", top_k=1, top_p=0.5, temperature=0.7)


def test_rows_are_cut_by_themselves(impl, rng):
    """each row of an array of two, three or four axes is cut by itself"""
    for shape in ((3, 5), (2, 3, 6), (2, 1, 2, 7)):
        logits = spaced(rng, *shape) + rng.uniform(-20.0, 20.0, (*shape[:-1], 1))
        agree(impl, logits, f"scores {shape}, top_k 2", top_k=2)
    logits = rng.permuted(np.tile(spaced(rng, 6), (4, 1)), axis=1)      # in another order: the same top_p suits all
    agree(impl, logits, "rows (4, 6), top_p", top_p=share_for(rng, logits[0], 3))


def test_each_row_reaches_top_p_by_itself(impl, rng):
    """the same top_p keeps few tokens of a row that is sure, and many of a row that is not"""
    for shape in ((2, 8), (2, 2, 8)):
        logits = np.array([0.2, 3.0])[rng.permutation(2)][:, None] * spaced(rng, *shape)    # (..., 2, 8) one flat, one steep
        edges = [np.cumsum(plain(row.tolist())[1]) for row in logits.reshape(-1, 8)]
        while True:
            top_p = rng.uniform(0.5, 0.7)
            if np.abs(np.array(edges) - top_p).min() > 1e-4:
                break
        agree(impl, logits, f"scores {shape}, flat and steep, top_p {top_p:.3f}", top_p=top_p)


def test_impossible_tokens(impl, rng):
    """a score of -inf stays -inf and takes no part, also where top_k would have room for it"""
    logits = spaced(rng, 7)
    logits[[0, *rng.permutation(6)[:2] + 1]] = -np.inf
    agree(impl, logits, "4 of 7 possible", temperature=2.0)
    agree(impl, logits, "4 of 7 possible, top_k 6", top_k=6)
    agree(impl, logits, "4 of 7 possible, a top_p for 3", top_p=share_for(rng, logits, 3))


def test_scores_of_any_size(impl, rng):
    """scores near 10,000 and near -10,000 are cut like small ones"""
    logits = shuffled(rng, [2.0, 1.5, 1.0, 0.5, 0.0, -0.5])
    top_p = share_for(rng, logits, 3)
    for shift in (1e4, -1e4):
        agree(impl, logits + shift, f"scores near {shift:g}, top_k 3", top_k=3)
        agree(impl, logits + shift, f"scores near {shift:g}, a top_p for 3", top_p=top_p)


def test_kinds_of_arrays(impl, rng):
    """float32 scores and arrays that are not contiguous are fine, and what was given is not written to"""
    logits = spaced(rng, 4, 6)
    for given in (logits, logits.astype(np.float32), np.asfortranarray(logits), np.repeat(logits, 2, axis=1)[::-2, ::2]):
        for settings in ({"temperature": 0.5}, {"top_k": 2}, {"temperature": 2.0, "top_k": 4, "top_p": 0.5},
                         {"temperature": 0.0}, {"top_p": 1.0}, {"top_p": 0.5}):
            got = expect.unchanged(impl.adjust, given, **settings)
            expect.array(got, given.shape, "f", "the scores")
    single = shuffled(rng, spaced(rng, 8)).astype(np.float32)
    agree(impl, single, "float32 scores", temperature=0.8, top_k=4)
