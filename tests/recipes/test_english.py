"""What is exact about two different characters of one word: formulas, enumeration, and the recipe's figures agree."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from minigen.data.english import English, english_words
from minigen.models.table import Table
from minigen.protocols import Condition
from minigen.recipes import base, counted
from minigen.recipes.english import ENGLISH, PAGE
from minigen.strategies.fill import generate, log_prob
from minigen.strategies.mask_predict import mask_predict
from minigen.strategies.plans import all_at_once, one_by_one

WORDS = english_words()
N = np.array([len(characters) for characters in WORDS.characters.values()])        # (Q,) characters of each word


def test_every_word_by_enumeration():
    """log2 n (n - 1) bits, log2 n / (n - 1) of them shared, 1 / n twice the same: every pair of every word, one by one."""
    for q, characters in enumerate(WORDS.characters.values()):
        n, tokens, probs = len(characters), *WORDS.support(q)
        law = {WORDS.codec.decode(pair): p for pair, p in zip(tokens, probs)}
        first, second = ({c: math.fsum(p for pair, p in law.items() if pair[place] == c) for c in characters} for place in (0, 1))
        shared = math.fsum(p * math.log2(p / (first[a] * second[b])) for (a, b), p in law.items())
        twice = math.fsum(first[c] * second[c] for c in characters)
        apart = math.fsum(abs(first[a] * second[b] - law.get(a + b, 0.0)) for a, b in itertools.product(characters, repeat=2)) / 2
        assert -math.fsum(p * math.log2(p) for p in law.values()) == pytest.approx(math.log2(n * (n - 1)), abs=1e-9)
        assert shared == pytest.approx(math.log2(n / (n - 1)), abs=1e-9)
        assert twice == pytest.approx(1 / n, abs=1e-9) and apart == pytest.approx(1 / n, abs=1e-9)


def test_what_is_expected_of_every_word():
    """The recipe's own figures of all 1,243 words: nothing is lost one by one and by mask-predict, the formulas at once."""
    at_once = np.stack([np.log2(N / (N - 1)), 1 / N, 1 / N], axis=1)
    np.testing.assert_allclose(counted.expected(WORDS, "all_at_once"), at_once, atol=1e-9, rtol=0)
    for strategy in ("one_by_one", "mask_predict"):
        np.testing.assert_allclose(counted.expected(WORDS, strategy), 0.0, atol=1e-9)
    np.testing.assert_allclose(counted.entropies(WORDS), np.log2(N * (N - 1)), atol=1e-9, rtol=0)


def test_two_characters_are_the_lectures_example():
    """Half of the words: one bit lost and one half wrong at once, as for 演員 / 老師."""
    assert (N == 2).sum() == 638
    np.testing.assert_allclose(counted.expected(WORDS, "all_at_once")[N == 2], [[1.0, 0.5, 0.5]] * 638, atol=1e-9)


@pytest.mark.parametrize("word", ["teacher", "eat", "ability"])
def test_the_truth_as_a_model(word, rng):
    """On the table of a word: total correlation by the formula; two passes of mask-predict and one by one never say one twice."""
    q = WORDS.find(word)
    exact, blank = Table(*WORDS.support(q), WORDS.codec.vocab_size), np.full((100, 2), WORDS.codec.vocab_size)
    assert exact.total_correlation() == pytest.approx(math.log2(N[q] / (N[q] - 1)), abs=1e-9)
    *_, passes = mask_predict(exact, blank, rng, passes=2)
    for drawn in (passes, generate(exact, base.strategy("one_by_one"), 100, rng)):
        assert {WORDS.codec.decode(pair) for pair in drawn} <= set(WORDS.words[word])


@pytest.fixture(scope="module")
def learned():
    """Six words, and both networks trained on them at size tiny: (dataset, {name: model})."""
    few = English({word: WORDS.characters[word] for word in PAGE.questions[:6]})
    recipe = replace(ENGLISH, load=lambda size: few)
    return few, {name: base.fit(recipe, name, few, "tiny", 0).model for name in recipe.models}


@pytest.mark.parametrize("name, plan", [("char_lm", one_by_one), ("masked", all_at_once), ("masked", one_by_one)])
def test_a_trained_network_is_judged_as_by_enumeration(learned, name, plan):
    """All pairs of characters that there are, scored one by one: share of wrong ones and total variation of each word."""
    few, models = learned
    model, V = models[name], few.codec.vocab_size
    judged = counted.judged(few, log_prob(model, few.tokens, plan, few.condition_of(few.asked)))
    every = np.array(list(itertools.product(range(V), repeat=2)))                   # (V V, 2)
    for q, characters in enumerate(few.characters.values()):
        law = dict.fromkeys(itertools.permutations(few.codec.encode(characters).tolist(), 2), 1 / (len(characters) * (len(characters) - 1)))
        drawn = np.exp(log_prob(model, every, plan, Condition(label=np.full(len(every), q))).astype(np.float64))
        truth = np.array([law.get(pair, 0.0) for pair in map(tuple, every.tolist())])
        assert drawn.sum() == pytest.approx(1.0, abs=1e-5)
        assert judged[q, 1] == pytest.approx(drawn[truth == 0].sum(), abs=1e-5)
        assert judged[q, 2] == pytest.approx(np.abs(drawn - truth).sum() / 2, abs=1e-5)
        right = truth > 0
        assert judged[q, 0] == pytest.approx((truth[right] * np.log2(truth[right] / drawn[right])).sum(), abs=1e-4)


def test_one_by_one_learns_not_to_say_it_twice(learned):
    """The one network under two plans: wrong answers at once stay near 1 / n or above, and are fewer one by one."""
    few, models = learned
    label = few.condition_of(few.asked)
    wrong = {plan: counted.judged(few, log_prob(models["masked"], few.tokens, plan, label))[:, 1].mean() for plan in (one_by_one, all_at_once)}
    assert wrong[one_by_one] < wrong[all_at_once]


def test_the_ten_words_are_said_in_one_line():
    """Characters with their readings, the share of each answer, and how often all at once is wrong."""
    taiwan = PAGE.taiwan()
    lines = [PAGE.heading(WORDS, WORDS.find(word), taiwan) for word in PAGE.questions]
    assert lines[3] == "teacher: 師 ㄕ shī  傅 ㄈㄨˋ fù: 2 answers, each 50%; all at once 50% wrong"
    assert all(2 <= len(WORDS.characters[word]) <= 6 for word in PAGE.questions) and not any("\n" in line for line in lines)
