"""looks as if a die exactly on an edge goes to the token before it (>= instead of >) / 看起來骰子剛好在邊界時給了前一個 token（用了 >=，應該是 >）"""


def sample_categorical(logits, u, temperature=1.0):
    scores = logits / temperature
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    running = np.cumsum(weights, axis=-1)
    return np.argmax(running >= u[..., None] * running[..., -1:], axis=-1)
