"""looks as if the weight of the price is not used / 看起來 KL 散度的權重 weight 沒有用到"""


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    deviation = np.exp(0.5 * log_variance)
    return dlatent + mean, 0.5 * (dlatent * noise * deviation + deviation ** 2 - 1.0)
