"""Each back-end, tried from the inside: a worker that runs whatever code it is given finds nothing but its own arguments."""

import json
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

import pytest
from implementations import HOUSE, SOLUTIONS, bench

from minigen.course import confine, sandbox
from minigen.course.proxy import Fault
from minigen.course.sandbox import Limits, User
from minigen.errors import UserError

pytestmark = [pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandboxes are Linux's"),
              pytest.mark.skipif(sys.platform.startswith("linux") and os.geteuid() != 0 and not os.environ.get("CI"), reason="both back-ends are tried as root")]

CANARY = "a word that only the grader knows"
ASIDE = b"""
def softmax(logits):
    scope = {}
    exec(logits, scope)
    return scope["said"]
"""
ENVIRONMENT = {"PATH", "HOME", "PWD", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "MPLCONFIGDIR", "NUMBA_BOUNDSCHECK",
               "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"}
SPACE = {"memory": 1 << 30}     # for tests that need no limit


def why_not(name):
    """Why a back-end cannot be tried here."""
    return sandbox.faults_of(name, bench(), [])


@pytest.fixture(scope="module", params=["bwrap", "drop"])
def name(request):
    """A back-end."""
    if (faults := why_not(request.param)) and not os.environ.get("CI"):
        pytest.skip(", ".join(faults))
    return request.param


@contextmanager
def running(name, **limits):
    """A worker that runs code: ``run(code)`` gives its ``said``; with its sandbox, its user and the conversation."""
    with User() as uid:
        one = SimpleNamespace(box=sandbox.MADE[name](bench(), Limits(**limits), uid), uid=uid)

        def start():
            one.session = one.box.start(1, lambda: (15.0, "late"))
            assert one.session.load(1, [("u01_softmax.py", ASIDE)]) == ""
        one.start, one.run = start, lambda code: one.session.call("softmax", (dedent(code),), {})
        try:
            start()
            yield one
        finally:
            one.box.kill()


@pytest.fixture(scope="module")
def worker(name):
    """One worker for all the questions that leave it as it was."""
    os.environ["MINIGEN_CANARY"] = CANARY
    try:
        with running(name) as one:
            yield one
    finally:
        del os.environ["MINIGEN_CANARY"]


@pytest.fixture
def open_folder():
    """A folder that other users can reach: pytest closes its own to them whenever it starts."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def every_process_of(uid):
    """Dead ones that nobody has waited for, too."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and f"\nUid:\t{uid}\t" in (entry / "status").read_text():
                found.append(int(entry.name))
        except OSError:
            pass
    return found


# What a worker has

def test_it_answers_with_the_units_own_python_and_numpy(worker):
    """Of the same versions as here."""
    import numpy as np
    assert worker.run("import sys, numpy; said = [sys.version, numpy.__version__]") == [sys.version, np.__version__]
    assert worker.run("import numpy as np; said = np.eye(3) @ np.arange(3.0)").tolist() == [0, 1, 2]


def test_it_has_another_user_and_no_rights(worker):
    """Not root, in no group, with no capability, under a filter, and no way to gain anything."""
    ids, groups = worker.run("import os; said = [[*os.getresuid(), *os.getresgid()], os.getgroups()]")
    assert 0 not in ids and groups in ([], [65534])                    # the latter: what Linux calls a group that has no name in there
    with open(f"/proc/{outer(worker)}/status") as file:
        seen = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    assert seen["Uid"].split() == [str(worker.uid)] * 4 and seen["Gid"].split() == [str(worker.uid)] * 4 and seen["Groups"].strip() == ""
    assert seen["Seccomp"] == "2" and seen["NoNewPrivs"] == "1" and int(seen["CapEff"], 16) == 0


def outer(worker):
    """The worker's process as it is known out here: the last one that was started."""
    return list(confine.below(worker.box.process.pid))[-1]


def test_its_environment_is_a_short_list_of_the_grader_s(worker):
    """No variable of the parent, neither in its own memory nor in that of what started it."""
    scratch, had = worker.run("import os; said = [os.getcwd(), dict(os.environ)]")
    assert set(had) <= ENVIRONMENT and had["PATH"] == "" and had["HOME"] == had["TMPDIR"] == scratch and had["OMP_NUM_THREADS"] == "1"
    for content in worker.run("""
            import os
            said = []
            for pid in ("self", 1, os.getppid()):
                try:
                    said.append(open(f"/proc/{pid}/environ", "rb").read())
                except OSError:
                    pass"""):
        assert CANARY.encode() not in content and b"MINIGEN" not in content
    for pid in confine.below(worker.box.process.pid):
        assert CANARY.encode() not in Path(f"/proc/{pid}/environ").read_bytes()


