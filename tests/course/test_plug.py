"""--with: the student's own lines at work, and one clear line when they do not."""

import re

import numpy as np
import pytest
from commands import minigen
from implementations import HOUSE, SOLUTIONS

from minigen import maths
from minigen.course.load import arguments, function_name
from minigen.course.plug import plugged
from minigen.course.sockets import SOCKETS
from minigen.course.units import UNITS
from minigen.errors import UserError

SEEN = [unit for unit in UNITS if unit.see]


def put(folder, name, text):
    (folder / "exercises").mkdir(exist_ok=True)
    (folder / "exercises" / name).write_text(text, "utf-8")


@pytest.mark.parametrize("unit", SEEN, ids=str)
def test_the_command_of_each_unit_works_with_its_solution(unit, tmp_path):
    """Each unit with a socket names the command that shows one's own code at work; nothing is seated afterwards."""
    assert unit.number in SOCKETS and f"exercises/{unit.name}.py" in unit.see
    counted = (SOLUTIONS / f"{unit.name}.py").read_text("utf-8") + "\n\nimport minigen\nminigen.CALLS = []\n"
    for signature in unit.functions:
        name = function_name(signature)
        counted += (f"theirs_{name} = {name}\n\n\ndef {signature}:\n    minigen.CALLS.append(1)\n"
                    f"    return theirs_{name}({', '.join(arguments(signature))})\n\n\n")
    put(tmp_path, f"{unit.name}.py", counted)
    done = minigen(tmp_path, *unit.see.split()[1:])
    assert done.code == 0, done.err
    import minigen as package
    assert package.CALLS, "the student's function was never called"
    del package.CALLS
    if " sprites " in unit.see or " digits " in unit.see:
        assert re.search(r"(samples|completions): runs.\w+-\w+\.png", done.out)
    else:
        assert len(done.out.split()) >= 10


def test_every_socket_has_a_command():
    """A unit without one has nothing to show yet."""
    assert sorted(SOCKETS) == [unit.number for unit in SEEN]


def test_a_right_answer_changes_no_token(tmp_path):
    """With the solution in its socket the same seed draws the same names."""
    put(tmp_path, "u03_sample_categorical.py", (SOLUTIONS / "u03_sample_categorical.py").read_text("utf-8"))
    plain = minigen(tmp_path, "sample", "names", "--size", "tiny", "--model", "ngram")
    mine = minigen(tmp_path, "sample", "names", "--size", "tiny", "--model", "ngram", "--with", "exercises/u03_sample_categorical.py")
    assert plain.code == mine.code == 0 and plain.out == mine.out


def test_a_wrong_answer_shows(tmp_path):
    """Somebody who always takes token 0 reads only the first letter."""
    put(tmp_path, "u03_sample_categorical.py", "import numpy as np\n\ndef sample_categorical(logits, u, temperature=1.0):\n    return np.zeros(u.shape, int)\n")
    done = minigen(tmp_path, "sample", "names", "--size", "tiny", "--model", "ngram", "--with", "exercises/u03_sample_categorical.py")
    assert set(done.out.split()) == {"a" * len(done.out.split()[0])}


@pytest.mark.parametrize("body, said", [
    ("raise NotImplementedError('u03: your code here')", "line 4.*still to be written"),
    ("return logits[7, 7, 7]", "IndexError in line 4"),
    ("exit()", "SystemExit in line 4"),
])
def test_what_goes_wrong_is_one_line_that_names_the_file(tmp_path, body, said):
    """No stack trace, exit code 2, and the package is as it was."""
    put(tmp_path, "u03_sample_categorical.py", f"import numpy as np\n\ndef sample_categorical(logits, u, temperature=1.0):\n    {body}\n")
    before = maths.sample_categorical
    done = minigen(tmp_path, "sample", "names", "--size", "tiny", "--model", "ngram", "--with", "exercises/u03_sample_categorical.py")
    assert done.code == 2 and done.err.count("\n") == 1
    assert re.match(f"minigen: u03_sample_categorical.py: .*{said}", done.err), done.err
    assert maths.sample_categorical is before


@pytest.mark.parametrize("body, said", [
    ("return None", "expected an array, got NoneType"),
    ("return np.zeros((3, 3), int)", r"expected shape .*, got \(3, 3\)"),
    ("return np.zeros(u.shape)", "expected whole numbers"),
    ("return np.full(u.shape, 99999)", "expected ids from 0 to 26, got 99999 and|to 99999"),
])
def test_a_result_of_another_kind_never_reaches_a_kernel(tmp_path, body, said):
    """A compiled loop would look it up wherever that leads."""
    put(tmp_path, "u03_sample_categorical.py", f"import numpy as np\n\ndef sample_categorical(logits, u, temperature=1.0):\n    {body}\n")
    done = minigen(tmp_path, "sample", "names", "--size", "tiny", "--model", "ngram", "--with", "exercises/u03_sample_categorical.py")
    assert done.code == 2 and re.match(f"minigen: u03, the tokens: .*({said})", done.err), done.err


@pytest.mark.parametrize("name, body, said", [
    ("u01_softmax", "def softmax(logits):\n    return logits * np.nan\n", "u01, the probabilities: expected rows that sum to one"),
    ("u08_fill", "def fill(logits, canvas, u, plan, mask):\n    yield canvas\n", "u08, the last canvas: expected every place to be filled"),
    ("u08_fill", "def fill(logits, canvas, u, plan, mask):\n    return iter(())\n", "u08, the last canvas: expected every place to be filled"),
    ("u10_linear_backward", "def linear_backward(x, weight, dy):\n    return x, weight, weight\n", "u10, dbias: expected shape"),
    ("u14_pixel_context", "def pixel_context(tokens, height, width, reach, nothing):\n    return tokens\n\ndef complete(logits, tokens, rows, height, "
                          "width, u, mask):\n    pass\n", "u14, the context: expected shape"),
])
def test_what_the_sockets_check(tmp_path, name, body, said):
    """The kind and the shape of a result, and what would otherwise be drawn without a word."""
    kind = "sprites" if name == "u14_pixel_context" else "names"
    put(tmp_path, f"{name}.py", f"import numpy as np\n\n{body}")
    done = minigen(tmp_path, "sample", kind, "--size", "tiny", "--n", "2", "--with", f"exercises/{name}.py")
    assert done.code == 2 and done.err.startswith(f"minigen: {said}"), done.err


@pytest.mark.parametrize("files, said", [
    (["u17_how_long.py"], "expected a unit with a socket"),
    (["u03_sample_categorical.py", "u03_sample_categorical.py"], "expected each unit once"),
    (["u77_nothing.py"], "expected one from u01"),
    (["nowhere/u03_sample_categorical.py"], "expected a file"),
])
def test_files_that_cannot_be_plugged(files, said):
    """One clear line before anything is trained."""
    with pytest.raises(UserError, match=said):
        with plugged([HOUSE / "solutions" / file for file in files]):
            pass


def test_several_units_sit_side_by_side():
    """Both are called; afterwards neither is there."""
    before = maths.softmax, maths.adjust
    with plugged([SOLUTIONS / "u01_softmax.py", SOLUTIONS / "u04_top_k_top_p.py"]):
        assert maths.softmax is not before[0] and maths.adjust is not before[1]
        np.testing.assert_allclose(maths.softmax(maths.adjust(np.zeros((1, 4)), top_k=2)), [[0.5, 0.5, 0.0, 0.0]])
    assert (maths.softmax, maths.adjust) == before
