"""Where a submission runs: a process that can reach nothing but its own arguments, and that the grader can always kill.

Two back-ends, and which one holds is found out by trying (``choose``): ``bwrap`` (Bubblewrap: namespaces of its own, an empty
root with a few read-only folders) on machines we own, as root and as a plain user; ``drop`` (another user, Landlock, seccomp) as
root inside a container, where no namespace can be made. ``none`` protects from nothing and must be asked for by name.
"""

import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgpack
import numpy as np

from minigen.course import confine, workshop
from minigen.course.proxy import Fault, Session
from minigen.course.wire import Pipe
from minigen.errors import UserError, expect_in, say

BACKENDS = ("bwrap", "drop", "none")
FIRST_USER, USERS = 64100, 500  # ids that no system gives out; one for each submission that is graded at the same time
LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
STARTS_WITHIN = 20.0            # seconds for a worker: our own affair, whatever is left to the submission
INSTALL = "apt-get install bubblewrap (or the package of that name in your system)"


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    call: float = 10.0          # seconds, one call with its callbacks
    load: float = 10.0          # seconds, to start and to run the file
    unit: float = 30.0          # seconds, all tests of a unit
    submission: float = 300.0   # seconds, everything
    memory: int = 2 << 30       # bytes, all processes together
    file: int = 64 << 20        # bytes, a file and the scratch folder as a whole
    processes: int = 64         # threads count too


def environment(scratch, library):
    """The whole environment of a worker; ``library`` is where a Python that is built as a shared library has it."""
    return {"PATH": "", "LD_LIBRARY_PATH": library, "HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
            "NUMBA_NUM_THREADS": "1", "NUMBA_BOUNDSCHECK": "1", "MPLCONFIGDIR": scratch}


@lru_cache(maxsize=1)
def python():
    """Where the interpreter stands: the folder that it and its library are in, and its path in there."""
    prefix = Path(sys.base_prefix).resolve()
    name = f"bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if not (prefix / name).exists():
        raise say("python", f"{name} in {str(prefix)!r}", "none", "The sandbox starts the interpreter that minigen runs on.")
    return prefix, name


@lru_cache(maxsize=1)
def packages():
    """Folders with installed packages, and in each what a worker must not see: minigen itself, with its answers."""
    folders = dict.fromkeys(Path(module.__file__).resolve().parents[1] for module in (np, msgpack))
    return {folder: [entry for entry in folder.iterdir() if "minigen" in entry.name.lower() or entry.suffix in (".pth", ".egg-link")] for folder in folders}


