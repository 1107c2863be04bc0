"""The command line as tests run it."""

import contextlib
import io
import sys
from collections import namedtuple

import pytest

from minigen import __main__ as command_line

Done = namedtuple("Done", "code out err")


def minigen(folder, *args):
    """``minigen ARGS`` in ``folder``, in this process: exit code, what was printed, errors."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["minigen", *map(str, args)])
        try:
            command_line.main()
        except SystemExit as stop:
            code = stop.code or 0
    return Done(code, out.getvalue(), err.getvalue())
