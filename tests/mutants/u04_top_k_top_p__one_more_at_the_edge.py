"""looks as if a set that holds exactly p gets one token more: reaching p is enough / 看起來機率總和剛好等於 p 時又多留了一個：到 p 就夠了"""

without_p = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    scores = without_p(logits, temperature, top_k)
    if top_p is None or top_p == 1.0:
        return scores
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranked = np.take_along_axis(scores, order, -1)
    held = np.cumsum(maths.softmax(ranked), axis=-1)
    ranked[..., 1:][held[..., :-1] > top_p] = -np.inf
    np.put_along_axis(scores, order, ranked, -1)
    return scores