class Sandbox:
    """A worker in its sandbox, and how to be rid of it.

    Parameters
    ----------
    bench : workshop.Bench
        The folders with the package as a worker may see it.
    limits : Limits
    uid : int or None
        The user to become, as root.
    """

    name = "none"

    def __init__(self, bench, limits, uid=None):
        self.bench, self.limits, self.uid = bench, limits, uid
        self.process, self.inside, self._due = None, None, 0.0

    def start(self, number, limit):
        """Start a worker for a unit and return the conversation with it."""
        from_worker, to_parent = os.pipe()
        from_parent, to_worker = os.pipe()
        heard, errors = os.pipe()                  # standard error until the worker is there: Bubblewrap's complaints, a failing import
        self.scratch = None
        try:
            self.launch(number, from_parent, to_parent, errors)
        except (OSError, subprocess.SubprocessError) as error:
            os.close(from_worker), os.close(to_worker), os.close(heard)
            self.clear()
            raise say("sandbox", f"{self.name} to start", str(error), "Try the other of bwrap and drop.") from None
        finally:
            os.close(from_parent), os.close(to_parent), os.close(errors)
        self.pipe, self._due = Pipe(from_worker, to_worker), 0.0
        session = Session(self.pipe, lambda: (STARTS_WITHIN, f"it was not there within {STARTS_WITHIN:g} seconds"), self.watch)
        try:
            session.hello()
            session.limit = limit
        except Fault as fault:                     # nobody's but ours: no line of a student's has been run
            self.kill()
            raise say("sandbox", f"a worker of {self.name} to be there", str(fault), _last_line(heard)) from None
        finally:
            os.close(heard)
        return session

    def launch(self, number, read, write, errors):
        """Start the process: here without any protection."""
        self.scratch = tempfile.mkdtemp(prefix="minigen-")
        self.process = subprocess.Popen([sys.executable, *self.arguments(read, write, [folder for folder in packages()], self.bench.folders(number))],
                                        pass_fds=(read, write), cwd=self.scratch, env=environment(self.scratch, f"{sys.base_prefix}/lib"), start_new_session=True, **SILENT | {"stderr": errors})

    @staticmethod
    def arguments(read, write, site, folders):
        """How the interpreter is started: isolated, no site, nothing written beside its files."""
        package, sealed = folders
        code = (f"import gc, sys; gc.disable(); sys.path += {[str(package), *map(str, site)]!r}; import minigen; minigen.__path__.append({str(sealed)!r}); "
                f"from minigen.course.worker import main; main({read}, {write})")
        return ["-I", "-S", "-B", "-X", "utf8", "-c", code]

    def processes(self):
        """Process ids of the worker and of all that it has started."""
        return confine.below(self.process.pid)

    def watch(self):
        """Raise Fault where the processes together take more than their share. Looks ten times a second."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + 0.1
        pids = list(self.processes())
        if confine.resident(pids) + self.written() > self.limits.memory:
            raise Fault(f"it took more than {self.limits.memory >> 20} MiB of memory")
        if len(pids) > self.limits.processes:
            raise Fault(f"it started more than {self.limits.processes} processes")

    def written(self):
        """Bytes on disk that nothing else limits."""
        return 0

    def kill(self):
        """End everything at once, and wait until it has ended."""
        if self.process is None:
            return
        self.end()
        self.process.wait()
        if self.uid is not None:
            if confine.processes_of(self.uid, dead=True):
                confine.kill_all_of(self.uid)      # the orphans that this process has adopted
        elif self.inside:
            confine.reap([self.inside])
        self.process = self.inside = None
        self.pipe.close()
        self.clear()

    def clear(self):
        """Remove the scratch folder."""
        if self.scratch:
            _remove(self.scratch)
            self.scratch = None

    def end(self):
        """SIGKILL."""
        for pid in reversed(self.processes()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


SILENT = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Bubblewrap(Sandbox):
    """Namespaces of its own. As root the user is dropped before Bubblewrap starts: afterwards it would still read what only root may."""

    name = "bwrap"

    def launch(self, number, read, write, errors):
        """Start Bubblewrap; its arguments go through a pipe, because its first process shows them to the inmates."""
        prefix, name = python()
        package, sealed = self.bench.folders(number)
        site = {f"packages{k}": folder for k, folder in enumerate(packages())}
        folders = {"course": package, "sealed": sealed, "python/lib": prefix / "lib", f"python/{name}": prefix / name}
        folders |= site
        if self.uid is not None:
            stand = self.scratch = tempfile.mkdtemp(prefix=f"{self.uid}-", dir=_users())       # mounted on in the child's own namespace only
            shown = {where: f"{stand}/{where}" for where in folders}
        else:
            stand, shown = None, folders
        words = ["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv", "--hostname", "worker"]
        for path in LIBRARIES:
            words += ["--symlink", os.readlink(path), path] if os.path.islink(path) else ["--ro-bind-try", path, path]
        for where, path in shown.items():
            words += ["--ro-bind", str(path), f"/{where}"]
        for where, folder in site.items():
            for hidden in packages()[folder]:
                words += ["--tmpfs" if hidden.is_dir() else "--ro-bind", *([] if hidden.is_dir() else ["/dev/null"]), f"/{where}/{hidden.name}"]
        for path in DEVICES:
            words += ["--dev-bind-try", path, path]
        words += ["--proc", "/proc", "--size", str(self.limits.file), "--tmpfs", "/scratch", "--chdir", "/scratch", "--remount-ro", "/"]
        for key, value in environment("/scratch", "/python/lib").items():
            words += ["--setenv", key, value]
        told, filtered, (heard, info) = _as_file("\0".join(words).encode() + b"\0"), _as_file(confine.forbidden_calls()), os.pipe()
        try:
            self.process = subprocess.Popen([shutil.which("bwrap"), "--args", str(told), "--seccomp", str(filtered), "--info-fd", str(info), f"/python/{name}",
                                             *self.arguments(read, write, [f"/{where}" for where in site], ("/course", "/sealed"))],
                                            pass_fds=(read, write, told, filtered, info), env={}, cwd="/", start_new_session=True,
                                            preexec_fn=lambda: self.prepare(stand, folders), **SILENT | {"stderr": errors})
            os.close(info)
            info = None
            self.inside = _child_pid(heard)
        finally:
            for descriptor in (told, filtered, heard, info):
                if descriptor is not None:
                    os.close(descriptor)

    def prepare(self, stand, folders):
        """Between fork and exec."""
        confine.limit(self.limits.memory, int(self.limits.submission) + 10, self.limits.file, self.limits.processes if stand else None)
        if stand:
            confine.stage(stand, folders)
            confine.become(self.uid)

    def end(self):
        """SIGKILL to the first process of the namespace: the kernel ends all others with it, and Bubblewrap ends by itself."""
        try:
            if self.inside:
                os.kill(self.inside, signal.SIGKILL)
                self.process.wait(1)
                return
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        self.process.kill()


class Drop(Sandbox):
    """Another user, who can open a few folders and make no socket. There is no first process to kill: everything of that user is."""

    name = "drop"

    def launch(self, number, read, write, errors):
        """Start Python as another user. Folders are handed over as open descriptors: what is closed above them does not matter."""
        confine.kill_all_of(self.uid)
        prefix, name = python()
        package, sealed = self.bench.folders(number)
        self.scratch = tempfile.mkdtemp(prefix=f"{self.uid}-", dir=_users())
        os.chown(self.scratch, self.uid, self.uid)
        opened = {path: os.open(path, os.O_PATH) for path in (prefix, *packages(), package, sealed)}
        more = [os.open(path, os.O_PATH) for path in (prefix / "lib", prefix / name, *(entry for folder, hidden in packages().items() for entry in folder.iterdir() if entry not in hidden), *LIBRARIES, *DEVICES)
                if os.path.exists(path)]
        scratch, shown = os.open(self.scratch, os.O_PATH), {path: f"/proc/self/fd/{descriptor}" for path, descriptor in opened.items()}
        program, null = confine.forbidden_calls(), os.open("/dev/null", os.O_PATH)

        kept = read, write, *opened.values()

        def prepare():
            confine.keep_only(kept)                # here, because Landlock hides from Popen what is open
            confine.become(self.uid)
            confine.die_with_parent()
            confine.landlock([*more, opened[package], opened[sealed]], [scratch, null], [opened[folder] for folder in packages()])
            confine.limit(self.limits.memory, int(self.limits.submission) + 10, self.limits.file, self.limits.processes)
            confine.seccomp(program)
        try:
            self.process = subprocess.Popen([f"{shown[prefix]}/{name}", *self.arguments(read, write, [shown[folder] for folder in packages()], (shown[package], shown[sealed]))],
                                            pass_fds=kept, env=environment(self.scratch, f"{shown[prefix]}/lib"), cwd=self.scratch, start_new_session=True,
                                            preexec_fn=prepare, **SILENT | {"stderr": errors})
        finally:
            for descriptor in (*opened.values(), *more, scratch, null):
                os.close(descriptor)

    def processes(self):
        """All of that user: some may have lost their parents."""
        return confine.processes_of(self.uid)

    def written(self):
        """Bytes in the scratch folder, and in files that were taken out of it and are still open."""
        total = confine.weight(self.scratch) + confine.unlinked(self.processes())
        if total > self.limits.file:
            raise Fault(f"it wrote more than {self.limits.file >> 20} MiB")
        return total

    def end(self):
        """SIGKILL to all of that user, until none is left."""
        confine.kill_all_of(self.uid)


def _child_pid(heard):
    """What Bubblewrap tells of its first process; None if it ends, or says nothing for seconds."""
    told, patience = b"", min(5.0, STARTS_WITHIN)
    while b"}" not in told and select.select([heard], [], [], patience)[0] and (part := os.read(heard, 4096)):
        told += part
    return json.loads(told).get("child-pid") if b"}" in told else None


def _last_line(heard):
    """What was said there last, if anything was."""
    os.set_blocking(heard, False)
    try:
        lines = os.read(heard, 1 << 16).decode("utf-8", "replace").split("\n")
    except BlockingIOError:
        return ""
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")


def _as_file(content):
    """A descriptor from which these bytes can be read once."""
    read, write = os.pipe()
    fcntl.fcntl(write, getattr(fcntl, "F_SETPIPE_SZ", 1031), max(len(content), 4096))
    os.write(write, content)
    os.close(write)
    return read


MADE = {one.name: one for one in (Bubblewrap, Drop, Sandbox)}


class User:
    """A user id that no other grader on this machine uses at the same time; None for a plain user, who has only his own."""

    def __enter__(self):
        self.lock = None
        if os.geteuid() != 0:
            return None
        confine.adopt_orphans()                    # the dead count as processes of a user until somebody reaps them
        for uid in range(FIRST_USER, FIRST_USER + USERS):
            self.lock = _locked(uid)
            if self.lock is not None:
                if _clean(uid):
                    return uid
                os.close(self.lock)                # its dead stay (a container whose first process reaps nobody), and would be counted
        raise say("sandbox", f"a free user id from {FIRST_USER} on", f"{USERS} that are taken", "Are that many graders running?")

    def __exit__(self, *error):
        if self.lock is not None:
            os.close(self.lock)


def _users():
    """Root's folder with a lock for each user id, and the scratch folders: nobody else can list it."""
    folder = Path(tempfile.gettempdir()) / "minigen-users"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != 0:
        raise say("sandbox", f"{str(folder)!r} to be root's", "somebody else's", "Who made it could change what is graded: remove it.")
    return folder


