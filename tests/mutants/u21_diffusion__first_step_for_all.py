"""looks as if all canvases got the noise of the first one's step: canvas b has steps[b] / 看起來每張畫布都用了第一張的步數：第 b 張要用 steps[b]"""


def diffusion_loss(predict, x, steps, noise, alpha_bar):
    noisy = add_noise(x, float(alpha_bar[steps[0]]), noise)
    return float(np.mean((predict(noisy, steps) - noise) ** 2))
