"""Where the functions under test come from: a folder, a file, or the package itself."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from minigen.course import workshop
from minigen.course.load import load
from minigen.course.units import BY_NUMBER, UNITS, Unit

HOUSE = Path(__file__).resolve().parents[1]
SOLUTIONS = HOUSE / "solutions"


@lru_cache(maxsize=None)
def bench():
    """The package as workers see it: nobody changes the house while it is tested."""
    return workshop.lay_out(HOUSE)


@dataclass(frozen=True)
class Source:
    """One implementation of one unit."""

    unit: Unit
    label: str
    path: Path | None = None        # None: the package's own functions
    base: Path | None = None

    @lru_cache(maxsize=None)
    def load(self):
        """Its functions; a file is run once, as in the grader."""
        if self.path is None:
            from minigen.course.sockets import SOCKETS
            return SOCKETS[self.unit.number].own()
        return load(self.unit, self.path, self.base)

    def files(self):
        """(name, content) of its files, in the order in which they are run."""
        return [[path.name, path.read_bytes()] for path in (self.base, self.path) if path]


def sources_for(name, asked):
    """The implementations of the unit ``uNN_name`` among those asked for on the command line."""
    unit = next(unit for unit in UNITS if unit.name == name)
    found = []
    for text in asked:
        if text == "minigen":
            from minigen.course.sockets import SOCKETS
            if unit.number in SOCKETS:
                found.append(Source(unit, "minigen"))
            continue
        place = HOUSE / text if text in ("solutions", "exercises") else Path(text)
        files = sorted(place.glob(f"{unit.name}*.py")) if place.is_dir() else [place] * place.name.startswith(unit.name)
        if place.is_dir() and not files:
            files = [place / f"{unit.name}.py"]     # a missing file fails its tests; it does not make them vanish
        for file in files:
            overlay = "__" in file.stem
            found.append(Source(unit, file.stem if overlay else place.stem if place.is_dir() else file.stem, file,
                                SOLUTIONS / f"{unit.name}.py" if overlay else None))
    return found


def overlays(folder):
    """Every ``uNN_name__what.py`` of a folder in ``tests``, with its unit."""
    return [(BY_NUMBER[int(path.stem[1:3])], path) for path in sorted((HOUSE / "tests" / folder).glob("u*__*.py"))]
