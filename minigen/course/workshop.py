"""The package as a worker may see it: the hand-out's, and of the answers only those of units before the one that is graded.

What answers a unit, or a later one that builds on it, raises NotImplementedError there: its text is nowhere in the sandbox. Earlier
answers are sealed and run, as in the hand-out, because a student may use what he has written before.
"""

import hashlib
import os
import py_compile
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from minigen.course import release
from minigen.course.units import BY_NUMBER, UNITS, closed_to

ALSO = ("course/worker.py", "course/wire.py")       # what runs in the sandbox, beside the hand-out's package
EARLY = ("__init__", "errors", "course/__init__", "course/worker", "course/wire", "course/load", "course/units")      # what a worker loads at once


@dataclass(frozen=True)
class Bench:
    """Folders that are laid out for workers."""

    root: Path

    def folders(self, number):
        """The package without its sealed answers, and the folder with those that a unit may use."""
        return self.root / "package", self.root / "sealed" / BY_NUMBER[number].short

    @property
    def drawing(self):
        """Where the networks are kept that draw with a student's loop."""
        return self.root / "drawing"


def state_of(house):
    """A digest of all that decides a grade: the package and the tests."""
    return _digest([*(house / "minigen").rglob("*.py"), *(house / "tests" / "hidden").glob("*.*"), house / "tests" / "oracles.py"])


def _digest(files):
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in sorted(files) if path.is_file())).hexdigest()[:16]


def lay_out(house, cache=None):
    """The Bench for a house, made once for each state of its sources.

    ``cache`` is the folder in which it is kept; the user's own without it, a new one where that cannot be written.
    """
    package = house / "minigen"
    mark = _digest([*package.rglob("*.py"), *package.rglob("assets/*"), *package.rglob("*.json")])
    for folder in [cache] if cache else _caches():
        root = Path(folder) / f"worker-{mark}"
        try:
            if not root.is_dir():
                Path(folder).mkdir(parents=True, exist_ok=True)
                made = Path(tempfile.mkdtemp(prefix=f"{root.name}-", dir=folder))
                try:
                    write(house, made)
                    for path in [made, *made.rglob("*")]:
                        path.chmod(0o755 if path.is_dir() else 0o644)
                    os.rename(made, root)
                except OSError:
                    if not root.is_dir():          # another grader was quicker
                        raise
                finally:
                    shutil.rmtree(made, ignore_errors=True)
            return Bench(root)
        except OSError:
            if cache:
                raise
    raise OSError("no folder can be written")


def _caches():
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "minigen"
    yield Path(tempfile.mkdtemp(prefix="minigen-"))


def write(house, folder):
    """Write a package and 25 versions of its sealed answers."""
    texts, nodes = release.package(house)
    texts |= {f"minigen/{name}": (house / "minigen" / name).read_text("utf-8") for name in ALSO}
    for name, text in texts.items():
        target = folder / "package" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    for path in sorted((house / "minigen").rglob("assets/*")):
        if path.is_file() and path.suffix not in (".html", ".md", ".css"):
            target = folder / "package" / path.relative_to(house)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    for name in EARLY:
        py_compile.compile(str(folder / "package" / "minigen" / f"{name}.py"), doraise=True)
    packed = {key: release.packed(node) for key, node in nodes.items()}
    for unit in UNITS:
        closed = {tuple(f"minigen.{answer}".split(":")) for answer in closed_to(unit)}
        entries = {key: refusal(unit, key) if key in closed else text for key, text in packed.items()}
        target = folder / "sealed" / unit.short / "sealed.py"
        target.parent.mkdir(parents=True)
        target.write_text(release.opener(entries), "utf-8")


def refusal(unit, key):
    """What stands in the place of an answer."""
    name = key[1].rpartition(".")[2]
    return release.compressed(f"def {name}(*arguments, **named):\n    raise NotImplementedError('{unit.short} asks you to write this yourself; "
                              "what the package has is no answer')")
