"""looks as if the log is taken of exp(log_variance), which may have rounded to 0: log_variance itself is the log / 看起來先取 exp 再取 log，exp 可能已經變成 0 了：log_variance 本身就是 log"""


def kl_to_normal(mean, log_variance):
    variance = np.exp(log_variance)
    with np.errstate(divide="ignore"):
        return 0.5 * (mean ** 2 + variance - 1.0 - np.log(variance)).sum(axis=-1)