def test_nothing_on_its_command_lines_tells_where_the_tests_are(worker):
    """They can be read by the inmates."""
    for pid in confine.below(worker.box.process.pid):
        assert b"tests" not in Path(f"/proc/{pid}/cmdline").read_bytes() and b"solutions" not in Path(f"/proc/{pid}/cmdline").read_bytes()


WALK = """
import os, re, sys
said = []
for root in {"/", *%r, *sys.path, os.getcwd()}:
    for folder, inner, names in os.walk(root):
        if root == "/" and folder in ("/proc", "/sys"):
            inner.clear()
        for path in (os.path.join(folder, name) for name in names):
            if re.search("/hidden/|/solutions/|/mutants/|/right_answers/|/attacks/|test_u[0-9]|u[0-9][0-9]_|hints.json|oracles.py", path):
                said.append(path)
            elif path.endswith(".py") and "minigen" in path:
                try: text = open(path, encoding="utf-8").read()
                except OSError: continue
                if "BEGIN " + "SOLUTION" in text or "class Session" in text or "def judge(" in text:
                    said.append(path)
"""


def test_it_finds_no_test_no_answer_and_no_other_submission(worker):
    """Walking over all that it can list: by name, and by what stands in every file of the package. The public checks are there, as in the hand-out."""
    found = worker.run(WALK % [str(HOUSE), "/work", "/root", "/home", "/tmp", "/opt"])
    scratch = worker.run("import os; said = os.getcwd()")
    assert [path for path in found if "/minigen/course/checks/" not in path and path != f"{scratch}/u01_softmax.py"] == []
    assert len(found) >= 25                        # so it has walked
    for path in (HOUSE / "tests" / "hidden" / "test_u01_softmax.py", SOLUTIONS / "u01_softmax.py", HOUSE / "minigen" / "maths.py", Path(sandbox.__file__)):
        with pytest.raises((FileNotFoundError, PermissionError)):
            worker.run(f"said = open({str(path)!r}).read()")


@pytest.mark.parametrize("module", [
    "minigen.course.judge", "minigen.course.sandbox", "minigen.course.proxy", "minigen.course.marks", "minigen.course.matrix", "tests",
    "oracles", "implementations", "conftest",
])
def test_it_cannot_import_the_grader(worker, module):
    """What judges is not there to be read."""
    with pytest.raises(ModuleNotFoundError):
        worker.run(f"import {module}; said = {module}.__file__")


def test_it_has_no_descriptor_but_its_own(worker):
    """Nothing, its pipe, and folders that it may list; no way up from these."""
    modes = worker.run("""
        import os
        said = {}
        for number in range(1000):
            try:
                said[number] = os.fstat(number).st_mode
            except OSError:
                pass""")
    folders = [number for number, mode in modes.items() if stat.S_ISDIR(mode)]
    assert sum(map(stat.S_ISFIFO, modes.values())) == 2 and len(modes) == 5 + len(folders) and all(stat.S_ISCHR(modes[number]) for number in (0, 1, 2))
    assert bool(folders) == (worker.box.name == "drop")
    for number in folders:
        for path in ("..", "../..", "../../../../../.."):
            with pytest.raises(OSError):
                worker.run(f"import os; said = os.listdir(os.open({path!r}, os.O_RDONLY, dir_fd={number}))")


def test_it_sees_no_process_but_its_own(worker):
    """And cannot signal one: neither the grader nor everybody."""
    try:
        assert len(worker.run("import os; said = [name for name in os.listdir('/proc') if name.isdecimal()]")) <= 3
    except PermissionError:
        pass
    with pytest.raises((ProcessLookupError, PermissionError)):
        worker.run(f"import os; said = os.kill({os.getpid()}, 0)")


