"""What a failure looks like: from the set of checks that fail to the known mistake that fails just so.

The tables are made by ``minigen check --matrix`` from the mutants. Public checks: ``hints.json`` beside this file, part of
the hand-out. Hidden tests: ``tests/hidden/hints.json``, for the teacher's report.
"""

import json
from pathlib import Path

PUBLIC = Path(__file__).with_name("hints.json")


def read(path):
    """A table of hints; empty where it has not been made."""
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except FileNotFoundError:
        return {}


def pattern(failed):
    """A set of failed checks as a key."""
    return " ".join(sorted(failed))


def look_up(table, unit, failed):
    """The hints of the known mistakes that fail just so: one line each, English / Chinese."""
    return table.get(unit.short, {}).get(pattern(failed), [])


def public(unit, failed):
    """The hints for a set of failed public checks."""
    return look_up(read(PUBLIC), unit, failed)


def table(patterns):
    """Make a table: ``patterns`` is a list of (unit, failed checks, hint)."""
    made = {}
    for unit, failed, hint in patterns:
        if failed:
            made.setdefault(unit.short, {}).setdefault(pattern(failed), []).append(hint)
    return {short: {key: sorted(made[short][key]) for key in sorted(made[short])} for short in sorted(made)}


def as_text(made):
    """The table as it stands in its file."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"
