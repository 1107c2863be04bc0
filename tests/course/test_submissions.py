"""What was handed in: the layouts that an LMS makes, and what hostile hands make of them."""

import io
import os
import stat
import subprocess
import sys
import tempfile
import time
import tracemalloc
import unicodedata
import warnings
import zipfile
from pathlib import Path

import pytest

from minigen.course import submissions
from minigen.course.submissions import Submission, find
from minigen.errors import UserError

ONE, TWO, THREE = "u01_softmax.py", "u02_cross_entropy.py", "u03_sample_categorical.py"
NO_FILE = ["no file of a unit, such as u01_softmax.py"]
LINK = 0o120777 << 16


def laid(root, files):
    """Write ``{path: text or bytes, None for a folder}``, and give the root."""
    for path, content in files.items():
        path = root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def zipped(entries, target=None):
    """A zip of ``{name or ZipInfo: text or bytes}`` or of such pairs: its bytes, written to the target if there is one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")                 # about the same name twice, which is meant
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, content, compress_type=zipfile.ZIP_DEFLATED)
    if target:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(made.getvalue())
    return target or made.getvalue()


def both(tmp_path, name, files):
    """The same tree as a folder and as a zip, each found alone."""
    folder = laid(tmp_path / "folder" / name, files)
    archive = zipped(files, tmp_path / "zip" / f"{name}.zip")
    return [find([folder]), find([archive])]


def told(found):
    """``{name: {unit: bytes}}``"""
    return {one.name: one.files for one in found}


def only(path):
    """The one submission that is there."""
    [one] = find([path])
    return one


# --- one submission or a class ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("below", ["", "exercises/", "Exercises/", "hw1/", "hw1/exercises/", "a/b/c/d/"])
def test_one_submission_however_deep(tmp_path, below):
    """Files of units at the top, in exercises, or all below one folder: one submission, named by what was given."""
    for found in both(tmp_path, "alice", {f"{below}{ONE}": "1", f"{below}{TWO}": "2", "report.pdf": "no"}):
        assert found == [Submission("alice", {1: b"1", 2: b"2"}, [], False)]


def test_exercises_beside_other_folders_are_one_submission(tmp_path):
    """A student who hands in the whole hand-out: the exercises count, the checks of the same name do not."""
    for [one] in both(tmp_path, "alice", {f"exercises/{ONE}": "1", f"minigen/course/checks/{ONE}": "check", f"old/{TWO}": "2"}):
        assert one.files == {1: b"1", 2: b"2"}
        assert one.notes == [f"minigen/course/checks/{ONE}: this unit once more; exercises/{ONE} was taken"]


def test_a_class_has_several_that_hold_units(tmp_path):
    """Each folder is a submission, also an empty one; stray files are nobody's; a student's folders are one student."""
    for found in both(tmp_path, "class", {f"bob/hw1/{ONE}": "1", f"bob/hw2/{TWO}": "2", f"alice/{ONE}": "a", "carol/cat.jpg": "",
                                          "grades.csv": "", "README.md": "", f"__MACOSX/alice/._{ONE}": "", f".git/{ONE}": ""}):
        assert told(found) == {"alice": {1: b"a"}, "bob": {1: b"1", 2: b"2"}, "carol": {}}
        assert [one.notes for one in found] == [[], [], NO_FILE]


def test_a_class_one_folder_down(tmp_path):
    """A zip of the folder of the class."""
    for found in both(tmp_path, "ntu", {f"class/alice/{ONE}": "1", f"class/bob/exercises/{ONE}": "2"}):
        assert told(found) == {"alice": {1: b"1"}, "bob": {1: b"2"}}


def test_one_folder_with_units_beside_others_without_is_one_submission_and_says_so(tmp_path):
    """It may have been a class in which one student handed something in."""
    for found in both(tmp_path, "alice", {f"hw1/{ONE}": "1", "data/x.csv": ""}):
        assert found == [Submission("alice", {1: b"1"}, ["taken as one submission: no folder but hw1 holds files of units"], False)]


def test_folders_and_zips_of_a_class(tmp_path):
    """Side by side; a student's folder may hold a zip; a lone zip is a class of one."""
    laid(tmp_path / "class", {f"alice/{ONE}": "1", "carol/hw1.zip": zipped({f"hw1/{ONE}": "3"})})
    zipped({f"exercises/{ONE}": "2"}, tmp_path / "class/bob.ZIP")
    assert told(find([tmp_path / "class"])) == {"alice": {1: b"1"}, "bob": {1: b"2"}, "carol": {1: b"3"}}
    zipped({ONE: "4"}, tmp_path / "alone/王 小明.zip")
    assert told(find([tmp_path / "alone"])) == {"王 小明": {1: b"4"}}
    zipped({f"a/{ONE}": "1", f"b/{ONE}": "2"}, tmp_path / "downloads/class.zip")
    assert told(find([tmp_path / "downloads"])) == {"a": {1: b"1"}, "b": {1: b"2"}}


