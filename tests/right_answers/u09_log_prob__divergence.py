"""Score all places of a pass with logaddexp; the total correlation as the divergence of the joint from the product of its marginals."""


def log_prob(logits, tokens, plan, mask):
    passes, rows = np.zeros(tokens.shape[1], np.int64), np.arange(len(tokens))[:, None]
    for step, at in enumerate(plan):
        passes[np.asarray(at)] = step
    total = 0.0
    for step in range(len(plan)):
        at = np.flatnonzero(passes == step)
        scores = logits(np.where(passes < step, tokens, mask), at).astype(np.float64)
        told = scores[rows, np.arange(at.size), tokens[:, at]] - np.logaddexp.reduce(scores, axis=-1)
        total = total + told.sum(axis=1)
    return total


def total_correlation(joint):
    product = np.ones_like(joint)
    for t in range(joint.ndim):
        product = product * joint.sum(axis=tuple(o for o in range(joint.ndim) if o != t), keepdims=True)
    possible = joint > 0
    return np.sum(joint[possible] * np.log2(joint[possible] / product[possible]))
