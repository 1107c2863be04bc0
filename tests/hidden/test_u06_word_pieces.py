"""Hidden tests of unit 06.

The oracle merges in place and counts by merging: a pair occurs as often as merging it makes the word shorter. Merges that
are applied are such as a text could have taught, so that it does not matter in which of the usual ways they are applied.
"""

from itertools import pairwise

from minigen.course import expect

POOL = [*"abcdefghijklmnopqrstuvwxyz", *"一二三四五六七八九十天地人日月山水火木金土", *"😀😁😂😃😄😅😆😇😈😉"]


def letters(rng, n):
    """n different characters in the order of Unicode."""
    return sorted(rng.permutation(POOL)[:n].tolist())


def a_word(rng, alphabet, longest):
    return "".join(rng.choice(alphabet, rng.integers(1, longest + 1)).tolist())


def joined(pieces, pair):
    """The pieces after one merge."""
    pieces, t = list(pieces), 0
    while t + 1 < len(pieces):
        if (pieces[t], pieces[t + 1]) == pair:
            pieces[t:t + 2] = [pieces[t] + pieces[t + 1]]
        t += 1
    return pieces


def cut(word, merges):
    pieces = list(word)
    for pair in merges:
        pieces = joined(pieces, pair)
    return pieces


def learned(counts, n):
    """Every pair is tried: the best is the one that makes the whole text shortest."""
    merges, texts = [], {word: list(word) for word in counts}
    for _ in range(n):
        pairs = sorted({pair for pieces in texts.values() for pair in pairwise(pieces)})
        if not pairs:
            break
        saved = [sum(counts[word] * (len(pieces) - len(joined(pieces, pair))) for word, pieces in texts.items())
                 for pair in pairs]
        merges.append(pairs[saved.index(max(saved))])
        texts = {word: joined(pieces, merges[-1]) for word, pieces in texts.items()}
    return merges


def a_text(rng):
    """A few letters, a few words of them, and how often each occurs."""
    alphabet = letters(rng, rng.integers(2, 5))
    return alphabet, {a_word(rng, alphabet, 7): int(rng.integers(1, 8)) for _ in range(rng.integers(1, 9))}


def are_merges(got, want, counts):
    """Lists of tuples of two strings that are equal."""
    assert isinstance(got, list), f"expected a list of merges, got {type(got).__name__}"
    assert all(isinstance(merge, tuple) for merge in got), f"expected a tuple of two pieces for each merge, got {got}"
    assert got == want, f"merges of {counts}: expected {want}, got {got}"


def are_pieces(got, want, word, merges):
    assert isinstance(got, list), f"expected a list of pieces, got {type(got).__name__}"
    assert got == want, f"{word!r} with the merges {merges}: expected {want}, got {got}"


def test_merges_of_many_texts(impl, rng):
    """the merges of random texts, in the order learned, are those of a plain count; the counts stay as they were"""
    a, b, c = letters(rng, 3)
    # Three texts in which it matters that words are cut rightly while more is learned.
    texts = [({a * 3 + b: 5, a * 2: 3}, 3), ({(a + b) * 2: 4}, 3), ({b + c: 9, a + b: 5, a + b + c: 3}, 5)]
    for counts, n in texts + [(a_text(rng)[1], int(rng.integers(1, 8))) for _ in range(25)]:
        given = dict(counts)
        are_merges(expect.in_place(impl.learn_merges)(given, n), learned(counts, n), counts)
        assert given == counts, "an argument was changed: expected the counts left as they were"


