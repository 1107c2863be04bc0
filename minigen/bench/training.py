"""Training on the clock: one step beside PyTorch's, and the seconds to a loss that nanoGPT reaches.

A step is what ``nn.training.train`` does in one: gradients of the two halves of a batch side by side, clipped, and the
optimiser. Looks at the held-out windows are off the clock.
"""

import time
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

from minigen import data, maths
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.nn.optimisers import Adam, Muon, clip, warmup_then_linear
from minigen.nn.training import Average, endless, gradient, swap
from minigen.parallel import in_balance, one_blas_thread, side_by_side
from minigen.protocols import NO_CONDITION

CONTEXT, BATCH, WINDOWS = 64, 12, 2000
BLOCK = 256      # rows of a weight's gradient that one task computes
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
    """Linear layers with ReLU between them, mean squared error: the plainest network that trains.

    ``nn.training.gradient`` gives each core half of the batch, all the way to gradients, and adds the two up. A network that
    is nothing but products gains from sharing out differently: halves of the batch through the network and back,
    then blocks of rows of each weight. A block's gradient over the whole batch goes into Adam while it is still in the
    cache; nothing is added up, and the cores wait for each other twice a step.
    """

    def __init__(self, params):
        self.params = {name: array.copy() for name, array in params.items()}
        self.depth = len(params) // 2

    def step(self, x, adam):
        """One step on x (B, n), which is what goes in and what should come out; the mean squared error before it."""
        params, last = self.params, self.depth - 1
        inputs = [x] + [np.empty((len(x), params[f"bias{i}"].size), np.float32) for i in range(last)]
        dys, losses = [np.empty_like(inputs[i + 1]) for i in range(last)] + [np.empty_like(x)], [0.0, 0.0]

        def through(half, rows):
            for i in range(self.depth):
                y = np.matmul(inputs[i][rows], params[f"weight{i}"], out=(inputs[i + 1] if i < last else dys[i])[rows])
                y += params[f"bias{i}"]
                if i < last:
                    np.maximum(y, 0, out=y)
            y -= x[rows]
            losses[half] = float(np.vdot(y, y)) / x.size
            y *= np.float32(2 / x.size)
            for i in range(last, 0, -1):
                # (W dy^T)^T instead of dy W^T: BLAS likes the larger of the two on the left.
                dx = (params[f"weight{i}"] @ dys[i][rows].T).T                 # (B / 2, n_in)
                np.multiply(dx, inputs[i][rows] > 0, out=dys[i - 1][rows])
        middle = len(x) // 2
        side_by_side([partial(through, 0, slice(0, middle)), partial(through, 1, slice(middle, None))])
        adam.steps += 1

        def update(name, rows, gradient):
            adam.step_one(f"{name}, {rows.start}", params[name][rows], gradient())
        tasks = []
        for i in range(self.depth):
            n_in, n_out = params[f"weight{i}"].shape
            tasks.append((1, partial(update, f"bias{i}", slice(0, n_out), partial(np.sum, dys[i], axis=0))))
            for row in range(0, n_in, BLOCK):
                rows = slice(row, row + BLOCK)
                product = partial(np.matmul, inputs[i][:, rows].T, dys[i])
                tasks.append((n_out * min(BLOCK, n_in - row), partial(update, f"weight{i}", rows, product)))
        in_balance(tasks)
        return sum(losses)


def mlp_step_of_minigen(params):
    """``step(x) -> loss``: one training step with Adam on x (B, n), from a dict weight0, bias0, weight1, ..."""
    model, adam = Autoencoder(params), Adam(1e-3)
    step = partial(model.step, adam=adam)
    step.model = model
    return step


def held_out_windows(stream, context=CONTEXT, windows=WINDOWS):
    """Random windows (windows, context + 1) of a held-out text (n,), the same for everybody."""
    starts = np.random.default_rng(0).integers(0, len(stream) - context - 1, windows)
    return np.stack([stream[start:start + context + 1] for start in starts])


