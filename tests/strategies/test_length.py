"""Both ways to know how long: exact laws by enumeration, plain loops on the same dice, and the true lengths of names and poems."""

from functools import partial

import numpy as np
import pytest

from minigen import measure
from minigen.data import names, poems
from minigen.errors import UserError
from minigen.models.lengths import Lengths, MarginalsGivenLength, WithLength
from minigen.models.masked import Masked, MaskedConfig
from minigen.models.ngram import Marginals, NGram
from minigen.models.table import Table
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies import length
from minigen.strategies.fill import fill, generate, log_prob
from minigen.strategies.length import closed, cut_at_end, cut_at_end_log_prob, first_end, length_first, length_first_log_prob, lengths
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one
from oracles import GridDice, every, every_string, most_by_chance, random_joint, random_plan, softmax, wake, walk
from oracles import cut_at_end as string_of

END, T = 3, 4
V = END + 1


def network(rng, **settings):
    config = dict(vocab_size=V, length=T, has_end=True, layers=1, width=8, heads=2) | settings
    return wake(Masked(MaskedConfig(**config), rng, np.float64), rng)


def texts(rng, rows=30):
    tokens = rng.choice(END, (rows, T), p=[0.6, 0.3, 0.1])
    tokens[np.arange(T) >= rng.integers(1, T, rows)[:, None]] = END
    return tokens


def composite(rng, kind):
    tokens = texts(rng)
    places = MarginalsGivenLength.fit(tokens, V) if kind == "counts" else network(rng)
    return WithLength(Lengths.fit(tokens, END, alpha=0.7), places)


def one_shot(rng, kind):
    """Models of way (a)."""
    if kind == "network":
        return network(rng, tail=False)
    return Marginals(V, T, has_end=True, tail=kind == "tail").fit(texts(rng))


# What a canvas says

def test_lengths_and_strings_against_loops(rng):
    """lengths and string_log_prob of every canvas equal those of a loop that stops at END; strings sum to one."""
    tokens = every(V, T)
    log_probs = np.log(rng.dirichlet(np.ones(V), T))
    log_probs[2, 1] = -np.inf
    got_lengths, got = lengths(tokens, END), length.string_log_prob(log_probs, tokens, END)
    for row, n, score in zip(tokens, got_lengths, got):
        text = string_of(row, END)
        told = list(text) + [END] * (len(text) < T)
        assert n == len(text)
        assert score == pytest.approx(sum(log_probs[t, v] for t, v in enumerate(told)))
    lost = np.exp(log_probs[2]).sum()                              # what was made impossible is missing from the sum
    log_probs[2] -= np.log(lost)
    assert np.exp(length.string_log_prob(log_probs, every_string(V, T), END)).sum() == pytest.approx(1.0)


def test_first_end_is_the_sum_over_canvases(rng):
    """The law of the first END, by multiplication, equals the sum over all canvases of independent places."""
    log_probs = np.log(rng.dirichlet(np.ones(V), (2, T)))
    for one, law in zip(log_probs, first_end(log_probs, END)):
        canvases = every(V, T)
        probs = np.exp(one[np.arange(T), canvases].sum(axis=1))
        np.testing.assert_allclose(law, np.bincount(lengths(canvases, END), probs, T + 1), rtol=1e-12)
        assert law.sum() == pytest.approx(1.0)


# The true lengths

@pytest.mark.parametrize("data", [names, poems])
def test_places_up_to_end_have_the_true_law(data):
    """Counted up to END, the product of the places gives the first END exactly the law of the training lengths, 1e-12."""
    items = data()
    true = np.bincount(lengths(items.train, items.codec.end), minlength=items.length + 1)
    for alpha in (0.0, 0.1):
        model = Marginals(items.codec.vocab_size, items.length, alpha, has_end=True, tail=False).fit(items.train)
        law = first_end(model.params["log_probs"], items.codec.end)
        np.testing.assert_allclose(law, (true + alpha) / (len(items.train) + alpha * len(true)), atol=1e-12)
        assert measure.total_variation(law, true / true.sum()) < 1e-3


