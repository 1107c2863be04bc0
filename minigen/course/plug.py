"""``--with FILE``: the package trains and draws with a student's functions."""

from contextlib import contextmanager
from pathlib import Path

from minigen.course.load import described, load
from minigen.course.sockets import SOCKETS, seated
from minigen.course.units import find
from minigen.errors import UserError, say


@contextmanager
def plugged(files):
    """A context in which the functions of these files sit in their sockets.

    Raises
    ------
    UserError
        A file that cannot be used, a unit without a socket, a unit given twice. Whatever goes wrong inside the context becomes one
        line that names the file.
    """
    units = {}
    for file in files:
        unit = find(file)
        if unit.number not in SOCKETS:
            raise say("--with", f"a unit with a socket ({', '.join(f'u{number:02d}' for number in SOCKETS)})", unit.name,
                      "What it is about is not part of the package yet.")
        if unit.number in units:
            raise say("--with", "each unit once", f"{unit.short} twice")
        units[unit.number] = load(unit, file)
    with seated(units):
        try:
            yield
        except (UserError, OSError):              # OSError: a closed pipe, a full disk: not the student's doing
            raise
        except (Exception, SystemExit) as error:
            raise UserError(blame(error, files)) from error


def blame(error, files):
    """One line that says which file an exception came from."""
    for file in files:
        said = described(error, file)
        if " in line " in said.partition(":")[0]:
            todo = " It is still to be written." if isinstance(error, NotImplementedError) else ""
            return f"{Path(file).name}: expected a function that works on real data, got {said}.{todo}"
    if isinstance(error, AssertionError):          # what the sockets check of a result
        return str(error)
    names = ", ".join(Path(file).name for file in files)
    return f"{names}: expected a result that the package can go on with, got {described(error, '')}. Is its shape or its type another?"
