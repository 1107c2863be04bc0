"""Files are written whole or not at all."""

import os
import secrets
from pathlib import Path

from minigen.errors import say


def save_atomically(path, write):
    """Call ``write(temporary_path)``, then put the finished file in its place in one move.

    Whatever goes wrong, ``path`` holds the old file or the new one, whole, and nothing is left
    beside it. A missing folder is made; one that cannot be written is a UserError.
    """
    path = Path(path)
    # The same suffix, from which many writers guess the format.
    temporary = path.with_name(f".{path.stem[:40]}-{secrets.token_hex(4)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise say("out", "a file that can be written", f"{str(path)!r} ({error.strerror or error})",
                  f"Is {str(path.parent)!r} a folder with free space, in which you may write?") from error
    finally:
        _forget(temporary)


def save_text(path, text):
    """A text in UTF-8 with the same line ends on every system."""
    save_atomically(path, lambda temporary: temporary.write_bytes(text.encode("utf-8")))


def _forget(path):
    try:
        path.unlink()
    except OSError:         # moved into place, or never begun
        pass
