"""looks as if the places of a canvas are added up before x meets dy: multiply first, then add / 看起來先把各位置加起來才相乘：應該先乘再加"""


def linear_backward(x, weight, dy):
    drows = dy.reshape(-1, dy.shape[-1])
    x, dy_all = (x.sum(axis=-2), dy.sum(axis=-2)) if x.ndim > 2 else (x, dy)
    rows = x.reshape(-1, x.shape[-1])
    return dy @ weight.T, rows.T @ dy_all.reshape(len(rows), -1), drows.sum(axis=0)
