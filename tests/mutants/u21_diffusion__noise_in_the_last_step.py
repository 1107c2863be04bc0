"""looks as if fresh noise comes in at the last step too: there the answer should stay clean / 看起來最後一步也加了雜訊：最後一步應該是乾淨的"""


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    clean = (x - np.sqrt(1.0 - alpha_bar) * predicted) / np.sqrt(alpha_bar)
    if alpha_bar_next == 1.0:
        return clean + eta * np.sqrt(1.0 - alpha_bar) * noise
    sigma = eta * np.sqrt((1.0 - alpha_bar_next) / (1.0 - alpha_bar)) * np.sqrt(1.0 - alpha_bar / alpha_bar_next)
    old = np.sqrt(1.0 - alpha_bar_next - sigma ** 2)
    return np.sqrt(alpha_bar_next) * clean + old * predicted + sigma * noise
