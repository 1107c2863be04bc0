"""Masked to unmasked, in N passes: guess everything, doubt the least sure, ask again.

Mask-predict (Ghazvininejad et al., 2019), with the cosine schedule of MaskGIT (Chang et al., 2022) beside the linear one. It is
neither AR nor NAR: one pass is all at once, T passes decide one place more each time.

Keeping the surest *draws* bends even an exact model. Of two independent places that are 0 with probability 0.6, two passes draw
00 with probability 0.504 instead of 0.36, because whatever was likely is kept and whatever was not is thrown again. So there is
no exact ``log_prob``. Strategies that choose places *before* drawing stay exact: ``strategies/orders``.
"""

import math

import numpy as np

from minigen import maths
from minigen.errors import UserError, expect_in, expect_range, say
from minigen.protocols import NO_CONDITION
from minigen.strategies.plans import expect_same_open

KEEPS = ("draws", "order")


def mask_predict(model, canvas, rng, condition=NO_CONDITION, *, passes=8, schedule="cosine", keep="draws", choice_temperature=0.0,
                 temperature=1.0, top_k=None, top_p=None):
    """Yield the canvas (B, T) after each pass, the doubtful places masked again; after the last pass none is.

    Parameters
    ----------
    model
        Answers any place from any visible ones: ``models/masked``, ``models/table``.
    canvas : (B, T) int64
        Masks (id V) where a place is open, the same places on every canvas; the rest is a prompt and is never doubted.
    passes : int
        N, calls of the model. More than open places are too many: see ``passes_used``.
    schedule : "linear", "cosine" or callable (n_open, step, passes) -> int
        How many places are masked again after a pass: ``n_masked``, ``n_masked_cosine`` or a rule of your own, which ends with 0
        and never grows.
    keep : "draws" or "order"
        What is kept: the draws that the model was surest of, or places from left to right. In order it is ``fill`` along
        ``in_order(passes, schedule)``, and exact; with T passes it is AR.
    choice_temperature : float
        Above 0, luck has a say in what is kept, less in each pass: Gumbel noise times this is added to the logarithm of the
        confidence, and what was kept stays (MaskGIT; 4.5 there). Without it whatever is likely is kept, and variety is lost.
    temperature, top_k, top_p
        See ``maths.adjust``. The confidence is that of the model as it is: temperature 0 is the published form, which
        takes the likeliest token everywhere and doubts the least likely of them.

    Notes
    -----
    The dice u (N, B, T) are thrown first: place t of canvas b meets u[s, b, t] in pass s. Those of the first pass are
    the dice of ``fill``, so one pass draws the tokens of ``all_at_once``. Luck comes from a child of ``rng``.
    """
    maths.check_adjust(temperature, top_k, top_p)
    expect_range("choice_temperature", choice_temperature, 0.0, hint="0 keeps the surest draws, a large one keeps any.")
    expect_in("keep", keep, KEEPS, "The surest draws, or places from left to right.")
    at = np.flatnonzero(expect_same_open(canvas, model.vocab_size)[0])      # (A,)
    passes = passes_used(at.size, passes)
    left = masks_left(schedule, at.size, passes)
    if keep == "draws":
        expect_any_order(model, at)
    elif hasattr(model, "check_plan"):
        model.check_plan(_blocks(at, left))
    u = rng.random((passes, *canvas.shape))                                 # (N, B, T)
    if choice_temperature and keep == "draws":
        keep = lucky(choice_temperature, rng.spawn(1)[0].gumbel(size=(passes, len(canvas), at.size)))
    yield from refine(lambda canvas, at: model.logits(canvas, at, condition), canvas, u, model.vocab_size, schedule, keep,
                      temperature, top_k, top_p)


def refine(logits, canvas, u, mask, schedule="linear", keep="draws", temperature=1.0, top_k=None, top_p=None):
    """The loop itself, on plain functions and thrown dice: yield the canvas (B, T) after each pass.

    Parameters
    ----------
    logits : callable (canvas (B, T) int, at (A,) int) -> (B, A, V) float
        Asked once a pass, for all places that were open at the start.
    canvas : (B, T) int
        ``mask`` where a place is open, the same places on every canvas.
    u : (N, B, T) float64
        The dice of each pass. A place is drawn in the passes in which it is masked.
    mask : int
    keep : "draws", "order" or callable (confidence (B, A), masked (B, A), step) -> (B, A)
        What is kept: where a rule of your own is largest.
    schedule, temperature, top_k, top_p
        See ``mask_predict``.
    """
    canvas, at = canvas.copy(), np.flatnonzero(canvas[0] == mask)           # (B, T), (A,)
    confidence = np.zeros((len(canvas), at.size))                           # (B, A)
    for step, (dice, n_left) in enumerate(zip(u, masks_left(schedule, at.size, len(u)))):
        tokens, scores = canvas[:, at], logits(canvas.copy(), at)           # (B, A), (B, A, V)
        masked = tokens == mask                                             # (B, A), M of them
        asked = scores[masked]                                              # (M, V)
        drawn = maths.sample_categorical(maths.adjust(asked, temperature, top_k, top_p), dice[:, at][masked])
        tokens[masked] = drawn                                              # what was kept, stays …
        told = np.take_along_axis(maths.softmax(asked), drawn[:, None], axis=-1)[:, 0]      # (M,)
        confidence[masked] = told                                           # … with the confidence that it had
        sure = keep(confidence, masked, step) if callable(keep) else confidence if keep == "draws" else np.broadcast_to(-at, confidence.shape)
        # A stable sort doubts equal ones in the order of their places.
        doubtful = np.argsort(sure, axis=1, kind="stable")[:, :n_left]
        np.put_along_axis(tokens, doubtful, mask, axis=1)
        canvas[:, at] = tokens
        yield canvas.copy()


