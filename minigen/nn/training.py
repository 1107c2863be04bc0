"""``train()``: steps, a schedule, a look at the held-out data, the best parameters kept."""

from dataclasses import dataclass, field
from functools import partial

import numpy as np

from minigen.errors import say
from minigen.nn.optimisers import blend, clip, warmup_then_linear
from minigen.parallel import in_balance, one_blas_thread, side_by_side


@dataclass
class History:
    """What happened: losses in nats per counted place."""

    steps: list = field(default_factory=list)
    train: list = field(default_factory=list)          # mean over the steps since the last look
    valid: list = field(default_factory=list)
    best_step: int = 0
    best_valid: float = float("inf")
    interrupted: bool = False


class Average:
    """A slow copy of the parameters that follows the fast ones (Polyak and Juditsky, 1992).

    Its loss is lower than that of any single step near the end: the noise of small batches
    cancels. ``decay`` is reached gradually, so that the start is forgotten.
    """

    def __init__(self, params, decay):
        self.decay, self.steps = decay, 0
        self.params = {name: param.copy() for name, param in params.items()}

    def follow(self, params):
        self.steps += 1
        keep = min(self.decay, self.steps / (self.steps + 9))
        in_balance([(slow.size, partial(blend, slow, params[name], keep, 1 - keep)) for name, slow in self.params.items()])


def swap(params, other):
    """Exchange the contents of two dicts of arrays."""
    for name, param in params.items():
        kept = param.copy()
        param[...] = other[name]
        other[name][...] = kept


def gradient(model, tokens, condition, rng):
    """Loss and gradients of a batch, its two halves side by side.

    Always two halves, on one core too: the same seed gives the same parameters on any number of cores.
    Means are put together again by how many places count in each half.
    """
    halves = [slice(0, len(tokens) // 2), slice(len(tokens) // 2, None)] if len(tokens) > 1 else [slice(None)]
    tasks = [partial(model.loss_and_grads, tokens[half], condition.rows(half), dice)
             for half, dice in zip(halves, rng.spawn(len(halves)))]
    results = side_by_side(tasks)
    count = getattr(model, "count", np.size)        # places that count: END and what stands before it
    counts = np.array([count(tokens[half]) for half in halves], np.float64)
    loss = sum(share * half_loss for share, (half_loss, _) in zip(counts / counts.sum(), results))
    _, grads = results[0]
    keep = counts[0] / counts.sum()
    for share, (_, more) in zip(counts[1:] / counts.sum(), results[1:]):
        in_balance([(grad.size, partial(blend, grad, more[name], keep, share)) for name, grad in grads.items()])
    return float(loss), grads


def endless(dataset, batch, rng):
    """Batches for ever, epoch after epoch."""
    while True:
        yield from dataset.batches(batch, rng)


def train(model, dataset, optimiser, rng, *, steps, batch, validate=None, look_every=100,
          patience=None, average=None, clip_at=1.0, schedule=warmup_then_linear, report=None):
    """Train a model in place; it ends with the best parameters that were seen.

    Parameters
    ----------
    validate : callable () -> float, optional
        Loss on held-out data, asked every ``look_every`` steps and at the end; with it the best
        parameters are kept (without it the last ones), and ``patience`` looks without a better one end the
        training.
    average : float, optional
        Decay of the ``Average`` that is validated and kept instead of the last step.
    clip_at : float
        The gradient's joint length is cut to this.
    schedule : callable (step, steps) -> float
        What the learning rates are multiplied by.
    report : callable (step, steps, loss, valid or None), optional
        Called after each step: a progress bar.

    Returns
    -------
    History
        After Ctrl-C too: then ``interrupted`` is true and the best parameters so far are kept.
    """
    history, losses = History(), []
    slow = Average(model.params, average) if average else None
    best = None

    def look(step):
        nonlocal best
        if slow:
            swap(model.params, slow.params)
        try:
            value = float(validate()) if validate else float(np.mean(losses))
        except KeyboardInterrupt:                  # leave the parameters as they were found
            if slow:
                swap(model.params, slow.params)
            raise
        history.steps.append(step)
        history.train.append(float(np.mean(losses)))
        history.valid.append(value)
        losses.clear()
        if value < history.best_valid or not validate:
            history.best_valid, history.best_step = value, step
            best = {name: param.copy() for name, param in model.params.items()}
        if slow:
            swap(model.params, slow.params)
        return value

    batches = endless(dataset, batch, rng)
    try:
        with one_blas_thread():
            for step in range(steps):
                tokens, condition = next(batches)
                loss, grads = gradient(model, tokens, condition, rng)
                if not np.isfinite(loss):
                    raise say("loss", "a finite number", f"{loss} at step {step + 1}", "Is a learning rate too high?")
                clip(grads, clip_at)
                optimiser.rate = schedule(step, steps)
                optimiser.step(model.params, grads)
                if slow:
                    slow.follow(model.params)
                losses.append(loss)
                last = step + 1 == steps
                valid = look(step + 1) if last or (step + 1) % look_every == 0 else None
                if report:
                    report(step + 1, steps, loss, valid)
                if patience is not None and sum(seen > history.best_step for seen in history.steps) >= patience:
                    break
    except KeyboardInterrupt:
        history.interrupted = True
        if best is None and slow:
            best = slow.params
    if best is not None:
        for name, param in model.params.items():
            param[...] = best[name]
    return history
