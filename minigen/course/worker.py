"""What runs inside the sandbox: it loads one unit's file and calls its functions when it is asked to.

Nothing here is trusted by the other side (``proxy.py``): the file shares this process and may do with it what it likes. It holds
no test, no answer and no result; all it could forge is what its own functions return.
"""

import gc
import os
from pathlib import Path

from minigen.course.load import UnitError, load
from minigen.course.units import BY_NUMBER
from minigen.course.wire import Decoder, Encoder, Pipe, WireError, arrays_in, exception_of, own_kind

MOST_METHODS = 64               # names of an object that are told


class Stub:
    """A function of the other side."""

    def __init__(self, worker, number):
        self.worker, self.number = worker, number

    def __call__(self, *arguments, **named):
        return self.worker.ask(self.number, arguments, named)


class Given:
    """The arguments of one call, and what has become of them."""

    def __init__(self, worker, decoder, arguments, named):
        self.worker, self.arguments, self.named = worker, arguments, named
        self.arrays, self.generators = decoder.arrays, decoder.generators
        self.numbers = {id(array): k for k, array in enumerate(self.arrays)}
        self.seen = [array.tobytes() for array in self.arrays]
        self.states = [generator.bit_generator.state for generator in self.generators]
        self.packed = self._packed()

    def _packed(self):
        """The lists and dicts among the arguments as bytes; None where there are none."""
        if not any(isinstance(one, (list, dict, set, tuple)) for one in (*self.arguments, *self.named.values())):
            return None
        return Reply(self.worker, self).frame([self.arguments, self.named])

    def after(self, frames):
        """What was changed: arrays, random generators, lists and dicts, and a generator's earlier frames ([array, its bytes when last told])."""
        changed = [[k, array.copy()] for k, array in enumerate(self.arrays) if array.tobytes() != self.seen[k]]
        drawn = [[k, generator.bit_generator.state] for k, generator in enumerate(self.generators)
                 if repr(generator.bit_generator.state) != repr(self.states[k])]
        again = []
        for k, entry in enumerate(frames):
            if (now := entry[0].tobytes()) != entry[1]:
                entry[1] = now
                again.append([k, entry[0].copy()])
        self.seen = [array.tobytes() for array in self.arrays]
        self.states = [generator.bit_generator.state for generator in self.generators]
        packed, self.packed = self.packed, self._packed()
        return [changed, drawn, again, [self.arguments, self.named] if packed != self.packed else None]


class Reply(Encoder):
    """A frame in which the arguments of the call are named, not copied."""

    def __init__(self, worker, given=None):
        super().__init__(worker.handle)
        self.given = given

    def _array(self, array):
        if self.given and id(array) in self.given.numbers:
            return ["x", self.given.numbers[id(array)]]
        return super()._array(array)


