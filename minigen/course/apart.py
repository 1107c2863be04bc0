"""A student's functions as the hidden tests call them: each call works on copies of its arguments.

Else a function could write into an array from which the test works out afterwards what it expects. Where a test is about just that
(``expect.unchanged``), and for functions that must write in place, the arguments themselves are given.
"""

from types import SimpleNamespace

from minigen.course.load import function_name
from minigen.course.wire import Decoder, Encoder


class Apart:
    """A function that is given copies; ``in_place`` is the function itself."""

    def __init__(self, function, writes=False):
        self.in_place, self.writes = function, writes

    def __call__(self, *arguments, **named):
        if not self.writes:
            arguments, named = copied([arguments, named])
        return self.in_place(*arguments, **named)


def apart(unit, functions):
    """The functions of a unit, each apart from its caller."""
    return SimpleNamespace(**{name: Apart(getattr(functions, name), name in unit.in_place) for name in map(function_name, unit.functions)})


def copied(values):
    """A copy of a list of values as if it had gone over the wire: arrays keep layout and sharing, functions stay themselves."""
    kept = []

    def keep(value):
        kept.append(value)
        return ["k", len(kept) - 1]
    frame = Encoder(keep, layout=True).frame(values)
    return Decoder(lambda tag, parts: kept[parts[0]], layout=True).message(frame)
