"""looks as if the weights are divided by sqrt(d): scale the scores, before the softmax / 看起來除以 sqrt(d) 的是權重：該縮放的是 softmax 之前的分數"""


def causal_attention(query, key, value):
    scores = query @ key.swapaxes(-1, -2)
    return causal_weights(scores) / float(np.sqrt(query.shape[-1])) @ value
