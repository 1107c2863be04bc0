"""The trusted side of a conversation with a worker: functions that look like a student's and run in the sandbox.

What comes back was checked by ``wire.py`` and is a copy of its own; exceptions come back as Python's own kinds. Anything else
(a frame that is none, a process that ended, a limit) is a ``Fault``: no test can mistake it for an answer, since it is not an
``Exception``.
"""

import time

import numpy as np

from minigen.course.wire import Closed, Decoder, Encoder, Late, WireError, arrays_in, exception_of, generator_of, own_kind

MOST_CALLBACKS = 100_000        # of one call
DEEPEST_CALLS = 8               # calls in callbacks in calls
MOST_STEPS = 100_000            # of one generator
MOST_YIELDED = 1 << 28          # bytes of arrays of one generator: all of them are kept, since later steps may change them
ENDED = {"SystemExit", "KeyboardInterrupt", "GeneratorExit", "BaseException"}


class Fault(BaseException):
    """The submission broke the conversation. Its text is the grader's own, in one line."""


class Remote:
    """An object of the submission: a name for it, with the methods that it said it has."""

    def __init__(self, session, handle, kind, methods):
        self._session, self._handle, self._kind, self._methods = session, handle, kind, methods
        self._given = self._callbacks = None

    def __getattr__(self, name):
        if name.startswith("_") or name not in self._methods:
            raise AttributeError(f"an object of the submission has no {name!r}")
        return lambda *arguments, **named: self._session.call(name, arguments, named, self._handle)

    def __repr__(self):
        return f"<{self._kind} of the submission>"


class RemoteFunction(Remote):
    """A function that the submission returned."""

    def __call__(self, *arguments, **named):
        return self._session.call("__call__", arguments, named, self._handle)


