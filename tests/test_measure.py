"""Every figure against a plain loop, an enumeration or an integral."""

import itertools
import math
import statistics
from collections import Counter

import numpy as np
import pytest

from minigen import data, measure
from minigen.data import PictureCodec
from minigen.errors import UserError
from minigen.models.choice_decoder import ChoiceDecoder, ChoiceDecoderConfig
from minigen.models.decoder import Decoder, DecoderConfig
from minigen.models.ngram import Marginals, NGram
from minigen.models.table import Table
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import log_prob
from minigen.strategies.plans import all_at_once, one_by_one
from oracles import ALARM, PlainNGram, cut_at_end, ended, every, every_string, kl_bits, product_of_marginals, random_joint, wake


class ByLabel:
    """One table of places for each label: a model that is nothing but its probabilities (labels, T, V)."""

    end = None

    def __init__(self, probs):
        self.probs, (_, self.length, self.vocab_size) = probs, probs.shape
        self.asked = []

    def logits(self, canvas, at, condition):
        self.asked.append(len(canvas))                          # threads may ask: an append is whole
        assert (canvas == self.vocab_size).all()                # a blind model is shown masks only
        return np.log(self.probs[condition.label][:, at])


def by_label(rng, labels=3, length=4, vocab_size=3):
    return ByLabel(rng.dirichlet(np.ones(vocab_size), (labels, length)))


# Token by token