def loss_on(model, windows):
    """Mean nats of all characters of the windows but the first, which is given, as nanoGPT counts."""
    at = np.arange(1, windows.shape[1])

    def nats(part):
        log_probs = maths.log_softmax(model.logits(part, at))
        return -np.take_along_axis(log_probs, part[:, 1:, None], -1).sum(dtype=np.float64)
    with one_blas_thread():
        total = sum(side_by_side([partial(nats, windows[i:i + 100]) for i in range(0, len(windows), 100)]))
    return total / (len(windows) * at.size)


@dataclass(frozen=True)
class Look:
    """Where a training stands: steps, seconds of training so far, held-out nats."""

    step: int
    seconds: float
    nats: float


def train_char_lm(dataset, windows, steps, look_every, stop=-np.inf, batch=BATCH, average=0.98):
    """Yield a ``Look`` every ``look_every`` steps of the second half and at the end, until the loss is at most ``stop``."""
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
        if (2 * step > steps and step % look_every == 0) or step == steps:
            swap(model.params, slow.params)
            look = Look(step, seconds, loss_on(model, windows))
            swap(model.params, slow.params)
            yield look
            if look.nats <= stop:
                return


def time_to_loss(report=None, nanogpt_steps=2000, first_try=240, dataset=None, windows=None):
    """Seconds of training to the loss of nanoGPT's CPU configuration, and the loss after its seconds; all in one run.

    PyTorch trains ``nanogpt_steps`` steps. Then a ``CharLM`` trains with a schedule of ``first_try`` steps until its loss is
    as low; a schedule that ends without is followed by a longer one, and all that it took counts. Then another trains with
    the schedule that fills PyTorch's seconds.

    Returns
    -------
    dict
        ``torch_s, torch_nats, torch_step_s, torch_steps``; ``minigen_s`` (None where it never got there), ``minigen_steps``,
        ``looks``; ``minigen_nats_after_its_seconds``, ``minigen_seconds_then``, ``minigen_steps_then``.
    """
    from minigen.bench.peers_torch import train_nanogpt
    tell = report or (lambda text: None)
    dataset = dataset or data.shakespeare(CONTEXT)
    windows = held_out_windows(dataset.valid_stream) if windows is None else windows
    tell(f"time to loss: nanoGPT in PyTorch, {nanogpt_steps} steps")
    torch_s, torch_nats, torch_step = train_nanogpt(dataset.train_stream, windows, dataset.codec.vocab_size, nanogpt_steps)
    list(train_char_lm(dataset, windows[:100], 3, 3))                          # compiled and warm before the clock starts
    spent, steps, reached, looks = 0.0, first_try, None, []
    while reached is None and spent < torch_s:
        tell(f"time to loss: minigen, at most {steps} steps to {torch_nats:.3f} nats")
        tried = list(train_char_lm(dataset, windows, steps, max(1, steps // 20), stop=torch_nats, average=0.95))
        spent += tried[-1].seconds
        looks.append([asdict(look) for look in tried])
        reached = tried[-1] if tried[-1].nats <= torch_nats else None
        steps *= 2
    pace = tried[-1].seconds / tried[-1].step
    steps = max(1, int(0.98 * torch_s / pace))                                 # a little less than its seconds, not more
    tell(f"time to loss: minigen, {steps} steps in the seconds of nanoGPT")
    *_, last = train_char_lm(dataset, windows, steps, steps, average=0.99)
    return {"torch_s": torch_s, "torch_nats": torch_nats, "torch_step_s": torch_step, "torch_steps": nanogpt_steps,
            "minigen_s": spent if reached else None, "minigen_steps": reached and reached.step, "looks": looks,
            "minigen_nats_after_its_seconds": last.nats, "minigen_seconds_then": last.seconds, "minigen_steps_then": last.step}
