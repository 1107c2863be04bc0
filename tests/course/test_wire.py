"""Whatever is sent comes back the same; whatever comes is a value or a WireError, and costs little."""

import builtins
import collections
import enum
import io
import itertools
import os
import pickle
import signal
import struct
import threading
import time
import tracemalloc
from contextlib import contextmanager
from types import SimpleNamespace

import msgpack
import numpy as np
import pytest
from alike import told
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minigen.course import wire
from minigen.course.wire import Closed, Decoder, Encoder, Late, Pipe, WireError

often = settings(max_examples=200, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class Stop(BaseException):
    """What an alarm raises, or a watch."""


def refuse(*anything):
    """What stands for handles where there are none."""
    raise WireError("no handle here")


def crossed(*values, layout=False):
    """The values after their way through one frame."""
    return Decoder(refuse, layout).message(Encoder(refuse, layout).frame(list(values)))


# Values of every kind

dtypes = st.one_of(hnp.boolean_dtypes(), hnp.integer_dtypes(endianness="?"), hnp.unsigned_integer_dtypes(endianness="?"),
                   hnp.floating_dtypes(endianness="?"), hnp.complex_number_dtypes(endianness="?"))
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
scalars = hnp.arrays(dtypes, ()).map(lambda array: array[()])
texts = st.text(st.characters(exclude_categories=()), max_size=20)          # surrogates too: a student's text may have them
small = st.integers(-2 ** 63, 2 ** 63 - 1)
numbers = st.integers() | st.integers(1 - 2 ** wire.MOST_BITS, 2 ** wire.MOST_BITS - 1) | st.sampled_from([
    2 ** 63, 2 ** 64 - 1, 2 ** 64, -2 ** 63, -2 ** 63 - 1])
ranges = st.builds(range, small, small, small.filter(bool))
keys = st.recursive(st.none() | st.booleans() | numbers | st.floats() | st.complex_numbers() | texts | st.binary(max_size=20) | ranges | scalars,
                    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3), max_leaves=6)
values = st.recursive(keys | arrays, lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.sets(keys, max_size=3)
                      | st.dictionaries(keys, inner, max_size=3), max_leaves=12)


@often
@given(values, st.booleans())
@example(float("nan"), False)
@example([-0.0, float("inf"), complex("-nan-infj")], False)
@example("\ud800 é 演 😀 \x00", False)
@example({(1, (2, "x")): [np.zeros((0, 3), ">i2")], frozenset({None}): set()}, True)
def test_a_value_comes_back_as_it_went(value, layout):
    """The same types all the way down, the same bits, the same order of keys."""
    assert told(crossed(value, layout=layout)) == told([value])


def test_long_doubles_travel_as_well():
    """Their padding bytes mean nothing; their values come back."""
    for dtype in (np.longdouble, np.clongdouble):
        sent = np.array([1, -0.1, 2.5], dtype) / 3
        (array, scalar), = crossed([sent, sent[1]])
        assert array.dtype == scalar.dtype == sent.dtype and np.array_equal(array, sent) and scalar == sent[1]


def test_a_subclass_travels_as_what_it_is_underneath():
    """What it was taught to answer stays behind: all that arrives is Python's own."""
    class Liar(int):
        def __eq__(self, other):
            return True

        def __add__(self, other):
            raise AssertionError("nobody asks it")

    class Long(list):
        def __iter__(self):
            return iter(())

    class Colour(enum.IntEnum):
        RED = 3
    pair = collections.namedtuple("pair", "a b")
    sent = [Liar(7), Long([1, 2]), Colour.RED, pair(1, 2.0), collections.Counter("aab"), collections.OrderedDict(x=1), np.str_("text"), np.float64(0.5)]
    assert told(crossed(*sent)) == told([7, [1, 2], 3, (1, 2.0), {"a": 2, "b": 1}, {"x": 1}, "text", np.float64(0.5)])


class Own(np.ndarray):
    """An array with manners of its own."""


