"""Sums over named axes and expm1; the bound as a difference of two means."""


def reparameterise(mean, log_variance, noise):
    return np.add(np.multiply(np.exp(log_variance / 2), noise), mean)


def kl_to_normal(mean, log_variance):
    squares = np.einsum("bc,bc->b", mean, mean)
    return (squares + np.einsum("bc->b", np.expm1(log_variance)) - np.einsum("bc->b", log_variance)) / 2


def bound(told, mean, log_variance):
    return np.average(told) - np.average(kl_to_normal(mean, log_variance))


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    moved = reparameterise(np.zeros_like(mean), log_variance, noise)            # how far the draw lies from its mean
    return dlatent + weight * mean, (dlatent * moved + weight * np.expm1(log_variance)) / 2
