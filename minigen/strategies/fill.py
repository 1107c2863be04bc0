"""The loop of the lecture: take a plan, fill the canvas. AR and NAR differ in nothing else.

``fill`` is the strategy, ``generate`` the door to all strategies, ``log_prob`` the exact
quality of any fixed plan, ``shared_latent`` the way out for one-shot models: all places
share one random decision that is thrown before the first of them.
"""

from functools import partial

import numpy as np

from minigen import maths
from minigen.errors import expect_range, expect_shape, expect_tokens, say
from minigen.protocols import NO_CONDITION
from minigen.strategies.plans import all_at_once, check_places, expect_same_open, one_by_one, still_open

SCORED_AT_ONCE = 2 ** 19        # scores that are held in memory at a time (a batch of rows)


def fill(model, canvas, rng, condition=NO_CONDITION, *, plan, temperature=1.0, top_k=None, top_p=None):
    """Yield the canvas (B, T) after each step of the plan.

    Parameters
    ----------
    canvas : (B, T) int64
        Masks (id V) where a place is open; the rest is a prompt and stays.
    plan : list of (A,) int64, or callable (T) -> such a list
        ``one_by_one``, ``all_at_once``, ``in_blocks(k)`` or any order of your own.
    temperature, top_k, top_p
        See ``maths.adjust``.
    """
    maths.check_adjust(temperature, top_k, top_p)
    plan, u = prepare(model, canvas, rng, plan)
    canvas = canvas.copy()
    for at in plan:
        logits = model.logits(canvas, at, condition)                # (B, A, V)
        canvas[:, at] = maths.sample_categorical(maths.adjust(logits, temperature, top_k, top_p), u[:, at])
        yield canvas.copy()


def prepare(model, canvas, rng, plan):
    """The open part of the plan, checked, and the dice (B, T): one per token, thrown first."""
    u = rng.random(canvas.shape)                                    # the same under every plan
    plan = plan(canvas.shape[1]) if callable(plan) else plan
    check_places(plan, canvas.shape[1])
    plan = still_open(plan, canvas, model.vocab_size)
    if hasattr(model, "check_plan"):
        model.check_plan(plan)
    return plan, u


def shared_latent(model, canvas, rng, condition=NO_CONDITION, *, plan=all_at_once, **settings):
    """Throw one latent per canvas, then fill: what is decided together fits together.

    The latent's dice come from a child of ``rng``, so that ``fill`` meets the same dice ``u`` with
    and without a latent.
    """
    latent = throw_latent(model, len(canvas), condition, rng.spawn(1)[0])
    yield from fill(model, canvas, rng, (condition or NO_CONDITION)._replace(latent=latent), plan=plan, **settings)


def has_latent(model):
    """Whether there is something that all places can share."""
    return hasattr(model, "latent_logits") or bool(getattr(model, "latent_width", 0))


def throw_latent(model, n, condition, rng):
    """One latent per canvas from the model's prior: ids where it is a choice, else a normal vector."""
    if hasattr(model, "latent_logits"):
        return maths.sample_categorical(model.latent_logits(n, condition), rng.random(n))   # (B,)
    if not getattr(model, "latent_width", 0):
        raise say("strategy", "one without a latent", "shared_latent", f"{type(model).__name__} has no latent to share.")
    return rng.standard_normal((n, model.latent_width), np.float32)                         # (B, C)


def blank(model, n, prompt=None, length=None):
    """n canvases with every place open but those of the prompt.

    Parameters
    ----------
    prompt : (P,) or (n, P) int64, optional
        The first P places; a mask inside it leaves that place open.
    length : int, optional
        T, for models without a length of their own.
    """
    expect_range("n", n, 1, hint="How many samples do you want?")
    length = getattr(model, "length", None) or length
    if length is None:
        raise say("length", "a number of tokens", "none", "A model of running text has no length of its own.")
    expect_range("length", length, 1)
    canvas = np.full((n, length), model.vocab_size, np.int64)
    if prompt is not None:
        prompt = np.atleast_2d(np.asarray(prompt, np.int64))
        if len(prompt) not in (1, n):
            raise say("prompt", f"one row, or one for each of the {n} canvases", f"{len(prompt)} rows")
        if prompt.shape[1] > length:
            raise say("prompt", f"at most {length} tokens", prompt.shape[1], "It must fit on the canvas.")
        expect_tokens("prompt", prompt, model.vocab_size, masks_allowed=True)
        canvas[:, :prompt.shape[1]] = prompt
    return canvas


def generate(model, strategy, n, rng, *, condition=None, prompt=None, length=None, film=False):
    """Draw n canvases.

    Parameters
    ----------
    strategy : callable (model, canvas, rng, condition) -> iterator of canvases
        For instance ``partial(fill, plan=one_by_one, temperature=0.9)``.
    film : bool
        Also return every canvas on the way.

    Returns
    -------
    tokens : (n, T) int64
    frames : (S, n, T) int64
        Only with ``film=True``.

    Notes
    -----
    Without a film, a model with a compiled loop runs in it what it can (see ``can_compile``). The tokens are
    the same on the same dice; only the seconds differ.
    """
    canvas, condition = blank(model, n, prompt, length), condition or NO_CONDITION
    check_condition(model, n, condition)
    if not film and can_compile(model, strategy):
        return draw_compiled(model, canvas, rng, condition, strategy)
    frames = []
    for canvas in strategy(model, canvas, rng, condition):          # a full prompt leaves nothing to do: no frame
        if film:
            frames.append(canvas)
    return (canvas, np.stack(frames or [canvas])) if film else canvas


