"""looks as if the bound adds the price: a guess costs something, take it away / 看起來下界把 KL 加上去了：猜是要付出代價的，所以要減掉"""


def bound(told, mean, log_variance):
    return float(np.mean(told + kl_to_normal(mean, log_variance)))