@pytest.mark.parametrize("held", [1, 25, 2 ** 22])
def test_told_scores_each_token_where_it_stands(held, rng, monkeypatch):
    """told is log P(token) at each place, each canvas under its own condition, in groups of any size."""
    monkeypatch.setattr(measure, "SCORED_AT_ONCE", held)
    model, tokens, label = by_label(rng), rng.integers(0, 3, (9, 4)), rng.integers(0, 3, 9)
    expected = [[math.log(model.probs[label[b], t, tokens[b, t]]) for t in range(4)] for b in range(9)]
    np.testing.assert_allclose(measure.told(model, tokens, Condition(label=label)), expected, rtol=1e-12)
    assert max(model.asked) == min(9, max(1, held // 12)) and sum(model.asked) == 9


@pytest.mark.parametrize("held", [1, 2 ** 22])
def test_told_shows_a_causal_model_its_left(held, rng, monkeypatch):
    """Teacher forcing: each token is scored after the true ones before it; its sum is log_prob one by one."""
    monkeypatch.setattr(measure, "SCORED_AT_ONCE", held)
    train, tokens = ended(rng.integers(0, 4, (9, 5)), 3), ended(rng.integers(0, 4, (6, 5)), 3)
    model, plain = NGram(4, 3, has_end=True).fit(train), PlainNGram(train, 4, 3, 0.9, end=3)
    got = measure.told(model, tokens)
    for row, scores in zip(tokens.tolist(), got):
        for t in range(5):
            expected = 0.0 if 3 in row[:t] else math.log(plain.prob(row[t], row[:t]))
            assert scores[t] == pytest.approx(expected, rel=1e-10, abs=1e-12)
    np.testing.assert_allclose(got.sum(axis=1), log_prob(model, tokens, one_by_one), rtol=1e-10)


def test_a_string_is_all_canvases_that_decode_to_it(rng):
    """For independent places string_log_prob is the sum over canvases with the same string, enumerated."""
    model = Marginals(3, length=4).fit(rng.integers(0, 3, (9, 4)))
    total = {}
    for row, score in zip(every(3, 4), log_prob(model, every(3, 4), all_at_once)):
        total[cut_at_end(row, 2)] = total.get(cut_at_end(row, 2), 0.0) + math.exp(score)
    strings = every_string(3, 4)
    got = np.exp(measure.string_log_prob(model, strings, 2))
    np.testing.assert_allclose(got, [total[cut_at_end(row, 2)] for row in strings], rtol=1e-12)
    assert len(got) == len(total) and got.sum() == pytest.approx(1.0)


def test_a_string_of_a_causal_model_is_its_canvas(rng):
    """A causal model with END never goes on: string_log_prob is log_prob, and the strings sum to one."""
    model, strings = NGram(3, 3, length=4, has_end=True).fit(ended(rng.integers(0, 3, (9, 4)), 2)), every_string(3, 4)
    got = measure.string_log_prob(model, strings, 2)
    np.testing.assert_allclose(got, log_prob(model, strings, one_by_one), rtol=1e-12)
    assert np.exp(got).sum() == pytest.approx(1.0)


def test_a_model_may_know_its_own_strings(rng):
    """A mixture over choices scores itself: string_log_prob asks it."""
    model = wake(ChoiceDecoder(ChoiceDecoderConfig(3, 2, 2, 3), rng, np.float64), rng)
    tokens, condition = every(3, 2), Condition(label=np.ones(9, np.int64))
    np.testing.assert_array_equal(measure.string_log_prob(model, tokens, 2, condition), model.string_log_prob(tokens, condition))


def test_bits_count_end_once():
    """ab END END and b END END END are five counted tokens; without END all eight count."""
    tokens, scores = np.array([[0, 1, 2, 2], [1, 2, 2, 2]]), np.array([-3.0, -2.0])
    assert measure.bits_per_token(scores, tokens, 2) == pytest.approx(5.0 / math.log(2) / 5)
    assert measure.bits_per_token(scores, tokens, None) == pytest.approx(5.0 / math.log(2) / 8)


def test_half_and_half_is_the_mean_of_the_probabilities(rng):
    """mixed is log((p + q) / 2), however small p and q are, impossible tokens included."""
    p, q = rng.random((3, 50))[:2]
    np.testing.assert_allclose(np.exp(measure.mixed(np.log(p), np.log(q))), (p + q) / 2, rtol=1e-12)
    got = measure.mixed(np.array([-2000.0, -np.inf, -1.0, -np.inf]), np.array([-2000.0, -1.0, -np.inf, -np.inf]))
    np.testing.assert_allclose(got, [-2000.0, -1.0 - math.log(2), -1.0 - math.log(2), -np.inf])


def test_half_of_two_models_is_a_model(rng):
    """Token by token, half of one model and half of another gives probabilities of strings that sum to one."""
    strings = every_string(3, 4)
    models = [NGram(3, order, length=4, has_end=True).fit(ended(rng.integers(0, 3, (6, 4)), 2)) for order in (1, 3)]
    assert np.exp(measure.mixed(*(measure.told(model, strings) for model in models)).sum(axis=1)).sum() == pytest.approx(1.0)


# Labels

def test_the_label_is_drawn_first(rng):
    """label_mixture is the mean over labels of P(x | label), enumerated: it sums to one."""
    model, tokens = by_label(rng), every(3, 4)
    got = measure.label_mixture(lambda condition: log_prob(model, tokens, all_at_once, condition), len(tokens), 3)
    expected = [np.mean([np.prod([model.probs[label, t, v] for t, v in enumerate(row)]) for label in range(3)]) for row in tokens]
    np.testing.assert_allclose(np.exp(got), expected, rtol=1e-12)
    assert np.exp(got).sum() == pytest.approx(1.0)


def test_without_labels_nothing_is_mixed():
    """n_labels 0 asks once, without a condition."""
    asked = []
    measure.label_mixture(lambda condition: asked.append(condition) or np.zeros(3), 3, 0)
    assert asked == [NO_CONDITION]


@pytest.mark.parametrize("end", [None, 2])
def test_bits_of_items(end, rng):
    """item_bits is -log2 of the label mixture over all strings, divided by all counted tokens."""
    model, tokens = by_label(rng), ended(rng.integers(0, 3, (8, 4)), 2)
    bits = counted = 0.0
    for row in tokens.tolist():
        size = 4 if end is None or end not in row else row.index(end) + 1
        each = [np.prod([model.probs[label, t, row[t]] for t in range(size)]) for label in range(3)]
        bits, counted = bits - math.log2(np.mean(each)), counted + size
    assert measure.item_bits(model, tokens, end, 3) == pytest.approx(bits / counted, rel=1e-12)


# Running text

@pytest.mark.parametrize("order, context, row", [(1, 1, 4), (3, 3, 8), (2, 5, 8), (3, 2, 1), (4, 6, 3)])
def test_a_running_text_is_scored_once_with_all_it_needs(order, context, row, rng):
    """Cut into rows, every character costs what it costs after the whole text before it, at any length."""
    train, text = rng.integers(0, 3, (1, 80)), rng.integers(0, 3, 45)
    model, plain = NGram(3, order).fit(train), PlainNGram(train, 3, order, 0.9)
    expected = [math.log(plain.prob(text[t], text[:t].tolist())) for t in range(len(text))]
    for length in range(1, len(text) + 1):
        np.testing.assert_allclose(measure.stream_told(model, text[:length], context, row), expected[:length], rtol=1e-12)


@pytest.mark.parametrize("length", [1, 1023, 1024, 1027, 1028, 1029, 2051, 2052, 2053, 5 * 1024 + 4, 9000])
def test_running_text_in_rows_as_they_are(length, rng):
    """With the rows of 1024 that are used, around every edge: one long row gives the same."""
    text = rng.integers(0, 3, length)
    model = NGram(3, 4).fit(rng.integers(0, 3, (1, 300)))
    np.testing.assert_allclose(measure.stream_told(model, text, 4), measure.told(model, text[None])[0], rtol=1e-12)


class Ruler:
    """A causal model whose surprise tells how many tokens it saw to the left: P(token) = 1 / (seen + 2)."""

    causal, vocab_size, end = True, 2, None

    def logits(self, canvas, at, condition):
        p = 1.0 / (np.asarray(at) + 2.0)
        return np.broadcast_to(np.log(np.stack([p, 1 - p], axis=-1)), (len(canvas), len(at), 2))


@pytest.mark.parametrize("context, row", [(1, 1), (3, 8), (8, 3), (64, 1024)])
def test_how_much_each_character_sees(context, row):
    """Character i is scored with at least min(i, context) tokens to its left, never with more than context + row."""
    for length in [1, 2, context, context + row - 1, context + row, context + row + 1, 3 * row + context, 5 * row + 7]:
        got = np.rint(np.exp(-measure.stream_told(Ruler(), np.zeros(length, np.int64), context, row)) - 2)
        i = np.arange(length)
        assert (got >= np.minimum(i, context)).all() and (got <= np.minimum(i, context + row - 1)).all()


def test_running_text_of_a_model_without_a_past(rng):
    """Marginals cost the same wherever a row begins."""
    text = rng.integers(0, 3, 50)
    model = Marginals(3).fit(rng.integers(0, 3, (1, 30)))
    np.testing.assert_allclose(measure.stream_told(model, text, 1, row=8), model.params["log_probs"][0][text])


# The bound

GRID = np.linspace(-12.0, 12.0, 4001)
NORMAL = np.exp(-GRID ** 2 / 2) / np.exp(-GRID ** 2 / 2).sum()


class Given:
    """A generator that throws the columns it was given, one after the other: (B, C) each."""

    def __init__(self, columns):
        self.columns = iter(columns)

    def standard_normal(self, shape):
        column = next(self.columns)
        assert column.shape == shape
        return column


def thin(rng):
    """A decoder with a latent of one number, whose encoder is wider than it need be; one picture."""
    model = wake(Decoder(DecoderConfig(3, 3, latent_width=1, hidden=6), rng, np.float64), rng, scale=0.8)
    model.params["encoder.last.weight"][...] *= 0.1
    model.params["encoder.last.bias"][...] = [0.4, 0.5]             # mean, log variance
    return model, rng.integers(0, 3, (1, 3))


def log_ratios(model, tokens, noise):
    """log of P(x | z) P(z) / Q(z | x) at z = mean + spread noise, straight from the densities."""
    mean, log_variance = (float(part[0, 0]) for part in model.encode(tokens))
    spread = math.exp(0.5 * log_variance)
    z = mean + spread * noise
    given = log_prob(model, np.tile(tokens, (len(z), 1)), all_at_once, Condition(latent=z[:, None]))
    return given - z ** 2 / 2 - (-noise ** 2 / 2 - math.log(spread))


def likelihood(model, tokens):
    """P(x), integrated over the prior."""
    latent = Condition(latent=GRID[:, None])
    return (NORMAL * np.exp(log_prob(model, np.tile(tokens, (len(GRID), 1)), all_at_once, latent))).sum()


def test_the_ratios_have_the_likelihood_as_their_mean(rng):
    """Under the encoder the mean of P(x | z) P(z) / Q(z | x) is P(x): the oracle agrees with itself."""
    model, tokens = thin(rng)
    assert (NORMAL * np.exp(log_ratios(model, tokens, GRID))).sum() == pytest.approx(likelihood(model, tokens), rel=1e-6)


def test_the_bound_is_the_log_of_a_mean_of_ratios(rng):
    """importance_bound is log((r1 + ... + rK) / K), for the draws it was given."""
    model, tokens = thin(rng)
    for noise in rng.standard_normal((5, 4)):
        got = measure.importance_bound(model, tokens, Given(noise[:, None, None]), draws=4)
        np.testing.assert_allclose(got, [math.log(np.exp(log_ratios(model, tokens, noise)).mean())], rtol=1e-5, atol=1e-5)


def test_more_draws_are_tighter_and_never_above(rng):
    """Averaged over all dice: one draw < two draws < three draws < log P(x); with one draw it is the training bound."""
    model, tokens = thin(rng)
    die = np.array([statistics.NormalDist().inv_cdf((k + 0.5) / 40) for k in range(40)])       # forty sides, all alike
    log_ratio = log_ratios(model, tokens, die)
    average = []
    for draws in (1, 2, 3):
        dice = np.array(list(itertools.product(die, repeat=draws)))                             # every combination
        bound = measure.importance_bound(model, np.tile(tokens, (len(dice), 1)), Given(dice.T[..., None]), draws)
        average.append(bound.mean())
    likelihood_of_the_die = math.log(np.exp(log_ratio).mean())
    assert average[0] == pytest.approx(log_ratio.mean(), rel=1e-5)
    assert average[0] < average[1] < average[2] < likelihood_of_the_die


def test_with_evenly_spread_draws_the_bound_is_the_likelihood(rng):
    """2,000 draws at the middles of equal parts of the normal distribution integrate P(x)."""
    model, tokens = thin(rng)
    even = np.array([statistics.NormalDist().inv_cdf((k + 0.5) / 2000) for k in range(2000)])
    got = measure.importance_bound(model, tokens, Given(even[:, None, None]), draws=2000)
    assert got[0] == pytest.approx(math.log(likelihood(model, tokens)), abs=2e-3)


@pytest.mark.statistical
def test_many_random_draws_come_near_the_likelihood(rng):
    """2,000 random draws: the mean ratio lies within Hoeffding's distance of P(x).

    The encoder is wider than the prior, so ratios lie between 0 and their largest value M on the grid:
    P(|mean - P(x)| >= e) <= 2 exp(-2 K e^2 / M^2) = 1e-6.
    """
    model, tokens = thin(rng)
    most, draws = np.exp(log_ratios(model, tokens, GRID).max()), 2000
    away = most * math.sqrt(math.log(2 / ALARM) / (2 * draws))
    got = measure.importance_bound(model, tokens, rng, draws=draws)
    assert abs(math.exp(got[0]) - likelihood(model, tokens)) < away
    assert away < most / 10


def test_a_bound_may_have_labels_and_float32(rng):
    """With labels each picture is bounded under its own; the result is float64 and repeatable."""
    model = wake(Decoder(DecoderConfig(3, 4, n_labels=2, latent_width=2, hidden=6), rng), rng)
    tokens, label = rng.integers(0, 3, (5, 4)), np.array([0, 1, 1, 0, 1])
    both = [measure.importance_bound(model, tokens, np.random.default_rng(1), 8, Condition(label=label)) for _ in range(2)]
    np.testing.assert_array_equal(*both)
    assert both[0].shape == (5,) and both[0].dtype == np.float64
    noise = np.random.default_rng(1).standard_normal((8, 5, 2))
    for b in range(5):
        alone = measure.importance_bound(model, tokens[b:b + 1], Given(noise[:, b:b + 1]), 8, Condition(label=label[b:b + 1]))
        assert alone[0] == pytest.approx(both[0][b], rel=1e-5)


# Answers

def test_the_lectures_answer():
    """演員 / 老師 at one half each: all at once loses 1 bit and answers nonsense half of the time."""
    right, probs = [[0, 1], [2, 3]], np.array([0.5, 0.5])
    table = Table(right, probs, 4)
    gap, impossible = measure.answer_gap(log_prob(table, np.array(right), all_at_once), probs)
    assert gap == pytest.approx(1.0, abs=1e-12) and impossible == pytest.approx(0.5, abs=1e-12)
    gap, impossible = measure.answer_gap(log_prob(table, np.array(right), one_by_one), probs)
    assert gap == pytest.approx(0.0, abs=1e-12) and impossible == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("p", [0.5, 0.75, 0.9])
def test_other_odds(p):
    """At odds p : 1 - p the gap is h(p) bits and a share of 2 p (1 - p) is impossible."""
    right, probs = np.array([[0, 1], [2, 3]]), np.array([p, 1 - p])
    gap, impossible = measure.answer_gap(log_prob(Table(right, probs, 4), right, all_at_once), probs)
    assert gap == pytest.approx(-p * math.log2(p) - (1 - p) * math.log2(1 - p), abs=1e-12)
    assert impossible == pytest.approx(2 * p * (1 - p), abs=1e-12)


def test_the_gap_is_the_divergence(rng):
    """answer_gap is KL(truth, model) and the model's mass outside the right answers, enumerated."""
    joint = random_joint(rng, 3, 3, zeros=0.4)
    right, probs = every(3, 3)[joint.ravel() > 0], joint[joint > 0]
    model = product_of_marginals(joint)
    gap, impossible = measure.answer_gap(np.log(model[joint > 0]), probs)
    assert gap == pytest.approx(kl_bits(joint, model), abs=1e-12)
    assert impossible == pytest.approx(model[joint == 0].sum(), abs=1e-12)
    assert gap == pytest.approx(Table(right, probs, 3).total_correlation(), abs=1e-12)


# Text

def test_every_shipped_poem_is_a_quatrain():
    """All 9,262 shipped poems have the form, as they stand in the file and after the codec."""
    poems = data.poems()
    for item in np.concatenate([poems.train, poems.valid]):
        assert measure.is_quatrain(poems.codec.decode(item))


@pytest.mark.parametrize("poem", [
    "", "春眠不覺曉", "春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少", "春眠不覺曉，處處聞啼鳥。夜來風雨，花落知多少。",
    "春眠不覺曉，處處聞啼鳥。夜來風雨聲聲，花落知多少。", "春眠不覺曉。處處聞啼鳥，夜來風雨聲，花落知多少。",
    "春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。春", "春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。\n",
    "春眠不覺曉，處處聞啼鳥。", "春眠不覺，處處聞啼。夜來風雨，花落知多。", "春眠不覺曉好好，處處聞啼鳥。夜來風雨聲，花落知多少。",
    "春眠不覺曉,處處聞啼鳥.夜來風雨聲,花落知多少."])
def test_broken_quatrains_are_told(poem):
    """A line too short, too long or missing, wrong marks, anything after the end."""
    assert not measure.is_quatrain(poem)
    assert measure.is_quatrain("春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。")


def test_words():
    """Runs of letters, lower case, of any script; digits, marks and underscores divide."""
    assert measure.words("O Romeo, Romeo!\nwherefore-art 2nd don't a_b Élan") == [
        "o", "romeo", "romeo", "wherefore", "art", "nd", "don", "t", "a", "b", "élan"]
    assert measure.words("") == measure.words("12 — ?") == []


@pytest.mark.parametrize("text", ["", "a", "ab", "anna"])
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_grams(text, n):
    """All runs of n characters of ^text$, by a plain loop."""
    marked = ["^", *text, "$"]
    assert measure.grams(text, n) == ["".join(marked[i:i + n]) for i in range(len(marked)) if i + n <= len(marked)]
    assert measure.grams("ab", 2) == ["^a", "ab", "b$"]


def test_share_unseen():
    """Each piece counts as often as it comes; no piece at all is 0."""
    assert measure.share_unseen(["a", "b", "b", "c"], {"a", "c"}) == 0.5
    assert measure.share_unseen([], {"a"}) == 0.0 and measure.share_unseen(iter("ab"), set()) == 1.0


# Pictures

@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 2, 2), (1, 6, 2)])
def test_patches(shape, rng):
    """Two patches get one number exactly if their four pixels agree; as many as plain loops find."""
    pictures = rng.integers(0, 2, shape) * rng.choice([1, 255, 256])     # colours up to 256, many equal patches
    got = measure.patches(pictures).tolist()
    found = [tuple(pictures[b, i:i + 2, j:j + 2].ravel().tolist())
             for b in range(shape[0]) for i in range(shape[1] - 1) for j in range(shape[2] - 1)]
    assert len(got) == len(found)
    assert len(set(got)) == len(set(found)) == len(set(zip(got, found)))
    assert len(set(measure.patches(np.array([[[0, 1], [0, 0]], [[0, 0], [1, 0]], [[1, 0], [0, 0]], [[0, 0], [0, 1]]])))) == 4


