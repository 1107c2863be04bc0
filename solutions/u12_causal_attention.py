"""Unit 12 · Attention that sees only the past · 只看得到過去的注意力

The idea. Every place puts a question (its query) to the places up to itself. How well the question fits the other's key is
a score; softmax turns the scores of one place into weights that sum to one; the answer is the values mixed with these
weights (Vaswani et al., 2017).
（每個位置拿自己的 query 去問自己和左邊的位置，分數過 softmax 變成權重，再用權重把 value 混合起來。）

In the lecture. This is what lets a transformer draw one by one: no place may see what has not been decided yet. Take the
mask away, and the same network fills all places at once.

Exactly. Row i of the scores belongs to the place that asks, column j to the place that is asked; j is seen where j <= i, so
a place sees itself. Weights of unseen places are exactly 0, however large their scores are. Scores are divided by sqrt(d),
d being the width of a query: otherwise the scores of wide vectors are so large that one place takes all.

See your own code draw names:

    minigen sample names --size tiny --with exercises/u12_causal_attention.py
"""

import numpy as np

from minigen import maths


def causal_weights(scores):
    """Softmax along the last axis, where row i sees columns 0 to i only.

    Parameters
    ----------
    scores : (..., T, T) float
        Of any size; -inf among those that are seen is allowed, as long as each row sees one that is finite.

    Returns
    -------
    (..., T, T) float
        Every row sums to one. The input stays as it was.

    Examples
    --------
    Weights are in proportion to exp(score), here 1 : 3 and 1 : 1 : 2; the 50 stands where nobody sees it:

    >>> scores = np.array([[0.0, 50.0, 0.0], [0.0, np.log(3.0), 50.0], [0.0, 0.0, np.log(2.0)]])
    >>> causal_weights(scores).round(6).tolist()
    [[1.0, 0.0, 0.0], [0.25, 0.75, 0.0], [0.25, 0.25, 0.5]]
    """
    # BEGIN SOLUTION
    seen = np.tri(scores.shape[-1], dtype=bool)                     # (T, T) the diagonal is in it
    return maths.softmax(np.where(seen, scores, -np.inf))           # (..., T, T) exp(-inf) is exactly 0
    # END SOLUTION


def causal_attention(query, key, value):
    """Mix of the values of the places up to each place.

    Parameters
    ----------
    query, key : (..., T, d) float
        Any leading axes: none, a batch, a batch of heads.
    value : (..., T, d_v) float

    Returns
    -------
    (..., T, d_v) float
        ``causal_weights(query @ key^T / sqrt(d)) @ value``. The inputs stay as they were.

    Examples
    --------
    Place 0 sees only itself. Place 1 asks with a query of zeros, so both places fit equally well:

    >>> query, key = np.array([[2.0], [0.0]]), np.array([[1.0], [5.0]])
    >>> causal_attention(query, key, np.array([[10.0, 0.0], [20.0, 6.0]])).tolist()
    [[10.0, 0.0], [15.0, 3.0]]
    """
    # BEGIN SOLUTION
    scale = float(np.sqrt(query.shape[-1]))                         # a plain float leaves float32 alone
    scores = query @ key.swapaxes(-1, -2) / scale                   # (..., T, T)
    return causal_weights(scores) @ value                           # (..., T, d_v)
    # END SOLUTION
