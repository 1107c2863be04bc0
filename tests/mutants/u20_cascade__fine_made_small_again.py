"""looks as if the fine model is told the shrunken fine picture: it is told the coarse one / 看起來給模型看的是縮小後的大圖：要給它看小圖"""


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    told = shrink(fine, fine.shape[1] // coarse.shape[1], int(fine.max()) + 1)
    log_probs = maths.log_softmax(fine_logits(told).astype(np.float64))
    return coarse_log_prob + np.take_along_axis(log_probs, fine[..., None], axis=-1)[..., 0].sum(axis=(1, 2))