@pytest.mark.parametrize("path", [
    "/scratch/../new", "/tmp/new", "/var/tmp/new", "/dev/shm/new", "/usr/lib/new", "/etc/new", "/new", "MINIGEN/new.py",
    "MINIGEN/__init__.py", "NUMPY/new.py", "NUMPY/__init__.py", "/proc/self/oom_score_adj", "/dev/null/x", str(HOUSE / "new"),
])
def test_it_can_write_in_its_scratch_folder_only(worker, path):
    """Not beside its own library, from which the next worker would be started."""
    flags, what = ("os.O_WRONLY", "-1000") if path.endswith("oom_score_adj") else ("os.O_WRONLY | os.O_CREAT", "x")      # upwards it may go, which harms nobody
    with pytest.raises(OSError):
        worker.run(f"""
            import os, minigen, numpy
            path = {path!r}.replace("MINIGEN", minigen.__path__[0]).replace("NUMPY", numpy.__path__[0])
            said = os.write(os.open(path, {flags}), b"{what}")
        """)
    assert worker.run("open('mine', 'w').write('x'); said = open('mine').read()") == "x"
    assert not (HOUSE / "new").exists()


def test_there_is_no_network(worker):
    """No socket of any family."""
    for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG"):
        with pytest.raises(PermissionError):
            worker.run(f"import socket; said = str(socket.socket(socket.{family}))")


def test_the_probe_finds_nothing(name):
    """Asked for what the chooser asks for."""
    secrets = [HOUSE / "tests" / "hidden" / "test_u01_softmax.py", SOLUTIONS / "u01_softmax.py", Path(sandbox.__file__), "/etc/shadow",
               f"/proc/{os.getpid()}/environ"]
    assert sandbox.faults_of(name, bench(), secrets) == []


def test_the_probe_finds_what_is_open():
    """So that its silence means something: without a sandbox it says so, many times."""
    secrets = [HOUSE / "tests" / "hidden" / "test_u01_softmax.py", SOLUTIONS / "u01_softmax.py"]
    found = sandbox.faults_of("none", bench(), secrets)
    assert {f"{path} can be read" for path in secrets} | {"/tmp can be written", "sockets can be made", "the grader can be reached", "it runs as root"} <= set(found)


def test_without_a_sandbox_a_worker_works_all_the_same():
    """For files that one trusts: it answers, it is killed with all that it started, and its folder is removed."""
    with running("none") as one:
        assert one.run("said = 1 + 1") == 2
        one.run("import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)']); said = 0")
        pids, scratch = confine.below(one.box.process.pid), Path(one.box.scratch)
        assert len(pids) == 2 and scratch.is_dir()
        one.box.kill()
        assert not scratch.exists() and not any(Path(f"/proc/{pid}/exe").exists() for pid in pids)


# The end

LEFT_BEHIND = """
import ctypes, os, signal, time
def stay():
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(4, 0)                  # not to be dumped: in /proc it seems to be root's
    while True:
        time.sleep(1000)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        stay()
time.sleep(0.1)
said = "ready"
"""


def test_killing_ends_everything_at_once(name):
    """Grandchildren in sessions of their own that ignore every signal, and whoever must be waited for; its folder is gone too."""
    with running(name) as one:
        assert one.run(LEFT_BEHIND) == "ready" and len(confine.processes_of(one.uid)) >= 4
        one.box.kill()
        assert every_process_of(one.uid) == [] and one.box.process is None
        assert not list(Path(sandbox.tempfile.gettempdir()).glob(f"minigen-users/{one.uid}-*"))
        with pytest.raises(Fault):
            one.run("said = 1")
        one.box.kill()                             # twice is no error


def test_another_worker_starts_where_one_was_killed(name):
    """With nothing of the first: neither files nor processes, however many these were."""
    with running(name, processes=20, **SPACE) as one:
        for _ in range(3):
            one.run("""
                import os, time
                open("left", "w").write("x")
                try:
                    while os.fork():
                        pass
                    time.sleep(1000)
                except OSError:
                    said = "no more"
            """)
            one.box.kill()
            one.start()
            assert one.run("import os; said = [name for name in os.listdir() if name != 'u01_softmax.py']") == []
            assert len(confine.processes_of(one.uid)) <= 3
            assert one.run("from concurrent.futures import ThreadPoolExecutor; said = sum(ThreadPoolExecutor(5).map(abs, range(5)))") == 10


