"""looks as if the keys ask and the queries answer: rows belong to queries / 看起來是 key 在問、query 在答：每一橫排是一個 query"""


def causal_attention(query, key, value):
    scores = key @ query.swapaxes(-1, -2) / float(np.sqrt(query.shape[-1]))
    return causal_weights(scores) @ value
