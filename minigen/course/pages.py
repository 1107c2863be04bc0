"""What a grader writes for people: results for Gradescope, a table of grades, a page for each student and one for the teacher.

Only text is made here. Names of folders, notes and faults come from strangers: in a page jinja2 escapes them, elsewhere they are
cut down to one plain line.
"""

import csv
import io
import math
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import mean, median

from minigen.course.marks import STATES, UnitMark, maximum
from minigen.course.units import BY_NUMBER, HOMEWORKS, UNITS
from minigen.errors import say

ASSETS = Path(__file__).with_name("assets")
NOT_PASSED = "not passed 沒過"
NO_SANDBOX = ("Graded without a sandbox: the code could have changed its own result. This is a trial, not a grade.",
              "沒有用沙箱批改：程式碼可能改動自己的結果。這只是試改，不是正式成績。")
BARS, HARDEST, HINTS = 20, 15, 3
FORMULA = tuple("=+-@＝＋－＠")       # a spreadsheet in Chinese may compute the full-width ones too


def gradescope(mark):
    """The content of Gradescope's ``results.json``, with an entry for each hidden test.

    Notes
    -----
    https://gradescope-autograders.readthedocs.io/en/latest/specs/. The score is that of the mark; those of the tests are rounded one by
    one, and may add up to something else by less than 0.01 a unit. The bonus is extra credit: points of a maximum of 0.
    """
    of = maximum([unit.number for unit in mark.units])
    said = [f"{short(mark.points)} of {short(of)} points / {short(of)} 分中得到 {short(mark.points)} 分"]
    said += [f"bonus 加分：{short(mark.bonus)}"] if mark.bonus else []
    said += NO_SANDBOX if mark.sandbox == "none" else ()
    said += [f"note 附註：{one_line(note)}" for note in mark.notes]
    # JSON has no infinity: one number would spoil the whole file.
    known = mark.lost_bits is not None and math.isfinite(mark.lost_bits)
    return {"score": round(float(mark.points + mark.bonus), 2),
            "execution_time": round(mark.seconds, 1),
            "output": "\n".join(said), "output_format": "text", "test_output_format": "text", "test_name_format": "text",
            "visibility": "visible", "stdout_visibility": "hidden",
            "tests": [entry for unit in mark.units for entry in _entries(unit)],
            "leaderboard": [{"name": "u24_frontier: bits lost over the optimum", "value": round(mark.lost_bits, 4), "order": "asc"}] if known else [],
            "extra_data": {"sandbox": mark.sandbox}}


def _entries(marked):
    """Gradescope's entries of one unit; the first that failed says what is known of the unit as a whole."""
    unit, share = marked.unit, round(marked.unit.points / max(len(marked.tests), 1), 4)
    whole = [*([] if marked.state == "graded" else [STATES[marked.state]]), marked.why, *marked.hints[:HINTS]]
    for place, test in enumerate(marked.tests, start=1):
        said = []
        if not test.passed:
            said, whole = [test.why or NOT_PASSED, *whole], []
        yield {"name": one_line(f"{unit.short} · {test.line}"), "name_format": "text", "number": f"{unit.number}.{place}",
               "score": share if test.passed else 0.0, "max_score": 0.0 if unit.homework == "Bonus" else share,
               "status": "passed" if test.passed else "failed",
               "output": one_line(" · ".join(filter(None, dict.fromkeys(said)))), "output_format": "text",
               "visibility": "visible", "tags": [unit.homework, unit.short]}


def csv_of(marks, numbers):
    """The content of ``grades.csv`` in bytes: a row for each submission, a column for each unit in ``numbers``."""
    units = _units(numbers)
    bonus = any(unit.homework == "Bonus" for unit in units)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(["name", *map(str, units), "total", "of", *(["bonus"] if bonus else []), "notes"])
    for mark in (_exactly(mark, numbers) for mark in marks):
        points = [unit.points for unit in mark.units] + [mark.points, maximum(numbers)] + ([mark.bonus] if bonus else [])
        table.writerow([cell(mark.name), *map(short, points), cell(" · ".join(mark.notes))])
    # With its signature: without it Excel takes UTF-8 for the code page of the system.
    return text.getvalue().encode("utf-8-sig")


