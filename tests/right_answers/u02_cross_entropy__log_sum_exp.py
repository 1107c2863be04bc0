"""The loss as log-sum-exp minus the true score, over the chosen places alone; the gradient is put back where they stand."""


def cross_entropy(logits, targets, counted=None):
    chosen = np.full(targets.shape, True) if counted is None else counted
    rows, true = logits[chosen].astype(np.float64), targets[chosen]     # (N, V), (N,)
    size = np.logaddexp.reduce(rows, axis=1)
    loss = np.mean(size - np.choose(np.zeros(len(rows), int), [rows[np.arange(len(rows)), true]]))
    slope = np.exp(rows - size[:, None])
    np.subtract.at(slope, (np.arange(len(rows)), true), 1.0)
    dlogits = np.zeros(logits.shape)
    dlogits[chosen] = slope / len(rows)
    return loss, dlogits