def check_condition(model, n, condition):
    """Raise UserError unless the condition says for each of n canvases what the model wants to know."""
    n_labels = getattr(model, "n_labels", 0)
    if not n_labels or not n:
        return
    if condition.label is None:
        raise say("condition", f"a label from 0 to {n_labels - 1} for each canvas", "none",
                  "This model was trained to be asked: Condition(label=...).")
    parts = getattr(model, "label_parts", 1)
    expect_shape("condition.label", condition.label, (n,) if parts == 1 else (n, parts), hint="One label for each canvas, or one for each part.")
    expect_range("condition.label", condition.label.min(), 0)
    expect_range("condition.label", condition.label.max(), 0, n_labels - 1)


def can_compile(model, strategy):
    """True where the model's compiled loop draws what the strategy would.

    That of a causal model is ``fill``, one by one. A blind model has no order: any plan of ``fill``, with or without
    ``shared_latent``.
    """
    if not (hasattr(model, "fill_compiled") and isinstance(strategy, partial) and not strategy.args):
        return False
    if getattr(model, "blind", False):
        return strategy.func is fill or (strategy.func is shared_latent and has_latent(model))
    plan = strategy.keywords.get("plan")
    return strategy.func is fill and (plan is one_by_one or (
        isinstance(plan, list) and [np.ravel(at).tolist() for at in plan] == [[t] for t in range(len(plan))]))


def draw_compiled(model, canvas, rng, condition, strategy):
    """The last canvas of a strategy that ``can_compile``, on the same dice."""
    if strategy.func is shared_latent:
        condition = condition._replace(latent=throw_latent(model, len(canvas), condition, rng.spawn(1)[0]))
        return fill_compiled(model, canvas, rng, condition, **{"plan": all_at_once} | strategy.keywords)
    return fill_compiled(model, canvas, rng, condition, **strategy.keywords)


def fill_compiled(model, canvas, rng, condition=NO_CONDITION, *, plan=one_by_one,
                  temperature=1.0, top_k=None, top_p=None):
    """The last canvas of ``fill`` from the model's compiled loop, on the same dice."""
    maths.check_adjust(temperature, top_k, top_p)
    if plan is one_by_one or (plan is all_at_once and getattr(model, "blind", False)):
        expect_same_open(canvas, model.vocab_size)
        u = rng.random(canvas.shape)        # nothing else to check, and a list of 400 arrays costs as much as drawing a sprite
    else:
        _, u = prepare(model, canvas, rng, plan)
    return model.fill_compiled(canvas, u, condition, temperature, top_k, top_p)


def log_prob(model, tokens, plan, condition=None):
    """Log-probability of whole canvases under a fixed plan.

    Parameters
    ----------
    tokens : (B, T) int64
        Finished canvases: no mask left.
    plan : list of (A,) int64, or callable (T) -> such a list
        Every position exactly once.

    Returns
    -------
    (B,) float64
        Nats, summed over tokens.

    Notes
    -----
    Tokens of one step are scored independently of each other: the chain rule for one_by_one, a
    product of marginals for all_at_once (Gu et al., 2018).
    """
    expect_scorable(model, tokens)
    plan = plan(tokens.shape[1]) if callable(plan) else plan
    check_places(plan, tokens.shape[1])
    if hasattr(model, "check_plan"):
        model.check_plan(plan)
    condition = condition or NO_CONDITION
    check_condition(model, len(tokens), condition)
    return in_rows(lambda rows: _log_prob_rows(model, tokens[rows], plan, condition.rows(rows)), model, tokens)


def expect_scorable(model, tokens):
    """Raise UserError unless tokens (B, T) are finished canvases of the model."""
    expect_shape("tokens", tokens, (None, getattr(model, "length", None)), hint="Score a batch: tokens[None] makes one canvas a batch of one.")
    expect_tokens("tokens", tokens, model.vocab_size)


def in_rows(score, model, tokens):
    """``score(rows)`` of all canvases (B, T), so many at a time (a slice) as memory should hold scores of: (B,)."""
    at_once = max(1, SCORED_AT_ONCE // (tokens.shape[1] * model.vocab_size))
    return np.concatenate([score(slice(i, i + at_once)) for i in range(0, len(tokens), at_once)] or [np.zeros(0)])


def _log_prob_rows(model, tokens, plan, condition):
    if getattr(model, "causal", False):
        # A causal model reads only what stands to the left, so the finished canvas can be
        # shown whole and every place be asked in one pass (teacher forcing).
        canvas, plan = tokens, all_at_once(tokens.shape[1])
    else:
        canvas = np.full_like(tokens, model.vocab_size)             # all masked
    total = np.zeros(len(tokens))                                   # (B,)
    for at in plan:
        log_probs = maths.log_softmax(model.logits(canvas, at, condition))      # (B, A, V)
        told = np.take_along_axis(log_probs, tokens[:, at, None], -1)           # (B, A, 1)
        total += told[..., 0].sum(axis=1, dtype=np.float64)
        canvas = canvas.copy()
        canvas[:, at] = tokens[:, at]
    return total