def test_places_after_end_spoil_the_lengths_of_quatrains():
    """Loss after END too: a share p of short poems ends each of places 24 to 31 with p, TV (1 - p) - (1 - p)^8 = 0.65."""
    items = poems()
    model = Marginals(items.codec.vocab_size, items.length, alpha=0.0).fit(items.train)
    true = np.bincount(lengths(items.train, items.codec.end), minlength=items.length + 1) / len(items.train)
    law = first_end(model.params["log_probs"], items.codec.end)
    p = true[24]
    assert true[24] + true[32] == pytest.approx(1.0)
    np.testing.assert_allclose(law[24:], [p * (1 - p) ** k for k in range(8)] + [(1 - p) ** 8, 0.0], atol=1e-12)
    assert measure.total_variation(law, true) == pytest.approx((1 - p) - (1 - p) ** 8, abs=1e-12)
    assert round(measure.total_variation(law, true), 2) == 0.65


@pytest.mark.statistical
@pytest.mark.parametrize("way", ["cut_at_end", "length_first"])
def test_drawn_lengths_of_names(way, rng):
    """20,000 names drawn each way: every length as often as the table says (Hoeffding, false alarm 1e-6 over all lengths)."""
    items, n = names(), 20_000
    size, end = items.codec.vocab_size, items.codec.end
    if way == "cut_at_end":
        model, strategy = Marginals(size, items.length, has_end=True, tail=False).fit(items.train), cut_at_end
    else:
        model, strategy = WithLength(Lengths.fit(items.train, end), MarginalsGivenLength.fit(items.train, size)), length_first
    drawn = np.bincount(lengths(generate(model, strategy, n, rng), end), minlength=items.length + 1) / n
    law = np.exp(Lengths.fit(items.train, end).logits(1)[0])
    assert np.abs(drawn - law).max() < most_by_chance(n, law.size)


# (a) Cut at END

@pytest.mark.parametrize("kind, plan", [("counts", all_at_once), ("tail", in_blocks(2)), ("network", all_at_once), ("network", in_blocks(2)),
                                        ("network", one_by_one)])
def test_cutting_is_fill_and_then_a_cut(kind, plan, rng):
    """On the same dice: the canvases of fill, and in the last one END at every place after the first END."""
    model, canvas = one_shot(rng, kind), np.full((50, T), V)
    drawn = list(fill(model, canvas, np.random.default_rng(5), plan=plan, temperature=1.5))
    got = list(cut_at_end(model, canvas, np.random.default_rng(5), plan=plan, temperature=1.5))
    assert len(got) == len(drawn) == len(plan(T)) and (canvas == V).all()
    np.testing.assert_array_equal(got[:-1], drawn[:-1])
    for before, after in zip(drawn[-1], got[-1]):
        text = string_of(before, END)
        assert after.tolist() == list(text) + [END] * (T - len(text))


@pytest.mark.parametrize("kind, plan", [("counts", all_at_once), ("network", all_at_once), ("network", in_blocks(2)), ("network", one_by_one),
                                        ("network", lambda length: [np.array([0]), np.array([2, 1]), np.array([3])])])
def test_cut_strings_are_scored_exactly(kind, plan, rng, monkeypatch):
    """The score of a string is the sum of log_prob over all canvases that are cut to it; all strings sum to one."""
    model, strings = one_shot(rng, kind), every_string(V, T)
    got, total = cut_at_end_log_prob(model, strings, plan), {}
    for row, p in zip(every(V, T), np.exp(log_prob(model, every(V, T), plan))):
        total[string_of(row, END)] = total.get(string_of(row, END), 0.0) + p
    np.testing.assert_allclose(np.exp(got), [total[string_of(row, END)] for row in strings], rtol=1e-9)
    assert np.exp(got).sum() == pytest.approx(1.0)
    if plan is all_at_once:
        np.testing.assert_allclose(measure.string_log_prob(model, strings, END), got, rtol=1e-9)
    monkeypatch.setattr("minigen.strategies.fill.SCORED_AT_ONCE", 40)
    np.testing.assert_allclose(cut_at_end_log_prob(model, strings, plan, None), got, rtol=1e-9)


def test_a_causal_model_is_never_cut(rng):
    """One by one AR stops by itself: cut_at_end draws what fill draws, and the score is log_prob."""
    model, strings = NGram(V, 3, length=T, has_end=True).fit(texts(rng)), every_string(V, T)
    np.testing.assert_allclose(cut_at_end_log_prob(model, strings, one_by_one), log_prob(model, strings, one_by_one), rtol=1e-12)
    drawn, cut = (generate(model, partial(way, plan=one_by_one), 40, np.random.default_rng(2)) for way in (fill, cut_at_end))
    np.testing.assert_array_equal(drawn, cut)


