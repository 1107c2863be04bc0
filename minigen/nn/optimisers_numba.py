"""Adam in one sweep over memory instead of ten."""

import math

import numpy as np

from minigen.jit import kernel


@kernel
def adam(param, grad, first, second, beta1, beta2, speed, spread, epsilon, shrink):
    one = np.float32(1.0)
    for i in range(param.size):
        first[i] += (one - beta1) * (grad[i] - first[i])
        second[i] += (one - beta2) * (grad[i] * grad[i] - second[i])
        param[i] = shrink * param[i] - speed * first[i] / (math.sqrt(spread * second[i]) + epsilon)
