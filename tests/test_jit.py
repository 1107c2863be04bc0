"""Where machine code is kept, and that nothing that may happen to it there stops anyone."""

import ast
import errno
import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from minigen import jit

compiles = pytest.mark.skipif(bool(jit.config.DISABLE_JIT), reason="nothing is compiled here")


def twice_the_sum(x):
    """What is compiled here again and again: quick, and anyone can check it."""
    total = 0.0
    for i in range(x.size):
        total += 2.0 * x[i]
    return total


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder for machine code, in place of the usual one."""
    monkeypatch.setattr(jit, "CACHE_FOLDER", str(tmp_path / "kernels-0123456789ab"))
    monkeypatch.setattr(jit, "SHARED_FOLDER", None)
    monkeypatch.setattr(jit, "KERNELS", [])
    monkeypatch.setattr(jit, "SAID", set())
    return tmp_path / "kernels-0123456789ab"


def start_anew(*arguments):
    """A kernel as a new process would make it, called once: 1 if it was compiled, 0 if it came from disk."""
    made = jit.kernel(twice_the_sum)
    assert made(*arguments or [np.arange(4.0)]) == 12.0
    return sum(made.stats.cache_misses.values())


def files_in(folder, ending=""):
    return sorted(path for path in folder.rglob(f"*{ending}") if path.is_file())


def in_a_new_process(folder, code, **environment):
    """What ``code`` prints in a Python of its own that finds ``folder/minigen``, and what stands on its stderr."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    kept["PYTHONDONTWRITEBYTECODE"] = "1"          # Python's own cache would not notice a file changed twice in a second
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env={**kept, **environment},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


# What the code is made of


@pytest.fixture
def package(tmp_path):
    """A package of the same name: jit.py, a constant, a helper that uses it, a kernel that uses both, another module."""
    house = tmp_path / "minigen"
    (house / "nn").mkdir(parents=True)
    for path, text in {"__init__.py": "", "nn/__init__.py": "", "jit.py": Path(jit.__file__).read_text(encoding="utf-8"),
                       "nn/plain.py": "TAPS = 3", "nn/other.py": "WIDTH = 1",
                       "helpers_numba.py": "from minigen.jit import helper\n@helper\ndef more(x):\n    return x + 1",
                       "loop_numba.py": "from minigen.helpers_numba import more\nfrom minigen.jit import kernel\n"
                                        "from minigen.nn import plain\n@kernel\ndef run(x):\n    return more(x) * plain.TAPS"}.items():
        (house / path).write_text(text, encoding="utf-8")
    return tmp_path


RUN = "from minigen import jit, loop_numba; print(loop_numba.run(1), jit.CACHE_FOLDER, len(loop_numba.run.stats.cache_misses))"


@compiles
def test_a_change_in_any_file_that_a_kernel_is_made_of_is_noticed(package):
    """Its own file, a helper's, a constant's: each gives a new folder, and what is computed is what stands there now."""
    house, folders = package / "minigen", []
    for path, old, new, expected in (("nn/plain.py", "3", "3", 6), ("nn/plain.py", "3", "5", 10),
                                     ("helpers_numba.py", "1", "2", 15), ("loop_numba.py", "*", "-", -2)):
        (house / path).write_text((house / path).read_text().replace(old, new))
        result, folder, compiled = in_a_new_process(package, RUN)[0].split()
        assert (int(result), int(compiled)) == (expected, 1)
        folders.append(folder)
        assert [str(left) for left in (house / "__pycache__").glob("kernels-*")] == [folder]      # those before are gone
    assert len(set(folders)) == 4
    (house / "nn/other.py").write_text("WIDTH = 2")                    # no kernel knows it: nothing is compiled again
    assert in_a_new_process(package, RUN)[0] == f"-2 {folders[-1]} 0"


@compiles
def test_where_nothing_can_be_written_kernels_are_compiled_and_one_word_is_said(package):
    """Neither beside the package nor at home: every start compiles, none fails. (A file stands where a folder should.)"""
    (package / "minigen" / "__pycache__").write_text("")
    printed, word = in_a_new_process(package, RUN, HOME=str(package / "minigen" / "__pycache__"))
    assert printed == "6 None 1" and word.count("CacheWarning: compiled code cannot be kept") == 1
    home = package / "home"
    for compiled in (1, 0):                                            # with a home there is a place in it
        printed, word = in_a_new_process(package, RUN, HOME=str(home))
        result, folder, misses = printed.split()
        assert (result, int(misses), word) == ("6", compiled, "") and Path(folder).parent == home / ".cache" / "minigen"


