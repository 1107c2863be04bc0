"""The clock: who is measured when, how often, and what is off the clock. Time itself is made up."""

import gc
from contextlib import contextmanager

import numpy as np
import pytest

from minigen.bench import clock
from minigen.bench.clock import Contestant


class Time:
    """A clock that moves when somebody works, and a diary of who did."""

    def __init__(self):
        self.seconds, self.diary = 0.0, []

    def now(self):
        return self.seconds

    def work(self, name, seconds):
        """A function that takes its time; each call may take another of the ``seconds``."""
        each = iter(np.atleast_1d(seconds).tolist()) if np.size(seconds) > 1 else None

        def run():
            self.diary.append(name)
            self.seconds += next(each) if each else seconds
        return run

    def interleaved(self, contestants, **settings):
        return clock.interleaved(contestants, now=self.now, rest=lambda: None, **settings)


@pytest.fixture
def time():
    return Time()


def test_each_is_measured_in_turn(time):
    """A, B, C, A, B, C: one warm-up, then the rounds."""
    took = time.interleaved({name: Contestant(time.work(name, seconds)) for name, seconds in zip("ABC", (0.1, 0.2, 0.3))}, rounds=3)
    assert "".join(time.diary) == 4 * "ABC"
    for name, seconds in zip("ABC", (0.1, 0.2, 0.3)):
        np.testing.assert_allclose(took[name], 3 * [seconds])


def test_a_warm_up_of_its_own_is_off_the_clock(time):
    """``warm`` is called instead of the work, once."""
    took = time.interleaved({"A": Contestant(time.work("a", 1.0), warm=time.work("warm", 100.0))}, rounds=2, patience=10)
    assert time.diary == ["warm", "a", "a"]
    np.testing.assert_allclose(took["A"], [1.0, 1.0])


def test_what_takes_long_is_done_once(time):
    """Beyond the patience there is one call after the warm-up, and the others go on without."""
    took = time.interleaved({"slow": Contestant(time.work("s", 7.0), warm=time.work("w", 0.1)),
                             "quick": Contestant(time.work("q", 0.5))}, rounds=3, patience=5.0)
    assert "".join(time.diary) == "wq" + "sq" + "qq"
    assert took == {"slow": [7.0], "quick": pytest.approx(3 * [0.5])}


def test_who_has_used_up_the_patience_sits_out(time):
    """Two seconds a call and a patience of three: two rounds of five."""
    took = time.interleaved({"A": Contestant(time.work("a", 2.0))}, rounds=5, patience=3.0)
    assert took["A"] == [2.0, 2.0]


def test_a_short_call_is_rehearsed(time):
    """Its first says how long it takes; then, before each measurement of several calls, there is one off the clock."""
    took = time.interleaved({"A": Contestant(time.work("a", [9, 0.05, 0.5, 0.05, 0.05, 0.5, 0.05, 0.05])),
                             "B": Contestant(time.work("B", 0.7))}, rounds=2)
    assert "".join(time.diary) == "aBaB" + "aaaB" + "aaa"
    np.testing.assert_allclose(took["A"], [0.05, 0.05])


def test_a_very_short_call_is_repeated(time):
    """A measurement takes ``LEAST`` seconds or more; the figure is of one call."""
    took = time.interleaved({"A": Contestant(time.work("a", clock.LEAST / 9.5))}, rounds=2)
    assert len(time.diary) == 2 + 2 * (3 + 10)
    np.testing.assert_allclose(took["A"], clock.LEAST / 9.5)


def test_a_share_stands_for_the_whole(time):
    """Two of sixteen streams: eight times as long. Four steps of one: a quarter."""
    took = time.interleaved({"part": Contestant(time.work("p", 3.0), share=2 / 16),
                             "four": Contestant(time.work("f", 3.0), share=4)}, rounds=1, patience=10.0)
    assert took == {"part": [24.0], "four": [0.75]}


def test_what_holds_meanwhile_is_off_the_clock(time):
    """The context is entered and left around each measurement, and its time does not count."""
    @contextmanager
    def within():
        time.diary.append("(")
        time.seconds += 50.0
        yield
        time.seconds += 50.0
        time.diary.append(")")
    took = time.interleaved({"A": Contestant(time.work("a", 1.0), within=within)}, rounds=1, patience=5.0)
    assert "".join(time.diary) == "(a)(a)" and took["A"] == [1.0]


@pytest.mark.parametrize("spinning, waited", [(0.0, 0.01), (0.1, 0.11), (9.0, 0.3)])
def test_breathing_out(spinning, waited, monkeypatch):
    """It waits while other threads use the processor, for as long as it is patient; time moves by 1 ms a look."""
    class Fake:
        now = 0.0

        def perf_counter(self):
            self.now += 0.001
            return self.now

        def thread_time(self):
            return self.now

        def process_time(self):                     # one more thread that spins for a while
            return self.now + min(self.now, spinning)
    fake = Fake()
    monkeypatch.setattr(clock, "time", fake)
    clock.breathe()
    assert fake.now == pytest.approx(waited, abs=0.015)


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_waits(enabled, time):
    """No collection on the clock; afterwards it is as it was, after an error too."""
    seen, was = [], gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        time.interleaved({"A": Contestant(lambda: seen.append(gc.isenabled()))}, rounds=1)
        assert gc.isenabled() == enabled and not any(seen)
        with pytest.raises(ZeroDivisionError):
            time.interleaved({"A": Contestant(lambda: 1 / 0)})
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if was else gc.disable)()


def test_spread_is_the_middle_half():
    """Half of the rounds lie between the quartiles; one round has no spread."""
    assert clock.spread([1.0, 2.0, 3.0, 4.0, 100.0]) == pytest.approx((4 - 2) / 3)
    assert clock.spread([5.0]) == 0


def test_ratio_is_taken_within_rounds():
    """A slow second round slows both: the ratio does not see it. Of unequally many rounds the medians are compared."""
    assert clock.ratio([1.0, 10.0, 1.0, 1.0], [2.0, 20.0, 2.2, 1.8]) == pytest.approx(2.0)
    assert clock.ratio([1.0, 3.0, 2.0], [8.0]) == pytest.approx(4.0)
