"""Unit 03 · Draw one token with a die · 擲一顆骰子，抽一個 token

The idea. A model gives each token a score; a draw turns scores and one random number into one token. Lay the
probabilities end to end on a line from 0 to 1 and see where the die u falls: that is drawing by *inverse CDF*.
（把每個 token 的機率接成一條 0 到 1 的線，骰子 u 落在誰的那一段，就抽到誰。）

In the lecture. Every strategy draws like this. One by one throws a die, looks, and scores again; all at once throws all
dice blind. Because the dice come from outside, two strategies can be compared on the same luck.

How the dice are used, exactly. The draw is the first token whose running sum of probabilities is *greater* than u. So with
four equal scores, u = 0.25 gives token 1, not token 0. A token of probability zero (score -inf) is never drawn, at any u.

See your own code draw monsters:

    minigen sample sprites --size tiny --n 2 --with exercises/u03_sample_categorical.py
"""

import numpy as np


def sample_categorical(logits, u, temperature=1.0):
    """Draw a token for each row of scores.

    Parameters
    ----------
    logits : (..., V) float
        Scores before the softmax, of any size; -inf means impossible. At least one is finite.
    u : (...) float64
        One die for each row, uniform in [0, 1).
    temperature : float, above 0
        Scores are divided by it: below 1 sharpens, above 1 flattens.

    Returns
    -------
    (...) int64
        Token ids from 0 to V - 1. The inputs stay as they were.

    Examples
    --------
    Probabilities 0.2, 0.5, 0.3 have the running sums 0.2, 0.7, 1.0:

    >>> logits = np.log(np.array([[0.2, 0.5, 0.3], [0.2, 0.5, 0.3], [0.2, 0.5, 0.3]]))
    >>> sample_categorical(logits, np.array([0.1, 0.6, 0.9])).tolist()
    [0, 1, 2]
    """
    # BEGIN SOLUTION
    scores = np.asarray(logits, np.float64) / temperature               # (..., V)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))       # (..., V) the largest is 1: nothing overflows
    running = np.cumsum(weights, axis=-1)                               # (..., V)
    # The die is stretched to the last sum instead of dividing by it: rounding can then neither carry it
    # past the end nor onto a token of probability zero.
    return np.argmax(running > u[..., None] * running[..., -1:], axis=-1)   # (...)
    # END SOLUTION
