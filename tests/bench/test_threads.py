"""One thread, all threads, all threads beside a busy core: three cases of the same work."""

import subprocess

import pytest

from minigen.bench import threads
from minigen.bench.works import TINY, WORKS, Contestant, Work
from minigen.parallel import cores


def test_a_core_is_kept_busy_and_let_go(monkeypatch):
    """While the context lasts a process runs; afterwards, and after an error too, it is gone."""
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *args, **settings):
            super().__init__(*args, **settings)
            started.append(self)
    monkeypatch.setattr(threads.subprocess, "Popen", Noted)
    with threads.busy_core():
        assert started[0].poll() is None
    with pytest.raises(ZeroDivisionError):
        with threads.busy_core():
            raise ZeroDivisionError
    assert len(started) == 2 and all(each.poll() is not None for each in started)


def test_three_cases(monkeypatch):
    """Cores that the work sees in each case; a ratio above 1 says that all threads are ahead of one."""
    seen = []
    monkeypatch.setitem(WORKS, "w", lambda sizes: Work("steps", 1, {"minigen": Contestant(lambda: seen.append(cores()), cores())}))
    found = threads.threads(TINY, ["w"])
    assert [(line["threads"], line["beside"]) for line in found["lines"]] == [
        (1, "nothing"), (cores(), "nothing"), (cores(), "a busy core")]
    assert seen[:3] == [1, cores(), cores()]                                   # the warm-up, one of each
    assert [each["beside"] for each in found["ratios"]] == ["nothing", "a busy core"]
    assert all(each["ratio"] > 0 for each in found["ratios"]) and "pool" in found["layer"]


def test_the_works_are_those_of_many_threads():
    """Only what minigen shares out among threads is looked at."""
    assert all(name in WORKS for name in threads.SHARED)
