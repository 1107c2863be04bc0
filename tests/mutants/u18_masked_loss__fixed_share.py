"""looks as if half of each canvas is hidden, whatever n_hidden says / 看起來每張都遮一半：遮幾個要看 n_hidden"""


def hide(tokens, n_hidden, u, mask):
    hidden = np.argsort(np.argsort(u, axis=1), axis=1) < tokens.shape[1] // 2
    return np.where(hidden, mask, tokens), hidden
