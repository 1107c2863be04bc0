"""Unit 15 · One shot: an MLP draws every place · 一次到位：一個 MLP 畫完每個位置

The idea. A small network is told one thing about a picture, such as which digit it is, and answers with the scores of all
places in a single pass: two linear layers with a squared ReLU between them (So et al., 2021). It never sees what it draws.
So the best it can learn is how often each colour stands at each place: the *marginal distributions*. Drawn from them, the
places do not fit together, and the picture is a blob.
（一次到位：網路看一眼條件，就說出所有位置的分數，位置之間互相看不到。它最多只能學到每個位置的邊際分布，所以畫出一團團色塊。）

In the lecture. Strategy two, 一次到位, and why its quality suffers: what was 演師 in a text is a blob in a picture. Unit 16 adds a
random vector that all places share.

What the numbers mean, exactly.

    open   = max(told @ up.weight + up.bias, 0)         (B, D)
    hidden = open ** 2                                  (B, D)
    scores = hidden @ down.weight + down.bias           (B, T V), then (B, T, V)

Of the T V scores the first V belong to place 0, the next V to place 1, and so on. The loss is the mean surprise in nats over
every place of every canvas; gradients are those of this mean.

See your own code draw digits:

    minigen sample digits --strategy all_at_once --size tiny --with exercises/u15_one_shot_decoder.py
"""

import numpy as np

from minigen import maths


def decode(params, told, length):
    """The scores of all places in one pass.

    Parameters
    ----------
    params : dict of float arrays
        "up.weight" (C, D), "up.bias" (D,), "down.weight" (D, T V), "down.bias" (T V,).
    told : (B, C) float
        What each canvas knows from the start: the condition.
    length : int
        T, places in a canvas.

    Returns
    -------
    (B, T, V) float
        Scores before the softmax. Params and told stay as they were.

    Examples
    --------
    One number in, two hidden units, two places of two colours. Told 2, the units get 2 and -2, and pass on 4 and 0:

    >>> params = {"up.weight": np.array([[1.0, -1.0]]), "up.bias": np.zeros(2),
    ...           "down.weight": np.array([[1.0, 0.0, 0.0, 0.5], [9.0, 9.0, 9.0, 9.0]]),
    ...           "down.bias": np.array([0.0, 1.0, 2.0, 3.0])}
    >>> decode(params, np.array([[2.0]]), 2).tolist()
    [[[4.0, 1.0], [2.0, 5.0]]]
    """
    raise NotImplementedError("u15: your code here")


def decoder_loss_and_grads(params, told, tokens):
    """How surprised the decoder is by true canvases, and which way each parameter should not go.

    Parameters
    ----------
    params, told
        As for ``decode``.
    tokens : (B, T) int64
        True canvases, ids from 0 to V - 1.

    Returns
    -------
    loss : float
        Mean nats over the B T places.
    grads : dict of float arrays
        The gradient of the loss for each of the four params, with the same keys and shapes. The inputs stay as they were.

    Notes
    -----
    ``maths.cross_entropy(logits, targets)`` gives the mean surprise and its gradient for the logits (unit 02).

    Examples
    --------
    One canvas, one place, two colours. Told 2, the hidden unit passes on 4, and the scores log 3 and 0 make the probabilities
    0.75 and 0.25. The true colour is 1: the scores have the gradient (0.75, -0.75), and down.weight four times that.

    >>> params = {"up.weight": np.array([[1.0]]), "up.bias": np.zeros(1),
    ...           "down.weight": np.array([[np.log(3.0) / 4, 0.0]]), "down.bias": np.zeros(2)}
    >>> loss, grads = decoder_loss_and_grads(params, np.array([[2.0]]), np.array([[1]]))
    >>> bool(np.isclose(loss, np.log(4.0)))
    True
    >>> grads["down.bias"].round(6).tolist(), grads["down.weight"].round(6).tolist()
    ([0.75, -0.75], [[3.0, -3.0]])

    Up there, a little more moves open ** 2 by 2 open = 4, and the scores by log 3 / 4 times that:

    >>> bool(np.isclose(grads["up.bias"][0], 0.75 * np.log(3.0)))
    True
    """
    raise NotImplementedError("u15: your code here")
