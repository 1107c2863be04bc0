"""Unit 07 · Counting is a language model · 數一數就是語言模型

The idea. To know what follows "th", count what followed "th". Long contexts know much but were seldom seen, short ones
know little but are sure: so every length from 0 to order - 1 is counted, and the long asks the short what it has not seen.
Interpolated absolute discounting (Ney, Essen and Kneser, 1994) takes a little, the discount d, from each count:

    P_k(v | c) = max(n(c v) - d, 0) / n(c)  +  d types(c) / n(c)  *  P_(k-1)(v | c without its oldest token)

n(c v) is how often v followed the context c, n(c) the sum over all v, types(c) how many different v there were. What was
taken, d types(c) in all, is given to the next shorter context. Below the empty context every token has 1 / V.
（從每個次數扣一點點，分給比較短的上文；最短的再分給所有 token，所以每個 token 都有機會。）

In the lecture. One by one, every token is drawn given those before it. This is the smallest model that can do so, and the
one that all others are measured against.

The rules, exactly. Before the first token of a row stands ``start``, once, and nothing before it: the longest context of
place t has t + 1 tokens. END is counted like any token; nothing after the first END of a row is. Rows know nothing of
each other. A context that was never seen says what the shorter one says.

See your own code draw names:

    minigen sample names --model ngram --size tiny --with exercises/u07_ngram_counts.py
"""

import numpy as np


def count_ngrams(tokens, order, start, end=None):
    """Count what follows what.

    Parameters
    ----------
    tokens : (N, T) int
        The rows to learn from.
    order : int, at least 1
        Contexts have 0 to order - 1 tokens.
    start : int
        The token before the first, no id of the vocabulary.
    end : int, optional
        END; None where rows are running text.

    Returns
    -------
    dict of tuple to dict of int to int
        Context (oldest token first) -> token that followed -> how often. All tokens are plain ints, and only what
        was seen is there.

    Examples
    --------
    One row, 0 1 0, and 9 before it:

    >>> counts = count_ngrams(np.array([[0, 1, 0]]), order=2, start=9)
    >>> counts == {(): {0: 2, 1: 1}, (9,): {0: 1}, (0,): {1: 1}, (1,): {0: 1}}
    True

    END is 2; what stands behind it is not counted:

    >>> count_ngrams(np.array([[0, 2, 1], [1, 0, 2]]), order=1, start=9, end=2) == {(): {0: 2, 1: 1, 2: 2}}
    True
    """
    raise NotImplementedError("u07: your code here")


def ngram_probs(counts, context, vocab_size, discount=0.9):
    """Turn counts into the probabilities of the next token.

    Parameters
    ----------
    counts : dict
        As ``count_ngrams`` returns it; it stays as it was.
    context : tuple or list of int
        The tokens before the next one, oldest first; it may be longer than anything that was counted.
    vocab_size : int
        V, the tokens that can come next.
    discount : float, above 0, at most 1
        d above.

    Returns
    -------
    (V,) float64
        Probabilities above 0 that sum to 1.

    Examples
    --------
    After the empty context (2 - 0.5) / 4 for each of the two tokens seen, and 0.5 * 2 / 4 in four equal parts:

    >>> counts = {(): {0: 2, 1: 2}, (0,): {1: 2}}
    >>> ngram_probs(counts, (), 4, discount=0.5).tolist()
    [0.4375, 0.4375, 0.0625, 0.0625]

    After 0, (2 - 0.5) / 2 for token 1, and 0.5 * 1 / 2 times the row above:

    >>> ngram_probs(counts, (0,), 4, discount=0.5).tolist()
    [0.109375, 0.859375, 0.015625, 0.015625]
    """
    raise NotImplementedError("u07: your code here")
