"""What a student sees in seconds: the example of the docstring, then the public checks, each unit in a process of its own.

A process that hangs is ended by the parent after its limit, on every system; what was found until then stays.
"""

import ast
import doctest
import importlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from minigen.course import hints
from minigen.course.load import UnitError, described, load, read_source
from minigen.course.places import PACKAGE
from minigen.course.units import UNITS, closed_to
from minigen.parallel import cores

LIMIT = 10.0                    # seconds for one unit
EXAMPLE = "example"             # the name of the check that runs the docstring's example


@dataclass
class Check:
    """One line of a unit's report."""

    name: str
    line: str                   # what is expected
    passed: bool
    said: str = ""              # what went wrong


@dataclass
class Report:
    """How one unit stands."""

    unit: object
    state: str                  # "done", "wrong", "to do", "missing", "broken" (the file) or "stopped"
    checks: list = field(default_factory=list)
    said: str = ""              # why it is broken, or where it was stopped
    hints: list = field(default_factory=list)

    @property
    def failed(self):
        """The names of the checks that failed, in order."""
        return [check.name for check in self.checks if not check.passed]


def examples(source, unit):
    """The worked examples in the docstrings of a file: a list of doctest examples for each docstring that has some."""
    tree, parser = ast.parse(source), doctest.DocTestParser()
    texts = [ast.get_docstring(node) for node in [tree, *tree.body] if isinstance(node, (ast.Module, ast.FunctionDef))]
    found = [parser.get_doctest(text, {}, unit.name, None, None) for text in texts if text]
    return [one for one in found if one.examples]


NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf|nan)(?![\w.])")


class ByValue(doctest.OutputChecker):
    """Compares numbers as numbers: 0.5000000000001, np.float64(0.5) and 0.5 are the same answer."""

    def check_output(self, want, got, optionflags):
        """Whether the text between the numbers is the same, and the numbers agree to six digits."""
        want, got = (re.sub(r"np\.\w+\(([^()]*)\)", r"\1", " ".join(text.split())) for text in (want, got))
        numbers = [[float(one) for one in NUMBER.findall(text)] for text in (want, got)]
        return (NUMBER.sub("#", want) == NUMBER.sub("#", got) and
                all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) or a != a and b != b for a, b in zip(*numbers)))


class Strict(doctest.DocTestRunner):
    """Stops at the first example that gives something else."""

    def report_failure(self, out, test, example, got):
        """Raise AssertionError with what was expected and what came."""
        raise AssertionError(f"{' '.join(example.source.split())}: expected {' '.join(example.want.split())}, got {' '.join(got.split()) or 'nothing'}")

    def report_unexpected_exception(self, out, test, example, exc_info):
        """Raise what the example raised."""
        raise exc_info[1]


def run_example(found, namespace):
    """Run worked examples in a namespace. Raises AssertionError at the first that gives something else."""
    for one in found:
        one.globs = dict(namespace)
        Strict(ByValue(), verbose=False).run(one, clear_globs=False)


def public_checks(unit):
    """The functions ``check_*`` of a unit, in the order of their file."""
    module = importlib.import_module(f"minigen.course.checks.{unit.name}")
    return {name: function for name, function in vars(module).items() if name.startswith("check_")}


def checks_of(unit, functions, found):
    """Run the example and every public check: yields a ``Check`` each."""
    todo = {EXAMPLE: ("the example in the docstring", lambda: run_example(found, functions.namespace))} if found else {}
    todo |= {name: (" ".join(check.__doc__.split()), lambda check=check: check(functions))
             for name, check in public_checks(unit).items()}
    file = getattr(functions, "namespace", {}).get("__file__", "")        # the package's own functions come from many files
    for name, (line, work) in todo.items():
        try:
            work()
        except Exception as error:
            expected = " ".join(str(error).split())[:300] if isinstance(error, AssertionError) else ""     # says it all
            yield Check(name, line, False, expected or described(error, file))
        else:
            yield Check(name, line, True)