def test_a_zip_cannot_pretend_to_be_a_class(tmp_path):
    """Where one student of a class handed something in, the others are not made up by it."""
    laid(tmp_path / "class", {"bob": None, "alice.zip": zipped({f"hw1/{ONE}": "1", f"bob/{TWO}": "2"})})
    assert told(find([tmp_path / "class"])) == {"alice": {1: b"1", 2: b"2"}, "bob": {}}


def test_several_paths_in_order_of_name(tmp_path):
    """As a shell's * gives them; an empty folder among them is somebody who handed in nothing."""
    laid(tmp_path, {f"b/{ONE}": "2", f"a/{ONE}": "1", "c": None})
    assert told(find(str(tmp_path / name) for name in "cba")) == {"a": {1: b"1"}, "b": {1: b"2"}, "c": {}}


# --- what an LMS exports ---------------------------------------------------------------------------------------------

def test_moodle(tmp_path):
    """Names are kept as they are, and one student is a class; flat files go together."""
    wang, lin = "王小明_1234567_assignsubmission_file_", "Lin Mei-Li_1234568_assignsubmission_file_"
    for found in both(tmp_path, "all", {f"{wang}/{ONE}": "1", f"{lin}/hw1.zip": zipped({f"hw1/{ONE}": "2"})}):
        assert told(found) == {wang: {1: b"1"}, lin: {1: b"2"}}
    for found in both(tmp_path, "one", {f"{wang}/hw1/{ONE}": "1", f"{wang}/hw2/{TWO}": "2"}):
        assert told(found) == {wang: {1: b"1", 2: b"2"}}
    assert told(find([tmp_path / "folder/one" / wang])) == {wang: {1: b"1", 2: b"2"}}
    for found in both(tmp_path, "flat", {f"{wang}{ONE}": "1", f"{wang}{TWO}": "2", f"{lin}hw1.zip": zipped({ONE: "3"})}):
        assert told(found) == {wang: {1: b"1", 2: b"2"}, lin: {1: b"3"}}


def test_gradescope(tmp_path):
    """A folder for each submission; the one that its autograder sees is never a class."""
    for found in both(tmp_path, "export", {f"submission_123456789/{ONE}": "1", "submission_metadata.yml": ""}):
        assert told(found) == {"submission_123456789": {1: b"1"}}
    assert told(find([laid(tmp_path / "submission", {f"hw1/{ONE}": "1", f"hw2/{TWO}": "2"})])) == {"submission": {1: b"1", 2: b"2"}}


def test_canvas(tmp_path):
    """Flat files go together by user; late or not; two of one name stay apart; nobody is lost."""
    for found in both(tmp_path, "submissions", {
            f"wangxiaoming_12345_67890_{ONE}": "1", f"wangxiaoming_LATE_12345_67891_{TWO}": "2", f"wangxiaoming_999_67892_{ONE}": "other",
            "lin_mei_55_67893_hw1.zip": zipped({f"hw1/{ONE}": "3"}), f"LATE_anon_aB3xY_67894_{ONE}": "4", f"anon_aB3xY_67895_{TWO}": "5",
            f"王小明_77_67896_{ONE}": "6", "chen_88_67897_report.pdf": "", "readme.txt": ""}):
        assert told(found) == {"wangxiaoming_12345": {1: b"1", 2: b"2"}, "wangxiaoming_999": {1: b"other"}, "lin_mei_55": {1: b"3"},
                               "anon_aB3xY": {1: b"4", 2: b"5"}, "王小明_77": {1: b"6"}, "chen_88": {}}
        assert [one.notes for one in found if one.name == "chen_88"] == [NO_FILE]


