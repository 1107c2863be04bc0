"""Every attack that we could think of, against the grader as it runs: each gets a mark, and no more than it has earned.

An attack is a file ``tests/attacks/uNN_name__what_it_tries.py``, a whole submission of one unit. Its comments say what is due to it:

    # earns: 0 | all | at most N tests        (an attack on the sandbox answers right only if it got out: a point is a breach)
    # limits: call=0.5 unit=2 memory=500M     (fields of sandbox.Limits, to keep it short)

Names that begin with ``honest_`` are students who do unusual things and must get everything they earn. In the text of an attack
@HOUSE@, @JUDGE@ and others stand for what somebody who knows this machine well would know: see ``World``.

Each runs on one back-end, with ``--all`` on both. Without a sandbox that holds they are skipped; where CI is set, they fail.
"""

import ast
import contextlib
import csv
import html
import json
import os
import re
import resource
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest
from attacks import submissions as made
from commands import minigen

from minigen.course import confine, judge, pages, sandbox, workshop
from minigen.course.check import environment
from minigen.course.units import BY_NUMBER, Unit

HOUSE = Path(__file__).resolve().parents[2]
SHORT = {"call": 2.0, "load": 6.0, "unit": 6.0, "submission": 30.0}         # seconds
UNITS_OF_SIZE = {"M": 1 << 20}
GONE_WITHIN = 10.0              # seconds for the kernel to finish what was killed; only a failing test waits that long
NASTY = r"__(left_behind|fork|thread|memory_bomb_by|disk_deep|disk_bomb_unl|kills_ev|wire_array_as_a_verb)"           # may harm whoever comes next
SUBREAPER = 36                  # of prctl(2)
JUDGE_MEMORY = 4 << 30          # bytes that judging one attack may add to this process
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandboxes are Linux's")


# The attacks

@dataclass(frozen=True)
class Attack:
    """One file."""

    path: Path
    unit: Unit
    text: str
    earns: int | None           # at most so many tests; None: all
    limits: dict

    @property
    def honest(self):
        """Whether it is none."""
        return "__honest_" in self.path.name


def attack_of(path):
    """The attack in a file, with what its comments say."""
    text = path.read_text("utf-8")
    earns = re.search(r"^# earns: (?:at most )?(\d+|all)\b", text, re.M)
    assert ast.get_docstring(ast.parse(text)) and earns, f"{path.name}: a docstring, and a line '# earns: …'"
    limits = re.search(r"^# limits: (.*)$", text, re.M)
    given = dict(word.split("=") for word in limits[1].split()) if limits else {}
    return Attack(path, BY_NUMBER[int(path.name[1:3])], text, None if earns[1] == "all" else int(earns[1]), SHORT | {key: amount(value) for key, value in given.items()})


def amount(text):
    """ "0.5" -> 0.5, "500M" -> bytes, "16" -> 16 """
    if text[-1] in UNITS_OF_SIZE:
        return int(text[:-1]) * UNITS_OF_SIZE[text[-1]]
    return int(text) if text.isdecimal() else float(text)


ATTACKS = [attack_of(path) for path in sorted((HOUSE / "tests" / "attacks").glob("u*__*.py"))]


def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", ["bwrap", "drop"] if metafunc.config.getoption("all") else ["here"], indirect=True, scope="session")


# The world outside of the sandbox

