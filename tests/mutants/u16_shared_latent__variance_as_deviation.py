"""looks as if noise is multiplied by the variance: its square root, exp(log_variance / 2), is the deviation / 看起來雜訊乘上了變異數：要乘標準差 exp(log_variance / 2)"""


def reparameterise(mean, log_variance, noise):
    return mean + np.exp(log_variance) * noise


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    variance = np.exp(log_variance)
    return dlatent + weight * mean, dlatent * noise * variance + 0.5 * weight * (variance - 1.0)