def test_canvas_resubmissions(tmp_path):
    """The highest number wins, whatever the order; then the newest file; of zips too."""
    for [one] in both(tmp_path, "submissions", {
            "wang_1_30_u01_softmax-2.py": "third", f"wang_1_90_{ONE}": "first", "wang_1_91_u01_softmax-10.py": "last",
            f"wang_1_40_{TWO}": "old", f"wang_1_400_{TWO}": "new",
            "wang_1_50_hw1.zip": zipped({THREE: "old"}), "wang_1_49_hw1-1.zip": zipped({f"a_folder/{THREE}": "deeper", THREE: "new"})}):
        assert (one.name, one.files) == ("wang_1", {1: b"last", 2: b"new", 3: b"new"})
        assert f"wang_1_90_{ONE}: this unit once more; wang_1_91_u01_softmax-10.py was taken" in one.notes
        assert len(one.notes) == 5


def test_what_only_looks_like_canvas(tmp_path):
    """A file id is given once: 112_1 is the semester here, and alice and bob are two."""
    for found in both(tmp_path, "class", {"hw_112_1_alice.zip": zipped({ONE: "1"}), "hw_112_1_bob.zip": zipped({ONE: "2"})}):
        assert told(found) == {"hw_112_1_alice": {1: b"1"}, "hw_112_1_bob": {1: b"2"}}


def test_a_zip_unpacked_beside_itself_in_a_canvas_export(tmp_path):
    """Is the same student."""
    laid(tmp_path, {"wang_1_30_hw1.zip": zipped({ONE: "1"}), f"wang_1_30_hw1/{ONE}": "1", f"lin_2_31_{ONE}": "2"})
    assert told(find([tmp_path])) == {"wang_1": {1: b"1"}, "lin_2": {1: b"2"}}


# --- which file of a submission --------------------------------------------------------------------------------------

def test_the_shallowest_then_the_shortest_path_wins(tmp_path):
    """And a note says so."""
    for [one] in both(tmp_path, "alice", {ONE: "top", f"exercises/{ONE}": "below", f"exercises/{TWO}": "2", f"longer_name/{TWO}": "no"}):
        assert one.files == {1: b"top", 2: b"2"}
        assert sorted(one.notes) == [f"exercises/{ONE}: this unit once more; {ONE} was taken",
                                     f"longer_name/{TWO}: this unit once more; exercises/{TWO} was taken"]


@pytest.mark.parametrize("name, near", [("u03_softmax.py", ONE), ("U01_softmax.py", ONE), ("u01_softmax (1).py", ONE),
                                        ("u01_softmax-1.py", ONE), ("u1_softmax.py", ONE), ("u03_sample_catgorical.py", THREE)])
def test_a_slip_of_the_pen_is_noted(tmp_path, name, near):
    """A file that no unit is named as is not taken, and the note names the nearest unit."""
    for found in both(tmp_path, "alice", {name: "1"}):
        assert found == [Submission("alice", {}, [f"{name}: no unit has that name; did you mean {near}?"], False)]


def test_other_files_are_nobodys_business(tmp_path):
    """No notes about them, nor about what an editor or a virtual environment leaves."""
    for [one] in both(tmp_path, "alice", {ONE: "1", "conftest.py": "", "sitecustomize.py": "", "notes.md": "", f".venv/lib/{TWO}": "", f"venv/{TWO}": "",
                                          f"__pycache__/{TWO}": "", f"__MACOSX/{TWO}": "", f"._{ONE}": "", "u01_softmax.pyc": ""}):
        assert one == Submission("alice", {1: b"1"}, [], False)


@pytest.mark.parametrize("line, shown", [
    (b"# album: no", False), (b"#album:no", False), (b"   #  ALBUM :  No  \r", False), ("# 圖鑑：不要".encode(), False),
    ("#圖鑑:不要".encode(), False), ("\ufeff# 圖鑑： 不要".encode(), False), ("# -*- coding: big5 -*-\n# 圖鑑：不要".encode("cp950"), False),
    (b"# album: yes", True), (b"# album: no thanks", True), (b'text = "# album: no"', True), (b"# album: not yet", True), (b"\xff\xfe\x00", True)])
def test_a_line_opts_out(tmp_path, line, shown):
    """In any of the files, spaces and case free."""
    laid(tmp_path / "alice", {ONE: b"x = 1\n", TWO: line + b"\nx = 1\n"})
    assert only(tmp_path / "alice").opted_out is not shown


# --- caps ------------------------------------------------------------------------------------------------------------

