"""The public checks: green on every right answer, quick, and without the answer in them."""

import ast

import pytest
from implementations import HOUSE, SOLUTIONS, overlays

from minigen.course import check
from minigen.course.load import load, read_source
from minigen.course.sockets import SOCKETS
from minigen.course.units import UNITS

RIGHT = [(unit, None) for unit in UNITS] + [(unit, path) for unit, path in overlays("right_answers")]


@pytest.mark.parametrize("unit, path", RIGHT, ids=[path.stem if path else unit.short for unit, path in RIGHT])
def test_right_answers_pass_every_public_check(unit, path):
    """The solutions and all other right answers, the example in the docstring too."""
    solution = SOLUTIONS / f"{unit.name}.py"
    functions = load(unit, path or solution, solution if path else None)
    found = check.examples(read_source(solution), unit)
    assert [(one.name, one.said) for one in check.checks_of(unit, functions, found) if not one.passed] == []


@pytest.mark.parametrize("number", SOCKETS)
def test_the_package_passes_every_public_check(number):
    """Through its socket."""
    unit = UNITS[number - 1]
    assert [(one.name, one.said) for one in check.checks_of(unit, SOCKETS[number].own(), []) if not one.passed] == []


@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_public_checks_are_few_lines_that_a_student_reads(unit):
    """At least four, each with a line; what they import is NumPy, math and expect."""
    path = HOUSE / "minigen" / "course" / "checks" / f"{unit.name}.py"
    assert len(check.public_checks(unit)) >= 4
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= {"numpy", "math", "itertools", "copy"}
        if isinstance(node, ast.ImportFrom):
            assert node.module == "minigen.course" and [alias.name for alias in node.names] == ["expect"]
