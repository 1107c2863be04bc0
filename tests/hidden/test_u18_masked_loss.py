"""Hidden tests of unit 18. The oracles are plain loops, and the enumeration of all orders and all hidden sets."""

import itertools
import math

import numpy as np
from oracles import every

from minigen.course import expect


def surprise(scores, token):
    """-log of the probability of one token, in plain Python."""
    peak = max(scores)
    return peak + math.log(math.fsum(math.exp(score - peak) for score in scores)) - scores[token]


def plain_loss(logits, tokens, hidden):
    """The mean over canvases of the mean surprise of their hidden places."""
    rows = [[surprise(logits[b, t].tolist(), tokens[b, t]) for t in np.flatnonzero(hidden[b])] for b in range(len(tokens))]
    return math.fsum(math.fsum(row) / len(row) for row in rows) / len(rows)


def some_hidden(rng, n, length):
    """Hidden places (B, T): of each row at least one, not all, and not the same number in all rows."""
    return rng.permuted(np.arange(length) < 1 + np.arange(n)[:, None] % (length - 1), axis=1)


def luck(rng, length, size):
    """A model that depends on the whole canvas and on no table, so that each order has its own probability: canvas (T,) -> (T, V)."""
    told = rng.standard_normal((length, size + 1, length, size))
    return lambda row: sum(told[s, row[s]] for s in range(length))


def under_orders(model, tokens, size):
    """Log-probabilities (n_orders, B) of canvases, place after place, under every order."""
    length = tokens.shape[1]
    out = []
    for order in itertools.permutations(range(length)):
        totals = []
        for row in tokens:
            canvas, total = [size] * length, 0.0
            for t in order:
                total -= surprise(model(canvas)[t].tolist(), row[t])
                canvas[t] = row[t]
            totals.append(total)
        out.append(totals)
    return np.array(out)


def quiet(function, *arguments):
    """The result, without NumPy's remarks about -inf."""
    with np.errstate(all="ignore"):
        return function(*arguments)


def hiding(impl, tokens, n_hidden, u, mask):
    """canvas and hidden, of the right kinds; on copies, so that nothing else is found out here."""
    canvas, hidden = impl.hide(tokens.copy(), n_hidden.copy(), u.copy(), mask)
    return expect.array(canvas, tokens.shape, "i", "the canvas"), expect.array(hidden, tokens.shape, "b", "hidden")


def test_as_many_as_told(impl, rng):
    """each row hides as many places as it was told"""
    for n, length in ((40, 6), (9, 25)):
        n_hidden = rng.integers(1, length + 1, size=n)
        n_hidden[:2] = 1, length
        _, hidden = hiding(impl, rng.integers(5, size=(n, length)), n_hidden, rng.random((n, length)), 5)
        expect.same(hidden.sum(axis=1), n_hidden, "the number of hidden places")


def test_the_smallest_dice_are_hidden(impl, rng):
    """in each row, every hidden place has a smaller die than every visible one"""
    u, n_hidden = rng.random((30, 12)), rng.integers(4, 9, size=30)
    _, hidden = hiding(impl, rng.integers(5, size=u.shape), n_hidden, u, 5)
    largest, smallest = np.where(hidden, u, -1.0).max(axis=1), np.where(hidden, 2.0, u).min(axis=1)
    assert (largest < smallest).all(), "a visible place has a smaller die than a hidden one"


def test_one_row(impl, rng):
    """a batch of one: the places with the smallest dice, in any arrangement"""
    u = rng.random((1, 40)) / 10
    _, hidden = hiding(impl, rng.integers(5, size=(1, 40)), np.array([13]), u, 5)
    expect.same(np.flatnonzero(hidden[0]), np.sort(sorted(range(40), key=lambda t: u[0, t])[:13]), "13 hidden places of 40")


def test_dice_in_rising_order(impl, rng):
    """dice that rise from left to right, all of them small: the first places are hidden"""
    u, n_hidden = np.sort(rng.random((10, 8)), axis=1) / 100, rng.integers(1, 4, size=10)
    _, hidden = hiding(impl, rng.integers(5, size=(10, 8)), n_hidden, u, 5)
    expect.same(hidden, [[t < n for t in range(8)] for n in n_hidden], "hidden")


def test_hide_everything(impl, rng):
    """if as many places are to be hidden as there are, nothing stays visible"""
    canvas, hidden = hiding(impl, rng.integers(5, size=(6, 7)), np.full(6, 7), rng.random((6, 7)), 5)
    expect.same(hidden, np.ones((6, 7), bool), "hidden")
    expect.same(canvas, np.full((6, 7), 5), "the canvas")


