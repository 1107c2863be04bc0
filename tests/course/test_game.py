"""Ten minutes without a computer: the tally, its interval, the sheet, the picture."""

import math

import pytest
from commands import minigen

from minigen.course import game
from minigen.errors import UserError

TALLY = "round,answer,count\none_by_one,演員,20\none_by_one,老師,20\nall_at_once,演員,9\nall_at_once,演師,11\n一次到位,老員,8\n共用,老師,18\n"


def written(folder, text, encoding="utf-8"):
    path = folder / "tally.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp950"])
@pytest.mark.parametrize("separator", [",", ";", "\t", " , "])
def test_a_tally_as_spreadsheets_save_it(tmp_path, encoding, separator):
    """UTF-8 with and without signature, UTF-16, Big5, three separators; English and Chinese names of a round are one round."""
    text = TALLY.replace(",", separator).replace("round", "Round").replace("one_by_one", '"one_by_one"', 1).replace("\n", "\n\n", 1)
    rounds = game.read_tally(written(tmp_path, text, encoding))
    assert [(one.name, one.right, one.wrong) for one in rounds] == [("one_by_one", 40, 0), ("all_at_once", 9, 19), ("shared_latent", 18, 0)]


def test_the_interval_is_wilsons():
    """Both ends solve (p - share)^2 = z^2 p (1 - p) / n, and a share of 0 has an interval too."""
    z = 1.959964
    for right, wrong in ((40, 0), (9, 19), (0, 5), (500, 500)):
        one = game.Round("all_at_once", right, wrong)
        n = right + wrong
        for p in one.interval():
            assert math.isclose((p - one.share) ** 2, z * z * p * (1 - p) / n, abs_tol=1e-12)
    low, high = game.Round("one_by_one", 40, 0).interval()
    assert low == 0.0 and 0.05 < high < 0.12


@pytest.mark.parametrize("text, said", [
    ("", "expected the columns"), ("a,b\n1,2\n", "expected the columns"),
    ("round,answer,count\nsomething,演員,1\n", "line 2: expected a round"),
    ("round,answer,count\none_by_one,演,1\n", "line 2: expected an answer"),
    ("round,answer,count\none_by_one,演員,many\n", "line 2: expected a count"),
    ("round,answer,count\none_by_one,演員,-1\n", "line 2: expected a count"),
    ("round,answer,count\n\none_by_one,演員," + "9" * 5000 + "\n", "line 3: expected a count"),
    ("round,answer,count\none_by_one,\"演員" + "x" * 200_000 + ",1\n", "line 2: expected an answer"),
    ("round,answer,count\none_by_one,演員\n", "line 2: expected a count"),
    ("round,answer,count\none_by_one,演員,0\n", "expected some answers"),
])
def test_a_tally_that_cannot_be_read_is_one_line(tmp_path, text, said):
    """The line, what was expected, what came."""
    with pytest.raises(UserError, match=said):
        game.read_tally(written(tmp_path, text))


def test_bytes_that_are_no_text(tmp_path):
    """Neither UTF-8 nor Big5."""
    path = tmp_path / "tally.csv"
    path.write_bytes(b"\x80\xff\x00\xff")
    with pytest.raises(UserError, match="another encoding"):
        game.read_tally(path)


def test_the_commands(tmp_path):
    """A sheet in both languages; a picture and a line for each round."""
    assert minigen(tmp_path, "game", "--out", "sheet.html").code == 0
    sheet = (tmp_path / "sheet.html").read_text("utf-8")
    assert "各個擊破" in sheet and "一次到位" in sheet and "passes the slip" in sheet and "src=" not in sheet
    written(tmp_path, TALLY)
    done = minigen(tmp_path, "game", "tally.csv")
    assert done.code == 0 and "19 of 28 are 演師 or 老員, 68% (49% to 82%); exactly 50%" in done.out
    assert (tmp_path / "runs" / "game.png").read_bytes().startswith(b"\x89PNG")
    done = minigen(tmp_path, "game", "nowhere.csv")
    assert done.code == 2 and "expected a CSV file" in done.err
