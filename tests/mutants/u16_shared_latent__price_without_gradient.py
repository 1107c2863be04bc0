"""looks as if the price has no gradient: add weight times that of the KL divergence / 看起來 KL 散度沒有梯度：要加上 weight 乘以它的梯度"""


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    return dlatent + 0.0, 0.5 * dlatent * noise * np.exp(0.5 * log_variance)
