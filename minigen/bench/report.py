"""The whole benchmark, or parts of it: what is measured, in which order, and the form of ``bench.json``.

::

    {"machine": {...},
     "lines": [{"work", "who", "threads", "median_s", "per_s", "spread", "unit", "rounds", "note"}, ...],
     "ratios": [{"work", "against", "ratio"}, ...],
     "differences": [{"work": "loss after its seconds", "nats"}],
     "compile": ..., "start": ..., "memory": ..., "growth": ..., "threads": ..., "time to loss": ..., "skipped": {what: why}}

A ratio above 1 means that minigen is ahead; against "limit" it is the share of the limit that minigen reaches. ``median_s``
are seconds of the whole work, ``per_s`` says how many of its ``unit`` are done in a second, ``spread`` is the middle half
of the rounds as a share of the median (0 for one round). ``nats`` says by how much minigen's loss is lower than PyTorch's
after the same seconds of training.
"""

import json
import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from minigen import __version__, figures
from minigen.bench import growth, limits, memory, start, threads, works
from minigen.errors import UserError, say
from minigen.files import save_atomically
from minigen.parallel import cores

TO_LOSS = "time to loss"
INSTALL = 'pip install -e ".[bench]"'
# In the order of measuring: what takes minutes comes last.
NAMES = [*works.WORKS, "start", "memory", "growth", "threads", TO_LOSS]


def chosen(only):
    """The names that ``only`` stands for, all without it: a name, or the words that several names begin with."""
    found = set()
    for asked in only:
        matches = {name for name in NAMES if _words(name)[:len(_words(asked))] == _words(asked) != []}
        if not matches:
            raise say("--only", "one of " + "; ".join(NAMES), repr(asked),
                      "The first words of a name stand for all that begin so: --only pixels.")
        found |= matches
    return [name for name in NAMES if name in found or not only]


def _words(name):
    return name.replace(",", " ").split()


def machine():
    """What the figures were measured on, with the two limits that bound everything here."""
    packages = {}
    for package in ("numba", "torch"):
        try:
            packages[package] = version(package)
        except PackageNotFoundError:
            packages[package] = None
    return {"system": platform.system(), "machine": platform.machine(), "processor": processor(), "cores": cores(),
            "python": platform.python_version(), "numpy": np.__version__, **packages, "minigen": __version__,
            **limits.speeds()}


def processor():
    """The name of the processor, as far as the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def others_busy():
    """A function that says how many cores other programs have kept busy since; None where the system does not tell."""
    def look():
        busy = own = None
        try:
            ticks = [int(part) for part in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]]
            # user nice system idle iowait irq softirq steal
            busy = (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
            own = sum(os.times()[:4])              # and of children that have ended
        except (OSError, ValueError, AttributeError, IndexError):
            pass
        return busy, own, time.perf_counter()
    busy, own, begin = look()

    def since():
        busy_now, own_now, end = look()
        if None in (busy, own, busy_now, own_now) or end <= begin:
            return None
        return round(max(0.0, busy_now - busy - (own_now - own)) / (end - begin), 2)
    return since


def bench(names=NAMES, report=None):
    """Measure the named parts; the content of ``bench.json``.

    ``report(done, total, text)`` is told before each part, and within a long one, what is measured.
    """
    content = {"machine": {}, "lines": [], "ratios": [], "differences": [], "skipped": {}}
    if works.torch_peers() is None:
        content["skipped"]["torch"] = f"PyTorch is not installed: {INSTALL} adds what a user would pick instead."
    done = 0

    def tell(text):
        if report:
            report(done, len(names), text)
    tell("the machine")
    others = others_busy()
    content["machine"] = machine()
    for done, name in enumerate(names):
        tell(name)
        try:
            add(content, name, tell)
        except UserError as error:                 # the other parts are worth their minutes all the same
            content["skipped"][name] = str(error)
    content["machine"]["others_busy"] = others()
    return content


def add(content, name, tell):
    """Measure one part and put it where it belongs."""
    if name in works.WORKS:
        lines, ratios = works.measured(name, works.FULL)
        content["lines"] += lines
        content["ratios"] += ratios
    elif name == TO_LOSS:
        if works.torch_peers() is None:
            raise say(TO_LOSS, "PyTorch", "none", f"It sets the loss to be reached: {INSTALL}")
        from minigen.bench import training
        add_time_to_loss(content, training.time_to_loss(tell))
    elif name == "start":
        seconds = start.start(works.FULL, report=tell)
        content["compile"] = {"seconds": seconds.pop("compile_s")}
        content["start"] = seconds
    elif name == "memory":
        content["memory"] = memory.memory(report=tell)
    elif name == "growth":
        content["growth"] = growth.growth(growth.FULL, report=tell)
    else:
        content["threads"] = threads.threads(works.FULL, report=tell)


def add_time_to_loss(content, found):
    """Lines, ratio and difference of ``training.time_to_loss``; minigen's seconds are None where it never got there."""
    content["time to loss"] = found
    for who in ("minigen", "torch"):
        if found[f"{who}_s"] is not None:
            content["lines"].append(works.line(TO_LOSS, who, cores(), [found[f"{who}_s"]],
                                               note=f"to {found['torch_nats']:.4f} nats"))
    if found["minigen_s"] is not None:
        content["ratios"].append({"work": TO_LOSS, "against": "torch", "ratio": found["torch_s"] / found["minigen_s"]})
    content["differences"].append({"work": "loss after its seconds",
                                   "nats": found["torch_nats"] - found["minigen_nats_after_its_seconds"]})


def as_text(content):
    """``bench.json`` as text."""
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def write(folder, content):
    """Write ``bench.json`` and the pictures of what was measured; the names of the files."""
    save_atomically(folder / "bench.json", lambda path: Path(path).write_text(as_text(content), encoding="utf-8"))
    files, groups = ["bench.json"], {}
    for line in content["lines"]:
        if line["work"] != TO_LOSS:                # minutes, and no other work's unit
            groups.setdefault(f"{line['work']}\n({line['unit']})", {})[line["who"]] = line["per_s"]
    if groups:
        figures.bars(folder / "speed.png", groups, "per second", "From one grid line to the next: ten times as fast")
        files.append("speed.png")
    if content.get("growth"):
        figures.growth(folder / "growth.png", content["growth"])
        files.append("growth.png")
    return files