def test_a_file_may_be_as_large_as_the_cap_and_no_larger(tmp_path):
    """The rest is taken."""
    most = submissions.MOST_BYTES
    for [one] in both(tmp_path, "alice", {ONE: b"#" * most, TWO: b"#" * (most + 1), THREE: "3"}):
        assert one.files == {1: b"#" * most, 3: b"3"}
        assert one.notes == [f"{TWO}: larger than 256 KiB"]


def test_a_bomb_is_not_unpacked(tmp_path):
    """64 MB of zeros in 64 kB, as a file and as a zip in the zip: no more than the cap is unpacked; a second copy serves."""
    zeros = bytes(64_000_000)
    path = zipped({ONE: zeros, f"exercises/{ONE}": "1", "big.zip": zeros, "hw.zip": zipped({TWO: zeros[:9_000_000], THREE: "3"})}, tmp_path / "alice.zip")
    assert path.stat().st_size < 300_000
    tracemalloc.start()
    one = only(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert one.files == {1: b"1", 3: b"3"}
    assert sorted(one.notes) == ["big.zip: larger than 32 MiB", f"hw.zip/{TWO}: larger than 256 KiB", f"{ONE}: larger than 256 KiB"]
    assert most < 3 * submissions.MOST_ZIP


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_python_unpacks_without_a_limit_is_not_unpacked(tmp_path, method):
    """bz2 and xz: one read of 4 kB may give gigabytes."""
    with zipfile.ZipFile(tmp_path / "alice.zip", "w", method) as archive:
        archive.writestr(ONE, "1")
        archive.writestr(TWO, "2", zipfile.ZIP_STORED)
    one = only(tmp_path / "alice.zip")
    assert (one.files, one.notes) == ({2: b"2"}, [f"{ONE}: packed in a way that is not read"])


@pytest.mark.parametrize("says", [1, 10, 2**31])
def test_a_size_that_lies(tmp_path, says):
    """What the zip says about its sizes is not believed."""
    made = zipped({ONE: "x" * 1000, TWO: "2"})
    table = made.index(b"PK\x01\x02")
    lying = made[:table + 24] + says.to_bytes(4, "little") + made[table + 28:]
    one = only(laid(tmp_path, {"alice.zip": lying}) / "alice.zip")
    assert one.files in ({2: b"2"}, {1: b"x" * 1000, 2: b"2"}) and (len(one.files) == 2 or one.notes == [f"{ONE}: cannot be read, perhaps damaged"])


def test_a_table_of_contents_that_lies(tmp_path):
    """2 GB of it, says the end of the zip; nobody fetches so much memory."""
    made = bytearray(zipped({ONE: "1"}))
    end = made.index(b"PK\x05\x06")
    made[end + 12:end + 16] = b"\xff\xff\xff\x7f"
    with pytest.raises(UserError, match="alice.zip', which (cannot be read as a zip|holds more names than are looked at)"):
        find([laid(tmp_path, {"alice.zip": bytes(made)}) / "alice.zip"])


def test_a_table_of_contents_that_is_too_long(tmp_path, monkeypatch):
    """Neither of a zip on disk nor of one in a zip; who lies in a class costs the others nothing."""
    monkeypatch.setattr(submissions, "MOST_TABLE", 1000)
    long = zipped({f"{i}.txt": "" for i in range(30)})
    laid(tmp_path, {"class/alice.zip": long, f"class/bob/{ONE}": "1", "class/bob/hw.zip": long, f"class/carol/{ONE}": "3"})
    zipped({ONE: "4", "hw.zip": long, "other.zip": zipped({TWO: "5", "noise.bin": os.urandom(3000)})}, tmp_path / "class/dave.zip")
    found, why = find([tmp_path / "class"]), "holds more names than are looked at"
    assert told(found) == {"alice": {}, "bob": {1: b"1"}, "carol": {1: b"3"}, "dave": {1: b"4", 2: b"5"}}
    assert [one.notes for one in found] == [[why], [f"hw.zip: {why}"], [], [f"hw.zip: {why}"]]


def test_a_class_that_is_too_large_for_the_memory(tmp_path, monkeypatch):
    """A small zip can hold thousands of students of megabytes each; nobody is dropped in silence."""
    monkeypatch.setattr(submissions, "MOST_IN_CLASS", 1000)
    for name in ("class.zip", "students.zip"):
        path = zipped({f"{i}/{ONE}": "x" * 300 for i in range(3 if name == "class.zip" else 4)}, tmp_path / name)
        if name == "class.zip":
            assert len(find([path])) == 3
        else:
            with pytest.raises(UserError, match="students.zip', which holds more than"):
                find([path])


def test_more_names_than_anybody_hands_in(tmp_path, monkeypatch):
    """In a folder or zip the rest is ignored, with a note; in a class each student has the whole allowance."""
    monkeypatch.setattr(submissions, "MOST_ENTRIES", 20)
    many = {f"x{i:02}.txt": "" for i in range(30)}
    for [one] in both(tmp_path, "alice", {ONE: "1", **{f"data/{name}": text for name, text in many.items()}, f"later/{TWO}": "2", f"next/{TWO}": ""}):
        assert (one.files, one.notes) == ({1: b"1"}, ["data: more than 20 names: the rest is ignored"])
    for found in both(tmp_path, "class", {f"s{i}/{name}": "" for i in range(9) for name in [ONE, *list(many)[:15]]}):
        assert len(found) == 9 and all(one.files == {1: b""} and not one.notes for one in found)


def test_many_entries_are_quick(tmp_path):
    """More than ten thousand names in one zip, all of them nearly right."""
    with zipfile.ZipFile(tmp_path / "alice.zip", "w") as archive:
        for i in range(10_005):
            archive.writestr(zipfile.ZipInfo(f"u99_{i}.py"), "")
    start = time.perf_counter()
    one = only(tmp_path / "alice.zip")
    assert time.perf_counter() - start < 2
    assert one.files == {} and len(one.notes) == 20 and one.notes[0] == "more than 10,000 names: the rest is ignored" and one.notes[-1] == "and 9982 more"


def test_all_files_together(tmp_path, monkeypatch):
    """Beyond the sum nothing is read, however often a better place is found."""
    monkeypatch.setattr(submissions, "MOST_IN_ALL", 3 * submissions.MOST_BYTES)
    for [one] in both(tmp_path, "alice", {name: b"#" * submissions.MOST_BYTES for name in (ONE, TWO, THREE, "u04_top_k_top_p.py")}):
        assert sorted(one.files) == [1, 2, 3] and one.notes == ["u04_top_k_top_p.py: more than 768 KiB in all, not read"]


def test_deeper_than_the_cap(tmp_path):
    """Four folders down, no further; a path of thousands of folders is no work."""
    for [one] in both(tmp_path, "alice", {ONE: "1", f"a/b/c/d/{TWO}": "2", f"a/b/c/d/e/{THREE}": "3"}):
        assert (one.files, one.notes) == ({1: b"1", 2: b"2"}, ["a/b/c/d/e: deeper than 4 folders, not looked at"])
    one = only(zipped({ONE: "1", f"{'a/' * 20_000}{TWO}": "2"}, tmp_path / "bob.zip"))
    assert (one.files, one.notes) == ({1: b"1"}, ["a/a/a/a/a: deeper than 4 folders, not looked at"])


def test_zips_in_zips(tmp_path):
    """A zip in a zip is opened, one in that is not; nor are more than ten."""
    inner = zipped({THREE: "3"})
    one = only(zipped({ONE: "1", "a.zip": zipped({TWO: "2", "b.zip": inner})}, tmp_path / "alice.zip"))
    assert (one.files, one.notes) == ({1: b"1", 2: b"2"}, ["a.zip/b.zip: a zip in a zip in a zip, not opened"])
    one = only(zipped({ONE: "1", **{f"{i:02}.zip": zipped({}) for i in range(12)}}, tmp_path / "bob.zip"))
    assert one.notes == ["10.zip: more than 10 zips, not opened", "11.zip: more than 10 zips, not opened"]


def test_notes_have_an_end(tmp_path):
    """Twenty lines; names are cut, and cannot break a line, a page or a terminal's mind."""
    for [one] in both(tmp_path, "alice", {ONE: "1", **{f"u01_{i:03}.py": "" for i in range(364)}}):
        assert len(one.notes) == 20 and one.notes[-1] == "and 345 more"
    name = "u01_\n\x1b[2J\u202e\u2028<script>.py"
    for [one] in both(tmp_path, "bob", {name: "", f"u02_{'x' * 200}.py": ""}):
        assert all(line.isprintable() and "\n" not in line for line in one.notes)
        assert one.notes[0].startswith("u01_\ufffd\ufffd[2J\ufffd\ufffd<script>.py: no unit has that name")
        assert one.notes[1].split(": ")[0] == "…" + "x" * 76 + ".py"


# --- hostile folders -------------------------------------------------------------------------------------------------

def test_links_are_not_followed(tmp_path):
    """Neither a file nor a folder, nor a zip, nor a student."""
    laid(tmp_path, {f"secret/{TWO}": "secret", f"class/alice/{ONE}": "1", f"class/bob/{ONE}": "2"})
    zipped({THREE: "secret"}, tmp_path / "secret.zip")
    (tmp_path / "class/alice" / TWO).symlink_to("/etc/passwd")
    (tmp_path / "class/alice/folder").symlink_to(tmp_path / "secret")
    (tmp_path / "class/alice/hw.zip").symlink_to(tmp_path / "secret.zip")
    (tmp_path / "class/alice/dangling").symlink_to("nowhere")
    (tmp_path / "class/carol").symlink_to(tmp_path / "secret")
    (tmp_path / "class/dave.zip").symlink_to(tmp_path / "secret.zip")
    (tmp_path / "class/stray").symlink_to("/etc/passwd")
    found = find([tmp_path / "class"])
    assert told(found) == {"alice": {1: b"1"}, "bob": {1: b"2"}, "carol": {}, "dave": {}}
    assert sorted(found[0].notes) == [f"{name}: a link, not followed" for name in ("dangling", "folder", "hw.zip", TWO)]
    assert found[2].notes == found[3].notes == ["a link, not followed"]
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / ONE).symlink_to("/etc/passwd")
    assert only(tmp_path / "eve") == Submission("eve", {}, [f"{ONE}: a link, not followed"], False)