def test_the_canvas_holds_the_mask_there(impl, rng):
    """on the canvas stands the mask where it is hidden, and the true token elsewhere, whatever the id of the mask"""
    for mask in (7, -1, 300):
        tokens, u = rng.integers(5, size=(20, 9)), rng.random((20, 9))
        canvas, hidden = hiding(impl, tokens, rng.integers(1, 10, size=20), u, mask)
        want = [[mask if gone else token for gone, token in zip(*row)] for row in zip(hidden, tokens)]
        expect.same(canvas, want, f"the canvas with mask {mask}")


def test_the_given_arrays_stay(impl, rng):
    """the arrays that are given stay as they were"""
    tokens, u = np.asfortranarray(rng.integers(4, size=(6, 5))), rng.random((6, 10))[:, ::2]
    _, hidden = expect.unchanged(impl.hide, tokens, rng.integers(1, 6, size=6), u, 4)
    expect.array(hidden, (6, 5), "b", "what is hidden")
    expect.unchanged(impl.masked_loss, rng.standard_normal((6, 5, 4)), rng.integers(4, size=(6, 5)), some_hidden(rng, 6, 5))
    expect.unchanged(impl.any_order_log_prob, -rng.random((6, 4)))


def test_loss_of_one_canvas(impl, rng):
    """of a single canvas, the mean surprise of its hidden places"""
    for length, n in ((6, 1), (9, 4), (5, 4)):
        logits, tokens = 2.0 * rng.standard_normal((1, length, 5)), rng.integers(5, size=(1, length))
        hidden = rng.permuted(np.arange(length) < n)[None]
        got = impl.masked_loss(logits.copy(), tokens.copy(), hidden.copy())
        expect.close(got, plain_loss(logits, tokens, hidden), f"{n} of {length} places hidden")


def test_loss_of_a_batch(impl, rng):
    """every canvas counts the same, however many places it hides; float32 scores too"""
    for n, length, size in ((2, 8, 4), (12, 5, 3)):
        logits, tokens = 2.0 * rng.standard_normal((n, length, size)), rng.integers(size, size=(n, length))
        hidden = some_hidden(rng, n, length)
        # The canvas that hides least is the most surprising one, so that weights are seen for certain.
        logits[0, np.arange(length), tokens[0]] -= 6.0
        want = plain_loss(logits, tokens, hidden)
        expect.close(impl.masked_loss(logits.copy(), tokens.copy(), hidden.copy()), want, f"{n} canvases of {length} places")
        expect.close(impl.masked_loss(logits.astype(np.float32), tokens.astype(np.int32), hidden.copy()), want, "float32 scores", rtol=1e-4)


def test_visible_places_do_not_count(impl, rng):
    """whatever the scores of visible places are, the loss is the same"""
    logits, tokens, hidden = rng.standard_normal((8, 6, 4)), rng.integers(4, size=(8, 6)), some_hidden(rng, 8, 6)
    other = np.where(hidden[..., None], logits, 3.0 * rng.standard_normal(logits.shape))
    first = expect.number(impl.masked_loss(logits, tokens, hidden), "the loss")
    assert 0 < first < np.inf, f"the loss of random scores: expected a number above 0, got {first}"
    expect.close(impl.masked_loss(other, tokens, hidden), first, "the loss with other scores at visible places")


def test_the_impossible(impl, rng):
    """an impossible token does no harm where it is visible, and makes the loss infinite where it is hidden"""
    logits, tokens, hidden = rng.standard_normal((5, 6, 4)), rng.integers(4, size=(5, 6)), some_hidden(rng, 5, 6)
    logits[..., 3], tokens = -np.inf, np.where(hidden, tokens % 3, 3)
    got = expect.number(quiet(impl.masked_loss, logits, tokens, hidden), "the loss")
    assert math.isfinite(got), f"impossible tokens at visible places: expected a finite number, got {got}"
    tokens[hidden] = 3
    got = expect.number(quiet(impl.masked_loss, logits, tokens, hidden), "the loss")
    assert got == math.inf, f"impossible tokens at hidden places: expected inf, got {got}"


def test_a_great_surprise(impl, rng):
    """a true token whose probability is too small for a float is a great surprise, not an endless one"""
    far = 1000.0 * rng.integers(2, 9, size=(4, 5))
    logits = np.stack([np.zeros((4, 5)), far, np.full((4, 5), -10.0)], axis=-1)
    tokens, hidden = np.zeros((4, 5), np.int64), some_hidden(rng, 4, 5)
    expect.close(quiet(impl.masked_loss, logits.copy(), tokens, hidden), plain_loss(logits, tokens, hidden), "the loss")


def test_everything_hidden(impl, rng):
    """with every place hidden, the mean surprise of all places; scores near ±10,000 too"""
    for shift in (0.0, 1e4, -1e4):
        # Multiples of 1/64, which float32 holds exactly near 10,000 too.
        logits, tokens = rng.integers(-150, 150, size=(4, 7, 3)) / 64 + shift, rng.integers(3, size=(4, 7))
        hidden = np.ones((4, 7), bool)
        expect.close(impl.masked_loss(logits, tokens, hidden), plain_loss(logits, tokens, hidden), f"scores near {shift:g}", rtol=1e-4)


