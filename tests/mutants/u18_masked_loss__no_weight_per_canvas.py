"""looks as if all hidden places are averaged at once: each canvas has its own weight, T / n / 看起來把所有遮住的位置一起平均了：每張畫布有自己的權重 T / n"""


def masked_loss(logits, tokens, hidden):
    log_probs = maths.log_softmax(logits.astype(np.float64))
    told = np.take_along_axis(log_probs, tokens[..., None], -1)[..., 0]
    return float(-told[hidden].mean())