class RemoteIterator(Remote):
    """A generator of the submission: each step runs in the sandbox, under the limits of a call."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self._frames, self._bytes, self._steps = [], 0, 0

    def __iter__(self):
        return self

    def __next__(self):
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise Fault(f"a generator gave more than {MOST_STEPS} values")
        return self._session.go_on("next", self)

    def close(self):
        """End it."""
        self._session.go_on("close", self)


class Given:
    """The arguments of a call on this side: what the submission does to them is done to them."""

    def __init__(self, encoder, arguments, named):
        self.arrays, self.generators = encoder.arrays, encoder.generators
        self.arguments, self.named = arguments, named

    def write_back(self, after, frames):
        """Take over changes in place; WireError for what could not have been done to the argument itself."""
        changed, drawn, again, values = after
        for k, array in changed:
            _copy(self.arrays[k], array)
        for k, state in drawn:
            _set_state(self.generators[k], state)
        for k, array in again:
            _copy(frames[k], array)
        if values is not None:
            arguments, named = values
            for mine, theirs in [*zip(self.arguments, arguments, strict=True), *((self.named[name], named[name]) for name in self.named)]:
                _merge(mine, theirs)


def _copy(mine, theirs):
    if type(theirs) is not np.ndarray or theirs.shape != mine.shape or theirs.dtype != mine.dtype:
        raise WireError("an argument changed its shape or its type")
    if mine.flags.writeable:
        mine[...] = theirs


def _set_state(generator, state):
    bits, before = generator.bit_generator, generator.bit_generator.state
    theirs = generator_of(state).bit_generator.state
    if theirs["bit_generator"] != before["bit_generator"]:
        raise WireError("a random generator became another")
    if before["bit_generator"].startswith("PCG64") and theirs["state"]["inc"] != before["state"]["inc"]:
        raise WireError("a random generator draws from another stream")        # drawing never changes that
    bits.state = theirs


def _merge(mine, theirs):
    """Make a list, dict or set in an argument equal to what became of it, in place."""
    if type(mine) is not type(theirs) or mine is theirs:
        return
    if isinstance(mine, tuple):
        for one, other in zip(mine, theirs):
            _merge(one, other)
    elif isinstance(mine, list):
        kept = [_kept(one, other) for one, other in zip(mine, theirs)]
        mine[:] = kept + theirs[len(kept):]
    elif isinstance(mine, dict):
        new = {key: _kept(mine.get(key), value) for key, value in theirs.items()}
        mine.clear()
        mine.update(new)
    elif isinstance(mine, set):
        mine.clear()
        mine.update(theirs)


def _kept(one, other):
    """The same object where it is still a list or dict, so that others who hold it see the change."""
    if type(one) is type(other) and isinstance(one, (list, dict, set)):
        _merge(one, other)
        return one
    return other


class Session:
    """One worker, spoken to.

    Parameters
    ----------
    pipe : wire.Pipe
    limit : callable () -> (seconds, what is said of one that takes longer)
        Asked before each call.
    watch : callable ()
        Called while it waits; raises Fault for a worker that takes too much memory.
    """

    def __init__(self, pipe, limit, watch):
        self.pipe, self.limit, self.watch = pipe, limit, watch
        self.callbacks, self.numbers, self.depth = {}, 0, 0

    # What is asked for

    def hello(self):
        """Wait until the worker is there. (Nothing of a student's is in it yet.)"""
        if self.talk(None, None) != ["ready"]:
            self.broken()

    def load(self, number, files):
        """Load a unit's files, the last one over the others. Returns "" or what is wrong with them, in the worker's words."""
        kind, *said = self.talk(Encoder(self.register).frame(["load", number, [list(file) for file in files]]), None)
        if kind == "refused" and len(said) == 1 and type(said[0]) is str:
            return said[0] or "?"
        return "" if kind == "loaded" else self.broken()

    def probe(self, paths, pid):
        """What the sandbox does not keep out: a list of lines."""
        kind, found = self.talk(Encoder(self.register).frame(["probe", list(paths), pid]), None)
        return found

    def call(self, name, arguments, named, handle=None):
        """Call a function, or a method of an object that was handed out."""
        if self.depth >= DEEPEST_CALLS:
            raise Fault(f"calls in calls, more than {DEEPEST_CALLS} deep")
        before = self.callbacks
        self.callbacks = dict(before)
        try:
            encoder = Encoder(self.register, layout=True)
            frame = encoder.frame(["call", handle, name, tuple(arguments), named])
            return self.finish(frame, Given(encoder, arguments, named))
        finally:
            self.callbacks = before                # a function may be called back during its own call only

    def go_on(self, what, iterator):
        """One step of a generator, with the functions that were given to the call that made it."""
        before, self.callbacks = self.callbacks, self.callbacks | iterator._callbacks
        try:
            return self.finish(Encoder(self.register).frame([what, iterator._handle]), iterator._given, iterator)
        finally:
            self.callbacks = before

    def register(self, value):
        """A number for what does not travel."""
        if isinstance(value, Remote) or not callable(value):
            raise WireError(f"{type(value).__name__} cannot be given to a submission")
        self.numbers += 1
        self.callbacks[self.numbers] = value
        return ["f", self.numbers]

    # What comes back

    def finish(self, frame, given, iterator=None):
        """Send a call, answer its callbacks, and return or raise what comes of it."""
        self.depth += 1
        try:
            kind, *parts = self.talk(frame, given)
            try:
                if kind == "return":
                    value, after = parts
                elif kind == "stop" and iterator:
                    after, = parts
                elif kind == "raise":
                    name, text, line, after = parts
                else:
                    raise WireError("a reply of an unknown kind")
                given.write_back(after, iterator._frames if iterator else [])
            except Exception:                      # WireError, and whatever a wrong number of parts of the wrong kind makes Python say
                self.broken()
            if kind == "return":
                if iterator:
                    new = list(arrays_in(value))
                    iterator._frames += new
                    iterator._bytes += sum(frame.nbytes for frame in new)
                    if iterator._bytes > MOST_YIELDED:
                        raise Fault(f"a generator gave more than {MOST_YIELDED >> 20} MiB")
                return value
            if kind == "stop":
                raise StopIteration
            raise self.exception(name, text, line)
        finally:
            self.depth -= 1

    def talk(self, frame, given):
        """Send a frame, serve callbacks, and return the message that ends it."""
        seconds, said = self.limit()
        deadline = time.monotonic() + seconds
        try:
            if frame is not None:
                self.pipe.send(frame, deadline, self.watch)
            for _ in range(MOST_CALLBACKS):
                remotes = []
                message = Decoder(lambda tag, parts: self.resolve(tag, parts, given, remotes)).message(self.pipe.receive(deadline, self.watch))
                if not message or type(message[0]) is not str:
                    self.broken()
                for remote in remotes:
                    remote._given, remote._callbacks = given, dict(self.callbacks)
                if message[0] != "callback":
                    return message
                self.pipe.send(self.called_back(message[1:]), deadline, self.watch)
        except Late:
            raise Fault(said) from None
        except Closed:
            raise Fault("the process ended: os._exit, a crash, or compiled code that wrote outside an array") from None
        except WireError:
            self.broken()
        raise Fault(f"it called the function that it was given more than {MOST_CALLBACKS} times")

    def called_back(self, parts):
        """The frame that answers a callback. What the function raises is told by its kind alone."""
        try:
            number, arguments, named = parts
            if type(number) is not int:
                raise WireError
            function = self.callbacks[number]
            if type(arguments) is not tuple or type(named) is not dict or not all(type(name) is str for name in named):
                raise WireError
        except (ValueError, KeyError, WireError):
            raise Fault("it called a function that is not its to call now") from None
        encoder = Encoder(self.register, layout=True)
        try:
            return encoder.frame(["return", function(*arguments, **named)])
        except WireError:
            raise
        except Exception as error:
            return Encoder(self.register).frame(["raise", own_kind(error)])

    def resolve(self, tag, parts, given, remotes):
        """What a handle stands for."""
        if tag == "x" and given and type(parts[0]) is int and 0 <= parts[0] < len(given.arrays):
            return given.arrays[parts[0]]
        if tag == "f" and type(parts[0]) is int and parts[0] in self.callbacks:
            return self.callbacks[parts[0]]
        if tag == "o":
            handle, kind, methods, calls, goes_on = parts
            if type(handle) is int and type(kind) is str and type(methods) is list and all(type(name) is str for name in methods):
                made = (RemoteIterator if goes_on is True else RemoteFunction if calls is True else Remote)(self, handle, kind[:60], frozenset(methods[:64]))
                remotes.append(made)
                return made
        raise WireError("a handle of nothing")

    def exception(self, name, text, line):
        """What the submission raised, as one of Python's own exceptions."""
        line = line if type(line) is int and 0 <= line < 10 ** 6 else 0
        if type(name) is str and name in ENDED:
            return Fault(f"it ended Python ({name})")
        made = exception_of(name, text[:300]) if type(text) is str else None
        if made is None:
            self.broken()
        made.line_of_submission = line
        return made

    def broken(self):
        """Raise the Fault of a conversation that makes no sense."""
        raise Fault("what came back was no value: something wrote into the grader's pipe")
