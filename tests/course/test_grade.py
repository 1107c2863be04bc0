"""The grader as a teacher meets it: a class in, grades and pages out, and nothing lost on the way."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from commands import minigen

from minigen.course import confine, grade
from minigen.course.check import environment
from minigen.course.marks import maximum
from minigen.course.units import BY_NUMBER
from minigen.course.wire import WireError

HOUSE = Path(__file__).resolve().parents[2]
UNITS = (1, 3)
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandboxes are Linux's")


def solution(number):
    return (HOUSE / "solutions" / f"{BY_NUMBER[number].name}.py").read_text("utf-8")


def mutant(number, name):
    """A whole file with a known mistake: the later definition counts."""
    return solution(number) + "\n\n" + (HOUSE / "tests" / "mutants" / f"{BY_NUMBER[number].name}__{name}.py").read_text("utf-8")


def write(folder, **files):
    """A submission: ``u01="text"``."""
    folder.mkdir(parents=True)
    for short, text in files.items():
        (folder / f"{BY_NUMBER[int(short[1:])].name}.py").write_text(text, "utf-8")
    return folder


CLASS = {"王小明": {"u01": solution(1), "u03": solution(3)},
         "=HYPERLINK(1)": {"u01": solution(1)},
         "<b>Bob<b>": {"u01": mutant(1, "clipped"), "u03": solution(3)},
         "李 crash": {"u01": "import os\nos._exit(0)\n", "u03": solution(3)},
         "陳 syntax": {"u01": "def softmax(:\n", "u03": solution(3).replace("def sample_categorical(logits,", "def sample_categorical(scores,")},
         "nobody": {}}


@pytest.fixture
def a_class(tmp_path):
    for name, files in CLASS.items():
        write(tmp_path / "class" / name, **files)
    return tmp_path / "class"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret of the class"
    path.write_text("骰子", "utf-8")
    return path


def rows(out):
    """The table of grades: name -> row."""
    content = (out / "grades.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "a spreadsheet takes UTF-8 for something else without its signature"
    return {row["name"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))}


def command(*words, **more):
    """A ``minigen grade`` that is running."""
    return subprocess.Popen([sys.executable, "-m", "minigen", "grade", *map(str, words)], env=environment() | {"PYTHONIOENCODING": "utf-8"},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", **more)


def wait_for(journal, n):
    """Until so many submissions are in the journal."""
    while len(list(journal.glob("[0-9a-f]*.json"))) < n:
        time.sleep(0.02)


def test_each_gets_what_he_has_earned(a_class, tmp_path, secret):
    """Right files earn everything, wrong ones what is right of them, broken ones nothing; each is of the full maximum"""
    made, names, used = grade.grade([a_class], tmp_path / "out", units=["u01", "u03"], secret=secret)
    table = rows(tmp_path / "out")
    assert {"grades.csv", "class.html"} <= set(names) and used in ("bwrap", "drop")
    assert {row["of"] for row in table.values()} == {str(maximum(UNITS))}
    points = {name: (float(row["u01"]), float(row["u03"])) for name, row in table.items()}
    bob = points.pop("<b>Bob<b>")
    assert 0 < bob[0] < 10 and bob[1] == 20
    assert points == {"王小明": (10, 20), "'=HYPERLINK(1)": (10, 0), "李 crash": (0, 20), "陳 syntax": (0, 0), "nobody": (0, 0)}
    assert len(list((tmp_path / "out" / "students").iterdir())) == len(CLASS)
    for mark in made:
        file = json.loads(next(path for path in (tmp_path / "out" / "students").rglob("results.json")
                               if path.parent == grade.Run.folder_of(grade_run(tmp_path / "out"), mark.name)).read_text("utf-8"))
        assert file["score"] == mark.points and len(file["tests"]) == sum(len(unit.tests) for unit in mark.units)


def grade_run(out):
    """A Run that only knows where its files go."""
    return grade.Run(out, list(UNITS), b"x", "none")


def test_one_submission_is_written_into_the_folder_itself(tmp_path):
    """For Gradescope: results.json stands in OUT; a name may be given; the secret is kept from others"""
    write(tmp_path / "alice", u01=solution(1))
    (made,), names, _ = grade.grade([tmp_path / "alice"], tmp_path / "out", units=["u01"], name="submission 7")
    assert (made.name, made.points) == ("submission 7", 10)
    assert set(names) == {"grades.csv", "class.html", "results.json", "report.html"}
    assert (tmp_path / "out" / "secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out" / "journal").stat().st_mode & 0o777 == 0o700


def test_the_same_secret_gives_the_same_grade(a_class, tmp_path, secret):
    """Seeds come from the secret and the name; two starts with one secret agree in everything but seconds, another secret has other seeds"""
    def told(out, key):
        made, _, _ = grade.grade([a_class], tmp_path / out, units=["u01"], secret=key)
        return [(mark.name, mark.seed, [[test.passed for test in unit.tests] for unit in mark.units]) for mark in made]
    other = tmp_path / "another"
    other.write_text("another", "utf-8")
    first, again, different = told("a", secret), told("b", secret), told("c", other)
    assert first == again
    assert not {seed for _, seed, _ in first} & {seed for _, seed, _ in different}
    assert len({seed for _, seed, _ in first}) == len(CLASS)


def test_a_second_start_does_only_what_is_new(a_class, tmp_path, secret, monkeypatch):
    """A mark is used again while files, dice and tests are the same: only the changed submission goes to a judge"""
    grade.grade([a_class], tmp_path / "out", units=["u01"], secret=secret)
    (a_class / "王小明" / "u01_softmax.py").write_text(solution(1) + "\n# another line\n", "utf-8")
    asked, judged = [], grade.judged
    monkeypatch.setattr(grade, "judged", lambda task: asked.append(task["name"]) or judged(task))
    made, _, _ = grade.grade([a_class], tmp_path / "out", units=["u01"], secret=secret)
    assert asked == ["王小明"] and len(made) == len(CLASS)


def test_a_grader_that_is_killed_goes_on_where_it_was(a_class, tmp_path, secret):
    """SIGKILL half-way: nothing runs on, no file is half-written, the next start keeps what was done and ends with the same table"""
    grade.grade([a_class], tmp_path / "whole", units=["u01", "u03"], secret=secret)
    words = a_class, "--out", tmp_path / "out", "--units", "u01", "--units", "u03", "--secret", secret, "--jobs", "1"
    with command(*words) as first:
        wait_for(tmp_path / "out" / "journal", 2)
        family = confine.below(first.pid)
        os.kill(first.pid, signal.SIGKILL)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "journal").glob("[0-9a-f]*.json")}
    assert all(json.loads(path.read_text("utf-8")) for path in kept)
    for _ in range(500):
        confine.reap(family[1:])                   # this process adopts orphans, if a sandbox was used in it before
        if not any(os.path.exists(f"/proc/{pid}") for pid in family[1:]):
            break
        time.sleep(0.02)
    assert not [pid for pid in family[1:] if os.path.exists(f"/proc/{pid}")]
    with command(*words) as second:
        said = second.communicate()[0]
    assert second.returncode == 0, said
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert rows(tmp_path / "out") == rows(tmp_path / "whole")


def test_ctrl_c_is_one_line_and_loses_nothing(a_class, tmp_path, secret):
    """SIGINT: exit code 2, one line, and the journal stays"""
    with command(a_class, "--out", tmp_path / "out", "--units", "u01", "--secret", secret, "--jobs", "1") as running:
        wait_for(tmp_path / "out" / "journal", 2)
        running.send_signal(signal.SIGINT)
        said = running.communicate()[0]
    if running.returncode:                         # it may have been quicker
        assert running.returncode == 2 and len(said.splitlines()) == 1, said
    assert len(list((tmp_path / "out" / "journal").glob("[0-9a-f]*.json"))) >= 2


def test_a_judge_that_dies_is_replaced(tmp_path, secret):
    """The trusted process is killed once in the middle: another one grades the same submission"""
    submission = write(tmp_path / "alice", u01=solution(1) + "\nimport time\n\n_softmax = softmax\n\ndef softmax(logits):\n    time.sleep(0.02)\n    return _softmax(logits)\n")
    killed = []

    def kill_one():
        while not (grade.STARTED and grade.STARTED[0].process):
            time.sleep(0.01)
        time.sleep(0.5)
        os.kill(grade.STARTED[0].process.pid, signal.SIGKILL)
        killed.append(True)
    thread = threading.Thread(target=kill_one)
    thread.start()
    (mark,), _, _ = grade.grade([submission], tmp_path / "out", units=["u01"], secret=secret, jobs=1)
    thread.join()
    assert killed and mark.points == 10


def test_a_submission_that_ends_its_judges_is_a_fault(tmp_path, secret, monkeypatch):
    """After three judges it is given up: no point, a note, and the others are graded"""
    write(tmp_path / "class" / "alice", u01=solution(1))
    write(tmp_path / "class" / "mallory", u01=solution(1))
    ask, asked = grade.Judge.ask, []

    def ends(judge, task, seconds):
        if task["name"] == "mallory":
            asked.append(1)
            raise WireError("gone")
        return ask(judge, task, seconds)
    monkeypatch.setattr(grade.Judge, "ask", ends)
    alice, mallory = grade.grade([tmp_path / "class"], tmp_path / "out", units=["u01"], secret=secret)[0]
    assert (alice.points, mallory.points, len(asked)) == (10, 0, grade.TRIES)
    assert "judge ended" in mallory.notes[0] and len(mallory.units[0].tests) == len(alice.units[0].tests)


def test_no_point_without_the_sandbox_is_silent(tmp_path, secret, capsys):
    """--sandbox none: the table is made, and every report says so"""
    write(tmp_path / "alice", u01=solution(1))
    done = minigen(tmp_path, "grade", "alice", "--out", "out", "--units", "u01", "--secret", secret, "--sandbox", "none")
    assert done.code == 0 and "WARNING" in done.out + done.err
    assert "sandbox" in json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))["output"]
    for page in ("report.html", "class.html"):
        assert "without a sandbox" in (tmp_path / "out" / page).read_text("utf-8")


@pytest.mark.parametrize("words, said", [
    (["nowhere", "--out", "out"], "nowhere"),
    (["empty", "--out", "out"], "no submission"),
    (["broken.zip", "--out", "out"], "zip"),
    (["alice", "twin/alice", "--out", "out"], "alice"),
    (["alice", "--out", "alice/out"], "--out"),
    (["alice", "--out", "a file"], "a file"),
    (["alice", "--out", "out", "--units", "u99"], "u99"),
    (["alice", "--out", "out", "--secret", "none here"], "--secret"),
    (["alice", "--out", "out", "--sandbox", "docker"], "docker"),
    (["alice", "twin/bob", "--out", "out", "--name", "x"], "--name")])
def test_bad_input_is_one_clear_line(words, said, tmp_path):
    """Exit code 2, one line that names the culprit, and nothing written"""
    for name in ("alice", "twin/alice", "twin/bob"):
        write(tmp_path / name, u01=solution(1))
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 no zip")
    (tmp_path / "a file").write_text("")
    done = minigen(tmp_path, "grade", *words)
    assert (done.code, done.out) == (2, "") and len(done.err.splitlines()) == 1 and said in done.err, done
    assert not list(tmp_path.rglob("results.json")) and not list(tmp_path.rglob("grades.csv"))


@pytest.fixture(scope="module", autouse=True)
def nobody_there(tmp_path_factory):
    """A grader that looks for a scheduler that is not there: it waits five seconds, so it begins before the other tests."""
    folder = tmp_path_factory.mktemp("lost")
    write(folder / "alice", u01=solution(1))
    with command("alice", "--out", "out", "--scheduler", "tcp://127.0.0.1:1", cwd=folder) as running:
        yield running
        running.kill()


def test_a_scheduler_that_is_not_there_is_one_clear_line(nobody_there):
    """Exit code 2, and after a moment only"""
    line = nobody_there.communicate()[0]
    assert nobody_there.returncode == 2 and len(line.splitlines()) == 1 and "--scheduler" in line, line


def test_without_a_sandbox_nothing_is_graded(tmp_path):
    """No back-end that holds: refused, with what to install"""
    write(tmp_path / "alice", u01=solution(1))
    env = environment() | {"PATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "minigen", "grade", "alice", "--out", "out2", "--sandbox", "bwrap"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 2 and "apt-get install bubblewrap" in done.stderr and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out2").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="a small file system of its own is root's to mount")
def test_a_full_disk_is_one_clear_line(a_class, tmp_path, secret):
    """Nothing is half-written, and with room again the next start goes on"""
    small = tmp_path / "small"
    small.mkdir()
    confine.mount("tmpfs", str(small), 0, "tmpfs", "size=64k")
    try:
        with command(a_class, "--out", small / "out", "--units", "u01", "--units", "u03", "--secret", secret) as running:
            said = running.communicate()[0]
        assert running.returncode == 2 and len(said.splitlines()) == 1 and "space" in said, said
        for path in small.rglob("*.json"):
            json.loads(path.read_text("utf-8"))
        confine.mount(None, str(small), confine.REMOUNT, None, "size=8m")
        with command(a_class, "--out", small / "out", "--units", "u01", "--units", "u03", "--secret", secret) as running:
            said = running.communicate()[0]
        assert running.returncode == 0 and len(rows(small / "out")) == len(CLASS), said
    finally:
        subprocess.run(["umount", str(small)], check=True)


def command_of(pid):
    """The words that a process was started with; none of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_cluster_gives_the_same_grades(a_class, tmp_path, secret):
    """Dask's workers, one of them killed on the way: the same points, the same failing tests, as from two processes"""
    pytest.importorskip("distributed", reason='pip install -e ".[cluster]"')
    for k in range(3):                             # some more, so that something is left when the worker is killed
        write(a_class / f"more {k}", u01=mutant(1, "clipped"), u03=solution(3))
    here, _, _ = grade.grade([a_class], tmp_path / "here", units=["u01", "u03"], secret=secret)
    with command(a_class, "--out", tmp_path / "there", "--units", "u01", "--units", "u03", "--secret", secret, "--scheduler", "local", "--jobs", "2") as running:
        wait_for(tmp_path / "there" / "journal", 2)
        workers = [pid for pid in confine.below(running.pid)[1:] if b"spawn_main" in command_of(pid)]
        os.kill(workers[0], signal.SIGKILL)
        said = running.communicate()[0]
    assert running.returncode == 0, said
    assert rows(tmp_path / "there") == rows(tmp_path / "here")
    for path in sorted((tmp_path / "here" / "students").rglob("results.json")):
        one, other = (json.loads(file.read_text("utf-8")) for file in (path, tmp_path / "there" / path.relative_to(tmp_path / "here")))
        assert [(test["name"], test["status"]) for test in one["tests"]] == [(test["name"], test["status"]) for test in other["tests"]]


