"""The tests tested: mutants, right answers, stubs and the package against every hidden test, in one run."""

import re
import subprocess
import sys
import warnings
from collections import Counter, defaultdict
from types import SimpleNamespace

import numpy as np
import pytest
from commands import minigen
from implementations import HOUSE, SOLUTIONS, overlays

from minigen.course import hints, judge
from minigen.course import matrix as work
from minigen.course.apart import apart
from minigen.course.check import environment
from minigen.course.load import function_name
from minigen.course.sockets import SOCKETS
from minigen.course.units import UNITS, find

FEWEST_MUTANTS = 150            # in all
RIGHT_ANSWERS = 3               # other right answers for each unit up to u23


@pytest.fixture(scope="module")
def rows(request, dice_seed):
    """All verdicts: mutants, right answers, exercises and the package.

    With --all three times, with fresh dice; else once, with the dice that the tables of hints were made with.
    """
    files = [path for folder in ("mutants", "right_answers") for _, path in overlays(folder)]
    seeds, dice = (3, dice_seed) if request.config.getoption("all") else (1, 0)
    return work.verdicts(HOUSE, UNITS, [*files, "exercises", "minigen"], seeds, dice)


@pytest.fixture(scope="module")
def mutants(rows):
    return work.matrix(HOUSE, UNITS, max(row["dice"] for row in rows) + 1, rows=rows)


def failed(rows, label):
    return [f"{row['unit']} {row['impl']} {row['test']}: {row['said']}" for row in rows if row["impl"] == label and row["verdict"] != "passed"]


def test_every_mutant_is_caught_by_an_assertion_and_told_apart(mutants, request):
    """At least six a unit; no two of a unit fail the same hidden tests; public checks tell half of them apart.

    Fresh dice may make one of hundreds of mistakes fail one test more or less: with them, that each is caught is all that is asked.
    """
    assert list(work.faults(mutants, UNITS, patterns=not request.config.getoption("all"))) == []
    assert len(mutants) >= FEWEST_MUTANTS
    assert 2 * work.told_apart(mutants) >= len(mutants)


def test_the_tables_of_hints_are_those_of_the_mutants(mutants, request):
    """``minigen check --matrix`` has nothing to write; with fresh dice nearly all mutants still have their hint."""
    if not request.config.getoption("all"):
        assert work.outdated(HOUSE, mutants) == []
    table = hints.read(work.hidden_hints(HOUSE))
    named = [hints.look_up(table, one.unit, one.hidden) == [one.hint] for one in mutants]
    assert sum(named) >= 0.98 * len(mutants)


def test_every_other_right_answer_passes(rows):
    """At least three for each unit from u01 to u23, really different code."""
    labels = {path.stem for _, path in overlays("right_answers")}
    assert [line for label in sorted(labels) for line in failed(rows, label)] == []
    number = Counter(unit.number for unit, _ in overlays("right_answers"))
    assert all(number[unit.number] >= RIGHT_ANSWERS for unit in UNITS[:23]), number


def test_every_stub_is_red(rows):
    """No hidden test passes on an exercise that nobody has filled."""
    verdicts = defaultdict(set)
    for row in rows:
        if row["impl"] == "exercises":
            verdicts[row["unit"]].add(row["verdict"])
    assert set(verdicts) == {unit.short for unit in UNITS}
    assert all("passed" not in verdicts[unit.short] for unit in UNITS), verdicts


def test_the_package_is_green_through_its_sockets(rows):
    """Every unit with a socket judges the package's own functions too."""
    assert failed(rows, "minigen") == []
    assert {row["unit"] for row in rows if row["impl"] == "minigen"} == {f"u{number:02d}" for number in SOCKETS}


def test_a_unit_has_at_least_six_hidden_tests(rows):
    """Each with a line that the student reads."""
    tests = defaultdict(set)
    for row in rows:
        tests[row["unit"]].add(row["test"])
    assert all(len(tests[unit.short]) >= work.FEWEST for unit in UNITS)


def mutant(name="m", hint="a / b", caught=None, public=("check_x",), unit="u03"):
    return work.Mutant(find(unit), name, hint, caught if caught is not None else {0: {f"test_{name}": "assertion"}}, public)


@pytest.mark.parametrize("one, said", [
    (mutant(caught={0: {"test_a": "assertion"}, 1: {}}), "survives"),
    (mutant(caught={0: {"test_a": "error"}}), "by an error only"),
    (mutant(caught={0: {"test_a": "assertion"}, 1: {"test_b": "assertion"}}), "other tests with other dice"),
    (mutant(hint="english only"), "no hint in English / Chinese"),
])
def test_faults_of_one_mutant(one, said):
    """A survivor, a crash, luck, a missing hint: each is one line."""
    assert any(said in line for line in work.faults([one], []))


