"""looks as if it goes down the first axis: the tokens are along the last one / 看起來是沿著第一軸算的：token 在最後一軸"""


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=0))
    return weights / weights.sum(axis=0)
