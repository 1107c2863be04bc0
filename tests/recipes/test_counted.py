"""What is exact about questions whose answers are all known: mask-predict by walking every die, scores against plain loops."""

import itertools

import numpy as np
import pytest

from minigen.data.pinyin import pinyin_words
from minigen.models.table import Table
from minigen.recipes import PAGES, RECIPES, counted
from minigen.strategies.mask_predict import mask_predict

WORDS = pinyin_words()


def test_mask_predict_by_walking_all_first_draws(rng):
    """Two places: the likelier draw stays (of equals the second), the other is drawn anew given it."""
    for table in (rng.random((3, 4)), np.ones((2, 2)), rng.integers(0, 3, (4, 4)) + np.eye(4)):
        table = table / table.sum()
        first, second, drawn = table.sum(axis=1), table.sum(axis=0), np.zeros_like(table)
        for a, b in itertools.product(range(len(first)), range(len(second))):
            if first[a] - second[b] > 1e-12:
                drawn[a] += first[a] * second[b] * table[a] / first[a]
            else:
                drawn[:, b] += first[a] * second[b] * table[:, b] / second[b]
        np.testing.assert_allclose(counted.mask_predict_of(table), drawn)
        assert drawn.sum() == pytest.approx(1.0)


@pytest.mark.statistical
def test_the_strategy_draws_what_was_walked(rng):
    """The strategy itself on the table, 40,000 times: each cell within six standard errors (false alarm below 1e-6 for all twelve)."""
    table = rng.random((3, 4)) + np.eye(3, 4)
    table /= table.sum()
    joint = np.zeros((4, 4))
    joint[:3] = table
    n = 40_000
    *_, drawn = mask_predict(Table.from_joint(joint), np.full((n, 2), 4), rng, passes=2)
    seen = np.bincount(drawn[:, 0] * 4 + drawn[:, 1], minlength=16).reshape(4, 4)[:3] / n
    p = counted.mask_predict_of(table)
    assert (np.abs(seen - p) < 6 * np.sqrt(p * (1 - p) / n) + 1e-12).all()


def test_a_model_is_judged_as_its_table_would_be(rng):
    """From log-probabilities of the words alone: gap, outside, total variation as from the whole table."""
    rows, told = [], np.zeros(len(WORDS.tokens))
    for q in range(40):
        table = counted.joint(WORDS, q)
        drawn = counted.all_at_once_of(table) * 0.9
        drawn[0, 0] += 0.1
        rows.append(counted.compared(drawn, table))
        tokens, _ = WORDS.support(q)
        first, second = (np.unique(column, return_inverse=True)[1] for column in tokens.T)
        told[WORDS.asked == q] = drawn[first, second]
    with np.errstate(divide="ignore"):
        got = counted.judged(WORDS, np.log(np.where(told > 0, told, 1.0)))[:40]
    np.testing.assert_allclose(got, rows, atol=1e-12)


def test_drawn_total_variation_counts_words_and_what_is_none():
    """In exact proportion it is 0; all on one pair that is no word it is 1; half there one half."""
    q = WORDS.find("gong shi")
    tokens, probs = WORDS.support(q)
    counts = np.rint(probs * WORDS.probs.size).astype(int)
    drawn = np.repeat(tokens, counts, axis=0)
    assert counted.drawn_total_variation(WORDS, q, drawn) == pytest.approx(np.abs(counts / counts.sum() - probs).sum() / 2)
    nonsense = np.repeat(tokens[:1, ::-1], len(drawn), axis=0)
    assert counted.drawn_total_variation(WORDS, q, nonsense) == pytest.approx(1.0)


def test_rounding_decides_nothing_between_equals():
    """Marginals that differ in their last digit only: the second draw is kept as among equals, and nothing is bent."""
    table = (1 - np.eye(7)) / 42
    for shaken in (table, table * (1 + 1e-15 * np.arange(7)[:, None])):
        np.testing.assert_allclose(counted.mask_predict_of(shaken), table, rtol=1e-12)


def test_every_recipe_of_such_questions_has_a_page():
    """Who loads a Counted has a page with ten questions, of which every answer can be shown."""
    from minigen.data import Counted
    datasets = {name: recipe.load("tiny") for name, recipe in RECIPES.items()}
    assert {name for name, dataset in datasets.items() if isinstance(dataset, Counted)} == set(PAGES)
    for name, page in PAGES.items():
        taiwan = page.taiwan()
        assert len(set(page.questions)) == 10
        for question in page.questions:
            assert datasets[name].questions[datasets[name].find(question)] == question
            assert all((question, answer) in taiwan for answer in datasets[name].words[question])
