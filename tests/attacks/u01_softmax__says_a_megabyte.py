"""Fails when it is imported, with a text of a megabyte and a cause for each of a thousand exceptions."""
# earns: 0

error = None
for k in range(1000):
    error, before = RuntimeError("pwned " * 170_000 if k == 999 else "x"), error
    error.__cause__ = before
raise error
