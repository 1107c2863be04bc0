"""Plain Python, one number after the other."""

import math


def alpha_bars(betas):
    out, left = [], 1.0
    for beta in betas:
        left = left - left * float(beta)
        out.append(left)
    return np.array(out)


def add_noise(x, alpha_bar, noise):
    out = np.zeros(x.shape)
    for b in range(len(x)):
        level = float(alpha_bar) if np.ndim(alpha_bar) == 0 else float(alpha_bar[b])
        for rest in np.ndindex(*x.shape[1:]):
            out[(b, *rest)] = math.sqrt(level) * x[(b, *rest)] + math.sqrt(1 - level) * noise[(b, *rest)]
    return out


def diffusion_loss(predict, x, steps, noise, alpha_bar):
    noisy = add_noise(x, [alpha_bar[step] for step in steps], noise)
    wrong = predict(noisy, steps)
    total = 0.0
    for index in np.ndindex(*x.shape):
        total += (wrong[index] - noise[index]) ** 2
    return total / x.size


def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
    fresh = eta ** 2 * (1 - alpha_bar_next) / (1 - alpha_bar) * (1 - alpha_bar / alpha_bar_next)     # a variance
    out = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        clean = (x[index] - math.sqrt(1 - alpha_bar) * predicted[index]) / math.sqrt(alpha_bar)
        if alpha_bar_next == 1:
            out[index] = clean
        else:
            out[index] = (math.sqrt(alpha_bar_next) * clean + math.sqrt(1 - alpha_bar_next - fresh) * predicted[index]
                          + math.sqrt(fresh) * noise[index])
    return out