class World:
    """What an attack would like to reach, and would leave traces in.

    Secrets: a file that everybody may read, one that only root may, a variable of the judge's environment, the lines of the hidden tests.
    Doors: a folder and a file that everybody may write, a TCP port, sockets with a path and with an abstract name.
    """

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="canary-"))
        self.folder.chmod(0o755)
        self.canaries = [f"canary{secrets.token_hex(8)}" for _ in range(3)]
        (self.folder / "open").write_text(self.canaries[0])
        (self.folder / "closed").write_text(self.canaries[1])
        (self.folder / "closed").chmod(0o600)
        self.variable = f"MINIGEN_{self.folder.name}"
        os.environ[self.variable] = self.canaries[2]
        self.door = self.folder / "door"
        self.door.mkdir()
        self.door.chmod(0o777)
        (self.door / "touched").write_text("as it was")
        (self.door / "touched").chmod(0o666)
        os.utime(self.door / "touched", (1e9, 1e9))
        self.listeners = [socket.create_server(("127.0.0.1", 0)), *(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))]
        self.abstract = f"minigen-{secrets.token_hex(4)}"
        self.listeners[1].bind(f"{self.folder}/socket")
        os.chmod(f"{self.folder}/socket", 0o777)
        self.listeners[2].bind("\0" + self.abstract)
        for listener in self.listeners:
            listener.setblocking(False)

    def told_to(self, text, bench):
        """The text of an attack by somebody who knows all that."""
        names = {"HOUSE": HOUSE, "CANARY": self.folder, "OPEN": self.door, "JUDGE": os.getpid(), "ENVIRONMENT": self.canaries[2], "BENCH": bench.root,
                 "PORT": self.listeners[0].getsockname()[1], "SOCKET": f"{self.folder}/socket", "ABSTRACT": self.abstract}
        return re.sub("@([A-Z]+)@", lambda found: str(names[found[1]]), text)

    def traces(self):
        """What an attack has done out here, one line each."""
        found = [f"{path} was made" for folder in (self.folder, *map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/", "/root", HOUSE, HOUSE / "tests", HOUSE / "minigen")))
                 for path in children(folder) if "pwned" in path.name]
        state = (self.door / "touched").stat()
        if sorted(path.name for path in self.folder.iterdir()) != ["closed", "door", "open", "socket"] or [path.name for path in self.door.iterdir()] != ["touched"]:
            found.append("files of the world have changed")
        if (state.st_mtime, state.st_size, state.st_mode & 0o777) != (1e9, 9, 0o666):
            found.append("a file that everybody may write was touched")
        for listener in self.listeners:
            try:
                found.append(f"a socket was reached: {listener.accept() if listener.type == socket.SOCK_STREAM else listener.recv(100)}")
            except BlockingIOError:
                pass
        return found

    def close(self):
        """Take it away again."""
        del os.environ[self.variable]
        for listener in self.listeners:
            listener.close()
        shutil.rmtree(self.folder)


def children(folder):
    try:
        return list(folder.iterdir())
    except OSError:
        return []


@lru_cache(maxsize=1)
def secret_lines():
    """The lines of the hidden tests that nobody may see: long ones, and no docstrings, for these the student reads.

    As bytes: a text with one Chinese character in it is searched much more slowly.
    """
    found = set()
    for path in sorted((HOUSE / "tests" / "hidden").glob("test_u*.py")):
        text = path.read_text("utf-8")
        open_lines = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
                open_lines |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
        for number, line in enumerate(text.splitlines(), 1):
            if number not in open_lines and len(line.strip()) > 30:
                found.add(line.strip().encode())
    return sorted(found)


def leaks(world, *texts):
    """What of the world's secrets, of a call's arguments and of a terminal's language is in texts that are shown; in a page, of its own."""
    plain = "\n".join(texts)
    every = "\n".join({plain, html.unescape(plain), plain.replace('\\"', '"').replace("\\\\", "\\")})         # most texts say the same in all three
    coded = every.encode("utf-8", "surrogatepass")
    found = [secret for secret in (*world.canaries, "SMUGGLED") if secret in every]
    found += [line for line in secret_lines() if line in coded]
    found += [repr(raw) for raw in ("\x1b", "\x00", "\x9b", "\u202e") if raw in plain]
    return found + [raw for raw in ("<script>alert", "<img src=x") for text in texts if raw in text and "<html" in text]


# Running one

@pytest.fixture(scope="session")
def bench(tmp_path_factory):
    """The package as workers see it."""
    return workshop.lay_out(HOUSE, tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="session")
def holds(bench):
    """Whether a back-end holds on this machine: name -> its faults."""
    hidden = [*(HOUSE / "tests" / "hidden").glob("test_u01*.py"), *(HOUSE / "solutions").glob("u01*.py")]
    known = {}

    def faults(name):
        if name not in known:
            known[name] = sandbox.faults_of(name, bench, hidden)
        return known[name]
    return faults


@pytest.fixture(scope="session")
def backend(request, holds):
    """The name of a back-end that holds; ``here`` is the first that does."""
    names = sandbox.BACKENDS[:2] if request.param == "here" else [request.param]
    for name in names:
        if not holds(name):
            return name
    why = "; ".join(f"{name}: {', '.join(holds(name))}" for name in names)
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no sandbox holds here: {why}")


@pytest.fixture
def user():
    """A user id for one attack, which has nothing left of another, not even a zombie; None for a plain user."""
    with contextlib.ExitStack() as held:
        uid = held.enter_context(sandbox.User())
        while uid and any_process(uid):
            uid = held.enter_context(sandbox.User())
        yield uid


@pytest.fixture
def world():
    """A new world for each attack."""
    outside = World()
    yield outside
    outside.close()


@pytest.fixture(scope="module")
def world_of_the_class():
    """The world around the graded class."""
    outside = World()
    yield outside
    outside.close()


@pytest.fixture
def one_user(monkeypatch, user):
    """The judge takes this user, also for the submission after the attack: what one leaves behind, the next one meets."""
    taken = []

    class Held:
        def __enter__(self):
            if user and taken:                     # the first time he has just been cleaned
                sandbox._clean(user)
            taken.append(user)
            return user

        def __exit__(self, *error):
            pass
    monkeypatch.setattr(judge, "User", Held)
    yield user
    if user and any_process(user):
        confine.kill_all_of(user)                  # what was left behind is no business of the next test
    for pid in confine.below(os.getpid())[1:]:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


@pytest.fixture
def scratch(monkeypatch):
    """The scratch folders that the sandboxes make during a test."""
    folders, make = [], tempfile.mkdtemp

    def noted(*arguments, **named):
        folders.append(Path(make(*arguments, **named)))
        return str(folders[-1])
    monkeypatch.setattr(sandbox.tempfile, "mkdtemp", noted)
    yield folders
    for folder in filter(Path.exists, folders):
        subprocess.run(["rm", "-rf", folder], check=True)


@pytest.fixture
def own_limit():
    """This process may not take much more memory than it has: a judge of its own has the same limit."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + JUDGE_MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def any_process(user):
    """Whether a user has a process: one that has ended and that nobody has asked about counts too, for it counts under his limit."""
    return any(f"\nUid:\t{user}\t" in text_of(path / "status") for path in Path("/proc").iterdir() if path.name.isdecimal())


def text_of(path):
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def running(user):
    """Processes of the sandbox's user, and all that descend from this one, zombies too."""
    return set(confine.below(os.getpid())) | set(confine.processes_of(user) if user else ())


def still_running(user, before):
    """What of it is new and does not end."""
    ends = time.monotonic() + GONE_WITHIN
    while (left := running(user) - before) and time.monotonic() < ends:
        time.sleep(0.02)
    return left


def marked(name, unit, text, backend, bench, limits):
    """The Mark of a file."""
    return judge.judge({"name": name, "seed": secrets.randbelow(2 ** 31), "class_seed": 3, "files": {unit.number: text.encode("utf-8")}, "units": [unit.number],
                        "sandbox": backend, "house": HOUSE, "bench": bench, "limits": limits})


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.path.stem for attack in ATTACKS])
def test_an_attack_gets_what_it_has_earned(attack, backend, bench, world, one_user, scratch, own_limit):
    """There is a mark, with no point too many; nothing is told, written or left running"""
    before = running(one_user)
    mark = marked(attack.path.stem, attack.unit, world.told_to(attack.text, bench), backend, bench, attack.limits)
    page, results = pages.student_page(mark, [attack.unit.number]), pages.gradescope(mark)
    unit, = mark.units
    passed = [test.name for test in unit.tests if test.passed]
    most = len(unit.tests) if attack.earns is None else attack.earns
    assert len(passed) <= most, f"earned {most} at most, got {passed}"
    if attack.honest and attack.earns is None:
        assert unit.full, f"an honest submission lost {[(test.name, test.why) for test in unit.tests if not test.passed]} {unit.why}"
    assert not leaks(world, page, *every_text(mark.as_json()), *every_text(results)), "what is shown tells too much"
    assert not world.traces()
    assert not still_running(one_user, before), "something was left running"
    assert not [path for path in scratch if path.exists()], "a scratch folder was left behind"