def test_the_path_given_may_be_a_link(tmp_path):
    """The teacher made it; the submission is called as it is."""
    laid(tmp_path, {f"store/{ONE}": "1"})
    (tmp_path / "alice").symlink_to("store")
    assert told(find([tmp_path / "alice"])) == {"alice": {1: b"1"}}


def test_a_link_that_takes_the_place_of_a_file_while_it_is_looked_at(tmp_path):
    """What is opened is asked again what it is."""
    laid(tmp_path, {ONE: "1", "secret": "s"})
    item = submissions._OnDisk(tmp_path / ONE)
    (tmp_path / ONE).unlink()
    (tmp_path / ONE).symlink_to("secret")
    with pytest.raises(submissions._Ignored, match="cannot be read"):
        submissions._read(item, 9)
    (tmp_path / ONE).unlink()
    (tmp_path / ONE).mkdir()
    with pytest.raises(submissions._Ignored, match="not a regular file"):
        submissions._read(item, 9)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_does_not_block(tmp_path):
    """Named as a unit, as a zip, as a student; in another process, so that a fault is no endless test."""
    laid(tmp_path, {f"alice/{TWO}": "2", f"bob/{ONE}": "1"})
    for name in (f"alice/{ONE}", "alice/hw.zip", "carol.zip"):
        os.mkfifo(tmp_path / name)
    code = f"from minigen.course.submissions import find\nfor one in find([{str(tmp_path)!r}]): print(one.name, sorted(one.files), one.notes)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, cwd=Path(__file__).parents[2])
    assert done.stdout.splitlines() == [f"alice [2] ['{ONE}: not a regular file', 'hw.zip: not a regular file']",
                                        "bob [1] []", "carol [] ['not a regular file']"], done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_utf8(tmp_path):
    """Big5 is read as such, anything else is replaced: every name can be written down."""
    root = os.fsencode(tmp_path)
    for name in ("王小明".encode("big5"), b"\xff\xfe"):
        os.mkdir(root + b"/" + name)
        with open(root + b"/" + name + b"/" + ONE.encode(), "w") as file:
            file.write("1")
        with open(root + b"/" + name + b"/u99_\xff.py", "w"):
            pass
    found = find([tmp_path])
    assert told(found) == {"王小明": {1: b"1"}, "\ufffd\ufffd": {1: b"1"}}
    assert all(one.notes == ["u99_\ufffd.py: no unit has that name"] for one in found)
    assert told(find([os.fsdecode(root + b"/\xff\xfe")])) == {"\ufffd\ufffd": {1: b"1"}}