def test_a_worker_ends_with_its_grader(name):
    """Whatever killed the grader: nobody is left to kill the worker."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            with running(name) as one:
                os.write(write, str(outer(one)).encode())
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.close(write)
    os.waitpid(child, 0)
    pid = int(os.read(read, 100))
    handle = None
    try:
        handle = os.pidfd_open(pid)
        assert select.select([handle], [], [], 60)[0]
    except ProcessLookupError:
        pass
    finally:
        os.close(read)
        if handle is not None:
            os.close(handle)


# Limits

def test_memory_of_one_process_is_limited(name):
    """MemoryError there, and all goes on."""
    with running(name, memory=700 << 20) as one:
        assert one.run("try: said = len(bytes(1 << 30))\nexcept MemoryError: said = 'MemoryError'") == "MemoryError"
        assert one.run("said = 2") == 2


HUNGRY = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        kept = bytearray(b"x") * (150 << 20)
        time.sleep(1000)
time.sleep(1000)
"""


def test_memory_of_all_processes_together_is_watched(name):
    """Each is within its own limit."""
    with running(name, memory=700 << 20) as one, pytest.raises(Fault, match="more than 700 MiB of memory"):
        one.run(HUNGRY)


def test_processes_are_limited(name):
    """So many and no more, threads as well; a fault if the watch sees it first."""
    for start in ("os.fork() or time.sleep(1000)", "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()"):
        with running(name, processes=20, **SPACE) as one:
            try:
                assert one.run(f"""
                    import os, threading, time
                    said = 0
                    try:
                        while said < 1000:
                            {start}
                            said += 1
                    except (OSError, RuntimeError):
                        pass
                """) < 20
            except Fault as fault:
                assert "more than 20 processes" in str(fault)


FILLING = """
import mmap, os, time
kept = []
for k in range(100):
    name = "large" if {large} else f"small{{k}}"
    number = os.open(name, os.O_CREAT | os.O_RDWR | os.O_APPEND)
    if {unlinked}:
        os.unlink(name)
    if os.write(number, bytes(1 << 20)) < 1 << 20:
        raise OSError("it is full")
    if {mapped}:
        kept.append(mmap.mmap(number, 1 << 20))
        for number in range(number, 128):          # the copy that mmap keeps, too
            try:
                if os.fstat(number).st_nlink == 0:
                    os.close(number)
            except OSError:
                pass
    elif not {unlinked}:
        os.close(number)
time.sleep(1000)
"""


@pytest.mark.parametrize("how", ["large", "small", "unlinked", "unlinked, mapped"])
def test_the_scratch_folder_is_limited(name, how):
    """A large file, many small ones, files without a name that are held open or in memory: an error there, or a fault."""
    code = FILLING.format(large=how == "large", unlinked="unlinked" in how, mapped="mapped" in how)
    with running(name, file=4 << 20, **SPACE) as one, pytest.raises((OSError, Fault)) as caught:
        one.run(code)
    assert isinstance(caught.value, OSError) or "wrote more than 4 MiB" in str(caught.value) or "memory" in str(caught.value)


def test_an_endless_call_is_a_fault_and_so_is_one_that_sleeps(name):
    """In the words of the limit."""
    for code in ("while True: pass", "import time; time.sleep(1000)", "import signal; signal.pause()"):
        with running(name) as one:
            one.session.limit = lambda: (0.2, "it took longer than 0.2 seconds")
            with pytest.raises(Fault, match="longer than 0.2 seconds"):
                one.run(code)


# Users

@pytest.fixture
def few_users(monkeypatch):
    """Ids that no other grader on this machine takes in the meantime."""
    monkeypatch.setattr(sandbox, "FIRST_USER", sandbox.FIRST_USER + 100 + os.getpid() % 40 * 10)
    monkeypatch.setattr(sandbox, "USERS", 3)


def test_two_graders_have_different_users(few_users):
    """In one process or in two; an id is free again when its holder is done, or was killed."""
    every = {sandbox.FIRST_USER + k for k in range(3)}
    with User() as one, User() as other:
        assert one != other and {one, other} < every
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                with User() as third:
                    os.write(write, str(third).encode())
                    signal.pause()
            finally:
                os._exit(0)
        third = int(os.read(read, 100))
        assert {one, other, third} == every
        with pytest.raises(UserError, match="a free user id"), User():
            pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0), os.close(read), os.close(write)
        with User() as again:
            assert again == third
    with User() as again:
        assert again == min(every)


