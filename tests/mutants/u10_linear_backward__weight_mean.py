"""looks as if dweight is divided by the number of rows: the mean is already in the loss / 看起來 dweight 除以了橫排數：平均已經在損失裡算過了"""


def linear_backward(x, weight, dy):
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ weight.T, rows.T @ drows / len(rows), drows.sum(axis=0)
