"""Unit 11 · One step of training · 訓練一步

The idea. A one-by-one model learns by being asked the same question at every place: given what stands before, what comes
next? So its input is its answer moved one place to the right; the answers are counted up to END; and Adam (Kingma and Ba,
2015) walks each number of the network against its gradient, in steps of about one learning rate whatever the size of the
gradient.
（輸入就是答案往右移一格，END 之後的不算，再用 Adam 讓每個參數往梯度的反方向走一小步。）

In the lecture. This is how "one by one" is trained, all places of a sentence at once (teacher forcing). The network here
is the smallest there is, a table with one row of scores for each token that can stand before; swap the table for a
transformer and the step stays the same.

Exactly. Row V of the table is the row of the start token. The loss is in nats, a mean over the places that count: up to
and including the first END. The same row may be asked many times in a batch: its gradients add up. Steps count from 1.

See your own code train and draw names:

    minigen sample names --size tiny --with exercises/u11_train_step.py
"""

import numpy as np

from minigen import maths


def shifted(tokens, start):
    """What stands to the left of each place.

    Parameters
    ----------
    tokens : (B, T) int64
    start : int
        What stands before the first place.

    Returns
    -------
    (B, T) int64
        The tokens one place to the right; the last one falls out. The input stays as it was.

    Examples
    --------
    >>> shifted(np.array([[3, 1, 2], [0, 0, 1]]), start=9).tolist()
    [[9, 3, 1], [9, 0, 0]]
    """
    raise NotImplementedError("u11: your code here")


def up_to_end(tokens, end):
    """The places that count.

    Parameters
    ----------
    tokens : (B, T) int64
    end : int or None
        Which token is END; None if there is none.

    Returns
    -------
    (B, T) bool
        True up to and including the first END of a row; everywhere if it has none.

    Examples
    --------
    >>> up_to_end(np.array([[5, 7, 7, 5], [7, 5, 5, 5], [5, 5, 5, 5]]), end=7).tolist()
    [[True, True, False, False], [True, False, False, False], [True, True, True, True]]
    """
    raise NotImplementedError("u11: your code here")


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    """One step of Adam, written into the arrays that are given; nothing is returned.

    With m and s for ``first`` and ``second``::

        m     = beta1 m + (1 - beta1) grad
        s     = beta2 s + (1 - beta2) grad ** 2
        param = param - rate * (m / (1 - beta1 ** step)) / (sqrt(s / (1 - beta2 ** step)) + epsilon)

    Both means start at zero, so at first they are too small; the two divisions undo exactly that.

    Parameters
    ----------
    param : (...) float
        Changed in place.
    grad : (...) float
        Gradient of the loss with respect to param; stays as it was.
    first, second : (...) float
        Running means of the gradient and of its square, zero before the first step. Changed in place.
    step : int
        1 for the first step.
    rate : float
        The learning rate.

    Examples
    --------
    The first step is as long as the rate, whatever the size of the gradient:

    >>> param, first, second = np.array([1.0, 1.0]), np.zeros(2), np.zeros(2)
    >>> adam_step(param, np.array([4.0, -0.5]), first, second, step=1, rate=0.1)
    >>> np.allclose(param, [0.9, 1.1]), np.allclose(first, [0.4, -0.05]), np.allclose(second, [0.16, 0.0025])
    (True, True, True)
    """
    raise NotImplementedError("u11: your code here")


def train_step(table, first, second, tokens, step, rate, end=None):
    """One step of training for the smallest one-by-one network: scores looked up by the token before.

    Parameters
    ----------
    table : (V + 1, V) float
        Row v holds the scores of what follows token v; row V of what comes first. Changed in place.
    first, second : (V + 1, V) float
        Adam's two means. Changed in place.
    tokens : (B, T) int64
        A batch of canvases, each token below V.
    step : int
        1 for the first step.
    rate : float
    end : int or None
        Places after the first END do not count.

    Returns
    -------
    float
        Mean nats over the places that count, of the table as it was *before* the step.

    Examples
    --------
    A table of zeros finds both tokens equally likely, so each place costs log 2. One canvas with the tokens 1, 1: the
    start row and row 1 are asked once each, and their score of token 1 goes up by the rate:

    >>> table, first, second = np.zeros((3, 2)), np.zeros((3, 2)), np.zeros((3, 2))
    >>> round(train_step(table, first, second, np.array([[1, 1]]), step=1, rate=0.1), 4)
    0.6931
    >>> np.allclose(table, [[0.0, 0.0], [-0.1, 0.1], [-0.1, 0.1]])
    True
    """
    raise NotImplementedError("u11: your code here")
