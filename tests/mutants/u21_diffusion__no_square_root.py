"""looks as if the square roots are missing: alpha_bar is a share of the variance / 看起來少了開根號：alpha_bar 是變異數的比例"""


def add_noise(x, alpha_bar, noise):
    kept = np.asarray(alpha_bar)
    kept = kept.reshape(kept.shape + (1,) * (x.ndim - kept.ndim))
    return kept * x + (1.0 - kept) * noise
