"""How the cost of one sample grows: seconds against length and against width, plain and compiled.

On logarithmic axes a power law is a straight line, and its slope is the exponent: 1 where twice as much takes twice as
long, 2 where it takes four times as long. At the small end calls cost more than numbers and the line bends; so the slope
is fitted over the upper half of the points. What it should be is fitted in the same way to the multiplications, counted.
"""

from dataclasses import dataclass

import numpy as np

from minigen.bench.clock import Contestant, interleaved
from minigen.bench.works import SEED, drawing, woken
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.parallel import one_core


@dataclass(frozen=True)
class Axis:
    """What grows, and the network it grows in."""

    lengths: tuple = (64, 128, 256, 512, 1024, 2048, 4096)
    widths: tuple = (32, 48, 64, 96, 128, 192, 256)
    length: int = 64             # T where the width grows
    window: int = 64             # K, tokens that each layer reads to the left
    layers: int = 4
    heads: int = 4
    width: int = 128             # D where the length grows
    patience: float = 2.5        # seconds that one plain sample may take


FULL = Axis()
TINY = Axis((8, 12, 16), (8, 12, 16), length=8, window=4, layers=1, heads=2, width=16)

# What grows and who draws -> why it should grow so.
LAWS = {
    ("length", "compiled, window"):
        "a token passes through the network once and looks back at no more tokens than the window holds: linear",
    ("length", "compiled, sees all"):
        "a token is compared with all before it: quadratic, which overtakes the weights, linear, at a few hundred tokens",
    ("length", "plain"):
        "without a cache each of T passes computes all the tokens so far again: T times T / 2, quadratic",
    ("width", "compiled"):
        "a matrix twice as wide has four times the weights: quadratic, as long as one level of the cache holds them",
    ("width", "plain"):
        "the same matrices: quadratic, but at these widths the calls from Python, which do not grow, take most of the time",
}


def exponent(x, y):
    """The slope of log y against log x, by least squares over the upper half of the points; None for fewer than two."""
    order = np.argsort(x)
    upper = order[min(len(x) // 2, max(len(x) - 2, 0)):]
    if len(upper) < 2:
        return None
    return float(np.polyfit(np.log(np.asarray(x, float)[upper]), np.log(np.asarray(y, float)[upper]), 1)[0])


def growth(axis=FULL, report=None):
    """Measure all lines.

    Parameters
    ----------
    report : callable (text), optional
        Told what is measured next.

    Returns
    -------
    list of dict
        ``against`` ("length" or "width"), ``who``, ``points`` [[x, seconds], ...], ``exponent``, ``expected`` (the
        exponent of the multiplications) and ``sentence``.
    """
    lines = []
    for (against, who), why in LAWS.items():
        if report:
            report(f"{who} against {against}")
        x, seconds, counts = zip(*_points(axis, against, who))
        slope, expected, who = exponent(x, seconds), exponent(x, counts), who.replace("window", f"window of {axis.window}")
        lines.append({"against": against, "who": who, "points": [list(point) for point in zip(x, seconds)],
                      "exponent": slope, "expected": expected, "sentence": sentence(against, who, x, slope, expected, why)})
    return lines


def sentence(against, who, x, slope, expected, why):
    """What was found, what should be, and why."""
    if slope is None:
        return f"{who}: one point says nothing about {against}."
    letter = "T" if against == "length" else "D"
    return (f"{who}: seconds grow as {letter}^{slope:.2f} (up to {letter} = {x[-1]:,}), multiplications as "
            f"{letter}^{expected:.2f}: {why}.")


def _points(axis, against, who):
    """(x, seconds, multiplications) for each point of a line; a plain one ends where the next sample would take too long."""
    points = []
    for x in axis.lengths if against == "length" else axis.widths:
        length, width = (x, axis.width) if against == "length" else (axis.length, x)
        config = CharLMConfig(65, context=length if who == "compiled, sees all" else axis.window, layers=axis.layers,
                              heads=axis.heads, width=width)
        model = woken(CharLM(config, np.random.default_rng(SEED)), np.random.default_rng(SEED + 1))
        compiled, plain, _ = drawing(model, 1, length=length)
        if who == "plain":
            one, count = Contestant(plain, within=one_core, warm=lambda: plain(1, 2)), sum(
                model.multiplications(t) for t in range(1, length + 1))
        else:
            one, count = Contestant(compiled, within=one_core), model.multiplications(length)
        seconds = float(np.median(interleaved({who: one}, rounds=3, patience=0.3, rest=lambda: None)[who]))
        points.append((x, seconds, count))
        if len(points) > 1 and seconds * seconds / points[-2][1] > axis.patience:
            break
    return points
