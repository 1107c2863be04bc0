"""looks as if the sum is divided by the number of canvases: divide by all places that count / 看起來總和只除以畫布的張數：要除以有算進去的所有位置數"""

of_places = cross_entropy


def cross_entropy(logits, targets, counted=None):
    loss, dlogits = of_places(logits, targets, counted)
    n = targets.size if counted is None else counted.sum()
    return loss * float(n / len(targets)), dlogits * (n / len(targets))
