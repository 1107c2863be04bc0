"""Each thing that Linux is asked to forbid is forbidden, and ordinary work goes on: tried in children that tell what happened to them."""

import ctypes
import errno
import json
import mmap
import os
import platform
import resource
import select
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import numpy as np
import pytest

from minigen.course import confine, sandbox

pytestmark = [pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's"),
              pytest.mark.skipif(sys.platform.startswith("linux") and os.geteuid() != 0 and not os.environ.get("CI"), reason="only root can become another user")]

LARGE = 1 << 40
NOBODY = 65534


def in_child(work):
    """What a child answers that does this work, or ``KIND: text`` of what it raised; the signal's name if one ended it."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            try:
                said = work()
            except BaseException as error:
                said = f"{type(error).__name__}: {os.strerror(error.errno) if isinstance(error, OSError) else error}"
            os.write(write, json.dumps(said).encode())
        finally:
            os._exit(0)
    status = os.waitpid(child, 0)[1]               # before its answer is read: what it has started may still hold the pipe
    os.close(write), os.set_blocking(read, False)
    said = b"" if os.WIFSIGNALED(status) else os.read(read, 1 << 16)
    os.close(read)
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else json.loads(said)


def tried(work):
    """ "" for what can be done, the error's name for what cannot."""
    try:
        work()
    except OSError as error:
        return errno.errorcode[error.errno]
    return ""


def in_children(before, attempts):
    """name -> "" or an error, of attempts that are each made in a child of its own after ``before``."""
    def one(work):
        before()
        return tried(work)
    return {name: in_child(lambda work=work: one(work)) for name, work in attempts.items()}


# Limits and users

def limited(memory=LARGE, seconds=1000, file_size=LARGE, processes=None):
    """Take limits, of which most are wide."""
    confine.limit(memory, seconds, file_size, processes)


def test_memory_is_limited():
    """A large piece and many small ones: MemoryError, not the machine's swap."""
    def work(grab):
        limited(memory=400 << 20)
        try:
            grab()
        except MemoryError:
            return "MemoryError"
    assert in_child(lambda: work(lambda: bytearray(1 << 30))) == "MemoryError"
    assert in_child(lambda: work(lambda: [bytes(1 << 20) for _ in range(1000)])) == "MemoryError"
    assert in_child(lambda: work(lambda: mmap.mmap(-1, 1 << 30)) or tried(lambda: None)) in ("MemoryError", "OSError: Cannot allocate memory")
    assert in_child(lambda: work(lambda: bytearray(1 << 20))) is None


def test_seconds_of_work_are_limited():
    """A loop is ended by the kernel."""
    def work():
        limited(seconds=1)
        while True:
            pass
    assert in_child(work) in ("SIGXCPU", "SIGKILL")


def test_files_are_limited(tmp_path):
    """In size, and in how many are open; no core is dumped."""
    def large():
        limited(file_size=1 << 20)
        with open(tmp_path / "large", "wb", buffering=0) as file:
            for _ in range(3):
                file.write(bytes(1 << 19))
    assert in_child(large) == f"OSError: {os.strerror(errno.EFBIG)}" and (tmp_path / "large").stat().st_size == 1 << 20

    def many():
        limited()
        return [os.open("/dev/null", os.O_RDONLY) for _ in range(1000)]
    assert in_child(many) == f"OSError: {os.strerror(errno.EMFILE)}"
    assert in_child(lambda: limited() or resource.getrlimit(resource.RLIMIT_CORE)) == [0, 0]


def test_processes_are_limited():
    """Those of the user together, threads as well."""
    with sandbox.User() as one, sandbox.User() as other:
        def forks():
            limited(processes=5)
            confine.become(one)
            for n in range(10):
                try:
                    if os.fork() == 0:
                        signal.pause()
                except BlockingIOError:
                    return n
        assert in_child(forks) == 4                # it is one itself
        confine.kill_all_of(one)

        def threads():
            limited(processes=5)
            confine.become(other)
            for n in range(10):
                try:
                    threading.Thread(target=signal.pause, daemon=True).start()
                except RuntimeError:
                    return n
        assert in_child(threads) == 4


def test_a_limit_that_is_lower_already_stays():
    """Nobody is given more than he had; and none can be raised again by another user."""
    def work():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        limited(file_size=2000)
        confine.become(NOBODY)
        told = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        except ValueError:
            return told
    assert in_child(work) == [1000, 1000]


