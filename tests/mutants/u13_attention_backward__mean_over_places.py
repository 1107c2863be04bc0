"""looks as if dvalue is a mean over the places: gradients of all that used a value add up / 看起來 dvalue 對位置取了平均：用到它的位置，梯度要全部加起來"""


def attention_backward(query, key, value, dmixed):
    scale = float(np.sqrt(query.shape[-1]))
    seen = np.tri(query.shape[-2], dtype=bool)
    scores = query @ key.swapaxes(-1, -2) / scale
    weights = maths.softmax(np.where(seen, scores, -np.inf))
    dvalue = weights.swapaxes(-1, -2) @ dmixed / query.shape[-2]
    dweights = dmixed @ value.swapaxes(-1, -2)
    dscores = softmax_backward(dweights, weights) / scale
    return dscores @ key, dscores.swapaxes(-1, -2) @ query, dvalue
