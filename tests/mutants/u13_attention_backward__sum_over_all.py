"""looks as if the sum runs over all rows: each row has its own / 看起來總和加到了所有的橫排：每一橫排有自己的總和"""


def softmax_backward(dweights, weights):
    return weights * (dweights - (dweights * weights).sum())
