"""train(): reaches an optimum that is known, keeps the best, stops when told, repeats bit for bit."""

from types import SimpleNamespace

import numpy as np
import pytest

from minigen import maths, parallel
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.nn.layers import Dropout, Embedding, Linear, collect, prefix
from minigen.nn.optimisers import Adam, Muon
from minigen.nn.training import Average, History, endless, gradient, swap, train
from minigen.protocols import NO_CONDITION


class Loaded:
    """A dataset of items (N, T) in random order, each once an epoch."""

    def __init__(self, items):
        self.train = np.asarray(items)

    def batches(self, size, rng):
        order = rng.permutation(len(self.train))
        for start in range(0, len(order), size):
            yield self.train[order[start:start + size]], NO_CONDITION


class OneDie:
    """A model that is nothing but a bias: one categorical distribution, the same at every place."""

    def __init__(self, vocab_size, dtype=np.float64):
        self.params = {"bias": np.zeros(vocab_size, dtype)}

    def loss_and_grads(self, tokens, condition, rng):
        bias = self.params["bias"]
        loss, dlogits = maths.cross_entropy(np.broadcast_to(bias, (tokens.size, bias.size)), tokens.ravel())
        return loss, {"bias": dlogits.sum(axis=0)}


class Climber:
    """x is the number of steps taken: its gradient is always -1, and ``OneUp`` adds it."""

    def __init__(self):
        self.params = {"x": np.zeros(1)}

    def loss_and_grads(self, tokens, condition, rng):
        return 1.0, {"x": np.array([-1.0])}


class OneUp:
    rate = 1.0

    def step(self, params, grads):
        params["x"] -= grads["x"]


NUMBERS = Loaded([[0], [1]])
COUNTS = np.array([5, 2, 1, 0, 8])
SPUN = Loaded(np.repeat(np.arange(5), COUNTS)[:, None])


def climb(scripted, steps=20, look_every=1, model=None, **more):
    """Train a Climber whose validation losses are a list: value i at the i-th look."""
    model, values = model or Climber(), iter(scripted)
    history = train(model, NUMBERS, OneUp(), np.random.default_rng(0), steps=steps, batch=1,
                    validate=lambda: next(values), look_every=look_every, **more)
    return float(model.params["x"][0]), history


# ---- it learns

@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("average", [None, 0.9])
def test_training_reaches_the_entropy_and_not_less(rng, dtype, average):
    """A bias that sees all items learns their frequencies: the loss falls to the entropy of the counts."""
    model, share = OneDie(5, dtype), COUNTS / COUNTS.sum()
    entropy = -sum(p * np.log(p) for p in share if p)

    def cross():
        return float(-(share * maths.log_softmax(model.params["bias"].astype(np.float64))).sum())

    start = cross()
    history = train(model, SPUN, Adam(0.3), rng, steps=150, batch=16, validate=cross, look_every=10, average=average)
    assert start == pytest.approx(np.log(5)) and history.best_valid == cross() == min(history.valid)
    assert entropy <= cross() < entropy + 0.01                                 # Gibbs below, convexity above
    assert history.steps == list(range(10, 151, 10)) and len(history.train) == len(history.valid) == 15
    np.testing.assert_allclose(maths.softmax(model.params["bias"]), share, atol=0.03)


class Guess:
    """A small network with dropout, to have every kind of luck in one training."""

    def __init__(self, rng, dtype=np.float32):
        self.embedding, self.head = Embedding(5, 6, rng, dtype), Linear(6, 5, rng, dtype)
        self.dropout = Dropout(0.2)
        self.params = collect(embedding=self.embedding, head=self.head)

    def loss_and_grads(self, tokens, condition, rng):
        x, seen = self.embedding.forward(tokens)
        x, kept = self.dropout.forward(x, rng)
        logits, cache = self.head.forward(x)
        loss, dlogits = maths.training_loss(logits, (tokens + 1) % 5, np.ones(tokens.shape, bool))
        dx, head = self.head.backward(cache, dlogits)
        dx, _ = self.dropout.backward(kept, dx)
        return loss, {**prefix("embedding", self.embedding.backward(seen, dx)[1]), **prefix("head", head)}


