"""looks as if new arrays are made: write into the arrays that are given (-=, not = ... -) / 看起來做了新的陣列：要寫進給你的陣列裡（用 -=，不是 = ... -）"""


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    first = beta1 * first + (1 - beta1) * grad
    second = beta2 * second + (1 - beta2) * grad ** 2
    param = param - rate / (1 - beta1 ** step) * first / (np.sqrt(second / (1 - beta2 ** step)) + epsilon)
    return param
