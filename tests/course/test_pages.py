"""What a grader writes: Gradescope's results, the table of grades, the pages of students and of the teacher."""

import csv
import io
import json
import math
import random
import re
from html.parser import HTMLParser

import pytest

from minigen.course import pages
from minigen.course.marks import STATES, Mark, TestMark, UnitMark, maximum
from minigen.course.units import BY_NUMBER, UNITS
from minigen.errors import UserError

ALL = [unit.number for unit in UNITS]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
VILE = '<script>alert("1")</script><img src=x onerror=\'y\'></td></style><!-- & {{ 7 * 7 }} {% raw %}'


def a_unit(number, passes, state="graded", why="", said="", hints=(), line="checks something"):
    """A unit's mark: ``passes`` is a bool for each test, ``said`` why tests failed."""
    tests = [TestMark(f"test_{place}", f"{line} {place}", passed, "" if passed else said) for place, passed in enumerate(passes)]
    return UnitMark(number, state, tests, why, list(hints), 0.5, 1)


def a_mark(name="王小明", numbers=ALL, rng=None, **fields):
    """A submission of these units; each test passes or fails by the dice, all pass without."""
    units = [a_unit(number, [rng is None or rng.random() < 0.7 for _ in range(3 + number)]) for number in numbers]
    return Mark(**{"name": name, "seed": 123456789, "units": units, "digest": "d1ge57", "sandbox": "bwrap", "seconds": 12.34} | fields)


def a_class(n):
    """Submissions with different marks."""
    rng = random.Random(0)
    return [a_mark(f"學生 {i}", rng=rng, seconds=rng.uniform(5, 90)) for i in range(n)]


def points_of(mark, bonus=False):
    """The sum, by a loop that anyone can check."""
    total = 0.0
    for marked in mark.units:
        if (BY_NUMBER[marked.number].homework == "Bonus") == bonus and marked.tests:
            total += BY_NUMBER[marked.number].points * len([test for test in marked.tests if test.passed]) / len(marked.tests)
    return total


# Gradescope

def exactly(made, **kinds):
    """All these keys and no others, each of exactly its type."""
    assert set(made) == set(kinds)
    for key, kind in kinds.items():
        assert type(made[key]) is kind, (key, made[key])


def expect_gradescope(made):
    """The format of results.json, as far as it is used: https://gradescope-autograders.readthedocs.io/en/latest/specs/."""
    exactly(made, score=float, execution_time=float, output=str, output_format=str, test_output_format=str, test_name_format=str,
            visibility=str, stdout_visibility=str, tests=list, leaderboard=list, extra_data=dict)
    assert {made[key] for key in ("output_format", "test_output_format", "test_name_format")} == {"text"}
    assert (made["visibility"], made["stdout_visibility"]) == ("visible", "hidden")
    assert made["score"] >= 0 and made["execution_time"] >= 0
    for test in made["tests"]:
        exactly(test, score=float, max_score=float, name=str, name_format=str, status=str, number=str, output=str, output_format=str,
                visibility=str, tags=list)
        assert test["name_format"] == test["output_format"] == "text" and test["visibility"] == "visible"
        assert test["status"] in ("passed", "failed") and (test["status"] == "passed") == (test["score"] > 0) == (test["output"] == "")
        assert 0 <= test["max_score"] <= 40 and (test["score"] in (0, test["max_score"]) or test["max_score"] == 0)
        assert re.fullmatch(r"[1-9]\d?\.[1-9]\d*", test["number"]) and re.match(r"u\d\d · ", test["name"])
        assert len((test["name"] + "x").splitlines()) == 1 and len((test["output"] + "x").splitlines()) == 1
        assert all(type(tag) is str for tag in test["tags"])
    for row in made["leaderboard"]:
        exactly(row, name=str, value=float, order=str)
        assert row["order"] in ("asc", "desc")
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    json.dumps(made, ensure_ascii=False).encode("utf-8")                       # no surrogates


@pytest.mark.parametrize("turn", range(20))
def test_gradescope_has_its_format_and_the_sums_of_the_mark(turn):
    """Every key and type; points of homework and bonus apart, those of tests as in the mark but for rounding."""
    mark = a_mark(rng=random.Random(turn), lost_bits=1 / 3)
    made = pages.gradescope(mark)
    expect_gradescope(made)
    assert math.isclose(made["score"], mark.points + mark.bonus, abs_tol=1e-9)
    assert len(made["tests"]) == sum(len(unit.tests) for unit in mark.units)
    for unit in mark.units:
        entries = [test for test in made["tests"] if test["tags"] == [unit.unit.homework, unit.unit.short]]
        assert [test["number"] for test in entries] == [f"{unit.number}.{place + 1}" for place in range(len(unit.tests))]
        assert [test["status"] == "passed" for test in entries] == [test.passed for test in unit.tests]
        assert abs(sum(test["score"] for test in entries) - unit.points) < 0.01
        assert abs(sum(test["max_score"] for test in entries) - (0 if unit.number == 25 else unit.unit.points)) < 0.01
    assert made["leaderboard"] == [{"name": "u24_frontier: bits lost over the optimum", "value": 0.3333, "order": "asc"}]
    assert f"{pages.short(mark.points)} of {maximum()} points" in made["output"]


