"""When two values are alike: the same types all the way down and the same bits, also where == says otherwise (nan) or too much (True == 1)."""

import struct

import numpy as np


def told(value):
    """All there is to a value, as texts and bytes: what is told alike is alike."""
    kind = type(value)
    if kind is np.ndarray or isinstance(value, np.generic):
        return ["array" if kind is np.ndarray else "scalar", value.dtype.str, value.shape, value.tobytes()]
    if kind in (list, tuple):
        return [kind.__name__, *map(told, value)]
    if kind in (set, frozenset):
        return [kind.__name__, *sorted(map(told, value), key=repr)]
    if kind is dict:
        return ["dict", *([told(key), told(item)] for key, item in value.items())]      # in the same order
    if kind is float:
        return ["float", struct.pack("<d", value)]                                      # -0.0 is not 0.0, and nan is nan
    if kind is complex:
        return ["complex", struct.pack("<dd", value.real, value.imag)]
    if kind is np.random.Generator:
        return ["generator", told(value.bit_generator.state)]
    return [kind.__name__, repr(value)]
