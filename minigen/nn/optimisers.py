"""Optimisers: ``step(params, grads)`` changes params in place.

``Adam`` for tables and output layers, ``Muon`` for the matrices inside a network. ``rate``
scales every learning rate and is set from outside by the schedule.
"""

from functools import partial

import numpy as np

from minigen.parallel import in_balance


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
        in_balance([(param.size, partial(self.step_one, name, param, grads[name])) for name, param in params.items()])

    def step_one(self, name, param, grad):
        if name not in self.moments:
            self.moments[name] = np.zeros_like(param), np.zeros_like(param)
        first, second = self.moments[name]
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


def blend(into, other, keep, take):
    """``into = keep * into + take * other``, in place."""
    if into.dtype == np.float32 and into.flags.c_contiguous and other.flags.c_contiguous:
        from minigen.nn import optimisers_numba
        optimisers_numba.blend(into.reshape(-1), other.reshape(-1), np.float32(keep), np.float32(take))
        return
    into *= into.dtype.type(keep)
    into += into.dtype.type(take) * other


def orthogonalise(matrix, rounds=5):
    """Move every singular value of a matrix near 1 without taking it apart.

    A Newton-Schulz iteration with the coefficients of Jordan (2024): singular values end
    between about 0.7 and 1.2 unless they were tiny, which is near enough for a direction to step in.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix                                # (n, m), n <= m
    x = x / (np.linalg.norm(x) + 1e-7)
    gram = x @ x.T                                                  # (n, n)
    if x.shape[1] < 2 * x.shape[0]:
        for last in range(rounds - 1, -1, -1):
            x = _newton_schulz(gram) @ x
            gram = x @ x.T if last else None
    else:
        # Each round multiplies x by a polynomial of its gram, and polynomials of one matrix commute: where x is long,
        # multiply the small squares together first and x once, at the end.
        whole = np.eye(len(x), dtype=x.dtype)
        for _ in range(rounds):
            step = _newton_schulz(gram)
            whole, gram = step @ whole, step @ (step @ gram)
        x = whole @ x
    return x.T if tall else x


def _newton_schulz(gram):
    """a + b gram + c gram^2: what one round multiplies by."""
    a, b, c = 3.4445, -4.7750, 2.0315
    step = gram @ gram
    step *= c
    gram *= b
    step += gram
    gram *= 1 / b
    step.flat[::len(gram) + 1] += a
    return step


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
        in_balance([(30 * param.size, partial(self.step_matrix, name, param, grads[name])) if self.is_matrix(name, param)
                    else (param.size, partial(self.adam.step_one, name, param, grads[name]))    # about 30 times as fast
                    for name, param in params.items()])

    def step_matrix(self, name, param, grad):
        if name not in self.moments:
            self.moments[name] = np.zeros_like(param)
        velocity = self.moments[name]
        if param.dtype == np.float32 and param.flags.c_contiguous:
            from minigen.nn import optimisers_numba
            ahead = np.empty_like(param)
            optimisers_numba.momentum(velocity.reshape(-1), grad.reshape(-1), np.float32(self.momentum), ahead.reshape(-1))
        else:
            velocity += (1 - self.momentum) * (grad - velocity)
            ahead = (1 - self.momentum) * grad + self.momentum * velocity      # Nesterov's look-ahead
        flat = ahead.reshape(-1, ahead.shape[-1])          # taps of a convolution: one tall matrix
        # A wide matrix has more outputs than inputs: it needs a longer step to change each of them as much.
        stretch = max(1.0, flat.shape[1] / flat.shape[0]) ** 0.5
        speed = self.rate * self.learning_rate
        blend(param, np.ascontiguousarray(orthogonalise(flat, self.rounds)).reshape(param.shape),
              1 - speed * self.decay, -speed * stretch)