def test_numba_cache_dir_is_respected(package, tmp_path):
    """Where the user has said where caches go, kernels go there and nowhere else."""
    where = tmp_path / "theirs"
    folder, word = in_a_new_process(package, "from minigen import jit; print(jit.CACHE_FOLDER)", NUMBA_CACHE_DIR=str(where))
    assert word == "" and not (package / "minigen" / "__pycache__").exists()
    assert folder == "None" if jit.config.DISABLE_JIT else Path(folder).parent == where


def test_without_the_compiler_everything_runs_and_no_folder_is_made(package):
    """NUMBA_DISABLE_JIT=1: kernels are the functions themselves."""
    code = "from minigen import jit, loop_numba; print(loop_numba.run(1), jit.CACHE_FOLDER, jit.KERNELS)"
    printed, word = in_a_new_process(package, code, NUMBA_DISABLE_JIT="1")
    assert (printed, word) == ("6 None []", "") and not list((package / "minigen").rglob("kernels-*"))


def test_the_kernels_of_this_package_are_made_of_these_files():
    """jit.py, all twins, and whatever module of the package a twin imports; not what none of them knows."""
    read, twins = set(jit.sources()), sorted(jit.PACKAGE.rglob("*_numba.py"))
    wanted = {*twins, jit.PACKAGE / "jit.py"}
    for node in (node for twin in twins for node in ast.walk(ast.parse(twin.read_text(encoding="utf-8")))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("minigen"):
            stem = jit.PACKAGE.joinpath(*node.module.split(".")[1:])
            wanted |= {path for path in (stem.with_suffix(".py"), *(stem / f"{name.name}.py" for name in node.names)) if path.is_file()}
    assert len(wanted) > len(twins) + 1 and wanted <= read
    assert not read & {jit.PACKAGE / name for name in ("__main__.py", "compare.py", "figures.py", "strategies/fill.py")}


# Folders


def test_a_new_folder_takes_the_place_of_older_ones_and_of_nothing_else(tmp_path, monkeypatch):
    """Those of the same installation with another mark go; what is named otherwise, or is another's, stays."""
    monkeypatch.setattr(jit.config, "CACHE_DIR", str(tmp_path))
    folder = Path(jit.cache_folders()[0])
    folder.rmdir()
    own = folder.name[:-12]
    stay = {own + "notes", "minigen-others-" + "0" * 12, "kernels-" + "0" * 12, "matplotlib"}
    for name in (own + "0" * 12, own + "f" * 12, *stay):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "file").write_text("")
    (tmp_path / (own + "e" * 12)).write_text("a file")
    assert jit.cache_folders() == (str(folder), None)
    assert {path.name for path in tmp_path.iterdir()} == {folder.name, own + "e" * 12, *stay}
    (tmp_path / (own + "0" * 12)).mkdir()
    assert jit.cache_folders() == (str(folder), None)                  # nothing is new: nothing is tidied up
    assert (tmp_path / (own + "0" * 12)).exists()


def test_a_user_without_a_home_is_no_error(tmp_path, monkeypatch):
    """Path.home() raises where the system knows none: then what was compiled beside the package is read, if anything was."""
    def nowhere():
        raise RuntimeError("Could not determine home directory.")
    monkeypatch.setattr(jit.config, "CACHE_DIR", "")
    monkeypatch.setattr(jit, "PACKAGE", tmp_path)
    beside = jit.cache_folders()
    monkeypatch.setattr(jit, "_made", lambda *place: None)
    monkeypatch.setattr(Path, "home", nowhere)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert jit.cache_folders() == beside and beside[0].startswith(str(tmp_path))
    shutil.rmtree(tmp_path / "__pycache__")
    with pytest.warns(jit.CacheWarning, match="NUMBA_CACHE_DIR"):
        assert jit.cache_folders() == (None, None)


@compiles
def test_what_was_compiled_for_all_is_read_where_it_cannot_be_written(folder, monkeypatch):
    """A shared installation: the kernels beside the package are used, new ones go to the user's own folder."""
    assert start_anew() == 1
    monkeypatch.setattr(jit, "SHARED_FOLDER", jit.CACHE_FOLDER)
    monkeypatch.setattr(jit, "CACHE_FOLDER", str(folder.parent / "own-0123456789ab"))
    assert start_anew() == 0 and files_in(Path(jit.CACHE_FOLDER)) == []
    before = [path.read_bytes() for path in files_in(folder)]
    for compiled in (1, 0):
        assert start_anew(np.arange(4)) == compiled
    assert [path.read_bytes() for path in files_in(folder)] == before and len(files_in(Path(jit.CACHE_FOLDER))) == 2


