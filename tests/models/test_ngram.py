"""Exact counts, against dictionaries; marginals, against counting by hand."""

from functools import partial

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.ngram import Marginals, NGram
from minigen.strategies.fill import fill, generate, log_prob
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one
from oracles import PlainNGram, cut_at_end, ended, every, every_string, walk


def texts(rng, vocab_size, rows=6, length=7):
    """Small texts in which some contexts come back and others never occur."""
    return rng.choice(vocab_size, (rows, length), p=rng.dirichlet(np.full(vocab_size, 0.7)))


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("discount", [0.3, 0.9, 1.0])
@pytest.mark.parametrize("shape", [(6, 7), (1, 60), (40, 1)])
def test_equals_the_formula_with_dictionaries(order, discount, shape, rng):
    """Every probability at every place equals the formula written with dictionaries."""
    train, held_out = texts(rng, 4, *shape), rng.integers(0, 4, (5, shape[1]))
    model, plain = NGram(4, order, discount).fit(train), PlainNGram(train, 4, order, discount)
    for tokens in (train, held_out):
        got = model.probabilities(tokens, np.arange(shape[1]))
        expected = [[[plain.prob(v, row[:t]) for v in range(4)] for t in range(shape[1])] for row in tokens.tolist()]
        np.testing.assert_allclose(got, expected, rtol=1e-12)
        np.testing.assert_allclose(got.sum(axis=-1), 1.0, rtol=1e-12)


@pytest.mark.parametrize("order", [1, 3, 4])
def test_equals_the_formula_where_things_end(order, rng):
    """With END nothing after it is counted, and log_prob of every canvas is the formula's."""
    train = ended(texts(rng, 3, rows=8, length=4), 2)
    model = NGram(3, order, length=4, has_end=True).fit(train)
    plain = PlainNGram(train, 3, order, 0.9, end=2)
    tokens = every(3, 4)                                        # also canvases that go on after END
    got = log_prob(model, tokens, one_by_one)
    np.testing.assert_allclose(got, [plain.log_prob(row, end=2) for row in tokens], rtol=1e-12)
    assert np.exp(got).sum() == pytest.approx(1.0, abs=1e-12)
    assert np.exp(log_prob(model, every_string(3, 4), one_by_one)).sum() == pytest.approx(1.0, abs=1e-12)


def test_what_stands_after_end_teaches_nothing(rng):
    """Two trainings that differ only after END give the same model."""
    tokens = rng.integers(0, 4, (6, 8))
    other, after = tokens.copy(), np.cumsum(tokens == 3, axis=1) - (tokens == 3) > 0
    other[after] = rng.integers(0, 4, after.sum())
    first, second = (NGram(4, 3, has_end=True).fit(rows).params for rows in (tokens, other))
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])


@pytest.mark.parametrize("length, order", [(1, 3), (2, 5), (3, 8)])
def test_rows_may_be_shorter_than_the_order(length, order, rng):
    """Where no context is that long, a high order is the highest order there is."""
    train = rng.integers(0, 3, (6, length))
    plain, tokens = PlainNGram(train, 3, order, 0.9), every(3, length)
    got = log_prob(NGram(3, order).fit(train), tokens, one_by_one)
    np.testing.assert_allclose(got, [plain.log_prob(row) for row in tokens], rtol=1e-12)


def test_an_unseen_context_says_what_the_shorter_one_says():
    """After a pair that never occurred, order 3 answers as order 2, and after an unseen token as order 1."""
    train = np.array([[0, 1, 2, 0, 2, 0, 1]])                   # 3 never, "1 0" and "2 1" never
    orders = [None] + [NGram(4, order).fit(train) for order in (1, 2, 3)]
    at = np.array([2])
    for past, order in (([1, 0], 2), ([2, 1], 2), ([3, 0], 2), ([0, 3], 1), ([3, 3], 1)):
        canvas = np.array([past + [4]])
        np.testing.assert_array_equal(orders[3].probabilities(canvas, at), orders[order].probabilities(canvas, at))