def test_names_are_nfc(tmp_path):
    """A Mac writes é as two letters."""
    apart = unicodedata.normalize("NFD", "José")
    assert only(laid(tmp_path / apart, {ONE: "1"})).name == unicodedata.normalize("NFC", "José") != apart


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no permissions of that kind")
def test_a_folder_that_cannot_be_read(tmp_path):
    """Given alone it is an error; in a class it is a note, and the others are graded."""
    with tempfile.TemporaryDirectory() as root:             # pytest's own folder is closed to others
        root = laid(Path(root), {f"alice/{ONE}": "1", f"bob/{ONE}": "2", f"carol/{ONE}": "3", f"bob/{TWO}": "4"})
        os.chmod(root, 0o755)
        os.chmod(root / "bob" / TWO, 0)
        os.chmod(root / "carol", 0)
        was = os.geteuid()
        try:
            if was == 0:
                os.seteuid(65534)
            found = find([root])
            with pytest.raises(UserError, match=r"carol', which cannot be read \(Permission denied\)"):
                find([root / "carol"])
        finally:
            os.seteuid(was)
            os.chmod(root / "carol", 0o755)
    assert told(found) == {"alice": {1: b"1"}, "bob": {1: b"2"}, "carol": {}}
    assert found[1].notes == [f"{TWO}: cannot be read (Permission denied)"]
    assert found[2].notes == ["cannot be read (Permission denied)"]


