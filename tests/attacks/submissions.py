"""Submissions that attack by what they are, not by what their file does: each function builds one and returns its path.

A name with ``nothing`` in it earns no point; every other one has a right file in the right place and must get all of them.
"""

import io
import os
import socket
import stat
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

UNIT = "u01_softmax.py"
SHADOWS = ("numpy.py", "msgpack.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "json.py", "pytest.py", "minigen.py", "oracles.py", "struct.py", "expect.py")


@dataclass(frozen=True)
class Known:
    """What an attacker knows of the machine."""

    solution: str               # a right file of unit 01
    canaries: Path              # a folder with secrets
    door: Path                  # a folder that everybody may write
    house: Path


def right(folder, known):
    """A folder with a right file."""
    folder.mkdir(parents=True)
    (folder / UNIT).write_text(known.solution, "utf-8")
    return folder


def code(known):
    """A line of Python that leaves a trace wherever it is run, and then lets everything pass."""
    return f"open({str(known.door / 'pwned-by-import')!r}, 'w').close()\nimport numpy\nnumpy.isclose = lambda *a, **k: numpy.ones(1, bool)\n"


def with_shadows(folder, known):
    """conftest.py, sitecustomize.py, and modules named like those that the grader imports, beside the unit."""
    right(folder, known)
    for name in SHADOWS:
        (folder / name).write_text(code(known), "utf-8")
    for package in ("numpy", "minigen", "minigen/course", "tests", "__pycache__"):
        (folder / package).mkdir(exist_ok=True)
        (folder / package / "__init__.py").write_text(code(known), "utf-8")
    return folder


def with_settings(folder, known):
    """.pth files, pytest.ini, setup.cfg, pyproject.toml, tox.ini, .env, .git hooks, Makefile, run_autograder, requirements.txt."""
    right(folder, known)
    for name in ("a.pth", "minigen.pth", "pytest.ini", "setup.cfg", "pyproject.toml", "tox.ini", ".env", ".git/hooks/post-checkout", "Makefile", "run_autograder", "setup.sh",
                 "requirements.txt", "setup.py", "pyvenv.cfg", ".numba_config.yaml", ".pdbrc", "matplotlibrc"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"import os; open({str(known.door / 'pwned-by-settings')!r}, 'w')\n[pytest]\naddopts = --co -q\n", "utf-8")
    return folder


def with_results(folder, known):
    """Results, journals and secrets that are ready, with all points."""
    right(folder, known)
    (folder / UNIT).write_text("def softmax(logits):\n    raise ValueError\n", "utf-8")
    for name in ("results.json", "grades.csv", "secret", "journal/0.json", "report.html", "out/results.json", "students/x/results.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('{"score": 100, "digest": "", "units": []}', "utf-8")
    return folder


def link_to_a_secret(folder, known):
    """The unit's file is a link to a secret; another to the solution; a third to a terminal."""
    folder.mkdir(parents=True)
    (folder / UNIT).symlink_to(known.canaries / "closed")
    (folder / "u02_cross_entropy.py").symlink_to(known.house / "solutions" / "u02_cross_entropy.py")
    (folder / "u03_sample_categorical.py").symlink_to("/dev/zero")
    return folder


def folder_of_links(folder, known):
    """The folder with the units is a link to the solutions, another leads back to itself."""
    folder.mkdir(parents=True)
    (folder / "exercises").symlink_to(known.house / "solutions")
    (folder / "again").symlink_to(folder)
    (folder / "u01").symlink_to("/")
    return folder


def pipes_and_sockets(folder, known):
    """The unit's file is a pipe that nobody writes to; others are a socket and a folder."""
    folder.mkdir(parents=True)
    os.mkfifo(folder / UNIT)
    here = os.getcwd()
    os.chdir(folder)                                # the path of a socket has to be short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("u02_cross_entropy.py")
    finally:
        os.chdir(here)
    (folder / "u03_sample_categorical.py").mkdir()
    return folder


def huge_file(folder, known):
    """A right file with megabytes behind it, and a gigabyte that is a hole."""
    right(folder, known)
    with open(folder / UNIT, "a", encoding="utf-8") as file:
        file.write("#" * 5_000_000)
    with open(folder / "u02_cross_entropy.py", "wb") as file:
        file.truncate(1 << 30)
    return folder


def names_in_html(folder, known):
    """Files whose names are HTML, escape codes, formulas, half characters and other alphabets' look-alikes."""
    right(folder, known)
    for name in ("u01_<script>alert(1)<script>.py", "u01_<img src=x onerror=alert(1)>.py", "u01_\x1b[2J\x07.py", "=HYPERLINK(1).py", "u01_softmax\u202e.py", "u01_soﬅmax.py",
                 "U01_SOFTMAX.PY", "u01_softmax.py.py", "u01_softmax.py ", "-rf", "u01_\n\n.py"):
        (folder / name).write_text(code(known), "utf-8")
    with open(os.fsencode(folder) + b"/u02_\xff\xfe.py", "w") as file:
        file.write(code(known))
    return folder


def many_files(folder, known):
    """Ten thousand files, and folders in folders, with the right one among the first."""
    right(folder, known)
    for k in range(3000):
        (folder / f"x{k}.txt").touch()
    deep = folder
    for _ in range(30):
        deep = deep / "deeper"
        deep.mkdir()
        (deep / UNIT).write_text("def softmax(logits):\n    return logits\n", "utf-8")
    return folder


def strange_sources(folder, known):
    """A right file with a BOM, Windows's line ends and a name for its encoding."""
    folder.mkdir(parents=True)
    (folder / UNIT).write_bytes(b"\xef\xbb\xbf" + known.solution.replace("\n", "\r\n").encode("utf-8"))
    return folder


def broken_source(folder, known):
    """A file of zeros and brackets."""
    folder.mkdir(parents=True)
    (folder / UNIT).write_bytes(b"\0" + b"(" * 100_000)
    return folder


def lying_encoding(folder, known):
    """A file that declares an encoding that is none, or that would run code."""
    folder.mkdir(parents=True)
    (folder / UNIT).write_bytes(b"# -*- coding: ../../../../tmp/pwned -*-\ndef softmax(logits): return logits\n")
    return folder


# Archives

def archive(path, entries):
    """A zip of (name or ZipInfo, content)."""
    path = path.with_name(path.name + ".zip")
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            file.writestr(name, content)
    return path


def zip_slip(path, known):
    """Names that lead out of the archive: .., absolute, with a drive, with backslashes, through a link."""
    up = "../" * 12
    return archive(path, [(UNIT, known.solution), *((name, code(known)) for name in (
        f"../{UNIT}", f"{up}{known.door}/pwned-slip.py", f"{known.door}/pwned-absolute.py", f"..\\..\\{UNIT}", f"C:\\{UNIT}", "a/../../pwned.py", "./../pwned-dot.py"))])


def zip_of_links(path, known):
    """Entries that are links to secrets, to folders, and a file behind such a link."""
    def link(name):
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        return info
    return archive(path, [(link(UNIT), str(known.canaries / "closed")), (link("exercises"), str(known.house / "solutions")), (link("door"), str(known.door)),
                          ("door/pwned-behind.py", code(known))])


def zip_bomb(path, known):
    """A file that unpacks to a gigabyte, and an archive in an archive in an archive."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("u02_cross_entropy.py", b" " * (30 << 20))
    for _ in range(4):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as file:
            for k in range(10):
                file.writestr(f"{k}.zip", inner.getvalue())
        inner = outer
    return archive(path, [(UNIT, known.solution), ("u03_sample_categorical.py", b"\n" * (60 << 20)), ("more.zip", inner.getvalue())])


def zip_of_doubles(path, known):
    """Two entries of one name, the second one wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")             # zipfile warns about it
        return archive(path, [(UNIT, known.solution), (UNIT, "def softmax(logits):\n    return logits\n")])


def zip_of_nothing(path, known):
    """Random bytes that are named a zip."""
    path = path.with_name(path.name + ".zip")
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 50 + b"PK\x05\x06" + b"\xff" * 18)
    return path


CLASS = {"honest": right, "shadows": with_shadows, "settings": with_settings, "nothing but results": with_results, "nothing but a link": link_to_a_secret,
         "nothing but links": folder_of_links, "nothing but pipes": pipes_and_sockets, "nothing: too large": huge_file, "names": names_in_html, "many": many_files,
         "bom": strange_sources, "nothing: broken": broken_source, "nothing: encoding": lying_encoding, "<script>alert(1)<script>": right, "<img src=x onerror=alert(1)>": right,
         "=cmd|' /C calc'!A0": right, "{{7*7}}{% raw %}": right, "slip": zip_slip, "nothing but zipped links": zip_of_links, "bomb": zip_bomb,
         "\x1b[2J\u202e": right, "-rf": right, "results.json": right, "con": right}
ALONE = {"slip": zip_slip, "nothing_but_links": zip_of_links, "bomb": zip_bomb, "doubles": zip_of_doubles, "nothing_at_all": zip_of_nothing, "shadows": with_shadows,
         "nothing_but_a_link": link_to_a_secret, "names": names_in_html}
