"""Unit 09 · 演員 or 老師: the exact price of one shot · 演員還是老師：一次到位的代價

The idea. A plan draws whole canvases with some probability, and that probability can be worked out exactly: walk through
the passes, and in each of them multiply what the model gives to the true tokens. One place a pass, this is the chain
rule; all places in one pass, it is a product of marginals (Gu et al., 2018). What is lost between the two, on average, is
the *total correlation* (Watanabe, 1960): how much the places tell each other, in bits.
（同一輪的位置互相看不到，所以機率直接相乘；平均會損失多少，就是總相關量（total correlation）。）

In the lecture. If the answer is 演員 or 老師, drawing both characters blind gives 演師 and 老員 half of the time. This is
the price of one shot, and here it comes out as one bit.

Exactly. The canvas starts with the mask everywhere. In each pass the model is asked once, for all places of the pass,
and sees only what earlier passes wrote (the true tokens): never the tokens that it is asked for. ``log_prob`` is in nats,
summed over places; ``total_correlation`` in bits, which are nats divided by log 2. What is impossible has
log-probability -inf, and 0 log 0 is 0.

See your own code price a lexicon that a one-shot model draws blind:

    minigen sample answers --strategy all_at_once --report --with exercises/u09_log_prob.py
"""

import numpy as np

from minigen import maths


def log_prob(logits, tokens, plan, mask):
    """Log-probability of whole canvases under a plan.

    Parameters
    ----------
    logits : callable (canvas, at) -> (B, A, V) float
        The model: scores of the places ``at`` (A,) int array, given a canvas (B, T) with ``mask`` where a place is open.
        They are scores of any size, not yet log-probabilities; -inf means impossible.
    tokens : (B, T) int
        Finished canvases, no mask left. They stay as they were.
    plan : list of (A,) int arrays or lists
        Each place exactly once.
    mask : int
        The id V of an open place.

    Returns
    -------
    (B,) float64
        Nats, summed over the places of a canvas.

    Examples
    --------
    Two places, two words, 演員 (0, 0) and 老師 (1, 1), both as likely:

    >>> def words(canvas, at):
    ...     scores = np.zeros((len(canvas), len(at), 2))
    ...     for b, a in np.ndindex(len(canvas), len(at)):
    ...         other = canvas[b, 1 - at[a]]
    ...         if other != 2:
    ...             scores[b, a, 1 - other] = -np.inf               # 演 is followed by 員, nothing else
    ...     return scores
    >>> tokens = np.array([[0, 0], [0, 1]])                         # 演員, 演師
    >>> np.exp(log_prob(words, tokens, [[0], [1]], mask=2)).round(6).tolist()
    [0.5, 0.0]
    >>> np.exp(log_prob(words, tokens, [[0, 1]], mask=2)).round(6).tolist()
    [0.25, 0.25]
    """
    # BEGIN SOLUTION
    canvas = np.full_like(tokens, mask)
    total = np.zeros(len(tokens))                                   # (B,)
    for at in plan:
        at = np.asarray(at, np.int64)
        scores = logits(canvas.copy(), at).astype(np.float64)       # (B, A, V)
        told = np.take_along_axis(maths.log_softmax(scores), tokens[:, at, None], -1)   # (B, A, 1)
        total += told[..., 0].sum(axis=1)
        canvas[:, at] = tokens[:, at]                               # from here on, the passes after this one see it
    return total
    # END SOLUTION


def total_correlation(joint):
    """How many bits the places of a table tell each other: what drawing them independently loses on average.

    Parameters
    ----------
    joint : (V, V, ..., V) float64
        Probabilities of all canvases, one axis for each place; they sum to 1.

    Returns
    -------
    float
        Bits: the sum of the places' own entropies, less the entropy of whole canvases.

    Examples
    --------
    演員 or 老師: each place has one bit of entropy, and so has the word. 1 + 1 - 1 = 1.

    >>> round(total_correlation(np.array([[0.5, 0.0], [0.0, 0.5]])), 6)
    1.0

    Two coins that know nothing of each other lose nothing:

    >>> round(abs(total_correlation(np.full((2, 2), 0.25))), 6)
    0.0
    """
    # BEGIN SOLUTION
    def entropy(probs):
        probs = probs[probs > 0]                                    # 0 log 0 is 0
        return -(probs * np.log2(probs)).sum()

    places = range(joint.ndim)
    marginals = [joint.sum(axis=tuple(other for other in places if other != t)) for t in places]    # T times (V,)
    return float(sum(entropy(probs) for probs in marginals) - entropy(joint))
    # END SOLUTION
