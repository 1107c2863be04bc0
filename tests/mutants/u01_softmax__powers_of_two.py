"""looks as if a score counts as a power of 2, not of e / 看起來算的是 2 的次方，應該是 e 的次方"""


def softmax(logits):
    weights = 2.0 ** (logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
