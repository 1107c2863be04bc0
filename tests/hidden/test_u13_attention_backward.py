"""Hidden tests of unit 13. The oracles are attention in plain loops and finite differences of it, in float64."""

import math

import numpy as np
from oracles import softmax

from minigen.course import expect

NAMES = ("dquery", "dkey", "dvalue")


def close(got, want, name):
    expect.close(got, want, name, rtol=1e-5, atol=1e-5)


def attention_by_hand(query, key, value):
    """Each place asks the places up to itself, one after the other; all arrays (T, d)."""
    mixed = np.zeros(value.shape)
    for i in range(len(query)):
        scores = [float(query[i] @ key[j]) / math.sqrt(query.shape[1]) for j in range(i + 1)]
        for j, weight in enumerate(softmax(scores)):
            mixed[i] += weight * value[j]
    return mixed


def slope(loss, array, nudge=1e-5):
    """Finite differences: how the loss moves with each number of an array, which is nudged in its place."""
    want = np.zeros(array.shape)
    for index in np.ndindex(*array.shape):
        kept = array[index]
        array[index] = kept + nudge
        above = loss()
        array[index] = kept - nudge
        want[index] = (above - loss()) / (2 * nudge)
        array[index] = kept
    return want


def slopes(query, key, value, dmixed, which=(0, 1, 2)):
    """The gradients of query, key and value by finite differences, one piece of the leading axes after the other."""
    given = [array.astype(np.float64) for array in (query, key, value, dmixed)]
    want = [np.zeros(array.shape) for array in given[:3]]
    for index in np.ndindex(*query.shape[:-2]):
        piece = [array[index].copy() for array in given]
        for k in which:
            want[k][index] = slope(lambda: float((attention_by_hand(*piece[:3]) * piece[3]).sum()), piece[k])
    return want


def case(rng, *leading, length, width, width_value=None):
    """query, key, value, dmixed."""
    shape = (*leading, length)
    widths = (width, width, width_value or width, width_value or width)
    return [rng.standard_normal((*shape, d)) for d in widths]


def chances(rng, *shape):
    """Rows of weights that sum to one, none of them small, and no two rows alike."""
    weights = rng.uniform(0.2, 1.0, shape)
    return weights / weights.sum(axis=-1, keepdims=True)


def test_softmax_backward(impl, rng):
    """softmax_backward: the loss moves with each score as its gradient says (finite differences)"""
    for shape in ((4,), (3, 5), (2, 3, 3)):
        scores, dweights = rng.standard_normal(shape), rng.standard_normal(shape)
        rows, drows = scores.reshape(-1, shape[-1]), dweights.reshape(-1, shape[-1])

        def loss():
            return math.fsum(weight * drow[i] for row, drow in zip(rows, drows)
                             for i, weight in enumerate(softmax(row.tolist())))

        weights = np.array([softmax(row.tolist()) for row in rows]).reshape(shape)
        want = slope(loss, scores)
        close(expect.unchanged(impl.softmax_backward, dweights, weights), want, f"the gradient of scores {shape}")


def test_softmax_backward_sums_to_zero(impl, rng):
    """softmax_backward: more of every score is no change, so the gradients of a row sum to zero"""
    dweights, weights = rng.standard_normal((3, 4, 6)) + 2.0, chances(rng, 3, 4, 6)
    got = expect.array(impl.softmax_backward(dweights, weights), (3, 4, 6), "f", "the gradient of the scores")
    close(got.astype(np.float64).sum(axis=-1), np.zeros((3, 4)), "sums of the rows")


def test_softmax_backward_of_a_certain_choice(impl, rng):
    """softmax_backward: where one weight is 1 and the others 0, no score has a gradient"""
    weights = np.eye(5)[rng.integers(0, 5, 8)]
    close(impl.softmax_backward(rng.uniform(1.0, 2.0, (8, 5)), weights), np.zeros((8, 5)), "the gradient with weights 1 and 0")


def test_softmax_backward_of_equal_pulls(impl, rng):
    """softmax_backward: where all weights are pulled equally, no score has a gradient"""
    pull = np.repeat(rng.uniform(1.0, 2.0, (4, 1)), 5, axis=1)
    close(impl.softmax_backward(pull, chances(rng, 4, 5)), np.zeros((4, 5)), "the gradient of equal pulls")


def test_gradient_of_the_value(impl, rng):
    """dvalue: the loss moves with each value as its gradient says (finite differences)"""
    for length, width, width_value in ((3, 3, 3), (4, 2, 5)):
        given = case(rng, length=length, width=width, width_value=width_value)
        want = slopes(*given, which=(2,))[2]
        close(impl.attention_backward(*given)[2], want, f"dvalue of {length} places, d {width}, d_v {width_value}")


def test_gradient_of_the_query(impl, rng):
    """dquery: the loss moves with each query as its gradient says (finite differences)"""
    for length, width, width_value in ((3, 3, 3), (4, 2, 5)):
        given = case(rng, length=length, width=width, width_value=width_value)
        want = slopes(*given, which=(0,))[0]
        close(impl.attention_backward(*given)[0], want, f"dquery of {length} places, d {width}, d_v {width_value}")


