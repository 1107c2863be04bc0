"""What was handed in: found and read, and not believed.

Nothing of a submission is run, unpacked or followed here. The bytes of files named as a unit is named are taken into
memory, each once; all else is left where it is, with a note where somebody may miss it. (Somebody who renames folders
while they are read can still lead a reader astray: grade a copy.)
"""

import copy
import difflib
import io
import math
import os
import re
import stat
import unicodedata
import zipfile
from collections import namedtuple
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice, takewhile

from minigen.course.units import UNITS
from minigen.errors import say

MOST_BYTES = 256 * 1024             # of one file
MOST_IN_ALL = 8 * 1024 * 1024       # read of one submission
MOST_ENTRIES = 10_000               # names looked at in one submission
MOST_DEPTH = 4                      # folders below the submission's own
MOST_ZIPS = 10                      # opened in one submission
MOST_ZIP = 32 * 1024 * 1024         # of a zip in a zip
MOST_TABLE = 8 * 1024 * 1024        # of a zip's table of contents: 50,000 names
MOST_IN_CLASS = 512 * 1024 * 1024   # kept of one class
MOST_NOTES = 20

FILES = {f"{unit.name}.py": unit.number for unit in UNITS}
MEANT = re.compile(r"u\d+_.*\.py", re.I | re.S)                     # a unit, or a slip of the pen
SKIPPED = {"__MACOSX", "__pycache__", "venv", "env", "node_modules", "site-packages"}     # and whatever is hidden
STUDENT = re.compile(r"_assignsubmission_file_?$|^submission(_\d+)?$")      # a folder of Moodle, of Gradescope
LATE = re.compile(r"(^|_)LATE_(?=anon_|\d+_\d+_)")
FLAT = [re.compile(r"(?P<student>.+?_\d+_assignsubmission_file_)(?P<file>)(?P<own>.+)", re.S),          # Moodle
        re.compile(r"(?P<student>anon_[^_]+|.+?_\d+)_(?P<file>\d+)_(?P<own>.+)", re.S)]                 # Canvas
AGAIN = re.compile(r"-(\d{1,4})(?=\.(?:py|zip)$)", re.I)
OPT_OUTS = {"#album:no", "#圖鑑:不要"}
FLAGS = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))

NO_UNIT = "no unit has that name"

_Found = namedtuple("_Found", "place item submission looks")        # looks: as if somebody had handed in something


@dataclass
class Submission:
    """What one student, or one team, handed in."""

    name: str                   # of the folder, or of the zip without .zip, as the export has it; NFC
    files: dict                 # number of a unit -> bytes
    notes: list                 # one line each: what was ignored, and why
    opted_out: bool             # not to be shown in the class's album: a line "# album: no" or "# 圖鑑：不要"


def find(paths):
    """The submissions in these folders and zips, in order of name.

    A folder or zip is a class if two or more of its folders and zips hold files of units, or if it holds a zip or a
    folder of Moodle's or Gradescope's that does, or flat files as Canvas and Moodle name them; it is one submission
    if such files stand in it or in its ``exercises``, or if all of them lie below one folder that is no class itself.

    In a class every folder and zip is a submission, also an empty one. Flat files of Canvas go together by user:
    ``wang_LATE_12345_67890_u01_softmax-1.py`` belongs to ``wang_12345``, and the highest ``-1`` wins, then the newest
    file id. Otherwise, of one unit in two places, the shallowest wins, then the shortest path.

    Raises
    ------
    UserError
        A path that is missing or cannot be read, no submission anywhere, two submissions of one name.
    """
    paths = list(paths)
    found = [one for path in paths for one in _at(os.fspath(path))]
    if not any(one.looks for one in found):
        raise say("submission", "files such as u01_softmax.py", f"no submission in {', '.join(map(repr, map(str, paths)))}")
    places = {}
    for one in found:
        name = unicodedata.normalize("NFC", one.submission.name.casefold())
        if name in places:
            raise say("submission", "one of each name", f"two of {name!r}: {places[name]!r} and {one.place!r}", "Rename one.")
        places[name] = one.place
    return sorted((one.submission for one in found), key=lambda submission: submission.name)


