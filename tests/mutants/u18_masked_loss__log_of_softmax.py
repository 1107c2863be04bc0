"""looks as if a tiny probability became 0 before its log was taken: use log_softmax / 看起來很小的機率先變成 0 才取 log：用 log_softmax"""


def masked_loss(logits, tokens, hidden):
    length = tokens.shape[1]
    with np.errstate(all='ignore'):
        log_probs = np.log(maths.softmax(logits.astype(np.float64)))
    told = np.take_along_axis(log_probs, tokens[..., None], -1)[..., 0]
    surprise = -np.where(hidden, told, 0.0).sum(axis=1)
    weight = length / hidden.sum(axis=1)
    return float((weight * surprise).mean() / length)