def flood(filled):
    """The largest part, by walking from every pixel."""
    left, largest = set(zip(*(axis.tolist() for axis in np.nonzero(filled)))), 0
    while left:
        todo, size = [left.pop()], 0
        while todo:
            i, j = todo.pop()
            size += 1
            for neighbour in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
                if neighbour in left:
                    left.remove(neighbour)
                    todo.append(neighbour)
        largest = max(largest, size)
    return largest


def test_the_largest_part_is_what_a_flood_finds(rng):
    """On random masks of every density, and on a snake that turns at every row."""
    for shape in [(1, 1), (1, 9), (9, 1), (5, 7), (12, 12)]:
        for density in (0.0, 0.3, 0.5, 0.6, 0.8, 1.0):
            filled = rng.random(shape) < density
            assert measure.largest_part(filled) == flood(filled)
    snake = np.ones((9, 9), bool)
    snake[1::4, :-1] = snake[3::4, 1:] = False
    assert measure.largest_part(snake) == flood(snake) == snake.sum()


def test_corners_do_not_connect():
    """Pixels that touch at a corner only are two parts."""
    assert measure.largest_part(np.eye(4, dtype=bool)) == 1


def test_nearest_by_a_plain_loop(rng):
    """The smallest share of pixels that differ, over training pictures and their mirror images."""
    codec = PictureCodec(np.zeros((3, 3)), 3, 4)
    train, tokens = rng.integers(0, 3, (6, 12)), rng.integers(0, 3, (5, 12))
    tokens[0], tokens[1] = train[2], train[4].reshape(3, 4)[:, ::-1].ravel()
    expected = []
    for one in tokens.reshape(-1, 3, 4):
        expected.append(min(sum(one[i, j] != other[i, j] for i in range(3) for j in range(4)) / 12
                            for picture in train.reshape(-1, 3, 4) for other in (picture, picture[:, ::-1])))
    np.testing.assert_allclose(measure.nearest(tokens, train, codec.mirror(train)), expected)
    assert expected[0] == expected[1] == 0.0