def test_gradescope_says_why_and_hints_once():
    """A passed test says nothing; a failed one why, in one line; the first of them what is known of its unit, at most three hints."""
    mark = a_mark(units=[a_unit(1, [True, False, False], said="took longer\nthan 10 seconds", hints=["one / 一", "two / 二", "three / 三", "four / 四"]),
                         a_unit(2, [False, False]), a_unit(3, [False, False], "broken", "line 3: invalid syntax"), UnitMark(4, "missing", [])])
    made = pages.gradescope(mark)
    expect_gradescope(made)
    assert [test["output"] for test in made["tests"]] == [
        "", "took longer than 10 seconds · one / 一 · two / 二 · three / 三", "took longer than 10 seconds",
        "not passed 沒過", "not passed 沒過", "not passed 沒過 · cannot be used 無法使用 · line 3: invalid syntax", "not passed 沒過"]
    assert made["score"] == 3.33 and made["output"] == "3.33 of 65 points / 65 分中得到 3.33 分" and made["leaderboard"] == []


def test_gradescope_names_what_should_not_be_missed():
    """Bonus, no sandbox, notes; an infinite loss is left out, because JSON has none; neither seed nor name is in it."""
    mark = a_mark(sandbox="none", notes=["u99.py: no unit\r\nhas that name", "\udcff.py \x00"], lost_bits=math.inf)
    made = pages.gradescope(mark)
    expect_gradescope(made)
    said = made["output"].splitlines()
    assert said == [f"{maximum()} of {maximum()} points / {maximum()} 分中得到 {maximum()} 分", "bonus 加分：10", *pages.NO_SANDBOX,
                    "note 附註：u99.py: no unit has that name", r"note 附註：\udcff.py  "]
    assert made["score"] == maximum() + 10
    assert str(mark.seed) not in str(made) and mark.name not in str(made)
    assert pages.gradescope(a_mark(numbers=[]))["tests"] == []


# grades.csv

def read(made):
    """The rows as a spreadsheet reads them."""
    assert made.startswith(b"\xef\xbb\xbf") and made.count(b"\n") == made.count(b"\r\n")
    return list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def test_the_csv_holds_the_points_of_the_marks():
    """Each unit's points, the sum by a loop, the full maximum and the bonus."""
    marks = a_class(20)
    rows = read(pages.csv_of(marks, ALL))
    assert list(rows[0]) == ["name", *map(str, UNITS), "total", "of", "bonus", "notes"] and len(rows) == 20
    for mark, row in zip(marks, rows):
        assert [float(row[str(unit.unit)]) for unit in mark.units] == [unit.points for unit in mark.units]
        assert row["name"] == mark.name and float(row["total"]) == mark.points and float(row["bonus"]) == mark.bonus
        assert abs(points_of(mark) - float(row["total"])) < 0.005 * 24 and abs(points_of(mark, bonus=True) - float(row["bonus"])) < 0.01
        assert row["of"] == str(sum(unit.points for unit in UNITS if unit.number != 25))


def test_units_that_are_asked_for_count_and_no_others():
    """A unit that was not handed in is 0 of the full maximum, one that is not asked for is neither in the sum nor in the maximum."""
    mark = a_mark(numbers=[3, 1, 9])
    row, = read(pages.csv_of([mark], {1, 2, 3}))
    assert row == {"name": "王小明", "u01": "10", "u02": "0", "u03": "20", "total": "30", "of": "45", "notes": ""}
    page = pages.student_page(mark, {1, 2, 3})
    assert "<b class=\"points\">30</b> of 45 points" in page and STATES["missing"] in page and "u09" not in page
    assert "30</b>" in pages.class_page([mark], {1, 2, 3}, {})


