"""The one place that sets Numba's flags, and where machine code is kept.

Numba is loaded by the first ``*_numba`` module that is imported, never by ``import minigen``.

Machine code is kept on disk, in a folder that changes with the source, beside the package or, where that may not be
written, in the user's own folder; where nothing may be written, kernels are compiled at every start. A file that is
broken, or a full disk, costs the seconds of compiling and a ``CacheWarning``, nothing else.
"""

import hashlib
import io
import os
import re
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

from numba import config, njit

try:
    from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile
except ImportError:                                # inside Numba things may move: then its own cache, without our checks
    CompileResultCacheImpl = FunctionCache = IndexDataCacheFile = object

# Sums may be reordered and multiply-adds fused, which lets LLVM use vectors (about six times
# faster); "no NaN" and "no infinity" are left out, because a masked score is -inf.
FAST = {"reassoc", "contract", "nsz", "arcp"}

# Division by zero gives inf or nan, as in NumPy: looking for it would keep LLVM from using vectors.
FLAGS = {"nogil": True, "error_model": "numpy"}

KERNELS = []         # what ``kernel`` has made in this process, in order; empty with NUMBA_DISABLE_JIT=1

SAID = set()         # warnings that were given

PACKAGE = Path(__file__).resolve().parent
IMPORT = re.compile(r"^\s*(?:from|import) +(minigen[\w.]*)(?: +import +(\([^)]*\)|.*))?", re.MULTILINE)


class CacheWarning(UserWarning):
    """Compiled code could not be kept, or was broken: seconds are lost, nothing else."""


def sources():
    """The files that kernels are made of: ``*_numba.py``, this one, and all that they import of the package.

    Numba notices a change in a kernel's own file only. A kernel whose helper or constant in another file has changed
    would run on as it was. (Following the imports costs 1 ms more than reading ``*_numba.py`` alone; taking every file
    of the package would be as quick, but then an edit anywhere in it costs half a minute of compiling.)
    """
    to_read, read = [*PACKAGE.rglob("*_numba.py"), Path(__file__).resolve()], {}
    while to_read:
        path = to_read.pop()
        if path not in read and path.is_file():
            read[path] = path.read_bytes()
            for module, names in IMPORT.findall(read[path].decode("utf-8", "replace")):
                stem = PACKAGE.joinpath(*module.split(".")[1:])
                to_read += [stem.with_suffix(".py"), *(stem / f"{name}.py" for name in re.findall(r"\w+", names))]
    return read


def cache_folders():
    """Where machine code is kept, and where it may be read besides; None where there is no such folder."""
    read, own = sources(), hashlib.sha256(str(PACKAGE).encode()).hexdigest()[:6]       # two installations, two folders
    mark = hashlib.sha256(b"".join(read[path] for path in sorted(read))).hexdigest()[:12]
    if config.CACHE_DIR:                           # NUMBA_CACHE_DIR, where the user has set it
        first = Path(config.CACHE_DIR).absolute(), f"minigen-{own}-"
    else:
        first = PACKAGE / "__pycache__", "kernels-"
    if folder := _made(*first, mark):
        return folder, None
    try:                                           # a folder of the user's own: who can write code into it can run code
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = _made(caches / "minigen", f"kernels-{own}-", mark)
    except RuntimeError:                           # a user without a home
        pass
    # An installation for many: whoever may write there has perhaps compiled for all (minigen doctor --warm).
    shared = str(PACKAGE / "__pycache__" / f"kernels-{mark}")
    if os.path.isdir(shared):
        return (folder, shared) if folder else (shared, None)
    if folder:
        return folder, None
    warnings.warn("compiled code cannot be kept: no folder for it can be written, so every start compiles anew. "
                  "Set NUMBA_CACHE_DIR to a folder of your own.", CacheWarning)
    return None, None


def _made(parent, name, mark):
    """The folder ``name + mark``, or None if it cannot be written. When it is made, those of older sources go."""
    folder = parent / (name + mark)
    try:
        older = [] if folder.exists() else list(parent.glob(name + 12 * "[0-9a-f]"))
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    for old in older:
        shutil.rmtree(old, ignore_errors=True)     # a process that still uses it compiles what it has not read yet
    return str(folder)


CACHE_FOLDER, SHARED_FOLDER = (None, None) if config.DISABLE_JIT else cache_folders()


class CheckedFiles(IndexDataCacheFile):
    """Numba's files of one kernel, each with a checksum at its end: broken machine code must never be run.

    (What stands behind a pickle is no concern of pickle's.)
    """

    @contextmanager
    def _open_for_write(self, filepath):
        with super()._open_for_write(filepath) as file, io.BytesIO() as whole:
            yield whole
            file.write(whole.getvalue() + hashlib.sha256(whole.getvalue()).digest())

    def _load_index(self):
        return super()._load_index() if _is_whole(self._index_path) else {}

    def _load_data(self, name):
        if not _is_whole(self._data_path(name)):
            raise FileNotFoundError(name)          # which means: not kept
        return super()._load_data(name)

    def save(self, key, data):
        """Keep the key with the data: two processes may give two signatures the same file."""
        super().save(key, (key, data))

    def load(self, key):
        """What was kept under the key, None without it."""
        found, data = super().load(key) or (None, None)
        return data if found == key else None


