"""looks as if raw scores are added up: they are no log-probabilities before the softmax / 看起來直接把分數相加了：要先過 log_softmax 才是 log 機率"""


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    scores = fine_logits(coarse.copy()).astype(np.float64)
    return coarse_log_prob + np.take_along_axis(scores, fine[..., None], axis=-1)[..., 0].sum(axis=(1, 2))
