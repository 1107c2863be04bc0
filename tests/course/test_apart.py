"""Hidden tests work on arguments of their own: what a function writes into its copies does not reach them."""

from types import SimpleNamespace

import numpy as np

from minigen.course import expect
from minigen.course.apart import apart, copied
from minigen.course.units import BY_NUMBER


def writing(logits):
    """A softmax that writes into its argument."""
    logits *= 0
    return logits


def test_a_function_writes_into_copies():
    """The caller's array stays as it was; in place, the array itself is given"""
    impl, own = apart(BY_NUMBER[1], SimpleNamespace(softmax=writing)), np.arange(3.0)
    assert impl.softmax(own).tolist() == [0, 0, 0] and own.tolist() == [0, 1, 2]
    assert expect.in_place(impl.softmax)(own) is own and own.tolist() == [0, 0, 0]
    assert expect.in_place(writing) is writing


def test_unchanged_sees_the_argument_itself():
    """expect.unchanged is about just this: it fails on a function that writes"""
    impl = apart(BY_NUMBER[1], SimpleNamespace(softmax=writing))
    try:
        expect.unchanged(impl.softmax, np.arange(3.0))
    except AssertionError as error:
        assert "an argument was changed" in str(error)
    else:
        raise RuntimeError("it was not noticed")


def test_what_must_be_written_is_written():
    """Functions that write by contract (unit 11) are given the arrays themselves"""
    def adam_step(param, *others):
        param += 1
    unit, param = BY_NUMBER[11], np.zeros(2)
    names = [one.partition("(")[0] for one in unit.functions]
    assert set(unit.in_place) <= set(names)
    impl = apart(unit, SimpleNamespace(**{name: adam_step for name in names}))
    impl.adam_step(param)
    assert param.tolist() == [1, 1]


def test_a_copy_is_laid_out_as_its_original():
    """Strides, sharing, the writeable flag and identity are kept; functions stay themselves; keyword arguments too"""
    base = np.arange(24.0).reshape(4, 6)
    frozen = base[0].copy()
    frozen.flags.writeable = False
    view, other, same, rest, function, told = copied([base[::-1, ::2], base[1:], base[1:], frozen, len, {"plan": [base]}])
    assert function is len and told["plan"][0].shape == (4, 6)
    assert view.strides == base[::-1, ::2].strides and np.array_equal(view, base[::-1, ::2])
    assert not np.shares_memory(view, base) and np.shares_memory(view, other) and not rest.flags.writeable
    other[0, 0] = 99
    assert view[2, 0] == 99 and base[1, 0] == 6 and same[0, 0] == 99
