"""The optimisers in one sweep over memory instead of ten."""

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


@kernel
def momentum(velocity, grad, keep, ahead):        # all (n,); the length of what is written into ahead
    new, total = np.float32(1.0) - keep, np.float32(0.0)
    for i in range(grad.size):
        velocity[i] += new * (grad[i] - velocity[i])
        ahead[i] = new * grad[i] + keep * velocity[i]
        total += ahead[i] * ahead[i]
    return math.sqrt(total)


@kernel
def blend(into, other, keep, take):               # into = keep * into + take * other
    for i in range(into.size):
        into[i] = keep * into[i] + take * other[i]
