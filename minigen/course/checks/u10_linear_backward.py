"""Public checks of unit 10."""

import numpy as np

from minigen.course import expect


def rows():
    """Two rows from two numbers to three, fresh each time: x, weight, dy."""
    return (np.array([[1.0, 2.0], [4.0, 6.0]]), np.array([[3.0, 0.0, 1.0], [5.0, 2.0, 0.0]]),
            np.array([[10.0, 0.0, 1.0], [1.0, 2.0, 0.0]]))


def check_shape(impl):
    """each gradient has the shape of what it is the gradient of"""
    dx, dweight, dbias = impl.linear_backward(np.zeros((2, 3, 4)), np.zeros((4, 5)), np.zeros((2, 3, 5)))
    expect.array(dx, (2, 3, 4), "f", "dx")
    expect.array(dweight, (4, 5), "f", "dweight")
    expect.array(dbias, (5,), "f", "dbias")


def check_inputs(impl):
    """x, weight and dy stay as they were"""
    expect.unchanged(impl.linear_backward, *rows())


def check_input_of_one_row(impl):
    """dx of one row: each input hears from every output, through its own weight"""
    x, weight, dy = rows()
    dx = impl.linear_backward(x[:1], weight, dy[:1])[0]
    expect.close(dx, [[31.0, 50.0]], "dx of one row")


def check_input_of_two_rows(impl):
    """dx of two rows: each row has its own, whatever the other row is"""
    dx = impl.linear_backward(*rows())[0]
    expect.close(dx, [[31.0, 50.0], [3.0, 9.0]], "dx of two rows")


def check_weight(impl):
    """dweight: input times dy, added up over the rows"""
    dweight = impl.linear_backward(*rows())[1]
    expect.close(dweight, [[14.0, 8.0, 1.0], [26.0, 12.0, 2.0]], "dweight of two rows")


def check_bias(impl):
    """dbias: dy added up over the rows"""
    dbias = impl.linear_backward(*rows())[2]
    expect.close(dbias, [11.0, 2.0, 1.0], "dbias of two rows")


def check_one_number(impl):
    """one number in, one number out: two rows with opposite dy"""
    _, dweight, dbias = impl.linear_backward(np.array([[5.0], [2.0]]), np.array([[7.0]]), np.array([[1.0], [-1.0]]))
    expect.close(dweight, [[3.0]], "dweight of 5 and 2 with dy 1 and -1")
    expect.close(dbias, [0.0], "dbias with dy 1 and -1")


def check_leading_axes(impl):
    """two canvases of two places are four rows"""
    x, weight, dy = rows()
    _, dweight, dbias = impl.linear_backward(np.stack([x, x]), weight, np.stack([dy, 2 * dy]))
    expect.close(dweight, [[42.0, 24.0, 3.0], [78.0, 36.0, 6.0]], "dweight of two canvases")
    expect.close(dbias, [33.0, 6.0, 3.0], "dbias of two canvases")
