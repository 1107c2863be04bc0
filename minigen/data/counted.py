"""Questions whose right answers are all known, each with its share: what is to be learnt is a table, and every figure can be counted.

``pinyin`` and ``english`` are such questions. An answer has the same few characters' length everywhere (T = 2), and shares come
from counts; answers of the same count are equally likely.
"""

import numpy as np

from minigen.data.text import CharCodec
from minigen.protocols import Condition

DRAWS = 16                      # training answers per question and epoch


class Counted:
    """The questions as a dataset: what is asked is a label or a few of them, what is answered are T characters.

    Parameters
    ----------
    words : dict of str to dict of str to int
        Question to answer to how often that was counted: "shi shi" -> {"实施": 10713, ...}.
    parts : (Q,) or (Q, label_parts) int64
        What a model is told when it is asked question q: the ids of its parts, below ``n_labels``.

    Attributes
    ----------
    questions : list of str
        Question q is label q of ``support``.
    tokens, asked, probs : (N, T) int64, (N,) int64, (N,) float64
        Every answer of every question, the question that it answers, and its share of that question's counts.
    condition_of : callable
        Questions (n,) to what a model is told: its parts, (n,) or (n, label_parts).
    """

    augment = None
    label_parts = 1
    length = 2                  # T

    def __init__(self, words, parts, n_labels):
        self.questions, self.words, self.parts, self.n_labels = list(words), words, parts, n_labels
        every = "".join(word for answers in words.values() for word in answers)
        self.codec = CharCodec.fit(every, has_end=False)
        self.asked = np.repeat(np.arange(len(words)), [len(answers) for answers in words.values()])     # (N,)
        self.tokens = self.codec.encode(every).reshape(-1, self.length)                                 # (N, T)
        counts = np.array([count for answers in words.values() for count in answers.values()], np.float64)
        self.probs = counts / np.bincount(self.asked, counts)[self.asked]                               # (N,)
        # For a quick look while training: the same answers each time, in proportion. (There is nothing to hold out: what
        # is to be learnt is the table itself, and the exact figures are taken on all of it.)
        self.valid, self.valid_label = self._drawn(np.full(len(words), 0.5), np.random.default_rng(0))

    @property
    def train(self):
        """Every answer once, (N, T)."""
        return self.tokens

    @property
    def train_label(self):
        return self.parts[self.asked]

    def condition_of(self, questions):
        """What a model is told when it is asked question q."""
        return Condition(label=self.parts[questions])                                                   # (n,) or (n, parts)

    def support(self, question):
        """All answers to a question, tokens (n, T), and their probabilities (n,)."""
        here = self.asked == question
        return self.tokens[here], self.probs[here]

    def batches(self, size, rng):
        """One epoch in random order: 16 answers to each question, as nearly in proportion to the counts as can be.

        One die a question, and 16 draws at equal distances behind it: each answer comes as often as it should on
        average, and never one time more or less than that in any epoch (systematic sampling).
        """
        tokens, label = self._drawn(rng.random(len(self.questions)), rng)
        for start in range(0, len(tokens), size):
            yield tokens[start:start + size], Condition(label=label[start:start + size])

    def _drawn(self, u, rng):
        """16 answers to each question for its die u (Q,): tokens (16 Q, T), labels (16 Q,) or (16 Q, parts), shuffled."""
        edges = np.cumsum(self.probs)                                   # (N,) question q ends at q + 1
        marks = np.arange(len(u))[:, None] + (np.arange(DRAWS) + u[:, None]) / DRAWS                    # (Q, 16)
        # Rounding must not lead into the next question's answers.
        last = np.cumsum(np.bincount(self.asked)) - 1
        first = np.append(0, last[:-1] + 1)
        rows = np.clip(np.searchsorted(edges, marks, side="right"), first[:, None], last[:, None]).ravel()
        rows = rows[rng.permutation(rows.size)]
        return self.tokens[rows], self.parts[self.asked[rows]]


def traditional(question, pair, shown):
    """A drawn pair of characters in 繁體中文, from the answers to its question; where none has a character there, from all answers, if
    these write it in one way only. Else it stays as it is.

    ``shown`` is what a ``shown_in_taiwan`` says: (question, answer) -> (traditional, 注音, pinyin with tones).
    """
    if (question, pair) in shown:
        return shown[question, pair][0]

    def written(place, character):
        here = [told[0][place] for (asked, word), told in shown.items() if asked == question and word[place] == character]
        anywhere = {told[0][at] for (_, word), told in shown.items() for at in (0, 1) if word[at] == character}
        return here[0] if here else anywhere.pop() if len(anywhere) == 1 else character
    return "".join(written(place, character) for place, character in enumerate(pair))
