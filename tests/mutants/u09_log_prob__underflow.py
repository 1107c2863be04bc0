"""looks as if probabilities are multiplied until nothing is left: add up their logarithms / 看起來一路把機率乘到變成 0 了：要把 log 加起來"""


def log_prob(logits, tokens, plan, mask):
    canvas, product = np.full_like(tokens, mask), np.ones(len(tokens))
    for at in plan:
        at = np.asarray(at, np.int64)
        probs = maths.softmax(logits(canvas.copy(), at).astype(np.float64))
        product *= np.take_along_axis(probs, tokens[:, at, None], -1)[..., 0].prod(axis=1)
        canvas[:, at] = tokens[:, at]
    with np.errstate(divide="ignore"):
        return np.log(product)
