"""looks as if only the fine picture is scored: the coarse one has a probability too / 看起來只算了大圖的機率：小圖也有機率"""


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    log_probs = maths.log_softmax(fine_logits(coarse.copy()).astype(np.float64))
    return np.take_along_axis(log_probs, fine[..., None], axis=-1)[..., 0].sum(axis=(1, 2))
