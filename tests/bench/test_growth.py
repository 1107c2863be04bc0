"""Exponents: exact on exact power laws, and beside each what counting gives."""

import numpy as np
import pytest

from minigen.bench import growth
from minigen.bench.growth import TINY


@pytest.mark.parametrize("power", [0.0, 1.0, 1.5, 2.0])
def test_a_power_law_has_its_exponent(power):
    """seconds = 3 x to the power: the slope of a straight line on logarithmic axes."""
    x = np.array([64, 128, 256, 512, 1024])
    assert growth.exponent(x, 3e-5 * x ** power) == pytest.approx(power, abs=1e-9)


def test_the_small_end_does_not_count():
    """Only the upper half of the points is fitted, in whatever order they come."""
    x = np.array([16, 32, 64, 128, 256, 512], float)
    y = np.where(x < 128, 1.0, x ** 2)
    assert growth.exponent(x, y) == pytest.approx(2.0)
    assert growth.exponent(x[::-1], y[::-1]) == pytest.approx(2.0)


@pytest.mark.parametrize("n, expected", [(1, None), (2, 1.0), (3, 1.0)])
def test_few_points(n, expected):
    """Two points have a slope, one has none."""
    x = 2.0 ** np.arange(n)
    slope = growth.exponent(x, x)
    assert slope is expected if expected is None else slope == pytest.approx(expected)


def test_every_line_is_measured():
    """Each point has seconds; the exponent expected is that of the multiplications; a sentence says both."""
    told = []
    lines = growth.growth(TINY, told.append)
    assert [line["against"] for line in lines] == 3 * ["length"] + 2 * ["width"] and len(told) == 5
    for line in lines:
        assert [x for x, _ in line["points"]] == list(TINY.lengths if line["against"] == "length" else TINY.widths)
        assert all(seconds > 0 for _, seconds in line["points"])
        assert f"{line['exponent']:.2f}" in line["sentence"] and f"{line['expected']:.2f}" in line["sentence"]


def test_what_counting_gives():
    """Linear with a window and a cache, quadratic without a cache, nearly quadratic in width."""
    expected = {(line["against"], line["who"]): line["expected"] for line in growth.growth(
        growth.Axis((40, 60, 80), (128, 192, 256), length=2, window=2, layers=1, heads=2, width=8))}
    assert expected["length", "compiled, window of 2"] == pytest.approx(1.0, abs=0.01)
    assert expected["length", "plain"] == pytest.approx(2.0, abs=0.05)
    assert 1.1 < expected["length", "compiled, sees all"] < 2
    assert expected["width", "plain"] == pytest.approx(2.0, abs=0.05) and expected["width", "compiled"] == pytest.approx(2.0, abs=0.05)


def test_what_would_take_too_long_is_not_begun(monkeypatch):
    """Seconds that grow fourfold: after 1 and 4 the next would be 16, beyond a patience of 10."""
    seconds = iter([1.0, 4.0, 16.0])
    monkeypatch.setattr(growth, "interleaved", lambda contestants, **settings: {who: [next(seconds)] for who in contestants})
    points = growth._points(growth.Axis((2, 4, 8), layers=1, heads=2, width=8, patience=10.0), "length", "plain")
    assert [(x, took) for x, took, _ in points] == [(2, 1.0), (4, 4.0)]
    line = growth.sentence("length", "plain", [2], None, None, "because")
    assert "one point" in line
