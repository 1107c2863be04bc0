"""The command line as a student meets it: in this process where possible, as a process where that matters."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from minigen import __main__ as command_line
from minigen.recipes import PAGES, checkpoint
from commands import minigen

KINDS = command_line.KINDS
TINY = ("--size", "tiny")


def process(*args, **settings):
    """``python -m minigen ARGS`` as a process of its own."""
    return subprocess.run([sys.executable, "-m", "minigen", *map(str, args)], capture_output=True, timeout=120, **settings)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One tiny model of each recipe: {name: (checkpoint, what train printed)}."""
    folder = tmp_path_factory.mktemp("trained")
    done = {name: minigen(folder, "train", name, *TINY, "--out", f"{name}.npz") for name in KINDS}
    assert {name: (each.code, each.err) for name, each in done.items()} == {name: (0, "") for name in KINDS}
    return {name: (folder / f"{name}.npz", each.out) for name, each in done.items()}


@pytest.fixture
def draw(trained, tmp_path):
    """draw(name, *args): ``minigen sample`` from the tiny checkpoint, in tmp_path; it has to go well."""
    def sample(name, *args):
        done = minigen(tmp_path, "sample", name, "--from", trained[name][0], *args)
        assert (done.code, done.err) == (0, "")
        return done.out
    return sample


