"""Questions with several right answers: the truth as a model, and networks beside it."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from minigen import data, measure
from minigen.protocols import Condition
from minigen.recipes import base
from minigen.recipes.answers import ANSWERS, CHOICES, ask, right_answers, table
from minigen.strategies.fill import log_prob
from minigen.strategies.plans import all_at_once, one_by_one
from oracles import kl_bits

TABLE = data.answers_table()
EACH = pytest.mark.parametrize("label", range(TABLE.n_labels), ids=[question.english for question in TABLE.questions])


def test_right_answers_are_those_of_every_question():
    """One batch holds every answer of every question once, decodes to it, and its probabilities sum to one a question."""
    tokens, labels, probs = right_answers(TABLE)
    expected = [(label, answer, p) for label, question in enumerate(TABLE.questions) for answer, p in question.answers.items()]
    assert [(label, TABLE.codec.decode(row), p) for label, row, p in zip(labels, tokens, probs)] == expected
    assert tokens.shape == (len(labels), TABLE.length) and np.bincount(labels, probs).tolist() == [1.0] * TABLE.n_labels


@EACH
def test_the_table_is_the_truth(label):
    """One by one the table gives each answer its probability; all at once it loses its total correlation."""
    model, (tokens, probs) = table(TABLE, label), TABLE.support(label)
    np.testing.assert_allclose(np.exp(log_prob(model, tokens, one_by_one)), probs, rtol=1e-12)
    gap, _ = measure.answer_gap(log_prob(model, tokens, all_at_once), probs)
    assert gap == pytest.approx(model.total_correlation(), abs=1e-9)


@pytest.mark.parametrize("label, gap, impossible", [(0, 1.0, 0.5), (3, 3.0, 7 / 8), (5, 1.0, 0.5), (6, 0.0, 0.0)])
def test_gaps_by_hand(label, gap, impossible):
    """All at once: two people of one name 1 bit, eight fruits 3 bits, parity 1 bit, a free choice of lunch nothing."""
    tokens, probs = TABLE.support(label)
    got = measure.answer_gap(log_prob(table(TABLE, label), tokens, all_at_once), probs)
    np.testing.assert_allclose(got, (gap, impossible), atol=1e-12)


def test_ask_finds_a_question_by_a_part_of_it():
    """The whole text of a question, or a part that no other has, gives its label; anything else gives None."""
    for label, question in enumerate(TABLE.questions):
        assert ask(question.text, TABLE) == label
        for i in range(len(question.text)):
            for j in range(i + 1, len(question.text) + 1):
                part = question.text[i:j]
                having = [other for other, one in enumerate(TABLE.questions) if part in one.text]
                assert ask(part, TABLE) == (label if having == [label] else None)
    assert ask("", TABLE) is None and ask("李宏毅的薪水", TABLE) is None and ask("職業", TABLE) == 0


@lru_cache
def trained(name, steps=8):
    """A model of the recipe after a few steps."""
    def build(dataset, size, rng):
        model, training = ANSWERS.models[name](dataset, size, rng)
        return model, replace(training, steps=steps)
    recipe = replace(ANSWERS, models={name: build})
    return base.fit(recipe, name, ANSWERS.load("tiny"), "tiny", 0).model


def scores(name, label):
    tokens, probs = TABLE.support(label)
    told = measure.string_log_prob(trained(name), tokens, TABLE.codec.end, Condition(label=np.full(len(tokens), label)))
    return told, probs


@EACH
@pytest.mark.parametrize("name", ANSWERS.models)
def test_no_model_is_better_than_the_truth(name, label):
    """However a model was trained, its gap is never below 0, nor its share of nonsense outside 0 to 1."""
    told, probs = scores(name, label)
    gap, impossible = measure.answer_gap(told, probs)
    assert gap > -1e-5 and -1e-5 < impossible < 1
    assert gap == pytest.approx(kl_bits(probs, np.exp(told)), abs=1e-9)


@EACH
def test_one_choice_cannot_beat_the_total_correlation(label):
    """With one choice places are independent: the gap is at least the total correlation, whatever was learned."""
    told, probs = scores("choice decoder 1", label)
    assert measure.answer_gap(told, probs)[0] >= table(TABLE, label).total_correlation() - 1e-5


@EACH
@pytest.mark.parametrize("choices", CHOICES)
def test_a_mixture_cannot_beat_what_its_choices_can_tell(choices, label):
    """A latent of Z values tells the places at most log2(Z) bits: the gap is at least the total correlation less (T - 1) log2 Z."""
    told, probs = scores(f"choice decoder {choices}", label)
    length = len(next(iter(TABLE.questions[label].answers)))
    least = table(TABLE, label).total_correlation() - (length - 1) * np.log2(choices)
    assert measure.answer_gap(told, probs)[0] >= max(least, 0) - 1e-5


@pytest.mark.parametrize("name", ANSWERS.models)
def test_the_batch_of_right_answers_is_scored_alike(name):
    """Scored together or question by question, an answer has one probability."""
    tokens, labels, _ = right_answers(TABLE)
    together = measure.string_log_prob(trained(name), tokens, TABLE.codec.end, Condition(label=labels))
    apart = np.concatenate([scores(name, label)[0] for label in range(TABLE.n_labels)])
    np.testing.assert_allclose(together, apart, atol=1e-4)


def test_choices_start_at_as_many_answers_as_they_can():
    """Built, not trained: with eight choices every right answer of every question is some choice's favourite."""
    items = ANSWERS.load("tiny")
    for choices in CHOICES[1:]:
        model, training = ANSWERS.models[f"choice decoder {choices}"](items, "tiny", np.random.default_rng(0))
        assert training.batch == len(items.train)
        favourite = model.params["places.table"].reshape(TABLE.n_labels, choices, TABLE.length, -1).argmax(axis=-1)
        for label in range(TABLE.n_labels):
            right = {tuple(row) for row in TABLE.support(label)[0].tolist()}
            taken = {tuple(row) for row in favourite[label].tolist()}
            assert taken <= right and len(taken) == min(choices, len(right))