def test_faults_of_a_unit():
    """Too few mutants, two that look alike to the hidden tests, too many that look alike to the public checks."""
    unit = find("u03")
    alike = [mutant(str(i), caught={0: {"test_a": "assertion"}}, public=()) for i in range(2)]
    lines = "\n".join(work.faults(alike, [unit]))
    assert "has 2 mutants" in lines and "cannot tell 0 from 1" in lines and "only 0 of 2" in lines
    apart = [mutant(str(i), public=(f"check_{i % 4}",)) for i in range(6)]
    assert work.told_apart(apart) == 2
    assert any("only 2 of 6" in line for line in work.faults(apart, [unit]))


def hidden(*words):
    """What pytest says about the hidden tests."""
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/hidden", *map(str, words)], cwd=HOUSE,
                          env=environment(), capture_output=True, text=True, encoding="utf-8")


def test_pytest_names_the_mistake_and_the_dice():
    """A file that fails like a known mistake gets its hint; the same dice give the same verdicts."""
    path = HOUSE / "tests" / "mutants" / "u03_sample_categorical__edge_to_the_left.py"
    done = hidden("--impl", path, "--dice", 7)
    assert done.returncode == 1 and "the same dice again: --dice 7" in done.stdout
    assert f"u03 ({path.stem}): {path.read_text('utf-8').splitlines()[0].strip(chr(34))}" in done.stdout


def test_what_cannot_be_judged_is_refused():
    """A misspelt word is no empty success; one file judges its own unit only; a missing file fails."""
    done = hidden("--impl", "solution")
    assert done.returncode == 4 and "--impl: expected solutions, exercises, minigen" in done.stderr
    done = hidden("--impl", SOLUTIONS / "u03_sample_categorical.py")
    assert done.returncode == 0 and re.search(r"^1\d passed, \d+ deselected", done.stdout.splitlines()[-1])
    done = hidden("--impl", HOUSE / "tests" / "course", "-k", "u03", "--tb=line")
    assert done.returncode == 1 and "u03_sample_categorical.py: expected a file, got none" in done.stdout


def test_the_command_prints_the_matrix_and_fails_on_a_survivor(tmp_path):
    """Exit code 0 as things stand; 1 where a mutant is no mistake at all."""
    done = minigen(HOUSE, "check", "--matrix", "u03", "--seeds", "1")
    assert done.code == 0 and "u03 argmax: test_" in done.out and "mutants are caught by an assertion" in done.out
    for folder in ("solutions", "tests/hidden", "tests/mutants"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("conftest.py", "implementations.py", "oracles.py", "hidden/conftest.py", "hidden/test_u03_sample_categorical.py"):
        (tmp_path / "tests" / name).write_text((HOUSE / "tests" / name).read_text("utf-8"), "utf-8")
    solution = (SOLUTIONS / "u03_sample_categorical.py").read_text("utf-8")
    (tmp_path / "solutions" / "u03_sample_categorical.py").write_text(solution, "utf-8")
    (tmp_path / "tests" / "mutants" / "u03_sample_categorical__right.py").write_text('"""no mistake / 沒有錯"""\n', "utf-8")
    (tmp_path / "setup.cfg").write_text("[tool:pytest]\npythonpath = tests\naddopts = --import-mode=importlib\n")
    done = minigen(tmp_path, "check", "--matrix", "u03", "--seeds", "1")
    assert done.code == 1 and "u03_sample_categorical__right survives" in done.out, done
    done = minigen(HOUSE, "check", "--matrix", "u99")
    assert done.code == 2 and "expected one from u01" in done.err


def refuse(*arguments, **named):
    raise ValueError("no")


NONSENSE = {"None": lambda *a, **k: None, "an empty list": lambda *a, **k: [], "no tuple": lambda *a, **k: (), "an empty dict": lambda *a, **k: {}, "no text": lambda *a, **k: "",
            "an empty array": lambda *a, **k: np.array([]), "NaN": lambda *a, **k: np.full((3, 3), np.nan), "nan": lambda *a, **k: float("nan"), "inf": lambda *a, **k: float("inf"),
            "0": lambda *a, **k: 0, "True": lambda *a, **k: True, "nothing to come": lambda *a, **k: iter(()), "two lists": lambda *a, **k: ([], []),
            "three lists": lambda *a, **k: ([], [], []), "an error": refuse}


@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_nonsense_earns_nothing(unit):
    """A function that does nothing, returns something empty, or refuses everything passes no hidden test"""
    for name, function in NONSENSE.items():
        impl = apart(unit, SimpleNamespace(**{function_name(signature): function for signature in unit.functions}))
        for test in judge.tests_of(HOUSE, unit):
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    test.run(impl=impl, rng=np.random.default_rng(0))
            except Exception:
                continue
            raise AssertionError(f"{test.name} passes with {name}")