def student_page(mark, numbers):
    """One page of HTML for a student: what was earned in the units in ``numbers``, and where to look next."""
    mark = _exactly(mark, numbers)
    homeworks = [(key, *HOMEWORKS[key], [unit for unit in mark.units if unit.unit.homework == key]) for key in HOMEWORKS]
    return render("student_page.html", mark=mark, of=maximum(numbers), homeworks=[one for one in homeworks if one[-1]],
                   bonus_of=_bonus_of(numbers), unsafe=mark.sandbox == "none", max_hints=HINTS)


def class_page(marks, numbers, about):
    """One page of HTML for the teacher: the class as a whole, then each submission.

    ``about`` says how it was graded: a dict of texts, printed as it is. One whose key begins with "sandbox" is watched for "none".
    """
    marks, of = [_exactly(mark, numbers) for mark in marks], maximum(numbers)
    sandboxes = [mark.sandbox for mark in marks] + [said for key, said in about.items() if key.startswith("sandbox")]
    return render("class_page.html", marks=marks, of=of, about=about, bonus_of=_bonus_of(numbers), units=_by_unit(marks, numbers),
                   bars=_histogram([mark.points for mark in marks], of), hardest=_hardest(marks),
                   mean=mean, median=median, unsafe="none" in sandboxes)


def _histogram(totals, of):
    """(low, high, how many) for each bar; the last one holds the full maximum too."""
    counts = Counter(min(int(BARS * total / of), BARS - 1) if of else 0 for total in totals)
    return [(of * bar / BARS, of * (bar + 1) / BARS, counts[bar]) for bar in range(BARS)]


def _by_unit(marks, numbers):
    """(unit, mean of its points, share of full marks, share handed in) for each unit, over all submissions."""
    for place, unit in enumerate(_units(numbers)):
        of_class = [mark.units[place] for mark in marks]
        if of_class:
            yield (unit, mean(one.points for one in of_class), mean(float(one.full) for one in of_class),
                   mean(float(one.state != "missing") for one in of_class))


def _hardest(marks):
    """(share passed, how many passed, how many ran, unit, line) of the tests that failed most, the hardest first.

    Only units that could be graded count: else every test of a unit that few handed in would seem hard.
    """
    ran, passed = Counter(), Counter()
    for unit in (unit for mark in marks for unit in mark.units if unit.state == "graded"):
        for test in unit.tests:
            ran[unit.number, test.name, test.line] += 1
            passed[unit.number, test.name, test.line] += test.passed
    failed = [key for key in ran if passed[key] < ran[key]]
    failed.sort(key=lambda key: (passed[key] / ran[key], key))
    return [(passed[key] / ran[key], passed[key], ran[key], BY_NUMBER[key[0]], key[2]) for key in failed[:HARDEST]]


def _units(numbers):
    """The units with these numbers, in the order of the course."""
    return [unit for unit in UNITS if unit.number in numbers]


def _bonus_of(numbers):
    """The maximum of the bonus among these units."""
    return sum(unit.points for unit in _units(numbers) if unit.homework == "Bonus")


def _exactly(mark, numbers):
    """The mark with one UnitMark for each number: then every sum is of the same units as the full maximum."""
    had = {unit.number: unit for unit in mark.units}
    return replace(mark, units=[had.get(unit.number) or UnitMark(unit.number, "missing", []) for unit in _units(numbers)])


def storable(text):
    """The text without surrogates: those of a file name that is not UTF-8 cannot be written, and stand as ``\\udcff``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def one_line(text):
    """The text in one line: no line breaks, no control characters, no surrogates."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", storable(text))


def cell(text):
    """The text as a cell of a spreadsheet that is a text there, whatever it begins with."""
    begins_badly = text.startswith(("\t", "\r")) or text.lstrip().startswith(FORMULA)      # some skip white space before a formula
    return ("'" if begins_badly else "") + one_line(text)


def short(number):
    """At most two decimals, and no zeros that say nothing."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


@cache
def _house():
    """Where the templates live: everything is escaped, and a name that is missing is a fault."""
    try:
        import jinja2
    except ImportError:
        raise say("page", "the package jinja2", "none", "Try: pip install jinja2") from None
    house = jinja2.Environment(loader=jinja2.FileSystemLoader(ASSETS), autoescape=True, undefined=jinja2.StrictUndefined,
                               trim_blocks=True, lstrip_blocks=True)
    house.filters.update(short=short, percent="{:.0%}".format)
    return house


def render(template, **data):
    """A page from a template of the assets; whatever goes into it is escaped."""
    page = _house().get_template(template).render(**data, no_sandbox=NO_SANDBOX, states=STATES)
    return storable(page)
