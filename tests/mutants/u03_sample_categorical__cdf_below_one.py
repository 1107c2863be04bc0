"""looks as if the running sum ends a little below 1, so that a high die finds token V / 看起來累積機率最後差一點點不到 1，骰子很大時會抽到不存在的 token V"""


def sample_categorical(logits, u, temperature=1.0):
    scores = logits / temperature
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probs = (weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32)
    return (np.cumsum(probs, axis=-1) * np.float32(1 - 1e-6) <= u[..., None]).sum(axis=-1)
