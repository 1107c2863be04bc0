"""looks as if probabilities are multiplied until nothing is left: add up their logarithms / 看起來一路把機率乘到變成 0 了：要把 log 加起來"""


def string_log_prob(log_probs, tokens, end):
    places = np.arange(tokens.shape[1])
    counts = places <= lengths(tokens, end)[:, None]
    with np.errstate(divide="ignore"):
        return np.log(np.where(counts, np.exp(log_probs[places, tokens].astype(np.float64)), 1.0).prod(axis=1))
