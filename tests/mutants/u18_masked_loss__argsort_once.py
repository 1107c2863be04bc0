"""looks as if argsort was taken for the rank of each place: it says which place comes first / 看起來把 argsort 當成名次了：它說的是第一名在哪個位置"""


def hide(tokens, n_hidden, u, mask):
    hidden = np.argsort(u, axis=1) < n_hidden[:, None]
    return np.where(hidden, mask, tokens), hidden
