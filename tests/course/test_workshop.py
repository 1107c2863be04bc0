"""What a worker can read: the package as a student has it, no test, no answer to the unit that is graded or to a later one."""

import base64
import importlib.util
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from implementations import HOUSE, SOLUTIONS

from minigen.course import release, workshop
from minigen.course.check import environment
from minigen.course.units import UNITS, find

LONG = 25                       # characters of a line that nobody writes twice by accident, except for these
EVERYBODYS = {'with np.errstate(divide="ignore"):', 'with np.errstate(invalid="ignore"):', "n, height, width = pictures.shape"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A bench of its own."""
    return workshop.lay_out(HOUSE, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def package(bench):
    """name -> text, of every text in the package of the view, which is the same for all units."""
    folder, _ = bench.folders(1)
    texts = (path for path in folder.rglob("*") if path.suffix in (".py", ".md", ".json", ".txt", ".html", ".cfg"))
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in texts}


def sealed(bench, unit):
    """(module, name) -> text, of every answer that is packed in the view of a unit."""
    spec = importlib.util.spec_from_file_location(f"sealed_{unit.short}", bench.folders(unit.number)[1] / "sealed.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {key: zlib.decompress(base64.b85decode(text)).decode() for key, text in module.SEALED.items()}


def written_lines(unit):
    """The long lines that a student has to write, as the solution has them."""
    inside = False
    for line in (SOLUTIONS / f"{unit.name}.py").read_text("utf-8").splitlines():
        if "BEGIN SOLUTION" in line or "END SOLUTION" in line:
            inside = "BEGIN" in line
        elif inside and len(code := line.split("  #")[0].strip()) > LONG and not code.startswith("#") and code not in EVERYBODYS:
            yield code


def test_the_view_has_the_package_and_the_worker_and_nothing_that_judges(package):
    """Every file of the hand-out's package, the two rooms that run in the sandbox, and no test."""
    handed_out = {name for name in release.hand_out(HOUSE) if name and name.startswith("minigen/") and name.endswith(".py")} - {"minigen/sealed.py"}
    assert {name for name in package if name.endswith(".py")} == handed_out | {f"minigen/{name}" for name in workshop.ALSO}
    for room in ("judge", "proxy", "sandbox", "confine", "marks", "grade", "matrix", "release", "submissions"):
        assert f"minigen/course/{room}.py" not in package
    lines = (line for path in (HOUSE / "tests" / "hidden").glob("test_u*.py") for line in path.read_text("utf-8").splitlines())
    tests = [line[4:].partition("(")[0] for line in lines if line.startswith("def test_")]
    assert len(tests) > 200 and [name for name in tests if any(name in text for text in package.values())] == []


def test_the_view_has_no_line_of_a_solution(bench, package):
    """Neither in the package nor in what is packed there; of earlier units' answers there is another form than the solutions'."""
    lines = {line: unit for unit in UNITS for line in written_lines(unit)}
    assert len(lines) > 150
    whole = "\n".join(package.values())
    assert [(unit.short, line) for line, unit in lines.items() if line in whole] == []
    for unit in UNITS:
        unpacked = "\n".join(sealed(bench, unit).values())
        assert [(other.short, line) for line, other in lines.items() if other.number >= unit.number and line in unpacked] == []


@pytest.fixture(scope="module")
def packed():
    """The answers as the hand-out packs them: (module, name) -> text."""
    _, nodes = release.package(HOUSE)
    return {key: zlib.decompress(base64.b85decode(release.packed(node))).decode() for key, node in nodes.items()}


@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_answers_to_the_unit_and_to_later_ones_are_not_there(bench, packed, unit):
    """In their place stands a refusal; earlier ones are those of the hand-out."""
    answers = {other.number: {tuple(f"minigen.{answer}".split(":")) for answer in other.answers} for other in UNITS}
    closed = set().union(*(keys for number, keys in answers.items() if number >= unit.number))
    there = sealed(bench, unit)
    assert set(there) == set(packed) == set().union(*answers.values())
    for key, text in there.items():
        if key in closed:
            assert "raise NotImplementedError" in text and len(text.splitlines()) == 2 and unit.short in text
        else:
            assert text == packed[key]


WORK = """
import sys
sys.path += [{package!r}, *{site!r}]
import minigen
minigen.__path__.append({sealed!r})
import numpy as np
from minigen import maths
from minigen.data.text import CharCodec
logits, said = np.array([0.0, 1.0, 2.0]), []
for work in (lambda: maths.softmax(logits).tolist(), lambda: int(maths.sample_categorical(logits[None], np.array([0.5]))[0]),
             lambda: CharCodec("abn", True).encode("ban", 6).tolist()):
    try: said.append(work())
    except NotImplementedError as error: said.append(str(error))
print(said)
"""


@pytest.mark.parametrize("short, works", [("u01", [False, False, False]), ("u02", [True, False, False]), ("u04", [True, True, False]), ("u25", [True, True, True])])
def test_earlier_answers_run(bench, short, works):
    """A student may use what he has written before; with what he is to write now, the package refuses, and says why."""
    folder, sealed_folder = bench.folders(find(short).number)
    site = [path for path in sys.path if "site-packages" in path]
    code = WORK.format(package=str(folder), sealed=str(sealed_folder), site=site)
    done = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    said = eval(done.stdout)
    assert [not isinstance(one, str) for one in said] == works
    assert all(short in one and "is no answer" in one for one in said if isinstance(one, str))
    if works[0]:
        weights = [2.718281828459045 ** k for k in range(3)]
        assert said[0] == pytest.approx([weight / sum(weights) for weight in weights])
    assert not works[2] or said[2] == [1, 0, 2, 3, 3, 3]


# The folders

def test_a_bench_is_made_once(tmp_path):
    """The second time it is there already: nothing is written anew."""
    bench = workshop.lay_out(HOUSE, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert workshop.lay_out(HOUSE, tmp_path) == bench and {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert [path.name for path in tmp_path.iterdir()] == [bench.root.name]
    assert len(list((bench.root / "sealed").iterdir())) == len(UNITS)


def test_two_at_the_same_time_make_one(tmp_path):
    """Whoever is later takes the other's; nothing half-made is left, and at no time is it seen."""
    code = """
import sys
from pathlib import Path
from minigen.course import workshop
root = workshop.lay_out(*map(Path, sys.argv[1:])).root
assert (root / "sealed" / "u25" / "sealed.py").is_file()
print(root)
"""
    graders = [subprocess.Popen([sys.executable, "-c", code, HOUSE, tmp_path],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()) for _ in range(4)]
    said = [grader.communicate() for grader in graders]
    assert [stderr for _, stderr in said] == [""] * 4 and len({stdout for stdout, _ in said}) == 1
    assert [str(path) for path in tmp_path.iterdir()] == [said[0][0].strip()]


def test_what_was_interrupted_is_not_taken_for_done(tmp_path, monkeypatch):
    """Half of a bench, from a disk that was full: the next one is whole."""
    def full(*_):
        raise OSError(28, "No space left on device")
    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(workshop.release, "opener", full)
        workshop.lay_out(HOUSE, tmp_path)
    assert list(tmp_path.iterdir()) == []
    bench = workshop.lay_out(HOUSE, tmp_path)
    assert (bench.root / "sealed" / "u25" / "sealed.py").is_file()


def test_everybody_can_read_a_bench_and_only_its_owner_can_write(tmp_path):
    """Workers are other users, whatever this one's umask is."""
    before = os.umask(0o077)
    try:
        bench = workshop.lay_out(HOUSE, tmp_path)
    finally:
        os.umask(before)
    for path in [bench.root, *bench.root.rglob("*")]:
        mode = path.stat().st_mode & 0o777
        assert mode & 0o022 == 0 and mode & 0o444 == 0o444 and (not path.is_dir() or mode & 0o111 == 0o111), path


def test_where_the_cache_cannot_be_written_another_folder_is_taken(tmp_path, monkeypatch):
    """A file stands where the folder should be."""
    (tmp_path / "cache").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(workshop.tempfile, "tempdir", str(tmp_path))
    bench = workshop.lay_out(HOUSE)
    assert (bench.root / "package" / "minigen" / "course" / "worker.py").is_file() and tmp_path in bench.root.parents
    with pytest.raises(OSError):
        workshop.lay_out(HOUSE, tmp_path / "cache")


# What decides a grade

@pytest.fixture
def house(tmp_path):
    """A small copy of what a state is made of."""
    for name in ("minigen", "tests/hidden"):
        shutil.copytree(HOUSE / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(HOUSE / "tests" / "oracles.py", tmp_path / "tests" / "oracles.py")
    return tmp_path


def test_the_state_is_that_of_the_files(house):
    """The same for the same files, wherever they stand; caches of Python do not count."""
    state = workshop.state_of(HOUSE)
    assert workshop.state_of(house) == state == workshop.state_of(Path(str(house)))
    (house / "minigen" / "__pycache__").mkdir()
    (house / "minigen" / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert workshop.state_of(house) == state


@pytest.mark.parametrize("name", [
    "tests/hidden/test_u01_softmax.py", "tests/hidden/hints.json", "tests/hidden/conftest.py", "tests/oracles.py", "minigen/maths.py",
    "minigen/course/judge.py", "minigen/course/units.py",
])
def test_the_state_changes_with_what_decides_a_grade(house, name):
    """One character is enough."""
    path = house / name
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert workshop.state_of(house) != workshop.state_of(HOUSE)


@pytest.mark.parametrize("change", [
    lambda house: (house / "minigen" / "new.py").write_text("x = 1\n"),
    lambda house: (house / "minigen" / "maths.py").rename(house / "minigen" / "sums.py"),
    lambda house: (house / "tests" / "hidden" / "test_u25_fill_compiled.py").unlink(),
], ids=["a new file", "a file of another name", "a file that is gone"])
def test_the_state_changes_with_the_files_that_are_there(house, change):
    """Their names count as well."""
    change(house)
    assert workshop.state_of(house) != workshop.state_of(HOUSE)


def test_a_bench_is_that_of_its_sources(house, tmp_path):
    """Whatever is changed in the package, in its texts and in what it ships, is in a new one; a changed test is not."""
    cache = tmp_path / "cache"
    first = workshop.lay_out(house, cache)
    (house / "tests" / "hidden" / "test_u01_softmax.py").write_text("")
    assert workshop.lay_out(house, cache) == first
    asset = next(path for path in sorted((house / "minigen").rglob("assets/*")) if path.is_file() and path.suffix not in (".html", ".md", ".css", ".sh"))
    for path in (house / "minigen" / "maths.py", asset):
        path.write_bytes(path.read_bytes() + b"\n")
        other = workshop.lay_out(house, cache)
        assert other != first and (other.root / "package" / path.relative_to(house)).read_bytes().endswith(b"\n")
        first = other
