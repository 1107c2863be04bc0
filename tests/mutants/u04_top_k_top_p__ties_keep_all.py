"""looks as if everything that ties with the k-th score stays: k tokens stay, no more / 看起來和第 k 名同分的全部留下了：只能留 k 個"""

exactly_k = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0.0:
        temperature, top_k = 1.0, 1
    scores = logits.astype(np.float64) / temperature
    if top_k is not None:
        kth = -np.sort(-scores, axis=-1)[..., min(top_k, scores.shape[-1]) - 1]
        scores[scores < kth[..., None]] = -np.inf
    return exactly_k(scores, top_p=top_p)
