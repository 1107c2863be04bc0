"""What a machine can do: the right amount of work is counted, and the threads are those that are said."""

import numpy as np
import pytest

from minigen.bench import limits
from minigen.bench.clock import interleaved
from minigen.bench.limits_numba import total
from minigen.models.packed import aligned


@pytest.mark.parametrize("n", [1, 5, 64, 1000])
def test_everything_is_read(n, rng):
    """The kernel adds up all numbers, each time: S, then S - S, then S - 0."""
    numbers = aligned(rng.integers(0, 10, n))                                  # whole numbers: sums are exact
    for times, expected in ((1, numbers.sum()), (2, 0.0), (3, numbers.sum())):
        assert total(numbers, times) == expected


def test_reading_reads_so_many_bytes(monkeypatch):
    """Bytes and times, as asked for; one thread."""
    seen = []
    monkeypatch.setattr("minigen.bench.limits_numba.total", lambda numbers, times: seen.append((numbers.nbytes, times)))
    contestant = limits.reading(4096, 7)
    contestant.run()
    assert seen == [(4096, 7)] and contestant.threads == 1


@pytest.mark.parametrize("multiplications", [100, 16 ** 3, 40 * 16 ** 3])
def test_products_are_scaled_to_the_work(multiplications, monkeypatch):
    """``share`` is what the products that are taken multiply, divided by what the work multiplies."""
    products, matmul = [], np.matmul
    monkeypatch.setattr(np, "matmul", lambda a, b, out: products.append((*a.shape, b.shape[1])) or matmul(a, b, out=out))
    contestant = limits.multiplying(multiplications, side=16)
    contestant.run()
    assert sum(map(np.prod, products)) == pytest.approx(contestant.share * multiplications)
    assert 1 <= len(products) <= 8


@pytest.mark.parametrize("threads", [1, 2])
def test_products_take_so_many_threads(threads):
    """Inside the contestant's context BLAS has the threads that its line will show; afterwards it has its own again."""
    threadpoolctl = pytest.importorskip("threadpoolctl")

    def numbers():
        return [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    before, contestant = numbers(), limits.multiplying(10, threads, side=16)
    with contestant.within():
        assert numbers() and max(numbers()) <= threads == contestant.threads
    assert numbers() == before


def test_a_machine_has_speeds():
    """Figures above zero for each buffer, and for one thread and all."""
    speeds = limits.speeds(rounds=1, shown={"4 KiB": 4096, "64 KiB": 65536}, side=128)
    assert list(speeds["read_gb_per_s"]) == ["4 KiB", "64 KiB"] and "1" in speeds["product_gflop_per_s"]
    assert all(figure > 0 for part in speeds.values() for figure in part.values())


def test_limits_are_contestants():
    """The clock measures them with the others."""
    took = interleaved({"read": limits.reading(4096), "multiply": limits.multiplying(10 ** 6, side=64)}, rounds=2)
    assert all(len(seconds) == 2 and min(seconds) > 0 for seconds in took.values())
