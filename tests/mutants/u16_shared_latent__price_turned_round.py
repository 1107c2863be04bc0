"""looks as if the KL divergence has the wrong sign: it is never negative / 看起來 KL 散度的正負號反了：它不會是負的"""


def kl_to_normal(mean, log_variance):
    return -0.5 * (mean ** 2 + np.exp(log_variance) - 1.0 - log_variance).sum(axis=-1)
