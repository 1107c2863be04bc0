"""looks as if the largest probability is always 1: divide by the sum, not by the largest / 看起來最大的機率都是 1：要除以總和，不是除以最大值"""


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.max(axis=-1, keepdims=True)
