"""The mathematics of drawing one token: scores, probabilities, dice.

The package calls these through the module (``maths.softmax(...)``), so that a student's own
function can be seated here and draw a real sprite. Twins for use inside kernels: ``maths_numba``.
"""

import numpy as np

from minigen.errors import expect_range

IN_CACHE = 2 ** 17              # scores that are drawn from at a time: 1 MB each of scores, weights and sums


def softmax(logits):
    """Probabilities along the last axis, safe for scores of any size."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))   # (..., V)
    return weights / weights.sum(axis=-1, keepdims=True)            # (..., V)


def log_softmax(logits):
    """Log-probabilities (nats) along the last axis; a score of -inf stays -inf."""
    shifted = logits - logits.max(axis=-1, keepdims=True)           # (..., V)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def cross_entropy(logits, targets, counted=None):
    """Mean surprise of the true tokens, and its gradient.

    Parameters
    ----------
    logits : (..., V) float
    targets : (...) int64
    counted : (...) bool, optional
        Places that count; the others (padding after END) cost nothing and teach nothing.

    Returns
    -------
    loss : float
        Mean nats per counted place.
    dlogits : (..., V), dtype of logits
        ``(probabilities - one_hot) / number of counted places``.
    """
    flat = logits.reshape(-1, logits.shape[-1])                     # (N, V)
    counted = np.ones(len(flat), bool) if counted is None else counted.ravel()
    rows, targets = np.arange(len(flat)), targets.ravel()
    log_probs = log_softmax(flat)                                   # (N, V)
    share = counted / max(counted.sum(), 1)                         # (N,) float64
    # Summed where it counts only: an impossible token after END must not spoil the mean.
    loss = -float(log_probs[rows, targets][counted].sum(dtype=np.float64)) / max(counted.sum(), 1)
    dlogits = np.exp(log_probs)
    dlogits[rows, targets] -= 1.0
    dlogits *= share[:, None].astype(flat.dtype)
    return loss, dlogits.reshape(logits.shape)


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    """Sharpen or cut a distribution before drawing from it.

    The order is: divide by the temperature, keep the ``top_k`` largest scores, then keep the
    smallest set of tokens whose probability reaches ``top_p`` (the token that crosses the
    edge stays: nucleus sampling, Holtzman et al., 2020). Ties keep the smaller id. Temperature 0
    keeps only the largest score.
    """
    if temperature == 0.0:
        temperature, top_k = 1.0, 1
    logits = logits.astype(np.float64) / temperature                # (..., V)
    top_p = None if top_p == 1.0 else top_p                         # all of it: nothing to cut
    if top_k is None and top_p is None:
        return logits
    order = np.argsort(-logits, axis=-1, kind="stable")             # (..., V) best first
    ranked = np.take_along_axis(logits, order, -1)
    if top_k is not None:
        ranked[..., top_k:] = -np.inf
    if top_p is not None:
        weights = np.exp(ranked - ranked[..., :1])                  # (..., V)
        held = np.cumsum(weights, axis=-1)
        before = np.concatenate([np.zeros_like(held[..., :1]), held[..., :-1]], axis=-1)
        ranked[before >= top_p * held[..., -1:]] = -np.inf          # the better ones hold enough
    kept = np.full_like(logits, -np.inf)
    np.put_along_axis(kept, order, ranked, -1)                      # back to the old ids
    return kept


def check_adjust(temperature, top_k, top_p):
    """Raise UserError for settings that ``adjust`` cannot mean."""
    hint = "0 takes the likeliest token, 1 draws from the model as it is."
    expect_range("temperature", temperature, 0.0, 1e3, hint)
    if temperature:
        expect_range("temperature", temperature, 1e-3, hint=hint)
    if top_k is not None:
        expect_range("top_k", top_k, 1, hint="At least one token must remain to be drawn.")
    if top_p is not None:
        expect_range("top_p", top_p, 1e-9, 1.0, hint="It is a share of the probability, such as 0.9.")


def sample_categorical(logits, u):
    """Walk along the probabilities until they pass the die u (...), uniform in [0, 1)."""
    if logits.size > IN_CACHE and u.size > 1 and u.shape == logits.shape[:-1]:      # all at once takes eight times as long
        rows, dice, part = logits.reshape(-1, logits.shape[-1]), u.ravel(), max(1, IN_CACHE // logits.shape[-1])
        drawn = [sample_categorical(rows[i:i + part], dice[i:i + part]) for i in range(0, len(rows), part)]
        return np.concatenate(drawn).reshape(u.shape)
    cdf = np.cumsum(softmax(logits.astype(np.float64)), axis=-1)    # (..., V)
    # u is scaled by the last value: rounding can never carry us past the end,
    # nor onto a token of probability zero.
    return np.argmax(cdf > u[..., None] * cdf[..., -1:], axis=-1)   # (...)


def distance_to_edge(logits, u):
    """How near a die (...) lies to the nearest edge between two tokens, as cumulative probability.

    Two ways of adding up the same numbers may disagree about a token only where this is tiny;
    the twin tests use it to judge whether a difference is rounding or a bug.
    """
    cdf = np.cumsum(softmax(logits.astype(np.float64)), axis=-1)    # (..., V)
    return np.abs(cdf - u[..., None] * cdf[..., -1:])[..., :-1].min(axis=-1)    # (...) the last is no edge


def training_loss(logits, targets, counted):
    """``cross_entropy`` by the fastest way there is: float32 scores go through one compiled sweep.

    The scores are used up: their memory, where it may be written, becomes the gradient.
    """
    if logits.dtype != np.float32:
        return cross_entropy(logits, targets, counted)
    from minigen import maths_numba
    flat = np.require(logits, requirements=["C", "W"]).reshape(-1, logits.shape[-1])
    loss = maths_numba.cross_entropy(flat, targets.reshape(-1), counted.reshape(-1))
    return float(loss), flat.reshape(logits.shape)
