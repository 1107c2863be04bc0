"""looks as if the model is shown the finished canvas, with the answer on it: start with masks everywhere / 看起來模型看到了寫好答案的畫布：一開始要全部遮住"""


def log_prob(logits, tokens, plan, mask):
    total = np.zeros(len(tokens))
    for at in plan:
        at = np.asarray(at, np.int64)
        log_probs = maths.log_softmax(logits(tokens.copy(), at).astype(np.float64))
        total += np.take_along_axis(log_probs, tokens[:, at, None], -1)[..., 0].sum(axis=1)
    return total
