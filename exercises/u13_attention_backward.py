"""Unit 13 · Backward through attention · 注意力的反向傳播

The idea. Attention is two matrix products with a softmax between them, and each of the three has its way back. A product
goes back as in unit 10. A softmax goes back by w * (dw - sum(dw * w)): its weights sum to one, so none can grow unless
others shrink, and pulling all of them equally moves nothing.
（注意力就是兩個矩陣乘法，中間夾一個 softmax，三個各自倒著走一次。softmax 的權重加起來是 1：有人變大，就有人變小。）

In the lecture. With this the whole transformer can be trained: what is left of it are linear layers. The layer is that of
unit 12 (Vaswani et al., 2017), and no place may teach the future anything about the past that it never saw.

Exactly. The scores are query @ key^T / sqrt(d), so 1 / sqrt(d) stands in the gradients of query and key, once each. What a
place did not see gets no gradient from it: exactly 0. Gradients are summed over all places that used a number.

See your own code train and draw names:

    minigen sample names --size tiny --with exercises/u13_attention_backward.py
"""

import numpy as np

from minigen import maths


def softmax_backward(dweights, weights):
    """The gradient of the scores, where weights = softmax(scores).

    Parameters
    ----------
    dweights : (..., k) float
        Gradient of the loss with respect to the weights.
    weights : (..., k) float
        What the softmax gave; each row sums to one. A weight of 0 may belong to a score of -inf.

    Returns
    -------
    (..., k) float
        Gradient of the loss with respect to the scores. The inputs stay as they were.

    Examples
    --------
    The sum over dw * w is 8 * 0.25 = 2. The first score gets 0.25 * (8 - 2), the others -2 times their weight:

    >>> softmax_backward(np.array([8.0, 0.0, 0.0]), np.array([0.25, 0.25, 0.5])).tolist()
    [1.5, -0.5, -1.0]
    """
    raise NotImplementedError("u13: your code here")


def attention_backward(query, key, value, dmixed):
    """The gradients of ``mixed = causal_attention(query, key, value)`` of unit 12.

    Parameters
    ----------
    query, key : (..., T, d) float
        Any leading axes: none, a batch, a batch of heads.
    value : (..., T, d_v) float
    dmixed : (..., T, d_v) float
        Gradient of the loss with respect to what came out.

    Returns
    -------
    dquery, dkey : (..., T, d) float
    dvalue : (..., T, d_v) float
        Gradients of the loss with respect to each. The inputs stay as they were.

    Examples
    --------
    Place 1 has a query of zeros, so it mixes the values 10 and 20 half and half. Each value gets half of its dmixed, 4. The
    weights get 40 and 80, so the scores get 0.5 * (40 - 60) and 0.5 * (80 - 60), and the query hears that times the keys:

    >>> query, key, value = np.array([[2.0], [0.0]]), np.array([[1.0], [5.0]]), np.array([[10.0], [20.0]])
    >>> dquery, dkey, dvalue = attention_backward(query, key, value, np.array([[0.0], [4.0]]))
    >>> dvalue.tolist(), dquery.tolist()
    ([[2.0], [2.0]], [[0.0], [40.0]])
    >>> np.allclose(dkey, 0.0)                  # a key meets the query of place 1, which is zero
    True
    """
    raise NotImplementedError("u13: your code here")
