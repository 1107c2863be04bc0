"""Both ways between a unit and the package."""

import numpy as np
import pytest

from minigen import maths
from minigen.course.load import function_name
from minigen.course.sockets import SOCKETS, Seats, as_joint, seated
from minigen.course.units import BY_NUMBER
from minigen.models.table import Table
from minigen.recipes import base
from minigen.strategies import fill


@pytest.mark.parametrize("number", SOCKETS)
def test_the_package_has_every_function_of_the_unit(number):
    """Under the unit's own names (what they do is judged by the hidden tests)."""
    own = SOCKETS[number].own()
    assert all(callable(getattr(own, function_name(signature))) for signature in BY_NUMBER[number].functions)


@pytest.mark.parametrize("number", SOCKETS)
def test_a_seat_is_left_as_it_was_found(number):
    """Whatever is exchanged comes back, also after an error."""
    own, strategies = SOCKETS[number].own(), dict(base.STRATEGIES)
    held = {name: value for module in (maths, fill) for name, value in vars(module).items() if callable(value)}
    with pytest.raises(ZeroDivisionError):
        with seated({number: own}):
            1 / 0
    assert all(getattr(maths, name, None) is value or getattr(fill, name, None) is value for name, value in held.items())
    assert base.STRATEGIES == strategies


def test_everywhere_reaches_every_room_that_imported_the_function():
    """``fill`` is known by name in several rooms."""
    package_fill = fill.fill
    with Seats() as seats:
        seats.everywhere(package_fill, len)
        assert fill.fill is len and base.fill is len
    assert fill.fill is package_fill is base.fill


def test_nothing_is_compiled_while_functions_are_seated():
    """Except a compiled loop of the student's own."""
    with seated({3: SOCKETS[3].own()}):
        assert fill.can_compile("anything", None) is False
    kept = fill.can_compile
    with seated({25: SOCKETS[25].own()}):
        assert fill.can_compile is kept


def test_a_table_as_an_array():
    """The probabilities of all canvases, the impossible ones too."""
    table = Table(np.array([[0, 1], [1, 0]]), np.array([0.25, 0.75]), 2)
    np.testing.assert_array_equal(as_joint(table), [[0.0, 0.25], [0.75, 0.0]])
