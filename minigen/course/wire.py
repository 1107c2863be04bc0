"""The wire between the grader and the process that runs a student's file: frames of plain values, and nothing that can run.

A frame is four bytes of length, then msgpack, then the arrays as ``.npy`` (never a pickle). What msgpack has no type for is a
list that begins with a tag: ``["t", 1, 2]`` is the tuple (1, 2). Functions and objects do not travel; a *handle* of them does,
and whoever holds the real one is asked.

Whatever arrives is either a value or a ``WireError``: caps on length, depth, number of items, digits and text are checked
before anything of that size is made, and a deadline holds for a whole frame, so that a slow drip does not renew it.
"""

import builtins
import io
import math
import os
import select
import struct
import time
from functools import lru_cache

import msgpack
import numpy as np

LARGEST_FRAME = 1 << 26         # bytes: 64 MiB, arrays included
LARGEST_STRUCTURE = 1 << 21     # bytes of msgpack in it; an empty list is one byte there and 56 here
LARGEST_TEXT = 1 << 20          # characters or bytes
MOST_ITEMS = 200_000            # values of a frame
MOST_KEYS = 20_000              # of a dict or set
MOST_BITS = 4096                # of a whole number
DEEPEST = 32                    # lists in lists
MOST_AXES = 32
KINDS = "biufc"                 # of arrays and scalars: bool, int, unsigned, float, complex
AS_IT_IS = {type(None), bool, float}            # whole numbers and texts too, up to a size
AS_IT_CAME = AS_IT_IS | {int, str, bytes}
BIT_GENERATORS = ("PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937")


class WireError(Exception):
    """What came is not a frame, or what was to be sent does not fit into one."""


class Closed(WireError):
    """The other side is gone."""


class Late(WireError):
    """The frame was not complete at its deadline."""


def own_kind(error):
    """The name of the first class among an exception's ancestors that is Python's own."""
    return next(one.__name__ for one in type(error).__mro__ if vars(builtins).get(one.__name__) is one)


def exception_of(name, text):
    """One of Python's own exceptions by its name; None for a name that is none."""
    kind = vars(builtins).get(name) if type(name) is str else None
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        return None
    for ancestor in kind.__mro__:                  # some want more than a text, such as UnicodeDecodeError
        try:
            return ancestor(text)
        except TypeError:
            pass


def arrays_in(value):
    """The arrays in a value, also in lists and tuples, in order."""
    if type(value) is np.ndarray and value.dtype.kind in KINDS:
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays_in(item)


class Pipe:
    """Frames over two file descriptors."""

    def __init__(self, read, write):
        self.read, self.write = read, write
        for end in (read, write):
            os.set_blocking(end, False)

    def send(self, payload, deadline=None, watch=None):
        """Write one frame."""
        if len(payload) > LARGEST_FRAME:
            raise WireError(f"a frame of {len(payload)} bytes: at most {LARGEST_FRAME} may be sent")
        left = memoryview(struct.pack("<I", len(payload)) + payload)
        while left:
            try:
                left = left[os.write(self.write, left):]
            except BlockingIOError:
                self._wait(self.write, select.POLLOUT, deadline, watch)
            except OSError:
                raise Closed("the other side reads no more") from None

    def receive(self, deadline=None, watch=None):
        """Read one frame: its payload."""
        length, = struct.unpack("<I", self._exactly(4, deadline, watch))
        if length > LARGEST_FRAME:
            raise WireError(f"a frame of {length} bytes was announced: at most {LARGEST_FRAME}")
        return self._exactly(length, deadline, watch)

    def _exactly(self, n, deadline, watch):
        parts = bytearray()                        # grows with what comes, not with what was announced
        while len(parts) < n:
            if deadline is not None and time.monotonic() > deadline:      # also of what drips so fast that nobody has to wait
                raise Late("the frame was not complete in time")
            if watch:
                watch()
            try:
                part = os.read(self.read, min(n - len(parts), 1 << 16))
            except BlockingIOError:
                self._wait(self.read, select.POLLIN, deadline, watch)
                continue
            except OSError:
                part = b""
            if not part:
                raise Closed("the other side is gone")
            parts += part
        return bytes(parts)

    def _wait(self, end, event, deadline, watch):
        """Until something can be read or written; ``watch`` is called every twentieth of a second and may raise."""
        poll = select.poll()
        poll.register(end, event)
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Late("the frame was not complete in time")
            if poll.poll(None if left is None and watch is None else 1000 * min(0.05, left if left is not None else 0.05)):
                return
            if watch:
                watch()

    def close(self):
        """Close both ends."""
        for end in (self.read, self.write):
            try:
                os.close(end)
            except OSError:
                pass
        self.read = self.write = -1                # the numbers may be somebody else's soon


