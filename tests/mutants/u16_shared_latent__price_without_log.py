"""looks as if the KL divergence lacks the log of the variance / 看起來 KL 散度少了減去 log 變異數那一項"""


def kl_to_normal(mean, log_variance):
    return 0.5 * (mean ** 2 + np.exp(log_variance) - 1.0).sum(axis=-1)
