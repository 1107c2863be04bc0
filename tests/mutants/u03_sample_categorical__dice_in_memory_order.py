"""looks as if the dice are taken in the order in which they lie in memory, not by their place / 看起來骰子是照記憶體裡的順序拿的，不是照位置拿"""


def sample_categorical(logits, u, temperature=1.0):
    scores = np.asarray(logits, np.float64).reshape(-1, logits.shape[-1]) / temperature
    running = np.cumsum(np.exp(scores - scores.max(axis=-1, keepdims=True)), axis=-1)
    dice = u.ravel(order="K")[:, None] * running[:, -1:]
    return np.argmax(running > dice, axis=-1).reshape(u.shape)
