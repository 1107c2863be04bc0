"""looks as if a mean stands where the sum over dw * w should be / 看起來 dw * w 取了平均，應該是總和"""


def softmax_backward(dweights, weights):
    return weights * (dweights - (dweights * weights).mean(axis=-1, keepdims=True))
