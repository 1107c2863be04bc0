"""looks as if the very last token gets what rounding leaves over, even where it is impossible / 看起來四捨五入剩下的都給了最後一個 token，就算它不可能也給"""


def sample_categorical(logits, u, temperature=1.0):
    scores = np.asarray(logits, np.float64) / temperature
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    running = np.cumsum(weights / weights.sum(axis=-1, keepdims=True), axis=-1)
    return np.minimum((running <= u[..., None]).sum(axis=-1), logits.shape[-1] - 1)
