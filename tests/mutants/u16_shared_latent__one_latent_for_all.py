"""looks as if all canvases share the noise of the first: each canvas has a latent of its own / 看起來整批畫布共用第一張的雜訊：每張畫布有自己的潛在向量"""


def reparameterise(mean, log_variance, noise):
    return mean + np.exp(0.5 * log_variance) * noise[0]


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    deviation = np.exp(0.5 * log_variance)
    return dlatent + weight * mean, 0.5 * (dlatent * noise[0] * deviation + weight * (deviation ** 2 - 1.0))
