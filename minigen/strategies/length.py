"""How long is the answer? Two answers for one shot: cut at the first END, or draw the length first.

(a) ``cut_at_end``: as many places as the longest answer needs are decided, then everything after the first END is thrown away.
(b) ``length_first``: the length is drawn first, then exactly that many places (Gu et al., 2018).

One by one the question does not arise: who writes END stops. All at once each place has to know for itself whether the
text still goes on; the strings of (a) have the right lengths only if place t has learnt P(END at t | not ended before t).
"""

import numpy as np

from minigen import maths
from minigen.errors import say
from minigen.protocols import NO_CONDITION
from minigen.strategies import fill
from minigen.strategies.plans import all_at_once, check_places


# What a canvas says

def lengths(tokens, end):
    """How many tokens stand before the first END: (B,) int from 0 to T, which is T where there is no END. tokens (B, T).

    >>> lengths(np.array([[0, 1, 3, 2], [3, 0, 3, 1], [2, 2, 2, 2]]), end=3).tolist()
    [2, 0, 4]
    """
    return (np.cumsum(tokens == end, axis=1) == 0).sum(axis=1)


def closed(tokens, sizes, end):
    """The canvases (B, T) with END at every place from ``sizes`` (B,) on."""
    return np.where(np.arange(tokens.shape[1]) < sizes[:, None], tokens, end)


def string_log_prob(log_probs, tokens, end):
    """Log-probability that independent places draw a canvas with the same string as each of ``tokens``.

    Parameters
    ----------
    log_probs : (T, V) or (B, T, V) float
        Nats; -inf means impossible.
    tokens : (B, T) int
        Canvases; anything may stand after END.

    Returns
    -------
    (B,) float64
        Nats: the product up to and including the first END. What follows it sums to one.
    """
    each = np.broadcast_to(log_probs, (len(tokens), *log_probs.shape[-2:]))                  # (B, T, V)
    told = np.take_along_axis(each, tokens[..., None], axis=-1)[..., 0]                      # (B, T)
    counts = np.arange(tokens.shape[1]) <= lengths(tokens, end)[:, None]                     # END itself counts
    return np.where(counts, told, 0.0).sum(axis=1, dtype=np.float64)                         # not told * counts: -inf * 0 is nan


def first_end(log_probs, end):
    """The law of the first END where places are independent: P(length = 0, 1, ..., T), by multiplication.

    Parameters
    ----------
    log_probs : (..., T, V) float
        Nats.

    Returns
    -------
    (..., T + 1) float64
    """
    ends = np.exp(log_probs[..., end].astype(np.float64))                                    # (..., T)
    nothing = np.ones_like(ends[..., :1])
    goes_on = np.cumprod(np.concatenate([nothing, 1.0 - ends], axis=-1), axis=-1)            # (..., T + 1) not ended before
    return goes_on * np.concatenate([ends, nothing], axis=-1)


# (a) Cut at END

def cut_at_end(model, canvas, rng, condition=NO_CONDITION, *, plan=all_at_once, temperature=1.0, top_k=None, top_p=None):
    """Yield the canvases (B, T) of ``fill``, on the same dice; in the last one every place after the first END holds END.

    Parameters
    ----------
    model
        Knows END: ``model.end``. Its lengths are right if only places up to END counted when it learnt (``tail=False``).
    canvas, plan, temperature, top_k, top_p
        See ``fill``. END stands above a prompt: what a prompt has put behind it is thrown away as well.
    """
    expect_end(model)
    shown = None
    for drawn in fill.fill(model, canvas, rng, condition, plan=plan, temperature=temperature, top_k=top_k, top_p=top_p):
        if shown is not None:                                       # canvases on the way are as they were drawn
            yield shown
        shown = drawn
    if shown is not None:
        yield closed(shown, lengths(shown, model.end), model.end)


def cut_at_end_log_prob(model, tokens, plan=all_at_once, condition=NO_CONDITION):
    """Exact log P(string) of ``cut_at_end``, nats (B,): all canvases that are cut to the same string, summed.

    Parameters
    ----------
    tokens : (B, T) int64
        Finished canvases; anything may stand after END.
    plan : list of (A,) int64, or callable (T) -> such a list
        Blocks from left to right. The places of a block are independent, and no block after that of END matters: the
        sum is a product up to and including END. In any other order END may come before pieces, and the sum is no product.
    """
    expect_end(model)
    plan, condition = _checked(model, tokens, plan, condition)
    if any(np.min(after) < np.max(before) for before, after in zip(plan, plan[1:])):
        raise say("plan", "blocks from left to right", f"{[at.tolist() for at in plan][:4]}...", "In no other order is this score exact.")
    if hasattr(model, "check_plan"):
        model.check_plan(plan)

    def score(tokens, condition):
        sizes, canvas = lengths(tokens, model.end), np.full_like(tokens, model.vocab_size)
        log_probs = np.zeros((*tokens.shape, model.vocab_size))     # (B, T, V) blocks that nobody reaches are not asked
        for at in plan:
            if sizes.max() < at.min():
                break
            log_probs[:, at] = maths.log_softmax(model.logits(canvas, at, condition).astype(np.float64))
            canvas = canvas.copy()
            canvas[:, at] = tokens[:, at]
        return string_log_prob(log_probs, tokens, model.end)
    return fill.in_rows(lambda rows: score(tokens[rows], condition.rows(rows)), model, tokens)


# (b) Length first

