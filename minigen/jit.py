"""The one place that sets Numba's flags.

Numba is loaded by the first ``*_numba`` module that is imported, never by ``import minigen``.
"""

from numba import njit, prange    # noqa: F401  (prange is re-exported: kernels import it from here)

# Sums may be reordered and multiply-adds fused, which lets LLVM use vectors (about six times
# faster); "no NaN" and "no infinity" are left out, because a masked score is -inf.
FAST = {"reassoc", "contract", "nsz", "arcp"}


def kernel(function):
    """Compile for nopython mode, keep the machine code on disk, release the GIL."""
    return njit(cache=True, nogil=True, fastmath=FAST)(function)


def helper(function):
    """A small function that kernels of the same file call: inlined by LLVM, cached with them."""
    return njit(nogil=True, fastmath=FAST)(function)


def parallel_kernel(function):
    """A kernel whose outermost ``prange`` is shared out among the threads."""
    return njit(cache=True, nogil=True, parallel=True, fastmath=FAST)(function)
