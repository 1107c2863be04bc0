"""The command line: the only place that prints.

A user's mistake is one line and exit code 2, never a stack trace; Ctrl-C keeps what was done. Heavy
modules are imported inside the commands, so that ``--help`` answers at once.
"""

import sys
import warnings
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Optional

import typer

from minigen.errors import UserError, expect_in, expect_range, say

KINDS = ("text", "poems", "names", "sprites", "digits", "answers", "pinyin", "english")

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
                  help="One by one, or all at once: small generative models, trained from nothing on this machine.")

Size = Annotated[str, typer.Option(help="tiny (seconds), small, or full (minutes).")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same result on the same machine.", min=0)]
Lines = Annotated[bool, typer.Option("--lines", help="With --data: each line is one item that ends in END.")]
TEXT_LENGTH = 400            # characters of running text
# Commands that a student's hand-out lacks are not listed in it.
FOR_TEACHERS = {"hidden": Path(__file__).with_name("sealed.py").exists()}
With = Annotated[Optional[list[Path]], typer.Option("--with", help="A file of the course, such as exercises/u03_sample_categorical.py: its functions "
                                                                   "take the place of the package's. May be repeated.")]
Tile = Annotated[Optional[int], typer.Option(help="With --data: side of a tile of a sprite sheet, in pixels.")]


def console(stderr=False):
    """Where everything is printed; wide enough for the tables when the output is piped."""
    from rich.console import Console
    known = Console(highlight=False, stderr=stderr)
    return known if known.is_terminal else Console(highlight=False, width=140, stderr=stderr)


def progress_bars(out):
    """rich progress: training in steps, with the last held-out loss."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[loss]}"),
                    TimeElapsedColumn(), console=out, transient=True, disable=not out.is_terminal)


def reporter(bars, title):
    """A ``report`` for ``train()`` that moves one bar; the bar appears with the first step."""
    task = None

    def report(step, steps, loss, valid):
        nonlocal task
        if task is None:
            task = bars.add_task(title, total=steps, loss="")
        bars.update(task, completed=step, loss=f"loss {loss:.3f}")
        if step == steps:
            bars.remove_task(task)
    return report


@app.command()
def compare(kinds: Annotated[Optional[list[str]], typer.Argument(help="Any of " + ", ".join(KINDS) + "; all without one.")] = None,
            size: Size = "small", seed: Seed = 0,
            shots: Annotated[bool, typer.Option("--frontier", help="Also measure what lies between one pass and T: frontier.json and a picture for each "
                                                                   "kind. Minutes; part of --size full.")] = False,
            out: Annotated[Optional[Path], typer.Option(help="Folder for pictures and compare.json; a new one under runs/ without it.")] = None):
    """Train small models from nothing, generate with every strategy, print the lecture's table with measured figures."""
    from minigen.recipes.base import SIZES
    for kind in kinds or ():
        expect_in("kind", kind, KINDS)
    expect_in("--size", size, SIZES)
    folder = writable_folder(out or new_folder("runs/compare"))
    from minigen import compare as work
    from minigen import tables as terminal
    print_to, tables = console(), []
    with progress_bars(print_to) as bars:
        for made in work.compare(kinds or KINDS, size, seed, folder, lambda kind, model: reporter(bars, f"{kind}: {model}"),
                                 shots or size == "full"):
            tables.append(made)
            for part in terminal.comparison(made, print_to):
                print_to.print(part)
            if made.frontier:
                for part in terminal.frontier(made, print_to):
                    print_to.print(part)
        task = bars.add_task("seconds against length", total=None, loss="")
        length_rows = work.against_length(size, seed, folder)
        bars.remove_task(task)
    rows = work.lecture(tables)
    work.write_json(folder / "compare.json", work.as_json(tables, rows, length_rows, size, seed))
    points = {made.kind: made.frontier for made in tables if made.frontier}
    if points:
        work.write_json(folder / "frontier.json", points)
    if looped := [entry for made in tables for entry in made.compiled]:
        print_to.print(terminal.compiled(looped, print_to), "")
    print_to.print(terminal.lecture(rows))
    files = [name for made in tables for name in made.files]
    print_to.print(f"\nWritten into {folder}: compare.json, length.png" + (", frontier.json" if points else "") + "".join(f", {name}" for name in files), soft_wrap=True)


@app.command()
def train(name: Annotated[str, typer.Argument(help="One of " + ", ".join(KINDS) + ".")],
          size: Size = "full", seed: Seed = 0,
          data: Annotated[Optional[Path], typer.Option(help="Your own text, folder of PNGs, or sprite sheet.")] = None,
          lines: Lines = False,
          tile: Tile = None,
          model: Annotated[Optional[str], typer.Option(help="Another model of the recipe, for instance ngram or decoder.")] = None,
          with_: With = None,
          out: Annotated[Optional[Path], typer.Option(help="The checkpoint; without it runs/NAME-MODEL.npz.")] = None):
    """Train one model of a recipe and save a checkpoint. Ctrl-C keeps the best parameters so far."""
    with seats_for(with_):
        train_and_save(name, size, seed, data, lines, tile, model, out)


@app.command()
def sample(name: Annotated[str, typer.Argument(help="One of " + ", ".join(KINDS) + ".")],
           strategy: Annotated[str, typer.Option(help="one_by_one, all_at_once, in_blocks:K, shared_latent; mask_predict, maskgit, surest_first, "
                                                              "random_order, cascade, diffusion, cut_at_end, length_first.")] = "",
           passes: Annotated[Optional[int], typer.Option(help="For mask_predict, maskgit, surest_first, random_order, diffusion, cut_at_end, length_first: how often "
                                                                  "the model is asked.")] = None,
           n: Annotated[Optional[int], typer.Option("--n", help="How many samples; 25 pictures or 10 lines without it.")] = None,
           temperature: Annotated[float, typer.Option(help="0 takes the likeliest piece, 1 draws from the model as it is.")] = 1.0,
           top_k: Annotated[Optional[int], typer.Option(help="Draw among the k likeliest pieces only.")] = None,
           top_p: Annotated[Optional[float], typer.Option(help="Draw among the likeliest pieces that hold this share.")] = None,
           prompt: Annotated[Optional[str], typer.Option(help="Text to go on from; what is asked of pinyin and english, a part of it of answers.")] = None,
           complete: Annotated[bool, typer.Option("--complete", help="Pictures: complete the upper half of held-out ones.")] = False,
           film: Annotated[Optional[Path], typer.Option(help="Also write a GIF of the first sample being made.")] = None,
           length: Annotated[Optional[int], typer.Option(help=f"Characters of running text; {TEXT_LENGTH} without it.")] = None,
           from_: Annotated[Optional[Path], typer.Option("--from", help="A checkpoint; without it a model is trained first.")] = None,
           size: Size = "small", seed: Seed = 0,
           data: Annotated[Optional[Path], typer.Option(help="Your own text or pictures to train on first.")] = None,
           lines: Lines = False,
           tile: Tile = None,
           model: Annotated[Optional[str], typer.Option(help="Another model of the recipe, for instance ngram.")] = None,
           with_: With = None,
           report: Annotated[bool, typer.Option("--report", help="Also print how many bits each sample costs, exactly, under its plan.")] = False,
           out: Annotated[Optional[Path], typer.Option(help="Pictures: the PNG; without it runs/NAME-STRATEGY.png.")] = None):
    """Draw samples: text is printed, pictures are written as a PNG."""
    from minigen import maths
    from minigen.recipes import base
    expect_in("recipe", name, KINDS)
    is_picture = name in ("sprites", "digits")
    n = n if n is not None else 25 if is_picture else 1 if name == "text" else 10
    expect_range("--n", n, 1, hint="How many samples do you want?")
    if length is not None:
        expect_range("--length", length, 1, hint="How many characters do you want?")
    maths.check_adjust(temperature, top_k, top_p)
    if strategy:
        base.strategy(strategy, passes)
    if passes is not None:
        expect_range("--passes", passes, 1, hint="One pass is all at once.")
    if complete and not is_picture:
        raise say("--complete", "a recipe of pictures", repr(name), "For text use --prompt.")
    if prompt is not None and is_picture:
        raise say("--prompt", "a recipe of text", repr(name), "For pictures use --complete.")
    if out and not is_picture:
        raise say("--out", "a recipe of pictures", repr(name), "Text is printed: put > FILE behind the command.")
    for option, path, suffix in (("--film", film, ".gif"), ("--out", out or (Path("runs/picture.png") if is_picture else None), ".png")):
        if path:
            check_writable(option, path, suffix)
    for option, value in (("--model", model), ("--data", data), ("--lines", lines), ("--tile", tile)):
        if from_ and value:
            raise say(option, "no --from beside it", repr(str(from_)), "A checkpoint knows its model and its data.")
    with seats_for(with_):
        draw_and_show(name, strategy, passes, n, temperature, top_k, top_p, prompt, complete, film, length, from_, size, seed, data, lines, tile,
                      model, report, out)


@app.command()
def pieces(texts: Annotated[list[str], typer.Argument(metavar="TEXT...", help="What is cut: words, or whole sentences in quotes.")],
           merges: Annotated[int, typer.Option(help="How many merges are learned.", min=0)] = 2000,
           words: Annotated[Optional[int], typer.Option(help="Learn from the most frequent words only, so many: a plain loop then takes seconds.", min=1)] = None,
           data: Annotated[Optional[Path], typer.Option(help="Your own text to learn from; Shakespeare without it.")] = None,
           with_: With = None):
    """Learn word pieces from a text and show how words are cut: unbreakable is un break able."""
    with seats_for(with_):
        for line in cut_up(texts, merges, words, data):
            show(line)


@app.command()
def bench(only: Annotated[Optional[list[str]], typer.Option(help="A piece of work, or the words that several begin with (transformer, "
                                                                 "pixels, decoder, training, start, memory, growth, threads, time to loss); may be repeated.")] = None,
          as_json: Annotated[bool, typer.Option("--json", help="Print bench.json and nothing else; files are written with --out only.")] = False,
          out: Annotated[Optional[Path], typer.Option(help="Folder for pictures and bench.json; a new one under runs/ without it.")] = None):
    """Measure speed: each piece of work beside the plain loop, a peer and the machine's limit, in one run. Minutes; see --only."""
    from minigen.bench import report as work
    names = work.chosen(only or ())
    folder = writable_folder(out or new_folder("runs/bench")) if out or not as_json else None
    print_to = console()
    with progress_bars(console(stderr=True) if as_json else print_to) as bars:
        task = bars.add_task("", total=len(names), loss="")
        content = work.bench(names, lambda done, total, text: bars.update(task, completed=done, total=total, description=text))
    files = work.write(folder, content) if folder else []
    if as_json:
        show(work.as_text(content))
        return
    from minigen import tables as terminal
    for part in terminal.speed(content, print_to):
        print_to.print(part)
    print_to.print(f"\nWritten into {folder}: {', '.join(files)}", soft_wrap=True)


@app.command()
def doctor(warm: Annotated[bool, typer.Option("--warm", help="Also compile everything now, so that nothing has to wait for it later.")] = False):
    """Print versions and one verdict: does everything that minigen needs work here?"""
    import importlib
    import platform
    from importlib import metadata

    from minigen.parallel import cores
    show(f"python {platform.python_version()} on {platform.system()} {platform.machine()}, "
         f"{cores()} cores")
    missing = []
    for package in ("numpy", "numba", "matplotlib", "PIL", "typer", "rich"):
        try:
            importlib.import_module(package)
            show(f"{package} {metadata.version('pillow' if package == 'PIL' else package)}")
        except ImportError as error:
            missing.append(package)
            show(f"{package}: not importable ({error})")
    if missing:
        raise say("packages", "all of them importable", f"{', '.join(missing)} missing", "Run: pip install -e .")
    if warm:
        compile_all()
    from functools import partial

    import numpy as np

    from minigen import figures
    from minigen.models.ngram import NGram
    from minigen.strategies.fill import fill, generate
    from minigen.strategies.plans import one_by_one
    model = NGram(3, 2, length=8).fit(np.random.default_rng(0).integers(0, 3, (20, 8)))
    compiled = generate(model, partial(fill, plan=one_by_one), 4, np.random.default_rng(1))
    plain, _ = generate(model, partial(fill, plan=one_by_one), 4, np.random.default_rng(1), film=True)
    if not np.array_equal(compiled, plain):
        raise say("compiled loop", "the tokens of the plain loop", "others", "Is Numba's cache of another machine? Remove __pycache__.")
    show("compiled and plain loop draw the same tokens")
    show(f"Chinese font for pictures: {figures.chinese_font() or 'none (labels are in English, characters show as squares)'}")
    show("verdict: minigen works here")


@app.command()
def check(units: Annotated[Optional[list[str]], typer.Argument(help="Units such as u03; all without one.")] = None,
          folder: Annotated[Optional[Path], typer.Option(help="Where your files are; without it exercises/.")] = None,
          matrix: Annotated[bool, typer.Option("--matrix", help="For teachers: every known mistake against every hidden test; also makes the tables of hints.")] = False,
          seeds: Annotated[int, typer.Option(help="With --matrix: how many times the dice are thrown.", min=1)] = 3,
          dice: Annotated[int, typer.Option(help="With --matrix: the seed of the dice; the tables of hints are those of seed 0.", min=0)] = 0):
    """See what is done, what fails and why, in seconds."""
    from minigen.course import places
    from minigen.course.units import UNITS, find
    chosen, unknown = [], []
    for text in units or ():
        try:
            chosen.append(find(text))
        except UserError as error:                 # the others are checked all the same
            unknown.append(str(error))
    chosen = [unit for unit in UNITS if unit in chosen or not units]
    if matrix and chosen:
        check_the_tests(places.house("solutions"), chosen, seeds, dice)
    elif chosen:
        found = check_files(chosen, folder or relative(places.house() / "exercises"))
        if found and not unknown:
            sys.exit(1)
    if unknown:
        raise UserError(" ".join(unknown))


def relative(path):
    """As short as it can be written from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def check_files(units, folder):
    """Print how each unit stands, and with all units the progress; returns whether something is wrong (not: still to do)."""
    from minigen.course import check as work
    from minigen.course import report
    from minigen.course.units import UNITS
    if not folder.is_dir():
        raise say("--folder", "the folder of your files", f"{str(folder)!r}, which is none")
    reports, states = [], {}
    whole = len(units) < len(UNITS)
    wanted = units if not whole else [unit for unit in UNITS if unit in units or any(unit.number in one.needs for one in units)]
    for one in work.check(wanted, folder):
        states[one.unit.number] = one.state
        if one.unit in units:
            reports.append(one)
            for line in report.unit_lines(one, states, whole, folder):
                show(line)
    if not whole:
        show("")
        for line in report.progress_lines(states):
            show(line)
    return any(one.state in ("wrong", "broken", "stopped") or whole and one.state == "missing" for one in reports)


def check_the_tests(house, units, seeds, dice):
    """Print the kill matrix; where it is whole and without a fault, write the tables of hints."""
    from minigen.course import matrix as work
    from minigen.course.units import UNITS
    mutants = work.matrix(house, units, seeds, dice)
    for one in mutants:
        show(f"{one.unit.short} {one.name}: {', '.join(one.hidden) or 'nothing catches it'}")
    found = list(work.faults(mutants, units))
    caught = sum(all("assertion" in tests.values() for tests in one.caught.values()) for one in mutants)
    show(f"{caught} of {len(mutants)} mutants are caught by an assertion with {seeds} different dice; "
         f"public checks tell {work.told_apart(mutants)} apart")
    for fault in found:
        show(f"fault: {fault}")
    if found:
        sys.exit(1)
    if len(units) == len(UNITS) and dice == 0 and (old := work.outdated(house, mutants)):
        work.write(house, mutants)
        show(f"tables of hints written: {', '.join(old)}")


@app.command(**FOR_TEACHERS)
def stubs(only_check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if an exercise differs.")] = False):
    """Make exercises/ from solutions/ (for teachers)."""
    from minigen.course import places
    from minigen.course import stubs as work
    house = places.house("solutions")
    names = work.differing(house) if only_check else work.write(house)
    for name in names:
        show(f"exercises/{name} {'differs from its solution: run minigen stubs' if only_check else 'written'}")
    show(f"{len(names)} exercises {'differ' if only_check else 'changed'}")
    if only_check and names:
        sys.exit(1)


@app.command(**FOR_TEACHERS)
def grade(folders: Annotated[list[Path], typer.Argument(help="A folder of units (uNN_name.py), a zip of one, or a folder of such: a class.")],
          out: Annotated[Path, typer.Option(help="Where grades.csv, the pages and each student's results.json go.")],
          units: Annotated[Optional[list[str]], typer.Option(help="Only these units or homeworks, such as u03 or HW1; may be repeated. All without it.")] = None,
          jobs: Annotated[Optional[int], typer.Option(help="Submissions at the same time; as many as there are cores without it.", min=1)] = None,
          sandbox: Annotated[str, typer.Option(help="bwrap or drop; without it the first that holds here. none is for files that you trust.")] = "",
          scheduler: Annotated[str, typer.Option(help="The address of a Dask scheduler, or local for a Dask cluster on this machine.")] = "",
          secret: Annotated[Optional[Path], typer.Option(help="A file with the class's secret, from which all dice come; without it one is made in OUT.")] = None,
          name: Annotated[Optional[str], typer.Option(help="With one submission: its name, if not that of the folder. Its dice come from it.")] = None,
          album: Annotated[bool, typer.Option("--album", help="Also write album.html: what the students' own code drew, beside real ones, to be guessed.")] = False):
    """Grade one submission or a class: nobody can forge a point, nothing is lost, the next start goes on (for teachers)."""
    if sys.platform == "win32":
        raise say("grade", "Linux, or macOS with --sandbox none", "Windows", "WSL 2 will do.")
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from rich.markup import escape as escaped

    from minigen.course import grade as work
    from minigen.parallel import cores
    print_to = console()
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[loss]}"), console=print_to,
                  transient=True, disable=not print_to.is_terminal) as bars:
        task = bars.add_task("grading", total=None, loss="")
        marks, names, used = work.grade(folders, out, units=units or (), jobs=jobs or cores(), asked=sandbox, scheduler=scheduler, secret=secret, album=album, name=name,
                                        told=lambda done, total, name: bars.update(task, completed=done, total=total, loss=escaped(name)), trains=lambda title: reporter(bars, title))
    if used == "none":
        show("WARNING: --sandbox none: the files ran unprotected; whoever handed one in could have forged all of this")
    for line in work.summary(marks, units or ()):
        show(line)
    show(f"sandbox: {used}. Written into {out}: {', '.join(names)}")


@app.command(**FOR_TEACHERS)
def release(folder: Annotated[Path, typer.Argument(help="A new folder for the student's hand-out.")],
            autograder: Annotated[Optional[Path], typer.Option(help="Gradescope's bundle, not for students; without it autograder.zip beside the folder.")] = None,
            units: Annotated[Optional[list[str]], typer.Option(help="What Gradescope grades, such as u03 or HW1; may be repeated. All without it.")] = None,
            secret: Annotated[Optional[Path], typer.Option(help="A file with the class's secret for Gradescope; without it a new one.")] = None):
    """Make the student's hand-out, in which no answer stands, and the bundle for Gradescope (for teachers)."""
    import secrets

    from minigen.course import grade as grader
    from minigen.course import places
    from minigen.course import release as work
    house, bundle = places.house("solutions"), autograder or folder.resolve().parent / "autograder.zip"
    grader.chosen(units)
    if folder.resolve() in bundle.resolve().parents:
        raise say("--autograder", "a file outside of the hand-out", repr(str(bundle)), "It holds the hidden tests.")
    check_writable("--autograder", bundle, ".zip")
    told = grader.read_secret(secret, folder) if secret else secrets.token_hex(16).encode()
    made = work.release(house, folder)
    work.autograder(house, bundle, told, units or ())
    show(f"{folder}: {made.files} files, {made.sealed} answers sealed")
    show(f"{relative(bundle)}: for Gradescope; it holds the hidden tests, so keep it from students")


@app.command()
def game(tally: Annotated[Optional[Path], typer.Argument(help="What the class wrote: a CSV with round,answer,count. Without it the sheet to print is written.")] = None,
         out: Annotated[Optional[Path], typer.Option(help="The file; without it runs/game.html (the sheet) or runs/game.png (the tally).")] = None):
    """演員 or 老師 on paper: the sheet for ten minutes without a computer, and the class's result beside the exact shares."""
    from minigen.course import game as work
    path = out or Path("runs/game.html" if tally is None else "runs/game.png")
    rounds = work.read_tally(tally) if tally else None
    check_writable("--out", path, ".png" if tally else ".html")
    if rounds is None:
        work.write_sheet(path)
        show(f"sheet to print: {path}")
        return
    for line in work.draw(path, rounds):
        show(line)
    show(f"picture: {path}")


@app.command(**FOR_TEACHERS)
def bounty(files: Annotated[list[Path], typer.Argument(help="bounty_uNN_*.py, or folders that hold some.")],
           confirm: Annotated[Optional[str], typer.Option(help="One input on which it differs from the solution, such as "
                                                               "'softmax(np.zeros((1, 2)))': it then becomes a mutant.")] = None,
           seeds: Annotated[int, typer.Option(help="How many times the dice are thrown.", min=1)] = 3):
    """找碴獎: wrong answers that the hidden tests pass (for teachers; the files run on this machine, unprotected)."""
    from minigen.course import bounty as work
    from minigen.course import places
    house = places.house("solutions")
    handed_in = work.handed_in(files)
    if confirm:
        show(work.confirmed(house, handed_in, confirm))
        return
    for line in work.survivors(house, handed_in, seeds):
        show(line)


# What the commands share


def compile_all():
    """Compile all kernels behind a progress bar, and say how many and how long."""
    import time

    from minigen.warm import warm
    with progress_bars(console()) as bars:
        start, task = time.perf_counter(), bars.add_task("compiling", total=None, loss="")
        warm(lambda done, total, name: bars.update(task, completed=done, total=total, description=f"compiling for {name}"))
    from minigen import jit
    compiled = sum(bool(kernel.stats.cache_misses) for kernel in jit.KERNELS)
    kept = f"kept in {jit.CACHE_FOLDER}" if jit.CACHE_FOLDER else "not kept"
    show(f"{len(jit.KERNELS)} kernels ready in {time.perf_counter() - start:.1f} s: {compiled} compiled now, {kept}"
         if jit.KERNELS else "nothing compiled: NUMBA_DISABLE_JIT is set")


def cut_up(texts, n, most, path):
    """One line for each text: its pieces, a bar between words; spaces are not shown."""
    from collections import Counter

    from minigen.data import word_pieces
    from minigen.data.text import ASSETS, read_text
    known = read_text(path or ASSETS / "shakespeare.txt").lower()
    counts = Counter(run for run in word_pieces.runs(known) if run[0].isalpha())
    if not counts:
        raise say("--data", "a text with words", f"none in {str(path)!r}")
    merges = word_pieces.Merges(word_pieces.learn_merges(dict(counts.most_common(most)), n))
    for text in texts:
        cut = (word_pieces.apply_merges(run, merges) for run in word_pieces.runs(text.lower()))
        yield " | ".join(shown for shown in (" ".join(pieces).strip() for pieces in cut) if shown)


def show(text):
    """One line on standard output, whatever its encoding can carry."""
    print(text)


def new_folder(stem):
    """A name with the time in it that does not exist yet."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder, again = Path(f"{stem}-{stamp}"), 1
    while folder.exists():
        again += 1
        folder = Path(f"{stem}-{stamp}-{again}")
    return folder


def writable_folder(folder):
    """Make a folder and prove that files can be written there, before any work is done."""
    check_writable("--out", folder / "compare.json", shown=folder)
    return folder


def check_writable(option, path, suffix="", shown=None):
    """Raise UserError unless a file can be written at ``path``; whatever is made to find out is removed again."""
    path = Path(path)
    if path.is_dir():
        raise say(option, "a file", f"{str(path)!r}, which is a folder", "Add a file name to it.")
    if suffix and path.suffix.lower() != suffix:
        raise say(option, f"a file that ends in {suffix}", repr(str(path)), "The ending says what is written.")
    made, probe = [parent for parent in path.parents if not parent.exists()], path.with_name(f".{path.name[:40]}.probe")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
        for parent in made:                        # the innermost comes first
            parent.rmdir()
    except OSError as error:
        raise say(option, f"a {'folder' if shown else 'file'} that can be written", f"{str(shown or path)!r} ({error.strerror or error})",
                  f"Is {str(path.parent)!r} a folder with free space, in which you may write?") from None


def train_and_save(name, size, seed, data, lines, tile, model, out):
    """What ``train`` does, with whatever sits in the sockets."""
    recipe, dataset = load_recipe(name, size, data, lines, tile)
    model_name = model or recipe.main
    expect_in("--model", model_name, list(recipe.models), f"These are the models of {name}.")
    path = Path(out or f"runs/{name}-{model_name.replace(' ', '_')}.npz")
    check_writable("--out", path)
    result = fit_with_bar(recipe, model_name, dataset, size, seed)
    from minigen.measure import NATS_PER_BIT
    from minigen.recipes import checkpoint
    about = {"model": model_name, "size": size, "seed": seed, "seconds": result.seconds, "steps": result.best_step}
    checkpoint.save(path, result.model, dataset.codec, name, about)        # a second Ctrl-C loses the score only
    nats, kind = held_out_nats(result.model, dataset, seed, recipe.asked)
    checkpoint.save(path, result.model, dataset.codec, name, about | {"nats": nats, "bits_kind": kind})
    bound = {"bound": " at most", "mean over orders": " (mean over orders)"}.get(kind, "")
    show(f"saved {path}")
    if nats is None:
        show(f"no bits: what it learns are densities of continuous pixels; see minigen compare {name} --frontier for distances. {result.seconds:.0f} s")
    else:
        show(f"validation{bound} {nats:.4f} nats per {recipe.piece} ({nats / NATS_PER_BIT:.4f} bits), {result.seconds:.0f} s")
    if result.interrupted:
        raise UserError(f"stopped by Ctrl-C; the best parameters so far are in {path}")


def seats_for(files):
    """The context of ``--with``: nothing changes without files."""
    if not files:
        from contextlib import nullcontext
        return nullcontext()
    from minigen.course.plug import plugged
    return plugged(files)


def draw_and_show(name, strategy, passes, n, temperature, top_k, top_p, prompt, complete, film, length, from_, size, seed, data, lines, tile,
                  model, report, out):
    """What ``sample`` does, with whatever sits in the sockets."""
    import numpy as np
    from minigen.recipes import base
    from minigen.strategies.fill import can_compile, generate
    is_picture = name in ("sprites", "digits")
    model, codec, dataset, default, trained = model_to_draw_from(name, strategy, from_, model, size, seed, data, lines, tile, prompt)
    chosen = base.strategy(strategy or default, passes, temperature=temperature, top_k=top_k, top_p=top_p)
    condition, given, originals = condition_and_prompt(name, model, codec, dataset, n, prompt, complete)
    if report and "plan" not in chosen.keywords:
        raise say("--report", "a fixed plan, whose bits are exact", repr(strategy or default), "Of other strategies a bound at most is known: see minigen compare.")
    if length is not None and model.length not in (None, length):
        show(f"length: {model.length} instead of {length}: this model decides so many places")
    length = length or TEXT_LENGTH
    rehearse(model, chosen, condition, given, length)
    if passes is not None and (used := passes_used(model, chosen, given, passes)) < passes:
        show(f"passes: {used} instead of {passes}: only {used} places are open, and each pass decides one at least")
    model = trained()
    rng = np.random.default_rng(seed)
    film_too = film is not None
    if film_too and n > 1 and can_compile(model, chosen):          # only the first is filmed: the plain loop need not draw all
        first, frames = generate(model, chosen, 1, rng, condition=condition.rows(slice(1)), prompt=rows_of(given, slice(1)), length=length, film=True)
        others = generate(model, chosen, n - 1, rng, condition=condition.rows(slice(1, n)), prompt=rows_of(given, slice(1, n)), length=length)
        tokens = np.concatenate([first, others])
    else:
        drawn = generate(model, chosen, n, rng, condition=condition, prompt=given, length=length, film=film_too)
        tokens, frames = drawn if film_too else (drawn, None)
    bits = list(bits_of_each(model, tokens, chosen.keywords["plan"], condition)) if report else []
    if is_picture:
        path = out or Path(f"runs/{name}-{'completed' if complete else strategy or default}.png".replace(":", "_"))
        save_pictures(path, f"{name}, {strategy or default}", codec, tokens, given, originals, film, frames)
        show(f"{n} {'completion' if complete else 'sample'}{'' if n == 1 else 's'}: {path}")
        for line in bits:
            show(line)
    else:
        read = reader_of(name, codec, dataset, prompt)
        if prompt is None and (asked := first_question(name)):
            show(f"asked: {asked}")
        primed = 0 if prompt or given is None else len(given)       # the line's end that stood in for a prompt
        for one, line in zip_longest(tokens, bits):
            show(read(one[primed:]) + (f"    {line}" if line else ""))
            if model.length is None and n > 1:
                show("-" * 40)
        if film_too:
            from minigen import figures
            lost = figures.text_film(film, [read(frame[0]) if model.length else decode_open(codec, frame[0]) for frame in frames])
            if lost:
                show(f"No font here can draw {lost[:20]}: they show as squares. A font such as Noto Sans CJK mends that.")
    if film_too:
        show(f"film: {film}")


def bits_of_each(model, tokens, plan, condition):
    """One line for each sample: what it costs under the plan, exactly; for a table also what the plan can lose."""
    from minigen import measure
    from minigen.strategies import fill
    bits = -fill.log_prob(model, tokens, plan, condition) / measure.NATS_PER_BIT
    for one in bits:
        yield f"{one:.3f} bits, {one / tokens.shape[1]:.3f} for each of {tokens.shape[1]} places"


def load_recipe(name, size, path, lines, tile):
    """The recipe and its dataset, the user's own where ``--data`` is given."""
    expect_in("recipe", name, KINDS)
    from minigen.recipes import RECIPES
    from minigen.recipes.base import SIZES
    expect_in("--size", size, SIZES)
    recipe, sources = RECIPES[name], {}
    for option, value in (("data", path), ("lines", lines), ("tile", tile)):
        if value is None or value is False:
            continue
        if option not in recipe.sources:
            raise say(f"--{option}", f"a recipe that can use it ({', '.join(r for r in KINDS if option in RECIPES[r].sources)})",
                      repr(name))
        if option != "data" and path is None:
            raise say(f"--{option}", "--data beside it", "none", "It says how your own file is read.")
        sources["path" if option == "data" else option] = value
    return recipe, recipe.load(size, **sources)


def fit_with_bar(recipe, model_name, dataset, size, seed):
    """Train behind a progress bar."""
    from minigen.recipes import base
    with progress_bars(console()) as bars:
        return base.fit(recipe, model_name, dataset, size, seed, reporter(bars, f"{recipe.name}: {model_name}"))


def held_out_nats(model, dataset, seed, asked):
    """Nats per piece on all held-out data, and whether that is exact or a bound."""
    import numpy as np
    from minigen import measure
    from minigen.recipes import base
    bits, kind = base.bits(model, dataset, np.random.default_rng(seed), asked=asked)
    return (None if bits is None else bits * measure.NATS_PER_BIT), kind


def model_to_draw_from(name, strategy, path, model_name, size, seed, data, lines, tile, prompt):
    """A model to try everything on, its codec, the dataset or None, its strategy, and a function that trains it.

    A checkpoint is ready. A model that has to be trained comes untrained: enough to refuse a mistake
    before minutes of training.
    """
    import numpy as np
    from minigen.recipes import RECIPES, base, checkpoint
    recipe = RECIPES[name]
    if path:
        model, codec, made_for, about = checkpoint.load(path)
        if made_for != name:
            raise say("recipe", repr(made_for), repr(name), f"{path.name!r} was trained as {made_for}.")
        rows = [row for row in recipe.every_row if row.model == about.get("model")]
        return model, codec, None, rows[0].strategy if rows else "one_by_one", lambda: model
    rows = [row for row in recipe.every_row if row.model in recipe.models]
    if model_name:
        expect_in("--model", model_name, list(recipe.models), f"These are the models of {name}.")
        rows = [row for row in rows if row.model == model_name]
    elif name == "answers" and (strategy == "all_at_once" or strategy.startswith("in_blocks")):
        # The truth itself, decided at once: nothing but the strategy can be blamed for 演師.
        from minigen.data import answers_table
        from minigen.recipes.answers import table
        answers = answers_table()
        exact = table(answers, which_question(prompt))
        return exact, answers.codec, answers.items, strategy, lambda: exact
    elif strategy:
        # The model that this strategy was made for, or the main one, which says what is wrong with a plan.
        made_for = recipe.rows_for(strategy)
        if not made_for and not base.is_plan(strategy):
            kinds = ", ".join(kind for kind in KINDS if RECIPES[kind].rows_for(strategy))
            raise say("--strategy", f"one that a network of {name} is made for", repr(strategy), f"It goes with {kinds}.")
        rows = made_for or rows
    recipe, dataset = load_recipe(name, size, data, lines, tile)
    model, training = recipe.models[rows[0].model](dataset, size, np.random.default_rng(seed))

    def trained():
        if training is None:                       # counts: built is trained
            return model
        result = fit_with_bar(recipe, rows[0].model, dataset, size, seed)
        if result.interrupted:
            raise KeyboardInterrupt
        return result.model
    return model, dataset.codec, dataset, rows[0].strategy, trained


def rows_of(given, rows):
    """Those rows of a prompt, which is one for all or one for each."""
    import numpy as np
    return given[rows] if np.ndim(given) == 2 else given


def rehearse(model, strategy, condition, given, length):
    """One canvas, one pass: a strategy or a prompt that does not go with the model is refused here."""
    import numpy as np
    from minigen.strategies.fill import blank, shared_latent
    if strategy.func is shared_latent and not (getattr(model, "latent_width", 0) or hasattr(model, "latent_logits")):
        raise say("--strategy", "a strategy without a latent for this model", "'shared_latent'",
                  f"{type(model).__name__} has no latent that the pieces could share.")
    canvas = blank(model, 1, rows_of(given, slice(1)), length)
    next(iter(strategy(model, canvas, np.random.default_rng(0), condition.rows(slice(0, 1)))), None)


def passes_used(model, strategy, given, passes):
    """How many passes a strategy makes: no more than there are open places, except where floats are refined."""
    import numpy as np
    from minigen.strategies.diffusion import diffusion
    if strategy.func is diffusion or model.length is None:
        return passes
    from minigen.strategies import mask_predict
    still_open = model.length if given is None else model.length - int((np.atleast_2d(given)[0] != model.vocab_size).sum())
    return mask_predict.passes_used(still_open, passes)


def condition_and_prompt(name, model, codec, dataset, n, prompt, complete):
    """What the canvases know before they are drawn: labels in turn, a prompt in tokens; originals of completed pictures."""
    import numpy as np
    from minigen.protocols import Condition
    from minigen.recipes import base
    condition = base.in_turn(model, n)
    if name == "answers":
        return Condition(label=np.full(n, which_question(prompt))), None, None
    from minigen.recipes import PAGES, RECIPES
    if name in PAGES:
        words, question = asked_of(name, dataset, prompt)
        return words.condition_of(np.full(n, question)), None, None
    if complete:
        held_out = dataset or RECIPES[name].load("small")
        if held_out.codec.settings() != codec.settings():
            raise say("--complete", "a model of the shipped pictures", "one of other pictures",
                      "Leave --from away and give --data: then the held-out ones are known.")
        chosen = np.arange(n) % len(held_out.valid)
        originals = held_out.valid[chosen]
        given = np.full((n, model.length), model.vocab_size)
        given[:, :model.length // 2] = originals[:, :model.length // 2]
        if condition.label is not None:
            condition = Condition(label=held_out.valid_label[chosen])
        return condition, given, originals
    if prompt:
        return condition, codec.encode_prompt(prompt), None
    # Running text has no beginning: a line's end is the least that can stand before a line.
    return condition, codec.encode_prompt("\n") if model.length is None and "\n" in codec.characters else None, None


def which_question(prompt):
    """The label of the question that the prompt names; the lecture's own without one."""
    from minigen import data
    from minigen.recipes.answers import ask
    answers = data.answers_table()
    label = ask(prompt, answers) if prompt else 0
    if label is None:
        expect_in("--prompt", prompt, [question.text for question in answers.questions], "A part that only one has is enough.")
    return label


def first_question(name):
    """What is asked of a recipe of questions where nobody says; None of others."""
    from minigen import data
    from minigen.recipes import PAGES
    return data.answers_table().questions[0].text if name == "answers" else PAGES[name].questions[0] if name in PAGES else None


def asked_of(name, dataset, prompt):
    """The questions of pinyin or english, and the number of the one that is asked."""
    from minigen.recipes import RECIPES
    words = dataset or RECIPES[name].load("small")
    return words, words.find(prompt if prompt is not None else first_question(name))


def reader_of(name, codec, dataset, prompt):
    """How tokens are read aloud: words of pinyin and english in 繁體中文, as far as that is known."""
    from minigen.data.counted import traditional
    from minigen.recipes import PAGES
    if name not in PAGES:
        return codec.decode
    words, question = asked_of(name, dataset, prompt)
    taiwan = PAGES[name].taiwan()
    return lambda tokens: traditional(words.questions[question], codec.decode(tokens), taiwan)


def decode_open(codec, tokens):
    """Running text so far: what is still open is not shown."""
    return codec.decode(tokens[tokens != codec.vocab_size])


def save_pictures(path, heading, codec, tokens, given, originals, film, frames):
    """A contact sheet, or completions beside the real ones; and the film of the first."""
    import numpy as np
    from minigen import figures
    if originals is not None:
        figures.completions(path, [(codec.to_rgb(g), codec.to_rgb(t[None]), codec.to_rgb(r))
                                   for g, t, r in zip(given, tokens, originals)])
    else:
        figures.contact_sheet(path, [(heading, codec.to_rgb(tokens))])
    if film:
        pictures, drawn = frames[:, 0], frames.dtype.kind != "f"
        if drawn:                                  # a film of noise begins with what the first pass has left of it
            first = given[0] if given is not None else np.full(tokens.shape[1], codec.vocab_size)
            pictures = np.concatenate([first[None], pictures])
        figures.film(film, [(heading, codec.to_rgb(pictures))], first_pass=0 if drawn else 1)


def show_warning(message, category, *where, show_others=warnings.showwarning):
    """A warning of minigen's own in one line; others as Python shows them."""
    if category.__module__.startswith("minigen."):
        print("minigen:", message, file=sys.stderr)
    else:
        show_others(message, category, *where)


def main():
    """Run the command line; a user's mistake is one line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):         # a terminal that cannot show a character gets a "?", not a crash
            stream.reconfigure(errors="replace")
    try:
        with warnings.catch_warnings():
            warnings.showwarning = show_warning
            if app(standalone_mode=False) == 130:  # how newer typers say Ctrl-C; older ones raise
                raise KeyboardInterrupt
    except UserError as error:
        print("minigen:", " ".join(str(error).split()), file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("minigen: stopped by Ctrl-C", file=sys.stderr)
        sys.exit(2)
    except ImportError:
        if not Path(__file__).with_name("sealed.py").exists():
            raise
        print("minigen: this is a teacher's command, which the student's hand-out does not have", file=sys.stderr)
        sys.exit(2)
    except Exception as error:
        # typer raises click's exceptions, from click or from a copy of its own: known by what they can do.
        if type(error).__name__ == "Abort":
            print("minigen: stopped by Ctrl-C", file=sys.stderr)
            sys.exit(2)
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            sys.exit(0)
        if hasattr(error, "format_message"):
            message = " ".join(error.format_message().split()).rstrip(".")
            print(f"minigen: {message}. Try minigen --help.", file=sys.stderr)
            sys.exit(2)
        raise


if __name__ == "__main__":
    main()