# Values to frames

class Encoder:
    """One frame in the making.

    Parameters
    ----------
    handle : callable (value) -> list
        The tagged list for what does not travel (a callback, a student's object); raises WireError for what has no business here.
    layout : bool
        Whether arrays keep their strides, their writeable flag and what they share with each other.
    """

    def __init__(self, handle, layout=False):
        self.handle, self.layout = handle, layout
        self.arrays, self.generators, self._known, self._items = [], [], {}, 0

    def frame(self, message):
        """The payload for a message: a list of values."""
        structure, = self._all([message], 0)
        table, blocks = self._laid_out() if self.layout else ([], self.arrays)
        try:
            packed = msgpack.packb([structure, table], unicode_errors="surrogatepass")
        except (ValueError, OverflowError, TypeError, RecursionError) as error:
            raise WireError(f"a value that cannot be sent: {error}") from None
        if len(packed) > LARGEST_STRUCTURE:
            raise WireError(f"{len(packed)} bytes beside the arrays: at most {LARGEST_STRUCTURE}")
        if len(packed) + sum(block.nbytes for block in blocks) > LARGEST_FRAME - 4096 * (len(blocks) + 1):
            raise WireError(f"arrays of {sum(block.nbytes for block in blocks)} bytes: at most {LARGEST_FRAME} in a frame")
        return b"".join([struct.pack("<I", len(packed)), packed, *(npy(block) for block in blocks)])

    def _all(self, values, depth):
        """Values that stand side by side; most are numbers, and travel as they are."""
        self._items += len(values)
        if values and depth > DEEPEST or self._items > MOST_ITEMS:
            raise WireError(f"more than {MOST_ITEMS} values, or lists in lists, more than {DEEPEST} deep")
        return [value if type(value) in AS_IT_IS or type(value) is int and -2 ** 63 <= value < 2 ** 64 else self._plain(value, depth) for value in values]

    def _plain(self, value, depth):
        kind = type(value)
        if kind is str or kind is bytes:
            if len(value) * (4 if kind is str else 1) > LARGEST_TEXT and len(value if kind is bytes else value.encode("utf-8", "surrogatepass")) > LARGEST_TEXT:
                raise WireError(f"a text of {len(value)} characters: at most {LARGEST_TEXT} bytes")
            return value
        if kind is int:
            if value.bit_length() > MOST_BITS:
                raise WireError(f"a whole number of {value.bit_length()} bits: at most {MOST_BITS}")
            return ["i", f"{value:x}"]
        if kind is np.ndarray and value.dtype.kind in KINDS and value.ndim <= MOST_AXES:
            return self._array(value)
        if isinstance(value, np.generic) and kind.__module__ == "numpy" and value.dtype.kind in KINDS:
            return ["n", value.dtype.str, value.tobytes()]
        if kind is np.random.Generator and type(value.bit_generator).__name__ in BIT_GENERATORS:
            return self._generator(value, depth)
        # A subclass travels as what it is underneath: whatever it has been taught to answer stays behind.
        for base, tag in ((tuple, "t"), (list, "l"), (set, "s"), (frozenset, "z")):
            if isinstance(value, base):
                return [tag, *self._all([*base.__iter__(value)], depth + 1)]
        if isinstance(value, dict):
            return ["d", *self._all([part for pair in dict.items(value) for part in pair], depth + 1)]
        if kind is range:
            return ["r", *self._all([value.start, value.stop, value.step], depth + 1)]
        if kind is complex:
            return ["c", value.real, value.imag]
        for base in (str, int, float):
            if isinstance(value, base):
                return self._all([base.__add__(value, base())], depth)[0]
        return self.handle(value)

    def _array(self, array):
        index = self._known.get(id(array))
        if index is None:
            index = self._known[id(array)] = len(self.arrays)
            self.arrays.append(array)              # which also keeps it alive, so that its id stays its own
        return ["a", index]

    def _generator(self, generator, depth):
        index = self._known.get(id(generator))
        if index is None:
            index = self._known[id(generator)] = len(self.generators)
            self.generators.append(generator)
        return ["g", index, *self._all([generator.bit_generator.state], depth + 1)]

    def _laid_out(self):
        """Where each array lies in which block: [block, dtype, shape, offset, strides, writeable]; the blocks.

        Only what an array shows is copied into its block: what lies between the strides is none of the other side's business.
        """
        spans = sorted((span(array), index) for index, array in enumerate(self.arrays))
        table, blocks, groups = [None] * len(spans), [], []
        for (low, high), index in spans:
            if groups and low < groups[-1][1]:
                groups[-1][1] = max(groups[-1][1], high)
                groups[-1][2].append(index)
            else:
                groups.append([low, high, [index]])
        for low, high, indices in groups:
            if high - low > LARGEST_FRAME:
                raise WireError(f"an array that spreads over {high - low} bytes")
            block, whole = np.zeros(high - low, np.uint8), self.arrays[indices[0]]
            if len(indices) == 1 and whole.flags.c_contiguous:
                block = np.frombuffer(np.ascontiguousarray(whole), np.uint8) if whole.size else block
            for index in indices:
                array = self.arrays[index]
                offset = array.__array_interface__["data"][0] - low if array.size else 0
                if len(indices) > 1 or not array.flags.c_contiguous:
                    view(block, array.dtype, array.shape, offset, array.strides)[...] = array
                table[index] = [len(blocks), array.dtype.str, list(array.shape), offset, list(array.strides), bool(array.flags.writeable)]
            blocks.append(block)
        return table, blocks


