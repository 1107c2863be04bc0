"""The student's hand-out: the package, the exercises, a README, and no answer in it.

A package function that answers a unit is *sealed*: its signature and docstring stay, its body goes, compressed and with
its inner names replaced, into ``minigen/sealed.py``, from where it is run. So everything draws and trains from the first
day, at full speed (kernels are sealed before they are compiled), and nobody meets an answer while reading. Sealed is not
secret: who unpacks it knows what he does, and finds no line of the teaching form.
"""

import ast
import base64
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from minigen.course import stubs
from minigen.course.units import HOMEWORKS, UNITS
from minigen.errors import say
from minigen.files import save_atomically, save_text

# Rooms that only teachers and maintainers need; two of them write out in NumPy and PyTorch what the units ask for.
LEFT_OUT = ("bench", *(f"course/{name}.py" for name in ("album", "apart", "bounty", "confine", "drawing", "grade", "judge", "marks", "matrix", "pages", "proxy", "release",
                                                        "sandbox", "stubs", "submissions", "wire", "worker", "workshop")))
# Of the assets; the README is made of the first.
TEACHERS = ("student.md", "student_page.html", "class_page.html", "album.html", "pages.css", "gradescope_setup.sh", "gradescope_run.sh")
BESIDE = ("setup.cfg", "pyproject.toml", "LICENSE")

OPENER = '''"""Functions that answer a unit of the course, packed so that nobody reads an answer by accident. Write your own instead!"""

import base64
import sys
import zlib

OPENED = {{}}


def opened(module, name):
    """The function behind a seal, run in the room it belongs to."""
    if (module, name) not in OPENED:
        room, made = sys.modules[module], {{}}
        text = zlib.decompress(base64.b85decode(SEALED[module, name])).decode("utf-8")
        exec(compile(text, room.__file__, "exec"), vars(room), made)
        OPENED[module, name] = made[name.rpartition(".")[2]]
    return OPENED[module, name]


SEALED = {{
{entries}
}}
'''


@dataclass
class Made:
    """What a hand-out consists of."""

    files: int
    sealed: int


def release(house, folder):
    """Write the hand-out into a new folder; returns how much there is.

    Raises
    ------
    UserError
        The folder exists and is not empty, or lies inside the package.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise say("folder", "a new or an empty folder", repr(str(folder)), "Nothing in it was touched.")
    if (house / "minigen") in [folder.resolve(), *folder.resolve().parents]:
        raise say("folder", "a place outside the package", repr(str(folder)))
    texts = hand_out(house)
    sealed = texts.pop(None)
    try:
        for name, text in texts.items():
            save_text(folder / name, text)
        for path in sorted((house / "minigen").rglob("assets/*")):
            if path.is_file() and path.name not in TEACHERS:
                target = folder / path.relative_to(house)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    except OSError as error:
        raise say("folder", "one that can be written", f"{str(folder)!r} ({error.strerror or error})") from None
    return Made(sum(path.is_file() for path in folder.rglob("*")), sealed)


def autograder(house, file, secret, units=()):
    """Write Gradescope's ``autograder.zip``: the package, the hidden tests, the class's secret and two scripts. Not for students.

    ``units`` are words such as "u03" and "HW1" for ``minigen grade --units``; all without one.
    """
    def write(temporary):
        with ZipFile(temporary, "w", ZIP_DEFLATED) as archive:
            for name, text in (("setup.sh", script("setup")), ("run_autograder", script("run").replace("UNITS", " ".join(f"--units {word}" for word in units)))):
                info = ZipInfo(name)
                info.external_attr = 0o755 << 16
                archive.writestr(info, text)
            archive.writestr("secret", secret)
            for path in [*(house / name for name in (*BESIDE, "README.md")), *sorted((house / "minigen").rglob("*")), *sorted((house / "tests" / "hidden").glob("*")),
                         house / "tests" / "oracles.py"]:
                if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts:
                    archive.write(path, path.relative_to(house))

    def script(name):
        return (house / "minigen" / "course" / "assets" / f"gradescope_{name}.sh").read_text("utf-8")
    save_atomically(file, write)


def hand_out(house):
    """Every text of the hand-out: name -> text; under None how many functions are sealed."""
    texts = {name: (house / name).read_text("utf-8") for name in BESIDE}
    rooms, nodes = package(house)
    texts |= rooms | {"minigen/sealed.py": opener({key: packed(node) for key, node in nodes.items()})}
    texts["minigen/course/hints.json"] = (house / "minigen" / "course" / "hints.json").read_text("utf-8")
    texts |= {f"exercises/{name}": text for name, text in stubs.exercises(house).items()}
    texts["README.md"] = readme(house)
    texts[None] = len(nodes)
    return texts


def package(house):
    """The rooms of the package with their answers sealed, name -> text; and the answers, (module, name) -> syntax tree."""
    texts, nodes = {}, {}
    for path in sorted((house / "minigen").rglob("*.py")):
        if path.relative_to(house / "minigen").as_posix().startswith(LEFT_OUT):
            continue
        text = path.read_text("utf-8")
        room = ".".join(path.relative_to(house / "minigen").with_suffix("").parts)
        names = [answer.partition(":")[2] for unit in UNITS for answer in unit.answers if answer.partition(":")[0] == room]
        if names:
            text = seal(f"minigen.{room}", text, names, nodes)
        if room == "course.sockets":
            text = without_the_packages_side(text)
        texts[path.relative_to(house).as_posix()] = text
    return texts, nodes


def opener(entries):
    """The text of ``minigen/sealed.py``: (module, name) -> packed answer."""
    listed = "\n".join(f"    ({module!r}, {name!r}):\n        {packed!r}," for (module, name), packed in entries.items())
    return OPENER.format(entries=listed)


def readme(house):
    """The student's README: the text of ``course/assets/student.md`` and the table of units."""
    rows = []
    for unit in UNITS:
        title, title_zh = HOMEWORKS[unit.homework]
        if not rows or unit.homework != UNITS[unit.number - 2].homework:
            rows.append(f"| **{unit.homework}** | **{title}** | **{title_zh}** | |")
        rows.append(f"| `{unit.name}` | {unit.title} | {unit.title_zh} | {unit.points} |")
    table = "\n".join(["| unit | | 單元 | points 分數 |", "| --- | --- | --- | ---: |", *rows])
    return (house / "minigen" / "course" / "assets" / "student.md").read_text("utf-8").replace("<!-- units -->", table)