def test_cells_are_texts_in_one_line():
    """No cell is a formula, none breaks its row, and a name that is not UTF-8 is still a name."""
    names = {"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\tx": "' x", "\rx": "' x", " =1": "' =1", "\n=1": "' =1",
             "＝1+1": "'＝1+1", "王\r\n小\n明": "王 小 明", "a,\"b\"": "a,\"b\"", "\udce7\udce8": r"\udce7\udce8", "1=2": "1=2", "\x00": " ", "": ""}
    rows = read(pages.csv_of([a_mark(name, notes=[name, "second"]) for name in names], [1]))
    assert [row["name"] for row in rows] == list(names.values())
    assert [row["notes"].lstrip("'").partition(" · ")[2] for row in rows] == ["second"] * len(names)
    assert not any(cell[:1] in set("=+-@＝＋－＠\t\r") for row in rows for cell in row.values() if cell)
    assert read(pages.csv_of([], [1, 25])) == []


# pages

class Reader(HTMLParser):
    """The tags of a page with the names of their attributes, its addresses, styles and its text."""

    VOID = {"meta", "img", "br"}

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.addresses, self.words, self.declared = [], [], [], [], 0
        self.feed(page)
        self.close()
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *sorted(name for name, _ in attrs)))
        self.addresses += [value for name, value in attrs if name in ("src", "href", "data", "action", "poster", "srcset", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style"} & set(self.open):
            self.words.append(data)

    def handle_comment(self, data):
        raise AssertionError("a comment")


def expect_page(page):
    """A whole page by itself: every tag is closed, nothing runs and nothing is fetched."""
    reader = Reader(page)
    assert page.startswith("<!DOCTYPE html>\n") and reader.open == []
    assert not {tag[0] for tag in reader.tags} & {"script", "link", "iframe", "object", "embed", "form", "base", "a"}
    assert not any(name.startswith("on") for tag in reader.tags for name in tag[1:])
    assert all(address.startswith("data:image/png;base64,") for address in reader.addresses)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page.partition("<style")[0]
    assert not re.search(r"https?:|@import|url\(", page) and "http" not in reader.text
    page.encode("utf-8")
    return reader


def test_the_student_page_says_all():
    """Name, sum, state, every line with its sign, why, hints, where to look, sprite; nothing of seeds."""
    mark = a_mark(units=[a_unit(1, [True, True]), a_unit(2, [True, False], said="took longer than 10 seconds", hints=["looks as if / 看起來"], line="the mean"),
                         a_unit(3, [False], "broken", "line 3: invalid syntax"), a_unit(4, [False], "todo"), a_unit(25, [True])], sprite=PIXEL, notes=["u99.py: no unit has that name"])
    page = pages.student_page(mark, [1, 2, 3, 4, 5, 25])
    reader = expect_page(page)
    for said in ("王小明", "17.5 of 80 points", "10 / 10 outside the sum", "HW1 · dice 骰子 17.5 / 80", "✓ full marks 滿分", "✗ 1 of 2 not passed 沒過",
                 "✓ the mean 0", "✗ the mean 1 took longer than 10 seconds", "looks as if / 看起來", BY_NUMBER[2].hint, BY_NUMBER[2].hint_zh,
                 "line 3: invalid syntax", *(STATES[state] for state in ("broken", "todo", "missing")), "u99.py: no unit has that name",
                 "drawn by your own u14_pixel_context 這是你的程式碼畫的"):
        assert said in reader.text, said
    assert BY_NUMBER[1].hint not in reader.text and "sandbox" not in reader.text
    assert reader.addresses == [f"data:image/png;base64,{PIXEL}"] and page.count(" alt=") == 1
    assert page.count('aria-label="passed 通過"') == 4 and page.count('aria-label="not passed 沒過"') == 3
    assert str(mark.seed) not in page and mark.digest not in page
    bare = expect_page(pages.student_page(a_mark(numbers=[1]), [1]))
    assert bare.addresses == [] and "bonus" not in bare.text


def test_no_sandbox_is_said_on_top():
    """On both pages, before anything else; also when only the teacher's table says so."""
    mark = a_mark(numbers=[1], sandbox="none")
    for page in (pages.student_page(mark, [1]), pages.class_page([a_mark(numbers=[1]), mark], [1], {}), pages.class_page([], [1], {"sandbox 沙箱": "none"})):
        reader = expect_page(page)
        assert reader.text.partition(pages.NO_SANDBOX[0])[0].endswith("minigen ⚠ ") and pages.NO_SANDBOX[1] in reader.text
    assert "without a sandbox" not in pages.student_page(a_mark(), ALL) + pages.class_page([a_mark()], ALL, {"sandbox": "bwrap", "secret": "none"})


def full_of(text):
    """A mark with a text wherever there may be one."""
    units = [a_unit(number, [True, False], why=text, said=text, hints=[text, text], line=text) for number in (1, 2, 25)]
    return a_mark(text, units=units, notes=[text, text], sprite=PIXEL + (text if text == VILE else ""))


def test_whatever_is_said_is_text():
    """A page full of HTML has exactly the tags and attributes of a page full of words, and shows the HTML as it was said."""
    for render in (lambda text: pages.student_page(full_of(text), [1, 2, 25]),
                   lambda text: pages.class_page([full_of(text)] * 3, [1, 2, 25], {text: text})):
        harmless, vile = Reader(render("words")), Reader(render(VILE))
        assert vile.tags == harmless.tags and vile.open == []
        assert vile.text.count(VILE) == harmless.text.count("words") > 5
        assert "49" not in vile.text


def test_a_name_that_is_not_utf8_can_be_saved():
    """Surrogates would stop the file from being written."""
    mark = full_of("\udcff")
    for page in (pages.student_page(mark, [1]), pages.class_page([mark], [1], {"folder": "\udcff"})):
        assert r"\udcff" in expect_page(page).text


@pytest.mark.parametrize("numbers", [ALL, [1], [25], []])
def test_a_mark_of_nothing(numbers):
    """Nothing handed in, nothing asked for: a page and 0 points."""
    nothing = a_mark(units=[])
    assert f"0 of {maximum(numbers)} points" in expect_page(pages.student_page(nothing, numbers)).text
    expect_page(pages.class_page([nothing], numbers, {}))
    expect_gradescope(pages.gradescope(nothing))


@pytest.mark.parametrize("n", [0, 1, 200])
def test_the_class_page(n):
    """Everybody is there, with the numbers of a plain loop."""
    marks = a_class(n)
    reader = expect_page(pages.class_page(marks, ALL, {"sandbox": "bwrap", "secret file": "secret.txt", "NumPy": "2.1"}))
    assert "secret file secret.txt" in reader.text and "NumPy 2.1" in reader.text
    if not n:
        assert "Nothing was handed in" in reader.text
        return
    times = sorted(mark.seconds for mark in marks)
    middle = (times[(n - 1) // 2] + times[n // 2]) / 2
    assert f"{n} submissions" in reader.text and f"{middle:.1f} s median time" in reader.text and f"{times[-1]:.1f} s longest" in reader.text
    assert f"{pages.short(sum(mark.points for mark in marks) / n)} mean of {maximum()}" in reader.text
    for mark in marks:
        row = f"{mark.name} {pages.short(mark.points)} {pages.short(mark.bonus)} {mark.seconds:.1f} 25 {mark.seed}"
        assert row in reader.text
    for place, unit in enumerate(UNITS):
        points = sum(mark.units[place].points for mark in marks) / n
        full = len([mark for mark in marks if mark.units[place].full]) / n
        assert f"{unit.short} {unit.title} {unit.title_zh} {pages.short(points)} / {unit.points} {full:.0%} 100%" in reader.text


def test_the_bars_count_everybody_once():
    """Each total is in the bar between whose ends it lies; the full maximum is in the last."""
    totals = [0, 0.01, 21.99, 22, 219.5, 439.99, 440]
    bars = pages._histogram(totals, 440)
    assert [count for *_, count in bars] == [3, 1] + [0] * 7 + [1] + [0] * 9 + [2]
    assert (bars[0][0], bars[1][0], bars[-1][1]) == (0, 22, 440)
    assert [count for *_, count in pages._histogram([0, 0], 0)] == [2] + [0] * 19


def test_the_hardest_tests():
    """By the share that passed it, of units that could be graded, without those that everybody passed, at most fifteen."""
    marks = [a_mark(units=[a_unit(1, [True, i < 3, i < 1]), a_unit(2, [i < 2] * 20)]) for i in range(4)]
    marks += [a_mark(units=[a_unit(1, [False] * 3, "todo"), a_unit(2, [False] * 20, "broken")])] * 5
    hardest = pages._hardest(marks)
    assert len(hardest) == 15 and [(passed, ran) for _, passed, ran, *_ in hardest] == [(1, 4)] + [(2, 4)] * 14
    assert hardest[0][3:] == (BY_NUMBER[1], "checks something 2")
    assert [share for share, *_ in pages._hardest(marks[:3])] == [1 / 3, *[2 / 3] * 14]
    assert pages._hardest([a_mark()]) == [] and "No test failed" in pages.class_page([a_mark()], ALL, {})


def test_without_jinja2_the_way_out_is_one_line(monkeypatch):
    """The grader may stand where it was not installed."""
    monkeypatch.setitem(__import__("sys").modules, "jinja2", None)
    pages._house.cache_clear()
    with pytest.raises(UserError, match="pip install jinja2"):
        pages.student_page(a_mark(), ALL)
