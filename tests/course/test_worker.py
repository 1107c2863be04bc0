"""A worker in a thread, spoken to through two pipes: its functions do here what they would do if they were called here."""

import os
import threading
import time
from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from alike import told
from implementations import SOLUTIONS, overlays

from minigen.course.proxy import Fault, Remote, Session
from minigen.course.units import UNITS
from minigen.course.wire import Pipe, WireError
from minigen.course.worker import Worker, line_of, said_by

SECRET = "the answer is 42"


def open_pipes():
    """Both ends of a conversation."""
    (here_read, there_write), (there_read, here_write) = os.pipe(), os.pipe()
    return Pipe(here_read, here_write), Pipe(there_read, there_write)


@pytest.fixture
def talk():
    """Start a worker in a thread: ``talk()`` gives the conversation with it, and the worker."""
    with ExitStack() as stack:
        def start():
            here, there = open_pipes()
            worker = Worker(there)

            def serve():
                try:
                    worker.serve()
                except BaseException:              # a process would end here, and its pipe with it
                    there.close()
            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            stack.callback(thread.join, 60)
            stack.callback(here.close)
            session = Session(here, lambda: (60.0, "late"), lambda: None)
            session.hello()
            return session, worker
        yield start


@pytest.fixture
def submission(talk):
    """``submission(f, g)`` has f and g as the functions of a unit; what it is asked goes through the wire."""
    def make(*functions):
        session, worker = talk()
        worker.functions, worker.path = SimpleNamespace(**{function.__name__: function for function in functions}), __file__
        def call(name, *arguments, **named):
            return session.call(name, arguments, named)
        return SimpleNamespace(**{function.__name__: partial(call, function.__name__) for function in functions})
    return make


# Files

@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_a_solution_is_loaded(talk, unit, tmp_path, monkeypatch):
    """Under its own name, in the current folder; a mutant over it as well."""
    monkeypatch.chdir(tmp_path)
    session, worker = talk()
    solution = (f"{unit.name}.py", (SOLUTIONS / f"{unit.name}.py").read_bytes())
    assert session.load(unit.number, [solution]) == ""
    mutant = next(path for other, path in overlays("mutants") if other is unit)
    assert session.load(unit.number, [solution, (mutant.name, mutant.read_bytes())]) == ""
    assert worker.functions.namespace["__file__"] == str(tmp_path / mutant.name)


@pytest.mark.parametrize("content, said", [
    ("def softmax(logits)\n    return 1\n", "expected Python, got a mistake in line 1"),
    ("def sofmax(logits):\n    return 1\n", "expected a function softmax, got none"),
    ("def softmax(x):\n    return 1\n", "expected softmax(logits), got softmax(x)"),
    ("softmax = 3\n", "expected a function softmax, got int"),
    ("\n \n", "an empty one"),
    ("x = 1\n1 / 0\n", "ZeroDivisionError in line 2"),
    ("raise SystemExit(3)\n", "SystemExit in line 1"),
    ("class E(Exception):\n    def __str__(self):\n        1 / 0\nraise E\n", "E in line 4"),
    ("# coding: latin-99\n", "text in UTF-8"),
    (b"x = '\xff\xfe'\n", "text in UTF-8"),
    ("x = 1\0\n", "Python"),
    ("(" * 100_000, "Python"),
], ids=lambda value: None if isinstance(value, bytes) or len(value) > 30 else value)
def test_a_file_that_cannot_be_used_is_refused_in_words(talk, tmp_path, monkeypatch, content, said):
    """One line that says what was expected and what came; the worker goes on."""
    monkeypatch.chdir(tmp_path)
    session, _ = talk()
    assert said in session.load(1, [("u01_softmax.py", content if isinstance(content, bytes) else content.encode())])
    assert session.load(1, [("u01_softmax.py", (SOLUTIONS / "u01_softmax.py").read_bytes())]) == ""
    np.testing.assert_allclose(session.call("softmax", (np.zeros(4),), {}), 0.25)


# What a function does

def add_in_place(x):
    x += 1


def change_some(x):
    x[1:, ::2] = 7
    return x.sum()


