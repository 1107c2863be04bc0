"""Ten minutes without a computer: pairs of students play the lecture on paper, and the class sees its own total correlation.

Three rounds. One by one (各個擊破): one writes 演 or 老 after a coin toss, passes the slip, the other fits the second character
to it. All at once (一次到位): both toss a coin of their own and write blind. All at once with a latent: blind again, but after
one toss that both have seen. Exactly 0, 1/2 and 0 of the answers are 演師 or 老員.
"""

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from minigen import figures
from minigen.errors import say
from minigen.files import save_text

SHEET = Path(__file__).with_name("assets") / "game.html"
COLUMNS = "round", "answer", "count"
RIGHT, WRONG = ("演員", "老師"), ("演師", "老員")
ROUNDS = {"one_by_one": ("one by one", "各個擊破：傳紙條", 0.0),
          "all_at_once": ("all at once", "一次到位：各擲各的", 0.5),
          "shared_latent": ("all at once, one shared toss", "一次到位：共用一個決定", 0.0)}
OTHER_NAMES = {"各個擊破": "one_by_one", "一次到位": "all_at_once", "共用一個決定": "shared_latent", "共用": "shared_latent"}


@dataclass(frozen=True)
class Round:
    """What the class wrote in one round."""

    name: str                   # a key of ROUNDS
    right: int                  # 演員 and 老師
    wrong: int                  # 演師 and 老員

    @property
    def share(self):
        """The share of 演師 and 老員."""
        return self.wrong / (self.right + self.wrong)

    def interval(self, z=1.959964):
        """Where the true share lies, 95 times of 100 (Wilson, 1927): (low, high)."""
        n, p = self.right + self.wrong, self.share
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


def write_sheet(path):
    """The sheet to print, A4, English and 繁體中文."""
    save_text(path, SHEET.read_text("utf-8"))


def read_tally(path):
    """The rounds of a CSV with the columns ``round``, ``answer`` and ``count``, in the order of play.

    A spreadsheet may have saved it as UTF-8 (with or without signature), as "Unicode text" (UTF-16) or, in Taiwan, as Big5, and
    have separated the cells by commas, semicolons or tabs.

    Raises
    ------
    UserError
        Unreadable, another heading, an unknown round or answer, a count that is none.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise say("tally", "a CSV file", f"{str(path)!r} ({error.strerror or error})") from None
    lines = decoded(raw, path.name).splitlines()
    heading = lines[0].lower() if lines else ""
    separator = max(",;\t", key=heading.count)
    names = [name.strip(' "') for name in heading.split(separator)]
    if not set(COLUMNS) <= set(names):
        raise say("tally", f"the columns {','.join(COLUMNS)} in the first line of {path.name!r}", repr(heading[:60]))
    counts = Counter()
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        row = dict(zip(names, (cell.strip(' "') for cell in line.split(separator))))
        name, answer, count = (row.get(key, "") for key in COLUMNS)
        name = OTHER_NAMES.get(name, name)
        if name not in ROUNDS:
            raise say(f"tally, line {number}", f"a round of {', '.join([*ROUNDS, *OTHER_NAMES])}", repr(name[:20]))
        if answer not in RIGHT + WRONG:
            raise say(f"tally, line {number}", f"an answer of {', '.join(RIGHT + WRONG)}", repr(answer[:20]))
        if not (count.isascii() and count.isdecimal() and len(count) <= 9):
            raise say(f"tally, line {number}", "a count such as 12", repr(count[:20]))
        counts[name, answer in WRONG] += int(count)
    rounds = [Round(name, counts[name, False], counts[name, True]) for name in ROUNDS if counts[name, False] + counts[name, True]]
    if not rounds:
        raise say("tally", "some answers", "counts of 0 only")
    return rounds


def decoded(raw, name):
    """The text of a file that a spreadsheet wrote."""
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    for encoding in (marks.get(raw[:2], "utf-8-sig"), "cp950"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            pass
    raise say("tally", "text in UTF-8, UTF-16 or Big5", f"another encoding in {name!r}")


def draw(path, rounds):
    """Save the class's shares as a PNG; yields one line for each round."""
    figures.shares(path, [(*ROUNDS[one.name][:2], one.share, one.interval(), ROUNDS[one.name][2]) for one in rounds],
                   "share of nonsense answers (yǎnshī, lǎoyuán)", "One answer, two writers: how often do they not fit?")
    for one in rounds:
        low, high = one.interval()
        yield (f"{ROUNDS[one.name][1]} {ROUNDS[one.name][0]}: {one.wrong} of {one.right + one.wrong} are 演師 or 老員, "
               f"{one.share:.0%} ({low:.0%} to {high:.0%}); exactly {ROUNDS[one.name][2]:.0%}")
