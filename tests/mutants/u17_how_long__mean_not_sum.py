"""looks as if the log-probabilities are averaged: a product of probabilities is a sum of logs / 看起來對 log 機率取了平均：機率連乘，log 要相加"""


def string_log_prob(log_probs, tokens, end):
    places = np.arange(tokens.shape[1])
    counts = places <= lengths(tokens, end)[:, None]
    return np.where(counts, log_probs[places, tokens], 0.0).sum(axis=1, dtype=np.float64) / counts.sum(axis=1)
