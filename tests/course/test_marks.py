"""What a mark adds up to, counted by hand."""

import json
from dataclasses import fields
from fractions import Fraction

import pytest

from minigen.course import marks
from minigen.course.marks import Mark, TestMark, UnitMark
from minigen.course.units import HOMEWORKS, UNITS


def unit_mark(unit, passed, of, state="graded"):
    """A unit with so many tests passed."""
    return UnitMark(unit.number, state, [TestMark(f"test_{k}", f"it does {k}", k < passed) for k in range(of)])


def whole():
    """A mark with something in every field."""
    units = [unit_mark(unit, number % 4, 3 + number % 5) for number, unit in enumerate(UNITS)]
    units[2].hints, units[2].why, units[2].seconds, units[2].restarts = ["looks as if / 看起來"], "a fault", 1.25, 2
    units[3].tests[0].why = "took longer than 10 seconds"
    return Mark("王小明 ☃", 2 ** 56 - 1, units, "digest", "bwrap", ["a note"], 3.5, 0.125, "iVBOR", [{"tokens": [1, 2]}])


@pytest.mark.parametrize("of", range(1, 30))
def test_points_are_the_share_of_tests(of):
    """Rounded to cents, as a fraction says; all tests are all points, none is none."""
    for unit in UNITS:
        for passed in range(of + 1):
            points = unit_mark(unit, passed, of).points
            assert abs(Fraction(points) - Fraction(unit.points * passed, of)) <= Fraction(1, 200) + Fraction(1, 10 ** 12)
            assert round(points, 2) == points
        assert unit_mark(unit, of, of).points == unit.points and unit_mark(unit, 0, of).points == 0


def test_a_unit_is_full_when_every_test_passed():
    """One without tests is not."""
    unit = UNITS[0]
    assert unit_mark(unit, 5, 5).full and unit_mark(unit, 5, 5).passed == 5
    assert not unit_mark(unit, 4, 5).full and not unit_mark(unit, 0, 0).full and unit_mark(unit, 0, 0).points == 0
    assert unit_mark(unit, 1, 2).unit is unit


def test_the_sum_leaves_the_bonus_outside():
    """Counted one by one."""
    mark, points, bonus = whole(), 0, 0
    for unit in mark.units:
        if unit.unit.homework == "Bonus":
            bonus += unit.points
        else:
            points += unit.points
    assert mark.points == pytest.approx(points) and mark.bonus == pytest.approx(bonus)
    full = Mark("x", 1, [unit_mark(unit, 3, 3) for unit in UNITS])
    assert (full.points, full.bonus) == (500, 10)
    assert Mark("x", 1, []).points == Mark("x", 1, []).bonus == 0


def test_the_maximum_of_some_units():
    """Of all of them it is the sum of the homeworks; of none, nothing; the bonus counts nothing."""
    assert marks.maximum() == 100 * (len(HOMEWORKS) - 1) and marks.maximum([]) == 0
    for unit in UNITS:
        assert marks.maximum([unit.number]) == (0 if unit.homework == "Bonus" else unit.points)
    assert marks.maximum([1, 2, 25]) == UNITS[0].points + UNITS[1].points
    assert marks.maximum({unit.number for unit in UNITS}) == marks.maximum(range(1, 26)) == marks.maximum()


def test_a_mark_comes_back_from_json():
    """Through a file of text, equal in every field and of the same classes."""
    mark = whole()
    again = marks.from_json(json.loads(json.dumps(mark.as_json())))
    assert again == mark and again.as_json() == mark.as_json()
    assert {type(unit) for unit in again.units} == {UnitMark} and {type(test) for unit in again.units for test in unit.tests} == {TestMark}
    assert again.points == mark.points and again.units[2].hints == ["looks as if / 看起來"]


def test_every_field_is_in_json():
    """So that nothing gets lost between the judge and the report."""
    made = whole().as_json()
    assert set(made) == {field.name for field in fields(Mark)} and set(made["units"][0]) == {field.name for field in fields(UnitMark)}
    assert set(made["units"][0]["tests"][0]) == {field.name for field in fields(TestMark)}


def test_every_state_has_a_name_in_both_languages():
    """As a student reads it."""
    assert set(marks.STATES) == {"graded", "missing", "broken", "todo"}
    for said in marks.STATES.values():
        assert said.split()[0].isascii() and any("\u4e00" <= character <= "\u9fff" for character in said)
