"""The lines that a student reads."""

from minigen.course import report
from minigen.course.check import Check, Report
from minigen.course.units import UNITS, find

U08 = find("u08")


def test_a_unit_that_needs_another_says_so():
    """Only where that other is not done."""
    wrong = Report(U08, "wrong", [Check("a", "what is expected", False, "what came")])
    lines = "\n".join(report.unit_lines(wrong, {8: "wrong", 3: "to do"}, True))
    assert "it builds on u03_sample_categorical" in lines and "FAIL  what is expected" in lines and U08.hint in lines
    assert "builds on" not in "\n".join(report.unit_lines(wrong, {8: "wrong", 3: "done"}, True))


def test_a_known_mistake_comes_instead_of_the_general_hint():
    """In the short form; the long form has both."""
    wrong = Report(U08, "wrong", [Check("a", "what is expected", False, "what came")], hints=["looks as if / 看起來"])
    short, whole = ("\n".join(report.unit_lines(wrong, {}, how)) for how in (False, True))
    assert "looks as if" in short and U08.hint not in short
    assert "looks as if" in whole and U08.hint in whole


def test_progress_counts_and_names_the_next_unit():
    """The next one is the first whose needs are done."""
    lines = report.progress_lines({1: "done", 5: "done"})
    assert lines[0].startswith("HW1   [#...#.]  2 of 6") and "u02_cross_entropy" in lines[-2]
    assert report.progress_lines({unit.number: "done" for unit in UNITS})[-1].startswith("everything is done")


def test_a_done_unit_says_how_to_see_it_at_work():
    """The command of its row."""
    assert U08.see in "\n".join(report.unit_lines(Report(U08, "done"), {}, True))
