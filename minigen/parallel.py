"""Two cores, plain threads: work is shared out in Python, each share runs in one thread.

NumPy's products and compiled kernels release the GIL, so threads run them side by side. BLAS itself is held
to one thread meanwhile: its own threads wait for each other by spinning after every small product, which costs
a third on idle cores and ten times as much when another program wants one of them.
"""

import os
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial

_ALONE = ContextVar("alone", default=False)      # set by one_core


def cores():
    """How many cores this process may use; 1 inside ``one_core``."""
    if _ALONE.get():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=1)
def _pool():
    return ThreadPoolExecutor(max(1, cores() - 1), thread_name_prefix="minigen")       # the caller works too


def side_by_side(tasks):
    """Call all tasks (functions without arguments); their results, in order. Tasks must not call this again.

    The caller takes the first, and then whatever nobody has begun, the last first.
    """
    if len(tasks) == 1 or cores() == 1:
        return [task() for task in tasks]
    started = [_pool().submit(task) for task in tasks[1:]]
    try:
        results = {0: tasks[0]()}
        for i in range(len(tasks) - 1, 0, -1):
            if started[i - 1].cancel():
                results[i] = tasks[i]()
        return [results[i] if i in results else started[i - 1].result() for i in range(len(tasks))]
    finally:                                       # Ctrl-C or an error: nothing goes on behind the caller's back
        for task in started:
            task.cancel()
        wait(started)


def in_balance(weighted):
    """Call all tasks of ``weighted``, pairs (size, task), in one list for each core, so that the sizes add up alike."""
    lists = [[0, []] for _ in range(max(1, min(cores(), len(weighted))))]
    for size, task in sorted(weighted, key=lambda pair: -pair[0]):             # the largest first, each to the shortest list
        shortest = min(lists, key=lambda pair: pair[0])
        shortest[0] += size
        shortest[1].append(task)
    side_by_side([lambda tasks=tasks: [task() for task in tasks] for _, tasks in lists])


def in_shares(work, n, at_least=1):
    """Call ``work(first, last)`` on shares of ``range(n)``, of ``at_least`` each where there are so many.

    A few shares for each core: a core that another program wants takes fewer of them, and nobody waits for it.
    """
    shares = max(1, min(4 * cores(), n // at_least, n))
    if shares < 2 * cores():                       # too few to share unevenly
        shares = max(1, min(cores(), n))
    edges = [n * i // shares for i in range(shares + 1)]
    side_by_side([lambda first=first, last=last: work(first, last) for first, last in zip(edges, edges[1:])])


@contextmanager
def one_blas_thread():
    """Hold BLAS to one thread while work is shared out."""
    from threadpoolctl import threadpool_limits
    with threadpool_limits(1, user_api="blas"):
        yield


@contextmanager
def one_core():
    """Run in the calling thread whatever would be shared out: what would one core alone need?"""
    with one_blas_thread(), _alone():
        yield


@contextmanager
def _alone():
    before = _ALONE.set(True)
    try:
        yield
    finally:
        _ALONE.reset(before)


def each_on_one_core(tasks):
    """``side_by_side`` for tasks that may share out their own work: inside of each there is one core."""
    def work(task):
        with _alone():
            return task()
    with one_blas_thread():                        # once, around all: each for itself, the first to end would let BLAS loose among the others
        return side_by_side([partial(work, task) for task in tasks])
