"""No sorting: for each token, how many beat it and how much probability they hold; log-probabilities come back."""


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    scores = np.array(logits, np.float64)
    ids = np.arange(scores.shape[-1])
    mine, other = scores[..., :, None], scores[..., None, :]
    beaten = (other > mine) | ((other == mine) & (ids < ids[:, None]))  # (..., V, V) by whom
    rank = beaten.sum(axis=-1)                                          # (..., V)
    if temperature == 0:
        return np.where(rank == 0, scores, -np.inf)
    scores /= temperature
    if top_k is not None:
        scores[rank >= top_k] = -np.inf
    if top_p not in (None, 1.0):
        probs = np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))
        before = (beaten * probs[..., None, :]).sum(axis=-1)
        scores[(before >= top_p) & (rank > 0)] = -np.inf
    return scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)
