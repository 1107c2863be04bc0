"""looks as if attention sees every place: use the causal weights / 看起來注意力看得到所有位置：要用因果遮罩的權重"""


def causal_attention(query, key, value):
    scores = query @ key.swapaxes(-1, -2) / float(np.sqrt(query.shape[-1]))
    return maths.softmax(scores) @ value
