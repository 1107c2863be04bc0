"""Unit 08 · The loop: AR and NAR are one · 同一個迴圈：AR 和 NAR 只差計畫

The idea. A canvas starts with every place open. In each pass the model looks at the canvas once, scores the places of
that pass, and each of them is drawn with a die of its own. Which places belong to which pass is the *plan*: one place a
pass is autoregressive (AR), all places in one pass is non-autoregressive (NAR; Gu et al., 2018). The loop is the same.
（計畫就是每一輪要填哪些位置：一輪一個就是各個擊破，一輪全部填完就是一次到位。迴圈完全一樣。）

In the lecture. 各個擊破 and 一次到位 are this loop with another plan; so is everything between, such as eight places one by
one and the rest at once.

Exactly. In each pass the model is asked once, for all open places of the pass, with the canvas as it stands: places of
one pass do not see each other's draws, later passes see them all. Place t of canvas b is drawn with the die u[b, t]
whatever the plan, so two plans can be compared on the same luck. What a prompt has decided stays and is not asked for; a
pass with nothing left to decide is skipped: no question, no canvas.

See your own code draw monsters, all pixels at once:

    minigen sample sprites --strategy all_at_once --size tiny --n 4 --with exercises/u08_fill.py
"""

import numpy as np

from minigen import maths


def fill(logits, canvas, u, plan, mask):
    """Yield the canvas after each pass of a plan (a generator).

    Parameters
    ----------
    logits : callable (canvas, at) -> (B, A, V) float
        The model: scores of the places ``at`` (A,) int array, given a canvas (B, T).
    canvas : (B, T) int
        The id ``mask`` where a place is open, the same places in every row; the rest is a prompt. It stays as it was.
    u : (B, T) float64
        One die for each place, uniform in [0, 1).
    plan : list of (A,) int arrays or lists
        The places of each pass. They may include places that the prompt has decided.
    mask : int
        The id V of an open place.

    Yields
    ------
    (B, T) int
        A fresh copy after each pass in which something was decided.

    Examples
    --------
    A model of two tokens, where each place copies the one on its left if that is decided, and is even otherwise:

    >>> def copycat(canvas, at):
    ...     scores = np.zeros((len(canvas), len(at), 2))
    ...     for a, t in enumerate(at):
    ...         if t > 0 and canvas[0, t - 1] < 2:
    ...             scores[0, a, 1 - canvas[0, t - 1]] = -np.inf        # the other token is impossible
    ...     return scores
    >>> blank, u = np.full((1, 3), 2), np.array([[0.9, 0.1, 0.6]])
    >>> [frame.tolist() for frame in fill(copycat, blank, u, [[0], [1], [2]], mask=2)]
    [[[1, 2, 2]], [[1, 1, 2]], [[1, 1, 1]]]

    In one pass nobody sees a neighbour, and each die decides alone:

    >>> [frame.tolist() for frame in fill(copycat, blank, u, [[0, 1, 2]], mask=2)]
    [[[1, 0, 1]]]
    """
    # BEGIN SOLUTION
    canvas = canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]                              # (A,) what the prompt decided is settled
        if not at.size:
            continue
        # Asked once, before any place of this pass is written: they cannot see each other.
        scores = logits(canvas.copy(), at)                          # (B, A, V)
        canvas[:, at] = maths.sample_categorical(scores, u[:, at])
        yield canvas.copy()                                         # a copy: the caller may keep every frame
    # END SOLUTION
