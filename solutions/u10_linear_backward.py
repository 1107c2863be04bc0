"""Unit 10 · Backward through a linear layer · 線性層的反向傳播

The idea. A layer computes y = x @ weight + bias. Somebody further up tells it how the loss changes with each number of
y; it passes on how the loss changes with each number that it used. That is the chain rule, one layer at a time:
backpropagation (Rumelhart, Hinton and Williams, 1986).
（上一層告訴你「y 的每個數字動一點，損失會變多少」，你算出 x、weight、bias 的每個數字動一點，損失會變多少。）

In the lecture. Every network that draws, one by one or all at once, is a pile of such layers with something bent in
between. Who has these three gradients can train all of them.

Exactly. The same weight and bias serve every row, so their gradients are *summed* over all rows: over every axis but the
last. Nothing is averaged here; the mean is taken once, in the loss. So a batch cut in two gives gradients that add up.

See your own code train and draw names:

    minigen sample names --size tiny --with exercises/u10_linear_backward.py
"""

import numpy as np


def linear_backward(x, weight, dy):
    """The gradients of y = x @ weight + bias.

    Parameters
    ----------
    x : (..., n_in) float
        What went in; any number of axes before the last, or none.
    weight : (n_in, n_out) float
    dy : (..., n_out) float
        Gradient of the loss with respect to y.

    Returns
    -------
    dx : (..., n_in) float
    dweight : (n_in, n_out) float
    dbias : (n_out,) float
        Gradients of the loss with respect to each, in the shape of each. The inputs stay as they were.

    Examples
    --------
    Two rows of two numbers, one output, y = 3 x0 + 5 x1. A row's input gets the weights times its own dy; each weight
    gets the sum of its inputs times dy, 1 * 10 + 4 * 1 and 2 * 10 + 6 * 1:

    >>> x, weight = np.array([[1.0, 2.0], [4.0, 6.0]]), np.array([[3.0], [5.0]])
    >>> dx, dweight, dbias = linear_backward(x, weight, np.array([[10.0], [1.0]]))
    >>> dx.tolist()
    [[30.0, 50.0], [3.0, 5.0]]
    >>> dweight.tolist(), dbias.tolist()
    ([[14.0], [26.0]], [11.0])
    """
    # BEGIN SOLUTION
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])    # (N, n_in), (N, n_out)
    dweight = rows.T @ drows                                        # (n_in, n_out) the product adds up over the rows
    return dy @ weight.T, dweight, drows.sum(axis=0)
    # END SOLUTION
