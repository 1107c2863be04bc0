"""looks as if orders under which a canvas is impossible are left out of the mean: they count as 0 / 看起來算平均時略過了不可能的順序：它們要當成 0 算進去"""


def any_order_log_prob(order_log_probs):
    peak = order_log_probs.max(axis=0)
    peak = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(divide="ignore"):
        return peak + np.log(np.exp(order_log_probs - peak).sum(axis=0) / np.maximum(1, np.isfinite(order_log_probs).sum(axis=0)))
