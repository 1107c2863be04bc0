"""The hidden tests say the same about a file in its sandbox as in this process; what breaks costs its own points and no others."""

import multiprocessing
import os
import signal
import sys
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from implementations import HOUSE, SOLUTIONS, bench, overlays

from minigen.course import frontier, hints, judge, sandbox
from minigen.course.apart import apart
from minigen.course.load import load
from minigen.course.matrix import hidden_hints
from minigen.course.proxy import Fault
from minigen.course.units import BY_NUMBER, UNITS, find
from minigen.errors import UserError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandboxes are Linux's")

HINTS_DICE = 0                  # with which the tables of hints were made
OTHER_DICE = 2 ** 56 - 1        # the largest seed that a class can have


@pytest.fixture(scope="module")
def holds():
    """A back-end that holds here."""
    try:
        return sandbox.choose("", HOUSE)
    except UserError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def judged(holds):
    """``judged({3: content})``: the Mark of these files, by number of their unit."""
    def mark(files, seed=5, units=None, **limits):
        return judge.judge(task(files, holds, seed, units, **limits))
    return mark


def task(files, back_end, seed=5, units=None, **limits):
    """What a judge is asked."""
    files = {number: content.encode() if isinstance(content, str) else content for number, content in files.items()}
    return {"name": "somebody", "seed": seed, "class_seed": 7, "files": files, "units": units or sorted(files), "sandbox": back_end, "house": HOUSE,
            "bench": bench(), "limits": limits}


def solution(unit, more=""):
    """The text of a unit's solution, with something after it."""
    return (SOLUTIONS / f"{unit.name}.py").read_text("utf-8") + "\n" + more


def without_seconds(mark):
    """A mark as plain data, without the time that it took."""
    made = mark.as_json()
    return {**made, "seconds": 0, "units": [unit | {"seconds": 0} for unit in made["units"]]}


# Here and there

MUTANTS = {path.stem: " ".join(path.read_text("utf-8").split('"""')[1].split()) for _, path in overlays("mutants")}        # and what each says of itself


def compared(item):
    """What the hidden tests say about one file: (label, [(test, passed here, passed in the sandbox)], the UnitMark)."""
    back_end, number, label, paths = item
    seed = HINTS_DICE if label in MUTANTS else OTHER_DICE
    unit, (*base, path) = BY_NUMBER[number], paths
    own = apart(unit, load(unit, path, *base))
    here = [judge.run(test, own, judge.dice(seed, 0, test.name, f"test_{unit.name}.py"), 60)[0] for test in judge.tests_of(HOUSE, unit)]
    whole = b"\n".join(one.read_bytes() for one in paths)           # one file of a submission: the later definitions count
    mark, = judge.judge(task({number: whole}, back_end, seed)).units
    return label, list(zip((test.name for test in mark.tests), here, (test.passed for test in mark.tests), strict=True)), mark


def right_answers():
    """Solutions, and other right answers."""
    yield from ((unit.number, unit.name, [SOLUTIONS / f"{unit.name}.py"]) for unit in UNITS)
    yield from ((unit.number, path.stem, [SOLUTIONS / f"{unit.name}.py", path]) for unit, path in overlays("right_answers"))


def mutants(of_each):
    """The first so many known mistakes of each unit."""
    for unit in UNITS:
        own = [path for other, path in overlays("mutants") if other is unit]
        yield from ((unit.number, path.stem, [SOLUTIONS / f"{unit.name}.py", path]) for path in own[:of_each])


@pytest.fixture(scope="module")
def rows(request, holds):
    """All of them compared, in two processes: with --all all mutants, and the right answers on both back-ends."""
    everything = request.config.getoption("all")
    items = [(holds, *one) for one in [*right_answers(), *mutants(None if everything else 2)]]
    if everything and not sandbox.faults_of("drop", bench(), []) and holds != "drop":
        items += [("drop", *one) for one in right_answers()]
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        return list(pool.map(compared, items, chunksize=3))


def test_the_sandbox_changes_no_verdict(rows):
    """Test by test: solutions, other right answers, mutants."""
    assert len(rows) > 100
    assert [(label, *verdict) for label, verdicts, _ in rows for verdict in verdicts if verdict[1] != verdict[2]] == []


def test_right_answers_have_all_their_points(rows):
    """And no known mistake has; nobody needs a second worker."""
    for label, _, mark in rows:
        assert mark.state == "graded" and mark.full == (label not in MUTANTS) and mark.restarts == 0, label


