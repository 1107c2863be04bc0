"""Public checks of unit 07."""

import copy

import numpy as np

from minigen.course import expect

# The token before the first is 9 in all of them.


def are_counts(got, want, name):
    """Assert counts in plain dicts."""
    assert isinstance(got, dict), f"{name}: expected a dict, got {type(got).__name__}"
    for context, followers in got.items():
        assert isinstance(context, tuple), f"{name}: expected tuples as contexts, got {context!r}"
        assert all(type(token) is int for token in (*context, *followers)), \
            f"{name}: expected plain ints, got {[*context, *followers]}; tokens.tolist() gives plain ints"
    assert got == want, f"{name}: expected {want}, got {got}"


def check_counts(impl):
    """contexts of 0 to order - 1 tokens are counted, END too, and the tokens stay as they were"""
    got = expect.unchanged(impl.count_ngrams, np.array([[0, 1, 0, 2]]), 2, 9, 2)
    are_counts(got, {(): {0: 2, 1: 1, 2: 1}, (9,): {0: 1}, (0,): {1: 1, 2: 1}, (1,): {0: 1}}, "the counts of 0 1 0 END, order 2")


def check_start(impl):
    """before the first token stands the start token, once"""
    got = impl.count_ngrams(np.array([[0, 1]]), 3, 9)
    started = sorted(context for context in got if 9 in context)
    assert started == [(9,), (9, 0)], f"the contexts of 0 1 with the start token 9: expected (9,) and (9, 0), got {started}"


def check_after_end(impl):
    """nothing after END is counted; order 1 has the empty context only"""
    got = impl.count_ngrams(np.array([[0, 2, 1]]), 1, 9, 2)
    assert list(got) == [()], f"the contexts of order 1: expected the empty one, got {sorted(got)}"
    assert 1 not in got[()], f"the counts of 0 END 1: expected nothing after END, got {got[()]}"


def check_first_end(impl):
    """of two END in a row, the first one ends it"""
    got = impl.count_ngrams(np.array([[0, 2, 1, 2]]), 1, 9, 2).get((), {})
    assert 1 not in got, f"the counts of 0 END 1 END: expected nothing after the first END, got {got}"


def check_rows(impl):
    """each row begins afresh"""
    got = impl.count_ngrams(np.array([[0, 1], [1, 1]]), 2, 9).get((9,), {})
    assert got == {0: 1, 1: 1}, f"what begins the rows 0 1 and 1 1: expected {{0: 1, 1: 1}}, got {got}"


def check_empty_context(impl):
    """after the empty context: discounted counts, and what was taken in equal parts"""
    counts = {(): {0: 3, 1: 1}}
    given = copy.deepcopy(counts)
    got = impl.ngram_probs(given, (), 3)
    expect.close(got, [0.675, 0.175, 0.15], "the probabilities of 3 x token 0, 1 x token 1, V = 3, discount 0.9")
    assert given == counts, "an argument was changed: expected the counts left as they were"


def check_discount(impl):
    """the discount is what each count gives away"""
    got = impl.ngram_probs({(): {0: 2}}, (), 2, 0.5)
    expect.close(got, [0.875, 0.125], "the probabilities of 2 x token 0, V = 2, discount 0.5")


def check_unseen(impl):
    """a context that was never seen says what the shorter one says"""
    counts = {(): {0: 1, 1: 1}, (0,): {1: 1}, (1,): {0: 1}}
    expect.close(impl.ngram_probs(counts, (1, 0), 3), impl.ngram_probs(counts, (0,), 3), "after 1 0, never seen, as after 0")


def check_shorter(impl):
    """what is taken goes to the context without its oldest token, and so on down to 1 / V"""
    counts = {(): {0: 2}, (0,): {0: 1}, (1,): {1: 1}, (1, 0): {0: 1}}
    expect.close(impl.ngram_probs(counts, (1, 0), 2), [0.81775, 0.18225], f"after 1 0, with the counts {counts}")