@pytest.mark.parametrize("value", [
    object(), len, np.array([None]), np.array(["x"]), np.array(["2020-01-01"], "M8[D]"), np.zeros(2, "i4,f8"), np.zeros(2).view(Own),
    np.ma.array([1]), np.random.RandomState(0), np.random.PCG64(0), iter([1]), bytearray(b"x"), memoryview(b"x"), int,
], ids=lambda value: type(value).__name__)
def test_what_does_not_travel_is_asked_for_a_handle(value):
    """Objects, functions, arrays of anything but numbers and subclasses of arrays: no bytes of theirs are sent."""
    asked = []

    def handle(one):
        asked.append(one)
        return ["o", 1]
    made = Decoder(lambda tag, parts: (tag, parts)).message(Encoder(handle).frame([value]))
    assert made == [("o", [1])] and asked[0] is value


@often
@given(arrays)
def test_an_array_without_its_layout_is_a_copy_of_its_own(array):
    """In C order, writeable, sharing with nobody: strides are believed on one side only."""
    arrived, again = crossed(array, array)
    assert arrived.flags.c_contiguous and arrived.flags.writeable and arrived.flags.owndata
    assert again is arrived


# Layout

@st.composite
def views(draw):
    """A few views of one array: slices with steps and backwards, transposed, stretched by broadcasting, read-only or not."""
    base = draw(hnp.arrays(dtypes, hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=5)))
    base.flags.writeable = True
    made = []
    for _ in range(draw(st.integers(1, 3))):
        view = base[draw(hnp.basic_indices(base.shape, allow_newaxis=True))]
        view = view if isinstance(view, np.ndarray) else base
        view = view.transpose(draw(st.permutations(range(view.ndim))))
        if draw(st.booleans()):
            view = np.lib.stride_tricks.as_strided(view, (2, *view.shape), (0, *view.strides))
        view = view[...]
        view.flags.writeable = draw(st.booleans())
        made.append(view)
    return made


def laid(array):
    """How an array lies in memory."""
    return [array.shape, array.dtype.str, array.flags.writeable, array.strides if array.size else None]


@often
@given(views())
def test_layout_travels(sent):
    """Shape, strides, the writeable flag, and every number."""
    arrived = crossed(*sent, layout=True)
    assert [laid(array) for array in arrived] == [laid(array) for array in sent]
    assert told(arrived) == told(sent)


@often
@given(views())
def test_a_change_through_one_view_shows_in_the_others(sent):
    """As it does where they came from; through the same array twice too."""
    arrived = crossed(*sent, *sent, layout=True)
    assert all(one is other for one, other in zip(arrived, arrived[len(sent):]))
    for here, there in zip(sent, arrived):
        if here.flags.writeable:
            here[...], there[...] = 1, 1
        else:
            with pytest.raises(ValueError, match="read-only"):
                there[...] = 1
        assert told(arrived[:len(sent)]) == told(sent)


def test_views_of_other_types_share_as_well():
    """An array, its bytes, its real part, its diagonal."""
    whole = np.arange(9.0).reshape(3, 3) + 1j
    sent = [whole, whole.view(np.uint8), whole.real, np.lib.stride_tricks.as_strided(whole, (3,), (whole.strides[0] + whole.strides[1],))]
    arrived = crossed(*sent, layout=True)
    for group in (sent, arrived):
        group[2][1, 1] = 77
        group[3][2] = 5j
    assert told(arrived) == told(sent)
    assert crossed(np.zeros(4), np.zeros(4), layout=True)[0].base is not crossed(np.zeros(4), layout=True)[0].base


def test_fortran_order_and_backwards_and_odd_places():
    """Spelled out: the strides are those of the sender, also where an array does not begin at a multiple of its size."""
    backwards, fortran = np.arange(6)[::-2], np.asfortranarray(np.arange(6.0).reshape(2, 3))
    odd = np.arange(33, dtype=np.uint8)[1:].view(np.float64)
    arrived = crossed(backwards, fortran, np.broadcast_to(np.arange(3), (4, 3)), odd, layout=True)
    assert [array.strides for array in arrived] == [(-16,), (8, 16), (0, 8), (8,)]
    assert arrived[1].flags.f_contiguous and not arrived[2].flags.writeable
    np.testing.assert_array_equal(arrived[0], [5, 3, 1])
    assert arrived[3].tobytes() == odd.tobytes()


