"""looks as if the clean canvas stays too faint: after the noise is gone, divide by sqrt(alpha_bar) / 看起來乾淨的圖太淡了：減掉雜訊之後還要除以 sqrt(alpha_bar)"""


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    clean = x - np.sqrt(1.0 - alpha_bar) * predicted
    sigma = eta * np.sqrt((1.0 - alpha_bar_next) / (1.0 - alpha_bar)) * np.sqrt(1.0 - alpha_bar / alpha_bar_next)
    old = np.sqrt(1.0 - alpha_bar_next - sigma ** 2)
    return np.sqrt(alpha_bar_next) * clean + old * predicted + sigma * noise
