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

from minigen.data.text import ASSETS, CharCodec
from minigen.errors import say
from minigen.protocols import Condition

LEAST_WORDS = 3                 # a question with one or two answers has little to mix up
DRAWS = 16                      # training words per question and epoch


class Pinyin:
    """The questions as a dataset: what is asked is a pair of syllables, what is answered a pair of characters.

    Parameters
    ----------
    words : dict of str to dict of str to int
        "shi shi" -> {"实施": 10713, ...}: how often each word was counted.

    Attributes
    ----------
    questions : list of str
        Question q is label q of ``support``.
    tokens, asked, probs : (N, 2) int64, (N,) int64, (N,) float64
        Every word of every question, the question that it answers, and its share of that question's counts.
    condition_of : callable
        Questions (n,) to what a model is told: the ids of their two syllables, (n, 2).
    n_labels : int
        How many syllables there are; a canvas is told two.
    """

    kind = "pinyin"
    augment = None
    label_parts = 2
    length = 2                  # T

    def __init__(self, words):
        self.questions = list(words)
        self.words = words
        self.syllables = sorted({part for question in words for part in question.split()})
        self.n_labels = len(self.syllables)
        self.codec = CharCodec.fit("".join(word for answers in words.values() for word in answers), has_end=False)
        self.asked = np.repeat(np.arange(len(words)), [len(answers) for answers in words.values()])     # (N,)
        self.tokens = self.codec.encode("".join(word for answers in words.values() for word in answers)).reshape(-1, 2)
        counts = np.array([count for answers in words.values() for count in answers.values()], np.float64)
        self.probs = counts / np.bincount(self.asked, counts)[self.asked]                               # (N,)
        ids = {syllable: i for i, syllable in enumerate(self.syllables)}
        self.parts = np.array([[ids[part] for part in question.split()] for question in words])         # (Q, 2)
        # For a quick look while training: the same words each time, in proportion. (There is nothing to hold out: what
        # is to be learnt is the table itself, and the exact figures are taken on all of it.)
        self.valid, self.valid_label = self._drawn(np.full(len(words), 0.5), np.random.default_rng(0))

    @property
    def train(self):
        """Every word once, (N, 2)."""
        return self.tokens

    @property
    def train_label(self):
        return self.parts[self.asked]

    def condition_of(self, questions):
        """What a model is told when it is asked question q: its syllables."""
        return Condition(label=self.parts[questions])                                                   # (n, 2)

    def support(self, question):
        """All words of a question, tokens (n, 2), and their probabilities (n,)."""
        here = self.asked == question
        return self.tokens[here], self.probs[here]

    def batches(self, size, rng):
        """One epoch in random order: 16 words of each question, as nearly in proportion to the counts as can be.

        One die a question, and 16 draws at equal distances behind it: each word comes as often as it should on
        average, and never one time more or less than that in any epoch (systematic sampling).
        """
        tokens, label = self._drawn(rng.random(len(self.questions)), rng)
        for start in range(0, len(tokens), size):
            yield tokens[start:start + size], Condition(label=label[start:start + size])

    def _drawn(self, u, rng):
        """16 words of each question for its die u (Q,): tokens (16 Q, 2), labels (16 Q, 2), shuffled."""
        edges = np.cumsum(self.probs)                                   # (N,) question q ends at q + 1
        marks = np.arange(len(u))[:, None] + (np.arange(DRAWS) + u[:, None]) / DRAWS                    # (Q, 16)
        # Rounding must not lead into the next question's words.
        last = np.cumsum(np.bincount(self.asked)) - 1
        first = np.append(0, last[:-1] + 1)
        rows = np.clip(np.searchsorted(edges, marks, side="right"), first[:, None], last[:, None]).ravel()
        rows = rows[rng.permutation(rows.size)]
        return self.tokens[rows], self.parts[self.asked[rows]]

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


def traditional(question, pair, shown):
    """A drawn pair of characters in 繁體中文, from the words of its question; as it is where no word has the character there."""
    if (question, pair) in shown:
        return shown[question, pair][0]
    return "".join(next((told[0][place] for (asked, word), told in shown.items() if asked == question and word[place] == character),
                        character) for place, character in enumerate(pair))
