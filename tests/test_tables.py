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


@pytest.mark.parametrize("width", [60, 80, 140])
def test_both_loops_stand_side_by_side_at_any_width(width):
    """Seconds of both, their ratio, and how many tokens differ: no width cuts them."""
    out = Console(file=io.StringIO(), width=width, highlight=False)
    entry = {"kind": "sprites", "model": "latent decoder", "strategy": "shared_latent", "tokens": 1400, "same": 1400,
             "plain_s": 0.736, "compiled_s": 0.003, "ratio": 245.4}
    out.print(tables.compiled([entry, {**entry, "same": 1397, "plain_s": 2.5, "ratio": 1.64}], out))
    printed = out.file.getvalue()
    assert "…" not in printed and ("1,400" in printed) == (width > 60)
    for word in ("sprites", "latent decoder", "all but 3", "736.00 ms", "2.50 s", "3.00 ms", "245 x", "1.6 x"):
        assert word in printed


def test_the_lectures_table_has_a_line_for_each_row():
    """Speed, quality, use: row, winner and reason stand in the table."""
    out = Console(file=io.StringIO(), width=120)
    out.print(tables.lecture([{"row": "speed", "winner": "all at once", "sentence": "because"}]))
    assert all(word in out.file.getvalue() for word in ("speed", "all at once", "because"))


@pytest.mark.parametrize("width", [60, 80, 140])
def test_speed_is_shown_whole(width):
    """What minigen bench found: who, how fast, how far ahead; a narrow terminal loses columns, no figure is cut."""
    def line(who, seconds, rounds=7, note=""):
        return {"work": "training step, transformer", "who": who, "threads": 1, "median_s": seconds, "per_s": 1 / seconds, "spread": 0.02,
                "unit": "images", "rounds": rounds, "note": note}
    content = {
        "machine": {"processor": "A processor", "machine": "x86_64", "cores": 2, "read_gb_per_s": {"3 MiB": 90.0},
                    "product_gflop_per_s": {"1": 100.0, "2": 200.0}, "others_busy": 0.92},
        "lines": [line("minigen", 0.0032), line("plain", 1.6, 1, "a note"), line("limit", 0.0016, note="of no interest")],
        "ratios": [{"work": "training step, transformer", "against": "plain", "ratio": 500.0}, {"work": "training step, transformer", "against": "limit", "ratio": 0.5}],
        "differences": [{"work": "loss after its seconds", "nats": 0.25}], "compile": {"seconds": 21.0},
        "start": {"sample_s": 1.1, "import_s": 0.1, "python_s": 0.05}, "memory": {"sampling": 170.4, "training": None},
        "growth": [{"sentence": "plain: seconds grow"}], "skipped": {"torch": "not installed"},
        "threads": {"layer": "a pool", "ratios": [{"work": "w", "threads": 2, "beside": "a busy core", "ratio": 1.51}]}}
    out = Console(file=io.StringIO(), width=width, highlight=False)
    for part in tables.speed(content, out):
        out.print(part)
    printed = " ".join(out.file.getvalue().split())
    assert "…" not in printed and "of no interest" not in printed
    for word in ("training step, transformer", "3.20 ms", "500 x as fast", "at 50% of it", "a note", "0.250 nats", "21.00 s", "170 MB",
                 "does not say", "plain: seconds grow", "1.51 x", "a pool", "torch left out: not installed", "90 GB/s", "200 GFLOP/s", "0.9 cores busy"):
        assert word in printed, word
    assert ("spread" in printed) == (width == 140)
