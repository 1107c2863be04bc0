"""looks as if the array coarse_log_prob that was given is changed: make a new one / 看起來改到了給你的 coarse_log_prob：要算出新的陣列"""


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    log_probs = maths.log_softmax(fine_logits(coarse.copy()).astype(np.float64))
    coarse_log_prob += np.take_along_axis(log_probs, fine[..., None], axis=-1)[..., 0].sum(axis=(1, 2))
    return coarse_log_prob