def seal(module, text, names, answers):
    """The text of a module with these functions sealed; their syntax trees go into ``answers``.

    A plain function keeps its signature and docstring. One that is compiled (``@kernel``, ``@helper``) becomes an assignment: the
    compiler must be given the function itself.
    """
    lines, tree = text.splitlines(), ast.parse(text)
    nodes = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    changes = []
    for name in names:
        owner, _, method = name.rpartition(".")
        if owner:
            node = next(one for one in nodes[owner].body if isinstance(one, ast.FunctionDef) and one.name == method)
        else:
            node = nodes[name]
        answers[module, name] = node
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        changes.append((first, node.end_lineno, replacement(node, name)))
    for first, last, new in sorted(changes, reverse=True):
        lines[first - 1:last] = new
    after = next(i for i, line in enumerate(lines) if line.startswith(("import ", "from ")))     # below the docstring
    return "\n".join([*lines[:after], "from minigen import sealed", *lines[after:]]) + "\n"


def replacement(node, name):
    """The lines that stand where a sealed function stood."""
    compiled = [one for one in node.decorator_list if isinstance(one, ast.Name) and one.id in ("kernel", "helper", "helper_without_nan")]
    if compiled:
        return [f'{node.name} = {compiled[0].id}(sealed.opened(__name__, "{name}"))']
    pad, given = " " * node.col_offset, node.args
    told = [one.arg for one in given.posonlyargs + given.args]
    told += [f"*{one.arg}" for one in [given.vararg] if one] + [f"{one.arg}={one.arg}" for one in given.kwonlyargs]
    told += [f"**{one.arg}" for one in [given.kwarg] if one]
    shell = ast.FunctionDef(node.name, node.args, [], node.decorator_list, node.returns, None, lineno=1)
    head = ast.unparse(ast.fix_missing_locations(shell)).rstrip().splitlines()
    text = ast.get_docstring(node, clean=False)
    docstring = [f'{pad}    """{text}"""'.rstrip()] if text else []
    return [*(pad + line for line in head), *"\n".join(docstring).splitlines(),
            f'{pad}    return sealed.opened(__name__, "{name}")({", ".join(told)})']


def packed(node):
    """A function as it is run, without docstring and comments, its inner names replaced, compressed."""
    node = ast.parse(ast.unparse(node)).body[0]
    node.decorator_list = []
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:]
    kept = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    kept |= {name for one in ast.walk(node) if isinstance(one, (ast.Global, ast.Nonlocal)) for name in one.names}
    inner = []
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and one.id not in kept and one.id not in inner:
            inner.append(one.id)
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in inner:
            one.id = f"_{inner.index(one.id)}"
    return compressed(ast.unparse(node))


def compressed(text):
    """A text as the opener takes it."""
    return base64.b85encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def without_the_packages_side(text):
    """``course/sockets.py`` without the adapters that only the hidden tests use: some compose an answer."""
    lines, tree = text.splitlines(), ast.parse(text)
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_own_"):
            lines[node.lineno:node.end_lineno] = ['    raise LookupError("the hidden tests are not part of the hand-out")']
    return "\n".join(lines) + "\n"
