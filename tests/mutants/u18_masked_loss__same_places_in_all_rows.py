"""looks as if the first row's dice decide for all rows: each row has its own / 看起來每一橫排都用第一橫排的骰子：每一橫排有自己的骰子"""


def hide(tokens, n_hidden, u, mask):
    ranks = np.argsort(np.argsort(u[0]))
    hidden = ranks[None] < n_hidden[:, None]
    return np.where(hidden, mask, tokens), hidden
