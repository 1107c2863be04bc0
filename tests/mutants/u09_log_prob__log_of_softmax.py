"""looks as if very unlikely tokens turn impossible: use log_softmax, not the log of the softmax / 看起來很不可能的 token 變成完全不可能了：要用 log_softmax，不是 softmax 再取 log"""


def log_prob(logits, tokens, plan, mask):
    canvas, total = np.full_like(tokens, mask), np.zeros(len(tokens))
    for at in plan:
        at = np.asarray(at, np.int64)
        probs = maths.softmax(logits(canvas.copy(), at).astype(np.float64))
        with np.errstate(divide="ignore"):
            total += np.log(np.take_along_axis(probs, tokens[:, at, None], -1)[..., 0]).sum(axis=1)
        canvas[:, at] = tokens[:, at]
    return total
