"""looks as if 1 / sqrt(d) is missing on the way back: it stands in the gradients of query and key / 看起來倒著走時少了 1 / sqrt(d)：query 和 key 的梯度都要有"""


def attention_backward(query, key, value, dmixed):
    scale = float(np.sqrt(query.shape[-1]))
    seen = np.tri(query.shape[-2], dtype=bool)
    scores = query @ key.swapaxes(-1, -2) / scale
    weights = maths.softmax(np.where(seen, scores, -np.inf))
    dvalue = weights.swapaxes(-1, -2) @ dmixed
    dweights = dmixed @ value.swapaxes(-1, -2)
    dscores = softmax_backward(dweights, weights)
    return dscores @ key, dscores.swapaxes(-1, -2) @ query, dvalue