def test_a_prompt_stays_up_to_its_end(rng):
    """A prompt begins every string; a full one leaves nothing to do."""
    model = one_shot(rng, "network")
    drawn = generate(model, cut_at_end, 200, rng, prompt=[1, 0])
    assert (drawn[:, :2] == [1, 0]).all() and (drawn == closed(drawn, lengths(drawn, END), END)).all()
    assert list(cut_at_end(model, np.zeros((2, T), np.int64), rng)) == []


# (b) Length first

def by_hand(model, u_length, u, plan):
    """``length_first`` on one canvas, in plain loops."""
    n = walk(softmax(model.length_logits(1)[0].tolist()), u_length)
    canvas = [V] * n + [END] * (T - n)
    frames = [list(canvas)]
    for at in plan:
        at = [int(t) for t in at if t < n]
        drawn = {t: walk(softmax(model.logits(np.array([canvas]), np.array([t]))[0, 0].tolist()), u[t]) for t in at}
        for t, token in drawn.items():
            canvas[t] = token
        if at:
            frames.append(list(canvas))
    return frames


@pytest.mark.parametrize("kind", ["counts", "network"])
def test_length_first_by_hand(kind, rng):
    """Each canvas is that of plain loops on the same dice: those of the places first, that of the length from a child."""
    model = composite(rng, kind)
    for plan in (all_at_once, one_by_one, in_blocks(2), lambda length: random_plan(np.random.default_rng(3), length)):
        u, child = np.random.default_rng(8), np.random.default_rng(8)
        u, u_length = u.random((60, T)), child.spawn(1)[0].random(60)
        frames = list(length_first(model, np.full((60, T), V), np.random.default_rng(8), plan=plan))
        for b in range(60):
            expected = by_hand(model, u_length[b], u[b], plan(T))
            assert frames[0][b].tolist() == expected[0] and frames[-1][b].tolist() == expected[-1]
            alone = []
            for frame in frames:                                   # passes that only other canvases needed change nothing here
                if frame[b].tolist() not in alone:
                    alone.append(frame[b].tolist())
            assert alone == expected
        n = lengths(frames[0], END)
        assert len(frames) == 1 + sum(min(at) < n.max() for at in plan(T)) and len(set(n)) > 2


def test_a_pass_asks_for_what_is_open_somewhere(rng):
    """The model is asked once a pass, for places before the longest length, and not at all where nothing is open."""
    model, asked = composite(rng, "counts"), []
    logits = model.logits
    model.logits = lambda canvas, at, condition=NO_CONDITION: asked.append(at.tolist()) or logits(canvas, at, condition)
    model.length_logits = lambda n, condition=NO_CONDITION: np.log(np.eye(T + 1) + 1e-30)[[2, 1, 0][:n]]
    *_, last = length_first(model, np.full((3, T), V), rng, plan=one_by_one)
    assert asked == [[0], [1]] and lengths(last, END).tolist() == [2, 1, 0]
    asked.clear()
    model.length_logits = lambda n, condition=NO_CONDITION: np.log(np.eye(T + 1) + 1e-30)[[0] * n]
    frames = list(length_first(model, np.full((3, T), V), rng))
    assert asked == [] and len(frames) == 1 and (frames[0] == END).all()


@pytest.mark.parametrize("kind", ["counts", "network"])
def test_strings_sum_to_one_under_every_plan(kind, rng, monkeypatch):
    """log P(L) + log P(places | L, plan) of all strings sums to one; in one pass it is the model's own score; loops agree."""
    model, strings = composite(rng, kind), every_string(V, T)
    for plan in (all_at_once, one_by_one, in_blocks(2), random_plan(rng, T), random_plan(rng, T)):
        got = length_first_log_prob(model, strings, plan)
        assert np.exp(got).sum() == pytest.approx(1.0, abs=1e-6)
        for row, score in zip(strings, got):
            n = len(string_of(row, END))
            total, canvas = model.length_logits(1)[0, n], closed(np.full((1, T), V), np.array([n]), END)
            for at in plan(T) if callable(plan) else plan:
                at = at[at < n]
                for t in at:
                    total += np.log(softmax(model.logits(canvas, np.array([t]))[0, 0].tolist())[row[t]])
                canvas[:, at] = row[at]
            assert score == pytest.approx(total, abs=1e-6)
    np.testing.assert_allclose(length_first_log_prob(model, strings), model.string_log_prob(strings), atol=1e-5)
    np.testing.assert_allclose(length_first_log_prob(model, strings), measure.string_log_prob(model, strings, END), atol=1e-5)
    monkeypatch.setattr("minigen.strategies.fill.SCORED_AT_ONCE", 40)
    np.testing.assert_allclose(length_first_log_prob(model, strings, plan, None), got, atol=1e-9)


