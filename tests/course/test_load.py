"""A submission's file: read in any encoding it declares, or one clear line about what is wrong."""

import numpy as np
import pytest

from minigen.course.load import UnitError, arguments, described, load, read_source
from minigen.course.units import find

GOOD = "import numpy as np\n\ndef softmax(logits):\n    return np.exp(logits) / np.exp(logits).sum()\n"


def written(folder, content):
    path = folder / "u01_softmax.py"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_functions_of_a_file(tmp_path):
    """A good file gives its functions."""
    functions = load(find("u01"), written(tmp_path, GOOD))
    assert np.allclose(functions.softmax(np.zeros(2)), 0.5)


def test_an_overlay_replaces_some_functions_of_its_base(tmp_path):
    """What a mutant does not say is as in the solution, and the solution's other functions call the mutant's."""
    base = tmp_path / "base.py"
    base.write_text("def up_to_end(tokens, end):\n    return 1\n\ndef shifted(tokens, start):\n    return up_to_end(0, 0)\n\n"
                    "def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8): pass\n\n"
                    "def train_step(table, first, second, tokens, step, rate, end=None): pass\n")
    overlay = tmp_path / "u11_train_step__other.py"
    overlay.write_text('"""a hint / 提示"""\n\n\ndef up_to_end(tokens, end):\n    return 2\n', "utf-8")
    functions = load(find("u11"), overlay, base)
    assert functions.shifted(0, 0) == 2 and functions.__doc__ == "a hint / 提示"


@pytest.mark.parametrize("content, said", [
    ("def softmax(logits)\n    return 1\n", "mistake in line 1"),
    ("def softmax(logits):\nreturn 1\n", "mistake in line 2"),
    ("x = 1\n", "expected a function softmax, got none"),
    ("softmax = 3\n", "expected a function softmax, got int"),
    ("def softmax(scores):\n    return scores\n", r"expected softmax\(logits\), got softmax\(scores\)"),
    ("def softmax(logits, axis):\n    return logits\n", r"got softmax\(logits, axis\)"),
    ("import no_such_package\n", "ModuleNotFoundError in line 1"),
    ("1 / 0\n", "ZeroDivisionError in line 1"),
    ("raise SystemExit\n", "SystemExit in line 1"),
    ("", "got an empty one"),
    ("x = 1\x00\n", "expected Python"),
    ("def softmax(logits):\n    return '溫度'\n".encode("big5"), "another encoding"),
    (b"# -*- coding: no-such-code -*-\n", "another encoding"),
    (GOOD.encode("utf-16"), "another encoding|expected Python"),
])
def test_what_is_wrong_with_a_file_is_one_line(tmp_path, content, said):
    """The file, what was expected, what came."""
    with pytest.raises(UnitError, match=said) as caught:
        load(find("u01"), written(tmp_path, content))
    assert str(caught.value).startswith("u01_softmax.py: expected") and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [GOOD.encode("utf-8-sig"), ("# 溫度\n" + GOOD).encode("utf-8"),
                                     ("# -*- coding: big5 -*-\n# 溫度\n" + GOOD).encode("big5"), GOOD.replace("\n", "\r\n").encode()])
def test_files_as_editors_save_them(tmp_path, content):
    """A signature at the beginning, Chinese comments, a declared encoding, Windows line ends."""
    assert load(find("u01"), written(tmp_path, content)).softmax
    assert "\r" not in read_source(written(tmp_path, content))


def test_a_missing_file_and_a_folder(tmp_path):
    """Neither is a stack trace."""
    for path in (tmp_path / "u01_softmax.py", tmp_path):
        with pytest.raises(UnitError, match="expected a file"):
            load(find("u01"), path)


def test_an_error_is_described_by_its_last_line_in_the_file(tmp_path):
    """Not by a line of the library that it happened in."""
    path = written(tmp_path, "import numpy as np\n\ndef softmax(logits):\n    return np.zeros(2) @ np.zeros(3)\n")
    functions = load(find("u01"), path)
    try:
        functions.softmax(0)
    except ValueError as error:
        assert described(error, path).startswith("ValueError in line 4: ")


def test_arguments_are_read_from_a_signature():
    """Names in order, without defaults."""
    assert arguments("adjust(logits, temperature=1.0, top_k=None)") == ["logits", "temperature", "top_k"]
