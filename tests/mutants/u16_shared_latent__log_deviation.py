"""looks as if log_variance is read as the log of the deviation: it is the log of its square / 看起來把 log_variance 當成 log 標準差了：它是 log 變異數，差一個平方"""


def reparameterise(mean, log_variance, noise):
    return mean + np.exp(log_variance) * noise


def kl_to_normal(mean, log_variance):
    return 0.5 * (mean ** 2 + np.exp(2 * log_variance) - 1.0 - 2 * log_variance).sum(axis=-1)


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    deviation = np.exp(log_variance)
    return dlatent + weight * mean, dlatent * noise * deviation + weight * (deviation ** 2 - 1.0)
