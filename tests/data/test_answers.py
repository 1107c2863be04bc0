"""The tables are what they claim to be: every figure by enumeration."""

import itertools

import numpy as np
import pytest

from minigen.data import QUESTIONS, answers_table
from minigen.errors import UserError


def entropy(probs):
    """Bits."""
    probs = probs[probs > 0]
    return -(probs * np.log2(probs)).sum()


def gap_and_impossible(answers):
    """Total correlation in bits, and the share of wrong answers when places are drawn apart."""
    places = [{} for _ in next(iter(answers))]
    for answer, prob in answers.items():
        for place, character in zip(places, answer):
            place[character] = place.get(character, 0) + prob
    apart = {"".join(pick): np.prod([place[character] for place, character in zip(places, pick)])
             for pick in itertools.product(*places)}
    gap = (sum(entropy(np.array(list(place.values()))) for place in places)
           - entropy(np.array(list(answers.values()))))
    return gap, sum(prob for answer, prob in apart.items() if answer not in answers)


def question(text):
    return next(one for one in QUESTIONS if one.text == text)


@pytest.mark.parametrize("text, gap, impossible", [
    ("李宏毅的職業", 1, 0.5),
    ("明天的天氣", entropy(np.array([0.25, 0.75])), 2 * 0.25 * 0.75),
    ("台灣的水果", 3, 7 / 8),
    ("三盞燈有偶數盞亮著", 1, 0.5),
    ("午餐吃什麼", 0, 0),
])
def test_gaps_known_by_hand(text, gap, impossible):
    """the gap is the total correlation, and mixtures have the share that was promised"""
    np.testing.assert_allclose(gap_and_impossible(question(text).answers), (gap, impossible), atol=1e-12)


def test_mixtures_that_never_met():
    answers = question("李宏毅的職業").answers
    assert answers == {"演員": 0.5, "老師": 0.5}
    assert "演師" not in answers and "老員" not in answers


def test_any_two_lamps_are_independent():
    lamps = question("三盞燈有偶數盞亮著").answers
    for a, b in itertools.combinations(range(3), 2):
        pairs = {}
        for answer, prob in lamps.items():
            pairs[answer[a] + answer[b]] = pairs.get(answer[a] + answer[b], 0) + prob
        assert pairs == {one + other: 0.25 for one in "亮暗" for other in "亮暗"}
    assert all(answer.count("亮") % 2 == 0 for answer in lamps)


def test_questions_are_well_formed():
    assert len({one.text for one in QUESTIONS}) == len(QUESTIONS)
    for one in QUESTIONS:
        assert 2 <= len(one.answers) <= 8
        assert len({len(answer) for answer in one.answers}) == 1
        assert sum(one.answers.values()) == 1
        assert set(one.pinyin) == set(one.answers)
        assert all((prob * 16) % 1 == 0 for prob in one.answers.values())
        assert one.english.isascii()


def test_support_is_padded_with_end():
    table = answers_table()
    assert table.length == 5 and table.n_labels == len(QUESTIONS)
    for label, one in enumerate(table.questions):
        tokens, probs = table.support(label)
        assert tokens.shape == (len(one.answers), 5) and tokens.dtype == np.int64
        assert dict(zip(map(table.codec.decode, tokens), probs)) == one.answers
        n_characters = len(next(iter(one.answers)))
        assert (tokens[:, n_characters:] == table.codec.end).all()
        assert (tokens[:, :n_characters] != table.codec.end).all()


def test_items_hold_the_answers_in_exact_proportion():
    table = answers_table()
    items = table.items
    assert len(items.train) == 16 * table.n_labels and items.n_labels == table.n_labels
    for label in range(table.n_labels):
        tokens, probs = table.support(label)
        rows = items.train[items.train_label == label]
        count = [(rows == answer).all(axis=1).sum() for answer in tokens]
        assert count == (16 * probs).tolist()
    # A table has nothing to hold out.
    assert np.array_equal(items.valid, items.train) and np.array_equal(items.valid_label, items.train_label)


def test_samples_follow_the_table():
    table = answers_table()
    tokens, condition = table.sample(2000, np.random.default_rng(0))
    assert tokens.shape == (2000 * table.n_labels, 5) and condition.label.shape == (len(tokens),)
    for label in range(table.n_labels):
        support, probs = table.support(label)
        rows = tokens[condition.label == label]
        share = np.array([(rows == answer).all(axis=1).mean() for answer in support])
        assert share.sum() == pytest.approx(1)                  # nothing impossible
        assert np.abs(share - probs).max() < 0.08               # 2000 draws: false alarm below 1e-9


def test_a_question_that_is_not_there():
    for label in (-1, len(QUESTIONS)):
        with pytest.raises(UserError, match="label"):
            answers_table().support(label)