def trained_guess(seed):
    rng = np.random.default_rng(seed)
    model = Guess(rng)
    history = train(model, SPUN, Muon(lambda name, array: name == "head.weight"), rng, steps=30, batch=4,
                    look_every=7, average=0.9)
    return model.params, history


def test_same_seed_same_parameters_bit_for_bit(seed):
    """Two trainings from one seed end in the same bytes; another seed ends elsewhere."""
    (first, history), (second, again) = trained_guess(seed), trained_guess(seed)
    assert {name: part.tobytes() for name, part in first.items()} == {
        name: part.tobytes() for name, part in second.items()}
    assert history == again
    assert first["head.weight"].tobytes() != trained_guess(seed + 1)[0]["head.weight"].tobytes()
    assert {part.dtype for part in first.values()} == {np.dtype(np.float32)}


# ---- it keeps the best and stops

def test_the_best_parameters_are_kept():
    """The model ends as it was at the look with the smallest loss, the first of equals."""
    x, history = climb([5, 3, 4, 3, 6], steps=10, look_every=2)
    assert (x, history.best_step, history.best_valid) == (4.0, 4, 3.0)
    assert history.steps == [2, 4, 6, 8, 10] and history.valid == [5, 3, 4, 3, 6]


def test_there_is_always_a_look_at_the_end():
    """Steps that do not divide by look_every end with one more look."""
    x, history = climb([5, 4, 3], steps=7, look_every=3)
    assert history.steps == [3, 6, 7] and x == 7.0


@pytest.mark.parametrize("look_every", [1, 3])
def test_patience_counts_looks_without_a_better_one(look_every):
    """With patience 2 training stops at the second look in a row that is not better than the best."""
    x, history = climb([5, 6, 4, 4, 5, 1], steps=100, look_every=look_every, patience=2)
    assert history.valid == [5, 6, 4, 4, 5]
    assert x == history.best_step == 3 * look_every and not history.interrupted


def test_a_loss_that_is_not_a_number_is_never_the_best():
    """NaN at a look does not replace good parameters, and patience runs on."""
    x, history = climb([5, float("nan"), float("nan"), float("nan"), 1], patience=3)
    assert x == 1.0 and history.best_valid == 5.0 and len(history.steps) == 4


def test_report_is_told_every_step():
    """The progress bar hears each step, and the validation loss at the looks."""
    told = []
    climb([7, 8], steps=5, look_every=3, report=lambda *line: told.append(line))
    assert told == [(1, 5, 1.0, None), (2, 5, 1.0, None), (3, 5, 1.0, 7.0), (4, 5, 1.0, None), (5, 5, 1.0, 8.0)]


def test_no_steps_change_nothing():
    """Zero steps leave the model alone and an empty history."""
    assert climb([], steps=0) == (0.0, History())


# ---- Ctrl-C

class Interrupting(Climber):
    """Somebody presses Ctrl-C in the middle of a step."""

    def __init__(self, at):
        super().__init__()
        self.left = at

    def loss_and_grads(self, tokens, condition, rng):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return super().loss_and_grads(tokens, condition, rng)


@pytest.mark.parametrize("average", [None, 0.5])
def test_ctrl_c_keeps_the_best_parameters(average):
    """Interrupted at step 9, the model ends as at the best look before, and the history says so."""
    kept, _ = climb([5, 3], steps=4, look_every=2, average=average)
    x, history = climb([5, 3, 4, 6], look_every=2, model=Interrupting(9), average=average)
    assert x == kept and history.interrupted and (history.best_step, history.best_valid) == (4, 3.0)
    assert average or x == 4.0


def test_ctrl_c_before_the_first_look_keeps_the_last_step():
    """Nothing was compared yet: what was learned so far stays."""
    x, history = climb([], look_every=100, model=Interrupting(6))
    assert x == 5.0 and history.interrupted and not history.steps


