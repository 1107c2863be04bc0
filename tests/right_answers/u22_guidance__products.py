"""Powers of probabilities; a weighted sum of both instead of a difference."""


def drop_condition(labels, u, share, nothing):
    out = labels.copy()
    out[u < share] = nothing
    return out


def guided(told, untold, weight):
    out = np.array(untold, np.float64)
    if weight != 0:
        finite = np.isfinite(told)
        out[~finite] = -np.inf
        out[finite] = (1 - weight) * untold[finite].astype(np.float64) + weight * told[finite]
    return out


def guided_sample(told_logits, untold_logits, weight, u):
    told, untold = maths.softmax(told_logits.astype(np.float64)), maths.softmax(untold_logits.astype(np.float64))
    possible = untold > 0
    ratio = np.divide(told, untold, out=np.zeros_like(told), where=possible)
    running = np.cumsum(untold * ratio ** weight, axis=-1)                  # 0 ** 0 is 1
    return (running <= u[..., None] * running[..., -1:]).sum(axis=-1)