def block(unit):
    """Make what in the package answers a unit, or a later one, raise: handing it in would be no answer. (For a process of its own.)"""
    def yours(*arguments, **named):
        raise NotImplementedError(f"{unit.short} asks you to write this yourself; what the package has is no answer")
    for answer in closed_to(unit):
        room, _, name = answer.partition(":")
        if not room.endswith("_numba"):            # what is compiled takes a second to load, and cannot be called from outside
            *owner, last = name.split(".")
            place = importlib.import_module(f"minigen.{room}")
            setattr(getattr(place, owner[0]) if owner else place, last, yours)


def work(number, path, verdicts):
    """The child's side: one unit, one line of JSON for each thing that is known."""
    unit = next(unit for unit in UNITS if unit.number == number)
    with open(verdicts, "a", encoding="utf-8") as file:
        def tell(**what):
            file.write(json.dumps(what) + "\n")
            file.flush()
        try:
            block(unit)
            functions = load(unit, path)
            found = examples(read_source(path), unit)
        except UnitError as error:
            tell(broken=str(error))
            return
        for check in checks_of(unit, functions, found):
            tell(name=check.name, line=check.line, passed=check.passed, said=check.said)
        tell(end=True)


def check_unit(unit, folder, limit=LIMIT):
    """The report of one unit, from a process of its own that ends after ``limit`` seconds."""
    path = Path(folder) / f"{unit.name}.py"
    if not path.is_file():
        there = "is there, but is no file" if path.exists() else "is not in"
        return Report(unit, "missing", said=f"{path.name} {there}" + ("" if path.exists() else f" {folder}"))
    with tempfile.TemporaryDirectory() as scratch:
        verdicts = Path(scratch) / "verdicts"
        verdicts.touch()
        code = f"from minigen.course.check import work; work({unit.number}, {str(path.resolve())!r}, {str(verdicts)!r})"
        child = subprocess.Popen([sys.executable, "-X", "utf8", "-c", code], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 cwd=scratch, env=environment() | checked(scratch))
        stopped = False
        try:
            child.wait(limit)
        except subprocess.TimeoutExpired:
            stopped = True
        finally:
            child.kill()
            child.wait()
        lines = [json.loads(line) for line in verdicts.read_text("utf-8").splitlines() if line.endswith("}")]
    return judged(unit, lines, stopped, limit)


def environment():
    """The parent's, with the package that the parent runs, one thread for BLAS and no files written beside the student's."""
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def checked(scratch):
    """A student's compiled loop that reads outside an array gets an error instead of whatever stands there."""
    return {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": scratch}     # kernels of the package are kept without such checks


def judged(unit, lines, stopped, limit):
    """A report out of what the child told."""
    for line in lines:
        if "broken" in line:
            return Report(unit, "broken", said=line["broken"])
    checks = [Check(line["name"], line["line"], line["passed"], line["said"]) for line in lines if "name" in line]
    if not any("end" in line for line in lines):
        after = f"after the check '{checks[-1].line}'" if checks else "in its first lines or its first check"
        why = (f"it did not end within {limit:g} seconds; is there an endless loop?" if stopped
               else "Python itself ended; does something call exit(), or a compiled loop write outside an array?")
        return Report(unit, "stopped", checks, said=f"{unit.name}.py {after}: {why}")
    if checks and all(check.passed for check in checks):
        return Report(unit, "done", checks)
    if all(check.passed or f"{unit.short}: your code here" in check.said for check in checks):
        return Report(unit, "to do", checks)
    report = Report(unit, "wrong", checks)
    report.hints = hints.public(unit, report.failed)
    return report


def check(units, folder, limit=LIMIT):
    """Reports of several units in their order, as many at a time as there are cores."""
    with ThreadPoolExecutor(max(1, cores())) as pool:
        yield from pool.map(lambda unit: check_unit(unit, folder, limit), units)
