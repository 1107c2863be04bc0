"""A worker that answers whatever it likes: a Fault, always, and never an exception that a test might take for an answer.

The answers lie in the pipe before they are asked for; what an honest worker does is in test_worker.py.
"""

import os
import struct
import threading
from contextlib import closing, contextmanager

import msgpack
import numpy as np
import pytest
from alike import told

from minigen.course import proxy, wire
from minigen.course.proxy import Fault, Remote, RemoteFunction, RemoteIterator, Session
from minigen.course.wire import Encoder, Pipe

NOTHING = [[], [], [], None]    # what became of the arguments


class Handle:
    """Something that goes over as a tagged list of one's own."""

    def __init__(self, *parts):
        self.parts = list(parts)


def handle(value):
    """The list that it is."""
    return value.parts


def frame(*message):
    """What a worker would send."""
    return Encoder(handle).frame(list(message))


def made_of(structure, *blocks, table=()):
    """A payload of parts that may fit or not."""
    inside = msgpack.packb([structure, table])
    return struct.pack("<I", len(inside)) + inside + b"".join(wire.npy(block) for block in blocks)


class Forger:
    """A conversation with somebody whose answers are there before the questions."""

    def __init__(self, seconds=60.0):
        (here_read, there_write), (there_read, here_write) = os.pipe(), os.pipe()
        self.here, self.there = Pipe(here_read, here_write), Pipe(there_read, there_write)
        self.session = Session(self.here, lambda: (seconds, "it took too long"), lambda: None)

    def answers(self, *payloads):
        """Lay answers into the pipe: payloads, or the parts of a message."""
        for payload in payloads:
            self.there.send(payload if isinstance(payload, bytes) else frame(*payload))
        return self.session

    def ends(self):
        """Nothing more will come."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.there.write), os.close(nowhere)

    def call(self, payload, *arguments, **named):
        """Call a function that answers so."""
        return self.answers(payload).call("f", arguments, named)


    def close(self):
        """Both ends."""
        self.here.close(), self.there.close()


@pytest.fixture
def forger():
    with closing(Forger()) as made:
        yield made


@pytest.fixture
def hasty():
    """One with little time for an answer."""
    with closing(Forger(seconds=0.2)) as made:
        yield made


def test_an_honest_answer_is_a_value(forger):
    """With which all that follows is to be compared."""
    assert forger.call(["return", (1, "x"), NOTHING]) == (1, "x")
    with pytest.raises(KeyError, match="why") as caught:
        forger.call(["raise", "KeyError", "why", 12, NOTHING])
    assert caught.value.line_of_submission == 12


ARRAY, LONG = np.zeros(3), "x" * 100
FORGED = {
    "no frame": b"",
    "four zeros": bytes(4),
    "text": b"Hello from the submission!",
    "no list": made_of(None),
    "a tuple": made_of(["t", "return", 1]),
    "a dict": made_of(["d"]),
    "a layout": made_of(["l"], ARRAY, table=[[0, "<f8", [3], 0, [8], True]]),
    "nothing": [],
    "a kind alone": ["return"],
    "a value alone": ["return", 1],
    "a part too much": ["return", 1, NOTHING, 2],
    "an unknown kind": ["returned", 1, NOTHING],
    "a kind of another time": ["loaded"],
    "another": ["probed", []],
    "no text for a kind": [3, 1, NOTHING],
    "an array for a kind": [ARRAY, 1, NOTHING],
    "an empty array for a kind": [np.zeros(0), 1, NOTHING],
    "a list for a kind": [["return"], 1, NOTHING],
    "none for a kind": [None],
    "an object for a kind": [Handle("o", 0, "x", ["l"], False, False), 1, NOTHING],
    "the end of a generator": ["stop", NOTHING],
    "changes: none": ["return", 1, None],
    "changes: too few": ["return", 1, [[], [], []]],
    "changes: too many": ["return", 1, [*NOTHING, []]],
    "changes: a number": ["return", 1, 4],
    "changes: an array": ["return", 1, np.zeros(4)],
    "changes: text": ["return", 1, "abcd"],
    "an array that is not there": ["return", 1, [[[1, ARRAY]], [], [], None]],
    "one before the first": ["return", 1, [[[-2, ARRAY]], [], [], None]],
    "no number of an array": ["return", 1, [[["0", ARRAY]], [], [], None]],
    "half a change": ["return", 1, [[[0]], [], [], None]],
    "another shape": ["return", 1, [[[0, np.zeros(4)]], [], [], None]],
    "a shape that would stretch": ["return", 1, [[[0, np.zeros(1)]], [], [], None]],
    "another dtype": ["return", 1, [[[0, np.zeros(3, "f4")]], [], [], None]],
    "another byte order": ["return", 1, [[[0, np.zeros(3, ">f8")]], [], [], None]],
    "a list for an array": ["return", 1, [[[0, [0.0, 0.0, 0.0]]], [], [], None]],
    "a number for an array": ["return", 1, [[[0, 0.0]], [], [], None]],
    "frames that nobody gave": ["return", 1, [[], [], [[0, ARRAY]], None]],
    "dice that nobody gave": ["return", 1, [[], [[0, {}]], [], None]],
    "more arguments": ["return", 1, [[], [], [], [(Handle("x", 0), 2), {}]]],
    "fewer arguments": ["return", 1, [[], [], [], [(), {}]]],
    "no arguments": ["return", 1, [[], [], [], 3]],
    "a named one gone": ["return", 1, [[], [], [], [(Handle("x", 0),), {}]]],
    "an argument that is not there": ["return", Handle("x", 7), NOTHING],
    "one before all": ["return", Handle("x", -1), NOTHING],
    "one without a number": ["return", Handle("x", "0"), NOTHING],
    "one without anything": ["return", Handle("x"), NOTHING],
    "a function that nobody gave": ["return", Handle("f", 1), NOTHING],
    "a function without a number": ["return", Handle("f", "1"), NOTHING],
    "an object of too few parts": ["return", Handle("o", 1, "x"), NOTHING],
    "an object with a text for a number": ["return", Handle("o", "1", "x", ["l"], False, False), NOTHING],
    "methods that are no names": ["return", Handle("o", 1, "x", ["l", 3], False, False), NOTHING],
    "a handle of an unknown kind": ["return", Handle("q", 1), NOTHING],
    "an exception without changes": ["raise", "ValueError", "x", 1],
    "an exception that is none": ["raise", "int", "x", 1, NOTHING],
    "a function for an exception": ["raise", "print", "x", 1, NOTHING],
    "an exception of the grader's": ["raise", "Fault", "x", 1, NOTHING],
    "a list for an exception": ["raise", ["ValueError"], "x", 1, NOTHING],
    "an array for an exception": ["raise", ARRAY, "x", 1, NOTHING],
    "none for an exception": ["raise", None, "x", 1, NOTHING],
    "no text in an exception": ["raise", "ValueError", 5, 1, NOTHING],
    "a list for its text": ["raise", "ValueError", ["x"], 1, NOTHING],
    "the end of Python": ["raise", "SystemExit", "x", 1, NOTHING],
    "Ctrl-C": ["raise", "KeyboardInterrupt", "", 1, NOTHING],
    "a base": ["raise", "BaseException", "", 1, NOTHING],
    "a base of groups": ["raise", "BaseExceptionGroup", "", 1, NOTHING],
    "a callback of nothing": ["callback"],
    "a callback with a part too few": ["callback", 1, ()],
    "too many": ["callback", 1, (), {}, 3],
    "of an unknown number": ["callback", 99, (), {}],
    "of no number": ["callback", None, (), {}],
    "of an array": ["callback", ARRAY, (), {}],
    "of a list": ["callback", [1], (), {}],
    "of true": ["callback", True, (), {}],
    "with a list of arguments": ["callback", 1, [], {}],
    "with names that are none": ["callback", 1, (), {3: 4}],
    "with a list of names": ["callback", 1, (), []],
}


@pytest.mark.parametrize("payload", FORGED.values(), ids=FORGED.keys())
def test_a_forged_answer_is_a_fault(forger, payload):
    """In one line of the grader's own words; the arguments are as they were."""
    array, items = np.arange(3.0), [1, [2]]
    forger.answers(payload)
    forger.ends()
    with pytest.raises(Fault) as caught:
        forger.session.call("f", (array,), {"named": items})
    assert "the process ended" not in str(caught.value)             # it was this answer that was refused; nobody waited for another
    assert array.tolist() == [0, 1, 2] and items == [1, [2]]
    assert str(caught.value).isprintable() and "Hello" not in str(caught.value)


