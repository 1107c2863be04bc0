"""looks as if the prediction is compared with the picture: here the model predicts the noise / 看起來預測是跟圖比的：這裡模型要猜的是雜訊"""


def diffusion_loss(predict, x, steps, noise, alpha_bar):
    noisy = add_noise(x, alpha_bar[steps], noise)
    return float(np.mean((predict(noisy, steps) - x) ** 2))
