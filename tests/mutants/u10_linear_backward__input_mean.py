"""looks as if dx is divided by the number of rows: each row hears only of itself / 看起來 dx 除以了橫排數：每一橫排只管自己"""


def linear_backward(x, weight, dy):
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ weight.T / len(rows), rows.T @ drows, drows.sum(axis=0)
