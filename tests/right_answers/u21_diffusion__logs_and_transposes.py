"""Products as sums of logs; the batch moved to the last axis, where NumPy lines it up; the step as three weights."""


def alpha_bars(betas):
    return np.exp(np.cumsum(np.log1p(-betas)))


def add_noise(x, alpha_bar, noise):
    return (x.T * np.sqrt(alpha_bar) + noise.T * np.sqrt(1.0 - np.asarray(alpha_bar))).T


def diffusion_loss(predict, x, steps, noise, alpha_bar):
    gap = np.ravel(predict(add_noise(x, np.take(alpha_bar, steps), noise), steps)) - np.ravel(noise)
    return np.dot(gap, gap) / gap.size


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    keep = np.sqrt(alpha_bar_next / alpha_bar)
    fresh = (1.0 - alpha_bar_next) / (1.0 - alpha_bar) * (1.0 - alpha_bar / alpha_bar_next) * eta ** 2
    old = np.sqrt(max(1.0 - alpha_bar_next - fresh, 0.0)) - keep * np.sqrt(1.0 - alpha_bar)
    return keep * x + old * predicted + np.sqrt(fresh) * noise
