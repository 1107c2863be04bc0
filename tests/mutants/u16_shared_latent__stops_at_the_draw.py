"""looks as if the gradient stops at the draw: the noise carries it on to the log variance / 看起來梯度停在抽樣那裡：要經過雜訊傳到 log 變異數"""


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    return dlatent + weight * mean, 0.5 * weight * (np.exp(log_variance) - 1.0)
