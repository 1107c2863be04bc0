"""looks as if the gradient of the weights is taken for that of the scores: softmax lies between them / 看起來把權重的梯度直接當成分數的梯度：中間還有 softmax"""


def attention_backward(query, key, value, dmixed):
    scale = float(np.sqrt(query.shape[-1]))
    seen = np.tri(query.shape[-2], dtype=bool)
    scores = query @ key.swapaxes(-1, -2) / scale
    weights = maths.softmax(np.where(seen, scores, -np.inf))
    dvalue = weights.swapaxes(-1, -2) @ dmixed
    dweights = dmixed @ value.swapaxes(-1, -2)
    dscores = np.where(seen, dweights, 0.0) / scale
    return dscores @ key, dscores.swapaxes(-1, -2) @ query, dvalue
