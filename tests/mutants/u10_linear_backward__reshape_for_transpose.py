"""looks as if x was reshaped where it should be transposed: numbers of different rows meet / 看起來該轉置的地方用了 reshape：不同橫排的數字混在一起了"""


def linear_backward(x, weight, dy):
    drows = dy.reshape(-1, dy.shape[-1])
    return dy @ weight.T, x.reshape(x.shape[-1], -1) @ drows, drows.sum(axis=0)