def test_gradient_of_the_key(impl, rng):
    """dkey: the loss moves with each key as its gradient says (finite differences)"""
    for length, width, width_value in ((3, 3, 3), (4, 2, 5)):
        given = case(rng, length=length, width=width, width_value=width_value)
        want = slopes(*given, which=(1,))[1]
        close(impl.attention_backward(*given)[1], want, f"dkey of {length} places, d {width}, d_v {width_value}")


def test_vectors_of_one_number(impl, rng):
    """vectors of one number, where the scale is 1: all three gradients"""
    given = case(rng, length=4, width=1)
    for got, want, name in zip(impl.attention_backward(*given), slopes(*given), NAMES, strict=True):
        close(got, want, f"{name} with d = 1")


def test_any_leading_axes(impl, rng):
    """canvases and heads do not touch each other: all at once is the same as one after the other; the inputs stay"""
    for leading in ((1,), (3,), (2, 2)):
        given = case(rng, *leading, length=3, width=2, width_value=3)
        together = expect.unchanged(impl.attention_backward, *given)
        for got, array, name in zip(together, given[:3], NAMES, strict=True):
            expect.array(got, array.shape, "f", name)
        for index in np.ndindex(*leading):
            alone = impl.attention_backward(*(array[index].copy() for array in given))
            for got, want, name in zip(together, alone, NAMES, strict=True):
                close(got[index], expect.array(want, got[index].shape, "f", name), f"{name} of piece {index} among {leading}")


def test_no_gradient_from_the_past_to_the_future(impl, rng):
    """a loss of place t alone has gradients of exactly 0 for the keys and values after t, and for every other query"""
    query, key, value, dmixed = case(rng, 2, length=5, width=3)
    for t in (0, 2):
        only = np.zeros_like(dmixed)
        only[:, t] = dmixed[:, t]
        dquery, dkey, dvalue = impl.attention_backward(query, key, value, only)
        for got, name in ((dkey, "dkey"), (dvalue, "dvalue"), (dquery, "dquery")):
            after = expect.array(got, (2, 5, 3), "f", name)[:, t + 1:]
            assert not after.any(), f"{name} after place {t}: expected 0, got something else"
        assert not dquery[:, :t].any(), f"dquery before place {t}: expected 0, got something else"


def test_one_place(impl, rng):
    """a canvas of one place: its value gets all of dmixed, query and key get nothing"""
    query, key, value, dmixed = case(rng, 3, length=1, width=2)
    dquery, dkey, dvalue = impl.attention_backward(query, key, value, dmixed)
    close(dvalue, dmixed, "dvalue of one place")
    close(dquery, np.zeros((3, 1, 2)), "dquery of one place")
    close(dkey, np.zeros((3, 1, 2)), "dkey of one place")


def test_queries_of_zeros(impl, rng):
    """queries of zeros share equally: each value gets dmixed / (t + 1) from each place t that saw it, and no key a gradient"""
    _, key, value, dmixed = case(rng, 2, length=5, width=3)
    _, dkey, dvalue = impl.attention_backward(np.zeros((2, 5, 3)), key, value, dmixed)
    want = np.stack([sum(dmixed[:, t] / (t + 1) for t in range(s, 5)) for s in range(5)], axis=1)
    close(dvalue, want, "dvalue with queries of zeros")
    close(dkey, np.zeros((2, 5, 3)), "dkey with queries of zeros")


def test_equal_values(impl, rng):
    """where all values are equal, it does not matter who is asked: no gradient for queries and keys"""
    query, key, value, dmixed = case(rng, 2, length=4, width=3)
    value[:] = value[:, :1] + 1.0
    dquery, dkey, _ = impl.attention_backward(query, key, value, dmixed)
    close(dquery, np.zeros(query.shape), "dquery with equal values")
    close(dkey, np.zeros(key.shape), "dkey with equal values")


def test_large_scores(impl, rng):
    """scores of 10,000 and more do not overflow: every place is certain, and its value hears all of dmixed"""
    orders = np.array([[2.0, 1.0, 3.0, 4.0], [3.0, 1.0, 2.0, 4.0], [3.0, 2.0, 1.0, 4.0]])
    order = orders[rng.integers(0, 3, 2)]                           # the best key is not always the last, nor the same for all
    best = np.array([[int(row[:t + 1].argmax()) for t in range(4)] for row in order])
    value, dmixed = rng.standard_normal((2, 4, 3)), rng.standard_normal((2, 4, 3))
    dquery, dkey, dvalue = impl.attention_backward(np.full((2, 4, 1), 1e4), order[..., None], value, dmixed)
    want = np.zeros((2, 4, 3))
    for b, t in np.ndindex(2, 4):
        want[b, best[b, t]] += dmixed[b, t]
    close(dvalue, want, "dvalue with scores of 10,000")
    close(dquery, np.zeros((2, 4, 1)), "dquery with scores of 10,000")
    close(dkey, np.zeros((2, 4, 1)), "dkey with scores of 10,000")


def test_float32_and_views(impl, rng):
    """float32 arrays, and arrays that are not contiguous in memory"""
    given = case(rng, 1, 3, length=2, width=3)
    for name, arrays in (("float32", [array.astype(np.float32) for array in given]),
                         ("heads taken apart", [array.transpose(0, 2, 1, 3) for array in given]),
                         ("views", [array[..., ::-1, ::-1] for array in given])):
        for got, want, part in zip(impl.attention_backward(*arrays), slopes(*arrays), NAMES, strict=True):
            close(got, want, f"{part}, {name}")
