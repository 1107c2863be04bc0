"""looks as if the loss is that of a whole canvas: divide by T for nats per place / 看起來算的是整張畫布的損失：除以 T 才是每個位置的"""


def masked_loss(logits, tokens, hidden):
    log_probs = maths.log_softmax(logits.astype(np.float64))
    told = np.take_along_axis(log_probs, tokens[..., None], -1)[..., 0]
    return float((-np.where(hidden, told, 0.0).sum(axis=1) * tokens.shape[1] / hidden.sum(axis=1)).mean())
