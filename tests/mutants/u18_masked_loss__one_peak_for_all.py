"""looks as if one largest value serves all canvases: each canvas has its own / 看起來所有畫布減掉同一個最大值：每張畫布有自己的最大值"""


def any_order_log_prob(order_log_probs):
    peak = np.full(order_log_probs.shape[1], order_log_probs.max())
    peak = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(divide="ignore"):
        return peak + np.log(np.exp(order_log_probs - peak).mean(axis=0))