def change_both(pair):
    pair[0][:] = 5
    return pair[1].copy()


def through_the_whole(views):
    views[0][...] = 9
    views[1][-1] = -1


def sort_and_grow(items):
    items.sort()
    items.append("new")
    items[0] = [items[0]]


def inner(items):
    items[0][0].append(3)
    items[1]["a"][...] = 2
    del items[1]["b"]
    items[1]["c"] = (1, 2)
    items[2].discard(1)
    items[2].add("x")


def draw(rng):
    return rng.random(3), rng.integers(0, 9, dtype=np.uint32), rng.permutation(5)


def draw_twice(pair):
    return pair[0].random() + pair[1].random()


def write_to_a_constant(x):
    x[0] = 1


def fail_half_way(x):
    x[0] = 99
    raise ValueError("too late")


def replace(items):
    items[:] = []
    return items


def nothing(x):
    return None


def every_kind(x):
    return [None, True, 3, 2 ** 70, -0.0, 1j, "text \ud800", b"bytes", (1, [2]), {"k": {3}}, frozenset({4}), range(1, 9, 2),
            np.float32(0.1), np.int8(-3), np.True_, np.zeros((0, 2), ">f4")]


def generator_of_one_kind(kind):
    return np.random.Generator(getattr(np.random, kind)(3))


def stretched():
    """A view with every trick: transposed, backwards, with steps."""
    return np.arange(60.0).reshape(3, 4, 5)[::-1, ::2].T


def halves():
    """Two views of one array that overlap."""
    whole = np.arange(10)
    return whole[:7], whole[3:]


def constant():
    """An array that must not be written to."""
    array = np.zeros(3)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("function, make", [
    (add_in_place, lambda: np.arange(5)),
    (add_in_place, stretched),
    (add_in_place, lambda: np.asfortranarray(np.ones((2, 3), ">f4"))),
    (add_in_place, lambda: np.array(3.0)),
    (add_in_place, lambda: np.zeros((0, 3))),
    (change_some, lambda: np.arange(12).reshape(3, 4)),
    (change_some, lambda: np.arange(24)[::2].reshape(3, 4).T),
    (change_both, halves),
    (through_the_whole, lambda: [np.arange(6)] * 2),
    (through_the_whole, halves),
    (sort_and_grow, lambda: [3, 1, 2]),
    (inner, lambda: [[[1, 2]], {"a": np.zeros(2), "b": 1}, {1, 2}]),
    (draw, lambda: np.random.default_rng(5)),
    (draw_twice, lambda: [np.random.default_rng(5)] * 2),
    (draw_twice, lambda: [np.random.default_rng(5), np.random.default_rng(5)]),
    *((draw, partial(generator_of_one_kind, kind)) for kind in ("PCG64DXSM", "Philox", "SFC64", "MT19937")),
    (write_to_a_constant, constant),
    (write_to_a_constant, lambda: np.broadcast_to(np.zeros(1), 3)),
    (fail_half_way, lambda: [1, 2]),
    (fail_half_way, lambda: np.arange(3)),
    (replace, lambda: [1, 2]),
    (nothing, stretched),
    (nothing, lambda: (1, "x", None)),
    (every_kind, lambda: None),
])
def test_what_a_function_does_is_done_here(submission, function, make):
    """The value or the exception, and every argument afterwards, as if it had been called in this process."""
    made = []
    for called in (function, getattr(submission(function), function.__name__)):
        argument = make()
        try:
            made.append(told(["returns", called(argument), argument]))
        except Exception as error:
            made.append(told(["raises", type(error).__name__, str(error), argument]))
    assert made[0] == made[1]


def test_what_was_not_changed_is_the_same_object(submission):
    """Down to the lists in lists; of what was changed, those that are still there."""
    def change(items):
        items[0].append(1)
        items[2]["new"] = 1
    kept = [[], [5, [6]], {"old": [7]}, np.arange(3)]
    given, old = list(kept), kept[2]["old"]
    submission(change).change(given)
    assert all(one is other for one, other in zip(given, kept)) and kept[2]["old"] is old
    assert given[:3] == [[1], [5, [6]], {"old": [7], "new": 1}]


