"""The student's hand-out: it works from the first day, and no answer stands in it."""

import ast
import os
import subprocess
import sys
from zipfile import ZipFile

import numpy as np
import pytest
from commands import minigen
from implementations import HOUSE

from minigen.course import release
from minigen.course.units import UNITS
from minigen.errors import UserError


@pytest.fixture(scope="module")
def hand_out(tmp_path_factory):
    """A hand-out as students get it."""
    folder = tmp_path_factory.mktemp("class") / "hand-out"
    done = minigen(HOUSE, "release", folder)
    assert done.code == 0, done.err
    return folder


# An editable installation of this house would lend the hand-out what it lacks.
ALONE = "import sys; sys.meta_path[:] = [one for one in sys.meta_path if 'Editable' not in getattr(one, '__name__', '')]; "
COMMAND_LINE = ALONE + "import runpy; sys.argv = ['minigen', *sys.argv[1:]]; runpy.run_module('minigen', run_name='__main__')"


def python(folder, code, *words):
    """Python in the hand-out, with the hand-out's package and nothing of this house."""
    return subprocess.run([sys.executable, "-c", code, *words], cwd=folder, timeout=120, capture_output=True, text=True, encoding="utf-8",
                          env=os.environ | {"PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"})


def run(folder, *words, code=COMMAND_LINE, exit_code=0):
    """What ``minigen WORDS`` prints there."""
    done = python(folder, code, *words)
    assert done.returncode == exit_code, done.stderr
    return done.stdout


def blocks(tree):
    """Every list of statements that stand one after the other."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def shape(statements):
    """Statements with every name replaced by a placeholder: the first name met is 0, the next 1, …"""
    seen = {}
    copy = ast.parse("\n".join(map(ast.unparse, statements)))
    for node in ast.walk(copy):
        for field in ("id", "arg", "name"):
            if isinstance(getattr(node, field, None), str):
                setattr(node, field, str(seen.setdefault(getattr(node, field), len(seen))))
    return ast.dump(copy)


def windows(text, wide=3):
    """The shapes of all runs of three statements of a file; docstrings count as none."""
    found = set()
    for block in blocks(ast.parse(text)):
        plain = [one for one in block if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
        found |= {shape(plain[i:i + wide]) for i in range(len(plain) - wide + 1)}
    return found


def answers_of(unit):
    """The runs of three statements inside the marks of a solution."""
    text = (HOUSE / "solutions" / f"{unit.name}.py").read_text("utf-8")
    found = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            found |= windows(ast.unparse(node))
    return found


def test_no_three_statements_of_a_solution_stand_in_it(hand_out):
    """Names replaced by placeholders; in the package, the exercises, everywhere."""
    wanted = {run_of_three: unit.name for unit in UNITS for run_of_three in answers_of(unit)}
    assert len(wanted) > 100
    faults = {(path.relative_to(hand_out).as_posix(), wanted[one]) for path in hand_out.rglob("*.py")
              for one in windows(path.read_text("utf-8")) & set(wanted)}
    assert faults == set()


def test_the_search_finds_an_answer_under_other_names():
    """The test above would notice."""
    text = (HOUSE / "solutions" / "u03_sample_categorical.py").read_text("utf-8")
    disguised = text.replace("weights", "w").replace("running", "edges").replace("scores", "s").replace("sample_categorical", "draw")
    assert answers_of(UNITS[2]) & windows(disguised)


def test_nothing_of_the_teachers_is_in_it(hand_out):
    """No solutions, tests, mutants, history; no marks of a solution; no name of a hidden test."""
    names = {path.name for path in hand_out.iterdir()}
    assert names == {"minigen", "exercises", "README.md", "setup.cfg", "pyproject.toml", "LICENSE"}
    hidden = [line.split("(")[0].removeprefix("def ") for path in (HOUSE / "tests" / "hidden").glob("test_u*.py")
              for line in path.read_text("utf-8").splitlines() if line.startswith("def test_")]
    assert len(hidden) > 150
    for path in hand_out.rglob("*"):
        if path.is_file() and path.suffix in (".py", ".md", ".json", ".cfg", ".toml", ".html"):
            text = path.read_text("utf-8")
            assert "SOLUTION" not in text, path
            assert not [name for name in hidden if name in text], path
            assert str(HOUSE) not in text and "__pycache__" not in str(path)


def test_every_answer_of_the_package_is_sealed(hand_out):
    """In its place stands one call, or a compiled function made from the seal."""
    number = 0
    for unit in UNITS:
        for answer in unit.answers:
            room, _, name = answer.partition(":")
            text = (hand_out / "minigen" / (room.replace(".", "/") + ".py")).read_text("utf-8")
            assert f'sealed.opened(__name__, "{name}")' in text, answer
            number += 1
    assert number > 30


def test_the_package_of_the_hand_out_draws_the_same(hand_out, tmp_path, request):
    """Token by token as the package itself: names from counts, the answers; with --all from a trained network too."""
    trained = [("sample", "names", "--size", "tiny", "--top-p", "0.9")] if request.config.getoption("all") else []     # compiles half a minute
    for words in [("sample", "names", "--size", "tiny", "--model", "ngram"), ("sample", "answers", "--strategy", "all_at_once", "--report"), *trained]:
        assert run(hand_out, *words) == minigen(tmp_path, *words).out


def test_kernels_are_compiled_from_behind_the_seal(hand_out):
    """The compiled loop exists and is Numba's."""
    said = run(hand_out, code=ALONE + "import numpy as np; from minigen import maths_numba as m; x = np.array([0.0, 9.0], np.float32); "
                                      "print(type(m.pick).__name__, m.pick(x, 0.5), m.__file__)")
    assert said.split()[:2] == [("CPUDispatcher" if os.environ.get("NUMBA_DISABLE_JIT", "0") in ("0", "") else "function"), "1"]
    assert str(hand_out) in said


