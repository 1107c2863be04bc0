"""Unit 18 · Learn every order at once · 一次學會所有順序

The idea. A model that can fill places in any order is trained without choosing one: hide a random part of the canvas, let
the model guess what is hidden, and weigh the loss so that it means a likelihood (Uria, Murray and Larochelle, 2014;
Hoogeboom et al., 2022).
（隨機遮住一部分讓模型猜。遮了 n 個就乘 T / n，平均起來就等於隨機挑一種順序、一個一個填的代價。）

In the lecture. This is how a model learns that is used for N 次到位: it has met canvases with any number of holes.

Why T / n. Filling one by one in a random order, the model meets each number n of holes once, and there it is asked for one
of them. The mean surprise of n hidden places stands for that one, so T of them make a canvas: (T / n) times the sum.
Averaged over n uniform in 1, ..., T and over which places are hidden, this is the mean code length over all orders; and
because the logarithm is concave, it is an upper bound on -log of the *mean probability* over orders.

Exactly. Row b hides the n_hidden[b] places whose dice are smallest. ``masked_loss`` is in nats per place. The average over
orders in ``any_order_log_prob`` is one of probabilities, not of their logarithms.

See your own code at work, in the folder of this file:

    import numpy as np
    from u18_masked_loss import hide
    text = "one by one or all at once"
    tokens, dice = np.array([[ord(c) for c in text]] * 4), np.random.default_rng()
    canvas, hidden = hide(tokens, np.array([1, 5, 12, 25]), dice.random(tokens.shape), ord("_"))
    print(*("".join(map(chr, row)) for row in canvas), sep="\\n")
"""

import math

import numpy as np

from minigen import maths


def hide(tokens, n_hidden, u, mask):
    """Hide a number of places of each canvas.

    Parameters
    ----------
    tokens : (B, T) int
        Finished canvases. They stay as they were.
    n_hidden : (B,) int
        How many places of each canvas to hide, from 1 to T.
    u : (B, T) float64
        One die for each place, all different: the smallest ones of each row are hidden.
    mask : int
        The id that stands where something is hidden.

    Returns
    -------
    canvas : (B, T) int
    hidden : (B, T) bool
        True where the canvas holds the mask.

    Examples
    --------
    The two smallest of the dice 0.9, 0.1, 0.5, 0.3 lie at places 1 and 3:

    >>> canvas, hidden = hide(np.array([[5, 6, 7, 8]]), np.array([2]), np.array([[0.9, 0.1, 0.5, 0.3]]), mask=9)
    >>> canvas.tolist(), hidden.tolist()
    ([[5, 9, 7, 9]], [[False, True, False, True]])
    """
    # BEGIN SOLUTION
    # argsort says which place comes first, second, ...; argsort of that says the rank of each place.
    ranks = np.argsort(np.argsort(u, axis=1), axis=1)               # (B, T)
    hidden = ranks < n_hidden[:, None]                              # (B, T)
    return np.where(hidden, mask, tokens), hidden
    # END SOLUTION


def masked_loss(logits, tokens, hidden):
    """What a random order costs, estimated from the hidden places.

    Parameters
    ----------
    logits : (B, T, V) float
        Scores of all places, those that were visible too.
    tokens : (B, T) int
        The true canvases.
    hidden : (B, T) bool
        Which places the model had to guess; at least one in each row. Only they count.

    Returns
    -------
    float
        Nats per place: the mean over canvases of (T / n) times the summed surprise of the n hidden places, divided by T.

    Examples
    --------
    One canvas hides one of two places, true token 1/4; the other hides both, true tokens 1/2 each. In units of log 2:
    2/1 times 2 is 4, and 2/2 times (1 + 1) is 2; their mean is 3, a place costs 1.5.

    >>> logits = np.log(np.array([[[0.25, 0.75], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]]]))
    >>> loss = masked_loss(logits, np.zeros((2, 2), int), np.array([[True, False], [True, True]]))
    >>> round(loss / math.log(2), 6)
    1.5
    """
    # BEGIN SOLUTION
    length = tokens.shape[1]
    log_probs = maths.log_softmax(logits.astype(np.float64))                        # (B, T, V)
    told = np.take_along_axis(log_probs, tokens[..., None], -1)[..., 0]             # (B, T)
    surprise = -np.where(hidden, told, 0.0).sum(axis=1)                             # (B,) not told * hidden: -inf * 0 is nan
    weight = length / hidden.sum(axis=1)                                            # (B,) T / n
    return float((weight * surprise).mean() / length)
    # END SOLUTION


def any_order_log_prob(order_log_probs):
    """Log-probability of canvases if the order is drawn at random first.

    Parameters
    ----------
    order_log_probs : (n_orders, B) float64
        Nats of each canvas under each order; -inf means impossible.

    Returns
    -------
    (B,) float64
        The log of the mean of the probabilities; exact also where these are too small for a float.

    Examples
    --------
    0.1 under one order and 0.3 under another: 0.2 if a coin chooses the order.

    >>> round(math.exp(any_order_log_prob(np.log(np.array([[0.1], [0.3]])))[0]), 6)
    0.2
    """
    # BEGIN SOLUTION
    peak = order_log_probs.max(axis=0)                              # (B,)
    peak = np.where(np.isfinite(peak), peak, 0.0)                   # impossible under every order: -inf less -inf would be nan
    with np.errstate(divide="ignore"):                              # log 0 is -inf
        return peak + np.log(np.exp(order_log_probs - peak).mean(axis=0))
    # END SOLUTION
