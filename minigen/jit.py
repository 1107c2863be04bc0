"""The one place that sets Numba's flags.

Numba is loaded by the first ``*_numba`` module that is imported, never by ``import minigen``.
"""

import hashlib
import tempfile
from pathlib import Path

from numba import config, njit

# Sums may be reordered and multiply-adds fused, which lets LLVM use vectors (about six times
# faster); "no NaN" and "no infinity" are left out, because a masked score is -inf.
FAST = {"reassoc", "contract", "nsz", "arcp"}


def cache_folder():
    """Where machine code is kept: a folder whose name changes with any kernel's source.

    Numba notices a change in a kernel's own file only; a kernel whose helper in another file has changed
    would run on as it was.
    """
    package = Path(__file__).parent
    sources = sorted(package.rglob("*_numba.py")) + [Path(__file__)]
    mark = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    if config.CACHE_DIR:                           # NUMBA_CACHE_DIR, where the user has set it
        return Path(config.CACHE_DIR) / f"minigen-{mark}"
    try:
        folder = package / "__pycache__" / f"kernels-{mark}"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:                                # installed where this user may not write
        # In the user's own folder: a cache is code, and a shared temporary folder is open to others.
        return Path.home() / ".cache" / "minigen" / f"kernels-{mark}"


CACHE_FOLDER = str(cache_folder())


def kernel(function):
    """Compile for nopython mode, keep the machine code on disk, release the GIL."""
    kept, config.CACHE_DIR = config.CACHE_DIR, CACHE_FOLDER        # read by njit when it is called, and only then
    try:
        return njit(cache=True, nogil=True, fastmath=FAST)(function)
    finally:
        config.CACHE_DIR = kept


def helper(function):
    """A small function for kernels, of this or another file: compiled into them, cached with them."""
    return njit(nogil=True, fastmath=FAST)(function)


def helper_without_nan(function):
    """The same for a helper that is never given a NaN: only then may LLVM take the largest of many numbers at a time."""
    return njit(nogil=True, fastmath=FAST | {"nnan"})(function)
