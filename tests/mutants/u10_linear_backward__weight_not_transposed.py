"""looks as if dx uses the weight without turning rows into columns: compare with weight.T / 看起來算 dx 時 weight 沒有轉置：跟 weight.T 比比看"""


def linear_backward(x, weight, dy):
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ weight.reshape(weight.shape[::-1]), rows.T @ drows, drows.sum(axis=0)
