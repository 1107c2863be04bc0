"""Hidden tests of unit 12. The oracle asks place by place, in plain Python."""

import math

import numpy as np

from minigen.course import expect


def close(got, want, name):
    expect.close(got, want, name, rtol=1e-5, atol=2e-6)


def weights_by_hand(scores):
    """Row i of (..., T, T) looks at columns 0 to i."""
    want = np.zeros(scores.shape)
    for *lead, i in np.ndindex(*scores.shape[:-1]):
        row = [float(score) for score in scores[(*lead, i)]][:i + 1]
        shares = [math.exp(score - max(row)) for score in row]
        for j, share in enumerate(shares):
            want[(*lead, i, j)] = share / math.fsum(shares)
    return want


def scores_by_hand(query, key):
    """Every query with every key, over sqrt(d)."""
    scores = np.zeros((*query.shape[:-1], key.shape[-2]))
    for *lead, i, j in np.ndindex(*scores.shape):
        fits = [float(a) * float(b) for a, b in zip(query[(*lead, i)], key[(*lead, j)])]
        scores[(*lead, i, j)] = math.fsum(fits) / math.sqrt(query.shape[-1])
    return scores


def attention_by_hand(query, key, value):
    """Each place adds up the values of the places that it sees."""
    weights, want = weights_by_hand(scores_by_hand(query, key)), np.zeros(value.shape)
    for *lead, i, j in np.ndindex(*weights.shape):
        want[(*lead, i)] += weights[(*lead, i, j)] * value[(*lead, j)]
    return want


def case(rng, *leading, length, width, width_value=None):
    shape = (*leading, length)
    return (rng.standard_normal((*shape, width)), rng.standard_normal((*shape, width)),
            rng.standard_normal((*shape, width_value or width)))


def grid(rng, *shape):
    """Scores that stay what they are in float32, also beside 10,000."""
    return rng.integers(-100, 100, shape) / 64


def test_who_sees_whom(impl, rng):
    """a weight is above 0 from each place to itself and to its left, and exactly 0 everywhere else"""
    for shape in ((4, 4), (2, 5, 5), (2, 3, 3, 3)):
        got = expect.array(impl.causal_weights(rng.uniform(-0.9, -0.1, shape)), shape, "f", f"weights of scores {shape}")
        seen = [[j <= i for j in range(shape[-1])] for i in range(shape[-1])]
        expect.same(got > 0, np.broadcast_to(seen, shape), "where the weights are above 0")


def test_the_weights(impl, rng):
    """each row of weights is the softmax of what the row sees, with any axes before"""
    for shape in ((1, 1), (4, 4), (2, 5, 5), (2, 3, 3, 3)):
        scores = 1.5 * rng.standard_normal(shape)
        want = weights_by_hand(scores)
        close(expect.unchanged(impl.causal_weights, scores), want, f"weights of scores {shape}")


def test_rows_sum_to_one(impl, rng):
    """the weights of each place sum to one"""
    got = expect.array(impl.causal_weights(rng.standard_normal((3, 6, 6))), (3, 6, 6), "f", "the weights")
    close(got.astype(np.float64).sum(axis=-1), np.ones((3, 6)), "sums of the rows")


def test_unseen_scores_do_not_matter(impl, rng):
    """scores of 10,000 and of -inf where nobody sees them change nothing"""
    scores = rng.standard_normal((2, 5, 5))
    want = weights_by_hand(scores)
    for unseen in (1e4, -np.inf):
        scores[:, np.arange(5)[:, None] < np.arange(5)] = unseen
        close(impl.causal_weights(scores.copy()), want, f"weights with unseen scores of {unseen:g}")


def test_the_last_place_sees_everything(impl, rng):
    """the last row of the weights is the softmax of the whole row"""
    for size in (2, 7):
        scores = rng.standard_normal((3, size, size))
        got = expect.array(impl.causal_weights(scores), scores.shape, "f", "the weights")
        close(got[:, -1], weights_by_hand(scores)[:, -1], "weights of the last place")


def test_high_scores(impl, rng):
    """scores near 10,000 do not overflow"""
    scores = grid(rng, 5, 5) + 1e4
    close(impl.causal_weights(scores), weights_by_hand(scores), "weights of scores near 10,000")


def test_low_scores(impl, rng):
    """scores near -10,000 and -100,000 do not vanish, and are still above those that are not seen"""
    for shift in (-1e4, -1e5):
        scores = grid(rng, 5, 5) + shift
        close(impl.causal_weights(scores), weights_by_hand(scores), f"weights of scores near {shift:g}")