@pytest.mark.parametrize("layout", [False, True])
def test_what_lies_between_the_strides_stays_at_home(layout):
    """Answers beside the questions in one array: no byte of them is in the frame."""
    table = np.full((50, 3), 0x5EC2E75EC2E75EC2)
    table[:, 0], table[:, 1] = 1, 2
    shown = [table[:, 0], table[::-2, 1], table[3:9, :2]]
    payload = Encoder(refuse, layout).frame(shown)
    assert table[:1, 2].tobytes() not in payload and b"\xc2\xe7\x5e" not in payload
    assert told(Decoder(refuse, layout).message(payload)) == told(shown)


# Random generators

@pytest.mark.parametrize("name", wire.BIT_GENERATORS)
@pytest.mark.parametrize("layout", [False, True])
def test_a_random_generator_goes_on_as_it_would_have(name, layout):
    """The same draws on both sides, half used words included; the same object twice stays one."""
    sent = np.random.Generator(getattr(np.random, name)(7))
    sent.integers(0, 9, 3, dtype=np.uint32), sent.standard_normal(5)
    one, (other, text), third = crossed(sent, [sent, "between"], np.random.default_rng(1), layout=layout)
    assert one is other and third is not one and text == "between"
    draws = [[generator.integers(0, 2 ** 32, 3, dtype=np.uint32).tolist(), generator.random(700).tolist()] for generator in (sent, one)]
    assert draws[0] == draws[1]


def states():
    """States that no generator was ever in."""
    def of(name, **changes):
        state = getattr(np.random, name)(0).state
        inner = {key: changes.pop(key) for key in list(changes) if key in state["state"]}
        return state | changes | {"state": state["state"] | inner}
    yield "none", None
    yield "another name", of("PCG64") | {"bit_generator": "Generator"}
    yield "a name that is no text", of("PCG64") | {"bit_generator": ["PCG64"]}
    yield "too large", of("PCG64", state=2 ** 128)
    yield "negative", of("PCG64", inc=-1)
    yield "half a word that is no word", of("PCG64", uinteger=2 ** 32)
    yield "one of another", of("PCG64") | {"bit_generator": "SFC64"}
    yield "a short key", of("MT19937", key=np.zeros(3, np.uint32))
    for pos in (-1, 625, 10 ** 6):
        yield f"MT19937 at {pos} of 624", of("MT19937", pos=pos)
    for pos in (-1, 5, 10 ** 6):
        yield f"Philox at {pos} of 4", of("Philox", buffer_pos=pos)


def frame_of(state):
    """A frame with a generator in a state of one's own."""
    encoder = Encoder(refuse)
    return framed(["l", ["g", 0, encoder._plain(state, 0)]], [], *(wire.npy(array)[4:] for array in encoder.arrays))


@pytest.mark.parametrize("state", [pytest.param(state, id=name) for name, state in states()])
def test_a_state_that_no_generator_can_be_in_is_refused(state):
    """NumPy itself would take a place outside its table, and read there."""
    with pytest.raises(WireError):
        Decoder(refuse).message(frame_of(state))


@pytest.mark.parametrize("name", wire.BIT_GENERATORS)
def test_a_state_that_a_generator_can_be_in_is_taken(name):
    """Sent in the same way."""
    made, = Decoder(refuse).message(frame_of(getattr(np.random, name)(3).state))
    np.testing.assert_array_equal(made.random(9), np.random.Generator(getattr(np.random, name)(3)).random(9))


# What is no frame

def framed(structure, table=(), *blocks, pack=msgpack.packb):
    """A payload of parts that may fit or not."""
    inside = pack([structure, table])
    return struct.pack("<I", len(inside)) + inside + b"".join(struct.pack("<I", len(block)) + block for block in blocks)


def tried(payload):
    """Decode it as each of the two sides does. Anything but a list of values or a WireError comes through."""
    for layout in (False, True):
        try:
            assert type(Decoder(refuse, layout).message(payload)) is list
        except WireError:
            pass


VALID = [[None, True, 3, -2 ** 70, 0.5, 1j, "text 字", b"bytes", (1, [2, {3}]), {"key": frozenset({4})}, range(3), np.float32(2), np.arange(6).reshape(2, 3).T,
          np.ones(3, ">f4"), np.random.default_rng(0)], ["call", None, "softmax", (np.zeros((2, 3)),), {"temperature": 1.0}]]
PAYLOADS = [Encoder(refuse, layout).frame(message) for message in VALID for layout in (False, True)]