def test_a_user_whose_dead_stay_is_passed_over(few_users):
    """They would count against the processes that the next submission may have. When somebody has reaped them the id is free again."""
    read, write = os.pipe()
    idle = os.fork()
    if idle == 0:
        try:
            if os.fork() == 0:
                confine.become(sandbox.FIRST_USER)
            else:
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
                os.write(write, b"x")
                signal.pause()
        finally:
            os._exit(0)
    os.read(read, 1), os.close(read), os.close(write)
    with User() as uid:
        assert uid == sandbox.FIRST_USER + 1
    os.kill(idle, signal.SIGKILL)
    os.waitpid(idle, 0)                            # this process adopts what it has not reaped
    with User() as uid:
        assert uid == sandbox.FIRST_USER


def held_by(uid):
    """What holds a user's id, and how his processes are: for the message of a failure."""
    holders, lock = [], str(sandbox._users() / str(uid))
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            holders += [entry.parts[2]] if os.readlink(entry) == lock else []
    return f"id held by {holders}, processes {[Path(f'/proc/{pid}/status').read_text() for pid in confine.processes_of(uid)]}"


def test_what_a_killed_grader_has_left_is_swept_away(few_users):
    """Its processes and its folders, and not those of graders that are still at work."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with User() as uid:
                folder = sandbox.tempfile.mkdtemp(prefix=f"{uid}-", dir=sandbox._users())
                if os.fork() == 0:
                    os.closerange(0, write), os.closerange(write + 1, 1000)     # what holds the id is not handed on to what is started
                    confine.become(uid)
                    os.write(write, f"{uid} {folder}".encode())
                    signal.pause()
                signal.pause()
        finally:
            os._exit(0)
    uid, folder = os.read(read, 1000).decode().split()
    uid = int(uid)
    sandbox.sweep()
    assert confine.processes_of(uid) and Path(folder).is_dir()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0), os.close(read), os.close(write)
    ends = time.monotonic() + 10
    sandbox.sweep()
    while confine.processes_of(uid) and time.monotonic() < ends:       # another grader on this machine may sweep it at this moment
        time.sleep(0.02)
        sandbox.sweep()
    assert confine.processes_of(uid) == [] and not Path(folder).exists(), held_by(uid)


# The choice

def test_a_back_end_is_chosen_that_holds():
    """The first that does; one by its name; none only by that name."""
    assert sandbox.choose("", HOUSE) in ("bwrap", "drop") and sandbox.choose("none", HOUSE) == "none"
    for asked in ("bwrap", "drop"):
        if not why_not(asked) or os.environ.get("CI"):
            assert sandbox.choose(asked, HOUSE) == asked
    with pytest.raises(UserError, match="--sandbox: expected one of bwrap, drop, none, got 'docker'"):
        sandbox.choose("docker", HOUSE)


def test_where_none_holds_nothing_is_graded(monkeypatch):
    """What is wrong with each, and what to install."""
    monkeypatch.setattr(sandbox, "faults_of", lambda name, bench, secrets: [f"{name} leaks"])
    with pytest.raises(UserError) as caught:
        sandbox.choose("", HOUSE)
    assert "bwrap: bwrap leaks; drop: drop leaks" in str(caught.value) and "apt-get install bubblewrap" in str(caught.value)
    with pytest.raises(UserError, match="got drop: drop leaks"):
        sandbox.choose("drop", HOUSE)


def test_where_the_first_does_not_hold_the_second_is_taken(monkeypatch, tmp_path):
    """A machine without Bubblewrap."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert why_not("bwrap") == ["bubblewrap is not installed"]
    with pytest.raises(UserError, match="bubblewrap is not installed.*apt-get install bubblewrap"):
        sandbox.choose("bwrap", HOUSE)
    if not why_not("drop") or os.environ.get("CI"):
        assert sandbox.choose("", HOUSE) == "drop"