def test_a_known_mistake_gets_its_hint(rows):
    """What the mutant says of itself, from the table beside the hidden tests; right answers get none."""
    table = hints.read(hidden_hints(HOUSE))
    for label, verdicts, mark in rows:
        assert mark.hints == ([MUTANTS[label]] if label in MUTANTS else []), label
        assert mark.hints == hints.look_up(table, find(label), [name for name, _, passed in verdicts if not passed]), label


def test_the_same_dice_give_the_same_mark(judged):
    """To the letter, except for the seconds; other dice are thrown for another seed."""
    files = {unit.number: solution(unit, path.read_text("utf-8")) for unit, path in overlays("mutants")[::60]}
    first, second = (judged(files, seed=11) for _ in range(2))
    assert without_seconds(first) == without_seconds(second)
    throws = {judge.dice(seed, 0, name, "test_u01.py").random() for seed in (1, 2) for name in ("test_a", "test_b")}
    assert len(throws) == 4


def test_the_dice_are_those_of_pytest():
    """``pytest tests/hidden --dice SEED`` throws the same: a verdict can be looked into."""
    made = judge.dice(9, 0, "test_x", "test_u01_softmax.py").random(3)
    np.testing.assert_array_equal(made, np.random.default_rng([9, 0, zlib.crc32(b"test_xtest_u01_softmax.py")]).random(3))


@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_the_hidden_tests_of_a_unit_are_found(unit):
    """All that its file defines, in order, with the line that the student reads."""
    text = (HOUSE / "tests" / "hidden" / f"test_{unit.name}.py").read_text("utf-8")
    tests = judge.tests_of(HOUSE, unit)
    assert [test.name for test in tests] == [line[4:].partition("(")[0] for line in text.splitlines() if line.startswith("def test_")]
    assert all(test.line and "\n" not in test.line for test in tests)


# What does not work

def test_what_was_not_handed_in_earns_nothing_of_the_full_maximum(judged):
    """Every test of the unit is listed as not passed; the other unit keeps its points."""
    mark = judged({1: solution(find("u01"))}, units=[1, 2])
    one, two = mark.units
    assert one.full and two.state == "missing" and two.points == 0 and not any(test.passed for test in two.tests)
    assert len(two.tests) == len(judge.tests_of(HOUSE, find("u02"))) and mark.points == find("u01").points


def test_what_is_still_to_be_written(judged):
    """An exercise that nobody has filled: no point, and it is called by its name."""
    files = {unit.number: (HOUSE / "exercises" / f"{unit.name}.py").read_text("utf-8") for unit in UNITS[::6]}
    assert {(unit.state, unit.points, unit.restarts) for unit in judged(files).units} == {("todo", 0, 0)}


def test_one_function_that_is_written_counts(judged):
    """A unit of which a part is still to be written is graded: its tests may earn points."""
    unit = find("u05")
    mark, = judged({5: solution(unit, 'def decode(tokens, alphabet):\n    raise NotImplementedError("u05: your code here")\n')}).units
    assert mark.state == "graded" and 0 < mark.points < unit.points
    assert any(test.why.startswith("NotImplementedError in line") for test in mark.tests)


@pytest.mark.parametrize("content, said", [
    ("def softmax(logits)\n    return logits\n", "a mistake in line 1"),
    (b"# \xff\xfe\ndef softmax(logits):\n    return logits\n", "text in UTF-8"),
    ("", "an empty one"),
    ("def softmax(x):\n    return x\n", "softmax(logits)"),
    ("import os\nos._exit(0)\n", "running the file: the process ended"),
    ("while True:\n    pass\n", "running the file: it took longer than 1.5 seconds"),
    ("raise KeyboardInterrupt\n", "running the file: the process ended"),
    ("open('/etc/shadow')\n", "in line 1"),
    ("import tests.oracles\n", "ModuleNotFoundError in line 1"),
], ids=["syntax", "encoding", "empty", "arguments", "exit", "endless", "Ctrl-C", "a secret file", "the tests"])
def test_a_file_that_cannot_be_used_costs_its_unit(judged, content, said):
    """It is tried once and said once, without a path; the next unit is graded."""
    mark = judged({1: content, 2: solution(find("u02"))}, load=1.5)
    one, two = mark.units
    assert one.state == "broken" and said in one.why and "/" not in one.why and one.restarts == 0
    assert not any(test.passed or test.why for test in one.tests) and len(one.tests) == len(judge.tests_of(HOUSE, find("u01")))
    assert two.full


def calls_with(unit, name, such):
    """The hidden tests that call a function with an argument such that…, found out with the solution in this process."""
    own, seen = load(unit, SOLUTIONS / f"{unit.name}.py"), []
    function = getattr(own, name)

    def noticing(first, *others, **named):
        seen.append(such(first))
        return function(first, *others, **named)
    found = []
    for test in judge.tests_of(HOUSE, unit):
        seen.clear()
        judge.run(test, apart(unit, SimpleNamespace(**vars(own) | {name: noticing})), judge.dice(5, 0, test.name, f"test_{unit.name}.py"), 60)
        if any(seen):
            found.append(test.name)
    return found


