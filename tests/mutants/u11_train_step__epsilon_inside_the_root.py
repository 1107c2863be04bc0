"""looks as if epsilon is added before the square root / 看起來 epsilon 加在根號裡面了，應該加在外面"""


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    first += (1 - beta1) * (grad - first)
    second += (1 - beta2) * (grad * grad - second)
    param -= rate / (1 - beta1 ** step) * first / np.sqrt(second / (1 - beta2 ** step) + epsilon)
