"""looks as if arrays that are not contiguous are not written into: flattening them made copies / 看起來不連續的陣列沒有被改到：攤平的時候變成了複本"""


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    param, grad, first, second = (array.reshape(-1) for array in (param, grad, first, second))
    for i in range(len(param)):
        first[i] = beta1 * first[i] + (1 - beta1) * grad[i]
        second[i] = beta2 * second[i] + (1 - beta2) * grad[i] ** 2
        param[i] -= rate / (1 - beta1 ** step) * first[i] / (np.sqrt(second[i] / (1 - beta2 ** step)) + epsilon)