class Worker:
    """One conversation."""

    def __init__(self, pipe):
        self.pipe, self.functions, self.path = pipe, None, ""
        self.objects = []                          # what was handed out: [object, the Given of its call, its frames so far]
        self.given = None                          # of the call that is being answered

    def serve(self):
        """Say that it is there, and answer until the other side is gone."""
        self.tell("ready")
        while True:
            self.answer(*self.receive())

    def receive(self):
        """The next message, with its decoder."""
        decoder = Decoder(self.resolve, layout=True)
        return decoder, decoder.message(self.pipe.receive())

    def answer(self, decoder, message):
        """Do one thing that was asked for."""
        getattr(self, f"do_{message[0]}")(decoder, *message[1:])

    def tell(self, *message, given=None):
        """Send one message."""
        self.pipe.send(Reply(self, given).frame(list(message)))

    def resolve(self, tag, parts):
        """A function of the other side."""
        return Stub(self, parts[0]) if tag == "f" else None

    def handle(self, value):
        """What does not travel is kept here, and told by its number."""
        if isinstance(value, Stub):
            return ["f", value.number]
        names = [name for name in dir(type(value)) if not name.startswith("_") and callable(getattr(type(value), name, None))]
        self.objects.append([value, self.given, []])
        return ["o", len(self.objects) - 1, type(value).__name__, ["l", *names[:MOST_METHODS]], callable(value), hasattr(value, "__next__")]

    def do_load(self, decoder, number, files):
        """Run the files of a unit, one after the other, in one namespace."""
        for name, content in files:
            Path(name).write_bytes(content)
        *base, self.path = [str(Path(name).resolve()) for name, _ in files]
        try:
            self.functions = load(BY_NUMBER[number], self.path, *base)
        except UnitError as error:
            self.tell("refused", str(error))
        else:
            self.tell("loaded")

    def do_call(self, decoder, handle, name, arguments, named):
        """Call a function of the unit, or a method of an object that was handed out."""
        given = Given(self, decoder, arguments, named)
        owner = self.functions if handle is None else self.objects[handle][0]
        self.reply(given, lambda: getattr(owner, name)(*arguments, **named))

    def do_next(self, decoder, handle):
        """The next value of a generator."""
        value, given, frames = self.objects[handle]
        self.reply(given, lambda: next(value), frames)

    def do_close(self, decoder, handle):
        """Close a generator."""
        value, given, frames = self.objects[handle]
        self.reply(given, getattr(value, "close", lambda: None), frames)

    def reply(self, given, work, frames=None):
        """Tell what the work returns or raises, and what it did to its arguments; ``frames`` are those of a generator."""
        before, self.given = self.given, given
        kept = [] if frames is None else frames
        try:
            value = work()
            frame = Reply(self, given).frame(["return", value, given.after(kept)])
            kept += [[own, own.tobytes()] for own in arrays_in(value)]
        except (() if frames is None else StopIteration):
            frame = Reply(self, given).frame(["stop", given.after(kept)])
        except (KeyboardInterrupt, SystemExit, GeneratorExit, Exception) as error:
            frame = self.raised(given, error, kept)
        finally:
            self.given = before
        self.pipe.send(frame)

    def raised(self, given, error, kept):
        """The frame for an exception; without what became of the arguments where that is too large to be told."""
        told = [own_kind(error), said_by(error), line_of(error, self.path)]
        try:
            return Reply(self, given).frame(["raise", *told, given.after(kept)])
        except WireError:
            return Reply(self, given).frame(["raise", *told, [[], [], [], None]])

    def ask(self, number, arguments, named):
        """Call a function of the other side; it may call back in its turn."""
        self.tell("callback", number, arguments, named)
        while True:
            decoder, message = self.receive()
            if message[0] == "return":
                return message[1]
            if message[0] == "raise":
                raise exception_of(message[1], "in the function that you were given")
            self.answer(decoder, message)

    def do_probe(self, decoder, paths, pid):
        """What this sandbox does not keep from its inmates: nothing, if it is any good. (Asked before a student's file is there.)"""
        import socket
        found = []

        def attempt(what, work):
            try:
                work()
            except OSError:
                return
            found.append(what)
        for path in paths:
            attempt(f"{path} can be read", lambda: open(path, "rb").close())

        def write(path):
            Path(path).touch()
            os.unlink(path)
        for folder in ("/tmp", "/var/tmp", "/dev/shm"):
            attempt(f"{folder} can be written", lambda: write(f"{folder}/minigen-probe-{os.getpid()}"))
        attempt("the network can be used", lambda: socket.create_connection(("127.0.0.1", 9), 0.2))
        attempt("sockets can be made", lambda: socket.socket().bind(("127.0.0.1", 0)))
        attempt("the grader can be reached", lambda: os.kill(pid, 0))
        if os.geteuid() == 0:
            found.append("it runs as root")
        self.tell("probed", found)


def said_by(error):
    """Its text, cut."""
    try:
        return str(error)[:300]
    except Exception:
        return ""


def line_of(error, path):
    """The last line of the student's file that it passed through; 0 if none."""
    line, trace = 0, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def main(read, write):
    """Serve over two file descriptors; what is printed goes nowhere. (It was started without garbage collection: nothing of NumPy's is any.)"""
    gc.freeze(), gc.enable()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2), os.close(null)
    try:
        Worker(Pipe(read, write)).serve()
    except WireError:                              # the other side is gone, or a thread of the file wrote into the pipe
        os._exit(0)