# --- hostile zips ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", [f"../{TWO}", f"../../etc/{TWO}", f"/{TWO}", f"/etc/{TWO}", f"C:{TWO}", f"C:/{TWO}", f"a\\{TWO}",
                                  f"..\\{TWO}", f"exercises/../{TWO}", f"exercises/a\\{TWO}"])
def test_names_that_lead_elsewhere(tmp_path, name):
    """Are not taken, and noted."""
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    one = only(zipped([(ONE, "1"), (info, "2")], tmp_path / "alice.zip"))
    assert (one.files, one.notes) == ({1: b"1"}, [f"{name}: a name that leads elsewhere"])
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["alice.zip"]


def test_a_name_that_leads_elsewhere_is_its_students(tmp_path):
    """In a zip of a class, the note is for whoever's folder it stands in."""
    found = find([zipped({f"alice/{ONE}": "1", f"alice/../bob/{ONE}": "mine", f"bob/{ONE}": "2"}, tmp_path / "class.zip")])
    assert told(found) == {"alice": {1: b"1"}, "bob": {1: b"2"}}
    assert found[0].notes == [f"../bob/{ONE}: a name that leads elsewhere"] and not found[1].notes


def test_a_name_with_nul(tmp_path):
    """Python cuts it there; nobody else does."""
    made = zipped({"u01_softmax.pyXexe": "1", TWO: "2"}).replace(b".pyXexe", b".py\0exe")
    one = only(laid(tmp_path, {"alice.zip": made}) / "alice.zip")
    assert (one.files, one.notes) == ({2: b"2"}, ["u01_softmax.py\ufffdexe: a name that leads elsewhere"])


def test_links_and_pipes_in_a_zip(tmp_path):
    """By the mode that the zip gives them."""
    entries = [(THREE, "3")]
    for name, mode in [(ONE, LINK), (TWO, stat.S_IFIFO << 16), ("exercises", LINK), ("hw.zip", LINK)]:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode
        entries.append((info, "/etc/passwd"))
    one = only(zipped(entries, tmp_path / "alice.zip"))
    assert one.files == {3: b"3"}
    assert sorted(one.notes) == ["exercises: a link, not followed", "hw.zip: a link, not followed",
                                 f"{ONE}: a link, not followed", f"{TWO}: not a regular file"]


def test_encrypted(tmp_path):
    """The bit in the table is enough."""
    made = bytearray(zipped({ONE: "1", TWO: "2"}))
    made[made.index(b"PK\x01\x02") + 8] |= 1
    one = only(laid(tmp_path, {"alice.zip": bytes(made)}) / "alice.zip")
    assert (one.files, one.notes) == ({2: b"2"}, [f"{ONE}: encrypted"])


def test_damaged(tmp_path):
    """One file is lost, the others are not."""
    made = zipped([(ONE, os.urandom(2000)), (TWO, "2")])
    made = made[:500] + bytes(100) + made[600:]
    one = only(laid(tmp_path, {"alice.zip": made}) / "alice.zip")
    assert (one.files, one.notes) == ({2: b"2"}, [f"{ONE}: cannot be read, perhaps damaged"])


