"""Weights packed once: never stale, never packed in vain."""

import gc

import numpy as np

from minigen.models import packed
from minigen.models.packed import aligned


class Model:
    """Nothing but params."""

    def __init__(self, rng):
        self.params = {name: rng.standard_normal((3, 4)).astype(np.float32) for name in "abc"}


def counted(calls):
    """A pack that reads a and b, and notes that it was called."""
    def pack(params):
        calls.append(1)
        return params["a"] + params["b"]
    return pack


def test_a_change_in_place_is_noticed(rng):
    """Whatever number that pack reads changes, the next call packs again; without a change it does not."""
    model, calls = Model(rng), []
    for round_ in range(6):
        name, at = ("a", "b")[round_ % 2], tuple(rng.integers(0, (3, 4)))
        for _ in range(2):
            np.testing.assert_array_equal(packed.packed(model, counted(calls)), model.params["a"] + model.params["b"])
        assert len(calls) == round_ + 1
        model.params[name][at] += np.float32(1e-3)


def test_what_pack_does_not_read_may_change(rng):
    """A param that is not packed (a table the loop reads as it is) costs no comparison and no packing."""
    model, calls = Model(rng), []
    packed.packed(model, counted(calls))
    model.params["c"] += 1
    packed.packed(model, counted(calls))
    assert len(calls) == 1


def test_nothing_outlives_its_model(rng):
    """The memory goes with the model."""
    model = Model(rng)
    packed.packed(model, counted([]))
    before = len(packed._KEPT)
    del model
    gc.collect()
    assert len(packed._KEPT) == before - 1


def test_aligned_is_a_copy_at_a_multiple_of_64_bytes(rng):
    """The same numbers, row by row, from any layout and type."""
    for array in (rng.standard_normal((5, 7)), rng.standard_normal((5, 7)).T, np.arange(6), [rng.standard_normal(3).T] * 2):
        copy = aligned(array)
        assert copy.ctypes.data % 64 == 0 and copy.flags.c_contiguous and copy.dtype == np.float32
        np.testing.assert_array_equal(copy, np.asarray(array, np.float32))
        assert not np.shares_memory(copy, array)
