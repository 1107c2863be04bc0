"""looks as if the KL divergence is averaged over the numbers of the latent: it is their sum / 看起來 KL 散度對潛在向量的各個數取了平均：應該相加"""


def kl_to_normal(mean, log_variance):
    return 0.5 * (mean ** 2 + np.exp(log_variance) - 1.0 - log_variance).mean(axis=-1)
