"""How work is shared out."""

import threading

import pytest

from minigen import parallel


@pytest.fixture(params=[1, 2, 5])
def cores(request, monkeypatch):
    """The same on one core and on many."""
    monkeypatch.setattr(parallel, "cores", lambda: request.param)


def test_every_row_is_worked_on_once(cores):
    """in_shares hands out each row of any number of rows exactly once."""
    for n in range(0, 9):
        done = []
        parallel.in_shares(lambda first, last: done.extend(range(first, last)), n)
        assert sorted(done) == list(range(n))


def test_an_error_in_a_thread_is_not_lost(cores):
    """What goes wrong in a share of the work reaches the caller."""
    def work(first, last):
        raise ZeroDivisionError
    for n in (1, 5):
        try:
            parallel.in_shares(work, n)
        except ZeroDivisionError:
            continue
        raise AssertionError("the error was swallowed")


def test_results_come_in_order(cores):
    """side_by_side gives the results in the order of the tasks, however they finish."""
    assert parallel.side_by_side([lambda i=i: i * i for i in range(20)]) == [i * i for i in range(20)]


def test_a_balance_calls_every_task_once_the_largest_first(cores):
    """in_balance: however sizes are spread, each task runs once, and no core has more than its fair share and one task."""
    for sizes in ([], [5], [1, 1, 1], [8, 1, 1, 1, 1, 1, 1, 1], [3, 3, 2, 2, 2]):
        done = []
        parallel.in_balance([(size, lambda i=i: done.append(i)) for i, size in enumerate(sizes)])
        assert sorted(done) == list(range(len(sizes)))


def test_one_core_works_in_the_calling_thread(monkeypatch):
    """Inside ``one_core`` there is one core and nobody else works; afterwards, and after an error too, it is as before."""
    monkeypatch.setattr(parallel.os, "sched_getaffinity", lambda pid: {0, 1, 2}, raising=False)
    workers = []

    def work(first, last):
        workers.append(threading.current_thread())
    with parallel.one_core():
        assert parallel.cores() == 1
        parallel.in_shares(work, 20)
    assert set(workers) == {threading.current_thread()} and parallel.cores() == 3
    with pytest.raises(ZeroDivisionError), parallel.one_core():
        raise ZeroDivisionError
    both = threading.Barrier(2)                    # nobody passes alone
    assert parallel.cores() == 3
    parallel.side_by_side([lambda: (both.wait(timeout=60), work(0, 1))] * 4)
    assert len(set(workers)) > 1


def test_each_on_one_core_lets_tasks_share_out_their_own_work():
    """Inside of each there is one core, whoever runs it: nobody waits for a pool in which all wait."""
    def task(i):
        return parallel.cores(), parallel.side_by_side([lambda j=j: 10 * i + j for j in range(4)])
    assert parallel.each_on_one_core([lambda i=i: task(i) for i in range(12)]) == [(1, [10 * i + j for j in range(4)]) for i in range(12)]
    assert parallel.cores() >= 1