@pytest.mark.parametrize("payload", FORGED.values(), ids=FORGED.keys())
def test_a_forged_answer_to_a_step_of_a_generator_is_a_fault(forger, payload):
    """As for a call; the end of a generator is the only thing more that may come."""
    array, items = np.arange(3.0), [1]
    made = forger.call(["return", Handle("o", 0, "generator", ["l"], False, True), NOTHING], array, named=items)
    forger.answers(payload)
    forger.ends()
    if payload == ["stop", NOTHING]:
        assert next(made, "end") == "end"
    else:
        with pytest.raises(Fault) as caught:
            next(made)
        assert "the process ended" not in str(caught.value)
    assert array.tolist() == [0, 1, 2] and items == [1]


@pytest.mark.parametrize("payload", [
    ["refused"],
    ["refused", 3],
    ["refused", b"x"],
    ["refused", "a", "b"],
    ["return", 1, NOTHING],
    ["raise", "ValueError", "x", 1, NOTHING],
    [ARRAY],
    [np.zeros(0)],
    [["loaded"]],
    [None],
    [],
    b"",
    ["callback", 1, (), {}],
], ids=lambda payload: repr(payload)[:30])
def test_a_forged_answer_to_a_file_is_a_fault(forger, payload):
    """What a file writes into the pipe while it is loaded."""
    forger.answers(payload)
    forger.ends()
    with pytest.raises(Fault) as caught:
        forger.session.load(1, [("u01_softmax.py", b"")])
    assert "the process ended" not in str(caught.value)