def test_an_argument_that_is_returned_is_the_argument(submission):
    """The very object, so that a test sees that nothing was copied; also inside of others, and by name."""
    def same(x, y=None):
        return y, [x, x.copy()]
    x, y = np.arange(3), np.arange(4)[::2]
    got, (first, second) = submission(same).same(x, y=y)
    assert got is y and first is x and second is not x
    np.testing.assert_array_equal(second, x)


def test_arguments_by_place_and_by_name(submission):
    """And a wrong number of them is the submission's own TypeError."""
    def f(a, b=2, *, c=3):
        return [a, b, c]
    mine = submission(f)
    assert mine.f(1) == [1, 2, 3] and mine.f(1, 5, c=6) == [1, 5, 6] and mine.f(b=1, a=2) == [2, 1, 3]
    with pytest.raises(TypeError):
        mine.f()


def test_arrays_of_a_result_are_its_own(submission):
    """A result that is changed here changes nothing there."""
    kept = np.zeros(3)

    def give():
        return kept
    mine = submission(give)
    mine.give()[:] = 5
    assert mine.give().tolist() == kept.tolist() == [0, 0, 0]


# Exceptions

class Own(KeyError):
    """An exception of the submission's own."""


class Silent(ValueError):
    """One whose text cannot be had."""

    def __str__(self):
        raise RuntimeError


def undecodable():
    try:
        b"\xff".decode()
    except UnicodeDecodeError as error:
        return error


@pytest.mark.parametrize("error, kind, said", [
    (ValueError("why"), ValueError, "why"),
    (Own("why"), KeyError, "why"),
    (Silent(), ValueError, ""),
    (undecodable(), UnicodeError, "can't decode"),
    (OSError(2, "gone"), FileNotFoundError, "gone"),
    (ZeroDivisionError(), ZeroDivisionError, ""),
    (NotImplementedError("u01: your code here"), NotImplementedError, "your code here"),
    (StopIteration(3), StopIteration, "3"),
    (AssertionError("no"), AssertionError, "no"),
    (ValueError("x" * 10_000), ValueError, "x" * 300),
    (ValueError("\ud800"), ValueError, "\ud800"),
    (RecursionError("deep"), RecursionError, "deep"),
    (MemoryError("much"), MemoryError, "much"),
], ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "")
def test_an_exception_comes_back_as_one_of_pythons_own(submission, error, kind, said):
    """Its kind or the nearest of Python's above it, its text cut, its line; afterwards all goes on."""
    def fail(really):
        if really:
            raise error.with_traceback(None)
        return "on"
    mine = submission(fail)
    with pytest.raises(Exception) as caught:
        mine.fail(True)
    assert type(caught.value) is kind and said in str(caught.value) and len(str(caught.value)) < 310
    assert caught.value.line_of_submission == fail.__code__.co_firstlineno + 2
    assert caught.value.__traceback__ is not error.__traceback__ and mine.fail(False) == "on"


def test_a_group_of_exceptions_is_an_exception(submission):
    """Python 3.11 has a kind that is not made from a text alone."""
    group = getattr(__import__("builtins"), "ExceptionGroup", None) or (lambda text, errors: Exception(text))

    def fail():
        raise group("several", [ValueError("one")])
    with pytest.raises(Exception, match="several") as caught:
        submission(fail).fail()
    assert caught.value.line_of_submission


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_ends_python_is_a_fault(submission, kind):
    """No test can take it for an answer, and the grader does not end with it."""
    def leave():
        raise kind
    with pytest.raises(Fault, match=kind.__name__):
        submission(leave).leave()


def test_the_line_is_the_last_one_in_the_students_file():
    """Not one in a library below it; 0 where it never passed through."""
    here = say_where = None
    try:
        np.zeros(3).reshape(5)
    except ValueError as error:
        here, say_where = error, error.__traceback__.tb_lineno
    assert line_of(here, __file__) == say_where and line_of(here, "elsewhere.py") == 0
    assert said_by(Silent()) == "" and said_by(ValueError("why")) == "why"


# Callbacks