@pytest.fixture
def theirs(tmp_path):
    """What a user may have lying about: texts, pictures, things that are neither."""
    rng = np.random.default_rng(0)
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "short.txt").write_text("To be, or not")
    (tmp_path / "binary.txt").write_bytes(b"\x89PNG\0\xff" * 400)
    (tmp_path / "running.txt").write_text("the cat sat on the mat\n" * 100)
    (tmp_path / "lines.txt").write_text("\n".join(f"cat {i} sat" for i in range(60)))
    sheet = rng.choice(np.array([0, 90, 200], np.uint8), (24, 32, 3))
    Image.fromarray(sheet).save(tmp_path / "sheet.png")                  # 3 x 4 tiles of 8 x 8
    (tmp_path / "pngs").mkdir()
    for i in range(12):
        Image.fromarray(sheet[i % 3 * 8:i % 3 * 8 + 8, i // 3 * 8:i // 3 * 8 + 8]).save(tmp_path / "pngs" / f"{i}.png")
    (tmp_path / "no_pngs").mkdir()
    return tmp_path


def opened(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def ends(path):
    """The first and the last frame of a GIF, and how many there are."""
    with Image.open(path) as image:
        assert image.format == "GIF"
        frames = []
        for i in (0, image.n_frames - 1):
            image.seek(i)
            frames.append(np.asarray(image.convert("RGB")))
        return *frames, image.n_frames


def left(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# Bad input: one clear line, exit code 2, nothing left behind

BAD = {
    "no such command": ("bogus", "bogus"),
    "no such option": ("train text --bogus", "--bogus"),
    "no such recipe": ("train bogus", "bogus"),
    "no such recipe to sample": ("sample bogus", "bogus"),
    "no such kind": ("compare names bogus", "bogus"),
    "no such size": ("train text --size huge", "huge"),
    "no such size to compare": ("compare names --size huge", "huge"),
    "no such model": ("train text --model bogus", "bogus"),
    "no such model to sample": ("sample text --model bogus", "bogus"),
    "no such strategy": ("sample names --strategy bogus", "bogus"),
    "blocks of nothing": ("sample names --strategy in_blocks:x", "in_blocks:x"),
    "blocks of none": ("sample names --strategy in_blocks:0", "0"),
    "no name": ("train", "name"),
    "no samples": ("sample names --n 0", "--n"),
    "a number that is none": ("sample names --n many", "--n"),
    "a negative seed": ("sample names --seed=-1", "--seed"),
    "no length": ("sample text --length 0", "--length"),
    "temperature below 0": ("sample names --temperature=-1", "temperature"),
    "top-k of none": ("sample names --top-k 0", "top_k"),
    "top-p above 1": ("sample names --top-p 2", "top_p"),
    "complete a text": ("sample text --complete", "--complete"),
    "prompt a picture": ("sample sprites --prompt a", "--prompt"),
    "a text into a picture file": ("sample names --out names.png", "--out"),
    "a film that is no GIF": ("sample names --film film.png", "film.png"),
    "a missing text": ("train text --data nowhere.txt", "nowhere.txt"),
    "an empty text": ("train text --data empty.txt", "empty.txt"),
    "a binary text": ("train text --data binary.txt", "binary.txt"),
    "a folder as a text": ("train text --data pngs", "pngs"),
    "a short text": ("train text --data short.txt", "13"),
    "too few lines": ("train names --data short.txt --lines", "lines"),
    "lines of nothing": ("train names --lines", "--lines"),
    "a tile of nothing": ("train sprites --tile 8", "--tile"),
    "a tile of a text": ("train text --data running.txt --tile 8", "--tile"),
    "data for the table": ("train answers --data running.txt", "--data"),
    "missing pictures": ("train sprites --data nowhere", "nowhere"),
    "a folder without PNGs": ("train sprites --data no_pngs", "no_pngs"),
    "a text as pictures": ("train sprites --data running.txt --tile 8", "running.txt"),
    "a sheet without --tile": ("train sprites --data sheet.png", "sheet.png"),
    "a tile that does not divide": ("train sprites --data sheet.png --tile 7", "sheet.png"),
    "a tile of 0": ("train sprites --data sheet.png --tile 0", "tile"),
    "a checkpoint under a file": ("train names --size tiny --out short.txt/new/names.npz", "short.txt/new/names.npz"),
    "a checkpoint on a folder": ("train names --size tiny --out pngs", "pngs"),
    "a comparison under a file": ("compare names --size tiny --out short.txt/new", "short.txt/new"),
    "a comparison on a file": ("compare names --size tiny --out short.txt", "short.txt"),
    "a picture under a file": ("sample sprites --out short.txt/sprites.png", "short.txt/sprites.png"),
    "a film under a file": ("sample names --film short.txt/film.gif", "--film"),
    "a missing checkpoint": ("sample names --from nowhere.npz --film new/folder/film.gif", "nowhere.npz"),
    "a text as a checkpoint": ("sample names --from running.txt", "running.txt"),
    "a folder as a checkpoint": ("sample names --from pngs", "pngs"),
    # Refused before any training: the default size would take a minute.
    "a character never seen": ("sample text --prompt To€be", "€"),
    "a prompt longer than a name": ("sample names --prompt " + "a" * 60, "60"),
    "no such question": ("sample answers --prompt bogus", "bogus"),
    "no such English word": ("sample english --prompt abilty", "Did you mean ability?"),
    "blocks from a causal model": ("sample sprites --strategy in_blocks:4 --model pixel_lm", "pixel_lm"),
    "all at once from a causal model": ("sample names --strategy all_at_once --model char_lm", "char_lm"),
    "a latent where there is none": ("sample names --strategy shared_latent", "It goes with sprites, digits, answers."),
    "noise where there are no pictures": ("sample names --strategy diffusion", "It goes with sprites, digits."),
    "a latent from another model": ("sample names --strategy shared_latent --model char_lm", "shared_latent"),
}


def is_one_clear_line(done, name):
    assert done.code == 2, done
    assert done.out == ""
    assert done.err.startswith("minigen: ") and done.err.endswith("\n") and done.err.count("\n") == 1, done.err
    assert name in done.err
    assert "Traceback" not in done.err and 'File "' not in done.err


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_is_one_clear_line_and_leaves_nothing(theirs, case):
    command, name = BAD[case]
    before = left(theirs)
    is_one_clear_line(minigen(theirs, *command.split()), name)
    assert left(theirs) == before


def test_a_checkpoint_that_is_none_is_one_clear_line(theirs, trained):
    whole = trained["names"][0].read_bytes()
    (theirs / "cut.npz").write_bytes(whole[:len(whole) // 2])
    np.savez(theirs / "foreign.npz", weights=np.ones(3))
    np.savez(theirs / "pickled.npz", weights=np.array([{}], dtype=object))
    before = left(theirs)
    for name in ("cut.npz", "foreign.npz", "pickled.npz"):
        is_one_clear_line(minigen(theirs, "sample", "names", "--from", name), name)
    is_one_clear_line(minigen(theirs, "sample", "poems", "--from", trained["names"][0]), "names.npz")
    is_one_clear_line(minigen(theirs, "sample", "names", "--from", trained["names"][0], "--model", "ngram"), "--model")
    is_one_clear_line(minigen(theirs, "sample", "text", "--from", trained["text"][0], "--prompt", "To\x01"), r"'\x01'")
    is_one_clear_line(minigen(theirs, "sample", "text", "--from", trained["text"][0], "--strategy", "shared_latent"), "shared_latent")
    assert left(theirs) == before


# As a process


def test_help_answers_without_what_is_slow():
    """--help of every command; neither numba nor matplotlib nor numpy is loaded for it."""
    code = ("import sys; from minigen.__main__ import main; sys.argv = ['minigen', *sys.argv[1:]]\n"
            "try: main()\nexcept SystemExit as stop: assert not stop.code\n"
            "print('LOADED', *({'numba', 'llvmlite', 'matplotlib', 'numpy', 'PIL'} & set(sys.modules)))")
    for args, word in (((), "compare"), (("--help",), "doctor"), (("compare", "--help"), "--out"), (("sample", "--help"), "--film")):
        done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        assert word in done.stdout and done.stdout.split("LOADED")[1].split() == []


def test_python_m_minigen_is_minigen():
    done = process("--help")
    assert done.returncode == 0 and b"Usage: python -m minigen" in done.stdout and done.stderr == b""


def test_chinese_does_not_crash_a_western_pipe(trained, tmp_path):
    """Piped, and with an encoding that has no Chinese: characters are replaced, nothing else happens."""
    western = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = process("sample", "poems", "--from", trained["poems"][0], "--n", "2", "--prompt", "月", env=western, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"?") >= 2
    done = process("sample", "answers", "--prompt", "的的", env=western, cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.startswith(b"minigen: --prompt: expected one of ??????")


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to one process and reads a terminal")
def test_ctrl_c_in_training_keeps_a_checkpoint_that_loads(tmp_path):
    """After the first steps on the progress bar: the best parameters so far are saved, scored and usable."""
    import pty
    ours, its = pty.openpty()
    running = subprocess.Popen([sys.executable, "-m", "minigen", "train", "names", "--size", "full", "--out", "names.npz"],
                               cwd=tmp_path, stdin=its, stdout=its, stderr=subprocess.PIPE,
                               env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
                               # Who starts pytest in the background may have told all that it starts to ignore Ctrl-C.
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    os.close(its)
    shown, limit = b"", time.monotonic() + 120
    try:
        while b"loss" not in shown:                # the bar has a loss after its first step
            assert time.monotonic() < limit and running.poll() is None, shown
            shown += os.read(ours, 65536)
        running.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):         # how Linux says that the other end is closed
            while part := os.read(ours, 65536):
                shown += part
        assert running.wait(timeout=120) == 2
    finally:
        running.kill()
        errors = running.stderr.read()
        running.stderr.close()
        running.wait()
        os.close(ours)
    shown = shown.decode(errors="replace")
    assert errors.decode() == "minigen: stopped by Ctrl-C; the best parameters so far are in names.npz\n"
    assert "saved names.npz" in shown and "validation" in shown and "Traceback" not in shown
    model, codec, recipe, about = checkpoint.load(tmp_path / "names.npz")
    assert recipe == "names" and about["steps"] < 700 and np.isfinite(about["nats"])
    assert left(tmp_path) == ["names.npz"]


# What goes well


@pytest.mark.parametrize("name", KINDS)
def test_train_ends_with_the_score_and_its_checkpoint_draws(trained, draw, tmp_path, name):
    path, printed = trained[name]
    piece = "pixel" if name in ("sprites", "digits") else "character"
    score = re.fullmatch(rf"validation(?: \(mean over orders\))? (\d+\.\d{{4}}) nats per {piece} \((\d+\.\d{{4}}) bits\), \d+ s", printed.splitlines()[-1])
    assert score, printed
    assert float(score[1]) == pytest.approx(float(score[2]) * np.log(2), abs=1e-4)
    assert checkpoint.load(path)[3]["nats"] == pytest.approx(float(score[1]), abs=1e-4)
    printed = draw(name, "--n", "2", *(("--out", "two.png") if piece == "pixel" else ("--length", "40")))
    if piece == "pixel":
        assert opened(tmp_path / "two.png").ndim == 3
        assert left(tmp_path) == ["two.png"]
    else:
        assert len(printed) >= 2 and left(tmp_path) == []


def test_the_same_seed_draws_the_same(draw, tmp_path):
    assert draw("names", "--seed", "3") == draw("names", "--seed", "3") != draw("names", "--seed", "4")
    for file in ("a.png", "b.png"):
        draw("digits", "--n", "4", "--seed", "3", "--out", file)
    np.testing.assert_array_equal(opened(tmp_path / "a.png"), opened(tmp_path / "b.png"))


def test_a_prompt_stays_at_the_beginning(draw):
    assert all(line.startswith("anna") for line in draw("names", "--prompt", "anna", "--n", "5").splitlines())
    assert draw("text", "--prompt", "To be, ", "--length", "30").startswith("To be, ")
    assert all(line.startswith("明月") for line in draw("poems", "--prompt", "明月", "--n", "3").splitlines())


def test_temperature_0_and_top_k_1_take_the_likeliest(draw):
    cold = draw("names", "--temperature", "0", "--n", "3").splitlines()
    assert len(set(cold)) == 1 and cold == draw("names", "--top-k", "1", "--n", "3").splitlines()


def test_all_at_once_gives_impossible_answers_where_one_by_one_has_none(tmp_path):
    """README's own line: the exact table, decided at once; 200 answers, each 1/4: a false alarm is below 1e-24."""
    done = minigen(tmp_path, "sample", "answers", "--prompt", "李宏毅", "--strategy", "all_at_once", "--n", "200")
    assert done.code == 0 and set(done.out.split()) == {"演員", "老師", "演師", "老員"}


def test_what_is_asked_of_english_and_pinyin(draw):
    """However it is typed, the same question; another one draws something else; two characters a line, under every strategy."""
    for name, typed, other in (("english", ("ability", " Ability "), "teacher"), ("pinyin", ("gong shi", "Gong1 shi4"), "yi yi")):
        first, second, third = (draw(name, "--prompt", prompt, "--n", "20") for prompt in (*typed, other))
        assert first == second != third
        for strategy in ("one_by_one", "all_at_once", "mask_predict", "surest_first"):
            passes = ("--passes", "2") if strategy in ("mask_predict", "surest_first") else ()
            assert [len(line) for line in draw(name, "--prompt", typed[0], "--strategy", strategy, *passes, "--n", "3").splitlines()] == [2, 2, 2]


def test_a_film_of_a_sprite_and_of_a_text(draw, tmp_path):
    draw("sprites", "--film", "sprite.gif", "--n", "1", "--out", "sprite.png")
    first, last, frames = ends(tmp_path / "sprite.gif")
    assert frames > 50 and (first != last).any()
    printed = draw("text", "--film", "text.gif", "--length", "30")
    first, last, frames = ends(tmp_path / "text.gif")
    assert frames > 10 and (first != last).any() and "film: text.gif" in printed
    draw("poems", "--film", "poem.gif", "--n", "1")            # squares where there is no font, but a film
    assert ends(tmp_path / "poem.gif")[2] > 1


def test_a_film_shows_the_first_of_many(draw, tmp_path):
    """It is drawn alone by the plain loop, so it is who would come alone; the others are there all the same."""
    many, alone = (draw("names", "--film", f"{n}.gif", "--n", f"{n}").splitlines() for n in (5, 1))
    assert len(many) == 6 and many[0] == alone[0] and len(set(many[:5])) > 1
    assert np.array_equal(ends(tmp_path / "5.gif")[1], ends(tmp_path / "1.gif")[1])


def test_a_length_that_a_model_does_not_have_is_said(draw):
    assert draw("names", "--length", "100", "--n", "1").startswith("length: 14 instead of 100")
    assert "instead" not in draw("names", "--length", "14", "--n", "1") + draw("text", "--length", "20")


def test_pinyin_and_english_answer_in_traditional_characters(draw):
    """And say what was asked where nobody did."""
    for name, first in (("pinyin", "shi shi"), ("english", "ability")):
        asked, *answers = draw(name, "--n", "200").splitlines()
        taiwan = PAGES[name].taiwan()
        changed = {word for (question, word), told in taiwan.items() if question == first and word != told[0]}
        assert asked == f"asked: {first}" and len(answers) == 200 and changed and changed.isdisjoint(answers)
    assert draw("answers", "--n", "1").startswith("asked: 李宏毅")


def test_completed_pictures_keep_their_upper_half(draw, tmp_path):
    """The page shows the given half, the completed one and the real one: three columns."""
    draw("digits", "--complete", "--n", "3", "--out", "half.png")
    sheet = opened(tmp_path / "half.png")
    draw("digits", "--n", "3", "--out", "whole.png")
    assert sheet.shape != opened(tmp_path / "whole.png").shape
    assert draw("digits", "--complete", "--n", "1").strip() == "1 completion: runs/digits-completed.png"
    lilac = (sheet == [240, 200, 255]).all(-1)
    assert lilac.any() and lilac[:, :sheet.shape[1] // 3].sum() == lilac.sum()      # only "given" has open places


def test_your_own_text(theirs):
    for args, piece, short in ((("text", "--data", "running.txt"), "cat", ("--length", "20")), (("names", "--data", "lines.txt", "--lines"), "cat 1 sat", ())):
        done = minigen(theirs, "train", *args, *TINY, "--out", "own.npz")
        assert (done.code, done.err) == (0, "") and "validation" in done.out
        done = minigen(theirs, "sample", args[0], "--from", "own.npz", "--prompt", piece[:3], "--n", "1", *short)
        assert done.code == 0 and done.out.startswith(piece[:3])
        assert set(done.out) <= set((theirs / args[2]).read_text() + "\n")


def test_your_own_pictures(theirs):
    for args in (("--data", "pngs"), ("--data", "sheet.png", "--tile", "8")):
        done = minigen(theirs, "train", "sprites", *args, *TINY, "--out", "own.npz")
        assert (done.code, done.err) == (0, "")
        codec = checkpoint.load(theirs / "own.npz")[1]
        assert (codec.height, codec.width) == (8, 8)
        done = minigen(theirs, "sample", "sprites", "--from", "own.npz", "--n", "2", "--out", "own.png")
        assert done.code == 0 and opened(theirs / "own.png").size
        # Its checkpoint does not know which pictures were held out.
        is_one_clear_line(minigen(theirs, "sample", "sprites", "--from", "own.npz", "--complete"), "--complete")
    done = minigen(theirs, "sample", "sprites", *args, *TINY, "--complete", "--n", "1", "--out", "half.png")
    assert (done.code, done.err) == (0, "") and opened(theirs / "half.png").size


def test_a_sample_without_a_checkpoint_trains_first_and_prints_nothing_else(tmp_path):
    done = minigen(tmp_path, "sample", "names", *TINY, "--n", "3")
    assert (done.code, done.err) == (0, "") and len(done.out.splitlines()) == 3


def test_doctor_ends_with_a_verdict(tmp_path):
    done = minigen(tmp_path, "doctor")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "verdict: minigen works here"
    assert f"numpy {np.__version__}" in done.out


def test_doctor_warm_says_how_many_kernels_are_ready(tmp_path, monkeypatch):
    """What warm() itself does is tested in test_warm; here a progress bar that it may drive, and one line."""
    from minigen import warm
    monkeypatch.setattr(warm, "warm", lambda report: [report(done, 2, "names: ngram") for done in range(3)])
    done = minigen(tmp_path, "doctor", "--warm")
    assert (done.code, done.err) == (0, "") and done.out.splitlines()[-1] == "verdict: minigen works here"
    assert re.search(r"^\d+ kernels ready in \d+\.\d s: \d+ compiled now, (not )?kept|^nothing compiled", done.out, re.MULTILINE)


@pytest.mark.skipif(bool(os.environ.get("NUMBA_DISABLE_JIT")), reason="nothing is compiled here")
def test_broken_compiled_code_costs_one_line_once(tmp_path):
    """Every file of the cache is cut short: the next command says so in one line and works, the one after says nothing."""
    words = []
    for _ in range(3):
        done = process("doctor", env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)})
        assert done.returncode == 0 and done.stdout.endswith(b"verdict: minigen works here\n")
        words.append(done.stderr.decode())
        if not words[1:]:
            files = [path for path in tmp_path.rglob("*.nb?")]
            assert len(files) > 1
            for path in files:
                path.write_bytes(path.read_bytes()[:-1000])
    assert words[0] == words[2] == "" and re.fullmatch(r"minigen: compiled code in .* is broken and is compiled again[^\n]*\n", words[1])


def test_warnings_of_others_are_shown_as_python_does():
    """Only minigen's own are cut down to a line; a NumPy warning still says where it came from."""
    with pytest.warns(RuntimeWarning, match="overflow") as others:
        command_line.show_warning("overflow", RuntimeWarning, "there.py", 7)
    assert (others[0].filename, others[0].lineno) == ("there.py", 7)


def test_report_says_what_each_sample_costs(tmp_path):
    """Bits under the plan: 演員 or 老師 one bit one by one, two bits at once; with a latent there is no exact figure."""
    for strategy, bits in (("all_at_once", "2.000"), ("in_blocks:1", "1.000")):
        done = minigen(tmp_path, "sample", "answers", "--strategy", strategy, "--report", "--n", "3")
        assert done.code == 0 and [line.split()[1] for line in done.out.splitlines()[1:]] == [bits] * 3, done
    done = minigen(tmp_path, "sample", "digits", "--size", "tiny", "--n", "2", "--strategy", "all_at_once", "--report")
    assert done.code == 0 and done.out.count(" bits, ") == 2
    done = minigen(tmp_path, "sample", "digits", "--size", "tiny", "--strategy", "shared_latent", "--report")
    assert done.code == 2 and done.err.startswith("minigen: --report: expected a fixed plan")