def test_rows_of_different_size(impl, rng):
    """each row is a softmax of its own: one row near -10,000, the next near 10,000"""
    scores = grid(rng, 2, 5, 5) + np.array([0.0, -1e4, 1e4, 0.0, -1e4])[:, None]
    close(impl.causal_weights(scores), weights_by_hand(scores), "weights of rows of different size")


def test_impossible_among_the_seen(impl, rng):
    """a seen score of -inf gets weight 0, the others share what is left"""
    scores = rng.standard_normal((2, 5, 5))
    scores[:, 2, 0] = scores[:, 3, 3] = scores[0, 4, :4] = -np.inf
    close(impl.causal_weights(scores), weights_by_hand(scores), "weights with -inf among the seen scores")


def test_attention(impl, rng):
    """attention is the values of the places up to each place, mixed with the weights; the inputs stay as they were"""
    for leading, width, width_value in (((), 4, 4), ((3,), 3, 6), ((2, 3), 5, 2)):
        given = case(rng, *leading, length=5, width=width, width_value=width_value)
        want = attention_by_hand(*given)
        close(expect.unchanged(impl.causal_attention, *given), want, f"attention of queries {given[0].shape}")


def test_vectors_of_one_number(impl, rng):
    """vectors of one number: there the scale is 1"""
    given = case(rng, 2, length=6, width=1)
    close(impl.causal_attention(*given), attention_by_hand(*given), "attention with d = 1")


def test_wide_vectors_do_not_take_all(impl, rng):
    """with vectors of 64 numbers, the place that fits best does not get much more than its share"""
    query = rng.choice([-0.5, 0.5], (2, 8, 64))                     # each fits itself best
    got = impl.causal_attention(query, query.copy(), np.tile(np.eye(8), (2, 1, 1)))     # the answers are the weights themselves
    most = weights_by_hand(scores_by_hand(query, query)).max(axis=-1).mean()
    got = expect.array(got, (2, 8, 8), "f", "attention to unit vectors").max(axis=-1).mean()
    assert got < most + 0.1, f"the best place of each row gets {got:.3f} on average: expected about {most:.3f}"


def test_equal_values(impl, rng):
    """where all values are equal, that value is the answer, whatever the scores"""
    query, key, value = case(rng, 2, length=5, width=3)
    value[:] = value[:, :1]
    close(impl.causal_attention(query, key, value), value, "attention to equal values")


def test_a_query_of_zeros_takes_the_mean(impl, rng):
    """a place whose query is zero answers with the mean of the values up to itself"""
    _, key, value = case(rng, 2, length=6, width=3)
    want = np.stack([value[:, :t + 1].mean(axis=1) for t in range(6)], axis=1)
    close(impl.causal_attention(np.zeros((2, 6, 3)), key, value), want, "attention of queries of zeros")


def test_the_future_does_not_matter(impl, rng):
    """other keys and values from some place on change no answer before it"""
    query, key, value = case(rng, 2, length=6, width=4)
    before = impl.causal_attention(query, key, value)
    for t in (1, 4):
        new_key, new_value = key.copy(), value.copy()
        new_key[:, t:], new_value[:, t:] = 30 * rng.standard_normal((2, 6 - t, 4)), 1e3 * rng.standard_normal((2, 6 - t, 4))
        after = expect.array(impl.causal_attention(query, new_key, new_value), (2, 6, 4), "f", "attention")
        close(after[:, :t], before[:, :t], f"answers before place {t}, with other keys and values from there on")


def test_one_place(impl, rng):
    """a canvas of one place answers with its own value"""
    query, key, value = case(rng, 3, length=1, width=2)
    close(impl.causal_attention(query, key, value), value, "attention of one place")


def test_float32_and_views(impl, rng):
    """float32 arrays, and arrays that are not contiguous in memory"""
    query, key, value = case(rng, 2, 4, length=6, width=4)
    for name, given in (("float32", [array.astype(np.float32) for array in (query, key, value)]),
                        ("heads taken apart", [array.transpose(0, 2, 1, 3) for array in (query, key, value)]),
                        ("views", [query[:, ::2, ::-1], key[:, 1::2], value[:, ::2, :, ::2]])):
        close(impl.causal_attention(*given), attention_by_hand(*given), f"attention, {name}")
    scores = rng.standard_normal((6, 6))
    for name, given in (("float32", scores.astype(np.float32)), ("another memory order", scores.T)):
        close(impl.causal_weights(given), weights_by_hand(given), f"weights, {name}")
