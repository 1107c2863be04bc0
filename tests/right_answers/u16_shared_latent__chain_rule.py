"""Step by step along the chain rule: log variance, deviation, latent; the price as two parts, in rows of plain lists."""


def reparameterise(mean, log_variance, noise):
    return np.stack([m + np.exp(v) ** 0.5 * e for m, v, e in zip(mean, log_variance, noise)])


def kl_to_normal(mean, log_variance):
    shift = np.linalg.norm(mean, axis=1) ** 2 / 2
    spread = [sum(np.exp(v) - v - 1 for v in row) / 2 for row in log_variance]
    return shift + np.array(spread)


def bound(told, mean, log_variance):
    return np.subtract(told, kl_to_normal(mean, log_variance)).mean()


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    deviation = np.sqrt(np.exp(log_variance))
    ddeviation = dlatent * noise + weight * deviation               # of the draw, and of deviation ** 2 / 2 in the price
    dlog_variance = ddeviation * deviation / 2 - weight / 2         # d deviation / d log_variance = deviation / 2
    return np.stack([dlatent, weight * mean]).sum(axis=0), dlog_variance