def span(array):
    """The first byte of an array and the one after its last, as addresses."""
    if not array.size:
        return -1 - id(array), -1 - id(array)      # nothing is shared with it
    start = array.__array_interface__["data"][0]
    steps = [(n - 1) * stride for n, stride in zip(array.shape, array.strides)]
    return start + sum(step for step in steps if step < 0), start + sum(step for step in steps if step > 0) + array.itemsize


def view(block, dtype, shape, offset, strides):
    """An array over the bytes of a block."""
    return np.ndarray(shape, dtype, block, offset, strides)


def npy(array):
    """An array as the bytes of an .npy file, after their length."""
    header = _npy_header(array.dtype.str, array.shape)
    return struct.pack("<I", len(header) + array.nbytes) + header + array.tobytes()


@lru_cache(4096)
def _npy_header(dtype, shape):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue()


# Frames to values

class Decoder:
    """One frame being read.

    ``resolve(tag, parts)`` gives the value behind a handle, or raises WireError. Only with ``layout`` is a table of arrays believed:
    the trusted side takes no strides from anybody, its arrays are its own.
    """

    def __init__(self, resolve, layout=False):
        self.resolve, self.layout = resolve, layout
        self.arrays, self.generators, self._items = [], [], 0

    def message(self, payload):
        """The list of values in a payload. Raises WireError, and nothing else, if it is none."""
        try:
            return self._message(payload)
        except WireError:
            raise
        except Exception as error:                 # whatever a malformed header, dtype or shape makes NumPy say
            raise WireError(f"not a frame: {type(error).__name__}") from None

    def _message(self, payload):
        size, = struct.unpack_from("<I", payload)
        if size > min(LARGEST_STRUCTURE, len(payload) - 4):
            raise WireError("the values are longer than their frame")
        structure, table = msgpack.unpackb(payload[4:4 + size], use_list=True, unicode_errors="surrogatepass", max_str_len=LARGEST_TEXT, max_bin_len=LARGEST_TEXT,
                                           max_array_len=MOST_ITEMS, max_map_len=0, max_ext_len=0)
        blocks, at = [], 4 + size
        while at < len(payload):
            length, = struct.unpack_from("<I", payload, at)
            if at + 4 + length > len(payload):
                raise WireError("an array is longer than its frame")
            blocks.append(from_npy(payload[at + 4:at + 4 + length]))
            at += 4 + length
        if table and not self.layout:
            raise WireError("a layout that nobody asked for")
        self.arrays = [laid_out(blocks, *row) for row in table] if self.layout else blocks
        values, = self._all([structure], 0)
        if type(values) is not list:
            raise WireError("a frame is a list of values")
        return values

    def _all(self, packed, depth):
        """The values behind what stands side by side."""
        self._items += len(packed)
        if packed and depth > DEEPEST or self._items > MOST_ITEMS:
            raise WireError("too many values, or lists too deep in lists")
        return [one if type(one) in AS_IT_CAME else self._value(one, depth) for one in packed]

    def _value(self, packed, depth):
        if type(packed) is not list or not packed or type(packed[0]) is not str:
            raise WireError("a value without a type")
        tag, *parts = packed
        if tag == "l":
            return self._all(parts, depth + 1)
        if tag == "t":
            return tuple(self._all(parts, depth + 1))
        if tag in ("d", "s", "z"):
            return self._hashed(tag, self._all(parts, depth + 1))
        if tag == "r":
            return range(*self._all(parts, depth + 1))
        if tag == "a":
            index, = parts
            return self.arrays[_index(index, self.arrays)]
        if tag == "n":
            dtype, content = dtype_of(parts[0]), parts[1]
            return np.frombuffer(content, dtype, 1)[0] if len(content) == dtype.itemsize else _refuse("a scalar of another size")
        if tag == "i":
            return int(parts[0], 16) if len(parts[0].removeprefix("-")) <= MOST_BITS // 4 else _refuse("a whole number with too many digits")
        if tag == "c":
            return complex(float(parts[0]), float(parts[1]))
        if tag == "g":
            return self._generator(*parts, depth)
        return self.resolve(tag, self._all(parts, depth + 1))

    def _hashed(self, tag, items):
        """A dict or set, item by item: with hashes made to collide it takes long, and only between items can anybody interrupt it."""
        if len(items) > (2 * MOST_KEYS if tag == "d" else MOST_KEYS):
            raise WireError("a dict or set with too many keys")
        if tag == "d":
            made = {}
            for key, value in zip(items[::2], items[1::2], strict=True):
                made[key] = value
            return made
        made = set()
        for item in items:
            made.add(item)
        return made if tag == "s" else frozenset(made)

    def _generator(self, index, state, depth):
        if index == len(self.generators):
            self.generators.append(generator_of(*self._all([state], depth + 1)))
        return self.generators[_index(index, self.generators)]