@pytest.mark.parametrize("content", [zipped({ONE: "x" * 1000})[:-30], zipped({ONE: "1"})[:10], b"", b"no zip", bytes(100)])
def test_what_is_no_zip(tmp_path, content):
    """Alone an error; in a class a submission without files."""
    laid(tmp_path, {f"class/alice/{ONE}": "1", f"class/carol/{ONE}": "1", "class/bob.zip": content})
    with pytest.raises(UserError, match=r"^submission: expected a folder or zip that can be read, got '.*bob.zip', which cannot be read as a zip"):
        find([tmp_path / "class/bob.zip"])
    assert find([tmp_path / "class"])[1] == Submission("bob", {}, ["cannot be read as a zip"], False)
    os.remove(tmp_path / "class/alice" / ONE)
    os.remove(tmp_path / "class/carol" / ONE)
    assert [one.notes for one in find([tmp_path / "class"])] == [NO_FILE, ["cannot be read as a zip"], NO_FILE]


def test_the_same_entry_twice(tmp_path):
    """The first is taken, and a note says so; a file and a folder of one name are two as well."""
    one = only(zipped([(ONE, "first"), (ONE, "second"), ("a/", ""), ("a/", ""), ("a", "file")], tmp_path / "alice.zip"))
    assert one.files == {1: b"first"}
    assert one.notes == ["a: a second entry of that name", f"{ONE}: a second entry of that name"]


def test_names_in_other_alphabets(tmp_path):
    """UTF-8 and Big5 that do not say what they are; anything else as it comes."""
    for raw, name in [("王小明".encode(), "王小明"), ("許功蓋".encode("big5"), "許功蓋"), (b"\xff\xff\xff", "\xa0\xa0\xa0")]:
        made = zipped({f"{'A' * len(raw)}/{ONE}": "1", f"bob/{ONE}": "2"}).replace(b"A" * len(raw), raw)
        assert told(find([laid(tmp_path, {"class.zip": made}) / "class.zip"])) == {"bob": {1: b"2"}, name: {1: b"1"}}


# --- errors ----------------------------------------------------------------------------------------------------------

def test_errors_are_one_line(tmp_path):
    """What is missing, what is neither, what holds nothing."""
    laid(tmp_path, {"empty": None, "text.txt": "", ONE: "", "pdf/report.pdf": "", "some/alice/x.txt": "", "some/bob/y.txt": ""})
    zipped({"report.pdf": ""}, tmp_path / "nothing.zip")
    for name, said in [("missing", "'.*missing', a file that does not exist"), ("missing.zip", "a file that does not exist"),
                       ("text.txt", "expected a folder or a .zip, got '.*text.txt', neither"), (ONE, "neither"),
                       ("empty", r"expected files such as u01_softmax.py, got no submission in '.*empty'"), ("pdf", "no submission"),
                       ("some", "no submission"), ("nothing.zip", "no submission")]:
        with pytest.raises(UserError, match=said) as caught:
            find([tmp_path / name])
        assert str(caught.value).startswith("submission: expected") and "\n" not in str(caught.value)
    with pytest.raises(UserError, match="no submission"):
        find([])


@pytest.mark.parametrize("first, second", [("alice", "ALICE"), ("José", unicodedata.normalize("NFD", "José")), ("alice", "alice")])
def test_two_submissions_of_one_name(tmp_path, first, second):
    """Case and composition aside; the error says which two places."""
    laid(tmp_path, {f"a/{first}/{ONE}": "1"})
    zipped({ONE: "2"}, tmp_path / f"b/{second}.zip")
    with pytest.raises(UserError) as caught:
        find([tmp_path / f"a/{first}", tmp_path / f"b/{second}.zip"])
    assert repr(str(tmp_path / f"a/{first}")) in str(caught.value) and repr(str(tmp_path / f"b/{second}.zip")) in str(caught.value)
    laid(tmp_path, {f"class/{first}/{ONE}": "1"})
    zipped({ONE: "2"}, tmp_path / f"class/{second}.zip")
    with pytest.raises(UserError, match="expected one of each name, got two of"):
        find([tmp_path / "class"])


def test_the_same_path_twice(tmp_path):
    """Is two of one name."""
    path = str(laid(tmp_path / "alice", {ONE: "1"}))
    with pytest.raises(UserError, match="two of 'alice'"):
        find([path, path])
