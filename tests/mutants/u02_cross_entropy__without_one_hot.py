"""looks as if the gradient is only the probabilities: the true token has a term of its own / 看起來梯度只有機率：正確的 token 還要多一項"""


def cross_entropy(logits, targets, counted=None):
    counted = np.ones(targets.shape, bool) if counted is None else counted
    told = np.take_along_axis(maths.log_softmax(logits), targets[..., None], -1)[..., 0]
    return -float(told[counted].mean()), maths.softmax(logits) * counted[..., None] / counted.sum()
