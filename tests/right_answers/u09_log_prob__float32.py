"""float32 all through; the total correlation by the chain rule, one place after the other."""


def log_prob(logits, tokens, plan, mask):
    told = np.zeros(tokens.shape, np.float32)
    canvas = np.zeros_like(tokens) + mask
    for at in plan:
        scores = logits(canvas, np.array(at)).astype(np.float32)
        log_probs = maths.log_softmax(scores)
        for a, t in enumerate(at):
            told[:, t] = log_probs[range(len(tokens)), a, tokens[:, t]]
        canvas = canvas.copy()
        canvas[:, at] = tokens[:, at]
    return told.sum(axis=1)


def total_correlation(joint):
    def entropy(probs):
        return -np.sum(probs * np.log2(np.where(probs > 0, probs, 1.0)))

    bits, left = 0.0, joint
    while left.ndim > 1:                            # what the last place and those before it tell each other
        before, last = left.sum(axis=-1), left.sum(axis=tuple(range(left.ndim - 1)))
        bits += entropy(before) + entropy(last) - entropy(left)
        left = before
    return bits
