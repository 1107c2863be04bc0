"""looks as if epsilon is added before second is corrected: divide by 1 - beta2 ** step first / 看起來 epsilon 在修正 second 之前就加了：先除以 1 - beta2 ** step 再加"""


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    first += (1 - beta1) * (grad - first)
    second += (1 - beta2) * (grad * grad - second)
    root = (1 - beta2 ** step) ** 0.5
    param -= rate / (1 - beta1 ** step) * first * root / (np.sqrt(second) + epsilon)
