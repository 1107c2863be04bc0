"""What checks and hidden tests ask of a result: its kind, its shape, its numbers. Failures say what was expected."""

import numpy as np

KINDS = {"f": "floating-point numbers", "i": "whole numbers", "b": "True or False"}


def array(got, shape, kind="f", name="the result"):
    """Assert a true array of this shape and kind ("f" floats, "i" integers, "b" booleans); returns it."""
    assert type(got) is np.ndarray, f"{name}: expected an array, got {type(got).__name__}"
    assert got.dtype.kind in {"i": "iu"}.get(kind, kind), f"{name}: expected {KINDS[kind]}, got dtype {got.dtype}"
    assert got.shape == tuple(shape), f"{name}: expected shape {tuple(shape)}, got {got.shape}"
    return got


def number(got, name="the result"):
    """Assert one real number (a float, an int or NumPy's) and return it as a float."""
    assert isinstance(got, (float, int, np.floating, np.integer)) and not isinstance(got, bool), \
        f"{name}: expected one number, got {type(got).__name__}"
    return float(got)


def close(got, want, name="the result", rtol=1e-5, atol=1e-6):
    """Assert an array of the shape of ``want`` whose numbers agree, inf with inf; NaN agrees with nothing."""
    want = np.asarray(want)
    if want.ndim == 0:
        got = np.asarray(number(got, name))
    else:
        array(got, want.shape, "f", name)
    fits = np.isclose(got, want, rtol=rtol, atol=atol)
    if not fits.all():
        where = tuple(int(i) for i in np.argwhere(~fits)[0])
        place = f" at {list(where)}" if where else ""
        raise AssertionError(f"{name}{place}: expected {float(want[where]):.6g}, got {float(got[where]):.6g}"
                             + (f" ({(~fits).sum()} of {fits.size} differ)" if fits.size > 1 else ""))


def same(got, want, name="the result"):
    """Assert an array of whole numbers or booleans that is equal to ``want``."""
    want = np.asarray(want)
    array(got, want.shape, "b" if want.dtype.kind == "b" else "i", name)
    if not np.array_equal(got, want):
        where = tuple(int(i) for i in np.argwhere(got != want)[0])
        raise AssertionError(f"{name} at {list(where)}: expected {want[where]}, got {got[where]}"
                             + (f" ({(got != want).sum()} of {want.size} differ)" if want.size > 1 else ""))


def unchanged(function, *arguments, **named):
    """Call a function and assert that it left its arrays as they were; returns what it returned."""
    function = in_place(function)
    given = [value for value in (*arguments, *named.values()) if isinstance(value, np.ndarray)]
    before = [value.copy() for value in given]
    result = function(*arguments, **named)
    for value, copy in zip(given, before):
        assert np.array_equal(value, copy, equal_nan=value.dtype.kind == "f"), \
            "an argument was changed: expected inputs left as they were (work on a copy)"
    return result


def in_place(function):
    """The function itself: the hidden tests give copies of arguments to all others (see ``apart.py``)."""
    return getattr(function, "in_place", function)
