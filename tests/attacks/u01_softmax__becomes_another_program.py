"""Replaces itself by another program, started by the loader of libraries, with no limit of its own left behind."""
# earns: 0
# limits: unit=1

import glob
import os
import sys


def softmax(logits):
    for path in (*glob.glob("/lib64/ld-linux*"), *glob.glob("/usr/lib/*/ld-linux*"), "/bin/sh", sys.executable):
        for arguments in ([path, sys.executable, "-c", "open('@OPEN@/pwned-by-exec', 'w')"], [path, "-c", "echo > @OPEN@/pwned-by-shell"]):
            try:
                if os.fork() == 0:
                    os.execv(path, arguments)
            except OSError:
                os._exit(1)
    os._exit(0)
