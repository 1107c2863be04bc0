"""English words, and the Chinese characters that mean them: name two different ones.

"ability" is 能, 才, 技, 藝, and every pair of two different ones is a right answer, all equally likely. With n characters the
truth is known without counting: the entropy of an answer is log2 n (n - 1) bits, the two places tell each other
log2 n / (n - 1) bits, and who draws both at once says the same character twice with probability 1 / n. Two characters are the
lecture's 演員 / 老師 (one bit, one half), on 638 real words.
"""

from difflib import get_close_matches
from functools import lru_cache
from itertools import permutations

import numpy as np

from minigen.data.counted import Counted
from minigen.data.text import ASSETS
from minigen.errors import say


class English(Counted):
    """The words as a dataset: what is asked is one English word, what is answered are two different characters of it.

    Parameters
    ----------
    characters : dict of str to str
        "ability" -> "能才技艺": at least two, each once.
    """

    kind = "english"

    def __init__(self, characters):
        self.characters = characters
        super().__init__({word: dict.fromkeys(map("".join, permutations(some, 2)), 1) for word, some in characters.items()},
                         np.arange(len(characters)), len(characters))

    def find(self, text):
        """The question that somebody means: "ability", "Ability", " ABILITY ".

        Raises
        ------
        UserError
            No such word is here; near ones are named.
        """
        plain = text.strip().lower()
        if plain in self.words:
            return self.questions.index(plain)
        near = get_close_matches(plain, self.questions, cutoff=0.7)
        raise say("english", f"one of {len(self.questions)} English words", repr(text),
                  f"Did you mean {' or '.join(near)}?" if near else f"For instance {', '.join(self.questions[:3])}.")


def english_words():
    """1,243 words and their 3,801 characters, as listed: simplified, the most used first."""
    return English(dict(line.split("\t") for line in (ASSETS / "english_hanzi.tsv").read_text("utf-8").splitlines()[1:]))


@lru_cache(maxsize=1)
def characters_in_taiwan():
    """How the characters of ten words are shown: word -> character -> (traditional, 注音, pinyin with tones).

    By the meaning of the word, and read by a person: 发 is 髮 for hair (it would be 發 for send), 面 is no 麵 for a face.
    """
    read = {}
    for line in (ASSETS / "english_shown.tsv").read_text("utf-8").splitlines()[1:]:
        word, character, *told = line.split("\t")
        read.setdefault(word, {})[character] = tuple(told)
    return read


def shown_in_taiwan():
    """The same for every right answer: (question, pair) -> (traditional, 注音, pinyin with tones)."""
    return {(word, one + other): (first[0] + second[0], *(f"{a} {b}" for a, b in zip(first[1:], second[1:])))
            for word, read in characters_in_taiwan().items() for (one, first), (other, second) in permutations(read.items(), 2)}