def test_by_hand():
    """'aab' at order 2: after a, P(b) = (1 - d) / 2 + d 2 / 2 P1(b), with P1(b) = (1 - d) / 3 + d 2 / 3 / 2."""
    d = 0.5
    model = NGram(2, 2, discount=d).fit(np.array([[0, 0, 1]]))
    unigram = (1 - d) / 3 + d * 2 / 3 / 2
    got = model.probabilities(np.array([[0, 2]]), np.array([1]))[0, 0]
    np.testing.assert_allclose(got, [1 - got[1], (1 - d) / 2 + d * unigram])
    first = model.probabilities(np.array([[2]]), np.array([0]))[0, 0]          # the start was always followed by a
    np.testing.assert_allclose(first, [1 - d + d * (1 - unigram), d * unigram])


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_future_and_the_far_past_do_not_matter(order, rng):
    """The answer for a place moves with the order - 1 tokens to its left and with nothing else."""
    model, canvas = NGram(3, order).fit(rng.integers(0, 3, (1, 400))), rng.integers(0, 3, (1, 9))
    at = np.arange(9)
    before = model.logits(canvas, at)[0]
    for s in at:
        for token in range(4):                                  # 3 is the mask
            changed = canvas.copy()
            changed[0, s] = token
            moved = (model.logits(changed, at)[0] != before).any(axis=1)
            assert not moved[:s + 1].any() and not moved[s + order:].any()


def test_places_in_one_call_or_one_by_one(rng):
    """logits for several places, in any order, are those of one call per place, to the last bit."""
    train = ended(texts(rng, 4, rows=9, length=12), 3)
    model, canvas = NGram(4, 3, has_end=True).fit(train), ended(texts(rng, 4, rows=5, length=12), 3)
    at = rng.permutation(12)
    together = model.logits(canvas, at)
    for a, t in enumerate(at):
        np.testing.assert_array_equal(together[:, a], model.logits(canvas, np.array([t]))[:, 0])


def test_drawing_follows_the_formula(rng):
    """With a prompt, each token is where the running sum of the formula passes its die."""
    train = ended(texts(rng, 4, rows=9, length=8), 3)
    plain, u = PlainNGram(train, 4, 3, 0.9, end=3), np.random.default_rng(6).random((20, 8))
    got, _ = generate(NGram(4, 3, length=8, has_end=True).fit(train), partial(fill, plan=one_by_one), 20,
                      np.random.default_rng(6), prompt=[1, 0], film=True)
    for b in range(20):
        past = [1, 0]
        for t in range(2, 8):
            past.append(3 if 3 in past else walk([plain.prob(v, past) for v in range(4)], u[b, t]))
        assert got[b].tolist() == past


def test_settings_round_trip(rng):
    """A model made from settings, given the same counts, is the same model."""
    model = NGram(4, 3, 0.7, length=6, has_end=True).fit(rng.integers(0, 4, (5, 6)))
    again = NGram.from_settings(model.settings())
    again.params = model.params
    tokens = rng.integers(0, 4, (3, 6))
    assert again.settings() == model.settings() and (again.end, again.length) == (3, 6)
    np.testing.assert_array_equal(again.logits(tokens, np.arange(6)), model.logits(tokens, np.arange(6)))


def test_the_order_must_be_positive():
    """Order 0 counts nothing: one clear line."""
    with pytest.raises(UserError, match="^order: expected at least 1, got 0"):
        NGram(3, 0)


# Marginals

def test_marginals_are_counts():
    """P(place t = v) is (how often v stands there + alpha) / (items + alpha V)."""
    tokens = np.array([[0, 1], [0, 2], [1, 2]])
    model = Marginals(3, length=2, alpha=0.5).fit(tokens)
    got = np.exp(model.logits(np.full((2, 2), 3), np.array([1, 0])))
    np.testing.assert_allclose(got, [[[0.5 / 4.5, 1.5 / 4.5, 2.5 / 4.5], [2.5 / 4.5, 1.5 / 4.5, 0.5 / 4.5]]] * 2)


def test_marginals_of_running_text_are_alike_everywhere():
    """Without a length every place has the counts of the whole text, and any canvas length will do."""
    model = Marginals(3, alpha=1.0).fit(np.array([[0, 0, 0, 1, 2]]))
    got = np.exp(model.logits(np.full((1, 4), 3), np.arange(4)))
    np.testing.assert_allclose(got, [[[4 / 8, 2 / 8, 2 / 8]] * 4])


