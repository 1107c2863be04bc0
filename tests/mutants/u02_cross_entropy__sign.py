"""looks as if the gradient points downhill: it says how the loss grows / 看起來梯度的方向反了：梯度指的是損失變大的方向"""

uphill = cross_entropy


def cross_entropy(logits, targets, counted=None):
    loss, dlogits = uphill(logits, targets, counted)
    return loss, -dlogits
