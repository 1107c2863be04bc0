"""Unit 19 · Masked to unmasked, in N passes · 遮住再猜，猜 N 次

The idea. Mask-predict (Ghazvininejad et al., 2019). The first pass fills every open place at once, blind. Then the places
that the model was least sure of are masked again, and the next pass asks once more, now that it sees the others. Each
pass masks fewer places; after the last one none is left.
（第一次先把全部填滿，再把最沒把握的幾個位置重新遮住，看著其他位置再猜一次。每次遮得更少，最後一次什麼都不遮。）

In the lecture. This is 「N 次到位」, masked to unmasked: between one by one (T passes) and all at once (1 pass). Doesn't that
sound like a diffusion model? It does.

The rules, exactly.

- Every pass asks the model once, for all places that were open at the start, from the smallest on, whether they are masked
  now or not.
- Only the places that are masked now are drawn: place t of canvas b in pass s with the die u[s, b, t]. The confidence of a
  place is the probability of *the token that was drawn* there.
- A place that is not masked keeps its token and its confidence from the pass in which it was drawn.
- Then, on each canvas by itself, the ``n_masked`` places of lowest confidence among all that were open at the start are masked
  (of equal ones the smaller place first). A place that was kept before can be doubted again. The prompt never is.

See your own code at work:

    minigen sample sprites --strategy mask_predict --passes 8 --size tiny --n 4 --with exercises/u19_mask_predict.py

And exactly: the world is only 0000 and 1111. How many canvases are possible ones, after 1, 2 and 4 passes?

    import numpy as np
    from minigen.models.table import Table
    from u19_mask_predict import mask_predict

    world, rng = Table([[0, 0, 0, 0], [1, 1, 1, 1]], [0.5, 0.5], vocab_size=2), np.random.default_rng()
    for passes in (1, 2, 4):
        tokens = mask_predict(world.logits, np.full((1000, 4), 2), rng.random((passes, 1000, 4)), mask=2)
        print(passes, (tokens == tokens[:, :1]).all(axis=1).mean())
"""

import numpy as np

from minigen import maths


def n_masked(n_open, step, passes):
    """How many places are masked again after a pass.

    Parameters
    ----------
    n_open : int
        Places that were open at the start: A, without the prompt.
    step : int
        The pass that has just been made, from 0 to ``passes - 1``.
    passes : int
        N, all passes.

    Returns
    -------
    int
        The share of passes that are still to come, times ``n_open``, rounded down. Exact: a float that is a hair too
        small would be rounded down one too far.

    Examples
    --------
    Of 6 places in 4 passes: 6 * 3/4 = 4.5, 6 * 2/4 = 3, 6 * 1/4 = 1.5, and nothing after the last pass:

    >>> [n_masked(6, step, 4) for step in range(4)]
    [4, 3, 1, 0]
    """
    raise NotImplementedError("u19: your code here")


def mask_predict(logits, canvas, u, mask):
    """Fill the open places in N passes, the doubtful ones again and again.

    Parameters
    ----------
    logits : callable (canvas (B, T) int, at (A,) int) -> (B, A, V) float
        The model: scores for the places ``at``, given a canvas that holds ``mask`` wherever a place is masked now.
    canvas : (B, T) int
        ``mask`` where a place is open, the same places on every canvas; the rest is the prompt.
    u : (N, B, T) float64
        The dice of each pass, uniform in [0, 1). N is the number of passes; 1 is all at once.
    mask : int
        The id that means "nothing here yet".

    Returns
    -------
    (B, T) int
        Finished canvases, no mask left. The inputs stay as they were.

    Examples
    --------
    Place 0 is a prompt; two places are open, for two passes. In the first pass the dice 0.5 and 0.5 draw token 0 with
    probability 0.8 and token 1 with probability 0.6. One place is masked again: the less sure one. The die 0.1 draws it anew.

    >>> seen = []
    >>> def logits(canvas, at):
    ...     seen.append(canvas.tolist())
    ...     return np.log(np.array([[[0.8, 0.2], [0.4, 0.6]]]))
    >>> u = np.array([[[0.0, 0.5, 0.5]], [[0.0, 0.9, 0.1]]])
    >>> mask_predict(logits, np.array([[1, 2, 2]]), u, mask=2).tolist()
    [[1, 0, 0]]
    >>> seen
    [[[1, 2, 2]], [[1, 0, 2]]]
    """
    raise NotImplementedError("u19: your code here")
