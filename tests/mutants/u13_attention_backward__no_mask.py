"""looks as if the weights are worked out again without the mask / 看起來重算權重時忘了遮罩"""


def attention_backward(query, key, value, dmixed):
    scale = float(np.sqrt(query.shape[-1]))
    seen = np.tri(query.shape[-2], dtype=bool)
    scores = query @ key.swapaxes(-1, -2) / scale
    weights = maths.softmax(scores)
    dvalue = weights.swapaxes(-1, -2) @ dmixed
    dweights = dmixed @ value.swapaxes(-1, -2)
    dscores = softmax_backward(dweights, weights) / scale
    return dscores @ key, dscores.swapaxes(-1, -2) @ query, dvalue
