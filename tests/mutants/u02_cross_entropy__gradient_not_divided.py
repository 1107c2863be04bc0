"""looks as if the gradient is that of the sum: the loss is a mean, so divide it as well / 看起來梯度是總和的梯度：損失是平均，梯度也要除"""


def cross_entropy(logits, targets, counted=None):
    counted = np.ones(targets.shape, bool) if counted is None else counted
    told = np.take_along_axis(maths.log_softmax(logits), targets[..., None], -1)[..., 0]
    dlogits = maths.softmax(logits) - np.eye(logits.shape[-1])[targets]
    return -float(told[counted].mean()), dlogits * counted[..., None]