def test_another_user_has_no_way_back(tmp_path):
    """All three ids, no group; what only root may read cannot be read, nor can root be become."""
    secret = tmp_path / "secret"
    secret.write_text("42")
    secret.chmod(0o600)
    descriptor = os.open(tmp_path, os.O_PATH)      # what stands above it may be closed to him as well

    def work():
        confine.become(NOBODY)
        ids = [*os.getresuid(), *os.getresgid(), *os.getgroups()]
        attempts = [lambda: os.setuid(0), lambda: os.seteuid(0), lambda: os.setgid(0), lambda: os.open("secret", os.O_RDONLY, dir_fd=descriptor)]
        return ids, *map(tried, attempts)
    assert in_child(work) == [[NOBODY] * 6, "EPERM", "EPERM", "EPERM", "EACCES"]
    os.close(descriptor)


def test_a_child_dies_with_its_parent():
    """Whatever ended the parent."""
    def work(dies):
        read, write = os.pipe()
        parent = os.fork()
        if parent == 0:
            os.close(read)
            ready, told = os.pipe()
            if os.fork() == 0:
                if dies:
                    confine.die_with_parent()
                os.write(told, b"x")
                signal.pause()
            os.read(ready, 1)
            os.kill(os.getpid(), signal.SIGKILL)
        os.close(write)
        os.waitpid(parent, 0)
        return bool(select.select([read], [], [], 60 if dies else 0.2)[0])         # the pipe is at its end when nobody holds it
    assert in_child(lambda: work(True)) is True
    with sandbox.User() as uid:
        assert in_child(lambda: confine.become(uid) or work(False)) is False       # else the child lives on
        confine.kill_all_of(uid)


# seccomp

COLUMN = confine.ARCHITECTURES.get(platform.machine(), (0, 0))[0]
NUMBERS = {name: both[COLUMN] for name, both in {**confine.FORBIDDEN, "clone": confine.CLONE, "clone3": confine.CLONE3}.items()}


def filtered():
    """Put the filter on this process."""
    confine.seccomp(confine.forbidden_calls())


def call(name, *arguments):
    """A bare system call."""
    number = NUMBERS[name] if isinstance(name, str) else name
    return confine.check(confine.libc.syscall(number, *(ctypes.c_long(argument) for argument in arguments)))


@pytest.fixture(scope="module")
def answers():
    """name -> what a filtered process is told, for every forbidden call (with arguments that mean nothing)."""
    def work():
        filtered()
        return {name: tried(lambda: call(name, -1, -1, -1, -1, -1, -1)) for name, number in NUMBERS.items() if number is not None}
    return in_child(work)


@pytest.mark.parametrize("name", [name for name in confine.FORBIDDEN if NUMBERS[name] is not None])
def test_a_forbidden_call_is_refused(answers, name):
    """EPERM, before the kernel looks at an argument."""
    assert answers[name] == "EPERM"


def test_without_the_filter_they_are_not():
    """So that it is the filter that refused: these can be tried by anybody."""
    attempts = {
        "socket": (1, 1, 0),
        "memfd_create": (ctypes.addressof(ctypes.create_string_buffer(b"x")), 0),
        "shmget": (0, 4096, 0o600),
        "personality": (0xFFFFFFFF,),
        "unshare": (0,),
        "msgget": (-5, 0),
        "keyctl": (-1,),
    }

    def work():
        return {name: tried(lambda: call(name, *arguments)) for name, arguments in attempts.items()}
    assert all(said != "EPERM" for said in in_child(work).values())


def test_the_names_stand_for_the_right_numbers():
    """Python's own functions meet the same refusals: sockets, shared memory of a name, other processes, new namespaces, mounts."""
    import socket
    buffer = ctypes.create_string_buffer(8)
    attempts = {
        "socket": socket.socket,
        "memfd_create": lambda: os.memfd_create("x"),
        "unshare": lambda: confine.check(confine.libc.unshare(confine.NEWNS)),
        "unshare a user": lambda: confine.check(confine.libc.unshare(0x10000000)),
        "ptrace": lambda: confine.check(confine.libc.ptrace(16, os.getppid(), 0, 0)),
        "mount": lambda: confine.mount("tmpfs", "/mnt", 0, "tmpfs"),
        "umount": lambda: confine.check(confine.libc.umount2(b"/proc", 2)),
        "shmget": lambda: confine.check(confine.libc.shmget(0, 4096, 0o1600)),
        "semget": lambda: confine.check(confine.libc.semget(0, 1, 0o1600)),
        "msgget": lambda: confine.check(confine.libc.msgget(0, 0o1600)),
        "chroot": lambda: os.chroot("/"),
        "personality": lambda: confine.check(confine.libc.personality(0xFFFFFFFF)),
        "setns": lambda: confine.check(confine.libc.setns(os.open("/proc/self/ns/mnt", os.O_RDONLY), 0)),
        "reading a process": lambda: confine.check(confine.libc.process_vm_readv(os.getppid(), buffer, 0, buffer, 0, 0)),
    }
    told = in_children(filtered, attempts)
    assert set(told.values()) == {"EPERM"}, told


