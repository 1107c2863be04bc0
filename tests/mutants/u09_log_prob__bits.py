"""looks as if log_prob is in bits: it is asked for in nats / 看起來 log_prob 的單位是位元：這裡要的是 nats"""


def log_prob(logits, tokens, plan, mask):
    canvas, total = np.full_like(tokens, mask), np.zeros(len(tokens))
    for at in plan:
        at = np.asarray(at, np.int64)
        log_probs = maths.log_softmax(logits(canvas.copy(), at).astype(np.float64)) / np.log(2.0)
        total += np.take_along_axis(log_probs, tokens[:, at, None], -1)[..., 0].sum(axis=1)
        canvas[:, at] = tokens[:, at]
    return total
