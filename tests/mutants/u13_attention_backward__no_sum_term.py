"""looks as if each score hears of its own weight only: more of one weight is less of the others / 看起來每個分數只管自己的權重：一個權重變大，其他的就變小"""


def softmax_backward(dweights, weights):
    return weights * dweights
