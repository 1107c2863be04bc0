"""looks as if dbias has one axis too many: the bias is (n_out,), not (1, n_out) / 看起來 dbias 多了一軸：bias 的形狀是 (n_out,)，不是 (1, n_out)"""


def linear_backward(x, weight, dy):
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ weight.T, rows.T @ drows, drows.sum(axis=0, keepdims=True)
