"""looks as if dvalue uses the scores: values are mixed with the weights / 看起來 dvalue 用了分數：混合 value 的是權重"""


def attention_backward(query, key, value, dmixed):
    scale = float(np.sqrt(query.shape[-1]))
    seen = np.tri(query.shape[-2], dtype=bool)
    scores = query @ key.swapaxes(-1, -2) / scale
    weights = maths.softmax(np.where(seen, scores, -np.inf))
    dvalue = np.where(seen, scores, 0.0).swapaxes(-1, -2) @ dmixed
    dweights = dmixed @ value.swapaxes(-1, -2)
    dscores = softmax_backward(dweights, weights) / scale
    return dscores @ key, dscores.swapaxes(-1, -2) @ query, dvalue
