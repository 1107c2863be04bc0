"""looks as if the mask is written into the given tokens: the answer is still needed, work on a copy / 看起來遮罩直接寫進給你的 tokens 了：答案後面還要用，先複製一份"""


def hide(tokens, n_hidden, u, mask):
    hidden = np.argsort(np.argsort(u, axis=1), axis=1) < n_hidden[:, None]
    tokens[hidden] = mask
    return tokens, hidden