@pytest.mark.parametrize("program", ["exit 1", "exec sleep 1000", "kill -9 $$"])
def test_a_bubblewrap_that_does_not_work_is_one_that_does_not_hold(monkeypatch, open_folder, program):
    """An old one that knows no such option, one that hangs, one that was compiled for elsewhere: a line that says so, and the other back-end."""
    fake = open_folder / "bwrap"
    fake.write_text(f"#!/bin/sh\necho 'fake: {program}, it says' >&2\n{program}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{open_folder}:/usr/bin:/bin")
    monkeypatch.setattr(sandbox, "STARTS_WITHIN", 0.5)
    why, = why_not("bwrap")
    assert "it says" in why
    if not why_not("drop") or os.environ.get("CI"):
        assert sandbox.choose("", HOUSE) == "drop"


def test_elsewhere_than_on_linux_it_says_so(monkeypatch):
    """And what to do."""
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    with pytest.raises(UserError, match="expected Linux, got darwin"):
        sandbox.choose("", HOUSE)


# A plain user

PLAIN = '''
import json, os, sys
from pathlib import Path
from minigen.course import confine, sandbox, workshop
from minigen.course.proxy import Fault
from minigen.course.sandbox import Limits, User
house = Path(sys.argv[1])
said = {"uid": os.getuid(), "prefix": str(sandbox.python()[0]), "readable": os.access(house / "tests" / "hidden" / "test_u01_softmax.py", os.R_OK)}
said["chosen"] = sandbox.choose("", house)
bench = workshop.lay_out(house)
said["drop"] = sandbox.faults_of("drop", bench, [])
with User() as uid:
    said["user"] = uid
    def worker(code, **limits):
        box = sandbox.Bubblewrap(bench, Limits(**limits), uid)
        try:
            session = box.start(1, lambda: (30.0, "late"))
            refused = session.load(1, [("u01_softmax.py", %r)])
            return refused or session.call("softmax", (code,), {})
        except Fault as fault:
            return str(fault)
        finally:
            box.kill()
    said["answer"] = worker("said = 6 * 7")
    said["environment"] = sorted(worker("import os; said = dict(os.environ)"))
    said["canary"] = worker("import os\\nsaid = [open(f'/proc/{pid}/environ').read() for pid in os.listdir('/proc') if pid.isdecimal()]")
    said["seen"] = worker("import os; said = os.listdir('/')")
    said["ids"] = worker("import os; said = os.getuid()")
    said["many"] = worker("import os, time\\nfor _ in range(60): os.fork() or time.sleep(1000)\\ntime.sleep(1000)", processes=20)
    said["memory"] = worker(%r, memory=700 << 20)
said["left"] = [pid for pid in confine.processes_of(os.getuid(), dead=True) if pid != os.getpid()]
print(json.dumps(said))
'''


def test_bubblewrap_holds_for_a_plain_user_as_well(open_folder):
    """Under his own id: he may read the tests, his workers may not. (Python and the clone are mounted where he can reach them.)"""
    with User() as uid:                            # nobody else's
        scratch, stand = open_folder / "scratch", open_folder / "stand"
        prefix, python = sandbox.python()
        staged = {"python": prefix, "house": HOUSE} | {f"packages{k}": folder for k, folder in enumerate(sandbox.packages())}

        def prepare():
            confine.stage(stand, staged)
            confine.become(uid)
        path = os.pathsep.join([f"{stand}/house", *(f"{stand}/packages{k}" for k in range(len(staged) - 2))])
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "LD_LIBRARY_PATH": f"{stand}/python/lib", "HOME": "/nonexistent", "TMPDIR": str(scratch),
                       "MINIGEN_CANARY": CANARY, "PYTHONDONTWRITEBYTECODE": "1"}
        scratch.mkdir(), stand.mkdir()
        os.chown(scratch, uid, uid)
        done = subprocess.run([f"{stand}/python/{python}", "-c", PLAIN % (ASIDE, HUNGRY), f"{stand}/house"], preexec_fn=prepare, env=environment, cwd="/",
                              capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["uid"] == uid and said["readable"] and said["chosen"] == "bwrap" and said["user"] is None
    assert said["drop"] == ["only root can become another user"]
    assert said["answer"] == 42 and said["ids"] == uid and set(said["environment"]) <= ENVIRONMENT
    assert CANARY not in str(said["canary"]) and not {"house", "tmp", "home", "root", "work"} & set(said["seen"])
    assert "more than 20 processes" in said["many"] and "more than 700 MiB" in said["memory"]
    assert said["left"] == []
