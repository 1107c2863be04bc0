"""Unit 01 · Scores into probabilities · 把分數變成機率

The idea. A model may answer with any numbers: its scores, called *logits*. Softmax makes probabilities of them:
take exp() of each score, so that nothing is negative, and divide by the sum, so that they add up to one (the name:
Bridle, 1990; the formula is Boltzmann's, 1868). A score larger by log 3 is three times as likely.
（模型給的是分數（logits），正的負的都可以。softmax 取 exp() 再除以總和，就變成加起來等於 1 的機率。）

In the lecture. The model always answers with a distribution over tokens, never with a token: one by one, all at once and N
shots all pass through here before a die is thrown.

What makes it exact. Along the last axis, each row by itself. Scores may be as large as 10,000 or as small as -10,000, also
side by side in one array: no overflow, no nan. A score of -inf means impossible: its probability is exactly 0.

See your own code at work in a model of names:

    minigen sample names --size tiny --with exercises/u01_softmax.py
"""

import numpy as np


def softmax(logits):
    """Turn each row of scores into probabilities.

    Parameters
    ----------
    logits : (..., V) float
        Scores of any size; -inf means impossible. At least one in each row is finite.

    Returns
    -------
    (..., V) float
        Probabilities along the last axis. The scores stay as they were.

    Examples
    --------
    exp(log 1), exp(log 2) and exp(log 5) are 1, 2 and 5, together 8:

    >>> probs = softmax(np.log(np.array([1.0, 2.0, 5.0])))
    >>> np.allclose(probs, [1 / 8, 2 / 8, 5 / 8])
    True

    Equal scores are equally likely, however large they are:

    >>> softmax(np.array([[1e4, 1e4], [-1e4, -1e4]])).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    # BEGIN SOLUTION
    # Taking the same number from a whole row changes no ratio. With the row's largest score taken away the largest
    # weight is exp(0) = 1: nothing overflows, and the sum is never zero.
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))       # (..., V)
    return weights / weights.sum(axis=-1, keepdims=True)                # (..., V)
    # END SOLUTION
