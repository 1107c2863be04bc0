"""How much memory a process needs at its peak, Python and NumPy included: each piece of work in a process of its own."""

import subprocess
import sys

import numpy as np

from minigen import data
from minigen.bench.works import FULL, SEED, drawing, of_shakespeare, woken
from minigen.errors import say
from minigen.models.char_lm import CharLM
from minigen.parallel import one_blas_thread

STEPS = 20

CHILD = "import sys; from minigen.bench import memory; memory.WORKS[sys.argv[1]](); print(memory.compiled(), memory.own_peak())"


def sampling(sizes=FULL):
    """Draw many streams of characters."""
    model = woken(CharLM(sizes.transformer, np.random.default_rng(SEED)), np.random.default_rng(SEED + 1))
    drawing(model, sizes.streams, length=sizes.length)[0]()


def training(sizes=FULL, steps=STEPS):
    """Train the Transformer for some steps."""
    from minigen.bench.training import transformer_step_of_minigen
    dataset = data.shakespeare(sizes.context)
    step = transformer_step_of_minigen(CharLM(of_shakespeare(sizes, dataset), np.random.default_rng(SEED)))
    with one_blas_thread():
        for i in range(steps):
            step(dataset.train[i * sizes.batch:(i + 1) * sizes.batch])


WORKS = {"transformer, 64 streams": sampling, "training step, transformer": training}


def own_peak():
    """Bytes that this process held in memory at its peak; None where the system does not say (Windows)."""
    try:
        # Not getrusage: on Linux that begins with the size of the parent, which may have loaded PyTorch.
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def compiled():
    """How many kernels this process had to compile, which takes memory of its own."""
    from minigen import jit
    return sum(sum(kernel.stats.cache_misses.values()) for kernel in jit.KERNELS)


def memory(report=None):
    """Peak megabytes of each piece of work, {work: MB}; None where the system does not say."""
    peaks = {}
    for name in WORKS:
        if report:
            report(f"memory: {name}")
        compiled, told = _child(name)
        if int(compiled):                          # once more, now that it has been compiled
            _, told = _child(name)
        peaks[name] = None if told == "None" else round(int(told) / 1e6, 1)
    return peaks


def _child(name):
    """What a process that does the work said at last: kernels compiled, peak."""
    done = subprocess.run([sys.executable, "-c", CHILD, name], capture_output=True, text=True)
    if done.returncode:
        raise say("a process of the benchmark", "exit code 0", done.returncode,
                  f"It said: {(done.stderr.strip() or 'nothing').splitlines()[-1]}")
    return done.stdout.split()[-2:]