def test_a_function_that_is_given_can_be_called(submission):
    """Arguments and results of every kind; from lists and by name too; it is run here."""
    def use(f, table):
        x, y = f(np.arange(3), scale=2.0), table["g"](("a", 1), [None])
        return x, y, f(np.ones((2, 2)).T[::-1])
    seen = []

    def scaled(x, scale=1.0):
        seen.append(x)
        return x * scale
    got = submission(use).use(scaled, table={"g": lambda pair, items: (items, pair)})
    assert told(got) == told((np.arange(3) * 2.0, ([None], ("a", 1)), np.ones((2, 2))))
    assert [type(x) for x in seen] == [np.ndarray] * 2


def test_a_function_that_is_given_comes_back_as_itself(submission):
    """The very object."""
    def back(f):
        return [f, f]
    assert submission(back).back(told) == [told, told]


def test_what_it_raises_is_told_by_its_kind_alone(submission):
    """Its text might be an expected value; the submission may catch it, or let it through."""
    def careful(f):
        try:
            return f()
        except KeyError as error:
            return f"{type(error).__name__} {error}"

    def fail():
        raise KeyError(SECRET)
    said = submission(careful).careful(fail)
    assert said.startswith("KeyError") and SECRET not in said

    def careless(f):
        return f()
    with pytest.raises(KeyError) as caught:
        submission(careless).careless(fail)
    assert SECRET not in str(caught.value)


def test_the_exception_that_it_raises_of_its_own_kind_is_pythons(submission):
    """As in the other direction."""
    def careful(f):
        try:
            f()
        except Exception as error:
            return type(error).__name__

    def fail():
        raise Own(SECRET)
    assert submission(careful).careful(fail) == "KeyError"
    assert submission(careful).careful(lambda: undecodable().object.decode()) == "UnicodeError"


def test_it_may_call_back_into_the_submission(submission):
    """Calls in callbacks in calls: down to a depth, then it is a fault."""
    def down(n, f):
        return n if n == 0 else 1 + f(n - 1)
    mine = submission(down)

    def again(n):
        return mine.down(n, again)
    assert mine.down(6, again) == 6
    with pytest.raises(Fault, match="deep"):
        mine.down(100, again)


def test_each_call_sees_its_own_arguments(submission):
    """Changes in place of an inner call are done to the inner call's arguments, at once."""
    def outer(x, f):
        x[0] = 1
        f()
        x[1] = 2

    def inner(y):
        y[...] = 7
    mine, x, y = submission(outer, inner), np.zeros(2), np.zeros(3)

    def between():
        mine.inner(y)
        assert y.tolist() == [7, 7, 7]
    mine.outer(x, between)
    assert x.tolist() == [1, 2] and y.tolist() == [7, 7, 7]


def test_a_function_that_was_kept_is_not_to_be_called_later(submission):
    """It was given for one call; what it would tell later is none of the submission's business."""
    kept = []

    def keep(f):
        kept.append(f)

    def use():
        return kept[0]()
    mine, calls = submission(keep, use), []
    mine.keep(lambda: calls.append(1))
    with pytest.raises(Fault, match="not its to call now"):
        mine.use()
    assert calls == []


def test_the_functions_of_an_outer_call_may_be_called_from_an_inner_one(submission):
    """That call is still going on."""
    kept = []

    def outer(f, g):
        kept.append(f)
        return g()

    def inner():
        return kept[0](1)
    mine = submission(outer, inner)
    assert mine.outer(lambda x: x + 1, mine.inner) == 2


# Generators

def test_a_generator_is_one_here(submission):
    """Step by step as its twin in this process: values, the end, and after the end."""
    def count(n):
        for i in range(n):
            yield i, np.full(2, i)
    here, there = count(3), submission(count).count(3)
    assert iter(there) is there and repr(there) == "<generator of the submission>"
    for _ in range(5):
        assert told(next(here, "end")) == told(next(there, "end"))
    assert list(submission(count).count(0)) == []


