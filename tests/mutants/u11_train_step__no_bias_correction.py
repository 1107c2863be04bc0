"""looks as if the means, which start at zero, are used as they are: divide by 1 - beta ** step / 看起來直接用了從 0 開始的平均：要除以 1 - beta ** step"""


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    first += (1 - beta1) * (grad - first)
    second += (1 - beta2) * (grad * grad - second)
    param -= rate * first / (np.sqrt(second) + epsilon)