class _Place:
    """Where a kernel is kept: in ``CACHE_FOLDER``, even if that may only be read (Numba's own would look for another place)."""

    def __init__(self, function, file):
        file = Path(file).resolve()
        self.folder = os.path.join(CACHE_FOLDER, f"{file.parent.name}_{hashlib.sha256(str(file.parent).encode()).hexdigest()[:12]}")
        # The folder stands for the package; a kernel of somebody's own, in another file, changes with that file too.
        self.stamp = hashlib.sha256(file.read_bytes()).hexdigest() + CACHE_FOLDER[-12:]
        self.line = str(function.__code__.co_firstlineno)

    @classmethod
    def from_function(cls, py_func, py_file):
        return cls(py_func, py_file)

    def get_cache_path(self):
        return self.folder

    def ensure_cache_path(self):
        os.makedirs(self.folder, exist_ok=True)

    def get_source_stamp(self):
        return self.stamp

    def get_disambiguator(self):
        return self.line


class _Kept(CompileResultCacheImpl):
    _locator_classes = [_Place]


class CheckedCache(FunctionCache):
    """Numba's cache of one kernel. Whatever is wrong with it, the kernel is compiled."""

    _impl_class = _Kept

    def __init__(self, function):
        super().__init__(function)
        name, stamp = self._impl.filename_base, self._impl.locator.get_source_stamp()
        self._cache_file = CheckedFiles(self._cache_path, name, stamp)
        shared = Path(SHARED_FOLDER or "", Path(self._cache_path).name)
        self.shared = SHARED_FOLDER and CheckedFiles(str(shared), name, stamp)

    def _load_overload(self, sig, target_context):
        found = super()._load_overload(sig, target_context)
        if found is None and self.shared:
            data = self.shared.load(self._index_key(sig, target_context.codegen()))
            found = data and self._impl.rebuild(target_context, data)
        return found

    def load_overload(self, sig, target_context):
        """The kernel for one signature from disk, or None."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:                          # what pickle and LLVM may raise is not to be listed
            _warn_of_broken(self._cache_path)
            return None

    def save_overload(self, sig, data):
        """Keep the kernel for one signature, if that can be done."""
        try:
            super().save_overload(sig, data)
        except FileNotFoundError:                  # a process with newer sources has just removed the folder
            pass
        except Exception as error:                 # a full disk, a quota, somebody else's file
            _warn_of_lost(error)


def _is_whole(path):
    """Whether a file ends in the checksum of what stands before it; one that does not is reported."""
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        return False
    except OSError:
        content = b""
    whole = hashlib.sha256(content[:-32]).digest() == content[-32:]
    if not whole:
        _warn_of_broken(Path(path).parent)
    return whole


def _warn_of_broken(folder):
    _say_once(f"compiled code in {Path(folder).parent} is broken and is compiled again: some seconds, once.")


def _warn_of_lost(error):
    reason = getattr(error, "strerror", None) or type(error).__name__
    _say_once(f"compiled code cannot be kept in {CACHE_FOLDER} ({reason}): the next start compiles it again.")


def _say_once(text):
    # By ourselves: whenever somebody touches the filters of warnings, Python forgets what it has shown.
    if text not in SAID:
        SAID.add(text)
        warnings.warn(text, CacheWarning)


def kernel(function):
    """Compile for nopython mode, keep the machine code on disk, release the GIL."""
    compiled = njit(**FLAGS, fastmath=FAST)(function)
    if config.DISABLE_JIT:                         # then it is the function itself
        return compiled
    KERNELS.append(compiled)
    try:
        if CACHE_FOLDER:
            compiled._cache = CheckedCache(function)
    except OSError:                                # typed in, not from a file
        pass
    except (AttributeError, TypeError):            # inside Numba things have moved: its own cache, without our checks
        kept, config.CACHE_DIR = config.CACHE_DIR, CACHE_FOLDER    # read when a cache is made, and only then
        try:
            compiled.enable_caching()
        finally:
            config.CACHE_DIR = kept
    return compiled


def helper(function):
    """A small function for kernels, of this or another file: compiled into them, cached with them."""
    return njit(**FLAGS, fastmath=FAST)(function)


def helper_without_nan(function):
    """The same for a helper that is never given a NaN: only then may LLVM take the largest of many numbers at a time."""
    return njit(**FLAGS, fastmath=FAST | {"nnan"})(function)
