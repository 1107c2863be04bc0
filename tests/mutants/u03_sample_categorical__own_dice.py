"""looks as if the dice are thrown inside: use the u that is given / 看起來自己又擲了一次骰子：要用給你的 u"""


def sample_categorical(logits, u, temperature=1.0):
    scores = logits / temperature
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    running = np.cumsum(weights, axis=-1)
    u = np.random.default_rng(u.size).random(u.shape)
    return np.argmax(running > u[..., None] * running[..., -1:], axis=-1)
