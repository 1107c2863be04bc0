"""looks as if later passes do not see what earlier ones wrote / 看起來後面的輪次看不到前面寫下的 token"""


def log_prob(logits, tokens, plan, mask):
    total = np.zeros(len(tokens))
    for at in plan:
        at = np.asarray(at, np.int64)
        log_probs = maths.log_softmax(logits(np.full_like(tokens, mask), at).astype(np.float64))
        total += np.take_along_axis(log_probs, tokens[:, at, None], -1)[..., 0].sum(axis=1)
    return total
