"""looks as if scores are clipped before exp: large ones become equal, and -inf a little possible / 看起來取 exp 之前先限制了分數的範圍：很大的分數變得一樣大，-inf 也變得有一點可能"""


def softmax(logits):
    weights = np.exp(np.clip(logits, -500.0, 500.0))
    return weights / weights.sum(axis=-1, keepdims=True)
