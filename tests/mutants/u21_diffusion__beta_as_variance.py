"""looks as if sigma lacks its first factor, sqrt((1 - alpha_bar_next) / (1 - alpha_bar)) / 看起來 sigma 少了前面那個因子 sqrt((1 - alpha_bar_next) / (1 - alpha_bar))"""


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    clean = (x - np.sqrt(1.0 - alpha_bar) * predicted) / np.sqrt(alpha_bar)
    sigma = eta * np.sqrt(1.0 - alpha_bar / alpha_bar_next)
    old = np.sqrt(max(1.0 - alpha_bar_next - sigma ** 2, 0.0))
    return np.sqrt(alpha_bar_next) * clean + old * predicted + sigma * noise
