"""What a student sees in seconds: states, reasons, hints, and no loop that never ends."""

import numpy as np
import pytest
from commands import minigen
from implementations import HOUSE, SOLUTIONS, overlays

from minigen.course import check
from minigen.course.load import read_source
from minigen.course.units import UNITS, find

U01 = find("u01")


def written(folder, text):
    (folder / "u01_softmax.py").write_text(text, "utf-8")
    return folder


def stub_of(unit):
    return (HOUSE / "exercises" / f"{unit.name}.py").read_text("utf-8")


def answered(body):
    """The exercise of u01 with these lines in it."""
    return stub_of(U01).replace('    raise NotImplementedError("u01: your code here")\n', body)


def test_states(tmp_path):
    """Missing, to do, broken, wrong, done: each with its reason."""
    assert check.check_unit(U01, tmp_path).state == "missing"
    assert check.check_unit(U01, written(tmp_path, stub_of(U01))).state == "to do"
    broken = check.check_unit(U01, written(tmp_path, "def softmax(logits)\n"))
    assert broken.state == "broken" and "line 1" in broken.said
    wrong = check.check_unit(U01, written(tmp_path, answered("    return logits\n")))
    assert wrong.state == "wrong" and wrong.failed[0] == check.EXAMPLE and all(one.said for one in wrong.checks if not one.passed)
    assert check.check_unit(U01, SOLUTIONS).state == "done"


def test_an_endless_loop_ends_with_a_sentence(tmp_path):
    """What was found before it stays, whatever is printed meanwhile."""
    body = "    if logits.ndim == 3:\n        while True:\n            print('x' * 1000)\n    return logits\n"
    report = check.check_unit(U01, written(tmp_path, answered(body)), limit=3.0)
    assert report.state == "stopped" and "endless loop" in report.said and report.checks
    report = check.check_unit(U01, written(tmp_path, "while True: pass\n"), limit=0.5)
    assert report.state == "stopped" and "in its first lines" in report.said


@pytest.mark.parametrize("way", ["import os; os._exit(0)", "raise SystemExit", "exit()"])
def test_a_file_that_ends_python_is_not_done(tmp_path, way):
    """Leaving early with success passes nothing."""
    report = check.check_unit(U01, written(tmp_path, answered(f"    {way}\n")))
    assert report.state == "stopped" and "exit()" in report.said


def test_a_compiled_loop_that_reads_outside_its_array_is_told_so(tmp_path):
    """An IndexError in its place, not a crash and not whatever stands there."""
    unit = find("u25")
    text = stub_of(unit).replace('    raise NotImplementedError("u25: your code here")\n', "    return canvas[:, u.shape[1]:][0:1, 0:1] + canvas[len(canvas) + 9, 0]\n")
    (tmp_path / f"{unit.name}.py").write_text(text, "utf-8")
    report = check.check_unit(unit, tmp_path)
    assert report.state == "wrong" and "IndexError" in report.checks[0].said


@pytest.mark.parametrize("line", ["from minigen.maths import softmax as theirs", "from minigen import maths; theirs = maths.softmax",
                                  "import minigen.maths; theirs = minigen.maths.softmax"])
def test_the_packages_own_function_is_no_answer(tmp_path, line):
    """However it is fetched."""
    text = answered("    return theirs(logits)\n").replace("import numpy as np\n", f"import numpy as np\n{line}\n", 1)
    report = check.check_unit(U01, written(tmp_path, text))
    assert report.state == "wrong" and "write this yourself" in report.checks[0].said


@pytest.mark.parametrize("body, said", [("assert False", "AssertionError in line"), ("raise Odd", "Odd in line")])
def test_errors_without_a_text(tmp_path, body, said):
    """A bare assertion, an exception whose own text raises: the kind and the line."""
    text = answered(f"    {body}\n") + "\n\nclass Odd(Exception):\n    def __str__(self):\n        return 1 / 0\n"
    report = check.check_unit(U01, written(tmp_path, text))
    assert report.state == "wrong" and all(said in one.said for one in report.checks)


def test_output_of_the_student_does_not_disturb(tmp_path):
    """Prints go nowhere, in any encoding."""
    text = read_source(SOLUTIONS / "u01_softmax.py").replace("import numpy as np\n", "import numpy as np\nprint('溫度', '\\ud800'.encode('utf-8', 'replace'))\n", 1)
    assert check.check_unit(U01, written(tmp_path, text)).state == "done"


def test_a_known_mistake_is_named(tmp_path):
    """For every mutant that the public checks tell apart, its own hint."""
    unit, path = next((unit, path) for unit, path in overlays("mutants") if path.stem == "u03_sample_categorical__edge_to_the_left")
    lines = path.read_text("utf-8").splitlines()
    (tmp_path / f"{unit.name}.py").write_text(read_source(SOLUTIONS / f"{unit.name}.py") + "\n" + "\n".join(lines[1:]), "utf-8")
    report = check.check_unit(unit, tmp_path)
    assert report.state == "wrong" and report.hints == [lines[0].strip('"')]


def test_the_example_says_what_differs():
    """The call, what was expected, what came: out of doctest's own many lines."""
    found = check.examples('"""\n>>> double(2)\n4\n"""\n', U01)
    check.run_example(found, {"double": lambda x: 2 * x})
    with pytest.raises(AssertionError, match=r"^double\(2\): expected 4, got 5$"):
        check.run_example(found, {"double": lambda x: 5})
    for same in (4.0000000001, np.float64(4.0), np.int64(4)):
        check.run_example(found, {"double": lambda x: same})
    for other in (4.001, "4", [4], None):
        with pytest.raises(AssertionError, match="expected 4, got"):
            check.run_example(found, {"double": lambda x: other})
    with pytest.raises(ZeroDivisionError):
        check.run_example(found, {"double": lambda x: 1 / 0})


def test_the_command_with_one_unit(tmp_path):
    """Every check of it, and where to look; an unknown unit does not keep the others from being checked."""
    written(tmp_path, answered("    return logits\n"))
    done = minigen(tmp_path, "check", "u01", "u77", "--folder", tmp_path)
    assert done.code == 2 and "expected one from u01" in done.err
    assert minigen(tmp_path, "check", "u01", "--folder", tmp_path).code == 1
    assert "u01_softmax: not yet" in done.out and "FAIL" in done.out and "ok" in done.out and U01.hint_zh in done.out


def test_the_command_with_all_units():
    """On the solutions everything is done, and the picture of progress is full."""
    done = minigen(HOUSE, "check", "--folder", "solutions")
    assert done.code == 0 and done.out.count(": done") == len(UNITS)
    assert "HW1   [######]  6 of 6" in done.out and "everything is done" in done.out


def test_the_command_on_the_exercises():
    """Everything is to do, the first unit comes next, and nothing is an error."""
    done = minigen(HOUSE, "check")
    assert done.code == 0 and done.out.count(": to do") == len(UNITS) and "next 下一個：u01_softmax" in done.out


def test_a_folder_that_is_none(tmp_path):
    """One clear line."""
    done = minigen(tmp_path, "check", "--folder", tmp_path / "nowhere")
    assert done.code == 2 and done.err.startswith("minigen: --folder: expected the folder of your files")
