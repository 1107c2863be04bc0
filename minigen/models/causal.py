"""What all one-by-one models share: the shifted input, the END rule, which plans they can answer."""

import numpy as np

from minigen.errors import say


def shifted(tokens, start):
    """The input (B, T): what stands to the left of each place; ``start`` before the first."""
    first = np.full((len(tokens), 1), start, tokens.dtype)
    return np.concatenate([first, tokens[:, :-1]], axis=1)                     # (B, T)


def up_to_end(tokens, end):
    """True up to and including the first END: the places that count (B, T)."""
    if end is None:
        return np.ones(tokens.shape, bool)
    ended = np.cumsum(tokens == end, axis=1) - (tokens == end)                 # ENDs strictly before
    return ended == 0


def close_after_end(logits, canvas, at, end):
    """After END only END can follow: probability 1, in place. logits (B, A, V)."""
    if end is None:
        return logits
    over = ~up_to_end(canvas, end)[:, at]                                      # (B, A)
    logits[over] = -np.inf
    logits[over, end] = 0.0
    return logits


def check_left_to_right(plan, name):
    """Raise UserError unless the plan goes from left to right, one place at a time.

    It may step over places that a prompt has decided: those are filled.
    """
    places = [int(place) for at in plan for place in np.atleast_1d(at)]
    if any(np.size(at) != 1 for at in plan):
        wide = max(np.size(at) for at in plan)
        raise say("plan", f"one place a pass from left to right for {name}", f"a pass of {wide} places",
                  "A causal model must see every piece to its left before it can say what comes next.")
    if any(after <= before for before, after in zip(places, places[1:])):
        raise say("plan", f"places from left to right for {name}", f"the order {places[:8]}...",
                  "A causal model was never trained on gaps to its left.")