def _at(path):
    """All that one path of the command line holds. The path itself may be a link: the teacher gave it."""
    item = _OnDisk(os.path.realpath(path), os.path.basename(os.path.abspath(path)))
    if item.fault or not (item.is_folder or item.is_zip):
        got = "a file that does not exist" if not os.path.exists(path) else "neither"
        raise say("submission", "a folder or a .zip", f"{path!r}, {got}")
    notes = []
    try:
        with _inside(item) as items:
            students = [] if STUDENT.search(item.name) else _students(items, path, notes)
    except _Ignored as why:
        raise say("submission", "a folder or zip that can be read", f"{path!r}, which {why}") from None
    return students or [_collected(path, item, notes=notes)]


def _students(items, place, notes):
    """The submissions of a class; none where the items are those of one submission."""
    items = [item for item in items if not _skipped(item.name)]
    if any(MEANT.fullmatch(item.name) and item.is_file for item in items):
        return []
    teams = _by_team(items)
    flat = {item.label for team in teams.values() for item in team}
    alone = [item for item in items if (item.is_folder or item.is_zip) and item.label not in flat]
    found, kept = [], 0
    for item, team in [*((item, None) for item in alone), *((_Item(name, is_folder=True), team) for name, team in teams.items())]:
        found.append(_collected(f"{place}/{item.label}", item, team))
        kept += sum(map(len, found[-1].submission.files.values()))
        if kept > MOST_IN_CLASS:
            raise _Ignored(f"holds more than {_size(MOST_IN_CLASS)} of files")
    full = [one for one in found if one.looks]
    if any(one.item.name.casefold() == "exercises" for one in full):
        return []
    if len(full) == 1 and not teams and not STUDENT.search(full[0].item.name):
        [(inner, item, *_)] = full
        if item.is_zip and len(found) > 1:      # a student's, whatever students it pretends to hold
            return found
        try:
            with _inside(item) as items:
                students = _students(items, inner, notes)
        except _Ignored:                        # a zip that is none
            students = []
        if not students and len(found) > 1:
            notes.append(f"taken as one submission: no folder but {_shown(item.name)} holds files of units")
        return students or (found if item.is_zip else [])
    return found if full or teams else []


def _by_team(items):
    """Flat files of an LMS by the student they belong to, under the names that the student gave them."""
    teams, ids = {}, []
    for item in items:
        plain = LATE.sub(r"\1", item.name)
        match = next(filter(None, (pattern.fullmatch(plain) for pattern in FLAT)), None)
        if match:
            again = AGAIN.search(match["own"])
            item = copy.copy(item)
            item.name = AGAIN.sub("", match["own"])
            item.age = (-int(again[1] if again else 0), -int(match["file"] or 0))
            teams.setdefault(match["student"], []).append(item)
            ids += [match["file"]] if match["file"] and not item.is_folder else []
    # A file id is given once; hw_112_1_alice.zip and hw_112_1_bob.zip are two students, and 112-1 is the semester.
    told = any(item.is_file and (item.is_zip or MEANT.fullmatch(item.name)) for team in teams.values() for item in team)
    return teams if told and len(set(ids)) == len(ids) else {}


def _collected(place, item, items=None, notes=()):
    """One submission, read."""
    search = _Search()
    if items is None:
        search.enter(item, ())
    else:
        search.walk(items, ())
    name = item.name[:-4] if item.is_zip and len(item.name) > 4 else item.name
    files = {number: taken[-1] for number, taken in sorted(search.taken.items())}
    submission = Submission(_shown(unicodedata.normalize("NFC", name), 200), files,
                            search.lines(notes), any(map(_opts_out, files.values())))
    return _Found(place, item, submission, search.looks)


def _opts_out(source):
    """Whether a file asks not to be shown, in either encoding that students save in."""
    return any("".join(line.split()).replace("：", ":").casefold() in OPT_OUTS
               for encoding in ("utf-8-sig", "cp950") for line in source.decode(encoding, "replace").splitlines())


