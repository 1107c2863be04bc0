"""looks as if dw is averaged without its weights: the sum is over dw * w / 看起來減掉的是 dw 的平均：應該是 dw * w 的總和"""


def softmax_backward(dweights, weights):
    return weights * (dweights - dweights.mean(axis=-1, keepdims=True))
