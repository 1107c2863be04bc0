"""Unit 02 · How surprised was the model? · 模型有多驚訝？

The idea. A model that gave the true token probability p is surprised by -log p: nothing at p = 1, more and more as p
falls (Shannon, 1948). Training makes the mean surprise small, and for that it needs the gradient: how does the loss move
when a score moves? Through log and softmax that becomes simpler than either of them.
（正確答案的機率是 p，模型的驚訝就是 -log p：p 越小越驚訝。訓練就是讓平均的驚訝變小，所以還需要它對每個分數的梯度。）

In the lecture. Nearly every model of this course learns with this one loss: what differs is which tokens it was shown
before it was asked, and which places are asked.

What makes it exact. The logarithm is the natural one: nats, not bits. The mean is taken over all places that count, of the
whole array. A place that does not count (padding after END) costs nothing and teaches nothing: its gradient is exactly 0,
even if its true token is impossible there. Scores may be 10,000 or -inf; a true token of score -inf that does count makes
the loss inf.

See your own code at work in the training of a model of names:

    minigen sample names --size tiny --with exercises/u02_cross_entropy.py
"""

import numpy as np

from minigen import maths


def cross_entropy(logits, targets, counted=None):
    """Mean surprise of the true tokens, and its gradient.

    Parameters
    ----------
    logits : (..., V) float
        Scores before the softmax, of any size; -inf means impossible. At least one in each row is finite.
    targets : (...) int64
        The true tokens, from 0 to V - 1.
    counted : (...) bool, optional
        Which places count; all of them if it is None. At least one does.

    Returns
    -------
    loss : float
        One number: mean nats per place that counts.
    dlogits : (..., V) float
        How much the loss grows when a score does. The inputs stay as they were.

    Examples
    --------
    The true tokens have the probabilities 1/2 and 1/4, so they cost 1 bit and 2 bits: 1.5 bits, or 1.0397 nats, on average.

    >>> logits = np.log(np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]))
    >>> loss, dlogits = cross_entropy(logits, np.array([0, 1]))
    >>> round(float(loss), 4), round(float(loss / np.log(2.0)), 4)
    (1.0397, 1.5)
    >>> np.allclose(dlogits, [[-0.25, 0.125, 0.125], [0.25, -0.375, 0.125]])
    True

    If only the first place counts, nothing is divided by 2, and the second place is told nothing:

    >>> loss, dlogits = cross_entropy(logits, np.array([0, 1]), np.array([True, False]))
    >>> np.allclose(loss, np.log(2.0)), np.allclose(dlogits, [[-0.5, 0.25, 0.25], [0.0, 0.0, 0.0]])
    (True, True)
    """
    # BEGIN SOLUTION
    counted = np.ones(targets.shape, bool) if counted is None else counted
    n = int(counted.sum())
    log_probs = maths.log_softmax(logits)                               # (..., V)
    told = np.take_along_axis(log_probs, targets[..., None], -1)        # (..., 1)
    # Pick what counts instead of multiplying by 0: 0 times inf is nan.
    loss = -float(told[counted].sum(dtype=np.float64)) / n
    one_hot = np.arange(logits.shape[-1]) == targets[..., None]         # (..., V)
    dlogits = (np.exp(log_probs) - one_hot) / n                         # (..., V)
    return loss, np.where(counted[..., None], dlogits, 0.0)
    # END SOLUTION
