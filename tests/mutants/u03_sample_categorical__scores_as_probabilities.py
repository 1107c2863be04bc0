"""looks as if the scores themselves are added up, without exp / 看起來直接把分數相加了，少了 exp"""


def sample_categorical(logits, u, temperature=1.0):
    scores = logits / temperature
    weights = np.where(np.isfinite(scores), scores - np.where(np.isfinite(scores), scores, 0.0).min(axis=-1, keepdims=True) + 1.0, 0.0)
    running = np.cumsum(weights, axis=-1)
    return np.argmax(running > u[..., None] * running[..., -1:], axis=-1)