@pytest.mark.parametrize("average", [None, 0.5])
def test_ctrl_c_while_validating_keeps_the_best_parameters(average):
    """Interrupted inside the third look, the model ends as at the second, the best one."""
    def values():
        yield from (5, 3)
        raise KeyboardInterrupt

    x, history = climb(values(), look_every=2, average=average)
    assert x == climb([5, 3], steps=4, look_every=2, average=average)[0]
    assert history.interrupted and history.valid == [5, 3]


# ---- parts

def test_the_average_by_hand():
    """keep is min(decay, t / (t + 9)): early steps forget the start faster."""
    params = {"x": np.array([1.0])}
    slow, want = Average(params, decay=0.15), 1.0
    for step, value in enumerate([2.0, 5.0, -1.0], start=1):
        params["x"][0] = value
        slow.follow(params)
        keep = min(0.15, step / (step + 9))
        want = keep * want + (1 - keep) * value
        assert slow.params["x"][0] == pytest.approx(want, rel=1e-14)


def test_the_average_is_what_is_validated_and_kept():
    """With average, validate sees the slow parameters and the model ends with them."""
    model, seen = Climber(), []
    train(model, NUMBERS, OneUp(), np.random.default_rng(0), steps=3, batch=1, look_every=1, average=0.5,
          validate=lambda: seen.append(float(model.params["x"][0])) or -len(seen))
    slow, want = 0.0, []
    for step in range(1, 4):
        keep = min(0.5, step / (step + 9))
        slow = keep * slow + (1 - keep) * step
        want.append(slow)
    assert seen == pytest.approx(want) and model.params["x"][0] == pytest.approx(want[-1])


def test_swap_exchanges_contents_and_keeps_the_arrays():
    """The arrays stay where they are; the numbers change places."""
    one, other = {"x": np.array([1.0, 2.0])}, {"x": np.array([3.0, 4.0])}
    held = one["x"]
    swap(one, other)
    assert one["x"] is held and one["x"].tolist() == [3.0, 4.0] and other["x"].tolist() == [1.0, 2.0]


def test_endless_goes_on_after_an_epoch(rng):
    """Each epoch shows every item once, and the next one follows."""
    batches = endless(Loaded([[0], [1], [2]]), 2, rng)
    for _ in range(3):
        assert sorted(np.concatenate([next(batches)[0] for _ in range(2)])[:, 0]) == [0, 1, 2]


def test_two_halves_make_one_batch(rng):
    """Loss and gradients of two halves together are those of the whole batch, however many places count in each."""
    model = CharLM(CharLMConfig(5, 6, True, context=6, layers=1, width=8, heads=2), rng, np.float64)
    for param in model.params.values():
        param += 0.3 * rng.standard_normal(param.shape)
    tokens = rng.integers(0, 5, (7, 6))
    tokens[0, 0] = 4                                # END at once: this row has one place that counts
    loss, grads = model.loss_and_grads(tokens)
    halves_loss, halves_grads = gradient(model, tokens, NO_CONDITION, rng)
    assert halves_loss == pytest.approx(loss, abs=1e-12)
    assert set(halves_grads) == set(grads)
    for name, grad in grads.items():
        np.testing.assert_allclose(halves_grads[name], grad, atol=1e-12)


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_any_number_of_cores_trains_the_same_model(cores, monkeypatch):
    """The same seed gives the same parameters, bit for bit, on one core and on many."""
    def trained():
        dice = np.random.default_rng(0)
        model = CharLM(CharLMConfig(5, 6, context=6, layers=1, width=8, heads=2, dropout=0.2), dice)
        train(model, SimpleNamespace(batches=lambda size, rng: iter([(rng.integers(0, 5, (size, 6)), NO_CONDITION)])),
              Muon(model.is_matrix), dice, steps=3, batch=4)
        return model.params
    monkeypatch.setattr(parallel, "cores", lambda: 1)
    one = trained()
    monkeypatch.setattr(parallel, "cores", lambda: cores)
    for name, param in trained().items():
        np.testing.assert_array_equal(param, one[name])