def test_what_stands_behind_end_does_not_count(rng):
    """Canvases with anything behind END have the score of their string, both ways."""
    tokens = every(V, T)
    strings = closed(tokens, lengths(tokens, END), END)
    first, cut = composite(rng, "network"), one_shot(rng, "network")
    np.testing.assert_allclose(length_first_log_prob(first, tokens, in_blocks(2)), length_first_log_prob(first, strings, in_blocks(2)))
    np.testing.assert_allclose(cut_at_end_log_prob(cut, tokens, in_blocks(2)), cut_at_end_log_prob(cut, strings, in_blocks(2)))


@pytest.mark.statistical
@pytest.mark.parametrize("way, plan", [("cut_at_end", all_at_once), ("cut_at_end", in_blocks(2)), ("length_first", all_at_once),
                                       ("length_first", lambda length: [np.array([3, 1]), np.array([0, 2])])])
def test_networks_draw_what_they_score(way, plan, rng):
    """Strings drawn from a random network, against their exact scores: chi-square, false alarm 1e-6."""
    if way == "cut_at_end":
        model, strategy, score = one_shot(rng, "network"), cut_at_end, cut_at_end_log_prob
    else:
        model, strategy, score = composite(rng, "network"), length_first, length_first_log_prob
    strings, n = every_string(V, T), 8_000
    expected = n * np.exp(score(model, strings, plan))
    drawn = generate(model, partial(strategy, plan=plan), n, rng)
    powers = V ** np.arange(T)
    index = {int(key): i for i, key in enumerate(strings @ powers)}                # KeyError: a canvas that goes on after END
    seen = np.bincount([index[int(key)] for key in drawn @ powers], minlength=len(strings))
    rare = expected < 8                                                            # thrown together, or chi-square is no law
    seen, expected = (np.append(each[~rare], each[rare].sum()) for each in (seen, expected))
    assert len(seen) > 15 and expected[-1] > 8
    free = len(seen) - 1
    z = 4.7534                                                                     # a normal variable is larger with ALARM = 1e-6
    assert ((seen - expected) ** 2 / expected).sum() < free * (1 - 2 / (9 * free) + z * np.sqrt(2 / (9 * free))) ** 3   # Wilson, Hilferty (1931)


def test_length_first_draws_exactly_its_score_on_a_grid(rng):
    """Probabilities in quarters and every combination of dice: each string exactly as often as its score says."""
    class Quarters:
        vocab_size, length, end, params = 3, 2, 2, {}

        def logits(self, canvas, at, condition=NO_CONDITION):
            probs = np.array([[0.25, 0.75, 0.0], [0.5, 0.5, 0.0]])                 # told L = 1, told L = 2
            with np.errstate(divide="ignore"):
                return np.repeat(np.log(probs[(canvas[:, 1] != 2).astype(int)])[:, None], len(at), axis=1)
    model = WithLength(Lengths([[1, 1, 2]], alpha=0.0), Quarters())
    dice = GridDice(4, 2, children=1)
    *_, drawn = length_first(model, np.full((dice.n, 2), 3), dice)
    strings = every_string(3, 2)
    seen = [(drawn == row).all(axis=1).mean() for row in strings]
    np.testing.assert_allclose(seen, np.exp(length_first_log_prob(model, strings)), atol=1e-12)


