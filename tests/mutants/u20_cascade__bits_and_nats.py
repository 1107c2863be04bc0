"""looks as if bits of the fine picture are added to nats of the coarse one / 看起來把大圖的位元和小圖的 nats 加在一起了"""


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    log_probs = maths.log_softmax(fine_logits(coarse.copy()).astype(np.float64)) / np.log(2.0)
    return coarse_log_prob + np.take_along_axis(log_probs, fine[..., None], axis=-1)[..., 0].sum(axis=(1, 2))
