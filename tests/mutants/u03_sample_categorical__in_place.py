"""looks as if the scores that were given are divided in place: work on a copy / 看起來直接把傳進來的分數除掉了：請用副本"""


def sample_categorical(logits, u, temperature=1.0):
    logits /= temperature
    weights = np.exp(np.asarray(logits, np.float64) - logits.max(axis=-1, keepdims=True))
    running = np.cumsum(weights, axis=-1)
    return np.argmax(running > u[..., None] * running[..., -1:], axis=-1)
