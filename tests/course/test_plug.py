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
        assert re.search(r"samples: runs.\w+-\w+\.png", done.out)
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
    ("return None", "expected a result that the package can go on with"),
    ("return np.zeros((3, 3), int)", "Is its shape or its type another"),
])
def test_what_goes_wrong_is_one_line_that_names_the_file(tmp_path, body, said):
    """No stack trace, exit code 2, and the package is as it was."""
    put(tmp_path, "u03_sample_categorical.py", f"import numpy as np\n\ndef sample_categorical(logits, u, temperature=1.0):\n    {body}\n")
    before = maths.sample_categorical
    done = minigen(tmp_path, "sample", "names", "--size", "tiny", "--model", "ngram", "--with", "exercises/u03_sample_categorical.py")
    assert done.code == 2 and done.err.count("\n") == 1
    assert re.match(f"minigen: u03_sample_categorical.py: .*{said}", done.err), done.err
    assert maths.sample_categorical is before


@pytest.mark.parametrize("files, said", [
    (["u06_word_pieces.py"], "expected a unit with a socket"),
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