class _Search:
    """One walk through one submission, and what is left of its allowance."""

    def __init__(self):
        self.taken, self.again, self.notes = {}, [], []     # taken: unit -> (rank, path, bytes)
        self.looks = False                                  # whether anything looks like the work of a student
        self.entries, self.bytes, self.zips = MOST_ENTRIES, MOST_IN_ALL, MOST_ZIPS

    def enter(self, item, path, age=(0, 0)):
        """Walk through a folder or a zip."""
        try:
            with _inside(item) as items:
                self.walk(items, path, age)
        except _Ignored as why:
            self.notes.append((path, str(why)))
            self.looks |= item.is_zip

    def walk(self, items, path, age=(0, 0)):
        """Take what stands here, then look into folders and zips."""
        items = list(islice(items, self.entries + 1)) if self.entries >= 0 else []
        self.entries -= len(items)
        if items and self.entries < 0:          # once: from here on nothing is looked at
            items.pop()
            self.notes.append((path, f"more than {MOST_ENTRIES:,} names: the rest is ignored"))
        for item in sorted(items, key=lambda item: (item.is_folder or item.is_zip, item.name, item.label)):
            if not _skipped(item.name):
                try:
                    self.meet(item, path + (item.label,), item.age if not path else age)
                except _Ignored as why:
                    self.notes.append((path + (item.label,), str(why)))

    def meet(self, item, path, age):
        """One name: take it, enter it, or say why not."""
        self.looks |= MEANT.fullmatch(item.name) is not None and not item.is_folder
        if item.fault:
            raise _Ignored(item.fault)
        if item.is_folder or item.is_zip:
            if len(path) > MOST_DEPTH:
                raise _Ignored(f"deeper than {MOST_DEPTH} folders, not looked at")
            self.zips -= item.is_zip
            if self.zips < 0:
                raise _Ignored(f"more than {MOST_ZIPS} zips, not opened")
            self.enter(item, path, age)
        elif item.name in FILES:
            self.take(item, path, (len(path), age, len("/".join(path)), path))
        elif MEANT.fullmatch(item.name):
            raise _Ignored(NO_UNIT)

    def take(self, item, path, rank):
        """Read a unit's file, unless a better one of that unit has been read."""
        held = self.taken.get(FILES[item.name])
        if held is None or rank < held[0]:
            if self.bytes < MOST_BYTES:
                raise _Ignored(f"more than {_size(MOST_IN_ALL)} in all, not read")
            self.bytes -= MOST_BYTES            # what proves too large has cost as much
            source = _read(item, MOST_BYTES)
            self.bytes += MOST_BYTES - len(source)
            self.taken[FILES[item.name]] = rank, path, source
            path = held and held[1]
        if path:
            self.again.append((FILES[item.name], path))

    def lines(self, notes):
        """The notes, as lines that are safe to show."""
        every = self.notes + [(path, f"this unit once more; {_shown('/'.join(self.taken[number][1]))} was taken")
                              for number, path in self.again]
        room = MOST_NOTES - len(notes)
        kept = every if len(every) <= room else every[:room - 1]
        lines = [*notes, *(_line(*note) for note in kept)]
        lines += [f"and {len(every) - len(kept)} more"] if len(kept) < len(every) else []
        return lines or ([] if self.taken else ["no file of a unit, such as u01_softmax.py"])


class _Ignored(Exception):
    """Why something was not taken."""


def _line(path, why):
    near = difflib.get_close_matches(path[-1][-80:].lower(), FILES, 1) if why == NO_UNIT else []
    return (f"{_shown('/'.join(path))}: " if path else "") + why + (f"; did you mean {near[0]}?" if near else "")


def _shown(text, most=80):
    """A name that cannot disturb the page or terminal it is shown on: its end, without control characters."""
    text = text if len(text) <= most else "…" + text[1 - most:]
    return "".join("\ufffd" if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") else letter
                   for letter in text)


def _size(n):
    return f"{n >> 20} MiB" if n >= 1 << 20 else f"{n >> 10} KiB"


def _skipped(name):
    return name.startswith(".") or name in SKIPPED


