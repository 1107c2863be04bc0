"""looks as if counted is not used: padding is told what to do as well / 看起來沒有用到 counted：連補位也跟著學了"""

of_those_that_count = cross_entropy


def cross_entropy(logits, targets, counted=None):
    return of_those_that_count(logits, targets)