# Broken files


def cut(content):
    """The first half."""
    return content[:len(content) // 2]


def nothing(content):
    """A file of zero bytes."""
    return b""


def garbage(content):
    """As many bytes, none of them right."""
    return bytes(byte ^ 0x5A for byte in content)


def one_bit(content):
    """One bit of machine code: a pickle that loads, and code that does something else."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]


@compiles
@pytest.mark.parametrize("breaking", [cut, nothing, garbage, one_bit])
@pytest.mark.parametrize("ending", [".nbi", ".nbc"])
def test_a_broken_file_is_made_again_with_one_word(folder, breaking, ending):
    """Index and machine code: cut off, empty, overwritten, one bit wrong."""
    assert [start_anew(), start_anew()] == [1, 0]
    path, = files_in(folder, ending)
    path.write_bytes(breaking(path.read_bytes()))
    with pytest.warns(jit.CacheWarning, match=f"{folder.name} is broken") as words:
        assert start_anew() == 1
    assert len(words) == 1 and "\n" not in str(words[0].message)
    assert start_anew() == 0 and len(files_in(folder)) == 2


@compiles
def test_whole_files_with_something_else_in_them_are_made_again(folder):
    """The checksum is right and the content no kernel: what Numba raises from it stays inside."""
    start_anew()
    files = jit.kernel(twice_the_sum)._cache._cache_file
    (key, name), = files._load_index().items()
    files._save_data(name, (key, ("no", "kernel")))
    with pytest.warns(jit.CacheWarning, match="is broken"):
        assert start_anew() == 1
    assert start_anew() == 0


@compiles
def test_one_file_for_two_kernels_is_taken_by_one(folder):
    """Two processes that start together may give two signatures the same file: the other is compiled again."""
    start_anew(np.arange(4.0)), start_anew(np.arange(4))
    one, other = files_in(folder, ".nbc")
    shutil.copy(one, other)
    assert start_anew(np.arange(4.0)) + start_anew(np.arange(4)) == 1


@compiles
@pytest.mark.parametrize("what", ["_save_index", "_save_data"])
def test_a_full_disk_costs_nothing_but_the_seconds(folder, monkeypatch, what):
    """What cannot be kept is used all the same, and one word says so."""
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with monkeypatch.context() as patch:
        patch.setattr(jit.CheckedFiles, what, full)
        with pytest.warns(jit.CacheWarning, match=os.strerror(errno.ENOSPC)):
            assert start_anew() == 1
    assert [start_anew(), start_anew()] == [1, 0]


@compiles
@pytest.mark.filterwarnings("ignore:compiled code")
def test_a_folder_where_a_file_should_be_is_no_crash(folder):
    """Nor a file where the folder should be, which stands for a place that may not be written."""
    start_anew()
    path, = files_in(folder, ".nbi")
    path.unlink()
    path.mkdir()
    with pytest.warns(jit.CacheWarning, match="cannot be kept"):
        assert start_anew() == 1
    shutil.rmtree(folder)
    folder.write_text("")
    jit.SAID.clear()
    with pytest.warns(jit.CacheWarning, match="cannot be kept"):
        assert start_anew() == 1


@compiles
def test_numba_that_has_changed_inside_keeps_its_own_cache(folder, monkeypatch):
    """Where our checks find nothing to hold on to, kernels are cached as Numba does it."""
    monkeypatch.setattr(jit, "CheckedCache", object)
    assert [start_anew(), start_anew()] == [1, 0]
    assert len(files_in(folder)) == 2


@compiles
def test_a_kernel_that_was_typed_in_is_compiled_and_not_kept(folder):
    """In a notebook there is no file whose changes could be noticed."""
    names = {}
    exec("def one_more(x):\n    return x + 1", names)
    assert jit.kernel(names["one_more"])(1) == 2 and files_in(folder) == []


# The registry


@compiles
def test_every_kernel_is_registered_in_order(folder):
    """KERNELS holds what ``kernel`` makes; helpers are part of kernels, they are not in it."""
    first, second = jit.kernel(twice_the_sum), jit.kernel(twice_the_sum)
    jit.helper(twice_the_sum)
    assert jit.KERNELS == [first, second] and all(inspect.isfunction(made.py_func) for made in jit.KERNELS)
