"""Peaks of memory: of a process of its own, in bytes, or nothing where the system does not say."""

import sys

import numpy as np
import pytest

from minigen.bench import memory
from minigen.bench.works import TINY
from minigen.errors import UserError


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not say")
def test_the_peak_grows_with_what_is_held():
    """A hundred megabytes that are written to are seen, and stay seen when they are gone."""
    before = memory.own_peak()
    size = before + 100_000_000
    held = np.ones(size, np.uint8)
    del held
    assert memory.own_peak() > size


def test_what_a_process_says_is_in_megabytes(monkeypatch):
    """The last line of the second process; "None" is None."""
    for said, expected in (("print('warming'); print(12_345_678)", 12.3), ("print(None)", None)):
        monkeypatch.setattr(memory, "CHILD", said)
        told = []
        assert memory.memory(told.append) == dict.fromkeys(memory.WORKS, expected) and len(told) == len(memory.WORKS)


def test_a_process_that_fails_is_one_clear_line(monkeypatch):
    """What it said last is in the error."""
    monkeypatch.setattr(memory, "CHILD", "raise RuntimeError('out of memory')")
    with pytest.raises(UserError, match="out of memory"):
        memory.memory()


def test_the_works_work():
    """What the processes do, with small networks."""
    memory.sampling(TINY)
    memory.training(TINY, steps=2)


def test_a_process_of_its_own(monkeypatch):
    """The real child, with no work to do: its own peak, some megabytes and less than a gigabyte."""
    monkeypatch.setattr(memory, "CHILD", memory.CHILD.replace("memory.WORKS[sys.argv[1]]()", "None"))
    monkeypatch.setattr(memory, "WORKS", {"nothing": None})
    peak = memory.memory()["nothing"]
    assert peak is None or 5 < peak < 1000
