"""The table of units: numbers, points, files, words."""

from collections import Counter

import pytest

from minigen.course.load import arguments, function_name
from minigen.course.units import BY_NUMBER, HOMEWORKS, UNITS, find
from minigen.errors import UserError


def test_units_are_numbered_in_order_and_need_earlier_ones_only():
    """u01, u02, … without a gap; what a unit needs comes before it."""
    assert [unit.number for unit in UNITS] == list(range(1, len(UNITS) + 1))
    for unit in UNITS:
        assert unit.name.startswith(f"u{unit.number:02d}_") and unit.short == unit.name[:3] == str(unit)
        assert all(number < unit.number for number in unit.needs)


def test_each_homework_is_worth_a_hundred_points_and_the_bonus_stands_outside():
    """The points of a homework sum to 100."""
    points = Counter()
    for unit in UNITS:
        points[unit.homework] += unit.points
    assert set(points) == set(HOMEWORKS)
    assert {points[homework] for homework in HOMEWORKS if homework != "Bonus"} == {100}


def test_every_unit_says_everything():
    """Titles, sentences and hints in both languages; signatures that Python can read."""
    for unit in UNITS:
        for english, chinese in ((unit.title, unit.title_zh), (unit.sentence, unit.sentence_zh), (unit.hint, unit.hint_zh)):
            assert english.isascii() or "演員" in english
            assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
        assert unit.functions
        for signature in unit.functions:
            assert function_name(signature).isidentifier()
            assert arguments(signature)


@pytest.mark.parametrize("text", ["u03", "3", "03", "U03", "u03_sample_categorical", "mine/u03_sample_categorical.py",
                                  "bounty_u03_sample_categorical.py", "C:\\work\\u03_sample_categorical.py"])
def test_a_unit_is_found_by_what_people_write(text):
    """By number, by name, by file."""
    assert find(text) is BY_NUMBER[3]


@pytest.mark.parametrize("text", ["", "u99", "0", "softmax", "u03_softmax", "zz", "u3x"])
def test_an_unknown_unit_is_one_clear_line(text):
    """What was expected and what came."""
    with pytest.raises(UserError, match="^unit: expected one from u01"):
        find(text)


def test_a_near_miss_is_named():
    """The right word under a wrong number."""
    with pytest.raises(UserError, match="Did you mean u01_softmax"):
        find("u03_softmax")
