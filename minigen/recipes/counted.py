"""Questions whose answers are all known, two characters each: what learns them, and what is exact about every strategy.

``pinyin`` and ``english`` differ in their data and in what is shown; all else stands here and works on any ``Counted``.
"""

from dataclasses import dataclass
from typing import Callable

import numpy as np

from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.masked import Masked, MaskedConfig
from minigen.recipes.base import Recipe, Row, Training

FORM = {"width": 64, "layers": 1, "heads": 4}
ROWS = (Row("one_by_one", "char_lm"), Row("all_at_once", "masked"), Row("one_by_one", "masked"), Row("surest_first", "masked"),
        Row("mask_predict", "masked"))
TRAINING = {"tiny": Training(20, 128, rate=0.02, looks=1, held_out=2000), "small": Training(300, 512, rate=0.02, looks=1, held_out=4000),
            "full": Training(3000, 512, rate=0.02, looks=4, held_out=4000)}
EQUAL = 1e-12                   # probabilities that differ by less are equally likely: sums of the same shares, in another order


@dataclass(frozen=True)
class Page:
    """What a comparison shows of such questions."""

    questions: tuple            # the ten that are shown, by name; without a prompt the first is asked
    taiwan: Callable            # () -> {(question, answer): (traditional, 注音, pinyin with tones)}, for all answers of the ten
    heading: Callable           # (dataset, question, taiwan) -> the truth in one line
    truth: str                  # whose probabilities those are
    answers: str                # what the answers are called
    note: str                   # what has to be known to read it


def recipe(name, title, load, unseen):
    """The recipe of such questions: two networks, and every strategy on them."""
    def told(dataset):
        return {"vocab_size": dataset.codec.vocab_size, "length": dataset.length, "n_labels": dataset.n_labels,
                "label_parts": dataset.label_parts, **FORM}

    def char_lm(dataset, size, rng):
        return CharLM(CharLMConfig(context=2, pairs=False, **told(dataset)), rng), TRAINING[size]

    def masked(dataset, size, rng):
        return Masked(MaskedConfig(reach=1, **told(dataset)), rng), TRAINING[size]
    return Recipe(name, title, "character", load, {"char_lm": char_lm, "masked": masked}, ROWS, "masked", unseen, asked=True)


# What is exact

def joint(dataset, question):
    """The truth about one question as a table of probabilities: (first characters, second characters)."""
    tokens, probs = dataset.support(question)
    first, second = (np.unique(column, return_inverse=True)[1] for column in tokens.T)
    table = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(table, (first, second), probs)
    return table


def all_at_once_of(table):
    """What all at once draws from a table: the product of its marginals."""
    return np.outer(table.sum(axis=1), table.sum(axis=0))


def mask_predict_of(table):
    """What two passes of mask-predict draw from a table, exactly: every pair of first draws is walked.

    The draw that was likelier is kept, the other place is asked again; of two that are equally likely the second is kept.
    """
    first, second = table.sum(axis=1), table.sum(axis=0)
    likelier = first[:, None] - second > EQUAL
    keeps_first = np.where(likelier, first[:, None] * second, 0.0).sum(axis=1)                          # P(first is drawn and kept)
    keeps_second = np.where(likelier, 0.0, first[:, None] * second).sum(axis=0)
    return keeps_first[:, None] * table / first[:, None] + keeps_second * table / second


def compared(drawn, table):
    """Gap in bits, share of pairs that are no answers, total variation: of a distribution from the truth, both tables."""
    right = table > 0
    with np.errstate(divide="ignore"):
        gap = float((table[right] * np.log2(table[right] / drawn[right])).sum())
    return gap, float(drawn[~right].sum()), float(np.abs(drawn - table).sum() / 2)


def expected(dataset, strategy):
    """``compared`` under the truth itself, for every question: (Q, 3)."""
    draws = {"one_by_one": lambda table: table, "all_at_once": all_at_once_of, "mask_predict": mask_predict_of}[strategy]
    tables = [joint(dataset, question) for question in range(len(dataset.questions))]
    return np.array([compared(draws(table), table) for table in tables])


def judged(dataset, log_probs):
    """The same three figures for every question from a model's log-probabilities (N,) of all answers: (Q, 3), exact."""
    told, asked = np.exp(log_probs), dataset.asked
    gap = np.bincount(asked, dataset.probs * (np.log(dataset.probs) - log_probs)) / np.log(2.0)
    outside = np.maximum(1.0 - np.bincount(asked, told), 0.0)
    return np.stack([gap, outside, (np.bincount(asked, np.abs(told - dataset.probs)) + outside) / 2], axis=1)


def entropies(dataset):
    """Bits of a whole answer, for every question: (Q,)."""
    return np.bincount(dataset.asked, -dataset.probs * np.log2(dataset.probs))


def drawn_total_variation(dataset, question, pairs):
    """Total variation of drawn pairs (n, 2) to the truth: too large by what chance scatters, less with more draws."""
    tokens, probs = dataset.support(question)
    V = dataset.codec.vocab_size
    right = tokens[:, 0] * V + tokens[:, 1]
    seen, counts = np.unique(pairs[:, 0] * V + pairs[:, 1], return_counts=True)
    share = dict(zip(seen.tolist(), counts / len(pairs)))
    return (sum(abs(share.pop(pair, 0.0) - p) for pair, p in zip(right.tolist(), probs)) + sum(share.values())) / 2
