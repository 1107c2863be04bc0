"""One submission, judged: the hidden tests run here, in the trusted process, and the student's functions in a sandbox.

A fault (a loop, a crash, a limit) costs its own test: the next one meets a fresh worker. What was earned before stays, and a test
that could not be run earns nothing of the full maximum.
"""

import importlib.util
import json
import resource
import signal
import sys
import time
import warnings
import zlib
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from minigen.course import confine, frontier, hints, workshop
from minigen.course.apart import Apart
from minigen.course.load import function_name
from minigen.course.marks import Mark, TestMark, UnitMark
from minigen.course.places import house_of_tests
from minigen.course.proxy import Fault
from minigen.course.sandbox import MADE, Limits, User, choose
from minigen.course.units import BY_NUMBER
from minigen.course.wire import Closed, Pipe
from minigen.errors import UserError, say

OWN_MEMORY = 4 << 30            # bytes that the judge itself may take: a callback asked for the impossible is refused, not served


@dataclass(frozen=True)
class HiddenTest:
    """One hidden test of a unit."""

    name: str
    line: str                   # its docstring, which the student reads
    run: object                 # (impl, rng) -> None, or an exception


@lru_cache(maxsize=None)
def tests_of(house, unit):
    """The hidden tests of a unit, in the order of their file."""
    folder = Path(house) / "tests"
    if str(folder) not in sys.path:
        sys.path.append(str(folder))               # for their oracles
    path = folder / "hidden" / f"test_{unit.name}.py"
    spec = importlib.util.spec_from_file_location(f"hidden_{unit.short}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [HiddenTest(name, " ".join(function.__doc__.split()), function) for name, function in vars(module).items() if name.startswith("test_")]


def dice(seed, throw, test, file):
    """Dice of one test alone: the same for every submission with this seed."""
    return np.random.default_rng([seed, throw, zlib.crc32((test + file).encode())])


class NoSandbox(BaseException):
    """No worker can be started: nobody's answer is wrong, and no test may take it for one."""


class Budget:
    """Seconds that are left, of the call, the unit and the submission."""

    def __init__(self, limits):
        self.limits, self.ends = limits, time.monotonic() + limits.submission
        self.next_unit()

    def next_unit(self):
        """A unit begins."""
        self.unit_ends = min(self.ends, time.monotonic() + self.limits.unit)

    def left(self):
        """Seconds of the unit."""
        return self.unit_ends - time.monotonic()

    def call(self, most):
        """Seconds of a call, and what is said of one that takes longer."""
        left = self.left()
        return (most, f"it took longer than {most:g} seconds: is there an endless loop?") if left > most else (left, self.over())

    def over(self):
        """What is said when nothing is left."""
        if time.monotonic() < self.ends - 1:
            return f"the {self.limits.unit:g} seconds of this unit are used up"
        return f"the {self.limits.submission:g} seconds of this submission are used up"


class Impl:
    """The functions of a unit as the hidden tests call them; each call runs in the sandbox.

    Parameters
    ----------
    unit : Unit
    files : list of (name, bytes)
        The submission's file; what stands before it is run first in the same namespace, as in ``load``.
    sandbox : Sandbox
    budget : Budget
    """

    def __init__(self, unit, files, sandbox, budget):
        self._unit, self._files, self._sandbox, self._budget = unit, files, sandbox, budget
        self._session, self._refused, self._started = None, None, 0
        for signature in unit.functions:
            name = function_name(signature)
            setattr(self, name, Apart(partial(self._call, name), name in unit.in_place))

    def _call(self, name, *arguments, **named):
        return self.ready().call(name, arguments, named)

    def ready(self):
        """The conversation with a worker that has loaded the file. Raises Fault where it cannot: that is remembered, not tried again."""
        if self._refused:
            raise Fault(self._refused)
        if self._session is None:
            self._started += 1
            session = self._start()
            try:
                said = session.load(self._unit.number, self._files)
            except Fault as fault:
                if self._budget.left() > 0:
                    self._refused = f"running the file: {fault}"
                raise
            if said:
                self._refused = without_paths(said)
                raise Fault(self._refused)
            session.limit = lambda: self._budget.call(self._sandbox.limits.call)
            self._session = session
        return self._session

    def _start(self):
        for again in (True, True, False):
            with undisturbed():
                try:
                    return self._sandbox.start(self._unit.number, lambda: self._budget.call(self._sandbox.limits.load))
                except (UserError, OSError) as error:
                    if not again:
                        raise NoSandbox(str(error)) from error

    @property
    def refused(self):
        """Why the file cannot be used; "" if it can."""
        return self._refused or ""

    @property
    def restarts(self):
        """Workers after the first."""
        return max(0, self._started - 1)

    def seconds_left(self):
        """Seconds that are left for the unit."""
        return self._budget.left()

    def renew(self):
        """End the worker; the next call starts another."""
        self._sandbox.kill()
        self._session = None


def without_paths(said):
    """One line of a worker's words, short, and without anything that looks like a path."""
    return " ".join("…" if "/" in word or "\\" in word else word for word in "".join(c if c.isprintable() else " " for c in said).split())[:300]


def run(test, impl, rng, seconds):
    """Run one test: (passed, why in one line, whether the function is still to be written)."""
    try:
        with alarm(seconds), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")        # wrong answers overflow and divide by zero
            test.run(impl=impl, rng=rng)
        return True, "", False
    except Fault as fault:
        impl.renew()
        return False, str(fault), False
    except AssertionError:
        return False, "", False
    except Exception as error:
        line = getattr(error, "line_of_submission", None)
        todo = isinstance(error, NotImplementedError) and str(error).endswith("your code here")
        if line is None:                           # a result on which the test itself stumbled
            return False, "", False
        return False, f"{type(error).__name__}" + (f" in line {line}" if line else ""), todo


@contextmanager
def undisturbed():
    """Hold the alarm back: a worker that is just being started would be lost."""
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        if left:
            signal.setitimer(signal.ITIMER_REAL, left)


@contextmanager
def alarm(seconds):
    """Raise Fault after so many seconds, wherever this thread is: a callback of ours may have been given endless work."""
    def late(*_):
        raise Fault("a test took longer than what is left for this unit")
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, max(0.01, seconds), 1.0)        # again, should one be lost in a __del__
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def judge_unit(house, unit, content, seed, sandbox, budget, table, after=lambda unit, impl: None):
    """The UnitMark of one file; ``after`` is called with the functions of a unit in which all is right."""
    tests, start = tests_of(house, unit), time.monotonic()
    if content is None:
        return UnitMark(unit.number, "missing", [TestMark(test.name, test.line, False) for test in tests])
    budget.next_unit()
    impl, marks, todo = Impl(unit, [[f"{unit.name}.py", content]], sandbox, budget), [], []
    try:
        for test in tests:
            if budget.left() <= 0:
                passed, why, unwritten = False, budget.over(), False
            else:
                passed, why, unwritten = run(test, impl, dice(seed, 0, test.name, f"test_{unit.name}.py"), budget.left() + 1)
            marks.append(TestMark(test.name, test.line, passed, "" if impl.refused else why))
            todo.append(unwritten)
        mark = UnitMark(unit.number, "broken" if impl.refused else "todo" if all(todo) else "graded", marks, impl.refused)
        if mark.state == "graded":
            mark.hints = hints.look_up(table, unit, [test.name for test in marks if not test.passed])
        if mark.full or unit.short == "u24":
            budget.next_unit()
            after(unit, impl)
        mark.seconds, mark.restarts = round(time.monotonic() - start, 3), impl.restarts
        return mark
    finally:
        sandbox.kill()


