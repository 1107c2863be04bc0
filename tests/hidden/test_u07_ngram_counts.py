"""Hidden tests of unit 07. Counts are compared with all windows of the rows, probabilities with the formula in fractions."""

import copy
from fractions import Fraction

import numpy as np

from minigen.course import expect


def windows(rows, order, start, end=None):
    """Every window of 1 to ``order`` tokens that ends in a token of a row: its last token follows the others."""
    counts = {}
    for row in rows:
        row = [int(token) for token in row]
        row = [start] + (row[:row.index(end) + 1] if end in row else row)
        for size in range(1, order + 1):
            for at in range(size == 1, len(row) - size + 1):            # the start alone is no token that follows
                *context, token = row[at:at + size]
                followers = counts.setdefault(tuple(context), {})
                followers[token] = followers.get(token, 0) + 1
    return counts


def formula(counts, context, vocab_size, discount=0.9):
    """The formula of the unit, token by token, exactly."""
    taken = Fraction(discount)

    def p(v, c):
        lower = p(v, c[1:]) if c else Fraction(1, vocab_size)
        if c not in counts:
            return lower
        n, types = sum(counts[c].values()), len(counts[c])
        return max(counts[c].get(v, 0) - taken, 0) / n + taken * types / n * lower

    return np.array([float(p(v, tuple(context))) for v in range(vocab_size)])


def some_start(rng, vocab_size):
    """An id that is no token."""
    return int(rng.choice([vocab_size, vocab_size + 7, -1]))


def are_counts(got, want, name):
    assert isinstance(got, dict), f"{name}: expected a dict, got {type(got).__name__}"
    wrong = [context for context in {**want, **got} if got.get(context) != want.get(context)]
    assert not wrong, f"{name}, context {wrong[0]}: expected {want.get(wrong[0], 'nothing')}, got {got.get(wrong[0], 'nothing')}"


def counted(impl, *arguments):
    """The student's counts: a dict that is not empty."""
    got = impl.count_ngrams(*arguments)
    assert isinstance(got, dict) and got, f"expected a dict of counts, got {type(got).__name__} with nothing in it"
    return got


def some_counts(rng, vocab_size, order, rows=4):
    """Plain counts of random rows, the rows, and the start token."""
    start = some_start(rng, vocab_size)
    tokens = rng.integers(vocab_size, size=(rows, 12))
    return windows(tokens, order, start), tokens, start


def seen_and_unseen(rng, counts, vocab_size, order, n=12):
    """Contexts that were counted, and random ones."""
    seen = sorted(counts)
    other = rng.integers(vocab_size, size=(n, order - 1)).tolist()
    return [seen[i] for i in rng.permutation(len(seen))[:n]] + [tuple(context) for context in other]


# Counting

def test_every_context_is_counted(impl, rng):
    """what follows each context of 0 to order - 1 tokens is counted, at every place of every row"""
    for n, length, vocab_size, order in ((1, 1, 2, 1), (1, 1, 3, 4), (3, 5, 2, 3), (6, 12, 4, 5), (4, 30, 10, 2), (3, 4, 3, 9)):
        tokens, start = rng.integers(vocab_size, size=(n, length)), some_start(rng, vocab_size)
        got = expect.unchanged(impl.count_ngrams, tokens, order, start)
        are_counts(got, windows(tokens, order, start), f"{n} rows of {length}, order {order}")


def test_start_stands_before_the_first_token_once(impl, rng):
    """the start token is the oldest of its context, and stands there once, however high the order"""
    for length in (1, 3, 10):
        start = some_start(rng, 5)
        got = counted(impl, rng.integers(5, size=(2, length)), 6, start)
        wrong = [context for context in got if start in context[1:]]
        assert not wrong, f"order 6: expected the start token {start} once, got the context {wrong[0]}"


def test_the_first_token_follows_start(impl, rng):
    """after the start token stand the first tokens of all rows"""
    tokens, start = rng.integers(4, size=(20, 3)), some_start(rng, 4)
    got = impl.count_ngrams(tokens, 2, start).get((start,), {})
    first = tokens[:, 0].tolist()
    want = {token: first.count(token) for token in first}
    assert got == want, f"after the start token: expected {want}, got {got}"


def test_end_is_counted(impl, rng):
    """END is counted, once for each row in which it stands"""
    tokens = rng.integers(4, size=(9, 6))
    with_end = rng.permutation(9)[:5]
    tokens[with_end, rng.integers(6, size=5)] = 4
    got = impl.count_ngrams(tokens, 1, 5, 4).get((), {}).get(4, 0)
    assert got == 5, f"END stands in 5 rows, it was counted {got} times"


