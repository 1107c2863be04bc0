"""What this machine can do at best, measured in the same run as what is held against it.

One sample at a time is bound by reading the weights once a token, a batch by the matrix product. Both limits are
contestants like the others: the clock measures them in turn with the rest, so that noise hits all alike.
"""

from contextlib import contextmanager

import numpy as np

from minigen.bench.clock import Contestant, interleaved
from minigen.models.packed import aligned
from minigen.parallel import cores, one_core

SIDE = 1024                  # of the matrices whose product is measured: large enough for all of BLAS's speed
SHOWN = {"512 KiB": 2 ** 19, "3 MiB": 3 * 2 ** 20, "128 MiB": 2 ** 27}         # buffers whose reading describes a machine


@contextmanager
def blas_threads(number):
    """Let NumPy's matrix products use so many threads."""
    from threadpoolctl import threadpool_limits
    with threadpool_limits(number, user_api="blas"):
        yield


def reading(n_bytes, times=1):
    """Read ``n_bytes`` of float32 from end to end, ``times`` over, in one thread of compiled code."""
    from minigen.bench.limits_numba import total
    numbers = aligned(np.ones(n_bytes // 4, np.float32))
    return Contestant(lambda: total(numbers, times), 1, one_core, warm=lambda: total(numbers, 1),
                      note=f"reads {n_bytes:,} bytes {times:,} times")


def multiplying(multiplications, threads=1, side=SIDE):
    """As many multiplications and additions inside matrix products of ``side`` by ``side``, which BLAS does."""
    a, b = np.random.default_rng(0).standard_normal((2, side, side), np.float32)
    product, times = np.empty_like(a), max(1, min(8, multiplications // side ** 3))
    return Contestant(lambda: [np.matmul(a, b, out=product) for _ in range(times)], threads, lambda: blas_threads(threads),
                      share=times * side ** 3 / multiplications,
                      note=f"multiplies {multiplications:,} times, in matrix products")


def speeds(rounds=3, shown=SHOWN, side=SIDE):
    """What describes a machine: GB/s of reading with one thread, GFLOP/s of matrix products with one and all.

    Returns
    -------
    dict
        ``read_gb_per_s``: buffer -> figure, ``product_gflop_per_s``: threads -> figure.
    """
    times = {name: max(1, 2 ** 24 // size) for name, size in shown.items()}
    readers = {name: reading(size, times[name]) for name, size in shown.items()}
    products = {str(threads): multiplying(side ** 3, threads, side) for threads in sorted({1, cores()})}
    took = interleaved(readers | products, rounds)
    best = {name: min(seconds) for name, seconds in took.items()}              # noise only ever slows down
    return {"read_gb_per_s": {name: round(times[name] * size / best[name] / 1e9, 1) for name, size in shown.items()},
            "product_gflop_per_s": {name: round(2 * side ** 3 / best[name] / 1e9, 1) for name in products}}