def test_marginals_answer_every_plan_alike(rng):
    """Independent places: every plan gives the product, and all canvases sum to one."""
    model, tokens = Marginals(3, length=4).fit(rng.integers(0, 3, (9, 4))), every(3, 4)
    expected = [sum(model.params["log_probs"][t, v] for t, v in enumerate(row)) for row in tokens]
    for plan in (one_by_one, all_at_once, in_blocks(2), [np.array([3, 1]), np.array([0, 2])]):
        np.testing.assert_allclose(log_prob(model, tokens, plan), expected, rtol=1e-12)
    assert np.exp(expected).sum() == pytest.approx(1.0)


def test_a_string_is_the_product_up_to_its_end(rng):
    """All canvases that decode to a string, added up, are the product up to and including END."""
    model, tokens = Marginals(3, length=4).fit(rng.integers(0, 3, (9, 4))), every(3, 4)
    probs = np.exp(model.params["log_probs"])
    strings = {}
    for row, p in zip(tokens, np.exp(log_prob(model, tokens, all_at_once))):
        strings[cut_at_end(row, 2)] = strings.get(cut_at_end(row, 2), 0.0) + p
    assert len(strings) == 1 + 2 + 4 + 8 + 16
    for text, p in strings.items():
        told = list(text) + [2] * (len(text) < 4)               # a full canvas has no room for END
        assert p == pytest.approx(np.prod([probs[t, v] for t, v in enumerate(told)]), rel=1e-12)


# Marginals that stop at END

@pytest.mark.parametrize("alpha", [0.0, 0.1, 1.0])
def test_marginals_up_to_end_equal_the_formula(alpha, rng):
    """tail=False: of the items not ended before place t, the share that ends there, and of the others the share of each piece."""
    tokens = ended(texts(rng, 4, rows=30, length=5), 3)
    probs = np.exp(Marginals(4, 5, alpha, has_end=True, tail=False).fit(tokens).params["log_probs"])
    strings = [cut_at_end(row, 3) for row in tokens]
    for t in range(5):
        here, later = ([text for text in strings if keeps(len(text))] for keeps in (lambda n: n == t, lambda n: n > t))
        ends = (len(here) + alpha) / (len(here) + len(later) + alpha * (6 - t))            # alpha for each length from t to T
        np.testing.assert_allclose(probs[t, 3], ends, rtol=1e-12)
        for v in range(3):
            share = (sum(text[t] == v for text in later) + alpha) / (len(later) + 3 * alpha)
            np.testing.assert_allclose(probs[t, v], (1 - ends) * share, rtol=1e-12)
    assert np.allclose(probs.sum(axis=1), 1.0)


def test_what_stands_after_end_counts_only_with_a_tail(rng):
    """Two trainings that differ only after END: alike with tail=False, not alike with tail=True."""
    tokens = rng.integers(0, 4, (20, 6))
    closed = np.where(np.cumsum(tokens == 3, axis=1) > 0, 3, tokens)
    for tail in (False, True):
        first, second = (Marginals(4, 6, has_end=True, tail=tail).fit(rows).params["log_probs"] for rows in (tokens, closed))
        assert (first == second).all() == (not tail)


def test_a_place_that_nobody_reaches_has_ended():
    """alpha 0: where no item is long enough, END has probability 1 and nothing is NaN."""
    model = Marginals(3, 3, alpha=0.0, has_end=True, tail=False).fit(np.array([[0, 2, 2], [1, 2, 2]]))
    np.testing.assert_array_equal(np.exp(model.params["log_probs"]), [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])


def test_marginals_round_trip_and_read_old_settings():
    """Settings come back; those written before END was known mean what they meant."""
    model = Marginals(4, 6, 0.2, has_end=True, tail=False)
    again = Marginals.from_settings(model.settings())
    assert again.settings() == model.settings() and (again.end, again.tail) == (3, False)
    old = Marginals.from_settings({"vocab_size": 4, "length": 6, "alpha": 0.1})
    assert old.end is None and old.tail


@pytest.mark.parametrize("settings", [{"length": 5}, {"has_end": True}])
def test_there_is_no_tail_without_end_or_length(settings):
    """tail=False needs END and a length: one clear line."""
    with pytest.raises(UserError, match="^tail: expected True"):
        Marginals(4, tail=False, **settings)
