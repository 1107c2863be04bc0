"""What is exact about pinyin: the issue's figures by hand, and the truth of the ten questions in one line."""

import numpy as np
import pytest

from minigen.data.pinyin import pinyin_words
from minigen.models.table import Table
from minigen.recipes import counted
from minigen.recipes.pinyin import PAGE, PINYIN

WORDS = pinyin_words()


@pytest.mark.parametrize("question, bits, outside, apart", [("shi shi", 1.90, 0.587, 0.625), ("gong shi", 1.75, 0.586, 0.608)])
def test_one_shot_by_hand(question, bits, outside, apart):
    """All at once under the counts: total correlation, share of pairs that are no words, total variation."""
    got = counted.expected(WORDS, "all_at_once")[WORDS.find(question)]
    assert (np.abs(got - [bits, outside, apart]) < [6e-3, 1e-3, 1e-3]).all()
    exact = Table(*WORDS.support(WORDS.find(question)), WORDS.codec.vocab_size)
    assert got[0] == pytest.approx(exact.total_correlation(), abs=1e-9)


def test_always_the_same_answer_is_no_quality():
    """Always 實施: no pair that is no word, and yet a total variation of 0.53. The share never stands alone."""
    q = WORDS.find("shi shi")
    table = counted.joint(WORDS, q)
    always = np.zeros_like(table)
    always[np.unravel_index(table.argmax(), table.shape)] = 1.0
    _, outside, apart = counted.compared(always, table)
    assert outside == 0 and apart == pytest.approx(0.53, abs=0.005)


def test_the_ten_questions_are_there_and_said_in_one_line():
    """Each is a question of the list; the line begins with the most frequent words."""
    taiwan = PAGE.taiwan()
    lines = [PAGE.heading(WORDS, WORDS.find(question), taiwan) for question in PAGE.questions]
    assert lines[0].startswith("shi shi: 18 words, by the counts 實施 ㄕˊ ㄕ 47%  事實 ㄕˋ ㄕˊ 20%") and len(lines) == 10
    assert PINYIN.name == "pinyin" and PINYIN.asked
