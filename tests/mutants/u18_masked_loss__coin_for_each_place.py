"""looks as if each place is hidden by its own coin, so that the number is only about right / 看起來每個位置各自決定要不要遮，總數只是差不多：要剛好 n_hidden 個"""


def hide(tokens, n_hidden, u, mask):
    hidden = u < n_hidden[:, None] / tokens.shape[1]
    return np.where(hidden, mask, tokens), hidden
