"""looks as if log_prob is averaged over the places: the probability of a canvas is a product, so logs add up / 看起來對位置取了平均：整張畫布的機率是連乘，log 要相加"""


def log_prob(logits, tokens, plan, mask):
    canvas, total = np.full_like(tokens, mask), np.zeros(len(tokens))
    for at in plan:
        at = np.asarray(at, np.int64)
        log_probs = maths.log_softmax(logits(canvas.copy(), at).astype(np.float64))
        total += np.take_along_axis(log_probs, tokens[:, at, None], -1)[..., 0].sum(axis=1)
        canvas[:, at] = tokens[:, at]
    return total / tokens.shape[1]
