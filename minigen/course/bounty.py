"""找碴獎: wrong answers that the hidden tests pass. A confirmed one becomes a mutant."""

import re
import tempfile
from pathlib import Path

import numpy as np

from minigen.course.load import UnitError, described, load, read_source
from minigen.course.matrix import verdicts
from minigen.course.units import find
from minigen.errors import say
from minigen.files import save_text


def handed_in(paths):
    """The files ``bounty_uNN_*.py`` among these files and folders.

    Raises
    ------
    UserError
        There is none.
    """
    found = [file for path in paths for file in (sorted(Path(path).rglob("bounty_u[0-9][0-9]_*.py")) if Path(path).is_dir() else [Path(path)])]
    if not found:
        raise say("files", "some named bounty_uNN_what.py", "none")
    for file in found:
        if not re.fullmatch(r"bounty_u\d\d_\w+\.py", file.name):
            raise say(file.name, "a name such as bounty_u03_why.py", "another")
    return found


def unit_of(file):
    """The unit of ``bounty_u03_why.py``."""
    return find(file.name[len("bounty_"):][:3])


def survivors(house, files, seeds):
    """One line for each bounty: whether the hidden tests pass it, and the sentence why it is wrong."""
    for file in files:
        unit = unit_of(file)
        try:
            why = " ".join((load(unit, file).__doc__ or "no sentence why").split())[:200]
        except UnitError as error:
            yield str(error)
            continue
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / f"{unit.name}.py"
            save_text(copy, read_source(file))
            caught = sorted({row["test"] for row in verdicts(house, [unit], [copy], seeds) if row["verdict"] != "passed"})
        said = f"caught by {', '.join(caught)}" if caught else "SURVIVES: confirm it with --confirm and an input on which it differs"
        yield f"{file.name}: {said} ({why})"


def confirmed(house, files, expression):
    """Make a surviving bounty a mutant, after one input has shown that it is wrong; returns one line.

    ``expression`` is Python that calls the unit's functions (``np`` is NumPy); the teacher types it.
    """
    if len(files) != 1:
        raise say("--confirm", "one file", len(files))
    file, unit = files[0], unit_of(files[0])
    solution = house / "solutions" / f"{unit.name}.py"
    theirs, right = (outcome(unit, path, expression) for path in (file, solution))
    if theirs == right:
        raise say("--confirm", f"an input on which {file.name} differs from the solution", f"{right} from both")
    functions = load(unit, file)
    hint = " ".join((functions.__doc__ or "").split())
    target = house / "tests" / "mutants" / f"{unit.name}__{file.stem.partition('_')[2].partition('_')[2]}.py"
    if target.exists():
        raise say(target.name, "a new name", "one that is there already", "Rename the bounty.")
    save_text(target, read_source(file))
    return (f"{target.relative_to(house)}: {expression} gives {theirs}, not {right}. Now write a hidden test that catches it, "
            f"and make its first line a hint, English / Chinese (now: {hint[:80] or 'none'}); then minigen check --matrix.")


def outcome(unit, path, expression):
    """What an expression gives with the functions of a file, as text: numbers are compared to five digits."""
    try:
        functions = load(unit, path)
    except UnitError as error:
        return str(error)
    try:
        result = eval(expression, {"np": np, **vars(functions)})
    except SyntaxError as error:
        raise say("--confirm", "Python", f"a mistake: {error.msg}") from None
    except Exception as error:
        return described(error, path)
    with np.printoptions(precision=5, suppress=True, threshold=50):
        return " ".join(repr(result).split())
