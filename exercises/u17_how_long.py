"""Unit 17 · How long is the answer? · 答案有多長？

The idea. Drawing all places at once, somebody has to say how many places there are. Either the canvas has room for the
longest answer and the text ends at the first END, or the length is drawn first and the places afterwards, all at once
(Gu et al., 2018).
（一次到位的時候，要先知道答案有多長：可以準備夠大的畫布，切在第一個 END；也可以先預測長度，再一次生成那麼多個 token。）

In the lecture. Both answers to "how does 一次到位 know when to stop?".

Exactly. The *string* of a canvas is what stands before its first END; END itself is no part of it. Many canvases have the
same string, because anything may stand after END. So the probability of a string is a product up to and including
the first END, and what follows END does not count at all, not even if it is impossible. A canvas without END is full: its
string has all T tokens, and all T places count. Log-probabilities are in nats.

See your own code at work, in the folder of this file:

    import numpy as np
    from u17_how_long import length_first
    dice = np.random.default_rng()
    for _ in range(5):      # words of 0 to 7 letters, each letter as likely
        word = length_first(np.zeros(8), lambda n: np.zeros((n, 26)), dice.random(), dice.random(7))
        print(len(word), "".join(chr(97 + token) for token in word))
"""

import numpy as np

from minigen import maths


def lengths(tokens, end):
    """How many tokens stand before the first END.

    Parameters
    ----------
    tokens : (B, T) int
    end : int
        The id of END.

    Returns
    -------
    (B,) int
        From 0 to T; T where there is no END.

    Examples
    --------
    >>> lengths(np.array([[0, 1, 3, 2], [3, 0, 3, 1], [2, 2, 2, 2]]), end=3).tolist()
    [2, 0, 4]
    """
    raise NotImplementedError("u17: your code here")


def string_log_prob(log_probs, tokens, end):
    """Log-probability that a one-shot model draws a canvas with the same string.

    Parameters
    ----------
    log_probs : (T, V) float
        Nats; the places are independent of each other. -inf means impossible.
    tokens : (B, T) int
        Canvases; anything may stand after END.
    end : int
        The id of END, one of the V tokens.

    Returns
    -------
    (B,) float64
        Nats.

    Examples
    --------
    Two places, token 0 or END (1): "0" is 0 END, probability 0.9 times 0.3; the empty string is END and then anything,
    0.1; "00" is a full canvas, 0.9 times 0.7. Together they are 1.

    >>> log_probs = np.log(np.array([[0.9, 0.1], [0.7, 0.3]]))
    >>> np.exp(string_log_prob(log_probs, np.array([[0, 1], [1, 0], [0, 0]]), end=1)).round(6).tolist()
    [0.27, 0.1, 0.63]
    """
    raise NotImplementedError("u17: your code here")


def length_first(length_logits, piece_logits, u_length, u):
    """Draw a length, then that many tokens at once.

    Parameters
    ----------
    length_logits : (L,) float
        Scores of the lengths 0, 1, ..., L - 1.
    piece_logits : callable (n) -> (n, V) float
        Scores of all n places, given that there are n of them. Asked once, and not at all if n is 0.
    u_length : float
        The die for the length.
    u : (at least L - 1,) float64
        Place t is drawn with the die u[t].

    Returns
    -------
    (n,) int
        Token ids; an empty array of whole numbers if the length is 0.

    Examples
    --------
    Lengths 0, 1, 2 are as likely, tokens 0 and 1 too:

    >>> even = lambda n: np.zeros((n, 2))
    >>> length_first(np.zeros(3), even, 0.9, np.array([0.7, 0.2])).tolist()
    [1, 0]
    >>> length_first(np.zeros(3), even, 0.5, np.array([0.7, 0.2])).tolist()
    [1]
    >>> length_first(np.zeros(3), even, 0.1, np.array([0.7, 0.2])).tolist()
    []
    """
    raise NotImplementedError("u17: your code here")
