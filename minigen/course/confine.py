"""What Linux itself can forbid a process, called between fork and exec: limits, another user, Landlock, seccomp, folders.

Each of these holds for the process and all that it starts, and none can be taken back. (``ctypes``, because the standard library
has none of them; the numbers are those of the kernel's headers.)
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import stat
import struct
import time
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)

NO_NEW_PRIVS, PARENT_DEATH, SET_SECCOMP, FILTER, SUBREAPER = 38, 1, 22, 2, 36           # prctl
NO_CLONES = 0x7E028000          # flags of clone: new namespaces, and a child that is its parent's sibling
NEWNS, BIND, REC, PRIVATE, READ_ONLY, REMOUNT, NOSUID, NODEV = 0x20000, 4096, 16384, 1 << 18, 1, 32, 2, 4

# System calls that reach other processes, the network, memory that no limit counts, marks on other users' files, or the machine:
# number on x86_64, on aarch64.
FORBIDDEN = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "removexattrat": (466, 466),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "perf_event_open": (298, 241), "bpf": (321, 280),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "shmget": (29, 194), "shmat": (30, 196),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262), "quotactl": (179, 60), "acct": (163, 89), "swapon": (167, 224), "reboot": (169, 142),
    "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104), "personality": (135, 92),
    "syslog": (103, 116), "settimeofday": (164, 170), "clock_settime": (227, 112), "sethostname": (170, 161)}
CLONE, CLONE3 = (56, 220), (435, 435)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def check(result):
    """Raise OSError for a call that failed."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


# Limits and users

def limit(memory, seconds, file_size, processes=None):
    """Bytes of address space, seconds of CPU, bytes of a file; ``processes`` (threads too) of this user."""
    for which, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, file_size), (resource.RLIMIT_CORE, 0),
                         (resource.RLIMIT_NOFILE, 128), (resource.RLIMIT_MEMLOCK, 0), (resource.RLIMIT_MSGQUEUE, 0),
                         *([(resource.RLIMIT_NPROC, processes)] if processes else [])):
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))


def become(uid):
    """Another user, with no group and no way back."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def keep_only(descriptors):
    """No other descriptor than these, and the first three, goes to the program that is started next."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in descriptors:
            try:
                os.set_inheritable(int(name), False)
            except OSError:                        # that of the listing itself
                pass


def die_with_parent():
    """SIGKILL when the thread that started this process ends."""
    check(libc.prctl(PARENT_DEATH, signal.SIGKILL, 0, 0, 0))


# seccomp

def forbidden_calls(names=tuple(FORBIDDEN)):
    """The filter: a program for the kernel that answers EPERM to what is forbidden (McCanne and Jacobson, 1993)."""
    column, arch = ARCHITECTURES[platform.machine()]
    load, equal, above, some, give = 0x20, 0x15, 0x35, 0x45, 0x06
    numbers = [FORBIDDEN[name][column] for name in names if FORBIDDEN[name][column] is not None]
    no, none, yes, kill = (give, 0, 0, 0x00050000 | errno.EPERM), (give, 0, 0, 0x00050000 | errno.ENOSYS), (give, 0, 0, 0x7FFF0000), (give, 0, 0, 0x80000000)
    program = [(load, 0, 0, 4), (equal, 1, 0, arch), kill, (load, 0, 0, 0),
               (above, 0, 1, 0x40000000), no,                                      # the x32 numbers
               (equal, 0, 1, CLONE3[column]), none,                                # its flags cannot be seen: use clone instead
               (equal, 0, 4, CLONE[column]), (load, 0, 0, 16), (some, 0, 1, NO_CLONES), no, yes]
    for at, number in enumerate(numbers):
        program.append((equal, len(numbers) - at, 0, number))
    program += [yes, no]
    return b"".join(struct.pack("=HBBI", *step) for step in program)


def seccomp(program):
    """Put a filter on this process; it can gain no rights any more."""
    buffer = ctypes.create_string_buffer(program, len(program))
    told = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer)))
    check(libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0))
    check(libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(told), 0, 0))


# Landlock (Salaun, 2021)

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1, 2, 4, 8, 1 << 14


def landlock_version():
    """The version of Landlock that this kernel has, 0 for none."""
    return max(0, libc.syscall(CREATE_RULESET, None, 0, 1))


def landlock(read, write, names=()):
    """From now on only what lies under these descriptors can be opened: ``read`` for reading, ``write`` for everything, ``names`` to be listed."""
    version = landlock_version()
    every = (1 << (13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16)) - 1
    attributes = struct.pack("QQQ", every, 3, 3)[:8 if version < 4 else 16 if version < 6 else 24]      # no TCP; no signals or sockets outside
    rules = check(libc.syscall(CREATE_RULESET, attributes, len(attributes), 0))
    for descriptors, rights in ((read, EXECUTE | READ_FILE | READ_DIR), (write, every), (names, READ_DIR)):
        for descriptor in descriptors:
            folder = os.path.isdir(f"/proc/self/fd/{descriptor}")
            allowed = rights if folder else rights & (EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE)
            check(libc.syscall(ADD_RULE, rules, 1, struct.pack("=Qi", allowed & every, descriptor), 0))
    check(libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0))
    check(libc.syscall(RESTRICT_SELF, rules, 0))
    os.close(rules)


