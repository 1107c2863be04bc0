"""A table of lengths against counting, and a composite of two against sums over all strings."""

import json
from collections import Counter

import numpy as np
import pytest

from minigen.data import names, poems
from minigen.data.batches import Items
from minigen.data.text import CharCodec
from minigen.errors import UserError
from minigen.models.lengths import Lengths, MarginalsGivenLength, MaskedGivenLength, WithLength
from minigen.models.masked import Masked, MaskedConfig
from minigen.nn.gradcheck import check_model
from minigen.nn.optimisers import Adam, Muon
from minigen.nn.training import train
from minigen.protocols import NO_CONDITION, Condition
from oracles import cut_at_end, every_string, wake

END = 3


def texts(rng, rows=40, length=5, shortest=1):
    """Items of ``shortest`` to T - 1 pieces, then END: (N, T)."""
    tokens = rng.choice(END, (rows, length), p=[0.6, 0.3, 0.1])
    tokens[np.arange(length) >= rng.integers(shortest, length, rows)[:, None]] = END
    return tokens


def network(rng, kind=Masked, dtype=np.float64, length=4, **settings):
    config = dict(vocab_size=END + 1, length=length, has_end=True, layers=1, width=8, heads=2) | settings
    return wake(kind(MaskedConfig(**config), rng, dtype), rng)


# Lengths

@pytest.mark.parametrize("data", [names, poems])
def test_lengths_are_counts(data):
    """Without smoothing the table is how often each length occurs, to the last bits; smoothing adds alpha to each of T + 1."""
    items = data()
    counted = Counter(len(cut_at_end(row, items.codec.end)) for row in items.train)
    expected = np.array([counted[n] for n in range(items.length + 1)])
    for alpha in (0.0, 0.1, 2.0):
        got = np.exp(Lengths.fit(items.train, items.codec.end, alpha=alpha).logits(2))
        law = (expected + alpha) / (len(items.train) + alpha * (items.length + 1))
        np.testing.assert_allclose(got, [law, law], atol=1e-12)


def test_what_stands_behind_end_is_no_length(rng):
    """A second END, or pieces behind the first, change nothing."""
    tokens = np.array([[0, 3, 1, 3], [3, 0, 0, 0], [0, 1, 2, 2]])
    assert Lengths.fit(tokens, END).counts.tolist() == [[1, 1, 0, 0, 1]]


def test_each_label_has_lengths_of_its_own():
    """P(length | label) is counted among the items of the label; canvases are answered by theirs."""
    tokens = np.array([[0, 3, 3], [1, 3, 3], [0, 1, 3], [2, 2, 3]])
    model = Lengths.fit(tokens, END, np.array([0, 0, 1, 0]), n_labels=2, alpha=0.0)
    with np.errstate(divide="ignore"):
        expected = np.log([[0, 0, 1, 0], [0, 2 / 3, 1 / 3, 0]])
    np.testing.assert_allclose(model.logits(2, Condition(label=np.array([1, 0]))), expected)
    assert model.n_labels == 2


def test_a_label_without_items_has_no_law():
    """alpha 0 and a label that no item has: one clear line; with alpha every length is as likely."""
    tokens = np.array([[0, 3, 3]])
    with pytest.raises(UserError, match="^items of each label"):
        Lengths.fit(tokens, END, np.array([0]), n_labels=2, alpha=0.0)
    got = Lengths.fit(tokens, END, np.array([0]), n_labels=2).logits(1, Condition(label=np.array([1])))
    np.testing.assert_allclose(np.exp(got), 0.25)
    with pytest.raises(UserError, match="^labels: expected shape"):
        Lengths.fit(tokens, END, np.array([0, 1]))


# Counts, given the length