@often
@given(st.binary(max_size=200), st.booleans())
@example(b"", True)
def test_any_bytes_are_values_or_a_wire_error(content, headed):
    """Nothing else: no other exception, no crash."""
    tried(struct.pack("<I", len(content)) + content if headed else content)


@often
@given(st.sampled_from(PAYLOADS), st.lists(st.tuples(st.integers(0, 2 ** 20), st.integers(1, 255)), max_size=4), st.integers(0, 2 ** 20), st.booleans())
def test_a_damaged_frame_is_values_or_a_wire_error(payload, flips, at, cut):
    """Bits flipped, the end cut off, two halves exchanged."""
    damaged = bytearray(payload)
    for place, bits in flips:
        damaged[place % len(damaged)] ^= bits
    at %= len(damaged)
    tried(bytes(damaged[:at] if cut else damaged))
    tried(bytes(damaged[:4] + damaged[at:] + damaged[4:at]))


tags = st.sampled_from(["t", "l", "s", "z", "d", "r", "a", "n", "i", "c", "g", "x", "f", "o", "", "list"])
words = st.sampled_from(["<i4", ">f8", "|b1", "<f16", "PCG64", "O", "(2,)i4", "i4,f4"]) | st.text(max_size=5)
junk = st.recursive(st.none() | st.booleans() | st.integers(-2 ** 63, 2 ** 64 - 1) | st.floats() | words | st.binary(max_size=8),
                    lambda inner: st.tuples(tags, st.lists(inner, max_size=4)).map(lambda two: [two[0], *two[1]]) | st.lists(inner, max_size=3), max_leaves=15)


@often
@given(junk, st.just(()) | junk, st.lists(st.sampled_from([wire.npy(np.arange(3))[4:], b"", b"\x93NUMPY\x01\x00"]) | st.binary(max_size=30), max_size=2))
def test_tags_with_wrong_parts_are_values_or_a_wire_error(structure, table, blocks):
    """Too few, too many, of the wrong type, numbers of arrays that are not there, tables of layout that fit nothing."""
    tried(framed(["l", structure], table, *blocks))


NEST = b"\xdd" + struct.pack(">I", wire.MOST_ITEMS)              # the head of a list of as many items as are allowed


@pytest.mark.parametrize("inside", [
    b"\x92" + (NEST + b"\x90" * wire.MOST_ITEMS) * 10,
    b"\x92" + (NEST + b"\x80" * wire.MOST_ITEMS) * 10,
    b"\x90" * 2_000_000,
    NEST * 400_000,
    b"\x91" * 2_000_000,
    b"\x92" + (NEST + b"\x91\x00" * wire.MOST_ITEMS) * 5,
], ids=["empty lists", "empty maps", "an empty list and more", "heads of lists in lists", "lists in lists", "lists of one"])
def test_two_megabytes_make_no_heap_of_memory(inside):
    """Whatever is one byte on the wire: less than 300 MB at any time."""
    payload = struct.pack("<I", len(inside)) + inside
    with peak() as memory, pytest.raises(WireError):
        Decoder(refuse).message(payload)
    assert memory.bytes < 300 << 20


@contextmanager
def peak():
    """The most memory that was taken inside, in bytes."""
    memory = SimpleNamespace()
    tracemalloc.start()
    try:
        yield memory
        memory.bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("make", [set, frozenset, dict.fromkeys], ids=["set", "frozenset", "dict"])
def test_keys_that_were_made_to_collide_hold_nobody_up(make):
    """Twenty thousand different keys with one hash keep a set busy for seconds: an alarm comes through, and there cannot be many more."""
    def alarm(*_):
        raise Stop
    prime, most = 2 ** 61 - 1, wire.MOST_KEYS      # hashes of numbers are remainders modulo this prime
    assert hash(5 * prime) == hash(70_000 * prime) == hash(complex(3 * 1000003, -3)) == 0
    tag = {set: "s", frozenset: "z"}.get(make, "d")
    pairs = [part for k in range(2, most + 2) for part in ((["c", 1000003.0 * k, -float(k)],) if tag != "d" else (["c", 1000003.0 * k, -float(k)], None))]
    before = signal.signal(signal.SIGALRM, alarm)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3, 0.3)           # again, should one be lost in a __del__
        with pytest.raises((Stop, WireError)):     # or they are refused at once
            Decoder(refuse).message(framed(["l", [tag, *pairs]]))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with pytest.raises(WireError):
        Decoder(refuse).message(framed(["l", [tag, *range(2 * most + 2)]]))