@pytest.fixture
def no_init():
    """As in a container whose first process lets the dead lie: orphans come to this process, and only the grader could bury them."""
    confine.libc.prctl(SUBREAPER, 1, 0, 0, 0)
    yield
    confine.libc.prctl(SUBREAPER, 0, 0, 0, 0)


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if re.search(NASTY, attack.path.stem)], ids=lambda attack: attack.path.stem)
def test_the_next_submission_does_not_suffer(attack, backend, bench, world, one_user, no_init, scratch, own_limit):
    """An honest submission with a few threads, judged right after the attack by the same user of the system, gets all its points"""
    honest = (HOUSE / "tests" / "attacks" / "u01_softmax__honest_threads.py").read_text("utf-8")
    marked(attack.path.stem, attack.unit, world.told_to(attack.text, bench), backend, bench, attack.limits)
    unit, = marked("next", BY_NUMBER[1], honest, backend, bench, {}).units
    assert unit.full, f"{unit.state} {unit.why} {[test.why for test in unit.tests]}"


def every_text(value):
    """All texts in lists and dicts, keys too."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    return [text for one in value for text in every_text(one)] if isinstance(value, list) else [str(value)]


def test_each_kind_is_there():
    """At least 70 attacks, and 8 students who only seem strange"""
    honest = sum(attack.honest for attack in ATTACKS)
    assert len(ATTACKS) - honest >= 70 and honest >= 8


# Submissions that are more than a file

@pytest.fixture(scope="module")
def graded(tmp_path_factory, world_of_the_class, holds):
    """A class of attackers with one honest student, graded by the command line: (folder of results, what was printed)."""
    if all(holds(name) for name in sandbox.BACKENDS[:2]):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no sandbox holds here")
    folder = tmp_path_factory.mktemp("class")
    solution = (HOUSE / "solutions" / "u01_softmax.py").read_text("utf-8")
    for name, build in made.CLASS.items():
        build(folder / name, made.Known(solution, world_of_the_class.folder, world_of_the_class.door, HOUSE))
    out = tmp_path_factory.mktemp("graded")
    done = subprocess.run([sys.executable, "-m", "minigen", "grade", str(folder), "--out", str(out), "--units", "u01", "--jobs", "2"], cwd=tmp_path_factory.mktemp("nowhere"),
                          env=environment() | {"PYTHONIOENCODING": "utf-8"}, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return out, done.stdout + done.stderr


def test_a_class_of_attackers(graded):
    """Each gets what his file of the unit earns, whatever lies beside it; the honest student gets everything"""
    out, _ = graded
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: float(row["u01"]) for row in csv.DictReader(file)}
    assert len(rows) == len(made.CLASS), sorted(rows)
    wrong = {name: points for name, points in rows.items() if points != (0.0 if "nothing" in name else 10.0)}
    assert not wrong, "a submission named 'nothing …' earns 0, every other one all"


def test_what_a_grader_writes_tells_nothing(graded, world_of_the_class):
    """No file under OUT, and nothing that is printed, holds a canary, a line of a hidden test or a page's language; all lie in OUT"""
    out, said = graded
    for path in out.rglob("*"):
        assert not path.is_symlink() and path.resolve().is_relative_to(out.resolve()), path
        if path.is_file() and path.name not in ("secret",):
            text = path.read_bytes().decode("utf-8")
            shown = every_text(json.loads(text)) if path.suffix == ".json" else [text]
            assert not leaks(world_of_the_class, *shown), path
            assert str(HOUSE) not in text or path.name == "class.html", f"{path} tells where the tests lie"
    assert not leaks(world_of_the_class, said)
    assert not world_of_the_class.traces()


@pytest.mark.parametrize("name", made.ALONE)
def test_one_archive_alone(name, tmp_path, world, holds):
    """A zip that would write outside, follow links or never end is graded or refused in one line, and writes nothing but OUT"""
    if all(holds(one) for one in sandbox.BACKENDS[:2]):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no sandbox holds here")
    solution = (HOUSE / "solutions" / "u01_softmax.py").read_text("utf-8")
    (tmp_path / "in").mkdir()
    path = made.ALONE[name](tmp_path / "in" / name, made.Known(solution, world.folder, world.door, HOUSE))
    done = minigen(tmp_path, "grade", path, "--out", tmp_path / "out", "--units", "u01")
    assert done.code in (0, 2) and not leaks(world, done.out, done.err)
    assert {entry.name for entry in tmp_path.iterdir()} <= {"in", "out"} and not world.traces()
    if done.code == 0:
        results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
        assert results["score"] == (0.0 if "nothing" in name else 10.0)
        assert not leaks(world, *every_text(results), (tmp_path / "out" / "report.html").read_text("utf-8"))