def generator_of(state):
    """A Generator in a given state; WireError if NumPy does not take it, takes it for another, or would read beyond its buffer."""
    try:
        name = state["bit_generator"]
        made = getattr(np.random, name)(0) if name in BIT_GENERATORS else _refuse("no random generator")
        held = {"MT19937": lambda: (state["state"]["pos"], len(made.state["state"]["key"])), "Philox": lambda: (state["buffer_pos"], len(made.state["buffer"]))}
        at, size = held.get(name, lambda: (0, 0))()
        made.state = state
        same = 0 <= at <= size and alike(made.state, state)
    except Exception:
        same = False
    return np.random.Generator(made) if same else _refuse("no state of a random generator")


def alike(one, other):
    """Whether two states are the same: same keys, same whole numbers, same arrays."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return one == other


def dtype_of(text):
    """A dtype of plain numbers, from its three or four characters."""
    if type(text) is not str or len(text) > 5:
        raise WireError("no dtype of numbers")
    dtype = np.dtype(text)
    if dtype.kind not in KINDS or dtype.names or dtype.subdtype:
        raise WireError("no dtype of numbers")
    return dtype


def from_npy(content):
    """The array of an .npy file; its own copy, in C order."""
    length, = struct.unpack_from("<H", content, 8)
    start = 10 + length
    dtype, shape, fortran, size = _read_npy_header(content[:start])
    if size != len(content) - start:
        raise WireError("an array of another size than its shape says")
    if not size:
        return np.empty(shape, dtype)
    return np.frombuffer(content, dtype, size // dtype.itemsize, start).reshape(shape, order="F" if fortran else "C").copy("C")


@lru_cache(4096)
def _read_npy_header(header):
    """dtype, shape, whether in Fortran order, bytes of data."""
    file = io.BytesIO(header)
    if np.lib.format.read_magic(file) != (1, 0):
        raise WireError("another version of .npy")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file, max_header_size=2000)
    if len(shape) > MOST_AXES or any(type(n) is not int or n < 0 for n in shape):
        raise WireError("no shape")
    dtype = dtype_of(dtype.str)
    return dtype, shape, fortran, math.prod(shape) * dtype.itemsize


def laid_out(blocks, block, dtype, shape, offset, strides, writeable):
    """One array of the table, in its place in a block (which NumPy checks)."""
    made = view(blocks[_index(block, blocks)], dtype_of(dtype), shape, offset, strides) if 0 not in shape else np.empty(shape, dtype_of(dtype))
    made.flags.writeable = bool(writeable)
    return made


def _index(index, items):
    return index if type(index) is int and 0 <= index < len(items) else _refuse("a number that stands for nothing")


def _refuse(why):
    raise WireError(why)