def test_ordinary_sets_are_not_mistaken_for_an_attack():
    """-1 and -2 have one hash, as do 0 and False's kin; so do whole numbers and floats that are alike."""
    for made in ({*range(-5000, 5000)}, {*np.linspace(-9, 9, 5000).tolist()}, {*itertools.product(range(-3, 4), repeat=4)}, {f"word {k}" for k in range(5000)},
                 {complex(a, b) for a in range(-20, 20) for b in range(-20, 20)}, {frozenset({a, b}) for a in range(40) for b in range(40)}):
        assert crossed(made, dict.fromkeys(made, 1)) == [made, dict.fromkeys(made, 1)]


# Caps

def nested(deep):
    """A list in a list in a list."""
    value = []
    for _ in range(deep - 1):
        value = [value]
    return value


def packed_nested(deep):
    """The same as msgpack is given it."""
    value = ["l"]
    for _ in range(deep - 1):
        value = ["l", value]
    return value


@pytest.mark.parametrize("fits, too_much", [
    (nested(wire.DEEPEST), nested(wire.DEEPEST + 1)),
    (list(range(wire.MOST_ITEMS - 2)), list(range(wire.MOST_ITEMS - 1))),          # with the list and the message
    ("x" * wire.LARGEST_TEXT, "x" * (wire.LARGEST_TEXT + 1)),
    ("字" * (wire.LARGEST_TEXT // 3), "字" * (wire.LARGEST_TEXT // 3 + 1)),
    (bytes(wire.LARGEST_TEXT), bytes(wire.LARGEST_TEXT + 1)),
    (2 ** wire.MOST_BITS - 1, 2 ** wire.MOST_BITS),
    (1 - 2 ** wire.MOST_BITS, -2 ** wire.MOST_BITS),
    (["x" * 500_000] * 4, ["x" * 600_000] * 4),
], ids=["depth", "items", "text", "characters of three bytes", "bytes", "digits", "negative digits", "structure"])
def test_what_exceeds_a_cap_is_not_sent(fits, too_much):
    """What is just within a cap comes back equal; the sender refuses what the other side would."""
    assert told(crossed(fits)) == told([fits])
    with pytest.raises(WireError):
        Encoder(refuse).frame([too_much])


@pytest.mark.parametrize("inside", [
    packed_nested(wire.DEEPEST + 2),
    ["l", *range(wire.MOST_ITEMS)],
    ["l", "x" * (wire.LARGEST_TEXT + 1)],
    ["l", bytes(wire.LARGEST_TEXT + 1)],
    ["l", ["i", "1" + "0" * (wire.MOST_BITS // 4)]],
    ["l", *(["x" * 600_000] * 4)],
], ids=["depth", "items", "text", "bytes", "digits", "structure"])
def test_what_exceeds_a_cap_is_not_taken(inside):
    """From a sender that does not keep to them."""
    with pytest.raises(WireError):
        Decoder(refuse).message(framed(inside))


def test_a_frame_is_a_list_of_values():
    """A lone value is no message."""
    for structure in (None, 3, "text", ["t", 1], ["d"], ["a", 0]):
        with pytest.raises(WireError):
            Decoder(refuse).message(framed(structure, [], wire.npy(np.arange(3))[4:]))


# Arrays as files

def npy(descr="'<i4'", shape="(2, 3)", fortran="False", data=bytes(24), version=(1, 0), more="", pad=0):
    """The bytes of an .npy file with a header of one's own."""
    head = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}{more}}}{' ' * pad}\n".encode("latin1")
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version[0] == 1 else "<I", len(head)) + head + data


def saved(array):
    """What NumPy itself writes."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


class Payload:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


REFUSED = {
    "a pickle": saved(np.array([Payload()])),
    "objects": npy("'|O'", "(3,)"),
    "text": npy("'<U2'", "(3,)"),
    "dates": npy("'<M8[s]'", "(3,)"),
    "records": npy("[('a', '<i4'), ('b', '<i4')]", "(3,)"),
    "arrays in arrays": npy("('<i4', (2,))", "(3,)"),
    "void": npy("'|V4'", "(6,)"),
    "a huge shape": npy(shape="(1000000000000,)"),
    "a shape that overflows": npy(shape="(4294967296, 4294967296)"),
    "a huge shape with nothing in it": npy(shape=f"(0, {2 ** 63})", data=b""),
    "a negative side": npy(shape="(-2, -3)"),
    "a side that is no number": npy(shape="(2.0, 3)"),
    "sides that are true": npy(shape="(True, 6)"),
    "33 sides": npy(shape=f"({'1, ' * 33})", data=bytes(4)),
    "too little": npy(data=bytes(23)),
    "too much": npy(data=bytes(25)),
    "version 2": npy(version=(2, 0)),
    "version 3": npy(version=(3, 0)),
    "version 0": npy(version=(0, 1)),
    "a long header": npy(pad=3000),
    "a program for a header": npy("__import__('os').getpid()"),
    "a key too much": npy(more=", 'x': 1"),
    "no file": b"PK\x03\x04" * 9,
    "nothing": b"",
    "a bare pickle": pickle.dumps([1]),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_plain_array_is_refused(content):
    """Before anything of its announced size is made, and without running anything."""
    with peak() as memory, pytest.raises(WireError):
        Decoder(refuse).message(framed(["l", ["a", 0]], [], content))
    assert memory.bytes < 10 << 20


@often
@given(arrays)
def test_a_file_that_numpy_wrote_is_the_array(array):
    """In Fortran order too, and empty."""
    got, = Decoder(refuse).message(framed(["l", ["a", 0]], [], saved(array)))
    assert told(got) == told(array) and got.flags.c_contiguous


def test_a_layout_that_nobody_asked_for_is_refused():
    """The trusted side takes no strides from anybody."""
    payload = Encoder(refuse, layout=True).frame([np.arange(3)])
    with pytest.raises(WireError, match="layout"):
        Decoder(refuse).message(payload)


@pytest.mark.parametrize("row", [
    [1, "|u1", [3], 0, [1], True], [-1, "|u1", [3], 0, [1], True], [0, "|u1", [4], 0, [1], True], [0, "|u1", [3], 1, [1], True],
    [0, "|u1", [3], -1, [1], True], [0, "|u1", [3], 0, [2], True], [0, "|u1", [3], 0, [-1], True], [0, "<i4", [1], 0, [4], True],
    [0, "|O", [1], 0, [1], True], [0, "|u1", [3], 0, [1]], None, 3,
])
def test_a_layout_outside_its_block_is_refused(row):
    """NumPy checks offset, strides and shape against the three bytes that are there."""
    tried(framed(["l", ["a", 0]], [row], wire.npy(np.arange(3, dtype=np.uint8))[4:]))
    with pytest.raises(WireError):
        Decoder(refuse, layout=True).message(framed(["l", ["a", 0]], [row], wire.npy(np.arange(3, dtype=np.uint8))[4:]))


# Exceptions by name

PYTHONS = [kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", PYTHONS, ids=lambda kind: kind.__name__)
def test_every_exception_of_python_is_made_from_a_text(kind):
    """Of its own kind, or of the nearest kind above that is content with a text."""
    made = wire.exception_of(kind.__name__, "why")
    assert isinstance(made, Exception) and issubclass(kind, type(made)) and "why" in str(made)
    assert type(made) is kind or kind.__name__ in ("UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError", "ExceptionGroup")


@pytest.mark.parametrize("name", [
    "SystemExit", "KeyboardInterrupt", "BaseException", "BaseExceptionGroup", "int", "print", "__name__", "nothing", "", None, 3,
    b"ValueError", ["ValueError"],
])
def test_nothing_else_is_made(name):
    """No other class, no function, and nothing that ends a program."""
    assert wire.exception_of(name, "why") is None


def test_an_own_exception_is_known_by_its_ancestor_among_pythons():
    """Also one that has taken the name of another."""
    class Wrong(KeyError):
        pass
    Fake = type("ValueError", (Wrong, AttributeError), {})
    errors = [Wrong(), Fake(), ZeroDivisionError(), OSError(2, "x"), WireError()]
    assert [wire.own_kind(error) for error in errors] == ["KeyError", "KeyError", "ZeroDivisionError", "FileNotFoundError", "Exception"]


def test_arrays_in_a_value_in_order():
    """In lists and tuples, in each place that they stand in; none of objects."""
    a, b = np.zeros(2), np.ones(3)
    assert [id(one) for one in wire.arrays_in((a, [b, "x", (a,)], {"k": a}, np.array([None]), np.float64(1)))] == [id(a), id(b), id(a)]


# Pipes

@pytest.fixture
def ends():
    """Two pipes that meet."""
    (here_read, there_write), (there_read, here_write) = os.pipe(), os.pipe()
    pair = Pipe(here_read, here_write), Pipe(there_read, there_write)
    yield pair
    for pipe in pair:
        pipe.close()


def soon():
    """A deadline that no test waits for unless something is wrong."""
    return time.monotonic() + 60


@contextmanager
def meanwhile(work):
    """Something that goes on in a thread, and has ended afterwards."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(60)
        assert not thread.is_alive()


def test_frames_arrive_whole_and_in_order(ends):
    """Several in a row, both ways, an empty one among them."""
    sent = [b"one", b"", b"three" * 1000]
    for here, there in (ends, ends[::-1]):
        for payload in sent:
            here.send(payload)
        assert [there.receive(soon()) for _ in sent] == sent


def test_a_frame_larger_than_the_pipe_passes(ends):
    """Piece by piece, while the other side reads; both ways at once."""
    payload, got = np.random.default_rng(0).bytes(3_000_000), {}

    def talk(k):
        ends[k].send(payload[k:], soon())
    with meanwhile(lambda: talk(0)):
        got[0] = ends[1].receive(soon())
    with meanwhile(lambda: talk(1)):
        got[1] = ends[0].receive(soon())
    assert got == {0: payload, 1: payload[1:]}


def test_an_end_that_is_closed_is_seen(ends):
    """Before a frame, within one, and by the sender."""
    here, there = ends
    os.write(here.write, struct.pack("<I", 100) + b"half")
    here.close()
    with pytest.raises(Closed):
        there.receive(soon())
    with pytest.raises(Closed):
        there.receive(soon())
    with pytest.raises(Closed):
        there.send(b"x" * 100)
    here.close()                                   # twice is no error


def test_a_deadline_holds_for_a_whole_frame(ends):
    """A drip of bytes, each of them in time, does not renew it."""
    here, there = ends
    done = threading.Event()

    def drip():
        os.write(here.write, struct.pack("<I", 1_000_000))
        while not done.wait(0.002):                # half an hour for a million
            os.write(here.write, b"x")
    with meanwhile(drip):
        with pytest.raises(Late):
            there.receive(time.monotonic() + 0.2)
        done.set()


def test_a_deadline_that_is_over_is_over(ends):
    """Also for what is there already, and so needs no waiting."""
    ends[0].send(b"there")
    with pytest.raises(Late):
        ends[1].receive(time.monotonic() - 1)


def test_a_sender_whose_other_side_does_not_read_is_late(ends):
    """It does not wait for ever."""
    with pytest.raises(Late):
        ends[0].send(bytes(1 << 22), time.monotonic() + 0.1)


@pytest.mark.parametrize("length", [wire.LARGEST_FRAME + 1, 2 ** 32 - 1])
def test_an_announced_giant_is_refused(ends, length):
    """Without making room for it."""
    os.write(ends[0].write, struct.pack("<I", length))
    with peak() as memory, pytest.raises(WireError, match="announced"):
        ends[1].receive(soon())
    assert memory.bytes < 1 << 20


def test_memory_grows_with_what_comes(ends):
    """Not with what was announced."""
    os.write(ends[0].write, struct.pack("<I", wire.LARGEST_FRAME) + b"x")
    ends[0].close()
    with peak() as memory, pytest.raises(Closed):
        ends[1].receive(soon())
    assert memory.bytes < 1 << 20


def test_a_giant_is_not_sent(ends):
    """64 MiB are the limit on both sides."""
    with pytest.raises(WireError, match="at most"):
        ends[0].send(bytes(wire.LARGEST_FRAME + 1))


def test_the_watch_is_called_while_it_waits(ends):
    """Again and again, reading and writing; what it raises comes through."""
    for work in (lambda watch: ends[0].receive(watch=watch), lambda watch: ends[0].send(bytes(1 << 22), watch=watch)):
        calls = itertools.count()

        def watch():
            if next(calls) == 3:
                raise Stop
        with pytest.raises(Stop):
            work(watch)
        assert next(calls) == 4
