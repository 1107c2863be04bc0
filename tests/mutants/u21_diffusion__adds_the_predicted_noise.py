"""looks as if the predicted noise is added to find the clean canvas: take it away / 看起來算乾淨的圖時把預測的雜訊加上去了：應該是減掉"""


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    clean = (x + np.sqrt(1.0 - alpha_bar) * predicted) / np.sqrt(alpha_bar)
    sigma = eta * np.sqrt((1.0 - alpha_bar_next) / (1.0 - alpha_bar)) * np.sqrt(1.0 - alpha_bar / alpha_bar_next)
    old = np.sqrt(1.0 - alpha_bar_next - sigma ** 2)
    return np.sqrt(alpha_bar_next) * clean + old * predicted + sigma * noise