def _clean(uid):
    """End and remove whatever a grader that was killed has left of a user; whether nothing is left, not even dead processes."""
    gone = confine.kill_all_of(uid)
    for left in _users().glob(f"{uid}-*"):
        _remove(left)
    return gone


def _remove(folder):
    """Remove a folder, however deep somebody has made it: Python's own way gives up on a thousand levels."""
    try:
        os.rmdir(folder)
    except OSError:
        subprocess.run(["rm", "-rf", "--", folder], **SILENT)


def _locked(uid):
    """A descriptor that holds a user id until it is closed; None if another grader has it."""
    lock = os.open(_users() / str(uid), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock
    except OSError:
        os.close(lock)
        return None


def sweep():
    """End what graders that were killed have left of users that nobody holds now: processes, folders. (Whom another sweeps right now is left to him.)"""
    there = os.listdir(_users()) if os.geteuid() == 0 else ()
    left = confine.users() | {int(name.partition("-")[0]) for name in there if "-" in name}
    for name in filter(str.isdecimal, there):
        if int(name) in left and (lock := _locked(int(name))) is not None:
            _clean(int(name))
            os.close(lock)


def faults_of(name, bench, secrets):
    """Why a back-end does not do here, one line each: it is started and tries to break out. Nothing, if it holds."""
    if name == "bwrap":
        if not shutil.which("bwrap"):
            return ["bubblewrap is not installed"]
        if os.geteuid() == 0 and not confine.can_stage():
            return ["no namespace can be made here (inside a container?)"]
    if name == "drop":
        if os.geteuid() != 0:
            return ["only root can become another user"]
        if not confine.landlock_version():
            return ["this kernel has no Landlock (Linux 5.13)"]
    with User() as uid:
        sandbox = MADE[name](bench, Limits(), uid)
        try:
            return sandbox.start(1, lambda: (20.0, "no answer within 20 seconds")).probe([str(path) for path in secrets], os.getpid())
        except (Fault, UserError) as fault:
            return [f"the worker does not start: {fault}"]
        finally:
            sandbox.kill()


def choose(asked, house):
    """The name of a back-end that holds on this machine.

    ``asked`` is one of BACKENDS, or "" for the first of ``bwrap`` and ``drop`` that does: each is tried with the tests and
    the solutions of the house as what it must not let be read.

    Raises
    ------
    UserError
        None of them holds: what is missing, and what to install. Nothing is ever graded unprotected in silence.
    """
    if asked:
        expect_in("--sandbox", asked, BACKENDS)
    if asked == "none":
        return asked
    if not sys.platform.startswith("linux"):
        raise say("--sandbox", "Linux", sys.platform, "Grade on Linux (a virtual machine, WSL 2), or ask for --sandbox none for files that you trust.")
    secrets = [*(house / "tests" / "hidden").glob("test_u01*.py"), *(house / "solutions").glob("u01*.py"), f"/proc/{os.getpid()}/environ"]
    bench, why = workshop.lay_out(house), {}
    for name in [asked] if asked else BACKENDS[:2]:
        why[name] = faults_of(name, bench, secrets)
        if not why[name]:
            return name
    said = "; ".join(f"{name}: {', '.join(faults)}" for name, faults in why.items())
    raise say("--sandbox", "a sandbox that holds", said, f"Install Bubblewrap: {INSTALL}. --sandbox none is for files that you trust.")
