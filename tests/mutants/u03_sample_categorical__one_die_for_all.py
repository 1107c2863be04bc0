"""looks as if one die decides all rows: each row has its own / 看起來所有橫排共用一顆骰子：每一橫排有自己的骰子"""


def sample_categorical(logits, u, temperature=1.0):
    scores = logits / temperature
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    running = np.cumsum(weights, axis=-1)
    return np.argmax(running > u.ravel()[0] * running[..., -1:], axis=-1)
