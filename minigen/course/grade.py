"""A class graded: submissions go out to judges (processes here, or a Dask cluster), marks come back, and only this side writes.

Each mark is kept in a journal as soon as it is there. Whatever ends the grader, the next start finds what is done and goes on; a
mark is used again if the files, the dice and what judges them are the same.
"""

import hashlib
import hmac
import json
import os
import secrets
import subprocess
import sys
import threading
import time
import unicodedata
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from minigen.course import marks, pages, sandbox, submissions, workshop
from minigen.course.check import environment
from minigen.course.judge import tests_of
from minigen.course.marks import Mark, TestMark, UnitMark
from minigen.course.places import house_of_tests
from minigen.course.units import BY_NUMBER, HOMEWORKS, UNITS, find
from minigen.course.wire import Pipe, WireError
from minigen.errors import UserError, say
from minigen.files import save_atomically, save_text

TRIES = 3                       # judges that a submission may take with it before it is given up


def chosen(words):
    """Numbers of the units that are meant by words such as "u03" and "HW1"; all without a word."""
    numbers = set()
    for word in words or ():
        homework = next((name for name in HOMEWORKS if name.lower() == word.lower()), None)
        numbers |= {unit.number for unit in UNITS if unit.homework == homework} if homework else {find(word).number}
    return [unit.number for unit in UNITS if unit.number in numbers or not words]


