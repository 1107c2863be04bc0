"""The pinyin questions: told by their syllables, typed in many ways, shown as in Taiwan."""

import numpy as np
import pytest

from minigen.data.counted import traditional
from minigen.data.pinyin import Pinyin, normal, pinyin_words, shown_in_taiwan
from minigen.errors import UserError

SMALL = Pinyin({"a ba": {"阿爸": 3, "啊吧": 1}, "ba a": {"爸啊": 5}, "a a": {"啊阿": 1, "阿啊": 1, "阿阿": 2}})


def test_a_question_is_told_by_its_syllables():
    """condition_of gives the two syllables of each question, in order."""
    label = SMALL.condition_of(np.array([0, 1, 2])).label
    assert SMALL.n_labels == 2
    assert [[SMALL.syllables[i] for i in row] for row in label] == [["a", "ba"], ["ba", "a"], ["a", "a"]]


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
