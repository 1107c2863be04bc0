"""From the set of checks that fail to the mistake that fails just so."""

import json

from implementations import HOUSE

from minigen.course import hints
from minigen.course.units import find

U03 = find("u03")


def test_a_table_finds_the_mistake_with_the_same_pattern():
    """The order of the checks does not matter; more or fewer is another mistake."""
    made = hints.table([(U03, ("b", "a"), "one / 一"), (U03, ("a",), "two / 二"), (U03, (), "unseen / 無")])
    assert hints.look_up(made, U03, ["a", "b"]) == ["one / 一"]
    assert hints.look_up(made, U03, {"a"}) == ["two / 二"]
    assert hints.look_up(made, U03, ["b"]) == [] == hints.look_up(made, find("u01"), ["a"])
    assert "unseen" not in hints.as_text(made)


def test_mistakes_that_look_alike_are_all_named():
    """Two with one pattern are two hints, in a fixed order."""
    made = hints.table([(U03, ("a",), "z / 二"), (U03, ("a",), "b / 一")])
    assert hints.look_up(made, U03, ["a"]) == ["b / 一", "z / 二"]
    assert json.loads(hints.as_text(made)) == made


def test_no_table_is_no_hint(tmp_path):
    """Before the matrix was ever made."""
    assert hints.read(tmp_path / "none.json") == {}


def test_the_hints_of_the_hand_out_rest_on_public_checks_only():
    """No name of a hidden test stands in the table that students get."""
    text = hints.PUBLIC.read_text("utf-8")
    assert "test_" not in text and "check_" in text
    assert set(hints.read(hints.PUBLIC)) == set(hints.read(HOUSE / "tests" / "hidden" / "hints.json"))
