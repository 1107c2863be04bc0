"""looks as if -inf turns into nan: which number is taken away, and is it always finite? / 看起來 -inf 變成了 nan：你減掉的那個數，每次都是有限的嗎？"""


def softmax(logits):
    with np.errstate(all="ignore"):
        weights = np.exp(logits - logits.mean(axis=-1, keepdims=True))
        return weights / weights.sum(axis=-1, keepdims=True)
