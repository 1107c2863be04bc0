"""looks as if what is cut gets the score 0: only -inf is probability zero / 看起來砍掉的 token 分數變成 0：要給 -inf，機率才會是 0"""

cut = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    scores = cut(logits, temperature, top_k, top_p)
    return np.where(np.isneginf(scores) & ~np.isneginf(logits), 0.0, scores)
