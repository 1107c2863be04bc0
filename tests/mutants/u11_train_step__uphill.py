"""looks as if the step follows the gradient uphill: the loss should go down / 看起來順著梯度往上走了：損失應該要下降"""


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    first += (1 - beta1) * (grad - first)
    second += (1 - beta2) * (grad * grad - second)
    param += rate / (1 - beta1 ** step) * first / (np.sqrt(second / (1 - beta2 ** step)) + epsilon)
