"""looks as if the weights are turned over before they meet the values: each row mixes one answer / 看起來權重跟 value 相乘之前轉置了：權重的每一橫排混出一個答案"""


def causal_attention(query, key, value):
    scores = query @ key.swapaxes(-1, -2) / float(np.sqrt(query.shape[-1]))
    return causal_weights(scores).swapaxes(-1, -2) @ value