@pytest.mark.parametrize("ends, said", [
    ("os._exit(1)", "the process ended"),
    ("os.kill(os.getpid(), 9)", "the process ended"),
    ("ctypes.string_at(0)", "the process ended"),
    ("sys.exit()", "it ended Python (SystemExit)"),
    ("while True: pass", "took longer than 0.5 seconds"),
    ("_as_many(lambda: os.fork() or time.sleep(1000))", "took longer than 0.5 seconds"),
    ("_as_many(lambda: threading.Thread(target=time.sleep, args=(1000,)).start())", "took longer than 0.5 seconds"),
    ("os.write(max(map(int, os.listdir('/proc/self/fd'))) - 1, bytes(99))", ""),
], ids=["exit", "kill", "crash", "sys.exit", "loop", "processes", "threads", "a word into the pipe"])
def test_a_fault_costs_its_own_tests_only(judged, ends, said):
    """Those before it keep their points, and those after it meet a fresh worker."""
    unit = find("u01")
    due = calls_with(unit, "softmax", lambda logits: logits.ndim == 3)
    spoilt = f"""
import ctypes, os, sys, threading, time
_right = softmax

def _as_many(start):
    try:
        while True:
            start()
    except Exception:
        pass
    while True:
        pass

def softmax(logits):
    if logits.ndim == 3:
        {ends}
    return _right(logits)
"""
    mark, = judged({1: solution(unit, spoilt)}, call=0.5).units
    failed = [test.name for test in mark.tests if not test.passed]
    assert 0 < len(due) < len(mark.tests) - 1 and mark.tests[-1].passed
    if said:
        assert failed == due and all(said in test.why for test in mark.tests if not test.passed) and mark.restarts == len(due)
    else:
        assert set(failed) <= set(due)             # it may have missed the pipe


def test_an_endless_loop_uses_up_its_unit_and_no_more(judged):
    """The first tests say that it loops, the rest that the time of the unit is used up; the next unit has its own."""
    loop = "def softmax(logits):\n    while True:\n        pass\n"
    one, two = judged({1: loop, 2: solution(find("u02"))}, call=0.2, unit=2.0).units
    reasons = [test.why for test in one.tests]
    looped = [why for why in reasons if "took longer than 0.2 seconds" in why]
    assert looped and "the 2 seconds of this unit are used up" in reasons[-1] and one.points == 0
    assert reasons[:len(looped)] == looped and all("used up" in why for why in reasons[len(looped):])
    assert two.full


def test_a_submission_has_its_seconds_as_a_whole(judged):
    """When they are used up, the units that follow earn nothing, and say so."""
    files = {1: "def softmax(logits):\n    while True:\n        pass\n", 2: solution(find("u02"))}
    one, two = judged(files, call=0.5, unit=50.0, submission=1.5).units
    assert one.points == two.points == 0 and "1.5 seconds of this submission are used up" in one.tests[-1].why
    assert {test.why for test in two.tests} == {"the 1.5 seconds of this submission are used up"}


def test_what_takes_too_much_memory_is_a_fault(judged):
    """A thousand times what is allowed, or all of it little by little."""
    unit = find("u01")
    for grab in ("return np.zeros((1 << 40,))", "kept = [bytes(1 << 24) for _ in range(10_000)]"):
        mark, = judged({1: solution(unit, f"def softmax(logits):\n    {grab}\n")}, memory=700 << 20).units
        assert mark.state == "graded" and mark.points == 0 and all("MemoryError" in test.why or "memory" in test.why or "ended" in test.why for test in mark.tests)


def test_who_changes_what_he_is_given_harms_no_one_else(judged):
    """Every array, list, dict and random generator spoilt after use; then the solutions, judged by the same process."""
    spoil = """
def _spoil(value):
    import numpy as np
    try:
        if isinstance(value, np.ndarray): value[...] = 0
        elif isinstance(value, np.random.Generator): value.random(100)
        elif isinstance(value, (dict, list, set)):
            for one in list(value.values() if isinstance(value, dict) else value): _spoil(one)
            value.clear()
        elif isinstance(value, tuple):
            for one in value: _spoil(one)
    except Exception: pass

def _vandal(function):
    import functools
    @functools.wraps(function)
    def spoilt(*arguments, **named):
        try: return function(*arguments, **named)
        finally: _spoil([*arguments, *named.values()])
    return spoilt

"""
    units = [find(short) for short in ("u05", "u06", "u08", "u11")]
    vandal = {unit.number: solution(unit, spoil + "".join("{0} = _vandal({0})\n".format(one.partition("(")[0]) for one in unit.functions)) for unit in units}
    assert not all(unit.full for unit in judged(vandal, call=1.0, unit=3.0).units)
    assert all(unit.full for unit in judged({unit.number: solution(unit) for unit in units}).units)


