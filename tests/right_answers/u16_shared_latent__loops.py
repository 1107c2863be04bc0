"""Number by number in plain Python, with the deviation as the square root of the variance."""

import math


def reparameterise(mean, log_variance, noise):
    latent = np.empty(mean.shape)
    for i in np.ndindex(mean.shape):
        latent[i] = mean[i] + math.sqrt(math.exp(log_variance[i])) * noise[i]
    return latent


def kl_to_normal(mean, log_variance):
    prices = []
    for row, logs in zip(mean.tolist(), log_variance.tolist()):
        total = 0.0
        for m, v in zip(row, logs):
            total += (m * m + math.exp(v) - (1 + v)) / 2
        prices.append(total)
    return np.array(prices)


def bound(told, mean, log_variance):
    total = 0.0
    for nats, price in zip(told, kl_to_normal(mean, log_variance)):
        total += float(nats) - float(price)
    return total / len(told)


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    dmean, dlog_variance = np.zeros(mean.shape), np.zeros(mean.shape)
    for i in np.ndindex(mean.shape):
        variance = math.exp(log_variance[i])
        dmean[i] = dlatent[i] + weight * mean[i]
        dlog_variance[i] = dlatent[i] * noise[i] * math.sqrt(variance) / 2 - weight * (1 - variance) / 2
    return dmean, dlog_variance
