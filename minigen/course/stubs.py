"""Exercises from solutions: the same file, with what the student writes taken out."""

import re

from minigen.course.load import read_source
from minigen.course.units import UNITS
from minigen.errors import say
from minigen.files import save_text

MARKED = re.compile(r"^( *)# BEGIN SOLUTION\n(.*?)^\1# END SOLUTION\n", re.MULTILINE | re.DOTALL)


def stub(unit, source):
    """The exercise of a solution.

    >>> from minigen.course.units import find
    >>> print(stub(find("u01"), "def f():\\n    # BEGIN SOLUTION\\n    return 1\\n    # END SOLUTION\\n").rstrip())
    def f():
        raise NotImplementedError("u01: your code here")
    """
    text = MARKED.sub(rf'\1raise NotImplementedError("{unit.short}: your code here")\n', source)
    if text == source or "SOLUTION" in text:
        raise say(f"solutions/{unit.name}.py", "pairs of # BEGIN SOLUTION and # END SOLUTION at one depth", "none or a single one")
    return text


def exercises(house):
    """Every exercise as it should be: file name -> text."""
    return {f"{unit.name}.py": stub(unit, read_source(house / "solutions" / f"{unit.name}.py")) for unit in UNITS}


def differing(house):
    """Files in ``exercises/`` that are not what the solutions make: names, in order."""
    wanted, folder = exercises(house), house / "exercises"
    extra = [path.name for path in folder.glob("*.py") if path.name not in wanted]
    return sorted(extra + [name for name, text in wanted.items()
                           if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text])


def write(house):
    """Make ``exercises/`` anew; returns the names of the files that changed."""
    changed, wanted = differing(house), exercises(house)
    for name in changed:
        if name in wanted:
            save_text(house / "exercises" / name, wanted[name])
        else:
            (house / "exercises" / name).unlink()
    return changed