# Unit 24

def test_the_bits_that_a_rule_loses_are_counted_as_in_this_process(judged):
    """On the class's tables: the mean over what the best possible loses; none for what is no rule."""
    unit = find("u24")
    own = load(unit, SOLUTIONS / f"{unit.name}.py")
    tables = [(joint, passes, frontier.optimum(joint, passes)) for _, joint, passes in frontier.tables(np.random.default_rng(7))]
    lost = [frontier.lost_bits(joint, own.choose, passes) - least for joint, passes, least in tables]
    assert judged({24: solution(unit)}).lost_bits == round(float(np.mean(lost)), 6)
    worse = next(path for other, path in overlays("mutants") if other is unit)
    theirs, mark = load(unit, worse, SOLUTIONS / f"{unit.name}.py"), judged({24: solution(unit, worse.read_text("utf-8"))})
    try:
        lost = [frontier.lost_bits(joint, theirs.choose, passes) - least for joint, passes, least in tables]
    except Exception:
        assert mark.lost_bits is None
    else:
        assert mark.lost_bits == round(float(np.mean(lost)), 6)
    for rule in ("return None", "import os; os._exit(0)"):
        assert judged({24: f"def choose(probs, hidden, passes_left):\n    {rule}\n"}).lost_bits is None


# One test

def outcome(work):
    """What ``run`` says of a test that does this, and how often the worker was renewed."""
    renewed = []
    impl = SimpleNamespace(renew=lambda: renewed.append(1))
    return judge.run(judge.HiddenTest("test_x", "x", lambda impl, rng: work()), impl, None, 5.0), len(renewed)


def raising(error, line=None):
    """A test that ends with this error, as from such a line of the submission."""
    def work():
        if line is not None:
            error.line_of_submission = line
        raise error
    return work


@pytest.mark.parametrize("work, told", [
    (lambda: None, ((True, "", False), 0)),
    (raising(AssertionError("expected 42")), ((False, "", False), 0)),
    (raising(Fault("it broke")), ((False, "it broke", False), 1)),
    (raising(ValueError("expected 42")), ((False, "", False), 0)),
    (raising(ValueError("expected 42"), 7), ((False, "ValueError in line 7", False), 0)),
    (raising(KeyError("x"), 0), ((False, "KeyError", False), 0)),
    (raising(NotImplementedError("u01: your code here"), 3), ((False, "NotImplementedError in line 3", True), 0)),
    (raising(NotImplementedError("no"), 3), ((False, "NotImplementedError in line 3", False), 0)),
    (lambda: np.log(np.zeros(3)) / 0, ((True, "", False), 0)),
], ids=["right", "wrong", "fault", "a test that stumbles", "an error in the file", "an error without a line", "to do", "an own NotImplementedError", "warnings"])
def test_what_is_said_of_a_test(work, told):
    """Whether it passed, why not in one line, whether it is still to be written. Neither texts of assertions nor of errors are told."""
    assert outcome(work) == told


def test_the_alarm_ends_what_runs_in_this_process():
    """A callback of the tests may be given endless work; afterwards the old handler is back."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Fault, match="longer than what is left"), judge.alarm(0.05):
        while True:
            pass
    assert signal.getsignal(signal.SIGALRM) is before and signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_line_of_the_workers_words_has_no_path_and_no_control_characters():
    """It goes into a report."""
    assert judge.without_paths("a  file\n/work/main/x.py C:\\x \x1b[31m" + "z" * 500) == "a file … … [31m" + "z" * 285
    assert len(judge.without_paths("x " * 1000)) == 300


def test_the_budget_counts_down():
    """Of the call, of the unit, of the submission: whatever is least, and what is said then."""
    limits = sandbox.Limits(call=1.0, unit=1000.0, submission=2000.0)
    budget = judge.Budget(limits)
    assert budget.call(1.0) == (1.0, "it took longer than 1 seconds: is there an endless loop?") and 900 < budget.left() <= 1000
    seconds, said = budget.call(5000.0)
    assert seconds <= 1000 and said == "the 1000 seconds of this unit are used up"
    budget.ends = time.monotonic() - 5
    budget.next_unit()
    assert budget.left() < 0 and budget.call(1.0)[1] == "the 2000 seconds of this submission are used up"
