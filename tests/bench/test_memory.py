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
    """The last two words: kernels that it compiled, and its peak, of which "None" is None."""
    for said, expected in (("print('and besides', 0, 12_345_678)", 12.3), ("print(0, None)", None)):
        monkeypatch.setattr(memory, "CHILD", said)
        told = []
        assert memory.memory(told.append) == dict.fromkeys(memory.WORKS, expected) and len(told) == len(memory.WORKS)


def test_who_had_to_compile_is_asked_again(monkeypatch):
    """Compiling takes memory of its own: the second process finds the kernels."""
    answers = iter([("3", "900000000"), ("0", "200000000"), ("0", "100000000")])
    monkeypatch.setattr(memory, "_child", lambda name: next(answers))
    assert list(memory.memory().values()) == [200.0, 100.0]


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