def test_statistics_of_pictures(rng):
    """Medians of what plain loops count in each picture, and the share of copies, mirrored ones too."""
    codec = PictureCodec(np.zeros((4, 3)), 3, 4)
    train, tokens = rng.integers(0, 4, (6, 12)), rng.integers(0, 4, (7, 12)) * rng.integers(0, 2, (7, 12))
    tokens[0], tokens[1], tokens[2] = train[3], codec.mirror(train[1]), 0           # two copies, one empty picture
    drawn = [sum(v != 0 for v in one) for one in tokens]
    parts = [flood(one.reshape(3, 4) != 0) for one in tokens]
    far = measure.nearest(tokens, train, codec.mirror(train))
    assert measure.picture_statistics(tokens, codec, train, True) == {
        "opaque": pytest.approx(statistics.median(n / 12 for n in drawn)),
        "largest_part": pytest.approx(statistics.median(part / max(n, 1) for part, n in zip(parts, drawn))),
        "colours": statistics.median(len(set(one.tolist())) for one in tokens),
        "nearest": pytest.approx(statistics.median(far)),
        "copies": pytest.approx(np.mean([f == 0 for f in far]))}
    assert sum(f == 0 for f in far) >= 2


# Fréchet distance

def root(matrix):
    """The square root of a symmetric matrix by its eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T


def test_frechet_is_the_formula(rng):
    """|difference of means|² + trace(A + B - 2 (A^½ B A^½)^½), also where there are fewer pictures than features."""
    for n, m in ((40, 60), (4, 30), (3, 2)):
        a, b = rng.standard_normal((n, 6)) @ rng.standard_normal((6, 6)), rng.standard_normal((m, 6)) + np.arange(6)
        A, B = np.cov(a.T), np.cov(b.T)
        expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(A + B - 2 * root(root(A) @ B @ root(A)))
        assert measure.frechet(a, b) == pytest.approx(expected, rel=1e-6, abs=1e-6)
        assert measure.frechet(b, a) == pytest.approx(measure.frechet(a, b), rel=1e-9)


def test_frechet_of_numbers_by_hand():
    """For a single feature it is (difference of means)² + (difference of spreads)²."""
    a, b = np.array([[1.0], [3.0]]), np.array([[10.0], [14.0], [12.0]])
    assert measure.frechet(a, b) == pytest.approx((12 - 2) ** 2 + (2 - math.sqrt(2)) ** 2)


def test_frechet_does_not_see_how_features_are_turned(rng):
    """Nothing from itself; the same after one rotation of both; four times as much at twice the scale; a shift adds its square."""
    a, b = rng.standard_normal((30, 5)), rng.standard_normal((20, 5)) * 2 + 1
    turn, shift = np.linalg.qr(rng.standard_normal((5, 5)))[0], rng.standard_normal(5)
    assert measure.frechet(a, a) == pytest.approx(0.0, abs=1e-9)
    assert measure.frechet(a, a + shift) == pytest.approx((shift ** 2).sum())
    assert measure.frechet(a @ turn, b @ turn) == pytest.approx(measure.frechet(a, b))
    assert measure.frechet(2 * a, 2 * b) == pytest.approx(4 * measure.frechet(a, b))


def test_frechet_needs_a_spread(rng):
    """One picture, or features of another kind, are one clear line."""
    with pytest.raises(UserError, match="no spread"):
        measure.frechet(np.zeros((1, 3)), np.zeros((5, 3)))
    with pytest.raises(UserError, match="second: expected shape"):
        measure.frechet(np.zeros((4, 3)), np.zeros((5, 2)))


@pytest.mark.parametrize("height, width", [(10, 15), (7, 5), (3, 4)])
def test_looks_block_by_block(height, width, rng):
    """Mean of each number and contrast of each of 25 blocks, by loops over the pixels, where sides do not divide too."""
    codec = PictureCodec(rng.integers(0, 256, (6, 3)), height, width, has_empty=True)
    tokens = rng.integers(0, 6, (3, height * width))
    signal = codec.to_signal(tokens).astype(float).reshape(3, height, width, 4)
    got = measure.looks(tokens, codec).reshape(3, 5, 5, 5)
    for n, down, right in itertools.product(range(3), range(5), range(5)):
        pixels = [signal[n, i, j] for i in range(height) for j in range(width) if (i * 5 // height, j * 5 // width) == (down, right)]
        means = [statistics.fmean(pixel[c] for pixel in pixels) if pixels else 0.0 for c in range(4)]
        squares = [(pixel[c] - means[c]) ** 2 for pixel in pixels for c in range(4)]
        assert got[n, down, right] == pytest.approx([*means, math.sqrt(statistics.fmean(squares or [0.0]))], abs=1e-6)


def test_picture_features_are_principal(rng):
    """On the training pictures: uncorrelated, the widest first, and all of what differs in so few numbers as there can be."""
    codec, train = PictureCodec(rng.integers(0, 256, (6, 3)), 5, 5), rng.integers(0, 6, (20, 25))
    features = measure.picture_features(train, codec, train, numbers=19)               # 20 pictures differ in 19 directions
    covariance = np.cov(features.T)
    np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-8)
    assert (np.diff(np.diag(covariance)) <= 1e-9).all()
    varied = measure.looks(train, codec).std(axis=0) > 1e-9
    assert features.var(axis=0).sum() == pytest.approx(varied.sum())                   # each look that varies has variance 1
    np.testing.assert_allclose(measure.picture_features(train[3:5], codec, train), measure.picture_features(train, codec, train)[3:5], atol=1e-9)
    assert measure.picture_features(train, codec, train, numbers=4).shape == (20, 4)


def test_real_sprites_are_nearer_to_real_ones_than_noise_is(rng):
    """One half of the training sprites lies at most a fifth as far from the other as pixels drawn independently from the marginals do."""
    sprites = data.sprites()
    half, other = np.array_split(sprites.train[rng.permutation(len(sprites.train))], 2)
    noise = np.stack([rng.choice(column, len(other)) for column in sprites.train.T], axis=1)
    half_features, *features = (measure.picture_features(one, sprites.codec, sprites.train) for one in (half, other, noise))
    real, marginals = (measure.frechet(half_features, one) for one in features)
    assert 5 * real < marginals


# Time

@pytest.mark.parametrize("repeats", [1, 3, 5])
def test_seconds_is_the_median_after_a_warm_up(repeats, monkeypatch):
    """The work is called 1 + repeats times, and the first call does not count."""
    calls, clock = [], [0.0]
    took = [0.4, 0.05, 0.01, 0.03, 0.09, 0.02]

    def work():
        clock[0] += took[len(calls)]
        calls.append(None)

    monkeypatch.setattr(measure.time, "perf_counter", lambda: clock[0])
    assert measure.seconds(work, repeats) == pytest.approx(statistics.median(took[1:1 + repeats]))
    assert len(calls) == 1 + repeats
    calls.clear()
    took[0] = 0.6                                   # beyond its patience: one call is enough
    assert measure.seconds(work, repeats) == pytest.approx(took[1])
    assert len(calls) == 2


def test_total_variation_is_the_largest_difference_of_any_event(rng):
    """Half the summed differences equals the maximum over all events, by enumeration."""
    p, q = rng.dirichlet(np.ones(5), 2)
    events = np.array(list(itertools.product([0, 1], repeat=5)))
    assert measure.total_variation(p, q) == pytest.approx((events @ (p - q)).max())


def test_counted_apart_is_a_total_variation():
    """Of what two Counters have counted: half here and half elsewhere is one half."""
    assert measure.counted_apart(Counter("aabb"), Counter("ab")) == 0
    assert measure.counted_apart(Counter("ab"), Counter("ac")) == 0.5
    assert measure.counted_apart(Counter("a"), Counter("b")) == 1
