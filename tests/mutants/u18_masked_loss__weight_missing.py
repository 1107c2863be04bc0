"""looks as if the weight T / n is missing: few hidden places speak for all of them / 看起來少乘了 T / n：遮住的那幾個要代表全部的位置"""


def masked_loss(logits, tokens, hidden):
    log_probs = maths.log_softmax(logits.astype(np.float64))
    told = np.take_along_axis(log_probs, tokens[..., None], -1)[..., 0]
    return float(-np.where(hidden, told, 0.0).sum(axis=1).mean() / tokens.shape[1])
