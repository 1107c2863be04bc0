"""looks as if the scores are not divided by sqrt(d) / 看起來分數沒有除以 sqrt(d)"""


def causal_attention(query, key, value):
    scores = query @ key.swapaxes(-1, -2)
    return causal_weights(scores) @ value