def test_names_make_harmless_folders(tmp_path):
    """A name becomes one folder below students/, and two names never the same"""
    names = ["王小明", "../../etc", "a/b", "a\\b", "..", ".", "", "CON:", "x" * 300, "a\nb", "a\udcffb", "<b>", "ok name"]
    run = grade_run(tmp_path)
    folders = [run.folder_of(name) for name in names]
    assert all(folder.parent == tmp_path / "students" and folder.name.strip(". ") for folder in folders)
    assert len({str(folder).lower() for folder in folders}) == len(names)
    assert run.folder_of("王小明").name == "王小明"


def test_nothing_for_students_tells_what_was_hidden(a_class, tmp_path, secret):
    """In files for students: no line of a hidden test or a solution, no path of this machine, no seed"""
    made, _, _ = grade.grade([a_class], tmp_path / "out", units=["u01", "u03"], secret=secret)
    hidden = {line.strip() for folder in ("tests/hidden", "solutions") for path in (HOUSE / folder).glob("*u0[13]*.py")
              for line in path.read_text("utf-8").splitlines() if len(line.strip()) > 25 and not line.strip().startswith('"""')}
    files = [path for path in (tmp_path / "out" / "students").rglob("*") if path.is_file()]
    assert len(files) == 2 * len(CLASS)
    for path in files:
        text = path.read_text("utf-8")
        assert not [line for line in hidden if line in text], path
        assert not [place for place in (str(HOUSE), str(tmp_path), str(Path.home()), sys.base_prefix, *(str(mark.seed) for mark in made)) if place in text], path