@pytest.mark.parametrize("kind", ["counts", "network"])
def test_prompts_have_lengths_that_fit(kind, rng):
    """No piece of a prompt ends up behind END, a visible END bounds the length, and the rest keeps its law."""
    model = composite(rng, kind)
    drawn = generate(model, length_first, 300, rng, prompt=[1, 0])
    assert (drawn[:, :2] == [1, 0]).all() and set(lengths(drawn, END)) == {2, 3, 4}
    scores = length.fitting(model.length_logits(2), np.array([[V, 0, V, V], [V, V, END, V]]), END, V)
    np.testing.assert_array_equal(np.isneginf(scores), [[1, 1, 0, 0, 0], [0, 0, 0, 1, 1]])
    np.testing.assert_array_equal(scores[0, 2:], model.length_logits(1)[0, 2:])
    assert (generate(model, length_first, 50, rng, prompt=[V, END])[:, 1:] == END).all()
    assert list(length_first(model, np.zeros((2, T), np.int64), rng)) == []
    exact = WithLength(Lengths.fit(texts(rng), END, alpha=0.0), model.places)
    with pytest.raises(UserError, match="^prompt: expected a beginning that some length fits"):
        generate(exact, length_first, 2, rng, prompt=[V, 0, 0, 0])
    with pytest.raises(UserError, match="^prompt: expected a beginning"):
        generate(model, length_first, 2, rng, prompt=[END, 0])


def test_settings_bend_the_places_and_not_the_length(rng):
    """Temperature 0 takes the likeliest pieces; the lengths, on the same dice, are those of temperature 1."""
    model = composite(rng, "counts")
    plain, cold = (generate(model, partial(length_first, temperature=t), 300, np.random.default_rng(4)) for t in (1.0, 0.0))
    np.testing.assert_array_equal(lengths(plain, END), lengths(cold, END))
    for row in cold:
        n = len(string_of(row, END))
        canvas = closed(np.full((1, T), V), np.array([n]), END)
        assert row[:n].tolist() == model.logits(canvas, np.arange(n))[0].argmax(axis=-1).tolist()


def test_each_label_has_its_own_lengths(rng):
    """P(length | label) with places that know no label: the drawn lengths are those of the label asked for."""
    tokens, labels = np.array([[0, 3, 3, 3], [1, 2, 0, 3]] * 4), np.array([0, 1] * 4)
    model = WithLength(Lengths.fit(tokens, END, labels, 2, alpha=0.0), MarginalsGivenLength.fit(tokens, V))
    asked = np.array([1, 0, 0, 1])
    drawn = generate(model, length_first, 4, rng, condition=Condition(label=asked))
    assert lengths(drawn, END).tolist() == [3, 1, 1, 3]
    with np.errstate(divide="ignore"):
        got = length_first_log_prob(model, tokens, condition=Condition(label=labels))
        other = length_first_log_prob(model, tokens, condition=Condition(label=1 - labels))
    assert np.isfinite(got).all() and np.isneginf(other).all()
    with pytest.raises(UserError, match="^condition: expected a label"):
        length_first_log_prob(model, tokens)


# Bad input

def test_what_cannot_be_cut_or_told(rng):
    """A model without END, one without lengths, a plan in which END may come before pieces: one clear line each."""
    canvas, tokens = np.full((2, T), V), np.zeros((2, T), np.int64)
    for call in (lambda: list(cut_at_end(Marginals(V, T).fit(tokens), canvas, rng)), lambda: cut_at_end_log_prob(Table.from_joint(
            random_joint(rng, V, T)), tokens)):
        with pytest.raises(UserError, match="^model: expected one that knows END"):
            call()
    model = one_shot(rng, "network")
    for call in (lambda: list(length_first(model, canvas, rng)), lambda: length_first_log_prob(model, tokens)):
        with pytest.raises(UserError, match="^model: expected one that says how long"):
            call()
    backwards = [np.array([2, 3]), np.array([0, 1])]
    with pytest.raises(UserError, match="^plan: expected blocks from left to right"):
        cut_at_end_log_prob(network(rng), tokens, backwards)
    with pytest.raises(UserError, match="^plan"):
        length_first_log_prob(composite(rng, "counts"), tokens, backwards[:1])
    with pytest.raises(UserError, match="^temperature"):
        list(length_first(composite(rng, "counts"), canvas, rng, temperature=-1.0))
    with pytest.raises(UserError, match="^tokens"):
        length_first_log_prob(composite(rng, "counts"), canvas)
    assert cut_at_end_log_prob(model, tokens[:0]).shape == length_first_log_prob(composite(rng, "counts"), tokens[:0]).shape == (0,)