def _decoded(raw, otherwise):
    """Names from a Mac are UTF-8, from a Chinese Windows Big5, and few zips say which."""
    for encoding in ("utf-8", "cp950"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            pass
    return raw.decode(otherwise, "replace")


class _Item:
    """Something with a name, on disk or in a zip."""

    def __init__(self, name, fault="", is_folder=False):
        self.name = self.label = name           # the label is what a note calls it
        self.fault = fault                      # why it is not to be opened
        self.is_folder = is_folder
        self.age = (0, 0)                       # the smaller, the newer

    @property
    def is_file(self):
        return not (self.is_folder or self.fault)

    @property
    def is_zip(self):
        return not self.is_folder and self.name.casefold().endswith(".zip")


class _OnDisk(_Item):
    nested = 0

    def __init__(self, path, name=None):
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            mode = 0
        fault = ("a link, not followed" if stat.S_ISLNK(mode) else
                 "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "not a regular file")
        super().__init__(_decoded(os.fsencode(name or os.path.basename(path)), "utf-8"), fault, os.path.isdir(path))
        self.path = path

    def items(self):
        with _noted("cannot be read"), os.scandir(self.path) as entries:
            yield from (_OnDisk(entry.path) for entry in entries)

    def open(self):
        descriptor = os.open(self.path, FLAGS)          # never waits, never follows: what it got is asked afterwards
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _Ignored("not a regular file")
        return _Wary(io.FileIO(descriptor))

    open_zip = open


class _Wary(io.BufferedReader):
    """For zipfile, which reads a table of contents in one piece, however long a zip says that it is."""

    most = math.inf

    def read(self, size=-1):
        if size is not None and size > self.most:
            raise _Ignored("holds more names than are looked at")
        return super().read(size)


class _InZip(_Item):
    def __init__(self, name, fault="", is_folder=False, archive=None, info=None, nested=0):
        super().__init__(name, fault, is_folder)
        self.below, self.archive, self.info, self.nested = {}, archive, info, nested

    def items(self):
        return self.below.values()

    def open(self):
        if self.info.flag_bits & 0x1:
            raise _Ignored("encrypted")
        if self.info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _Ignored("packed in a way that is not read")      # Python unpacks the others without a limit
        return self.archive.open(self.info)

    def open_zip(self):
        if self.nested > 1:
            raise _Ignored("a zip in a zip in a zip, not opened")
        return _Wary(io.BytesIO(_read(self, MOST_ZIP)))


@contextmanager
def _noted(why):
    """Whatever goes wrong inside becomes the reason of a note: zipfile lets through all that a damaged zip sets off."""
    try:
        yield
    except _Ignored:
        raise
    except PermissionError as error:
        raise _Ignored(f"cannot be read ({error.strerror})") from None
    except Exception:
        raise _Ignored(why) from None


def _read(item, most):
    """The bytes of a file, if there are no more than ``most``. What a zip says about its sizes does not count."""
    with _noted("cannot be read, perhaps damaged"), item.open() as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise _Ignored(f"larger than {_size(most)}")
    return data


@contextmanager
def _inside(item):
    """What stands in a folder or zip, while it is open."""
    if item.fault:
        raise _Ignored(item.fault)
    with ExitStack() as opened:
        if item.is_folder:
            items = item.items()
        else:
            with _noted("cannot be read as a zip"):
                file = opened.enter_context(item.open_zip())
                file.most = MOST_TABLE
                archive = opened.enter_context(zipfile.ZipFile(file))
                file.most = math.inf
                items = _table(archive, item.nested + 1)
        yield items


def _table(archive, nested):
    """The top items of a zip, with all that is below them."""
    root = _InZip("", is_folder=True)
    for info in archive.infolist():
        name = info.orig_filename
        if not info.flag_bits & 0x800:          # "names are UTF-8" is not said: read as cp437, which loses nothing
            name = _decoded(name.encode("cp437"), "cp437")
        parts = [part for part in name.split("/") if part not in ("", ".")] or [""]
        mode, folder = info.external_attr >> 16, name.endswith("/")
        fault = ("a link, not followed" if stat.S_ISLNK(mode) else
                 "not a regular file" if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR) else "")
        if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in parts or {"\\", "\0"} & set(name):
            fault, folder, whole = "a name that leads elsewhere", False, name.split("/")
            parts = list(takewhile(lambda part: part not in ("", "..") and not {"\\", "\0", ":"} & set(part), whole[:-1]))
            parts.append("/".join(whole[len(parts):]))
        if len(parts) > 2 * MOST_DEPTH:
            parts, folder = parts[:2 * MOST_DEPTH], True
        _put(root, parts, _InZip(parts[-1], fault, folder, archive, info, nested))
    return list(root.items())


def _put(root, parts, item):
    """Hang an item into the tree; of two with one name the first stays."""
    place = root
    for part in parts[:-1]:
        place = place.below.setdefault(part, _InZip(part, is_folder=True))
        if not place.is_folder:
            return                              # below a file: no honest zip has that
    held = place.below.setdefault(parts[-1], item)
    if held is not item and not (held.is_folder and item.is_folder):
        item.fault = item.fault or "a second entry of that name"
        item.is_folder = False
        place.below[len(place.below)] = item
    if item.fault:                              # never hidden: it is to be noted
        item.name = re.split(r"[/\\]", item.name)[-1].lstrip(".")
