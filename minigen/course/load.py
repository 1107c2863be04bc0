"""One file of a submission, read and run: its functions, or one clear line about what is wrong with it.

The file runs in this process: only for files that may be trusted, or inside a process of its own.
"""

import ast
import inspect
import tokenize
import traceback
from pathlib import Path
from types import SimpleNamespace

from minigen.errors import UserError, say


class UnitError(UserError):
    """A file of a unit that cannot be used, in one line."""

    def __init__(self, path, expected, got, hint=""):
        super().__init__(str(say(Path(path).name, expected, got, hint)))


def read_source(path):
    """The text of a Python file, in UTF-8 or whatever its first lines declare."""
    path = Path(path)
    try:
        with tokenize.open(path) as file:
            return file.read()
    except FileNotFoundError:
        raise UnitError(path, "a file", f"none in {str(path.parent)!r}", "Is the folder right?") from None
    except (UnicodeDecodeError, SyntaxError, LookupError):
        raise UnitError(path, "text in UTF-8", "another encoding", "Save it as UTF-8 in your editor.") from None
    except OSError as error:
        raise UnitError(path, "a file that can be read", error.strerror or error) from None


def parse(path, source):
    """The syntax tree of a file."""
    try:
        return ast.parse(source, str(path))
    except SyntaxError as error:
        where = f" in line {error.lineno}" if error.lineno else ""
        raise UnitError(path, "Python", f"a mistake{where}: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:      # a NUL in it, brackets without end
        raise UnitError(path, "Python", f"what cannot be read as such ({type(error).__name__})") from None


def load(unit, path, base=None):
    """The functions of a unit as attributes of one object; ``namespace`` is all that stands in the file.

    Parameters
    ----------
    unit : Unit
    path : path
        The file. It need not have every function if there is a ``base``.
    base : path, optional
        A complete file that is run first in the same namespace: a mutant or another right answer then
        says only what differs from the solution.

    Raises
    ------
    UnitError
        Unreadable, not Python, failing when it is run, a function missing, an argument renamed.
    """
    namespace = {"__name__": unit.name}
    for part in ([base] if base else []) + [path]:
        run(part, namespace)
    return SimpleNamespace(**{name: function_of(unit, Path(path).name, namespace, name)
                              for name in map(function_name, unit.functions)},
                           __doc__=namespace.get("__doc__"), namespace=namespace)


def run(path, namespace):
    """Run a file in a namespace."""
    source = read_source(path)
    if not source.strip():
        raise UnitError(path, "a file with functions", "an empty one", "Was it saved?")
    code = compile(parse(path, source), str(path), "exec")
    namespace["__file__"] = str(path)
    try:
        exec(code, namespace)
    except (Exception, SystemExit) as error:
        raise UnitError(path, "a file that runs", described(error, path)) from None


def described(error, path):
    """An exception in one line: its kind, its text, and the last line of the file that it passed through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    where = f" in line {lines[-1]}" if lines else ""
    try:
        text = " ".join(str(error).split())
    except Exception:                              # a class of the student's own, whose text raises in its turn
        text = ""
    return f"{type(error).__name__}{where}" + (f": {text[:300]}" if text else "")


def function_name(signature):
    """ "softmax(logits)" -> "softmax" """
    return signature.partition("(")[0]


def arguments(signature):
    """ "adjust(logits, top_k=None)" -> ["logits", "top_k"] """
    node = ast.parse(f"def {signature}: pass").body[0].args
    return [argument.arg for argument in node.args]


def function_of(unit, file, namespace, name):
    """One function, after its arguments are compared with those of the exercise."""
    signature = next(one for one in unit.functions if function_name(one) == name)
    function = namespace.get(name)
    if function is None:
        raise UnitError(file, f"a function {name}", "none", "Was it renamed or deleted?")
    if not callable(function):
        raise UnitError(file, f"a function {name}", type(function).__name__)
    try:
        got = [argument.name for argument in inspect.signature(getattr(function, "py_func", function)).parameters.values()]
    except (TypeError, ValueError):                # written in C: nothing to compare
        return function
    if got != arguments(signature):
        raise UnitError(file, signature, f"{name}({', '.join(got)})", "Arguments keep the names and the order of the exercise.")
    return function