def test_pairs_do_not_overlap(impl, rng):
    """in a run of one letter only pairs that could all be merged are counted, from left to right"""
    for _ in range(5):
        (a, b, c), often = letters(rng, 3), int(rng.integers(5, 50))
        for run, other in ((3, often + 1), (3, 2 * often - 1), (4, 2 * often - 1), (5, 2 * often + 1), (5, 3 * often)):
            counts = {a * run: often, b + c: other}
            are_merges(impl.learn_merges(counts, 1), [(a, a) if run // 2 * often > other else (b, c)], counts)


def test_of_equal_pairs_not_the_largest(impl, rng):
    """of pairs that are equally frequent the smallest is merged, not the largest"""
    for often in (1, 7):
        a, b, c, d, e, f = letters(rng, 6)
        counts = {a + b: often, c + d: often, e + f: often}
        are_merges(impl.learn_merges(counts, 1), [(a, b)], counts)


def test_of_equal_pairs_not_the_first_seen(impl, rng):
    """of pairs that are equally frequent the smallest is merged, wherever it stands among the words"""
    for often in (1, 7):
        a, b, c, d, e, f = letters(rng, 6)
        counts = {c + d: often, a + b: often, e + f: often}
        are_merges(impl.learn_merges(counts, 1), [(a, b)], counts)


def test_frequent_words_count_more(impl, rng):
    """each pair counts as often as its word occurs"""
    for often in (4, 1000):
        a, b, c, d, e, f = letters(rng, 6)
        counts = {c + d: 1, c + d + e: 1, c + d + f: 1, a + b: often}
        are_merges(impl.learn_merges(counts, 1), [(a, b)], counts)


def test_pairs_are_counted_again_after_each_merge(impl, rng):
    """after a merge its pieces are gone, and pairs with the new piece are counted"""
    for _ in range(3):
        (a, b, c, d), often = letters(rng, 4), int(rng.integers(5, 50))
        counts = {a + b + c + d: often, a + b + c: 3, a + b: 2}
        are_merges(impl.learn_merges(counts, 3), [(a, b), (a + b, c), (a + b + c, d)], counts)


def test_no_pair_stands_across_two_words(impl, rng):
    """the end of one word and the beginning of the next are no pair"""
    for often in (1, 20):
        *some, x, y = letters(rng, 10)
        counts = {some[0] + some[1]: often + 1}
        for first, second in zip(some[2::2], some[3::2]):
            counts |= {first + x: often, y + second: often}
        are_merges(impl.learn_merges(counts, 1), [(some[0], some[1])], counts)


def test_learning_stops_when_every_word_is_whole(impl, rng):
    """at most n merges, none when n is 0, and fewer when no two pieces are left"""
    a, b, c, d = letters(rng, 4)
    for counts, n, want in (({a + b: 3, c: 1}, 10, [(a, b)]), ({a: 5, d: 2}, 3, []), ({}, 3, []),
                            ({a + b: 3, c: 1}, 0, []), ({a + b: 3, c + d: 2}, 10, [(a, b), (c, d)]),
                            ({a * 8: 1}, 10, [(a, a), (a * 2, a * 2), (a * 4, a * 4)])):
        are_merges(impl.learn_merges(dict(counts), n), want, counts)


def test_words_are_cut_as_learned(impl, rng):
    """words old and new, cut with what a random text has taught, are those of plain merging; the merges stay as they were"""
    for _ in range(30):
        alphabet, counts = a_text(rng)
        merges = learned(counts, int(rng.integers(3, 9)))
        for word in [*counts, *(a_word(rng, alphabet, 14) for _ in range(4))]:
            given = list(merges)
            are_pieces(expect.in_place(impl.apply_merges)(word, given), cut(word, merges), word, merges)
            assert given == merges, "an argument was changed: expected the merges left as they were"


def test_pieces_are_built_up_in_the_order_learned(impl, rng):
    """a merge finds what the merges before it have built, up to the whole word"""
    for size in (3, 6, 9):
        pieces = rng.permutation(letters(rng, size)).tolist()           # no letter twice: only the order of merges matters
        word, merges = "".join(pieces), []
        while len(pieces) > 1:
            at = int(rng.integers(len(pieces) - 1))
            merges.append((pieces[at], pieces[at + 1]))
            pieces[at:at + 2] = [pieces[at] + pieces[at + 1]]
            are_pieces(impl.apply_merges(word, list(merges)), pieces, word, merges)


def test_the_merge_learned_first_goes_first(impl, rng):
    """where two merges want the same piece, the one learned first gets it, also when it stands further right"""
    for _ in range(5):
        a, b, c, d = rng.permutation(letters(rng, 4)).tolist()
        merges = [(b, c), (a, b), (c, d)]
        are_pieces(impl.apply_merges(a + b + c, merges), [a, b + c], a + b + c, merges)
        word = a + b + d + a + b + c + d
        are_pieces(impl.apply_merges(word, merges), [a + b, d, a, b + c, d], word, merges)


def test_every_occurrence_is_merged(impl, rng):
    """a merge is applied wherever its pair stands, to the end of the word"""
    for _ in range(5):
        a, b, c = rng.permutation(letters(rng, 3)).tolist()
        for word, pair, want in ((a + b + c + a + b, (a, b), [a + b, c, a + b]),
                                 (c + (a + b) * 5, (a, b), [c] + [a + b] * 5),
                                 (a * 6 + b, (a, a), [a * 2] * 3 + [b])):
            are_pieces(impl.apply_merges(word, [pair]), want, word, [pair])


def test_a_run_is_merged_from_the_left(impl, rng):
    """in an odd run of one letter the last one is left over, not the first"""
    for _ in range(5):
        a, b = rng.permutation(letters(rng, 2)).tolist()
        for before, after in (("", ""), (b, ""), ("", b), (b, b)):
            word = before + a * 3 + after
            are_pieces(impl.apply_merges(word, [(a, a)]), [*before, a * 2, a, *after], word, [(a, a)])


def test_only_whole_pieces_are_merged(impl, rng):
    """a merge is for whole pieces: the end of a longer piece is not one"""
    for _ in range(5):
        a, b, c, d = rng.permutation(letters(rng, 4)).tolist()
        merges = [(a, b), (b, c)]
        are_pieces(impl.apply_merges(a + b + c, merges), [a + b, c], a + b + c, merges)
        merges = [(a, b), (a + b, c), (c, d)]
        are_pieces(impl.apply_merges(a + b + c + d, merges), [a + b + c, d], a + b + c + d, merges)


def test_nothing_to_merge(impl, rng):
    """without merges that fit, a word is its characters; an empty word has no pieces"""
    a, b, c, d = letters(rng, 4)
    for word, merges in ((a + b + a, []), ("", []), ("", [(a, b)]), (a, [(a, a)]), (b + a, [(a, b)]),
                         (a + c + b, [(a, b), (c, d)])):
        are_pieces(impl.apply_merges(word, list(merges)), list(word), word, merges)


def test_signs_are_characters_like_any_other(impl, rng):
    """a dot, a star or a bracket stands for itself and nothing else"""
    a, b, c = rng.permutation(letters(rng, 3)).tolist()
    for sign in ".*+?|()[]{}^$\\":
        word = a + b + sign + b + c + sign
        are_pieces(impl.apply_merges(word, [(sign, b)]), [a, b, sign + b, c, sign], word, [(sign, b)])


def test_capital_letters_are_other_letters(impl, rng):
    """capital letters stay capital, and a merge of small ones is not for them"""
    a, b = rng.permutation([*"abcdefghijklmnopqrstuvwxyz"])[:2].tolist()
    word = a.upper() + b + a + b
    are_pieces(impl.apply_merges(word, [(a, b)]), [a.upper(), b, a + b], word, [(a, b)])
