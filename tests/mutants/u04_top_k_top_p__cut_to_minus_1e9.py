"""looks as if what is cut gets a very small score: use -inf, which no shift can bring back / 看起來砍掉的 token 只是給了很小的分數：要用 -inf，再怎麼平移也回不來"""

cut = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    return np.maximum(cut(logits, temperature, top_k, top_p), -1e9)