def test_marginals_given_length_equal_the_formula(rng):
    """Every probability is the two-level formula, written with loops over items."""
    tokens = texts(rng)
    model = MarginalsGivenLength.fit(tokens, END + 1)
    strings = [cut_at_end(row, END) for row in tokens]
    where = [{(len(text), t) for text in strings for t, token in enumerate(text) if token == v} for v in range(END)]
    together = np.array([len(places) for places in where])
    fallback = (together + END / END) / (together.sum() + END)         # all three pieces occur: weight 3 on 1 / 3 each
    assert all(together > 0)
    for size in range(6):
        canvas = np.full((1, 5), END + 1)
        canvas[:, size:] = END
        got = np.exp(model.logits(canvas, np.arange(5)))[0]
        for t in range(size):
            seen = Counter(text[t] for text in strings if len(text) == size)
            n, kinds = sum(seen.values()), max(len(seen), 1)
            expected = [(seen[v] + kinds * fallback[v]) / (n + kinds) for v in range(END)]
            np.testing.assert_allclose(got[t], expected + [0.0], rtol=1e-6, atol=1e-12)


def test_a_comma_stays_at_its_place():
    """Of the one-shot samples of poems, told the length, nearly all have the form: 28 or 24 places times the leak, exactly."""
    items = poems()
    model, comma, stop = MarginalsGivenLength.fit(items.train, items.codec.vocab_size), *items.codec.encode_prompt("，。")
    for size in (24, 32):
        canvas = np.full((1, items.length), items.codec.vocab_size)
        canvas[:, size:] = items.codec.end
        probs = np.exp(model.logits(canvas, np.arange(size)).astype(np.float64))[0]
        last = np.arange(size) % (size // 4) == size // 4 - 1
        assert probs[last].max(axis=1).min() > 0.999 and probs[~last][:, [comma, stop]].max() < 1e-3
        assert probs[last].argmax(axis=1).tolist() == [comma, stop, comma, stop]


def test_tables_are_for_the_frequent_lengths(rng, monkeypatch):
    """Where memory is short, the most frequent lengths have tables; the others have the fallback."""
    tokens = np.array([[0, 3, 3, 3]] * 3 + [[1, 2, 3, 3]] * 5 + [[0, 1, 2, 3]] * 2)
    monkeypatch.setattr("minigen.models.lengths.MOST_NUMBERS", 2 * 4 * 4)
    model = MarginalsGivenLength.fit(tokens, END + 1)
    assert model.lengths == [1, 2] and model.params["log_probs"].shape == (3, 4, 4)
    long = np.array([[4, 4, 4, 3]])
    np.testing.assert_array_equal(model.logits(long, np.arange(3))[0], model.params["log_probs"][0, :3])


# The network

def test_a_network_that_is_told_the_length_never_pays_for_end(rng):
    """MaskedGivenLength: END in sight from place L on, only pieces hidden, each canvas weighing as much; an empty item nothing."""
    model, tokens = network(rng, MaskedGivenLength, length=5), texts(rng, 60, shortest=0)
    canvas, hidden, weight = model._hidden(tokens, rng)
    pieces = tokens != END
    assert (canvas[~pieces] == END).all() and not hidden[~pieces].any()
    assert (canvas[hidden] == END + 1).all() and (canvas[pieces & ~hidden] == tokens[pieces & ~hidden]).all()
    full = pieces.any(axis=1)
    assert not full.all()
    np.testing.assert_allclose(weight.sum(axis=1), full / 60)
    assert (hidden.sum(axis=1)[full] >= 1).all()


@pytest.mark.parametrize("kind", [Masked, MaskedGivenLength])
def test_gradients(kind, rng):
    """The composite's gradients are those of central differences, and its parameters those of its places."""
    tokens = texts(rng, 6, 4)
    model = WithLength(Lengths.fit(tokens, END), network(rng, kind))
    assert model.params is model.places.params
    assert check_model(model, tokens, NO_CONDITION, seed=3) < 1e-6


@pytest.mark.parametrize("kind", [Masked, MaskedGivenLength])
def test_training_reaches_the_inner_network(kind, rng):
    """train() lowers the bits of whole strings, exact; the table of lengths stays what it was."""
    codec = CharCodec("abc", has_end=True)
    tokens = np.array([codec.encode(text, 4) for text in ("aab", "bba", "ab", "c") * 8])
    model = WithLength(Lengths.fit(tokens, END), network(rng, kind, np.float32))
    before, law = model.string_log_prob(tokens).mean(), model.length_logits(1).copy()
    train(model, Items("texts", codec, tokens, tokens), Muon(model.is_matrix, 0.03, adam=Adam(0.01)), rng, steps=40, batch=16,
          validate=lambda: -model.string_log_prob(tokens).mean())
    assert model.string_log_prob(tokens).mean() > before + 0.5
    np.testing.assert_array_equal(model.length_logits(1), law)
    assert model.count(tokens) == tokens.size


# Both together

def composites(rng):
    tokens = texts(rng, 30, 4)
    lengths = Lengths.fit(tokens, END, alpha=0.5)
    return [WithLength(lengths, MarginalsGivenLength.fit(tokens, END + 1)), WithLength(lengths, network(rng)),
            WithLength(lengths, network(rng, MaskedGivenLength))]


@pytest.mark.parametrize("which", range(3))
def test_strings_sum_to_one(which, rng, monkeypatch):
    """P(string) in one pass is P(L) times a product of places, summed over all strings 1; however many rows at a time."""
    model, strings = composites(rng)[which], every_string(END + 1, 4)
    got = model.string_log_prob(strings)
    assert np.exp(got).sum() == pytest.approx(1.0, abs=1e-6)
    for row, score in zip(strings, got):
        text = cut_at_end(row, END)
        canvas = np.array([[END + 1] * len(text) + [END] * (4 - len(text))])
        by_hand = model.length_logits(1)[0, len(text)]
        for t, token in enumerate(text):
            scores = model.logits(canvas, np.array([t]))[0, 0].astype(float)
            by_hand += scores[token] - np.logaddexp.reduce(scores)
        assert score == pytest.approx(by_hand, abs=1e-5)
    monkeypatch.setattr("minigen.models.lengths.SCORED_AT_ONCE", 50)
    np.testing.assert_allclose(model.string_log_prob(strings), got, rtol=1e-5)


@pytest.mark.parametrize("which", range(3))
def test_end_stands_behind_the_length_and_nowhere_else(which, rng):
    """Told the length, END has probability 0 before it and 1 from there on."""
    model = composites(rng)[which]
    canvas = np.array([[4, 4, 3, 3], [0, 4, 4, 3], [4, 4, 4, 4], [3, 3, 3, 3]])
    scores = model.logits(canvas, np.array([3, 0, 1, 2]))
    probs = np.exp(scores - scores.max(axis=-1, keepdims=True))
    ends = probs[..., END] / probs.sum(axis=-1)
    np.testing.assert_array_equal(ends, [[1, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]])


@pytest.mark.parametrize("which", range(3))
def test_settings_round_trip(which, rng):
    """A model made from its settings, through JSON, and given the same arrays, says the same."""
    model, strings = composites(rng)[which], every_string(END + 1, 4)
    again = WithLength.from_settings(json.loads(json.dumps(model.settings())))
    assert again.settings() == model.settings() and type(again.places) is type(model.places)
    if again.params:
        for name, array in again.params.items():
            array[...] = model.params[name]
    else:
        again.params.update(model.params)                          # as the checkpoint does for counts
    np.testing.assert_allclose(again.string_log_prob(strings), model.string_log_prob(strings), rtol=1e-4)


def test_what_does_not_go_together(rng):
    """Tables of another length, places that never saw END, a plan without a length: one clear line each."""
    tokens = texts(rng, 10, 4)
    lengths = Lengths.fit(tokens, END)
    with pytest.raises(UserError, match="^lengths: expected a table from 0 to 5"):
        WithLength(lengths, network(rng, length=5))
    for settings in ({"tail": False}, {"has_end": False}):
        with pytest.raises(UserError, match="^places: expected a model that can be told the length"):
            WithLength(lengths, network(rng, **settings))
        with pytest.raises(UserError, match="^config: expected has_end=True and tail=True"):
            network(rng, MaskedGivenLength, **settings)
    with pytest.raises(UserError, match="^strategy: expected 'length_first'"):
        WithLength(lengths, network(rng)).check_plan([np.arange(4)])
    with pytest.raises(UserError, match="^lengths: expected a value from 0 to 4, got 5"):
        MarginalsGivenLength(END + 1, 4, [5])