def length_first(model, canvas, rng, condition=NO_CONDITION, *, plan=all_at_once, temperature=1.0, top_k=None, top_p=None):
    """Yield the canvas (B, T) with only its length decided, END from there on, then after each pass of the plan.

    Parameters
    ----------
    model
        One of two, ``models.lengths.WithLength``: ``length_logits(n, condition)`` (n, T + 1) says how long,
        ``logits`` what stands at a place, given the ENDs on the canvas.
    canvas : (B, T) int64
        Masks (id V) where a place is open, the same places on every canvas. Only lengths that fit a prompt are drawn: no
        piece of it behind END. (Which of them go well with it, nobody is asked.)
    plan : list of (A,) int64, or callable (T) -> such a list
        For T places; places from the length on are left out.
    temperature, top_k, top_p
        See ``maths.adjust``. They bend the places; the length keeps its law.

    Notes
    -----
    The dice u (B, T) are thrown first and meet the places as in ``fill``; the die of the length comes from ``rng.spawn(1)[0]``.
    Lengths differ from canvas to canvas: a pass asks for all places that are open on any of them, and writes where they are.
    """
    expect_length(model)
    maths.check_adjust(temperature, top_k, top_p)
    plan, u = fill.prepare(model.places, canvas, rng, plan)
    if not plan:                                                    # a full prompt leaves nothing to do
        return
    scores = fitting(model.length_logits(len(canvas), condition), canvas, model.end, model.vocab_size)      # (B, T + 1)
    sizes = maths.sample_categorical(scores, rng.spawn(1)[0].random(len(canvas)))           # (B,)
    canvas = np.where(canvas == model.vocab_size, closed(canvas, sizes, model.end), canvas)
    yield canvas.copy()
    for at in plan:
        at = at[(canvas[:, at] == model.vocab_size).any(axis=0)]
        if not at.size:                                             # behind every END: nothing to ask
            continue
        logits = model.logits(canvas, at, condition)                # (B, A, V)
        drawn = maths.sample_categorical(maths.adjust(logits, temperature, top_k, top_p), u[:, at])
        canvas[:, at] = np.where(canvas[:, at] == model.vocab_size, drawn, canvas[:, at])
        yield canvas.copy()


def fitting(length_logits, canvas, end, mask):
    """Scores of lengths (B, T + 1), -inf where a visible piece would stand behind END, or a visible END before it."""
    places = np.arange(canvas.shape[1])
    least = np.where((canvas != mask) & (canvas != end), places + 1, 0).max(axis=1)         # (B,) up to the last visible piece
    most = lengths(canvas, end)                                                             # (B,) the first visible END
    sizes = np.arange(length_logits.shape[1])
    scores = np.where((sizes >= least[:, None]) & (sizes <= most[:, None]), length_logits, -np.inf)
    if np.isneginf(scores).all(axis=1).any():
        raise say("prompt", "a beginning that some length fits", f"one of {least.max()} tokens", "No answer is as long, or END stands inside it.")
    return scores


def length_first_log_prob(model, tokens, plan=all_at_once, condition=NO_CONDITION):
    """Exact log P(string) of ``length_first``, nats (B,): log P(L) + log P(the L places | L, plan).

    Parameters
    ----------
    tokens : (B, T) int64
        Finished canvases; anything may stand after END.
    plan : list of (A,) int64, or callable (T) -> such a list
        Every position exactly once, in any order.
    """
    expect_length(model)
    plan, condition = _checked(model, tokens, plan, condition)
    if hasattr(model.places, "check_plan"):
        model.places.check_plan(plan)

    def score(tokens, condition):
        sizes = lengths(tokens, model.end)                          # (B,)
        scores = maths.log_softmax(model.length_logits(len(tokens), condition).astype(np.float64))          # (B, T + 1)
        total = np.take_along_axis(scores, sizes[:, None], axis=1)[:, 0]
        canvas = closed(np.full_like(tokens, model.vocab_size), sizes, model.end)
        for at in plan:
            at = at[at < sizes.max()]
            if not at.size:
                continue
            log_probs = maths.log_softmax(model.logits(canvas, at, condition).astype(np.float64))           # (B, A, V)
            told = np.take_along_axis(log_probs, tokens[:, at, None], axis=-1)[..., 0]      # (B, A)
            inside = at < sizes[:, None]
            total += np.where(inside, told, 0.0).sum(axis=1)
            canvas = canvas.copy()
            canvas[:, at] = np.where(inside, tokens[:, at], model.end)
        return total
    return fill.in_rows(lambda rows: score(tokens[rows], condition.rows(rows)), model, tokens)


# Doors

def expect_end(model):
    """Raise UserError unless the model knows END."""
    if getattr(model, "end", None) is None:
        raise say("model", "one that knows END", type(model).__name__, "Where nothing ends, nothing can be cut: has_end=True.")


def expect_length(model):
    """Raise UserError unless the model says how long things are."""
    if not hasattr(model, "length_logits"):
        raise say("model", "one that says how long things are, models.lengths.WithLength", type(model).__name__,
                  "length_first draws the length before any place.")


def _checked(model, tokens, plan, condition):
    """The plan as a list of arrays and the condition, once everything is such that it can be scored."""
    fill.expect_scorable(model, tokens)
    plan = plan(tokens.shape[1]) if callable(plan) else plan
    check_places(plan, tokens.shape[1])
    condition = condition or NO_CONDITION
    fill.check_condition(model, len(tokens), condition)
    return [np.atleast_1d(at) for at in plan], condition
