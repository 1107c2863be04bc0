"""The English words: every pair of two different characters, all alike; words typed as people do; ten of them shown as in Taiwan."""

from itertools import permutations

import numpy as np
import pytest

from minigen.data.counted import traditional
from minigen.data.english import English, characters_in_taiwan, english_words, shown_in_taiwan
from minigen.data.text import ASSETS
from minigen.errors import UserError

WORDS = english_words()
SMALL = English({"teacher": "师傅", "eat": "吃食餐"})


def test_the_answers_are_all_pairs_of_two_different_characters():
    """By hand: two for two characters, six for three, each as likely as the others."""
    told = [(SMALL.questions[q], SMALL.codec.decode(pair), p) for q, pair, p in zip(SMALL.asked, SMALL.tokens, SMALL.probs)]
    assert told == [("teacher", "师傅", 1 / 2), ("teacher", "傅师", 1 / 2),
                    *(("eat", pair, 1 / 6) for pair in ("吃食", "吃餐", "食吃", "食餐", "餐吃", "餐食"))]
    assert SMALL.condition_of(np.array([1, 0])).label.tolist() == [1, 0] and (SMALL.n_labels, SMALL.label_parts) == (2, 1)


def test_the_shipped_words():
    """Each line of the file is a question; its characters are two at least, each once, and nothing but characters."""
    lines = (ASSETS / "english_hanzi.tsv").read_text("utf-8").splitlines()[1:]
    assert len(lines) == len(WORDS.questions) == 1243 and WORDS.characters["ability"] == "能才技艺"
    for line, q in zip(lines, range(len(lines))):
        word, characters = line.split("\t")
        tokens, probs = WORDS.support(q)
        n = len(set(characters))
        assert WORDS.questions[q] == word and n == len(characters) >= 2 and characters.isalpha() and not characters.isascii()
        assert {WORDS.codec.decode(pair) for pair in tokens} == {a + b for a in characters for b in characters if a != b}
        assert len(probs) == n * (n - 1) and (probs == 1 / len(probs)).all()
    assert sum(len(characters) == 2 for characters in WORDS.characters.values()) == 638


@pytest.mark.parametrize("text", ["ability", "Ability", "ABILITY", "  ability ", "ability\n"])
def test_capitals_and_spaces_around_may_stay(text):
    """However it is typed, it is the question ability."""
    assert WORDS.questions[WORDS.find(text)] == "ability"


def test_every_word_is_found_by_its_name():
    """find is the inverse of the list of questions."""
    assert [WORDS.find(word) for word in WORDS.questions] == list(range(len(WORDS.questions)))


@pytest.mark.parametrize("text, said", [("abilty", "got 'abilty'. Did you mean ability"), ("Hapy", "got 'Hapy'. Did you mean happy"),
                                        ("beutiful", "beautiful"), ("xyzzy", "For instance abdomen, ability"), ("", "got ''"),
                                        ("師", "1243 English words"),
                                        ("a b\nc", r"got 'a b\\nc'")])
def test_what_is_no_question_gets_one_clear_line(text, said):
    """What was expected, what came, and the words that are near."""
    with pytest.raises(UserError, match=said) as raised:
        WORDS.find(text)
    assert "\n" not in str(raised.value)


def test_ten_words_are_shown_as_in_taiwan():
    """All their characters, by the meaning of the word: 髮 for hair, 面 (no 麵) for a face, 舍 (no 捨) for a house."""
    read = characters_in_taiwan()
    assert len(read) == 10 and all("".join(each) == WORDS.characters[word] for word, each in read.items())
    assert read["hair"]["发"] == ("髮", "ㄈㄚˇ", "fǎ") and read["face"]["面"][0] == "面" and read["house"]["舍"] == ("舍", "ㄕㄜˋ", "shè")
    assert read["happy"]["乐"] == ("樂", "ㄌㄜˋ", "lè") and read["ability"]["才"][0] == "才"
    assert all(len(told) == 3 and all(told) for each in read.values() for told in each.values())


def test_every_pair_of_the_ten_is_shown():
    """Right answers with both readings, and the same character twice in its traditional form."""
    shown = shown_in_taiwan()
    assert {(word, a + b) for word in characters_in_taiwan() for a, b in permutations(WORDS.characters[word], 2)} == set(shown)
    assert shown["ability", "艺能"] == ("藝能", "ㄧˋ ㄋㄥˊ", "yì néng")
    assert traditional("hair", "发发", shown) == "髮髮" and traditional("teacher", "师师", shown) == "師師"
