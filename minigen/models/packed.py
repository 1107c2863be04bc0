"""Weights as a compiled loop wants to read them, made once and kept while the model does not change."""

from weakref import WeakKeyDictionary

import numpy as np

_KEPT = WeakKeyDictionary()      # model -> (copies of its params, what pack made of them)


def packed(model, pack):
    """``pack(model.params)``, from memory where no number that it read has changed since.

    Comparing the numbers costs a tenth of packing them again, and cannot be wrong: training and loading change
    params in place.
    """
    read, made = _KEPT.get(model, ({}, None))
    if not read or not all(np.array_equal(copy, model.params[name]) for name, copy in read.items()):
        params = _Noted(model.params)
        made = pack(params)
        _KEPT[model] = {name: model.params[name].copy() for name in params.asked}, made
    return made


class _Noted(dict):
    """A dict that notes which of its keys are asked for."""

    def __init__(self, mapping):
        super().__init__(mapping)
        self.asked = set()

    def __getitem__(self, name):
        self.asked.add(name)
        return super().__getitem__(name)


def aligned(array):
    """A copy in float32, row by row, that begins at a multiple of 64 bytes: whole cache lines for whole vectors."""
    array = np.asarray(array, np.float32)
    room = np.empty(array.size + 16, np.float32)
    start = (-room.ctypes.data) % 64 // 4
    copy = room[start:start + array.size].reshape(array.shape)
    copy[...] = array
    return copy
