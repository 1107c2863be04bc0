"""looks as if alpha_bar lags one step behind: the first one already has the first beta in it / 看起來 alpha_bar 慢了一步：第一個就要算進第一個 beta"""


def alpha_bars(betas):
    return np.cumprod(np.concatenate([[1.0], 1.0 - betas[:-1]]))
