"""looks as if the scores are divided by d, not by its root / 看起來分數除以了 d，應該除以 sqrt(d)"""


def causal_attention(query, key, value):
    scores = query @ key.swapaxes(-1, -2) / query.shape[-1]
    return causal_weights(scores) @ value
