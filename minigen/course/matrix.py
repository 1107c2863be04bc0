"""The tests tested: every known mistake against every hidden test and every public check.

For teachers and maintainers: it needs the folders ``solutions`` and ``tests``, which a student's hand-out does not have.
"""

import json
import secrets
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from minigen.course import hints
from minigen.course.apart import apart
from minigen.course.check import checks_of, environment, examples
from minigen.course.judge import dice as thrown
from minigen.course.judge import tests_of
from minigen.course.load import load, read_source
from minigen.course.units import BY_NUMBER
from minigen.files import save_text

FEWEST = 6                      # mutants and hidden tests of a unit


@dataclass
class Mutant:
    """One known mistake and what caught it."""

    unit: object
    name: str                   # "argmax"
    hint: str                   # "looks as if … / 看起來…"
    caught: dict = field(default_factory=dict)      # dice -> {hidden test: "assertion" or "error"}
    public: tuple = ()          # public checks that fail

    @property
    def hidden(self):
        """The hidden tests that fail with the first dice."""
        return tuple(sorted(self.caught.get(0, {})))


def files_of(house, unit, folder):
    """The overlays of a unit: ``tests/FOLDER/uNN_name__what.py``."""
    return sorted((house / "tests" / folder).glob(f"{unit.name}__*.py"))


def verdicts(house, units, implementations, seeds, dice=None):
    """Run the hidden tests of some units: a list of dicts, one for each test, implementation and dice.

    ``implementations`` are what ``--impl`` takes. Two halves of the units side by side, each in a process of its own.
    """
    dice = secrets.randbelow(2 ** 31) if dice is None else dice
    halves = [[unit.number for unit in half] for half in (units[::2], units[1::2]) if half]
    with ThreadPoolExecutor(len(halves)) as pool:
        return sum(pool.map(lambda half: _in_a_process([str(house), half, [str(one) for one in implementations], seeds, dice]), halves), [])


def _in_a_process(asked):
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "verdicts.json"
        done = subprocess.run([sys.executable, "-X", "utf8", "-c", "from minigen.course.matrix import main; main()", json.dumps(asked), str(out)],
                              cwd=asked[0], env=environment(), capture_output=True, text=True, encoding="utf-8", errors="replace")
        if not out.is_file():
            raise RuntimeError("the hidden tests did not come to an end:\n" + done.stdout[-2000:] + done.stderr[-2000:])
        return json.loads(out.read_text("utf-8"))


def main():
    """What such a process does: it judges what its first argument says, and writes the verdicts into the file that the second one names."""
    house, numbers, implementations, seeds, dice = json.loads(sys.argv[1])
    rows = [row for number in numbers for row in judged(house, BY_NUMBER[number], implementations, seeds, dice)]
    save_text(Path(sys.argv[2]), json.dumps(rows))


def judged(house, unit, implementations, seeds, dice):
    """What each hidden test of a unit says of each implementation, with the dice that pytest would throw: one dict each."""
    tests = tests_of(house, unit)
    from implementations import sources_for        # from the folder of tests, which is on the path now
    for source in sources_for(unit.name, implementations):
        for test in tests:
            for throw in range(seeds):
                verdict, said = _verdict(lambda: test.run(impl=apart(unit, source.load()), rng=thrown(dice, throw, test.name, f"test_{unit.name}.py")))
                yield {"unit": unit.short, "impl": source.label, "test": test.name, "verdict": verdict, "dice": throw, "said": " ".join(said.split())[:300]}


