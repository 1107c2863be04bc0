"""looks as if the places with the largest dice are hidden: it is the smallest / 看起來遮的是骰子最大的位置：要遮最小的"""


def hide(tokens, n_hidden, u, mask):
    hidden = np.argsort(np.argsort(-u, axis=1), axis=1) < n_hidden[:, None]
    return np.where(hidden, mask, tokens), hidden