# Folders

def stage(stand, folders):
    """In a namespace of its own, an empty folder at ``stand`` with others in it, each read-only: name -> where it is.

    So that another user may read what lies below a folder that is closed to him. Needs root and CAP_SYS_ADMIN.
    """
    check(libc.unshare(NEWNS))
    mount(None, "/", PRIVATE | REC)
    mount("tmpfs", stand, NOSUID | NODEV, "tmpfs", "mode=0755")
    for name, path in folders.items():
        target = f"{stand}/{name}"
        if os.path.isdir(path):
            os.makedirs(target)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            Path(target).touch()
        mount(path, target, BIND)
        mount(None, target, BIND | REMOUNT | READ_ONLY | NOSUID | NODEV)


def mount(source, target, flags, kind=None, options=None):
    """mount(2)."""
    check(libc.mount(*(text if text is None else os.fsencode(text) for text in (source, target, kind)), flags, options and options.encode()))


def can_stage():
    """Whether this process may make mount namespaces; found out in a child."""
    child = os.fork()
    if child == 0:
        os._exit(0 if os.geteuid() == 0 and libc.unshare(NEWNS) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


# Other processes

def adopt_orphans():
    """Processes below this one whose parents end become its own children, so that it can reap them: the dead count as processes too."""
    check(libc.prctl(SUBREAPER, 1, 0, 0, 0))


MOURNED = 0.2                   # seconds for whoever reaps the dead


def kill_all_of(uid, patience=5.0):
    """SIGKILL to every process of a user until none is left: ``kill(-1)`` as that user, so that none can be born in between.

    Those that died are reaped where they are ours, else their parent has a moment to do it: a killed judge's may be one who
    never does. Returns whether none of these is left either. Raises OSError if some are alive after ``patience`` seconds.
    """
    begun, mourned = time.monotonic(), MOURNED if processes_of(uid) else 0.0       # who was dead before has had his moment
    while True:
        child = os.fork()
        if child == 0:
            try:
                become(uid)
                os.kill(-1, signal.SIGKILL)        # spares the caller itself
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        if found := processes_of(uid, dead=True):
            reap(found)
            found = processes_of(uid, dead=True)
        if not found:
            return True
        waited = time.monotonic() - begun
        if waited > mourned and not processes_of(uid):
            return False
        if waited > patience:
            raise OSError(errno.EBUSY, f"processes of user {uid} that cannot be killed")
        time.sleep(0.005)


def reap(pids):
    """Take leave of those that are dead children of this process."""
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass


def processes_of(uid, dead=False):
    """Process ids of a user; ``dead``: also of those that nobody has reaped."""
    return [pid for pid, owner, ended in _owned() if owner == uid and (dead or not ended)]


def users():
    """The ids of all users that have a process, a dead one too: a set."""
    return {owner for _, owner, _ in _owned()}


def _owned():
    """(process id, user id, whether it is dead) of every process. (Read from ``status``: who forbids dumps of himself seems to belong to root elsewhere.)"""
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/status", "rb") as file:
                status = file.read()
        except OSError:
            continue
        yield int(name), int(status.partition(b"\nUid:\t")[2].split(maxsplit=1)[0]), b"\nState:\tZ" in status


def below(pid):
    """A process and all its descendants."""
    found = [pid]
    for one in found:
        for task in _listed(f"/proc/{one}/task"):
            try:
                with open(f"/proc/{one}/task/{task}/children", "rb") as file:
                    found += map(int, file.read().split())
            except OSError:
                pass
    return found


def _listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


def resident(pids):
    """Bytes of memory that processes hold."""
    pages = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/statm", "rb") as file:
                pages += int(file.read().split()[1])
        except (OSError, IndexError):
            pass
    return pages * resource.getpagesize()


def weight(folder, entries=20_000, depth=32):
    """Bytes that a folder takes on disk, 4 KiB for each name in it; inf if it has more entries, or is deeper, than anybody needs."""
    total, left = 0, [(os.open(folder, os.O_RDONLY | os.O_DIRECTORY), depth)]
    try:
        while left:
            here, deep = left.pop()
            try:
                for name in os.listdir(here):
                    entries -= 1
                    about = os.lstat(name, dir_fd=here)
                    total += 4096 + 512 * about.st_blocks
                    if stat.S_ISDIR(about.st_mode):
                        left.append((os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here), deep - 1))
                    if entries < 0 or deep < 0:
                        return float("inf")
            except OSError:                        # gone in the meantime, or too many open folders
                pass
            finally:
                os.close(here)
    finally:
        for here, _ in left:
            os.close(here)
    return total


def unlinked(pids):
    """Bytes on disk of files that processes hold open, or mapped, although they have no name any more."""
    total, seen = 0, set()
    for pid in pids:
        for path in (f"/proc/{pid}/{where}/{name}" for where in ("fd", "map_files") for name in _listed(f"/proc/{pid}/{where}")):
            try:
                about = os.stat(path)
            except OSError:
                continue
            if about.st_nlink == 0 and stat.S_ISREG(about.st_mode) and (about.st_dev, about.st_ino) not in seen:
                seen.add((about.st_dev, about.st_ino))
                total += 512 * about.st_blocks
    return total
