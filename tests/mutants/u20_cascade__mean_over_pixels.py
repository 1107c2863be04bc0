"""looks as if the log-probabilities of the pixels are averaged: they add up / 看起來把像素的 log 機率平均了：應該相加"""


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    log_probs = maths.log_softmax(fine_logits(coarse.copy()).astype(np.float64))
    return coarse_log_prob + np.take_along_axis(log_probs, fine[..., None], axis=-1)[..., 0].mean(axis=(1, 2))
