"""A lower triangle of products, einsum over canvases, and every result in float32."""


def alpha_bars(betas):
    table = np.where(np.tri(len(betas), dtype=bool), 1.0 - betas, 1.0)
    return table.prod(axis=1).astype(np.float32)


def add_noise(x, alpha_bar, noise):
    level = np.broadcast_to(np.asarray(alpha_bar, np.float64), (len(x),))
    mixed = np.einsum("b,b...->b...", level ** 0.5, x) + np.einsum("b,b...->b...", (1.0 - level) ** 0.5, noise)
    return mixed.astype(np.float32)


def diffusion_loss(predict, x, steps, noise, alpha_bar):
    noisy = np.stack([add_noise(x[b:b + 1], alpha_bar[steps[b]], noise[b:b + 1])[0] for b in range(len(x))])
    return np.linalg.norm(predict(noisy, steps) - noise) ** 2 / x.size


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    sigma = eta * ((1 - alpha_bar_next) / (1 - alpha_bar) * (1 - alpha_bar / alpha_bar_next)) ** 0.5
    clean = (x - (1 - alpha_bar) ** 0.5 * predicted) / alpha_bar ** 0.5
    weights = np.array([alpha_bar_next ** 0.5, max(1 - alpha_bar_next - sigma ** 2, 0) ** 0.5, sigma])
    return np.einsum("w,w...->...", weights, np.stack([clean, predicted, noise])).astype(np.float32)
