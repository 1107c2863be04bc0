"""looks as if the scores are added up as they are: log_softmax makes them log-probabilities / 看起來直接把分數加起來了：要先過 log_softmax 才是 log 機率"""


def log_prob(logits, tokens, plan, mask):
    canvas, total = np.full_like(tokens, mask), np.zeros(len(tokens))
    for at in plan:
        at = np.asarray(at, np.int64)
        scores = logits(canvas.copy(), at).astype(np.float64)
        total += np.take_along_axis(scores, tokens[:, at, None], -1)[..., 0].sum(axis=1)
        canvas[:, at] = tokens[:, at]
    return total