def test_the_loss_means_a_likelihood(impl, rng):
    """averaged over all hidden sets, each number of hidden places as often, the loss is the mean code length over all orders, a place"""
    length, size = 4, 3
    model, row = luck(rng, length, size), rng.integers(size, size=length)
    want = -under_orders(model, row[None], size).mean() / length
    losses = []
    for n in range(1, length + 1):
        hidden = np.array([[t in places for t in range(length)] for places in itertools.combinations(range(length), n)])
        canvases = np.where(hidden, size, row)
        logits = np.stack([model(canvas) for canvas in canvases])
        losses.append(expect.number(impl.masked_loss(logits, np.tile(row, (len(hidden), 1)), hidden), "the loss"))
    expect.close(math.fsum(losses) / length, want, "the mean over all hidden sets")


def test_mean_of_probabilities(impl, rng):
    """the log of the mean probability over orders"""
    for n, batch in ((2, 1), (6, 5), (24, 9)):
        logs = 3.0 * rng.standard_normal((n, batch)) - 4.0
        logs[:2] = [[-1.0], [-4.0]]                                 # far enough apart to see which mean it is
        want = [math.log(math.fsum(math.exp(value) for value in column) / n) for column in logs.T.tolist()]
        expect.close(impl.any_order_log_prob(logs.copy()), want, f"{n} orders, {batch} canvases")


def test_orders_that_agree(impl, rng):
    """if every order gives the same number, that is the answer; a single order too"""
    for n in (1, 3, 24):
        logs = np.tile(-20 * rng.random(6), (n, 1))
        expect.close(impl.any_order_log_prob(logs.copy()), logs[0], f"{n} orders that agree")


def test_probabilities_too_small_for_a_float(impl, rng):
    """near -10,000 nats the answer is as exact as near 0"""
    near = -3 * rng.random((4, 5))
    want = [math.log(math.fsum(math.exp(value) for value in column) / 4) for column in near.T.tolist()]
    for shift in (-1e4, -800.0):
        got = expect.array(quiet(impl.any_order_log_prob, near + shift), (5,))
        # Compared less the shift, so that a small mistake is not lost beside 10,000; 5e-3 leaves room for float32.
        expect.close(got - shift, want, f"the answer less {shift:g}", rtol=0, atol=5e-3)


def test_likely_and_unlikely_canvases_together(impl, rng):
    """a canvas that is quite unlikely beside one that is not: each comes out as it would alone"""
    near = -3 * rng.random((4, 2))
    want = [math.log(math.fsum(math.exp(value) for value in column) / 4) for column in near.T.tolist()]
    got = expect.array(quiet(impl.any_order_log_prob, near - [0.0, 900.0]), (2,))
    expect.close(got, [want[0], want[1] - 900.0], "the canvases")


def test_likely_and_unlikely_orders_together(impl, rng):
    """orders under which a canvas is quite unlikely beside one under which it is not: the likely one decides"""
    logs = -900.0 - 3 * rng.random((4, 3))
    best = -3 * rng.random(3)
    logs[rng.integers(1, 4, size=3), np.arange(3)] = best
    expect.close(quiet(impl.any_order_log_prob, logs), best - math.log(4), "canvases that are likely under one of four orders")


def test_impossible_under_some_orders(impl, rng):
    """-inf under every order is -inf, never nan; under some of them, the others still count"""
    logs = np.full((4, 3), -np.inf)
    logs[0, 1], logs[:, 2] = -rng.random(), -5.0
    got = expect.array(quiet(impl.any_order_log_prob, logs.copy()), (3,))
    assert got[0] == -np.inf, f"impossible under every order: expected -inf, got {got[0]}"
    assert np.isfinite(got[1:]).all(), f"possible under some order: expected finite numbers, got {got[1:].tolist()}"


def test_impossible_orders_count_as_0(impl, rng):
    """an order under which a canvas is impossible counts in the mean, with probability 0"""
    logs = -3 * rng.random((5, 4))
    logs[[1, 2, 4], [0, 3, 3]] = -np.inf
    want = [math.log(math.fsum(math.exp(value) for value in column) / 5) for column in logs.T.tolist()]
    expect.close(quiet(impl.any_order_log_prob, logs.copy()), want, "canvases that are impossible under some of five orders")


def test_a_random_order_is_a_distribution(impl, rng):
    """with a random order too, the probabilities of all canvases add up to 1"""
    tokens = every(2, 3)
    logs = under_orders(luck(rng, 3, 2), tokens, 2)
    got = expect.array(impl.any_order_log_prob(logs), (8,))
    assert abs(np.exp(got).sum() - 1) < 1e-5, f"expected probabilities that sum to 1, got {np.exp(got).sum():.6g}"
