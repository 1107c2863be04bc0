"""looks as if the bound is a sum over the canvases: it is their mean / 看起來下界把每張畫布加起來了：要取平均"""


def bound(told, mean, log_variance):
    return float(np.sum(told - kl_to_normal(mean, log_variance)))
