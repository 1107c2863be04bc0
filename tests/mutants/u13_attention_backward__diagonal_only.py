"""looks as if only w * (1 - w) is there: a score moves the other weights, too / 看起來只有 w * (1 - w)：一個分數也會動到其他的權重"""


def softmax_backward(dweights, weights):
    return weights * (1 - weights) * dweights
