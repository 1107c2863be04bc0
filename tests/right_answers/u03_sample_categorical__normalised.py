"""Probabilities first, then a count of the edges that the die has passed."""


def sample_categorical(logits, u, temperature=1.0):
    scores = logits.astype(np.float64) / temperature
    log_probs = scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    running = np.cumsum(np.exp(log_probs), axis=-1)
    running /= running[..., -1:]
    return np.sum(running <= u[..., None], axis=-1).astype(np.int32)
