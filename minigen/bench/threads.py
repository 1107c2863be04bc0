"""Does the second core help, and what if another program wants it?

Threads that wait for each other by spinning lose far more than half as soon as one core is taken away: each small piece
of work then waits for the slowest. Here work is handed out in a few shares per core, and nobody spins.
"""

import os
import subprocess
import sys
from contextlib import contextmanager

import numpy as np

from minigen.bench.clock import Contestant, interleaved, ratio, spread
from minigen.bench.works import FULL, WORKS
from minigen.parallel import cores, one_core

LAYER = "minigen's own pool of Python threads; kernels release the GIL; BLAS held to one thread"
SHARED = ("transformer, 64 streams", "decoder, 1024 images", "training step, transformer", "training step, mlp")

# Runs for ever on one core, which it holds on to where the system lets it; says when it has begun.
SPINNER = """
import os
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
print("spinning", flush=True)
while True:
    pass
"""


@contextmanager
def busy_core():
    """Another process keeps one core fully busy."""
    with subprocess.Popen([sys.executable, "-S", "-c", SPINNER], stdout=subprocess.PIPE) as spinner:
        try:
            spinner.stdout.readline()
            yield
        finally:
            spinner.kill()


def threads(sizes=FULL, names=SHARED, report=None):
    """Each shared piece of work with one thread, with all, and with all while another process keeps one core busy.

    Returns
    -------
    dict
        ``layer``: what the threads are; ``lines``: of each work and case the threads, the median seconds and the
        spread; ``ratios``: seconds of one thread alone divided by those of all threads, ``beside`` nothing or a busy core.
    """
    lines, ratios = [], []
    for name in names:
        if report:
            report(f"threads: {name}")
        own = WORKS[name](sizes).contestants["minigen"]
        cases = {(1, "nothing"): Contestant(own.run, 1, one_core, share=own.share),
                 (cores(), "nothing"): own,
                 (cores(), "a busy core"): Contestant(own.run, cores(), _beside(own), share=own.share)}
        took = interleaved(cases, min(5, sizes.rounds), sizes.patience / 2)
        lines += [{"work": name, "threads": number, "beside": beside, "median_s": float(np.median(took[number, beside])),
                   "spread": spread(took[number, beside])} for number, beside in cases]
        ratios += [{"work": name, "threads": number, "beside": beside, "ratio": ratio(took[number, beside], took[1, "nothing"])}
                   for number, beside in cases if (number, beside) != (1, "nothing")]
    return {"layer": LAYER, "cores": os.cpu_count(), "lines": lines, "ratios": ratios}


def _beside(contestant):
    """The contestant's own context, and a busy core."""
    @contextmanager
    def both():
        with busy_core(), contestant.within():
            yield
    return both
