"""looks as if very small probabilities became 0: take the largest log-probability away before exp / 看起來很小的機率變成 0 了：exp 之前先減掉最大的 log 機率"""


def any_order_log_prob(order_log_probs):
    with np.errstate(divide="ignore"):
        return np.log(np.exp(order_log_probs).mean(axis=0))
