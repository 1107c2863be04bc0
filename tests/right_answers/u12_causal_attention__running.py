"""Online softmax: one place of the past after the other, with a running peak and a running sum."""


def causal_weights(scores):
    T = scores.shape[-1]
    peak = np.full(scores.shape[:-1], -np.inf)
    total = np.zeros(scores.shape[:-1])
    for j in range(T):
        seen = np.arange(T) >= j
        score = np.where(seen, scores[..., j], -np.inf).astype(np.float64)
        higher = np.maximum(peak, score)
        ground = np.where(np.isfinite(higher), higher, 0.0)
        total = total * np.exp(peak - ground) + np.exp(score - ground)
        peak = higher
    out = np.zeros(scores.shape)
    for j in range(T):
        out[..., j:, j] = np.exp(scores[..., j:, j] - peak[..., j:]) / total[..., j:]
    return out


def causal_attention(query, key, value):
    query = query / np.sqrt(np.sqrt(query.shape[-1]))
    key = key / np.sqrt(np.sqrt(key.shape[-1]))
    return np.matmul(causal_weights(np.matmul(query, np.moveaxis(key, -1, -2))), value)