@pytest.mark.parametrize("flag", [
    0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
], ids=["files", "groups", "names", "ipc", "user", "processes", "network"])
def test_no_process_is_made_in_a_namespace_of_its_own(flag):
    """clone() with any of these flags is refused; clone3(), whose flags cannot be seen, does not exist; plain clone() works."""
    def work():
        filtered()
        first = tried(lambda: call("clone", flag | signal.SIGCHLD, 0, 0, 0, 0) or os._exit(3))
        return first, tried(lambda: call("clone3", 0, 0)), tried(lambda: call("clone", signal.SIGCHLD, 0, 0, 0, 0) or os._exit(0))
    assert in_child(work) == ["EPERM", "ENOSYS", ""]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other numbers are a thing of x86_64")
def test_no_call_is_made_by_another_number():
    """The 32-bit calls of x86_64 have numbers of their own: x32's are refused, the old interrupt ends the process."""
    assert in_child(lambda: filtered() or tried(lambda: call(0x40000000 + 39))) == "EPERM"

    def interrupt():
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")              # mov eax, 20; int 0x80; ret
        function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
        filtered()
        return function()
    assert in_child(interrupt) in ("SIGSYS", "SIGSEGV")                # the latter where the kernel has no such interrupt


def test_ordinary_work_goes_on():
    """Threads, forks, files, memory, pipes, another Python with NumPy."""
    def work():
        filtered()
        done = []
        threads = [threading.Thread(target=lambda: done.append(1)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        child = os.fork()
        if child == 0:
            os._exit(7)
        forked = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        mapped = mmap.mmap(-1, 1 << 20)
        mapped[:4] = b"work"
        with open("/proc/self/status") as file:
            status = file.read()
        code = "import numpy; print(numpy.ones((50, 50)).dot(numpy.ones(50)).sum())"
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()
        return len(done), forked, mapped[:4].decode(), "Seccomp:\t2" in status, "NoNewPrivs:\t1" in status, other, float((np.ones((300, 300)) @ np.ones(300)).sum())
    assert in_child(work) == [3, 7, "work", True, True, "2500.0", 90000.0]


def test_what_a_filtered_process_starts_is_filtered():
    """Also another program."""
    def work():
        filtered()
        return subprocess.run([sys.executable, "-c", "import socket; socket.socket()"], capture_output=True, text=True).stderr.splitlines()[-1]
    assert in_child(work).startswith("PermissionError")


def test_a_filter_of_some_names():
    """What the tests of a container's refusals use."""
    def work():
        confine.seccomp(confine.forbidden_calls(["unshare"]))
        return tried(lambda: call("unshare", 0)), tried(lambda: call("socket", 1, 1, 0))
    assert in_child(work) == ["EPERM", ""]


# Landlock

@pytest.fixture
def land(tmp_path):
    """Four folders: to read, to write, to list, and one that nobody allowed."""
    for name in ("read", "write", "names", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
        (tmp_path / name / "inner").mkdir()
        (tmp_path / name / "inner" / "file").write_text(name)
    (tmp_path / "write" / "link").symlink_to(tmp_path / "other" / "file")
    (tmp_path / "read" / "program").write_text("#!/bin/sh\nexit 0\n")
    return tmp_path


def locked(land):
    """Take the rules, with descriptors as the sandbox does."""
    opened = {name: os.open(land / name, os.O_PATH) for name in ("read", "write", "names")}
    single = os.open(land / "names" / "inner" / "file", os.O_PATH)
    confine.landlock([opened["read"], single], [opened["write"]], [opened["names"]])


@pytest.mark.skipif(sys.platform.startswith("linux") and not confine.landlock_version() and not os.environ.get("CI"), reason="a kernel without Landlock")
def test_only_what_is_allowed_can_be_opened(land):
    """As root, too: what is for reading is read, what is for writing is written, names are listed, the rest is out of reach."""
    def write(path, how="w"):
        return lambda: open(land / path, how).close()

    def read(path):
        return lambda: open(land / path).close()
    allowed = {
        "read": read("read/file"),
        "read below": read("read/inner/file"),
        "list": lambda: os.listdir(land / "read"),
        "one file": read("names/inner/file"),
        "write": write("write/file"),
        "write below": write("write/inner/new"),
        "append": write("write/file", "a"),
        "make a folder": lambda: os.mkdir(land / "write" / "new"),
        "rename": lambda: os.rename(land / "write" / "inner" / "file", land / "write" / "inner" / "b"),
        "remove": lambda: os.remove(land / "write" / "inner" / "b"),
        "cut": lambda: os.truncate(land / "write" / "file", 0),
        "names": lambda: os.listdir(land / "names"),
        "names below": lambda: os.listdir(land / "names" / "inner"),
    }
    refused = {
        "other": read("other/file"),
        "other names": lambda: os.listdir(land / "other"),
        "above": lambda: os.listdir(land),
        "a file of names": read("names/file"),
        "write to read": write("read/file"),
        "new in read": write("read/new"),
        "new in names": write("names/new"),
        "through a link": read("write/link"),
        "through a link, writing": write("write/link"),
        "over the edge": read("write/../other/file"),
        "remove from read": lambda: os.remove(land / "read" / "file"),
        "move out": lambda: os.rename(land / "write" / "file", land / "other" / "b"),
        "move in": lambda: os.rename(land / "other" / "file", land / "write" / "b"),
        "link in": lambda: os.link(land / "other" / "file", land / "write" / "b"),
        "the machine": lambda: open("/etc/hostname").close(),
        "a device": lambda: os.mknod(land / "read" / "d", 0o600 | 0o020000, os.makedev(1, 3)),
        "through proc": lambda: open(f"/proc/{os.getppid()}/root{land}/other/file").close(),
        "run": lambda: os.execv(land / "other" / "file", ["x"]),
        "the root": lambda: os.listdir("/"),
    }
    if confine.landlock_version() >= 3:
        refused["cut read"] = lambda: os.truncate(land / "read" / "file", 0)
    assert set(in_children(lambda: locked(land), allowed).values()) == {""}
    told = in_children(lambda: locked(land), refused)
    assert {name for name, said in told.items() if said not in ("EACCES", "EXDEV")} == set(), told
    assert (land / "read" / "file").read_text() == "read" and (land / "other" / "file").read_text() == "other"


@pytest.mark.skipif(sys.platform.startswith("linux") and confine.landlock_version() < 6, reason="Landlock 6 (Linux 6.12) is the first that keeps signals in")
def test_signals_stay_inside(land):
    """Also those to processes of the same user."""
    told = in_children(lambda: locked(land), {"parent": lambda: os.kill(os.getppid(), 0), "itself": lambda: os.kill(os.getpid(), 0)})
    assert told == {"parent": "EPERM", "itself": ""}


# Folders

def test_another_user_reads_what_is_staged_and_nobody_else_sees_it(tmp_path):
    """Below a folder that is closed to him; not for writing; in the child's own namespace only."""
    closed = tmp_path / "closed"
    (closed / "folder" / "deep").mkdir(parents=True)
    (closed / "folder" / "deep" / "file").write_text("staged")
    (closed / "single").write_text("one file")
    (closed / "folder" / "deep" / "file").chmod(0o666)
    closed.chmod(0o700)
    stand = sandbox.tempfile.mkdtemp(dir="/tmp")
    try:
        def work():
            parent = os.getppid()
            confine.stage(stand, {"a/b": closed / "folder", "c/one": closed / "single"})
            outside = os.listdir(f"/proc/{parent}/root{stand}"), [line for line in open(f"/proc/{parent}/mountinfo") if stand in line]
            confine.become(NOBODY)
            path = f"{stand}/a/b/deep/file"
            writes = [tried(lambda: open(name, "w")) for name in (path, f"{stand}/new", f"{stand}/a/b/new")]
            return (*outside, open(path).read(), open(f"{stand}/c/one").read(), *writes, tried(lambda: open(closed / "single")), sorted(os.listdir(stand)))
        assert in_child(work) == [[], [], "staged", "one file", "EROFS", "EACCES", "EROFS", "EACCES", ["a", "c"]]
        assert os.listdir(stand) == [] and (closed / "folder" / "deep" / "file").read_text() == "staged"
    finally:
        os.rmdir(stand)


def test_whether_folders_can_be_staged_is_found_out():
    """Here they can; not where a namespace is refused, nor by another user. Asking changes nothing."""
    before = os.readlink("/proc/self/ns/mnt")
    assert confine.can_stage() and os.readlink("/proc/self/ns/mnt") == before
    assert in_child(lambda: filtered() or confine.can_stage()) is False
    assert in_child(lambda: confine.become(NOBODY) or confine.can_stage()) is False


# Other processes

@contextmanager
def going(uid, behave):
    """A process of a user that behaves so: its id, and a pipe that is at its end when it and all that it started have ended."""
    alive, held = os.pipe()
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(alive), os.close(ready)
            confine.become(uid)
            behave(lambda: os.write(told, b"x"))
        finally:
            os._exit(0)
    os.close(held), os.close(told)
    assert select.select([ready], [], [], 60)[0] and os.read(ready, 1) == b"x"
    try:
        yield pid, alive
    finally:
        confine.kill_all_of(uid)
        confine.reap([pid])
        os.close(alive), os.close(ready)


def pausing(ready):
    """Do nothing, for ever."""
    ready()
    while True:
        signal.pause()


def deaf(ready):
    """Ignore every signal that can be ignored."""
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    pausing(ready)


def undumpable(ready):
    """Seem to belong to root: in /proc it does."""
    confine.check(confine.libc.prctl(4, 0, 0, 0, 0))
    pausing(ready)


def orphan(ready):
    """Be nobody's child, in a session of one's own."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    pausing(ready)


def stopped(ready):
    """Stand still."""
    ready()
    os.kill(os.getpid(), signal.SIGSTOP)


def chain(ready):
    """Be another process every moment."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in range(10_000):
        if os.fork():
            os._exit(0)
        if ready:
            ready()
            ready = None


def family(ready):
    """Be many."""
    for _ in range(3):
        os.fork()
    pausing(ready)


@pytest.mark.parametrize("behave", [pausing, deaf, undumpable, orphan, stopped, chain, family])
def test_every_process_of_a_user_is_killed(behave):
    """None is left when it returns, whatever it did not to be found."""
    with sandbox.User() as uid, going(uid, behave) as (_, alive):
        if behave not in (chain,):
            assert confine.processes_of(uid)
        confine.kill_all_of(uid)
        assert confine.processes_of(uid) == []
        assert select.select([alive], [], [], 60)[0] and os.read(alive, 1) == b""


def test_processes_of_other_users_go_on():
    """Root's, and another's."""
    with sandbox.User() as one, sandbox.User() as other, going(one, pausing), going(other, pausing) as (pid, _):
        assert one != other
        confine.kill_all_of(one)
        assert confine.processes_of(other) == [pid] and os.getpid() in confine.processes_of(0)
        assert {0, other} <= confine.users() and one not in confine.users()
        os.kill(pid, signal.SIGKILL)               # a zombie until somebody waits for it: it is none of his processes any more
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert confine.processes_of(other) == []


def test_descendants_are_found():
    """Children of children, and those that a thread has started; not processes of others."""
    def work():
        def start(then):
            read, write = os.pipe()
            child = os.fork()
            if child == 0:
                then(lambda: os.write(write, b"x"))
                pausing(lambda: os.write(write, b"x"))
            os.read(read, 1)
            return child
        inner = start(lambda ready: start(lambda ready: None))
        found = []
        thread = threading.Thread(target=lambda: found.append(start(lambda ready: None)) or signal.pause(), daemon=True)
        thread.start()
        while not found:
            pass
        below, of_inner = confine.below(os.getpid()), confine.below(inner)
        for pid in below[1:]:
            os.kill(pid, signal.SIGKILL)
        return len(below), len(of_inner), below[0] == os.getpid(), inner in below and found[0] in below
    assert in_child(work) == [4, 2, True, True]
    assert confine.below(2 ** 22 + 1) == [2 ** 22 + 1]


def test_resident_memory_is_what_processes_hold():
    """As much as was taken and written to; of two as much as of each; nothing of none that is there.

    Only to a quarter: the kernel counts on each processor by itself and adds that up when it is due.
    """
    def work():
        before = confine.resident([os.getpid()])
        kept = np.ones(200 << 20, np.uint8)
        return (confine.resident([os.getpid()]) - before) / kept.sum()
    assert in_child(lambda: float(work())) == pytest.approx(1, abs=0.25)
    assert confine.resident([2 ** 22 + 1]) == 0 == confine.resident([])
    here = os.getpid()
    assert confine.resident([here, here]) == pytest.approx(2 * confine.resident([here]), rel=0.2)
