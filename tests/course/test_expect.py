"""The voice of checks and hidden tests: what is accepted, what is said."""

import numpy as np
import pytest

from minigen.course import expect


class Lying(np.ndarray):
    """An array that claims to be equal to everything."""

    def __eq__(self, other):
        return np.ones(self.shape, bool)


def test_arrays_are_judged_by_type_kind_and_shape():
    """A subclass, a list, other kinds and other shapes are refused."""
    assert expect.array(np.zeros((2, 3), np.float32), (2, 3)) is not None
    expect.array(np.zeros(3, np.uint8), (3,), "i")
    for got, said in (([0.0], "got list"), (np.zeros(2).view(Lying), "got Lying"), (np.zeros(2, int), "floating-point"),
                      (np.zeros((1, 2)), "shape"), (None, "got NoneType")):
        with pytest.raises(AssertionError, match=said):
            expect.array(got, (2,))


def test_numbers_are_numbers():
    """Python's and NumPy's; not booleans, arrays or text."""
    assert expect.number(1) == expect.number(np.float32(1.0)) == 1.0
    for got in (True, np.zeros(1), "1", None, 1j):
        with pytest.raises(AssertionError, match="expected one number"):
            expect.number(got)


def test_close_names_the_first_place_that_differs():
    """inf agrees with inf, NaN with nothing."""
    expect.close(np.array([1.0, -np.inf]), [1.0 + 1e-9, -np.inf])
    expect.close(2.0, 2.0)
    for got, want in ((np.array([1.0, 2.0]), [1.0, 3.0]), (np.array([1.0, np.nan]), [1.0, np.nan]), (np.array([1.0, 0.0]), [1.0, -np.inf])):
        with pytest.raises(AssertionError, match=r"at \[1\]: expected"):
            expect.close(got, want)
    with pytest.raises(AssertionError, match="expected 2, got 1"):
        expect.close(1.0, 2.0)


def test_same_is_exact():
    """Whole numbers and booleans."""
    expect.same(np.array([1, 2], np.int32), [1, 2])
    expect.same(np.array([True]), np.array([True]))
    with pytest.raises(AssertionError, match=r"at \[1\]: expected 2, got 3 \(1 of 2 differ\)"):
        expect.same(np.array([1, 3]), [1, 2])
    with pytest.raises(AssertionError, match="whole numbers"):
        expect.same(np.array([1.0, 2.0]), [1, 2])


def test_unchanged_notices_a_change_in_place():
    """Positional or named; NaN is equal to itself here."""
    def double(x, by=None):
        x *= 2
        return x
    with pytest.raises(AssertionError, match="was changed"):
        expect.unchanged(double, np.ones(3))
    assert expect.unchanged(lambda x: x + 1, x=np.array([np.nan, 1.0]))[1] == 2.0
