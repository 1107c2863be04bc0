"""Public checks of unit 24."""

import numpy as np

from minigen.course import expect

COIN, TWO_OF_THREE, EVEN = [0.5, 0.5], [0.5, 0.5, 0.0], [0.36, 0.33, 0.31]


def places(impl, rows, passes_left, visible=()):
    """The answer as a sorted list; nothing is asked of it but that it is a list of whole numbers."""
    hidden = np.array([t not in visible for t in range(len(rows))])
    got = np.asarray(impl.choose(np.array(rows, np.float64), hidden, passes_left))
    assert got.ndim == 1 and got.dtype.kind in "iu", f"expected a list of place ids, got shape {got.shape} and dtype {got.dtype}"
    return sorted(got.tolist())


def check_last(impl):
    """in the last pass everything that is hidden is chosen"""
    got = places(impl, [[1.0, 0.0], COIN, [0.9, 0.1], [0.0, 1.0], COIN], 1, visible=(0, 3))
    assert got == [1, 2, 4], f"places 1, 2 and 4 hidden, the last pass: expected [1, 2, 4], got {got}"


def check_hidden(impl):
    """only hidden places are chosen, each once and at least one"""
    got = places(impl, [[1.0, 0.0], COIN, [0.8, 0.2], [0.0, 1.0], [0.7, 0.3]], 3, visible=(0, 3))
    assert got and len(set(got)) == len(got), f"expected at least one place and none twice, got {got}"
    assert set(got) <= {1, 2, 4}, f"places 1, 2 and 4 hidden: expected no other, got {got}"


def check_same(impl):
    """the same question has the same answer, and the inputs stay as they were"""
    rows = [[0.5 + 0.03 * t, 0.5 - 0.03 * t] for t in range(12)]
    expect.unchanged(impl.choose, np.array(rows), np.ones(12, bool), 3)
    answers = [places(impl, rows, 3) for _ in range(4)]
    assert answers.count(answers[0]) == 4, f"the same question four times: got {answers[0]}, later {answers[1:]}"


def check_alike(impl):
    """three places that look alike and two passes: two now, so that only one is left for the last pass"""
    got = places(impl, [COIN] * 3, 2)
    assert len(got) == 2, f"three coins, any two independent, the third settled by them: expected two places, got {got}"


def check_topic(impl):
    """a place of clearly lower entropy than the others goes alone: it may settle them"""
    got = places(impl, [EVEN, EVEN, EVEN, TWO_OF_THREE, EVEN], 2)
    assert got == [3], f"entropy 1 bit at place 3, 1.58 bits elsewhere, two passes: expected [3], got {got}"


def check_favourite(impl):
    """lower entropy counts, not the largest probability"""
    word = [0.58, 0.21, 0.21]
    got = places(impl, [word, TWO_OF_THREE, word, word, word], 2)
    assert got == [1], f"0.5, 0.5, 0 at place 1 (1 bit), 0.58, 0.21, 0.21 elsewhere (1.40 bits): expected [1], got {got}"


def check_sure(impl):
    """sure places take nobody's turn: of three alike places two are chosen, with or without the sure ones"""
    got = places(impl, [COIN, COIN, [1.0, 0.0], COIN, [0.0, 1.0]], 2)
    assert len(set(got) & {0, 1, 3}) == 2, f"coins at 0, 1 and 3, places 2 and 4 sure, two passes: expected two coins, got {got}"


def check_nearly_sure(impl):
    """a place of probability 0.999 is as good as sure"""
    got = places(impl, [COIN, COIN, COIN, [0.001, 0.999]], 2)
    assert len(set(got) & {0, 1, 2}) == 2, f"three coins, place 3 as good as sure, two passes: expected two coins, got {got}"
