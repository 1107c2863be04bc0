"""looks as if the model was shown the clean picture: it should see the noisy one / 看起來模型看到的是乾淨的圖：要給它加了雜訊的圖"""


def diffusion_loss(predict, x, steps, noise, alpha_bar):
    return float(np.mean((predict(x.copy(), steps) - noise) ** 2))
