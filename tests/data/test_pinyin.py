"""The pinyin questions: the counts are the truth, epochs keep to them, and people type pinyin in many ways."""

from collections import Counter

import numpy as np
import pytest

from minigen.data.pinyin import DRAWS, Pinyin, normal, pinyin_words, shown_in_taiwan, traditional
from minigen.errors import UserError

SMALL = Pinyin({"a ba": {"阿爸": 3, "啊吧": 1}, "ba a": {"爸啊": 5}, "a a": {"啊阿": 1, "阿啊": 1, "阿阿": 2}})


def test_probabilities_are_the_shares_of_the_counts():
    """Every word once, beside its question, with its count over those of the question."""
    told = [(SMALL.questions[q], SMALL.codec.decode(pair), p) for q, pair, p in zip(SMALL.asked, SMALL.tokens, SMALL.probs)]
    assert told == [("a ba", "阿爸", 0.75), ("a ba", "啊吧", 0.25), ("ba a", "爸啊", 1.0),
                    ("a a", "啊阿", 0.25), ("a a", "阿啊", 0.25), ("a a", "阿阿", 0.5)]
    tokens, probs = SMALL.support(2)
    assert len(tokens) == 3 and probs.sum() == 1


def test_a_question_is_told_by_its_syllables():
    """condition_of gives the two syllables of each question, in order."""
    label = SMALL.condition_of(np.array([0, 1, 2])).label
    assert [[SMALL.syllables[i] for i in row] for row in label] == [["a", "ba"], ["ba", "a"], ["a", "a"]]


def test_an_epoch_keeps_to_the_counts(rng):
    """16 words of each question, each word as often as its share of them says, within one."""
    words = Counter()
    for tokens, condition in SMALL.batches(7, rng):
        for pair, label in zip(tokens, condition.label):
            words[" ".join(SMALL.syllables[i] for i in label), SMALL.codec.decode(pair)] += 1
    assert sum(words.values()) == DRAWS * 3
    for q, pair, p in zip(SMALL.asked, SMALL.tokens, SMALL.probs):
        assert abs(words[SMALL.questions[q], SMALL.codec.decode(pair)] - DRAWS * p) < 1
    assert set(words) == {(SMALL.questions[q], SMALL.codec.decode(pair)) for q, pair in zip(SMALL.asked, SMALL.tokens)}


@pytest.mark.statistical
def test_a_rare_word_comes_as_often_as_it_should(rng):
    """A share of 1/80 is 0.2 words an epoch: over 2,000 epochs within six standard errors (false alarm below 1e-6)."""
    rare = Pinyin({"a ba": {"阿爸": 79, "啊吧": 1}})
    seen = sum(int((tokens == rare.tokens[1]).all(axis=1).sum()) for _ in range(2000) for tokens, _ in rare.batches(16, rng))
    assert abs(seen - 400) < 6 * np.sqrt(2000 * 0.2 * 0.8)


def test_the_shipped_questions():
    """What the issue says of them: eighteen words for shi shi, ten for gong shi, and every one has at least three."""
    words = pinyin_words()
    assert len(words.words["shi shi"]) == 18 and words.words["shi shi"]["实施"] == 10713
    assert len(words.words["gong shi"]) == 10
    assert min(map(len, words.words.values())) == 3
    np.testing.assert_allclose(np.bincount(words.asked, words.probs), 1.0)


@pytest.mark.parametrize("text", ["shi shi", "Shi Shi", "SHI4 SHI2", "shì shí", "shi4shi2", "shi-shi", "shìshí", "shishi", "  shi   shi "])
def test_tones_and_capitals_may_stay(text):
    """However it is typed, it is the question shi shi."""
    words = pinyin_words()
    assert words.questions[words.find(text)] == "shi shi"


def test_umlauts():
    """ü is v, whatever its tone and however it is written."""
    assert {normal(text) for text in ("lǜ shi", "lü shi", "LV4 SHI1", "lu:4 shi1", "lu\u0308\u0300 shi")} == {"lv shi"}
    assert normal("lù shi") == "lu shi"


@pytest.mark.parametrize("text, said", [("shi", "two syllables"), ("shi shi shi", "two syllables"), ("xyz shi", "xyz"), ("", "two syllables"),
                                        ("事實", "two syllables")])
def test_what_is_no_question_gets_one_clear_line(text, said):
    """The name, what was expected, what came."""
    with pytest.raises(UserError, match=said):
        pinyin_words().find(text)


def test_words_are_shown_as_in_taiwan():
    """Word by word: the examples of the issue, and a mixture in the characters of its question's words."""
    shown = shown_in_taiwan()
    assert shown["shi shi", "事实"][0] == "事實" and shown["shi shi", "实施"][:2] == ("實施", "ㄕˊ ㄕ") and shown["gong shi", "公式"][0] == "公式"
    assert traditional("shi shi", "实实", shown) == "實實"
    words = pinyin_words()
    for question in {question for question, _ in shown}:
        assert {word for asked, word in shown if asked == question} == set(words.words[question])