def judge(task):
    """The Mark of one submission.

    Parameters
    ----------
    task : dict
        name, seed, class_seed, files (unit number -> bytes), units (numbers), sandbox (a back-end), house (its folder), bench (a workshop.Bench);
        limits (of ``Limits``), draws and cards (whether the submission's own code draws for its page, for the album).
    """
    limits, start = Limits(**task.get("limits", {})), time.monotonic()
    mark, budget = Mark(task["name"], task["seed"], [], sandbox=task["sandbox"]), Budget(limits)
    table = hints.read(Path(task["house"]) / "tests" / "hidden" / "hints.json")

    def after(unit, impl):
        if unit.short == "u24":
            mark.lost_bits = lost_bits(impl, task["class_seed"])
        if unit.short == "u14" and task.get("draws"):
            mark.sprite = drawn(impl, "completed", task) or ""
        if unit.short == "u08" and task.get("cards"):
            mark.cards = drawn(impl, "cards", task) or []
    with User() as uid:
        sandbox = MADE[task["sandbox"]](task["bench"], limits, uid)
        for number in task["units"]:
            mark.units.append(judge_unit(task["house"], BY_NUMBER[number], task["files"].get(number), task["seed"], sandbox, budget, table, after))
    mark.seconds = round(time.monotonic() - start, 3)
    return mark


def drawn(impl, what, task):
    """What a function of ``drawing`` makes with the submission's own code; None if that fails, which costs no point."""
    from minigen.course import drawing
    try:
        with alarm(impl.seconds_left()):
            return getattr(drawing, what)(task["bench"].drawing, impl, task["seed"])
    except (Fault, Exception):
        return None


def lost_bits(impl, class_seed):
    """u24: bits that the rule loses over the least possible, mean over tables that are the same for the whole class; None if it is no rule."""
    try:
        with alarm(impl.seconds_left()):
            lost = [frontier.lost_bits(joint, impl.choose, passes) - least for joint, passes, least in tables_of(class_seed)]
        return round(float(np.mean(lost)), 6)
    except (Fault, Exception):
        return None


@lru_cache(maxsize=1)
def tables_of(class_seed):
    """One table of each family, its passes, and the bits that must be lost there."""
    return [(joint, passes, frontier.optimum(joint, passes)) for _, joint, passes in frontier.tables(np.random.default_rng(class_seed))]


def main(read, write):
    """Judge what comes in until nothing comes any more: a frame of JSON for each task, a frame of JSON for each answer."""
    resource.setrlimit(resource.RLIMIT_AS, (OWN_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    confine.die_with_parent()
    house, pipe, chosen = house_of_tests(), Pipe(read, write), {}
    state, bench = workshop.state_of(house), workshop.lay_out(house)
    while True:
        try:
            task = json.loads(pipe.receive())
        except Closed:
            return
        try:
            asked = task["sandbox"]
            if state != task["state"]:
                raise say("minigen", f"the same version everywhere ({task['state']})", state, "Update the clone on that machine.")
            chosen[asked] = chosen.get(asked) or choose(asked, house)
            task |= {"files": {int(number): b64decode(content) for number, content in task["files"].items()}, "house": house, "bench": bench}
            if task["draws"] or task["cards"]:
                from minigen.course import drawing
                drawing.prepare(bench.drawing, drawing.needed(task["files"], task["cards"]))
            answer = {"mark": judge(task).as_json()}
        except (UserError, NoSandbox) as error:
            answer = {"error": str(error)}
        pipe.send(json.dumps(answer).encode())
