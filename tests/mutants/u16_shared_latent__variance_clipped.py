"""looks as if large variances are cut off: log_variance may be any number / 看起來太大的變異數被截掉了：log_variance 可以是任何數"""


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    deviation = np.exp(0.5 * np.minimum(log_variance, 2.0))
    dmean = dlatent + weight * mean
    dlog_variance = 0.5 * (dlatent * noise * deviation + weight * (deviation ** 2 - 1.0))
    return dmean, dlog_variance