def test_a_generator_is_closed(submission):
    """What it does last is done then; nothing comes any more."""
    log = []

    def count():
        try:
            yield 1
            yield 2
        finally:
            log.append("closed")
    there = submission(count).count()
    assert next(there) == 1 and log == []
    there.close()
    assert log == ["closed"] and next(there, None) is None


def test_a_generator_that_raises(submission):
    """The exception comes out of its step, with its line; then it is at its end."""
    def fail():
        yield 1
        raise ValueError("second")
    there = submission(fail).fail()
    assert next(there) == 1
    with pytest.raises(ValueError, match="second") as caught:
        next(there)
    assert caught.value.line_of_submission == fail.__code__.co_firstlineno + 2 and next(there, None) is None


def test_steps_change_arguments_and_earlier_frames(submission):
    """A submission that yields one array again and again is seen to do so; one that copies is not."""
    def film(canvas, rng, seen, copied):
        for i in range(3):
            canvas[i] = rng.random()
            seen.append(i)
            yield canvas.copy() if copied else canvas
    for copied in (False, True):
        both = []
        for called in (film, submission(film).film):
            canvas, rng, seen, frames = np.zeros(3), np.random.default_rng(0), [], []
            for frame in called(canvas, rng, seen, copied):
                frames.append(frame)
                both.append(told([frames, canvas, rng, seen]))
        assert both[:3] == both[3:]


def test_a_frame_that_is_changed_afterwards_is_changed_here(submission):
    """An array of its own, not an argument: in a tuple with others, too."""
    def film():
        buffer = np.zeros(2)
        for i in range(3):
            buffer[:] = i
            yield "frame", [buffer]
    frames = [frame for _, (frame,) in submission(film).film()]
    assert [frame.tolist() for frame in frames] == [[2, 2]] * 3


def test_two_generators_of_one_call_keep_their_frames_apart(submission):
    """Each changes what it has yielded itself."""
    def films():
        def film(buffer):
            for i in range(2):
                buffer += 1
                yield buffer
        return film(np.zeros(1)), film(np.full(1, 10.0))
    seen = []
    for one, other in (films(), submission(films).films()):
        frames = [next(one), next(other), next(other), next(one)]
        seen.append([frame.tolist() for frame in frames])
    assert seen[0] == seen[1] == [[2], [12], [12], [2]]


def test_a_generator_may_call_the_functions_of_its_call(submission):
    """In each of its steps, and those alone."""
    def ask(f, n):
        for i in range(n):
            yield f(i)

    def other(g):
        return g()
    mine = submission(ask, other)
    there = mine.ask(lambda i: i * i, 4)
    assert [next(there), mine.other(lambda: "another's"), *there] == [0, "another's", 1, 4, 9]


def test_a_generator_that_is_given_to_a_callback_can_be_used_there(submission):
    """During the call and after it."""
    def give(f):
        def numbers():
            yield 1
            yield 2
            yield 3
        return f(numbers())
    kept = []

    def take(numbers):
        kept.append(numbers)
        return next(numbers)
    assert submission(give).give(take) == 1
    assert list(kept[0]) == [2, 3]


# Objects

class Counter:
    """An object of the submission; notes who asks it what."""

    asked = []

    def __init__(self):
        self.total = 0

    def add(self, n, times=1):
        self.total += n * times
        return self.total

    def _hidden(self):
        self.asked.append("_hidden")

    def __array__(self, *_, **__):
        self.asked.append("__array__")
        return np.zeros(3)

    def __len__(self):
        self.asked.append("__len__")
        return 3

    def __getitem__(self, at):
        self.asked.append("__getitem__")
        return 0.0

    def __eq__(self, other):
        self.asked.append("__eq__")
        return True

    def __float__(self):
        self.asked.append("__float__")
        return 1.0


def test_an_object_is_a_name_with_methods(submission):
    """They run in the sandbox; it has nothing else: no attributes, nothing that begins with an underscore."""
    def make():
        return Counter()
    made = submission(make).make()
    assert made.add(2) == 2 and made.add(3, times=2) == 8 and repr(made) == "<Counter of the submission>"
    for name in ("total", "_hidden", "__array__", "nothing", "shape", "dtype"):
        assert not hasattr(made, name)


