"""np.select and np.choose; -inf is replaced before the sum and put back after it, scores stay unnormalised."""


def drop_condition(labels, u, share, nothing):
    return np.choose((u < share).astype(int), [labels, np.full_like(labels, nothing)])


def guided(told, untold, weight):
    impossible = np.isneginf(told)
    a, b = np.where(impossible, 0, told), np.where(np.isneginf(untold), 0, untold)
    ignored = np.full(told.shape, weight == 0.0)
    return np.select([ignored, impossible], [untold, np.full_like(told, -np.inf)], b + weight * (a - b))


def guided_sample(told_logits, untold_logits, weight, u):
    scores = guided(told_logits, untold_logits, weight)
    flat = scores.reshape(-1, scores.shape[-1]).astype(np.float64)
    running = np.cumsum(np.exp(flat - np.logaddexp.reduce(flat, axis=1)[:, None]), axis=1)
    running /= running[:, -1:]
    return np.array([np.searchsorted(row, die, side="right") for row, die in zip(running, u.ravel())]).reshape(u.shape)
