"""looks as if a tiny probability became 0 before its log was taken: use log_softmax / 看起來很小的機率先變成 0 才取 log：用 log_softmax"""


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    probs = maths.softmax(fine_logits(coarse.copy()).astype(np.float64))
    with np.errstate(divide="ignore"):
        return coarse_log_prob + np.log(np.take_along_axis(probs, fine[..., None], axis=-1)[..., 0]).sum(axis=(1, 2))
