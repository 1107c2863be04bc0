"""looks as if scores are multiplied by the temperature, not divided / 看起來分數是乘上溫度，不是除以溫度"""


def sample_categorical(logits, u, temperature=1.0):
    scores = logits * temperature
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    running = np.cumsum(weights, axis=-1)
    return np.argmax(running > u[..., None] * running[..., -1:], axis=-1)
