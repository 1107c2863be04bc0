"""Unit 25 · The loop, compiled · 把迴圈編譯起來

The idea. The loop of unit 08 decides one token after the other, so NumPy cannot do all places of a canvas at once, and Python
takes its time over each of them. Numba (Lam, Pitrou and Seibert, 2015) reads the function, learns the types of its arguments,
and turns it into machine code: the same loop, without Python in it.
（各個擊破的迴圈一定要一個 token 接著一個 token，NumPy 幫不上忙。Numba 把整個函式編譯成機器碼，迴圈還是同一個，只是快上許多倍。）

In the lecture. One by one costs one pass for each token; compiled, a pass of a model as small as a table costs next to nothing.
The model here is such a table, a bigram: what comes next depends on the token on the left, and on nothing else.

Inside a kernel. Plain loops over plain arrays: indices, numbers, `if`, `while`. No dictionaries, no list of lists, no objects.
Numba compiles at the first call (a second or so), and once more if the arrays come with other types. To find a mistake, take
`@njit` away for a while: then it is plain Python, and `print` and the line numbers of errors are back.

How the dice are used, exactly. The die of place t is u[b, t], also where a prompt stands before it. The token is the first one
whose running sum of probabilities is *greater* than the die. A row may miss 1 by a rounding, so the die is scaled: compare with
the die times the sum of the row. A token of probability zero is never drawn, at any die. Sums are float64.

See your own code draw names:

    minigen sample names --model ngram --size tiny --with exercises/u25_fill_compiled.py
"""

import numpy as np
from numba import njit


@njit
def fill_compiled(probs, canvas, u, mask, end):
    """Fill the open places of each canvas from left to right.

    Parameters
    ----------
    probs : (V + 1, V) float64
        Row v: what follows token v. Row V: what stands at the first place, with nothing on its left. Rows sum to 1
        but for rounding (they may come from float32).
    canvas : (B, T) int64
        ``mask`` where a place is open; the rest is a prompt and stays. It may stand anywhere.
    u : (B, T) float64
        The dice, uniform in [0, 1): one for each place.
    mask : int
        V, which is also the row for "nothing on the left".
    end : int
        The id of END, or -1 if there is none. After an END, drawn or of the prompt, every open place holds END.

    Returns
    -------
    (B, T) int64
        Canvases without a mask. The inputs stay as they were.

    Examples
    --------
    Two tokens, so the mask is 2. First comes token 0 with probability 0.75; after token 0 comes token 1 with probability 0.9,
    and after token 1 always token 0. The die 0.8 gives token 1 at the first place, and the die 0.05 gives token 0 after token 0:

    >>> probs = np.array([[0.1, 0.9], [1.0, 0.0], [0.75, 0.25]])
    >>> canvas, u = np.full((2, 3), 2), np.array([[0.8, 0.5, 0.5], [0.3, 0.05, 0.5]])
    >>> fill_compiled(probs, canvas, u, 2, -1).tolist()
    [[1, 0, 1], [0, 0, 1]]

    If token 1 is END, the first canvas is over at once:

    >>> fill_compiled(probs, canvas, u, 2, 1).tolist()
    [[1, 1, 1], [0, 0, 1]]
    """
    # BEGIN SOLUTION
    tokens = canvas.copy()                                      # (B, T)
    for b in range(canvas.shape[0]):
        left, over = mask, False
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and over:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                total = 0.0
                for p in probs[left]:
                    total += p
                # The same sum in the same order ends at total, which is above the die: the walk stops before V.
                v, running = 0, probs[left, 0]
                while running <= u[b, t] * total:
                    v += 1
                    running += probs[left, v]
                tokens[b, t] = v
            left = tokens[b, t]                                 # drawn just now, or of the prompt
            over = over or left == end
    return tokens
    # END SOLUTION