def test_check_runs_in_it(hand_out):
    """All units to do; after one is filled, that one is done; a known mistake gets its hint."""
    said = run(hand_out, "check")
    assert said.count(": to do") == len(UNITS) and "next 下一個：u01_softmax" in said
    path, solution = hand_out / "exercises" / "u03_sample_categorical.py", HOUSE / "solutions" / "u03_sample_categorical.py"
    mutant = (HOUSE / "tests" / "mutants" / "u03_sample_categorical__edge_to_the_left.py").read_text("utf-8")
    exercise = path.read_text("utf-8")
    try:
        path.write_text(solution.read_text("utf-8"), "utf-8")
        assert "u03_sample_categorical: done" in run(hand_out, "check", "u03")
        path.write_text(solution.read_text("utf-8") + mutant.partition("\n")[2], "utf-8")
        assert mutant.splitlines()[0].strip('"') in run(hand_out, "check", "u03", exit_code=1)
    finally:
        path.write_text(exercise, "utf-8")


def test_commands_of_teachers_say_that_they_are_not_there(hand_out):
    """One clear line, no stack trace."""
    for words in (("stubs",), ("check", "--matrix"), ("release", "x"), ("bench",), ("bounty", "x.py")):
        done = python(hand_out, COMMAND_LINE, *words)
        assert done.returncode == 2 and done.stderr.startswith("minigen: ") and done.stderr.count("\n") == 1, done.stderr


def test_the_readme_of_the_hand_out_lists_every_unit_in_both_languages(hand_out):
    """Titles and points; how to begin, on Windows too."""
    text = (hand_out / "README.md").read_text("utf-8")
    for unit in UNITS:
        assert unit.name in text and unit.title in text and unit.title_zh in text
    assert "py -m venv" in text and "minigen check" in text and "<!--" not in text


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    """As is one inside the package."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="expected a new or an empty folder"):
        release.release(HOUSE, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(UserError, match="outside the package"):
        release.release(HOUSE, HOUSE / "minigen" / "nowhere")


def test_what_is_packed_runs_as_before():
    """Inner names replaced, arguments kept, nested functions, loops and defaults alike."""
    text = ('def f(x, by=2, *rest, scale=1.0):\n    """Say."""\n    total = 0  # why\n    def g(y):\n        return y * by + total\n'
            '    for item in [x, *rest]:\n        total += g(item) * scale\n    return total, [item for item in rest]\n')
    answers = {}
    made = release.seal("here", "import os\n\n\n" + text, ["f"], answers)
    assert "total" not in made and '"""Say."""' in made and "def f(x, by=2, *rest, scale=1.0):" in made
    import base64
    import zlib
    inside = zlib.decompress(base64.b85decode(release.packed(answers["here", "f"]))).decode()
    assert "total" not in inside and "why" not in inside and "Say" not in inside
    plain, hidden = {}, {}
    exec(text, plain)
    exec(inside, hidden)
    assert plain["f"](1, 3, 4, 5, scale=0.5) == hidden["f"](1, 3, 4, 5, scale=0.5)
    assert np.isclose(plain["f"](1.5)[0], hidden["f"](1.5)[0])


def test_the_autograder_is_not_for_students(tmp_path):
    """autograder.zip stands beside the hand-out, never in it; it has the tests, the secret and two scripts that can be run"""
    secret = tmp_path / "secret"
    secret.write_text("of this class", "utf-8")
    done = minigen(HOUSE, "release", tmp_path / "for students", "--units", "HW1", "--secret", secret)
    assert done.code == 0, done.err
    assert not list((tmp_path / "for students").rglob("*.zip"))
    with ZipFile(tmp_path / "autograder.zip") as archive:
        names = set(archive.namelist())
        assert archive.read("secret") == b"of this class"
        for script in ("setup.sh", "run_autograder"):
            assert archive.getinfo(script).external_attr >> 16 & 0o111 and archive.read(script).startswith(b"#!")
        assert b"--units HW1" in archive.read("run_autograder") and b"UNITS" not in archive.read("run_autograder")
    assert {f"tests/hidden/test_{unit.name}.py" for unit in UNITS} | {"tests/oracles.py", "tests/hidden/hints.json", "minigen/course/grade.py"} <= names
    assert not [name for name in names if name.startswith(("solutions", "tests/mutants", "tests/right_answers"))]
    inside = minigen(HOUSE, "release", tmp_path / "again", "--autograder", tmp_path / "again" / "a.zip")
    assert inside.code == 2 and "hidden tests" in inside.err and not (tmp_path / "again").exists()
    unknown = minigen(HOUSE, "release", tmp_path / "again", "--units", "u99")
    assert unknown.code == 2 and not (tmp_path / "again").exists()
