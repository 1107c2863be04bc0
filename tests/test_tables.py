"""How figures are written for a person, and that no table cuts one."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from minigen import tables


@pytest.mark.parametrize("value, shown", [
    (None, "–"), (0, "0"), (1234567, "1,234,567"), (0.0, "0.000"), (-1e-16, "0.000"), (1.0, "1.000"),
    (0.0123, "0.012"), (0.00123, "0.0012"), (2.62773, "2.628")])
def test_a_figure_as_a_person_reads_it(value, shown):
    """Counts get commas, small figures keep two digits, what is zero but for rounding is zero."""
    assert tables._number(value) == shown


@pytest.mark.parametrize("value, shown", [
    (None, "–"), (12.3456, "12.35 s"), (1.0, "1.00 s"), (0.0123, "12.30 ms"), (0.001, "1.00 ms"), (0.00000123, "1 µs")])
def test_seconds_get_a_unit_that_fits(value, shown):
    """Seconds from one upwards, then milliseconds, then microseconds."""
    assert tables._seconds(value) == shown


def a_row(**more):
    return {"strategy": "one_by_one", "model": "char_lm", "passes": 256, "multiplications": 218_660_864, "seconds": 0.05,
            "seconds_64": 0.03, "per_s": 33.3, "bits": 2.691, "bits_kind": "exact", "impossible": 0.325, **more}


@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_width_cuts_a_figure(width):
    """A narrow terminal loses whole columns, never a part of a figure; what matters most stays."""
    out = Console(file=io.StringIO(), width=width, highlight=False)
    made = SimpleNamespace(kind="text", title="Shakespeare", piece="character", unseen="words", trained={"char_lm": 1.0},
                           statistics=[("real", {"largest_part": 1.0})], samples=[("heading", "[bold] is no markup here")],
                           rows=[a_row(), a_row(bits_kind="bound", bits=3.149)])
    for part in tables.comparison(made, out):
        out.print(part)
    printed = out.file.getvalue()
    assert "…" not in printed
    for word in ("256", "2.691", "≤ 3.149", "32.5%", "largest part 1.000", "[bold] is no markup here"):
        assert word in printed
    assert ("218,660,864" in printed) == (width > 60)


def test_the_lectures_table_has_a_line_for_each_row():
    """Speed, quality, use: row, winner and reason stand in the table."""
    out = Console(file=io.StringIO(), width=120)
    out.print(tables.lecture([{"row": "speed", "winner": "all at once", "sentence": "because"}]))
    assert all(word in out.file.getvalue() for word in ("speed", "all at once", "because"))
