"""looks as if second is a mean of the gradient's size, not of its square / 看起來 second 平均的是梯度的大小，應該是梯度的平方"""


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    first += (1 - beta1) * (grad - first)
    second += (1 - beta2) * (np.abs(grad) - second)
    param -= rate / (1 - beta1 ** step) * first / (np.sqrt(second / (1 - beta2 ** step)) + epsilon)
