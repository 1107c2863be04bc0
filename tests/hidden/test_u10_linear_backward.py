"""Hidden tests of unit 10. The oracles are plain loops over every number, and finite differences."""

import numpy as np

from minigen.course import expect


def close(got, want, name):
    expect.close(got, want, name, rtol=1e-5, atol=1e-5)


def case(rng, *leading, n_in, n_out):
    return (rng.standard_normal((*leading, n_in)), rng.standard_normal((n_in, n_out)),
            rng.standard_normal((*leading, n_out)))


def by_loops(x, weight, dy):
    """Each row, input and output in turn: y[o] holds x[i] weight[i, o], and bias[o]."""
    dx, dweight, dbias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(weight.shape[1])
    for row in np.ndindex(*x.shape[:-1]):
        for o in range(weight.shape[1]):
            dbias[o] += dy[row][o]
            for i in range(weight.shape[0]):
                dx[row][i] += dy[row][o] * weight[i, o]
                dweight[i, o] += dy[row][o] * x[row][i]
    return dx, dweight, dbias


def gradients(impl, *given):
    """What is handed in, of copies: who changes an argument is told so by one test, not by all."""
    dx, dweight, dbias = impl.linear_backward(*(array.copy(order="K") for array in given))
    return dx, dweight, dbias


def test_shapes(impl, rng):
    """each gradient has the shape of what it is the gradient of, with any axes before the last"""
    for leading in ((6,), (1, 1), (3, 2), (2, 3, 4)):
        x, weight, dy = case(rng, *leading, n_in=5, n_out=7)
        dx, dweight, dbias = gradients(impl, x, weight, dy)
        expect.array(dx, x.shape, "f", f"dx of x {x.shape}")
        expect.array(dweight, (5, 7), "f", f"dweight of x {x.shape}")
        expect.array(dbias, (7,), "f", f"dbias of x {x.shape}")


def test_inputs_stay(impl, rng):
    """x, weight and dy stay as they were"""
    for leading in ((4,), (3, 2)):
        dx, _, _ = expect.unchanged(impl.linear_backward, *case(rng, *leading, n_in=3, n_out=3))
        expect.array(dx, (*leading, 3), "f", "dx")


def test_gradient_of_the_input(impl, rng):
    """dx of several rows: each input hears from every output, through its own weight"""
    for rows, n_in, n_out in ((4, 3, 3), (5, 2, 6), (3, 7, 4)):
        x, weight, dy = case(rng, rows, n_in=n_in, n_out=n_out)
        close(gradients(impl, x, weight, dy)[0], by_loops(x, weight, dy)[0], f"dx of {rows} rows, weight {weight.shape}")


def test_gradient_of_the_weight(impl, rng):
    """dweight of several rows: input times dy, added up over the rows"""
    for rows, n_in, n_out in ((3, 3, 3), (5, 2, 6), (4, 7, 4)):
        x, weight, dy = case(rng, rows, n_in=n_in, n_out=n_out)
        close(gradients(impl, x, weight, dy)[1], by_loops(x, weight, dy)[1], f"dweight of {rows} rows, weight {weight.shape}")


def test_gradient_of_the_bias(impl, rng):
    """dbias of several rows: dy added up over the rows"""
    for rows, n_out in ((4, 3), (5, 1), (2, 6)):
        x, weight, dy = case(rng, rows, n_in=3, n_out=n_out)
        close(gradients(impl, x, weight, dy)[2], by_loops(x, weight, dy)[2], f"dbias of {rows} rows")


def test_weight_and_bias_with_more_axes(impl, rng):
    """canvases, places and heads are all rows: dweight and dbias add up over all of them"""
    for leading in ((3, 4), (2, 3, 2)):
        x, weight, dy = case(rng, *leading, n_in=3, n_out=5)
        _, want_weight, want_bias = by_loops(x, weight, dy)
        _, dweight, dbias = gradients(impl, x, weight, dy)
        close(dweight, want_weight, f"dweight of x {x.shape}")
        close(dbias, want_bias, f"dbias of x {x.shape}")


def test_a_batch_of_one_canvas(impl, rng):
    """a batch of one canvas of several places gives what its places give as rows"""
    x, weight, dy = case(rng, 1, 5, n_in=4, n_out=3)
    want = by_loops(x, weight, dy)
    _, dweight, dbias = gradients(impl, x, weight, dy)
    close(dweight, want[1], "dweight of one canvas")
    close(dbias, want[2], "dbias of one canvas")


def test_one_row_alone(impl, rng):
    """one row, without any other axis: dweight is every input times every dy"""
    for n_in, n_out in ((3, 3), (4, 2)):
        x, weight, dy = case(rng, n_in=n_in, n_out=n_out)
        for got, want, name in zip(gradients(impl, x, weight, dy), by_loops(x, weight, dy), ("dx", "dweight", "dbias"), strict=True):
            close(got, want, f"{name} of one row {x.shape}")


def test_one_number_in_and_one_out(impl, rng):
    """a layer from one number to one number: products and sums of plain numbers"""
    x, weight, dy = case(rng, 6, n_in=1, n_out=1)
    for got, want, name in zip(gradients(impl, x, weight, dy), by_loops(x, weight, dy), ("dx", "dweight", "dbias"), strict=True):
        close(got, want, f"{name} of a 1 x 1 layer")


def test_the_loss_moves_as_the_gradients_say(impl, rng):
    """finite differences: nudge any number of x, weight or bias, and the loss moves as its gradient says"""
    x, weight, dy = case(rng, 2, 3, n_in=3, n_out=4)
    params = [x, weight, rng.standard_normal(4)]
    got = gradients(impl, x, weight, dy)
    for array, gradient, name in zip(params, got, ("dx", "dweight", "dbias")):
        want = np.zeros(array.shape)
        for index in np.ndindex(*array.shape):
            kept, losses = array[index], []
            for nudge in (1e-3, -1e-3):
                array[index] = kept + nudge
                losses.append(float((dy * (params[0] @ params[1] + params[2])).sum()))
            array[index] = kept
            want[index] = (losses[0] - losses[1]) / 2e-3
        close(gradient, want, name)


def test_float32_and_views(impl, rng):
    """float32 arrays, and arrays that are not contiguous in memory"""
    x, weight, dy = case(rng, 6, 4, n_in=5, n_out=3)
    for name, given in (("float32", [array.astype(np.float32) for array in (x, weight, dy)]),
                        ("other memory order", [np.asfortranarray(array) for array in (x, weight, dy)]),
                        ("views", [x[::-2, ::2], weight[:, ::-1], dy[::-2, ::2, ::-1]])):
        want = by_loops(*(array.astype(np.float64) for array in given))
        for got, right, part in zip(impl.linear_backward(*given), want, ("dx", "dweight", "dbias"), strict=True):
            close(got, right, f"{part}, {name}")
