"""A box like Gradescope's container, made of Bubblewrap: root, Docker's default capabilities, no new namespaces, an /autograder of its own."""

import os
import shutil
import subprocess
from pathlib import Path

from minigen.course import confine
from minigen.course.sandbox import _as_file

DOCKERS = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE", "NET_RAW", "SYS_CHROOT", "MKNOD",
           "AUDIT_WRITE", "SETFCAP")
# Docker's seccomp profile refuses these to whoever lacks CAP_SYS_ADMIN.
REFUSED = ("mount", "umount2", "pivot_root", "unshare", "setns", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "bpf",
           "perf_event_open", "quotactl", "ptrace")


def in_box(autograder, opt, command, timeout):
    """Run a command in the box; ``autograder`` and ``opt`` are the folders that stand there as /autograder and /opt. Returns the CompletedProcess."""
    words = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--cap-drop", "ALL"]
    for name in DOCKERS:
        words += ["--cap-add", f"CAP_{name}"]
    for path in sorted(Path("/").iterdir()):
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir() and path.name not in ("proc", "dev", "sys", "tmp", "opt", "work", "home", "autograder"):
            words += ["--ro-bind", str(path), str(path)]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--bind", str(opt), "/opt", "--bind", str(autograder), "/autograder"]
    for path in sorted(Path("/opt").iterdir()):
        words += ["--ro-bind", str(path), str(path)]
    words += ["--setenv", "XDG_CACHE_HOME", "/opt/cache", "--chdir", "/autograder"]
    told, filtered = _as_file("\0".join(words).encode() + b"\0"), _as_file(confine.forbidden_calls(REFUSED))
    try:
        return subprocess.run([shutil.which("bwrap"), "--args", str(told), "--seccomp", str(filtered), *command], pass_fds=(told, filtered), text=True,
                              capture_output=True, timeout=timeout, encoding="utf-8", errors="replace")
    finally:
        os.close(told), os.close(filtered)
