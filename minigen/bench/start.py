"""How long a start keeps one waiting: the first one, which compiles, and every later one. Whole processes, on the clock.

The first start has a folder of its own for compiled code (``NUMBA_CACHE_DIR``), empty as after an installation; the later
ones find there what it left.
"""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from minigen import data
from minigen.bench.clock import Contestant, interleaved
from minigen.bench.works import FULL, SEED, of_shakespeare, woken
from minigen.errors import say
from minigen.models.char_lm import CharLM
from minigen.recipes import checkpoint

COMPILE = ("-m", "minigen", "doctor", "--warm")


def process(*arguments, folder):
    """Run Python with arguments, to the end; compiled code is kept in ``folder``."""
    done = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True,
                          env=os.environ | {"NUMBA_CACHE_DIR": str(folder)})
    if done.returncode:
        last = (done.stderr.strip() or "nothing").splitlines()[-1]
        raise say("a process of the benchmark", "exit code 0", done.returncode, f"{' '.join(map(str, arguments))} said: {last}")


def start(sizes=FULL, compiler=COMPILE, rounds=3, report=None):
    """Seconds of a first start and of later ones.

    Returns
    -------
    dict
        ``compile_s``: all kernels compiled, from nothing; ``sample_s``: ``minigen sample text`` from a checkpoint, 200
        characters; ``import_s``: ``import minigen``; ``python_s``: Python alone, which all of them contain.
    """
    with TemporaryDirectory(prefix="minigen-bench-") as folder:
        run = partial(process, folder=Path(folder) / "kernels")
        if report:
            report("start: compiling all kernels")
        begin = time.perf_counter()
        run(*compiler)
        compiled = time.perf_counter() - begin
        if report:
            report("start: once compiled")
        kept = Path(folder) / "text.npz"
        save_text_model(kept, sizes)
        took = interleaved({
            "sample_s": Contestant(lambda: run("-m", "minigen", "sample", "text", "--from", kept, "--length", 200)),
            "import_s": Contestant(lambda: run("-c", "import minigen")),
            "python_s": Contestant(lambda: run("-c", "pass"))}, rounds)
    return {"compile_s": compiled} | {name: float(np.median(seconds)) for name, seconds in took.items()}


def save_text_model(path, sizes=FULL):
    """A checkpoint of a Transformer of Shakespeare as large as the one that is trained, but untrained."""
    dataset = data.shakespeare(sizes.context)
    model = woken(CharLM(of_shakespeare(sizes, dataset), np.random.default_rng(SEED)), np.random.default_rng(SEED + 1))
    checkpoint.save(path, model, dataset.codec, "text", {"model": "char_lm"})
