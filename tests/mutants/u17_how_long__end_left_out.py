"""looks as if END's own probability is left out: stopping there is a decision too / 看起來漏了 END 自己的機率：在那裡停下來也是一個決定"""


def string_log_prob(log_probs, tokens, end):
    places = np.arange(tokens.shape[1])
    counts = places < lengths(tokens, end)[:, None]
    return np.where(counts, log_probs[places, tokens], 0.0).sum(axis=1, dtype=np.float64)
