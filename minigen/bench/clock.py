"""Seconds that can be compared: all who do the same work are measured in turn, round after round.

A machine is slower at times: another program runs, the processor gets hot. Measured A A A B B B, one of two may meet
all of that; measured A B C, A B C, ... it hits all alike, and the ratio within a round is worth more than the seconds.
"""

import gc
import math
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np

# Seconds: a shorter call is repeated until a measurement takes so long, and is made once or more off the clock before it,
# because a core that has had nothing to do is slow for a while, and a cache holds what the one before has read.
LEAST = 0.06
BREATH = 0.01               # seconds, see breathe


@dataclass(frozen=True)
class Contestant:
    """One who does a piece of work: what is called, and what holds meanwhile."""

    run: Callable[[], Any]
    threads: int = 1
    within: Callable = nullcontext                # () -> context manager, entered and left off the clock
    warm: Callable[[], Any] | None = None         # a first call, off the clock; without it ``run``
    share: float = 1.0                            # of the work that ``run`` does: its seconds are divided by this
    note: str = ""                                # what a reader has to know


def breathe(longest=0.3):
    """Wait, awake, until the other threads of this process are at rest.

    OpenBLAS's spin for a tenth of a second after a product, in case there is another: whoever is measured next would have
    one core less. Awake, because a core that has slept is up to a third slower for a while.
    """
    end, quiet = time.perf_counter() + longest, False
    while not quiet and time.perf_counter() < end:
        others, breath = time.process_time() - time.thread_time(), time.perf_counter() + BREATH
        while time.perf_counter() < breath:
            pass
        quiet = time.process_time() - time.thread_time() - others < BREATH / 5


def interleaved(contestants, rounds=5, patience=2.0, now=time.perf_counter, rest=breathe):
    """Measure each in turn, round after round.

    Parameters
    ----------
    contestants : dict of name -> Contestant
    patience : float
        Seconds of measuring after which a contestant sits out the later rounds. Each has one round at least.
    now, rest : callable
        The clock, and what is done before each measurement.

    Returns
    -------
    dict of name -> list of float
        Seconds of the whole work, one number for each round.
    """
    with garbage_kept():
        for each in contestants.values():
            with each.within():
                (each.warm or each.run)()
        first = {name: _measured(each, 1, now, rest) for name, each in contestants.items()}
        calls = {name: math.ceil(LEAST / max(seconds, LEAST / 10_000)) for name, seconds in first.items()}
        # The first of the rounds where it was long enough for one; else it only says how many calls a measurement takes.
        took = {name: [seconds] if seconds >= LEAST else [] for name, seconds in first.items()}
        spent = {name: sum(seconds) for name, seconds in took.items()}
        for _ in range(rounds):
            for name, each in contestants.items():
                if len(took[name]) < rounds and spent[name] < patience:
                    took[name].append(_measured(each, calls[name], now, rest))
                    spent[name] += calls[name] * took[name][-1]
            gc.collect(0)
    return {name: [seconds / contestants[name].share for seconds in each] for name, each in took.items()}


def _measured(contestant, calls, now, rest):
    """Seconds of one call, from several; before several calls there are some off the clock."""
    with contestant.within():
        rest()
        for _ in range((calls + 1) // 3):
            contestant.run()
        start = now()
        for _ in range(calls):
            contestant.run()
        return (now() - start) / calls


@contextmanager
def garbage_kept():
    """No collection of garbage on the clock."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def spread(seconds):
    """The middle half of the rounds lies within this share of the median; 0 where there was one round."""
    low, high = np.percentile(seconds, [25, 75])
    return float((high - low) / np.median(seconds))


def ratio(seconds, others):
    """How many times longer the others take: the median over rounds, which saw the same noise.

    One that was measured in fewer rounds is compared by the medians.
    """
    if len(seconds) == len(others):
        return float(np.median(np.divide(others, seconds)))
    return float(np.median(others) / np.median(seconds))
