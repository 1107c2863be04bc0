"""Questions with several right answers: the lecture's point about quality, where it can be computed."""

import numpy as np

from minigen import data
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.choice_decoder import ChoiceDecoder, ChoiceDecoderConfig
from minigen.models.table import Table
from minigen.recipes.base import Recipe, Row, Training

CHOICES = (1, 2, 4, 8)


def table(answers, label):
    """The truth about one question as a model."""
    support, probs = answers.support(label)
    return Table(support, probs, answers.codec.vocab_size)


def _char_lm(dataset, size, rng):
    steps = {"tiny": 40, "small": 200, "full": 400}[size]
    config = CharLMConfig(dataset.codec.vocab_size, dataset.length, True, dataset.n_labels, context=dataset.length,
                          layers=1, width=32, heads=2)
    return CharLM(config, rng), Training(steps, 64, looks=1, held_out=len(dataset.valid))


def _choice_decoder(choices):
    def build(dataset, size, rng):
        steps = {"tiny": 40, "small": 400, "full": 800}[size]
        config = ChoiceDecoderConfig(dataset.codec.vocab_size, dataset.length, dataset.n_labels, choices, True)
        model = ChoiceDecoder(config, rng)
        if choices > 1:
            model.lean(dataset.train, dataset.train_label)
        # The whole table in every batch: nothing is left to chance but the start.
        return model, Training(steps, len(dataset.train), rate=0.2, looks=1, held_out=len(dataset.valid))
    return build


def _load(size):
    return data.answers_table().items


def ask(text, answers):
    """The label of a question, by its text or by a part of it that only one question has; None without one."""
    found = [label for label, question in enumerate(answers.questions) if text in question.text]
    return found[0] if len(found) == 1 else None


ANSWERS = Recipe(
    "answers", "Questions with several right answers", "character", _load,
    {"char_lm": _char_lm, **{f"choice decoder {z}": _choice_decoder(z) for z in CHOICES}},
    (Row("one_by_one", "char_lm"), *(Row("shared_latent", f"choice decoder {z}") for z in CHOICES)),
    "char_lm", "answers that are not right", asked=True)


def right_answers(answers):
    """Every question's right answers in one batch: tokens (n, T), labels (n,), probs (n,)."""
    parts = [answers.support(label) for label in range(answers.n_labels)]
    labels = np.repeat(np.arange(answers.n_labels), [len(probs) for _, probs in parts])
    return np.concatenate([tokens for tokens, _ in parts]), labels, np.concatenate([probs for _, probs in parts])
