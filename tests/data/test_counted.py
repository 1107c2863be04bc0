"""Questions whose answers are all known: the counts are the truth, and epochs keep to them."""

from collections import Counter

import numpy as np
import pytest

from minigen.data.counted import DRAWS, Counted, traditional

SMALL = Counted({"a ba": {"阿爸": 3, "啊吧": 1}, "ba a": {"爸啊": 5}, "a a": {"啊阿": 1, "阿啊": 1, "阿阿": 2}}, np.arange(3), 3)


def test_probabilities_are_the_shares_of_the_counts():
    """Every word once, beside its question, with its count over those of the question."""
    told = [(SMALL.questions[q], SMALL.codec.decode(pair), p) for q, pair, p in zip(SMALL.asked, SMALL.tokens, SMALL.probs)]
    assert told == [("a ba", "阿爸", 0.75), ("a ba", "啊吧", 0.25), ("ba a", "爸啊", 1.0),
                    ("a a", "啊阿", 0.25), ("a a", "阿啊", 0.25), ("a a", "阿阿", 0.5)]
    tokens, probs = SMALL.support(2)
    assert len(tokens) == 3 and probs.sum() == 1
    assert SMALL.train is SMALL.tokens and SMALL.train_label.tolist() == [0, 0, 1, 2, 2, 2]


def test_what_a_model_is_told_has_the_shape_of_the_parts():
    """One part a question: labels (n,); two of them: (n, 2)."""
    assert SMALL.condition_of(np.array([2, 0])).label.tolist() == [2, 0]
    two = Counted(SMALL.words, np.array([[0, 1], [1, 0], [0, 0]]), 2)
    assert two.condition_of(np.array([2, 0])).label.tolist() == [[0, 0], [0, 1]]
    assert two.valid_label.shape == (3 * DRAWS, 2) and SMALL.valid_label.shape == (3 * DRAWS,)



def test_an_epoch_keeps_to_the_counts(rng):
    """16 words of each question, each word as often as its share of them says, within one."""
    words = Counter()
    for tokens, condition in SMALL.batches(7, rng):
        for pair, q in zip(tokens, condition.label):
            words[SMALL.questions[q], SMALL.codec.decode(pair)] += 1
    assert sum(words.values()) == DRAWS * 3
    for q, pair, p in zip(SMALL.asked, SMALL.tokens, SMALL.probs):
        assert abs(words[SMALL.questions[q], SMALL.codec.decode(pair)] - DRAWS * p) < 1
    assert set(words) == {(SMALL.questions[q], SMALL.codec.decode(pair)) for q, pair in zip(SMALL.asked, SMALL.tokens)}


@pytest.mark.statistical
def test_a_rare_word_comes_as_often_as_it_should(rng):
    """A share of 1/80 is 0.2 words an epoch: over 2,000 epochs within six standard errors (false alarm below 1e-6)."""
    rare = Counted({"a ba": {"阿爸": 79, "啊吧": 1}}, np.arange(1), 1)
    seen = sum(int((tokens == rare.tokens[1]).all(axis=1).sum()) for _ in range(2000) for tokens, _ in rare.batches(16, rng))
    assert abs(seen - 400) < 6 * np.sqrt(2000 * 0.2 * 0.8)


def test_a_pair_is_shown_in_the_characters_of_its_own_question():
    """An answer as it is listed, a mixture place by place, what only others have as all of these write it, else as it is."""
    shown = {("hair", "发毛"): ("髮毛",), ("send", "发送"): ("發送",), ("send", "送发"): ("送發",), ("send", "发号"): ("發號",)}
    assert traditional("hair", "发毛", shown) == "髮毛"
    assert (traditional("hair", "发发", shown), traditional("send", "发发", shown)) == ("髮发", "發發")
    assert traditional("hair", "号毛", shown) == "號毛"