def test_comparing_an_object_asks_it_nothing(submission):
    """An array that lies about comparisons is no array here: NumPy sees an object without features."""
    def make():
        return Counter()
    Counter.asked.clear()
    made = submission(make).make()
    assert np.asarray(made).dtype == object and np.asarray(made).shape == () and made != 3 and not isinstance(made, np.ndarray)
    for work in (np.testing.assert_allclose, np.testing.assert_array_equal, lambda made, _: float(made), lambda made, _: len(made)):
        with pytest.raises((AssertionError, TypeError)):
            work(made, np.zeros(3))
    assert Counter.asked == []


class Liar(np.ndarray):
    """An array of the submission that says yes to everything."""

    def __array_function__(self, *_):
        return True

    def __eq__(self, other):
        return np.ones(3, bool)


@pytest.mark.parametrize("make", [
    lambda: np.zeros(3).view(Liar), lambda: np.array([None]), lambda: np.array(["x"]), lambda: np.ma.array([1.0]),
    lambda: np.random.RandomState(0),
], ids=["a liar", "objects", "text", "masked", "old dice"])
def test_only_plain_arrays_of_numbers_come_back_as_arrays(submission, make):
    """A subclass is an object like any other."""
    def give():
        return make()
    assert type(submission(give).give()) is not np.ndarray and isinstance(submission(give).give(), Remote)


def test_a_function_of_the_submission_can_be_called(submission):
    """Closures keep what they know over there."""
    def adder(n):
        def add(x, by=0):
            x += n
            return n + by
        return add
    add, x = submission(adder).adder(5), np.zeros(2)
    assert add(x, by=2) == 7 and x.tolist() == [5, 5]
    with pytest.raises(TypeError):
        add()


def test_an_object_cannot_be_given_to_the_submission(submission):
    """What is here of it is a name; only functions of ours and plain values go over."""
    def make():
        return Counter()
    mine = submission(make)
    for value in (mine.make(), object(), Counter()):
        with pytest.raises((WireError, TypeError)):
            mine.make(value)


@pytest.mark.parametrize("value", [
    lambda: deep(40), lambda: list(range(300_000)), lambda: "x" * 2_000_000, lambda: 2 ** 5000, lambda: np.zeros(70_000_000, np.uint8),
], ids=["too deep", "too many", "too long", "too many digits", "too large"])
def test_a_result_that_does_not_fit_is_an_exception_of_its_call(submission, value):
    """With the reason in it; the worker goes on."""
    def give(large):
        return value() if large else "small"
    mine = submission(give)
    with pytest.raises(Exception) as caught:
        mine.give(True)
    assert caught.value.line_of_submission == 0 and str(caught.value)
    assert mine.give(False) == "small"


def deep(n):
    """A list in a list in a list."""
    value = []
    for _ in range(n):
        value = [value]
    return value


def test_an_argument_that_became_too_large_is_an_exception_of_its_call(submission):
    """Not the end of the worker."""
    def grow(items):
        items.append(deep(40))

    def on():
        return "on"
    mine, items = submission(grow, on), [1]
    with pytest.raises(Exception):
        mine.grow(items)
    assert items == [1] and mine.on() == "on"


def test_a_worker_that_ends_is_a_fault(talk):
    """At once: nobody waits for a deadline."""
    session, worker = talk()
    worker.functions = SimpleNamespace(leave=lambda: worker.pipe.close())
    before = time.monotonic()
    with pytest.raises(Fault, match="the process ended"):
        session.call("leave", (), {})
    assert time.monotonic() - before < 30


def test_the_probe_finds_what_is_open(talk, tmp_path):
    """Here everything is: files, folders, sockets, other processes."""
    (tmp_path / "secret").write_text(SECRET)
    session, _ = talk()
    found = session.probe([str(tmp_path / "secret"), str(tmp_path / "nothing")], os.getpid())
    assert f"{tmp_path}/secret can be read" in found and not any("nothing" in line for line in found)
    assert {"/tmp can be written", "sockets can be made", "the grader can be reached"} <= set(found)
    assert ("it runs as root" in found) == (os.geteuid() == 0)
