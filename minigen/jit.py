"""The one place that sets Numba's flags.

Numba is loaded by the first ``*_numba`` module that is imported, never by ``import minigen``.
"""

import os
from concurrent.futures import ThreadPoolExecutor

from numba import njit

# Sums may be reordered and multiply-adds fused, which lets LLVM use vectors (about six times
# faster); "no NaN" and "no infinity" are left out, because a masked score is -inf.
FAST = {"reassoc", "contract", "nsz", "arcp"}


def kernel(function):
    """Compile for nopython mode, keep the machine code on disk, release the GIL."""
    return njit(cache=True, nogil=True, fastmath=FAST)(function)


def helper(function):
    """A small function that kernels of the same file call: inlined by LLVM, cached with them."""
    return njit(nogil=True, fastmath=FAST)(function)


def in_threads(work, n):
    """Call ``work(first, last)`` on shares of ``range(n)``, one thread per core.

    Kernels release the GIL, so plain threads run them side by side. (``prange`` would do the same,
    but each kernel with it takes seconds longer to compile.)
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    shares = min(cores, n)
    edges = [n * i // shares for i in range(shares + 1)]
    if shares == 1:
        work(0, n)
        return
    with ThreadPoolExecutor(shares) as pool:
        for done in [pool.submit(work, first, last) for first, last in zip(edges, edges[1:])]:
            done.result()
