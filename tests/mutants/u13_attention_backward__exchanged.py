"""looks as if dquery and dkey have changed places / 看起來 dquery 和 dkey 對調了"""


def attention_backward(query, key, value, dmixed):
    scale = float(np.sqrt(query.shape[-1]))
    seen = np.tri(query.shape[-2], dtype=bool)
    scores = query @ key.swapaxes(-1, -2) / scale
    weights = maths.softmax(np.where(seen, scores, -np.inf))
    dvalue = weights.swapaxes(-1, -2) @ dmixed
    dweights = dmixed @ value.swapaxes(-1, -2)
    dscores = softmax_backward(dweights, weights) / scale
    return dscores.swapaxes(-1, -2) @ query, dscores @ key, dvalue
