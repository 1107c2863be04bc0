"""looks as if every canvas has a dweight of its own: all share one weight, so add them up / 看起來每張畫布各有一個 dweight：大家共用一個 weight，要加起來"""


def linear_backward(x, weight, dy):
    drows = dy.reshape(-1, dy.shape[-1])
    return dy @ weight.T, np.atleast_2d(x).swapaxes(-1, -2) @ np.atleast_2d(dy), drows.sum(axis=0)