@pytest.mark.parametrize("payload", [["ready", 1], ["loaded"], [ARRAY], [], b"", ["callback", 1, (), {}]], ids=lambda payload: repr(payload)[:30])
def test_a_worker_says_that_it_is_there_and_nothing_else(forger, payload):
    """Nobody's file is in it yet: whatever else comes is a fault."""
    forger.answers(["ready"]).hello()
    forger.answers(payload)
    forger.ends()
    with pytest.raises(Fault):
        forger.session.hello()


def test_the_answers_to_a_file(forger):
    """It is loaded, or refused in words, which are never empty."""
    assert forger.answers(["loaded"]).load(1, []) == ""
    assert forger.answers(["refused", "why"]).load(1, []) == "why"
    assert forger.answers(["refused", ""]).load(1, []) == "?"


# Random generators

def state_of(kind, seed=1, **changes):
    """A state in which something is not as it should be."""
    state = getattr(np.random, kind)(seed).state
    inner = {key: value for key, value in changes.items() if key in state["state"]}
    return state | {key: value for key, value in changes.items() if key not in inner} | {"state": state["state"] | inner}


@pytest.mark.parametrize("kind, state", [
    ("PCG64", None),
    ("PCG64", {}),
    ("PCG64", state_of("SFC64")),
    ("PCG64", state_of("PCG64DXSM")),
    ("PCG64", state_of("PCG64", inc=7)),
    ("PCG64", state_of("PCG64", seed=2)),
    ("PCG64", state_of("PCG64", state=-1)),
    ("PCG64", state_of("PCG64", state=2 ** 128)),
    ("PCG64", state_of("PCG64", state="1")),
    ("PCG64", state_of("PCG64", uinteger=2 ** 32)),
    ("PCG64", {"bit_generator": "PCG64"}),
    ("PCG64DXSM", state_of("PCG64DXSM", inc=7)),
    ("MT19937", state_of("MT19937", key=np.zeros(3, np.uint32))),
    ("MT19937", state_of("MT19937", pos=10 ** 6)),
    ("MT19937", state_of("MT19937", pos=-1)),
    ("Philox", state_of("Philox", buffer_pos=-1)),
    ("Philox", state_of("Philox", buffer_pos=10 ** 6)),
    ("SFC64", [1, 2]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_forged_state_is_a_fault(forger, kind, state):
    """Drawing never changes the kind or the stream, and never ends up outside the table; the generator is as it was."""
    given = np.random.Generator(getattr(np.random, kind)(1))
    before = told(given)
    with pytest.raises(Fault):
        forger.call(["return", 1, [[], [[0, state]], [], None]], given)
    assert told(given) == before


def test_a_state_after_some_draws_is_taken(forger):
    """So that the dice here go on where they were left there."""
    for kind in wire.BIT_GENERATORS:
        mine, theirs = (np.random.Generator(getattr(np.random, kind)(1)) for _ in range(2))
        theirs.random(5)
        forger.call(["return", 1, [[], [[0, theirs.bit_generator.state]], [], None]], mine)
        assert told(mine) == told(theirs)


# What is done to arguments

def test_a_change_to_what_must_not_be_written_is_not_done(forger):
    """The worker's array was read-only too: whoever says otherwise forges."""
    array = np.zeros(3)
    array.flags.writeable = False
    try:
        forger.call(["return", 1, [[[0, np.ones(3)]], [], [], None]], array)
    except Fault:
        pass
    assert array.tolist() == [0, 0, 0]


def test_arguments_become_what_they_became_there(forger):
    """Lists, dicts and sets in place, at every depth; what is of another type is left alone."""
    inner = [1]
    arguments = ([inner, 2], {"a": {"b": [1]}}, {1, 2}, ([3], 4), "text", 5)
    became = ([[1, 9]], {"a": {"b": []}, "new": 1}, {3}, ([3, 3], 4), "other", [5])
    kept = arguments[1]["a"]["b"]
    forger.call(["return", None, [[], [], [], [became, {"k": [1]}]]], *arguments, k=[])
    assert arguments == ([[1, 9]], {"a": {"b": []}, "new": 1}, {3}, ([3, 3], 4), "text", 5)
    assert arguments[0][0] is inner and arguments[1]["a"]["b"] is kept


def test_an_array_in_a_list_stays_the_same_array(forger):
    """It is named in the answer, not copied."""
    array = np.zeros(2)
    items = [array, array]
    forger.call(["return", None, [[[0, np.ones(2)]], [], [], [([Handle("x", 0), Handle("x", 0), "more"],), {}]]], items)
    assert items[0] is items[1] is array and items[2] == "more" and array.tolist() == [1, 1]


# Callbacks

def test_a_callback_is_answered(forger):
    """And asked for as often as it likes, up to a number."""
    calls = []
    forger.answers(["callback", 1, (2,), {"b": 3}], ["callback", 1, (4,), {}])
    assert forger.call(["return", "done", NOTHING], lambda a, b=0: calls.append((a, b))) == "done"
    assert calls == [(2, 3), (4, 0)]


def test_endless_callbacks_are_a_fault(forger, monkeypatch):
    """Each is quick; there are just too many."""
    monkeypatch.setattr(proxy, "MOST_CALLBACKS", 5)
    calls = []
    forger.answers(*[["callback", 1, (), {}]] * 9)
    with pytest.raises(Fault, match="more than 5 times"):
        forger.session.call("f", (lambda: calls.append(1),), {})
    assert len(calls) == 5


def test_a_callback_that_raises_tells_its_kind_and_no_more(forger):
    """The frame that goes out has no byte of its text."""
    forger.answers(["callback", 1, (), {}])

    def fail():
        raise ZeroDivisionError("expected 42")
    forger.call(["return", 1, NOTHING], fail)
    forger.there.receive()
    payload = forger.there.receive()
    assert b"ZeroDivisionError" in payload and b"42" not in payload and b"expected" not in payload


def test_what_a_callback_returns_must_fit(forger):
    """A test's own function that returns what does not travel is the test's mistake; it is no answer either."""
    forger.answers(["callback", 1, (), {}])
    with pytest.raises(Fault):
        forger.session.call("f", (lambda: object(),), {})


def test_a_fault_inside_a_callback_is_no_exception_that_it_could_catch(forger):
    """It comes through all calls that are going on."""
    def again():
        return forger.session.call("g", (), {})
    forger.answers(["callback", 1, (), {}], b"nonsense")
    with pytest.raises(Fault):
        forger.session.call("f", (again,), {})
    assert forger.session.depth == 0 and forger.session.callbacks == {}


def test_after_a_call_its_functions_are_forgotten(forger):
    """Also after one that failed."""
    for payload in (["return", 1, NOTHING], ["raise", "ValueError", "", 0, NOTHING]):
        try:
            forger.call(payload, len, print)
        except ValueError:
            pass
        assert forger.session.callbacks == {}
    forger.answers(["callback", 1, (), {}])
    with pytest.raises(Fault, match="not its to call now"):
        forger.session.call("f", (len,), {})


# Objects

def thing(number=0, name="thing", methods=(), calls=False, goes_on=False):
    """An object's description."""
    return Handle("o", number, name, ["l", *methods], calls, goes_on)


def test_what_an_object_says_of_itself_is_cut(forger):
    """Its kind to 60 characters, its methods to 64; private ones cannot be had."""
    made = forger.call(["return", thing(name="x" * 1000, methods=[f"m{k}" for k in range(100)] + ["_p"]), NOTHING])
    assert len(repr(made)) < 100 and hasattr(made, "m63") and not hasattr(made, "m64")
    made = forger.call(["return", thing(methods=["__array__", "__len__", "_session", "shape"]), NOTHING])
    assert not hasattr(made, "__array__") and not hasattr(made, "__len__") and callable(made.shape)


@pytest.mark.parametrize("calls, goes_on, kind", [
    (False, False, Remote), (True, False, RemoteFunction), (False, True, RemoteIterator), (True, True, RemoteIterator), (1, 1, Remote),
    ("yes", [1], Remote),
])
def test_only_true_is_true(forger, calls, goes_on, kind):
    """Whether it can be called, whether it can be iterated."""
    made = forger.call(["return", thing(calls=calls, goes_on=goes_on if not isinstance(goes_on, list) else ["l", 1]), NOTHING])
    assert type(made) is kind


def test_a_number_of_an_object_is_not_believed(forger):
    """It is sent back as it came, and means something on the other side only."""
    for number in (-1, 10 ** 9):
        made = forger.call(["return", thing(number, methods=["go"]), NOTHING])
        forger.answers(["return", "gone", NOTHING])
        assert made.go() == "gone"


def test_a_generator_of_large_frames_is_a_fault(forger, monkeypatch):
    """All of them are kept here, since later steps may change them."""
    monkeypatch.setattr(proxy, "MOST_YIELDED", 100)
    made = forger.call(["return", thing(goes_on=True), NOTHING])
    forger.answers(*[["return", np.zeros(5), NOTHING]] * 3)
    with pytest.raises(Fault, match="a generator gave more than"):
        list(made)
    assert made._steps == 3


def test_an_endless_generator_is_a_fault(forger, monkeypatch):
    """It gives so many values and no more."""
    monkeypatch.setattr(proxy, "MOST_STEPS", 3)
    made = forger.call(["return", thing(goes_on=True), NOTHING])
    forger.answers(*[["return", 0, NOTHING]] * 9)
    with pytest.raises(Fault, match="more than 3 values"):
        list(made)


# Time, and the end

def test_a_worker_that_says_nothing_is_a_fault(hasty):
    """In the words of the limit that it broke."""
    with pytest.raises(Fault, match="it took too long"):
        hasty.session.call("f", (), {})


@contextmanager
def meanwhile(work):
    """Do something in a thread, again and again."""
    done = threading.Event()

    def run():
        while not done.wait(0.002):
            work()
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(60)


def test_a_drip_is_a_fault_as_well(hasty):
    """The deadline is the call's, not the byte's."""
    os.write(hasty.there.write, struct.pack("<I", 1_000_000))
    with meanwhile(lambda: os.write(hasty.there.write, b"x")), pytest.raises(Fault, match="it took too long"):
        hasty.session.call("f", (), {})


def test_callbacks_do_not_renew_the_deadline(hasty):
    """A call has its seconds with all that it asks for."""
    with meanwhile(lambda: hasty.answers(["callback", 1, (), {}])), pytest.raises(Fault, match="it took too long"):
        hasty.session.call("f", (lambda: None,), {})


def test_a_worker_that_is_gone_is_a_fault(forger):
    """Whether it went before the question or in the middle of its answer."""
    os.write(forger.there.write, struct.pack("<I", 100) + b"half")
    forger.ends()
    for _ in range(2):
        with pytest.raises(Fault, match="the process ended"):
            forger.session.call("f", (), {})


def test_a_worker_that_reads_nothing_is_a_fault(hasty):
    """A question that is larger than the pipe."""
    with pytest.raises(Fault, match="it took too long"):
        hasty.session.call("f", (np.zeros(1_000_000),), {})


def test_what_the_watch_says_comes_through(forger):
    """A worker that takes too much memory is ended while it works."""
    def watch():
        raise Fault("too much")
    forger.session.watch = watch
    with pytest.raises(Fault, match="too much"):
        forger.session.call("f", (), {})


def test_a_fault_is_no_exception():
    """``except Exception`` and ``pytest.raises(Exception)`` in a test do not see it."""
    assert not issubclass(Fault, Exception)


@pytest.mark.parametrize("payload, line", [
    (["raise", "ValueError", "x", 5, NOTHING], 5),
    (["raise", "ValueError", "x", -5, NOTHING], 0),
    (["raise", "ValueError", "x", 10 ** 9, NOTHING], 0),
    (["raise", "ValueError", "x", "5", NOTHING], 0),
    (["raise", "ValueError", LONG * 9, True, NOTHING], 0),
])
def test_the_line_of_an_exception_is_a_number_or_none(forger, payload, line):
    """And its text is short."""
    with pytest.raises(ValueError) as caught:
        forger.call(payload)
    assert caught.value.line_of_submission == line and type(caught.value.line_of_submission) is int and len(str(caught.value)) <= 300
