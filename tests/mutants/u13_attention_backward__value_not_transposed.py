"""looks as if dvalue uses the weights as on the way there: on the way back they are turned over / 看起來算 dvalue 時權重沒有轉置：倒著走要轉過來"""


def attention_backward(query, key, value, dmixed):
    scale = float(np.sqrt(query.shape[-1]))
    seen = np.tri(query.shape[-2], dtype=bool)
    scores = query @ key.swapaxes(-1, -2) / scale
    weights = maths.softmax(np.where(seen, scores, -np.inf))
    dvalue = weights @ dmixed
    dweights = dmixed @ value.swapaxes(-1, -2)
    dscores = softmax_backward(dweights, weights) / scale
    return dscores @ key, dscores.swapaxes(-1, -2) @ query, dvalue
