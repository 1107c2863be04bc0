"""Optimisers: ``step(params, grads)`` changes params in place.

``Adam`` for tables and output layers, ``Muon`` for the matrices inside a network. ``rate``
scales every learning rate and is set from outside by the schedule.
"""

from functools import partial

import numpy as np

from minigen.parallel import side_by_side


def clip(grads, limit):
    """Shorten all gradients together so that their joint length is at most ``limit``; in place."""
    length = float(np.sqrt(sum(np.dot(grad.ravel(), grad.ravel()) for grad in grads.values())))
    if length > limit:
        for grad in grads.values():
            grad *= limit / length
    return length


def warmup_then_linear(step, steps, warmup=20, last=0.0):
    """Rate at ``step``: up in ``warmup`` steps, flat until half-way, then straight down towards ``last``."""
    up = min(1.0, (step + 1) / warmup)
    down = min(1.0, 2.0 * (1.0 - step / steps))
    return up * (last + (1.0 - last) * down)


class Adam:
    """Momentum divided by the gradient's usual size (Kingma and Ba, 2015), with decoupled decay.

    ``decay`` pulls weights towards 0 by that share of the learning rate (AdamW, Loshchilov and
    Hutter, 2019).
    """

    def __init__(self, learning_rate=1e-3, beta1=0.9, beta2=0.99, decay=0.0, epsilon=1e-8):
        self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
        self.decay, self.epsilon, self.rate = decay, epsilon, 1.0
        self.steps, self.moments = 0, {}

    def step(self, params, grads):
        self.steps += 1
        for name, param in params.items():
            self.step_one(name, param, grads[name])

    def step_one(self, name, param, grad):
        first, second = self.moments.setdefault(name, (np.zeros_like(param), np.zeros_like(param)))
        # Both moments start at zero; dividing by 1 - beta ** t undoes that bias.
        speed = self.rate * self.learning_rate / (1 - self.beta1 ** self.steps)
        spread = 1.0 / (1 - self.beta2 ** self.steps)
        if param.dtype == np.float32 and param.flags.c_contiguous:     # a copy would be changed in its place
            from minigen.nn import optimisers_numba
            optimisers_numba.adam(param.reshape(-1), grad.reshape(-1), first.reshape(-1), second.reshape(-1),
                                  np.float32(self.beta1), np.float32(self.beta2), np.float32(speed),
                                  np.float32(spread), np.float32(self.epsilon),
                                  np.float32(1 - self.rate * self.learning_rate * self.decay))
            return
        first += (1 - self.beta1) * (grad - first)
        second += (1 - self.beta2) * (grad * grad - second)
        param *= 1 - self.rate * self.learning_rate * self.decay
        param -= speed * first / (np.sqrt(spread * second) + self.epsilon)


def orthogonalise(matrix, rounds=5):
    """Move every singular value of a matrix near 1 without taking it apart.

    A Newton-Schulz iteration with the coefficients of Jordan (2024): singular values end
    between about 0.7 and 1.2 unless they were tiny, which is near enough for a direction to step in.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (np.linalg.norm(x) + 1e-7)
    for _ in range(rounds):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.T if tall else x


class Muon:
    """Momentum, orthogonalised: every direction of a matrix moves equally far (Jordan, 2024).

    Reaches a given loss in about half of Adam's steps on the small networks here. Whatever is not
    an inner matrix (tables of embeddings, the output layer, biases) is given to Adam.

    Parameters
    ----------
    is_matrix : callable (name, array) -> bool
        Which params are inner matrices.
    """

    def __init__(self, is_matrix, learning_rate=0.02, momentum=0.95, rounds=5, decay=0.0, adam=None):
        self.is_matrix, self.learning_rate, self.momentum = is_matrix, learning_rate, momentum
        self.rounds, self.decay, self.rate = rounds, decay, 1.0
        self.adam, self.moments = adam or Adam(0.003), {}

    def step(self, params, grads):
        self.adam.steps += 1
        self.adam.rate = self.rate
        side_by_side([partial(self.step_matrix if self.is_matrix(name, param) else self.adam.step_one,
                              name, param, grads[name]) for name, param in params.items()])

    def step_matrix(self, name, param, grad):
        velocity = self.moments.setdefault(name, np.zeros_like(param))
        velocity += (1 - self.momentum) * (grad - velocity)
        ahead = (1 - self.momentum) * grad + self.momentum * velocity          # Nesterov's look-ahead
        flat = ahead.reshape(-1, ahead.shape[-1])          # taps of a convolution: one tall matrix
        # A wide matrix has more outputs than inputs: it needs a longer step to change each of them as much.
        stretch = max(1.0, flat.shape[1] / flat.shape[0]) ** 0.5
        speed = self.rate * self.learning_rate
        param *= param.dtype.type(1 - speed * self.decay)
        param -= param.dtype.type(speed * stretch) * orthogonalise(flat, self.rounds).reshape(param.shape)