def test_nothing_after_end_is_counted(impl, rng):
    """what follows the first END of a row is neither counted nor part of a context"""
    tokens = rng.integers(3, size=(6, 10))
    for row in tokens:
        at = int(rng.integers(9))
        row[at], row[at + 1:] = 6, rng.integers(3, 6, size=9 - at)      # 3, 4 and 5 stand behind END only
    got = counted(impl, tokens, 3, 7, 6)
    met = {token for context, followers in got.items() for token in (*context, *followers)}
    assert not met & {3, 4, 5}, f"{sorted(met & {3, 4, 5})} stand only behind END, and were counted"


def test_end_may_be_id_0(impl, rng):
    """END is whatever id is given, 0 too: it is counted, and nothing after it is"""
    tokens = rng.integers(1, 4, size=(5, 8))
    tokens[np.arange(5), rng.integers(1, 6, size=5)] = 0
    are_counts(impl.count_ngrams(tokens, 3, 4, 0), windows(tokens, 3, 4, 0), "END is 0, order 3")


def test_the_first_of_several_ends(impl, rng):
    """of several END in a row the first one counts, and nothing after it"""
    tokens = rng.integers(4, size=(8, 9))
    for row in tokens:
        row[np.sort(rng.permutation(9)[:3])] = 4
    are_counts(impl.count_ngrams(tokens, 3, 5, 4), windows(tokens, 3, 5, 4), "rows with three END each")


def test_rows_know_nothing_of_each_other(impl, rng):
    """no context reaches from one row back into another"""
    own = rng.permutation(12).reshape(4, 3)                             # each row has three tokens of its own
    tokens = np.stack([rng.choice(ids, 7) for ids in own])
    for context, followers in counted(impl, tokens, 4, 12).items():
        row_of = {int(np.argwhere(own == token)[0, 0]) for token in context if token != 12}
        if context and row_of:
            row_of |= {int(np.argwhere(own == token)[0, 0]) for token in followers}
        assert len(row_of) < 2, f"the context {context} and what follows it, {followers}, are from different rows"


def test_the_order_bounds_the_context(impl, rng):
    """order n is n tokens with the one that follows: order 1 has the empty context only"""
    tokens = rng.integers(3, size=(3, 9))
    for order in (1, 2, 4):
        longest = max(map(len, impl.count_ngrams(tokens, order, 3)))
        assert longest == order - 1, f"order {order}: the longest context has {longest} tokens"


def test_short_contexts_are_counted_at_every_place(impl, rng):
    """also where a longer context exists, the token is counted after the empty one"""
    tokens = rng.integers(4, size=(5, 8))
    for order in (1, 2, 5):
        got = sum(impl.count_ngrams(tokens, order, 4).get((), {}).values())
        assert got == 40, f"order {order}: 40 tokens follow the empty context, got {got}"


def test_a_token_is_not_in_its_own_context(impl, rng):
    """the context ends before the token that is counted"""
    row = np.sort(rng.permutation(50)[:12])                             # every token larger than all before
    for context, followers in counted(impl, row[None], 3, -1).items():
        if context:
            assert max(context) < min(followers), f"a row that only rises: after {context} comes {followers}"


def test_keys_are_plain_ints(impl, rng):
    """contexts are tuples of plain ints, and so are the tokens that follow"""
    for context, followers in counted(impl, rng.integers(5, size=(3, 6)), 3, 5).items():
        assert isinstance(context, tuple), f"expected tuples as contexts, got {type(context).__name__}"
        kinds = {type(token).__name__ for token in (*context, *followers)}
        assert kinds == {"int"}, f"expected plain ints, got {sorted(kinds)}"


def test_counts_of_arrays_of_any_kind(impl, rng):
    """int32 tokens and arrays that are not contiguous are counted as well, and stay as they were"""
    tokens = rng.integers(4, size=(3, 20))
    for name, array in (("int32", tokens.astype(np.int32)), ("every second place", tokens[:, ::2]),
                        ("from the right", tokens[:, ::-1]), ("turned", tokens.T)):
        are_counts(expect.unchanged(impl.count_ngrams, array, 3, 4), windows(array, 3, 4), f"{name} tokens")


# Probabilities

