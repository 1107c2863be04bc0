"""Unit 04 · Cut the tail: top-k and top-p · 砍掉尾巴：top-k 與 top-p

The idea. A vocabulary has a long tail of tokens, each unlikely and together not: drawn a hundred times, some of them will
come. Three knobs stand between the model and the die. A *temperature* divides all scores: below 1 the best get better
(Ackley, Hinton and Sejnowski, 1985). *Top-k* keeps the k best tokens (Fan et al., 2018). *Top-p* keeps as many of the best
as it takes to hold a share p of the probability, few when the model is sure and many when it is not (Holtzman et al., 2020).
（每個怪 token 的機率都很小，但尾巴很長，加起來就常常抽到。溫度讓分布變尖，top-k 只留前 k 名，top-p 留到機率總和達到 p 為止。）

In the lecture. Drawing needs luck, but not bad luck: these knobs sit in front of the die in every strategy, and a chatbot
lets you turn them.

What makes it exact. First the temperature, then top-k, then top-p on what top-k has left, whose probabilities are made to
sum to one again. Top-p keeps the smallest set, best first, whose probability reaches p: the token that crosses p stays.
Of equal scores the smaller id is the better one. Temperature 0 keeps only the best token; k larger than V and p = 1 cut
nothing. What is cut gets the score -inf, and stays where it was.

See your own code draw names:

    minigen sample names --size tiny --top-k 3 --with exercises/u04_top_k_top_p.py
"""

import numpy as np

from minigen import maths


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    """Sharpen each row of scores, and cut its tail.

    Parameters
    ----------
    logits : (..., V) float
        Scores of any size; -inf means impossible, and stays so. At least one in each row is finite.
    temperature : float, 0 or above
        Scores are divided by it; 0 keeps only the largest.
    top_k : int, at least 1, optional
        How many tokens stay.
    top_p : float, above 0 and at most 1, optional
        How much probability stays, at least.

    Returns
    -------
    (..., V) float
        Scores again, ready for the next softmax: -inf for the tokens that are cut, logits / temperature for the others
        (the same number added to a whole row changes nothing). The input stays as it was.

    Examples
    --------
    Of 0.15, 0.5, 0.05, 0.3 the best three hold 0.95. Of that, 0.5 is 0.526, and 0.5 + 0.3 is 0.842: enough for 0.82.

    >>> logits = np.log(np.array([0.15, 0.5, 0.05, 0.3]))
    >>> scores = adjust(logits, top_k=3, top_p=0.82)
    >>> np.isneginf(scores).tolist()
    [True, False, True, False]
    >>> np.allclose(maths.softmax(scores), [0.0, 0.625, 0.0, 0.375])
    True

    At temperature 0.5 probabilities are squared, 0.25 to 0.09, before they share what there is:

    >>> np.allclose(maths.softmax(adjust(logits, temperature=0.5, top_k=2)), [0.0, 25 / 34, 0.0, 9 / 34])
    True
    """
    raise NotImplementedError("u04: your code here")
