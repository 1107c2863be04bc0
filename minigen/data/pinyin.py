"""Real questions with several right answers: two syllables, and the words of two characters that they can be.

``shi shi`` is 實施, 事實, 逝世 and fifteen more, and counts say how often each. So the true distribution of every
question is known, and with it all that a strategy loses: the total correlation of the two characters, the share of
drawn "words" that do not exist, the total variation to the counts. The tones were dropped on purpose: they would answer
most of the questions.

The list is cut by count (100 and more) and lacks some words, 誓師 for one: "does not exist" means "is not on the list".
"""

import re
import unicodedata

import numpy as np

from minigen.data.counted import Counted
from minigen.data.text import ASSETS
from minigen.errors import say

LEAST_WORDS = 3                 # a question with one or two answers has little to mix up


class Pinyin(Counted):
    """The questions as a dataset: what is asked is a pair of syllables, what is answered a pair of characters.

    Parameters
    ----------
    words : dict of str to dict of str to int
        "shi shi" -> {"实施": 10713, ...}: how often each word was counted.

    Attributes
    ----------
    syllables : list of str
        A model is told the ids of two of them.
    """

    kind = "pinyin"
    label_parts = 2

    def __init__(self, words):
        self.syllables = sorted({part for question in words for part in question.split()})
        ids = {syllable: i for i, syllable in enumerate(self.syllables)}
        super().__init__(words, np.array([[ids[part] for part in question.split()] for question in words]), len(ids))

    def find(self, text):
        """The question that somebody means: "shi shi", "Shi4 shi2", "shìshí" or "ㄕˋ" without tones.

        Raises
        ------
        UserError
            It is not two syllables, or no such question is here.
        """
        plain = normal(text)
        if plain in self.words:
            return self.questions.index(plain)
        joined = [question for question in self.questions if question.replace(" ", "") == plain.replace(" ", "")]
        if len(joined) == 1 and " " not in plain:
            return self.questions.index(joined[0])
        if len(joined) > 1:
            raise say("pinyin", f"one of {', '.join(joined)}", repr(text), "Put a space between the two syllables.")
        unknown = [part for part in plain.split() if part not in self.syllables]
        if len(plain.split()) != 2:
            raise say("pinyin", "two syllables such as 'shi shi'", repr(text), "Tones and capitals may stay: they are dropped.")
        raise say("pinyin", f"one of {len(self.questions)} questions with at least {LEAST_WORDS} answers, such as 'shi shi' or 'gong shi'",
                  repr(text), f"No question here has the syllable {unknown[0]!r}." if unknown else "")


def normal(text):
    """Pinyin as the list writes it: lower case, no tones, v for ü, one space between syllables.

    >>> normal("Shì shí"), normal("shi4 shi2"), normal("lǜ-shi"), normal("nu:3 shi4")
    ('shi shi', 'shi shi', 'lv shi', 'nv shi')
    """
    letters = unicodedata.normalize("NFD", text.lower().replace("u:", "v")).replace("u\u0308", "v")
    # An umlaut may stand behind a tone mark, wherever the writer's keyboard put it.
    letters = re.sub("u([\u0300\u0301\u0304\u030c])\u0308", "v", letters)
    return " ".join(re.findall("[a-z]+", re.sub("[\u0300-\u036f]", "", re.sub("([a-z])[0-5](?=$|[^0-9])", r"\1 ", letters))))


def pinyin_words(least=LEAST_WORDS):
    """934 questions and their 3,481 words: those of the list with at least three words."""
    words = {}
    for line in (ASSETS / "pinyin_words.tsv").read_text("utf-8").splitlines()[1:]:
        question, word, count = line.split("\t")
        words.setdefault(question, {})[word] = int(count)
    return Pinyin({question: answers for question, answers in words.items() if len(answers) >= least})


def shown_in_taiwan():
    """How the words of ten questions are shown: (question, word) -> (traditional, 注音, pinyin with tones).

    Looked up word by word and read by a person: a map from character to character would not know 事蹟 from 痕跡.
    """
    rows = [line.split("\t") for line in (ASSETS / "pinyin_shown.tsv").read_text("utf-8").splitlines()[1:]]
    return {(question, word): (traditional, zhuyin, toned) for question, word, traditional, zhuyin, toned in rows}
