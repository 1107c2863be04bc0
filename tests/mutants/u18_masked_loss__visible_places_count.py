"""looks as if visible places count too: only what is hidden was guessed / 看起來沒遮住的位置也算進損失了：只有遮住的才是猜的"""


def masked_loss(logits, tokens, hidden):
    log_probs = maths.log_softmax(logits.astype(np.float64))
    return float(-np.take_along_axis(log_probs, tokens[..., None], -1).mean())