def seed_of(secret, name):
    """The seed of a submission's dice: nobody who does not know the secret can tell it."""
    told = hmac.new(secret, unicodedata.normalize("NFC", name).encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
    return int.from_bytes(told[:7], "big")


def read_secret(file, out):
    """The class's secret: of a file, or of one that is made in ``out`` the first time."""
    path = Path(file) if file else out / "secret"
    if file and not path.is_file():
        raise say("--secret", "a file with the class's secret", f"{str(path)!r}, which is none", "Any text will do; keep it for next time.")
    if not path.exists():
        def write(temporary):
            temporary.touch(mode=0o600)
            temporary.write_text(secrets.token_hex(16) + "\n", "ascii")
        save_atomically(path, write)
    if not (content := path.read_bytes().strip()):
        raise say("--secret", "a text in it", f"{str(path)!r}, which is empty")
    return content


# Judges

class Judge:
    """A process that judges one submission after the other. What ends it is its own affair; the next one is started."""

    def __init__(self):
        self.process, self.pipe = None, None

    def start(self):
        """Start the process."""
        here, theirs = os.pipe(), os.pipe()
        code = f"from minigen.course.judge import main; main({theirs[0]}, {here[1]})"
        try:
            self.process = subprocess.Popen([sys.executable, "-c", code], pass_fds=(theirs[0], here[1]), stdin=subprocess.DEVNULL, env=environment(), start_new_session=True)
        finally:
            os.close(theirs[0]), os.close(here[1])
        self.pipe = Pipe(here[0], theirs[1])

    def ask(self, task, seconds):
        """The answer to a task: a dict with "mark", or with "error" for what no retry can mend. Raises WireError if the judge died over it."""
        if self.process is None or self.process.poll() is not None:
            self.stop()
            self.start()
        try:
            self.pipe.send(json.dumps(task).encode())
            return json.loads(self.pipe.receive(time.monotonic() + seconds))
        except WireError:
            self.stop()
            raise

    def stop(self):
        """End it, and with it whatever it has running."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.pipe.close()
            self.process = None


LOCAL = threading.local()       # a judge for each thread, here and in the workers of a cluster
STARTED = []
STOPPED = threading.Event()


def judged(task, seconds=sandbox.Limits.submission + 120):
    """What a judge of this thread says to a task (see ``Judge.ask``); after ``TRIES`` dead ones, that."""
    if not hasattr(LOCAL, "judge"):
        LOCAL.judge = Judge()
        STARTED.append(LOCAL.judge)
    for _ in range(TRIES):
        try:
            return LOCAL.judge.ask(task, seconds)
        except WireError:
            if STOPPED.is_set():
                break
    return {"died": f"its judge ended {TRIES} times over it"}


def stop_all():
    """End the judges of this process."""
    STOPPED.set()
    while STARTED:
        STARTED.pop().stop()


def on_threads(tasks, jobs):
    """(name, answer) of each task, as they come, from so many judges on this machine."""
    STOPPED.clear()
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(judged, task): task["name"] for task in tasks}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BaseException:                      # Ctrl-C, a full disk: what has not begun does not begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        finally:
            stop_all()


def on_cluster(tasks, address, jobs):
    """The same from a Dask cluster; without an address from a local one of so many processes.

    A worker that dies is replaced by another (Dask's own doing); a submission over which several die is given up.
    """
    try:
        from distributed import Client, LocalCluster, as_completed
    except ImportError:
        raise say("--scheduler", "dask.distributed", "none", 'Run: pip install -e ".[cluster]"') from None
    with LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None, silence_logs=50) if address == "local" else _nothing(address) as cluster:
        try:
            client = Client(cluster, timeout=5)
        except (OSError, ValueError) as error:
            raise say("--scheduler", "the address of a running Dask scheduler, such as tcp://host:8786, or local", repr(address), str(error)) from None
        with client:
            futures = {client.submit(judged, task, pure=False, key=f"minigen-{secrets.token_hex(8)}"): task["name"] for task in tasks}
            for future in as_completed(futures):
                try:
                    yield futures[future], future.result()
                except Exception as error:         # KilledWorker, or a package that is missing over there
                    if type(error).__name__ != "KilledWorker":
                        raise say("--scheduler", "workers that have the same minigen", f"{type(error).__name__}: {error}") from None
                    yield futures[future], {"died": "the workers of the cluster ended over it"}


class _nothing:
    """A context that holds a value and does nothing."""

    def __init__(self, value):
        self.value = value

    def __enter__(self):
        return self.value

    def __exit__(self, *error):
        pass


# Marks

@dataclass
class Run:
    """One grading of a class."""

    out: Path
    numbers: list               # of the units that are graded
    secret: bytes
    sandbox: str
    album: bool = False
    told: object = None         # callable (done, total, name)
    trains: object = None       # callable (title) -> what ``fit`` reports to

    def __post_init__(self):
        self.house = house_of_tests()
        self.state = workshop.state_of(self.house)
        self.class_seed = seed_of(self.secret, "\0class")
        self.journal = self.out / "journal"

    def task(self, submission):
        """What a judge needs to know."""
        return {"name": submission.name, "seed": seed_of(self.secret, submission.name), "class_seed": self.class_seed, "units": self.numbers,
                "files": {number: b64encode(content).decode("ascii") for number, content in submission.files.items() if number in self.numbers},
                "sandbox": self.sandbox, "state": self.state, "draws": 14 in submission.files and 14 in self.numbers,
                "cards": self.album and not submission.opted_out and 8 in submission.files and 8 in self.numbers}

    def digest(self, task):
        """The same digest is the same work."""
        return hashlib.sha256(json.dumps(task, sort_keys=True).encode()).hexdigest()

    def place(self, submission):
        """Where its mark is kept."""
        return self.journal / f"{hashlib.sha256(submission.name.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.json"

    def kept(self, submission, digest):
        """A mark of an earlier start; None if there is none of just this work."""
        try:
            made = marks.from_json(json.loads(self.place(submission).read_text("utf-8")))
            return made if made.digest == digest else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def keep(self, submission, digest, answer):
        """The mark that an answer stands for, written into the journal."""
        if "error" in answer:
            raise UserError(answer["error"])
        mark = marks.from_json(answer["mark"]) if "mark" in answer else self.nothing(submission, answer["died"])
        mark.digest, mark.notes = digest, submission.notes + mark.notes
        save_text(self.place(submission), json.dumps(mark.as_json(), ensure_ascii=True))
        return mark

    def nothing(self, submission, why):
        """A mark without a point."""
        units = [UnitMark(number, "missing", [TestMark(test.name, test.line, False, why if number in submission.files else "")
                                              for test in tests_of(self.house, BY_NUMBER[number])]) for number in self.numbers]
        return Mark(submission.name, seed_of(self.secret, submission.name), units, sandbox=self.sandbox, notes=[why] if submission.files else [])

    def marks_of(self, found, work):
        """The marks of all submissions, in their order. ``work(tasks)`` yields (name, answer) as they come."""
        tasks = {one.name: self.task(one) for one in found}
        digests = {name: self.digest(task) for name, task in tasks.items()}
        done = {one.name: mark for one in found if (mark := self.kept(one, digests[one.name]))}
        todo = [one for one in found if one.name not in done]
        for one in [one for one in todo if not one.files]:
            done[one.name] = self.keep(one, digests[one.name], {"died": "nothing was handed in"})
        by_name, again = {one.name: one for one in found}, len(done)
        if self.told:
            self.told(again, len(found), "")
        open_tasks = [tasks[one.name] for one in todo if one.files]
        if any(task["draws"] or task["cards"] for task in open_tasks):
            from minigen.course import drawing
            units = {number for one in todo for number in one.files if number in self.numbers}
            drawing.prepare(workshop.lay_out(self.house).drawing, drawing.needed(units, self.album), report=self.trains)
        for name, answer in work(open_tasks) if open_tasks else ():
            done[name] = self.keep(by_name[name], digests[name], answer)
            self.write_student(done[name], len(found) == 1)
            if self.told:
                self.told(len(done), len(found), name)
        return [done[one.name] for one in found]

    # What is written

    def folder_of(self, name):
        """Where a student's files go: the name as it is, where that is a harmless name of a folder."""
        plain = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name.encode("utf-8", "replace").decode("utf-8"))[:80].strip(". ")
        if plain != name or not plain:
            plain = f"{plain or 'student'}-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
        return self.out / "students" / plain

    def write_student(self, mark, alone):
        """results.json and the page of one student."""
        folder = self.out if alone else self.folder_of(mark.name)
        save_text(folder / "results.json", json.dumps(pages.gradescope(mark), ensure_ascii=True, indent=1) + "\n")
        save_text(folder / "report.html", pages.student_page(mark, self.numbers))

    def write(self, made, about):
        """Everything, from all marks; the names of what lies in ``out`` itself."""
        for mark in made:
            self.write_student(mark, len(made) == 1)
        save_atomically(self.out / "grades.csv", lambda temporary: temporary.write_bytes(pages.csv_of(made, self.numbers)))
        save_text(self.out / "class.html", pages.class_page(made, self.numbers, about))
        if self.album:
            from minigen.course import album, drawing
            shown = [card for mark in made for card in mark.cards]
            save_text(self.out / "album.html", album.album_page(shown, drawing.reals(len(shown), self.class_seed), self.class_seed))
        return ["grades.csv", "class.html", *(["album.html"] if self.album else []), *(["results.json", "report.html"] if len(made) == 1 else ["students/"])]


def grade(paths, out, *, units=(), jobs=2, asked="", scheduler="", secret=None, album=False, name=None, told=None, trains=None):
    """Grade what is handed in, and write everything into ``out``: (marks, names of files, name of the sandbox).

    Raises
    ------
    UserError
        No submission, one that cannot be read, two of one name, no sandbox that holds, a folder that cannot be written.
    """
    out, numbers = Path(out), chosen(units)
    for path in map(Path, paths):
        if path.resolve() in [out.resolve(), *out.resolve().parents]:
            raise say("--out", "a folder outside of what is graded", repr(str(out)), "It would be taken for a submission next time.")
    found = submissions.find(paths)
    if name:
        if len(found) > 1:
            raise say("--name", "one submission", f"{len(found)}", "A class's names are those of its folders.")
        found[0].name = name
    used = sandbox.choose(asked, house_of_tests())
    try:
        (out / "journal").mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in [*out.glob(".*-????????.*"), *(out / "journal").glob(".*-????????.json")]:
            left.unlink()                          # of a grader that was killed while it wrote
    except OSError as error:
        raise say("--out", "a folder that can be written", f"{str(out)!r} ({error.strerror or error})") from None
    run = Run(out, numbers, read_secret(secret, out), used, album, told, trains)
    if len(found) == 1 and not scheduler:          # whatever happens, there is a valid file
        run.write_student(run.nothing(found[0], "grading did not finish"), True)
    try:
        made = run.marks_of(found, lambda tasks: on_cluster(tasks, scheduler, jobs) if scheduler else on_threads(tasks, jobs))
    finally:
        sandbox.sweep()
    about = {"sandbox 沙箱": used, "units 單元": ", ".join(BY_NUMBER[number].short for number in numbers), "tests and package 版本": run.state,
             "secret 密鑰": str(secret or out / "secret"), "seeds 種子": "from the secret and the name: the same secret gives the same dice",
             "graded 批改時間": time.strftime("%Y-%m-%d %H:%M")}
    return made, run.write(made, about), used


def prepare():
    """Do now what the first grading would have to wait for: the package for the sandbox, the networks that draw."""
    from minigen.course import drawing
    drawing.prepare(workshop.lay_out(house_of_tests()).drawing, list(drawing.MODELS))


def summary(made, units):
    """What a teacher sees in the terminal: one submission by its units, a class by its median."""
    full = marks.maximum(chosen(units))
    if len(made) > 1:
        points = sorted(mark.points for mark in made)
        yield f"{len(made)} submissions, median {points[len(points) // 2]:g} of {full} points, {sum(mark.points == full for mark in made)} with all of them"
        return
    for unit in made[0].units:
        failed = f", not passed: {unit.why or ', '.join(test.name for test in unit.tests if not test.passed)}" if unit.state != "missing" and not unit.full else ""
        yield f"{unit.unit.name}: {unit.points:g} of {unit.unit.points}, {marks.STATES[unit.state]}{failed}"
    yield f"{made[0].name}: {made[0].points:g} of {full} points" + (f", bonus {made[0].bonus:g}" if made[0].bonus else "")
