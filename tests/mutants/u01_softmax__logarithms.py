"""looks as if the logarithms of the probabilities came back / 看起來回傳的是機率的對數，不是機率"""


def softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
