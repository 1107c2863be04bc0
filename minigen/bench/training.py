"""Training on the clock: one step beside PyTorch's, and the seconds to a loss that nanoGPT reaches.

A step is what ``nn.training.train`` does in one: gradients of the two halves of a batch side by side, clipped, and the
optimiser. Looks at the held-out windows are off the clock.
"""

import time
from dataclasses import dataclass

import numpy as np

from minigen import maths
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.nn.layers import Linear, collect, prefix
from minigen.nn.optimisers import Adam, Muon, clip, warmup_then_linear
from minigen.nn.training import Average, endless, gradient, swap
from minigen.parallel import one_blas_thread
from minigen.protocols import NO_CONDITION

CONTEXT, BATCH, WINDOWS = 64, 12, 2000
MATRIX_RATE, MOMENTUM, RATE = 0.03, 0.9, 0.01    # of Muon, and of Adam for the rest: those of the recipes


def optimiser_of(model):
    """Muon for the inner matrices, Adam for the rest, as the recipe ``text`` has them."""
    return Muon(model.is_matrix, MATRIX_RATE, MOMENTUM, adam=Adam(RATE))


def transformer_step_of_minigen(model):
    """``step(tokens) -> loss``: one training step of a ``CharLM`` on tokens (B, T)."""
    optimiser, rng = optimiser_of(model), np.random.default_rng(0)

    def step(tokens):
        loss, grads = gradient(model, tokens, NO_CONDITION, rng)
        clip(grads, 1.0)
        optimiser.step(model.params, grads)
        return loss
    return step


class Autoencoder:
    """Linear layers with ReLU between them, mean squared error: the plainest network that trains."""

    def __init__(self, params):
        self.linears = []
        for i in range(len(params) // 2):
            linear = Linear(*params[f"weight{i}"].shape, np.random.default_rng(0))
            linear.params["weight"][...], linear.params["bias"][...] = params[f"weight{i}"], params[f"bias{i}"]
            self.linears.append(linear)
        self.params = collect(**{f"layer{i}": linear for i, linear in enumerate(self.linears)})

    def loss_and_grads(self, x, condition=NO_CONDITION, rng=None):
        """x (B, n) is what goes in and what should come out."""
        y, caches = x, []
        for linear in self.linears[:-1]:
            y, cache = linear.forward(y)
            caches.append(cache)
            np.maximum(y, 0, out=y)
        y, cache = self.linears[-1].forward(y)
        dy, grads = y - x, {}
        loss = float(np.vdot(dy, dy)) / dy.size
        dy *= np.float32(2 / dy.size)
        for i in reversed(range(len(self.linears))):
            # What comes out of the first layer's inputs nobody wants to know.
            dx, layer_grads = self.linears[i].backward(cache, dy, inputs=i > 0)
            grads |= prefix(f"layer{i}", layer_grads)
            if i:
                dy, cache = np.multiply(dx, cache > 0, out=dx), caches[i - 1]
        return loss, grads


def mlp_step_of_minigen(params):
    """``step(x) -> loss``: one training step with Adam on x (B, n), from a dict weight0, bias0, weight1, ..."""
    model, optimiser, rng = Autoencoder(params), Adam(1e-3), np.random.default_rng(0)

    def step(x):
        loss, grads = gradient(model, x, NO_CONDITION, rng)
        optimiser.step(model.params, grads)
        return loss
    step.model = model
    return step


def held_out_windows(stream, context=CONTEXT, windows=WINDOWS):
    """Random windows (windows, context + 1) of a held-out text (n,), the same for everybody."""
    starts = np.random.default_rng(0).integers(0, len(stream) - context - 1, windows)
    return np.stack([stream[start:start + context + 1] for start in starts])


def loss_on(model, windows):
    """Mean nats of all characters of the windows but the first, which is given, as nanoGPT counts."""
    total, context = 0.0, windows.shape[1] - 1
    for i in range(0, len(windows), 100):
        part = windows[i:i + 100]
        log_probs = maths.log_softmax(model.logits(part, np.arange(1, context + 1)))
        total -= np.take_along_axis(log_probs, part[:, 1:, None], -1).sum(dtype=np.float64)
    return total / (len(windows) * context)


@dataclass(frozen=True)
class Look:
    """Where a training stands: steps, seconds of training so far, held-out nats."""

    step: int
    seconds: float
    nats: float


def train_char_lm(dataset, windows, steps, look_every, stop=-np.inf, batch=BATCH, average=0.98):
    """Yield a ``Look`` every ``look_every`` steps and at the end, until the loss is at most ``stop``."""
    rng = np.random.default_rng(0)
    model = CharLM(CharLMConfig(dataset.codec.vocab_size, context=windows.shape[1] - 1), rng)
    optimiser, slow = optimiser_of(model), Average(model.params, average)
    batches, seconds = endless(dataset, batch, rng), 0.0
    for step in range(1, steps + 1):
        start = time.perf_counter()
        with one_blas_thread():
            tokens, condition = next(batches)
            _, grads = gradient(model, tokens, condition, rng)
            clip(grads, 1.0)
            optimiser.rate = warmup_then_linear(step - 1, steps)
            optimiser.step(model.params, grads)
            slow.follow(model.params)
        seconds += time.perf_counter() - start
        if step % look_every == 0 or step == steps:
            swap(model.params, slow.params)
            look = Look(step, seconds, loss_on(model, windows))
            swap(model.params, slow.params)
            yield look
            if look.nats <= stop:
                return
