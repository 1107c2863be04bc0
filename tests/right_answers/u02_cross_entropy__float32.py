"""Weights for all places, one_hot by comparison, and float32 for whatever is returned."""


def cross_entropy(logits, targets, counted=None):
    weight = np.ones(targets.shape) if counted is None else counted.astype(np.float64)
    weight /= weight.sum()                                              # (...) adds up to 1
    probs = maths.softmax(logits.astype(np.float64))
    true = targets[..., None] == np.arange(logits.shape[-1])            # (..., V)
    margin = (logits - logits.max(axis=-1, keepdims=True)).astype(np.float64)
    told = margin[true].reshape(targets.shape) - np.log(np.exp(margin).sum(axis=-1))
    loss = -np.sum(told * weight, where=weight > 0)
    return np.float32(loss), ((probs - true) * weight[..., None]).astype(np.float32)