def lucky(temperature, noise):
    """What ``refine`` keeps where luck has a say: noise (N, B, A), weighted by the share of passes still to come."""
    def keep(confidence, masked, step):
        weight = temperature * (1.0 - (step + 1) / len(noise))
        with np.errstate(divide="ignore"):                                  # what was drawn may have become impossible by rounding
            return np.where(masked, np.log(confidence) + weight * noise[step], np.inf)
    return keep


# How many

def n_masked(n_open, step, passes):
    """How many places are masked again after a pass, linear: the share of passes still to come, rounded down.

    ``step`` is the pass that has just been made, from 0 to ``passes - 1``.

    >>> [n_masked(6, step, 4) for step in range(4)]
    [4, 3, 1, 0]
    """
    return n_open * (passes - 1 - step) // passes


def n_masked_cosine(n_open, step, passes):
    """The same along a quarter of a cosine: few places are decided while little is known, many at the end.

    Every pass decides one place more at least, so that with as many passes as open places it is one by one.

    >>> [n_masked_cosine(12, step, 4) for step in range(4)]
    [11, 8, 4, 0]
    """
    share = math.cos(math.pi / 2 * (step + 1) / passes)
    # The hair is for the cosine of 60 degrees, which is a half. A concave curve that has fallen below the line
    # n_open - 1 - step falls by more than 1 a pass: cut like this it still ends at 0, without a pass that does nothing.
    return max(0, min(math.floor(n_open * share + 1e-9), n_open - 1 - step))


def masks_left(schedule, n_open, passes):
    """How many places are masked again after each pass, checked: a list of N ints, never growing, the last one 0."""
    named = {"linear": n_masked, "cosine": n_masked_cosine}
    if not callable(schedule):
        expect_in("schedule", schedule, list(named), "Or a function (n_open, step, passes) of your own.")
        schedule = named[schedule]
    left = [schedule(n_open, step, passes) for step in range(passes)]
    if not all(isinstance(n, (int, np.integer)) and 0 <= n <= n_open for n in left):
        raise say("schedule", f"whole numbers from 0 to {n_open}", _listed(left), "It says how many open places are masked again.")
    if any(after > before for before, after in zip(left, left[1:])):
        raise say("schedule", "numbers that never grow", _listed(left), "A pass decides places; it does not give any back.")
    if left and left[-1]:
        raise say("schedule", "0 after the last pass", _listed(left), "It does not end: masks would be left on the canvas.")
    return left


def _listed(numbers):
    return ", ".join(map(str, numbers[:8])) + ", ..." * (len(numbers) > 8)


def passes_used(n_open, passes):
    """How many passes are made when ``passes`` are asked for: each decides one place at least, so no more than open places.

    >>> passes_used(n_open=6, passes=100)
    6
    """
    if not isinstance(passes, (int, np.integer)):
        raise say("passes", "a whole number", repr(passes), "Each pass asks the model once.")
    expect_range("passes", passes, 1, hint="One pass is all at once; as many as places is one by one.")
    return min(int(passes), n_open)


# In which order

def in_order(passes, schedule="linear"):
    """The plan that ``keep="order"`` follows on an open canvas: blocks from left to right, as large as the schedule says.

    >>> [at.tolist() for at in in_order(3, "cosine")(6)]
    [[0], [1, 2], [3, 4, 5]]
    """
    passes_used(0, passes)
    return lambda length: _blocks(np.arange(length), masks_left(schedule, length, passes_used(length, passes)))


def _blocks(at, left):
    """The open places (A,), cut where the schedule cuts them; a pass that decides nothing new is none."""
    decided = at.size - np.array(left, int)                                 # (N,) after each pass
    return [block for block in np.split(at, decided)[:-1] if block.size]


def expect_any_order(model, at):
    """Raise UserError unless the model answers the open places (A,) from the right as well: then it answers them in any order."""
    if not hasattr(model, "check_plan"):
        return
    try:
        model.check_plan(list(at[::-1, None]))
    except UserError as error:
        raise say("model", "one that predicts any place from any visible ones", type(model).__name__,
                  "Here places are decided in no fixed order.") from error