def _verdict(work):
    """Passed, caught by an assertion, or by an error of its own; and what was said."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")        # wrong answers overflow and divide by zero
            work()
        return "passed", ""
    except AssertionError as error:
        return "assertion", str(error)
    except (Exception, SystemExit) as error:
        return "error", str(error)


def matrix(house, units, seeds=3, dice=0, rows=None):
    """Every mutant of the units with what caught it: a list of ``Mutant``; ``rows`` are verdicts that are there already.

    The dice are the same in each run unless others are asked for: the tables of hints must not change by luck.
    """
    files = {path: unit for unit in units for path in files_of(house, unit, "mutants")}
    found = {}
    for path, unit in files.items():
        solution = house / "solutions" / f"{unit.name}.py"
        functions = load(unit, path, solution)
        hint = " ".join((functions.__doc__ or "").split())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")         # wrong answers overflow and divide by zero
            failed = [check.name for check in checks_of(unit, functions, examples(read_source(solution), unit)) if not check.passed]
        found[path.stem] = Mutant(unit, path.stem.partition("__")[2], hint, {k: {} for k in range(seeds)}, tuple(failed))
    for row in rows if rows is not None else verdicts(house, units, list(files), seeds, dice):
        if row["impl"] in found and row["verdict"] != "passed":
            found[row["impl"]].caught[row["dice"]][row["test"]] = row["verdict"]
    return list(found.values())


def faults(mutants, units, patterns=True):
    """What is wrong with the tests, one line each: nothing, if all is well.

    Without ``patterns`` only what must hold for all dice: every mutant is caught, by an assertion.
    """
    for mutant in mutants:
        name = f"{mutant.unit.name}__{mutant.name}"
        if not all(mutant.caught.values()):
            yield f"{name} survives: no hidden test fails with every dice"
        elif not all("assertion" in caught.values() for caught in mutant.caught.values()):
            yield f"{name} is caught by an error only, not by an assertion"
        elif patterns and len({tuple(sorted(caught)) for caught in mutant.caught.values()}) > 1:
            yield f"{name} fails other tests with other dice: its hint would be a matter of luck"
        if " / " not in mutant.hint:
            yield f"{name}: its docstring is no hint in English / Chinese"
    for unit in units:
        own = [mutant for mutant in mutants if mutant.unit is unit]
        if len(own) < FEWEST:
            yield f"{unit.name} has {len(own)} mutants, fewer than {FEWEST}"
        if not patterns:
            continue
        for name, alike in _alike(own, "hidden"):
            yield f"{unit.name}: the hidden tests cannot tell {name} from {', '.join(alike)}"
        apart = [mutant for mutant in own if mutant.public and not dict(_alike(own, "public")).get(mutant.name)]
        if 2 * len(apart) < len(own):
            yield f"{unit.name}: the public checks tell only {len(apart)} of {len(own)} mutants apart"


def _alike(mutants, pattern):
    for mutant in mutants:
        alike = [other.name for other in mutants if other is not mutant and getattr(other, pattern) == getattr(mutant, pattern)]
        if alike:
            yield mutant.name, alike


def told_apart(mutants):
    """How many mutants the public checks tell from all others of their unit."""
    return sum(bool(mutant.public) and not any(other is not mutant and other.unit is mutant.unit and other.public == mutant.public
                                               for other in mutants) for mutant in mutants)


def tables(mutants):
    """The tables of hints: of the hidden tests, of the public checks."""
    return (hints.table([(mutant.unit, mutant.hidden, mutant.hint) for mutant in mutants]),
            hints.table([(mutant.unit, mutant.public, mutant.hint) for mutant in mutants]))


def hidden_hints(house):
    """Where the hints of the hidden tests stand."""
    return house / "tests" / "hidden" / "hints.json"


def outdated(house, mutants):
    """Names of the tables of hints that are not what the mutants say."""
    hidden, public = tables(mutants)
    return [str(path.relative_to(house)) for path, made in ((hidden_hints(house), hidden), (hints.PUBLIC, public))
            if not path.is_file() or path.read_text("utf-8") != hints.as_text(made)]


def write(house, mutants):
    """Write both tables of hints."""
    hidden, public = tables(mutants)
    save_text(hidden_hints(house), hints.as_text(hidden))
    save_text(hints.PUBLIC, hints.as_text(public))
