"""Hidden tests of unit 11. The oracles are loops over places, Adam in plain Python floats, and finite differences."""

import math

import numpy as np

from minigen.course import expect


# Oracles

def places(rows, vocab_size, end=None):
    """(token before, token) of every place that counts, one after the other."""
    for row in rows:
        before = vocab_size
        for token in map(int, row):
            yield before, token
            if token == end:
                break
            before = token


def mean_surprise(table, rows, end=None):
    """Mean nats of a table (V + 1, V), place by place."""
    nats = []
    for before, token in places(rows, table.shape[1], end):
        scores = [float(score) for score in table[before]]
        nats.append(math.log(math.fsum(math.exp(score - scores[token]) for score in scores)))
    return math.fsum(nats) / len(nats)


def slope(table, rows, end=None):
    """The gradient of ``mean_surprise`` by finite differences, (V + 1, V)."""
    table, gradient = table.astype(np.float64), np.zeros(table.shape)
    for index in np.ndindex(*table.shape):
        nudged = [table.copy(), table.copy()]
        nudged[0][index] += 1e-4
        nudged[1][index] -= 1e-4
        gradient[index] = (mean_surprise(nudged[0], rows, end) - mean_surprise(nudged[1], rows, end)) / 2e-4
    return gradient


def adam_by_hand(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    """Each number in plain Python: the new param, first and second."""
    news = [np.zeros(param.shape) for _ in range(3)]
    for index in np.ndindex(*param.shape):
        m = beta1 * float(first[index]) + (1 - beta1) * float(grad[index])
        s = beta2 * float(second[index]) + (1 - beta2) * float(grad[index]) ** 2
        move = (m / (1 - beta1 ** step)) / (math.sqrt(s / (1 - beta2 ** step)) + epsilon)
        for new, value in zip(news, (float(param[index]) - rate * move, m, s)):
            new[index] = value
    return news


def moments(rng, shape):
    """A first and a second mean as they may stand in the middle of a training."""
    return 0.3 * rng.standard_normal(shape), rng.uniform(0.2, 1.0, shape)


def train(impl, table, rows, step=1, rate=0.1, first=None, second=None, **named):
    """A step on copies: the loss, and table, first and second afterwards."""
    table = table.copy()
    first, second = (np.zeros_like(table) if given is None else given.copy() for given in (first, second))
    loss = impl.train_step(table, first, second, rows.copy(), step, rate, **named)
    return expect.number(loss, "the loss"), table, first, second


def ending(rng, vocab_size, length):
    """One canvas for each place of END, the last id; what stands after it is random and holds END once more."""
    rows = rng.integers(0, vocab_size - 1, (length - 2, length))
    rows[np.arange(length - 2), np.arange(length - 2)] = vocab_size - 1
    rows[:, -1] = vocab_size - 1
    return rows


# Input and places

def test_start_stands_first(impl, rng):
    """shifted: the start token stands in the first place of every row, and nowhere else comes in"""
    for start in (7, 30):
        tokens = rng.integers(0, 7, (4, 5))
        got = expect.array(expect.unchanged(impl.shifted, tokens, start), (4, 5), "i", "the input")
        expect.same(got[:, 0], np.full(4, start), "the first place")


def test_the_rest_is_one_place_to_the_right(impl, rng):
    """shifted: every other place holds the token to its left"""
    for shape in ((1, 2), (3, 6), (2, 9)):
        tokens = rng.permuted(np.tile(np.arange(shape[1]), (shape[0], 1)), axis=1)      # all different
        got = expect.array(impl.shifted(tokens, 50), shape, "i", "the input")
        expect.same(got[:, 1:], tokens[:, :-1], "all places but the first")


def test_a_canvas_of_one_place(impl, rng):
    """shifted: a canvas of one place has nothing before it but the start token"""
    expect.same(impl.shifted(rng.integers(0, 5, (3, 1)), 5), [[5], [5], [5]], "the input of canvases of one place")


def test_up_to_end(impl, rng):
    """up_to_end: True up to and including the first END, False after it, whatever stands there"""
    for vocab_size, length in ((3, 4), (6, 9)):
        rows = ending(rng, vocab_size, length)
        got = expect.unchanged(impl.up_to_end, rows, vocab_size - 1)
        expect.same(got, [[t <= b for t in range(length)] for b in range(len(rows))], "places that count")
    other = (rows + 1) % vocab_size                     # END is id 0, the smallest
    expect.same(impl.up_to_end(other, 0), impl.up_to_end(rows, vocab_size - 1), "places that count, END being id 0")


def test_without_end_all_places_count(impl, rng):
    """up_to_end: all True where there is no END, where it comes last, and for end=None"""
    rows = rng.integers(0, 4, (5, 6))
    expect.same(impl.up_to_end(rows, 4), np.ones((5, 6), bool), "rows without END")
    expect.same(impl.up_to_end(rows, None), np.ones((5, 6), bool), "end=None")
    rows[:, -1] = 4
    expect.same(impl.up_to_end(rows, 4), np.ones((5, 6), bool), "rows with END in the last place")


# Adam

def test_the_two_means(impl, rng):
    """adam_step: the given arrays first and second become running means of the gradient and of its square"""
    for shape in ((5,), (3, 4)):
        first, second = moments(rng, shape)
        param, grad = rng.standard_normal(shape), rng.uniform(1.5, 3.0, shape) * rng.choice([-1, 1], shape)
        _, want_first, want_second = adam_by_hand(param, grad, first, second, 3, 0.1)
        impl.adam_step(param, grad, first, second, 3, 0.1)
        expect.close(first, want_first, "first")
        expect.close(second, want_second, "second")


def test_the_first_step_is_as_long_as_the_rate(impl, rng):
    """adam_step: from means of zero, each number of the given array moves by the rate against its gradient"""
    for rate in (0.01, 0.3):
        param, signs = rng.standard_normal((4, 3)), rng.choice([-1.0, 1.0], (4, 3))
        want = param - rate * signs
        impl.adam_step(param, signs * rng.uniform(1.5, 30.0, (4, 3)), np.zeros((4, 3)), np.zeros((4, 3)), 1, rate)
        expect.close(param, want, f"param after the first step, rate {rate}")


def test_the_next_steps(impl, rng):
    """adam_step: steps 1 to 5 with changing gradients, as worked out number by number"""
    got = [rng.standard_normal(6), np.zeros(6), np.zeros(6)]                    # param, first, second
    want = [array.copy() for array in got]
    for step in range(1, 6):
        grad = rng.standard_normal(6) + 3.0
        impl.adam_step(got[0], grad.copy(), *got[1:], step, 0.05)
        want = adam_by_hand(want[0], grad, *want[1:], step, 0.05)
        expect.close(got[0], want[0], f"param after step {step}")


def test_other_settings_long_after_the_start(impl, rng):
    """adam_step: other betas and a large epsilon, when the start is long forgotten"""
    first, second = moments(rng, (7,))
    param, grad = rng.standard_normal(7), rng.uniform(1.5, 3.0, 7)
    named = {"beta1": 0.5, "beta2": 0.4, "epsilon": 0.5}
    want = adam_by_hand(param, grad, first, second, 400, 0.2, **named)
    impl.adam_step(param, grad, first, second, 400, 0.2, **named)
    expect.close(param, want[0], "param after step 400, beta1 0.5, beta2 0.4, epsilon 0.5")


def test_a_large_epsilon_at_the_start(impl, rng):
    """adam_step: a large epsilon in the first step, where the corrections matter most"""
    param, grad = rng.standard_normal(6), rng.uniform(1.5, 3.0, 6)
    want = adam_by_hand(param, grad, np.zeros(6), np.zeros(6), 1, 0.5, epsilon=1.0)
    impl.adam_step(param, grad, np.zeros(6), np.zeros(6), 1, 0.5, epsilon=1.0)
    expect.close(param, want[0], "param after the first step, epsilon 1")


def test_float32_stays_float32(impl, rng):
    """adam_step: float32 arrays keep their kind, and the gradient stays as it was"""
    param, grad, first, second = (np.asarray(array, np.float32) for array in
                                  (rng.standard_normal((3, 5)), rng.uniform(1.5, 3.0, (3, 5)), *moments(rng, (3, 5))))
    want, kept = adam_by_hand(param, grad, first, second, 2, 0.1), grad.copy()
    impl.adam_step(param, grad, first, second, 2, 0.1)
    expect.close(param, want[0], "param in float32")
    assert np.array_equal(grad, kept), "the gradient was changed: expected it left as it was"


def test_arrays_that_are_not_contiguous(impl, rng):
    """adam_step: views, such as a part of a larger array or one that is turned, are written into as well"""
    for name, view in (("turned", lambda array: array.T), ("every second column", lambda array: array[:, ::2])):
        first, second = moments(rng, (4, 6))
        given = [view(array) for array in (rng.standard_normal((4, 6)), rng.uniform(1.5, 3.0, (4, 6)), first, second)]
        want = adam_by_hand(*given, 2, 0.1)
        impl.adam_step(*given, 2, 0.1)
        for got, right, part in zip((given[0], *given[2:]), want, ("param", "first", "second")):
            expect.close(got, right, f"{part}, {name}")


# Training

def test_the_loss(impl, rng):
    """train_step: the loss is the mean surprise over all places, in nats"""
    for vocab_size, shape in ((2, (1, 1)), (3, (4, 5)), (9, (2, 12))):
        table, rows = rng.standard_normal((vocab_size + 1, vocab_size)), rng.integers(0, vocab_size, shape)
        for dtype in (np.float64, np.float32):
            loss = train(impl, table.astype(dtype), rows, rate=0.0)[0]
            expect.close(loss, mean_surprise(table, rows), f"the loss of canvases {shape}, {vocab_size} tokens")


def test_the_loss_up_to_end(impl, rng):
    """train_step: END itself is in the mean, what follows it is not"""
    for vocab_size, length in ((3, 6), (5, 9)):
        table, rows = rng.standard_normal((vocab_size + 1, vocab_size)), ending(rng, vocab_size, length)
        loss = train(impl, table, rows, rate=0.0, end=vocab_size - 1)[0]
        expect.close(loss, mean_surprise(table, rows, vocab_size - 1), "the loss up to END")


def test_end_may_be_id_0(impl, rng):
    """train_step: END is whatever id is given, 0 too: it is in the mean, what follows it is not"""
    table, rows = rng.standard_normal((6, 5)), (ending(rng, 5, 8) + 1) % 5
    loss = train(impl, table, rows, rate=0.0, end=0)[0]
    expect.close(loss, mean_surprise(table, rows, 0), "the loss up to END, END being id 0")


def test_what_follows_end_teaches_nothing(impl, rng):
    """train_step: the same canvases with other tokens after END give the same loss and the same gradient"""
    end = 4
    table, rows = 2.0 * rng.standard_normal((6, 5)), np.full((4, 8), end)
    rows[:, :3] = [rng.permutation(4)[:3] for _ in rows]
    other = rows.copy()
    other[:, 4:] = [rng.permutation(4) for _ in rows]
    loss, _, first, _ = train(impl, table, rows, end=end)
    loss_other, _, first_other, _ = train(impl, table, other, end=end)
    assert 0 < expect.number(loss, "the loss") < np.inf, f"expected a loss above 0, got {loss}"
    expect.close(loss_other, loss, "the loss with other tokens after END")
    expect.close(first_other, first, "first, a tenth of the gradient, with other tokens after END")


def test_the_loss_is_that_before_the_step(impl, rng):
    """train_step: the loss is of the table as it was given, so no learning rate changes it"""
    table, rows = rng.standard_normal((5, 4)), rng.integers(0, 4, (3, 6))
    losses = [train(impl, table, rows, rate=rate)[0] for rate in (0.0, 0.1, 2.0)]
    assert 0 < expect.number(losses[0], "the loss") < np.inf, f"expected a loss above 0, got {losses[0]}"
    expect.close(np.array(losses), np.full(3, losses[0]), "the loss at three learning rates")


def test_the_gradient(impl, rng):
    """train_step: after a step from zero, first holds a tenth of the gradient, and rows asked often add it up"""
    for vocab_size, shape in ((3, (3, 6)), (5, (4, 9))):
        table, rows = rng.standard_normal((vocab_size + 1, vocab_size)), rng.integers(0, vocab_size, shape)
        rows[:, 0] = 0                                              # the start row is asked the same in each canvas
        for dtype in (np.float64, np.float32):
            first = train(impl, table.astype(dtype), rows)[2]
            expect.close(first, 0.1 * slope(table, rows), "first, a tenth of the gradient", rtol=1e-4)


def test_the_gradient_where_no_row_comes_twice(impl, rng):
    """train_step: one canvas of different tokens asks each row once"""
    table, rows = rng.standard_normal((7, 6)), rng.permutation(6)[None]
    first = train(impl, table, rows)[2]
    expect.close(first, 0.1 * slope(table, rows), "first, a tenth of the gradient", rtol=1e-4)


def test_rows_that_nobody_asks_stay(impl, rng):
    """train_step: from means of zero, rows of the table that were not asked stay exactly as they were"""
    table, rows = rng.standard_normal((9, 8)), rng.integers(1, 4, (3, 5))
    rows[:, -1] = rng.integers(4, 8, 3)                             # the last token of a canvas is never the one before
    after = train(impl, table, rows)[1]
    expect.array(after, (9, 8), "f", "the table")
    assert not np.array_equal(after, table), "expected the rows that were asked to move"
    for row in (0, 4, 5, 6, 7):
        assert np.array_equal(after[row], table[row]), f"row {row} of the table moved, although nobody asked it"


def test_a_step_in_the_middle_of_a_training(impl, rng):
    """train_step: step 4 with means that are not zero, as worked out number by number; tokens stay as they were"""
    table, (first, second) = rng.standard_normal((5, 4)), moments(rng, (5, 4))
    rows = ending(rng, 4, 6)
    rows[0] = [0, 1, 2, 3, 3, 3]                        # every row of the table is asked for
    want, kept = adam_by_hand(table, slope(table, rows, 3), first, second, 4, 0.3), rows.copy()
    impl.train_step(table, first, second, rows, 4, 0.3, end=3)
    for got, right, name in zip((table, first, second), want, ("table", "first", "second")):
        expect.close(got, right, f"{name} after step 4", rtol=1e-4)
    assert np.array_equal(rows, kept), "the tokens were changed: expected them left as they were"


def test_training_learns(impl, rng):
    """train_step: on canvases that only count upwards, 40 steps bring the loss far down"""
    rows = (rng.integers(0, 5, (6, 1)) + np.arange(8)) % 5
    table, first, second = np.zeros((6, 5)), np.zeros((6, 5)), np.zeros((6, 5))
    losses = [expect.number(impl.train_step(table, first, second, rows, step, 0.1), "the loss") for step in range(1, 41)]
    assert losses[-1] < 0.5 * losses[0], f"the loss went from {losses[0]:.3f} to {losses[-1]:.3f} in 40 steps"


def test_rows_that_nobody_asks_go_on(impl, rng):
    """train_step: with means that are not zero, Adam moves also the rows that were not asked, whose gradient is 0"""
    table, (first, second) = rng.standard_normal((9, 8)), moments(rng, (9, 8))
    rows, idle = rng.integers(1, 4, (3, 5)), [0, 4, 5, 6, 7]
    want = adam_by_hand(table, np.zeros((9, 8)), first, second, 3, 0.2)
    impl.train_step(table, first, second, rows, 3, 0.2)
    for got, right, name in zip((table, first, second), want, ("table", "first", "second")):
        expect.close(got[idle], right[idle], f"{name}, rows that nobody asked")