def test_probabilities_are_those_of_the_formula(impl, rng):
    """after contexts seen and unseen each token has the probability of the formula; the counts stay as they were"""
    for vocab_size, order in ((2, 2), (4, 3), (6, 4)):
        counts, _, _ = some_counts(rng, vocab_size, order)
        given, vocab_size = copy.deepcopy(counts), vocab_size + 2       # two tokens were never seen anywhere
        for context in seen_and_unseen(rng, counts, vocab_size, order):
            got = expect.array(expect.in_place(impl.ngram_probs)(given, context, vocab_size), (vocab_size,), "f", "the probabilities")
            expect.close(got, formula(counts, context, vocab_size), f"the probabilities after {context}")
        assert given == counts, "an argument was changed: expected the counts left as they were"


def test_the_discount_is_what_each_count_gives_away(impl, rng):
    """with other discounts too each token has the probability of the formula"""
    for discount in (1.0, 0.5, float(rng.uniform(0.05, 0.7))):
        counts, _, _ = some_counts(rng, 4, 3)
        for context in counts:
            got = impl.ngram_probs(counts, context, 4, discount)
            expect.close(got, formula(counts, context, 4, discount), f"the probabilities after {context}, discount {discount:.3g}")


def test_probabilities_sum_to_one(impl, rng):
    """after every context, seen or not, the probabilities sum to one"""
    for vocab_size, order in ((2, 1), (3, 3), (9, 4)):
        counts, _, _ = some_counts(rng, vocab_size, order)
        for context in seen_and_unseen(rng, counts, vocab_size, order):
            total = float(np.sum(expect.array(impl.ngram_probs(counts, context, vocab_size), (vocab_size,))))
            expect.close(total, 1.0, f"the sum of the probabilities after {context}")


def test_nothing_is_impossible(impl, rng):
    """every token has a probability above zero, also one that was never seen anywhere"""
    counts, _, _ = some_counts(rng, 3, 3)
    for context in seen_and_unseen(rng, counts, 3, 3):
        lowest = float(np.min(expect.array(impl.ngram_probs(counts, context, 6), (6,))))
        assert lowest > 0, f"after {context} the lowest probability is {lowest:g}"


def test_a_context_never_seen_says_what_the_shorter_one_says(impl, rng):
    """an older token that was never seen there changes nothing"""
    counts, _, _ = some_counts(rng, 4, 3)
    for context in [context for context in sorted(counts) if context][:12]:
        for longer in ((4 + 9,) + context, (3, 4 + 9) + context):
            got, want = impl.ngram_probs(counts, longer, 4), expect.array(impl.ngram_probs(counts, context, 4), (4,))
            expect.close(got, want, f"after {longer}, never seen, as after {context}")


def test_contexts_of_any_length_and_kind(impl, rng):
    """a context may be a list or a tuple, and far longer than anything that was counted"""
    counts, tokens, start = some_counts(rng, 3, 3)
    for row in tokens:
        whole = [start] + row.tolist()
        for context in (whole, tuple(whole), whole[-2:]):
            expect.close(impl.ngram_probs(counts, context, 3), formula(counts, whole[-2:], 3), f"after {context}")


def test_after_the_empty_context(impl, rng):
    """the empty context shares what it has taken among all tokens alike"""
    for vocab_size in (3, 8):
        counts = {(): {token: int(rng.integers(1, 9)) for token in (0, 2)}}
        got = impl.ngram_probs(counts, (), vocab_size)
        expect.close(got, formula(counts, (), vocab_size), f"the counts {counts}, V = {vocab_size}")


def test_the_oldest_token_is_dropped_first(impl, rng):
    """what is taken goes to the context without its oldest token, not without its newest"""
    for _ in range(5):
        a, b, v, w = rng.permutation(6)[:4].tolist()
        counts = {(): {v: 3, w: 4}, (a,): {v: 5, b: 1}, (b,): {w: 5, a: 2}, (a, b): {v: 1, w: 2}}
        got = impl.ngram_probs(counts, (a, b), 6)
        expect.close(got, formula(counts, (a, b), 6), f"after {(a, b)}, with the counts {counts}")


def test_counts_and_probabilities_fit_together(impl, rng):
    """your counts of rows with END give, place by place, the probabilities of a row that was not among them"""
    for order in (2, 4):
        tokens = rng.integers(3, size=(8, 9))
        for row in tokens:
            at = int(rng.integers(2, 8))
            row[at], row[at + 1:] = 3, rng.integers(3, size=8 - at)
        mine, plain = impl.count_ngrams(tokens, order, 4, 3), windows(tokens, order, 4, 3)
        for row in (tokens[0], rng.integers(3, size=9)):
            for t in range(9):
                past = (4, *row[:t].tolist())
                want = formula(plain, past[max(0, len(past) - order + 1):], 4)
                expect.close(impl.ngram_probs(mine, past, 4), want, f"order {order}, after {past}")
