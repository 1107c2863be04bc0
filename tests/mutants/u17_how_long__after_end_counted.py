"""looks as if what stands after END is counted: the string is over there / 看起來 END 後面的也算進去了：字串到 END 就結束"""


def string_log_prob(log_probs, tokens, end):
    return log_probs[np.arange(tokens.shape[1]), tokens].sum(axis=1, dtype=np.float64)
