"""Pinyin without tones, and the words that it can be: real questions with several right answers, counted."""

from minigen import data
from minigen.data.pinyin import shown_in_taiwan
from minigen.recipes import counted

PINYIN = counted.recipe("pinyin", "Two syllables without tones, and which word they are", lambda size: data.pinyin_words(),
                        "drawn words that are not on the list")


def heading(words, question, taiwan):
    """The truth in one line: how many words there are, the most frequent with their readings and shares."""
    name = words.questions[question]
    truth = sorted(zip(words.support(question)[1], words.words[name]), reverse=True)
    listed = "  ".join(f"{taiwan[name, word][0]} {taiwan[name, word][1]} {p:.0%}" for p, word in truth[:5])
    return f"{name}: {len(truth)} words, by the counts {listed}"


PAGE = counted.Page(
    ("shi shi", "gong shi", "shi ji", "yi yi", "shi li", "xian shi", "ji shi", "li shi", "xing shi", "qi shi"), shown_in_taiwan, heading,
    "the counts themselves", "words",
    "* is on no list. The tones were dropped on purpose: with them most questions would have one answer. "
    "The list is cut by count and lacks some words (誓師 for one).")
