"""looks as if the squares are added up and not divided by how many there are / 看起來平方只加起來，沒有除以個數"""


def diffusion_loss(predict, x, steps, noise, alpha_bar):
    noisy = add_noise(x, alpha_bar[steps], noise)
    return float(np.sum((predict(noisy, steps) - noise) ** 2))
