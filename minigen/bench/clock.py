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

LEAST = 0.005               # seconds: a shorter call is repeated until a measurement takes so long
BREATH = 0.02               # seconds off the clock in which the threads of the one before stop spinning


@dataclass(frozen=True)
class Contestant:
    """One who does a piece of work: what is called, and what holds meanwhile."""

    run: Callable[[], Any]
    threads: int = 1
    within: Callable = nullcontext                # () -> context manager, entered and left off the clock
    warm: Callable[[], Any] | None = None         # a first call, off the clock; without it ``run``
    share: float = 1.0                            # of the work that ``run`` does: its seconds are divided by this
    note: str = ""                                # what a reader has to know


def breathe():
    """Wait a moment."""
    time.sleep(BREATH)


def interleaved(contestants, rounds=5, patience=2.0, now=time.perf_counter, rest=breathe):
    """Measure each in turn, round after round.

    Parameters
    ----------
    contestants : dict of name -> Contestant
    patience : float
        Seconds of measuring after which a contestant sits out the later rounds. Whose first call (after the warm-up)
        takes longer is not called again: that call is its only measurement.
    now, rest : callable
        The clock, and what is done before each measurement.

    Returns
    -------
    dict of name -> list of float
        Seconds of the whole work, one number for each round.
    """
    took = {name: [] for name in contestants}
    with garbage_kept():
        for each in contestants.values():
            with each.within():
                (each.warm or each.run)()
        first = {name: _measured(each, 1, now, rest) for name, each in contestants.items()}
        for name, seconds in first.items():
            if seconds > patience:
                took[name].append(seconds / contestants[name].share)
        spent = {name: seconds if seconds > patience else 0.0 for name, seconds in first.items()}
        for _ in range(rounds):
            for name, each in contestants.items():
                if spent[name] < patience:
                    calls = math.ceil(LEAST / max(first[name], LEAST / 1000))
                    seconds = _measured(each, calls, now, rest)
                    spent[name] += calls * seconds
                    took[name].append(seconds / each.share)
            gc.collect(0)
    return took


def _measured(contestant, calls, now, rest):
    """Seconds of one call, from several."""
    with contestant.within():
        rest()
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
