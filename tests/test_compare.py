"""The main job at size tiny, once: what is written, and whether the figures obey the laws."""

import contextlib
import io
import json
import math
import sys
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from minigen import __main__ as command_line
from minigen import tables as terminal
from minigen import compare as work
from minigen import data
from minigen.recipes import PAGES, RECIPES
from minigen.strategies.plans import in_blocks

ROW_KEYS = {"strategy", "model", "passes", "seconds", "per_s", "bits", "bits_kind", "impossible"}
FALSE_ALARM = 1e-6             # of all comparisons of drawn with exact shares together
DRAWN = 64                     # answers to each question at size tiny


def compare(folder, *args):
    """``minigen compare ARGS --size tiny`` into ``folder``: what was printed, and compare.json."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.setattr(sys, "argv", ["minigen", "compare", *args, "--size", "tiny", "--out", str(folder)])
        command_line.main()

    def refuse(constant):
        raise AssertionError(f"{constant} in compare.json")
    return out.getvalue(), json.loads((folder / "compare.json").read_text("utf-8"), parse_constant=refuse)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """One comparison of everything: (folder, what was printed, compare.json without NaN)."""
    folder = tmp_path_factory.mktemp("compared") / "new"
    return folder, *compare(folder)


@pytest.fixture(scope="module")
def tables(done):
    return {table["kind"]: table["rows"] for table in done[2]["tables"]}


def row(rows, strategy, model):
    found = [each for each in rows if (each["strategy"], each["model"]) == (strategy, model)]
    assert len(found) == 1
    return found[0]


def pictures(path):
    """All frames of a picture or a film."""
    with Image.open(path) as image:
        frames = []
        for i in range(getattr(image, "n_frames", 1)):
            image.seek(i)
            frames.append(np.asarray(image.convert("RGB")))
    return frames


# What is written


def test_the_keys_are_those_that_were_promised(done):
    written = done[2]
    assert {"machine", "seed", "size", "tables", "lecture"} <= set(written)
    assert (written["seed"], written["size"]) == (0, "tiny")
    assert written["machine"]["cores"] >= 1 and written["machine"]["numpy"] == np.__version__
    assert [table["kind"] for table in written["tables"]] == list(command_line.KINDS)
    assert [each["row"] for each in written["lecture"]] == ["speed", "quality", "use", "N shots"]
    for table in written["tables"]:
        for each in table["rows"]:
            assert ROW_KEYS <= set(each), (table["kind"], each)
            assert each["bits_kind"] in ("exact", "bound", None)
            assert (each["bits"] is None) == (each["bits_kind"] is None)
            assert each["seconds"] is None or each["seconds"] > 0 and each["per_s"] > 0
            assert each["impossible"] is None or -1e-9 <= each["impossible"] <= 1


def test_the_files_are_there_and_open(done):
    folder, printed, written = done
    files = {"compare.json", "frontier.json", "length.png", *(file for table in written["tables"] for file in table["files"])}
    assert {path.name for path in folder.iterdir()} == files
    assert {"sprites.png", "sprites.gif", "sprites_completed.png", "digits.png"} <= files
    assert all(file in printed for file in files)
    for file in files - {"compare.json", "frontier.json"}:
        frame = pictures(folder / file)[0]
        assert min(frame.shape[:2]) > 100 and len(np.unique(frame)) > 2


def test_samples_of_every_point_stand_beside_a_frontier_of_pictures(tmp_path, monkeypatch):
    """One block each, with the pixels of its samples: real digits here, and empty ones."""
    dataset = RECIPES["digits"].load("tiny")
    real, empty = dataset.valid[:work.frontier.SHOWN], np.zeros((work.frontier.SHOWN, dataset.length), int)
    monkeypatch.setattr(work.frontier, "frontier", lambda *_: ([], "", [("real, held out", real), ("empty, 2 passes", empty)]))
    monkeypatch.setattr(work, "show_frontier", lambda *_: None)
    made = work.Table("digits", "Digits", "pixel", "", [])
    work.add_frontier(made, RECIPES["digits"], dataset, [SimpleNamespace(length=64)], {}, "tiny", 0, tmp_path)
    page = pictures(tmp_path / made.files[0])[0]
    wide = dataset.codec.to_rgb(real)[:, 3].repeat(work.SAMPLE_WIDE // dataset.codec.width, axis=1)        # a row of pixels of each
    assert all(line.tobytes() in page.tobytes() for line in wide) and len(np.unique(wide)) > 2


def test_the_film_begins_open_and_ends_drawn(done):
    """Three canvases side by side: all open, one shot done at once, one by one still at work, all done."""
    frames = pictures(done[0] / "sprites.gif")
    open_places = [int((frame == [240, 200, 255]).all(-1).sum()) for frame in frames]     # one of the two lilacs
    assert len(frames) > 50
    assert open_places[0] > 2 * open_places[1] > 0 and open_places[-1] == 0
    assert all(now >= then for now, then in zip(open_places, open_places[1:]))
    assert (frames[0] != frames[-1]).any()


# Figures that obey their laws


def test_passes_are_the_length_or_one(tables):
    length = {"text": 256, "poems": 33, "names": 14, "sprites": 400, "digits": 64, "answers": data.answers_table().length, "pinyin": 2, "english": 2}
    blocks, truths = len(in_blocks(2)(length["answers"])), [page.truth for page in PAGES.values()]
    for kind, rows in tables.items():
        for each in rows:
            expected = {"one_by_one": length[kind], "in_blocks:2": blocks, "real, held out": None, "cascade": 3, "length_first": 2,
                        "mask_predict": 2, "surest_first": 2}.get(each["strategy"], 1)
            assert each["passes"] == (None if each["seconds"] is None and each["model"] not in truths else expected), (kind, each)


def test_only_the_latent_decoder_and_the_cascade_are_bounds(tables):
    for rows in tables.values():
        for each in rows:
            assert (each["bits_kind"] == "bound") == (each["model"] in ("latent decoder", "cascade"))


def test_a_mixture_loses_less_than_a_bit_to_the_better_half(tables):
    """-log2 of the mean of two probabilities is at most 1 more than that of either, token by token."""
    for kind in ("text", "poems", "names"):
        mixed, *both = (row(tables[kind], "one_by_one", model)["bits"] for model in ("char_lm + ngram", "char_lm", "ngram"))
        assert mixed <= min(both) + 1


def question_by_question(answers):
    """(entropy, total correlation, share of mixtures that are no answer, characters and END) by counting."""
    for question in answers.questions:
        padded = {answer + "$" * (answers.length - len(answer)): p for answer, p in question.answers.items()}
        places = []
        for t in range(answers.length):
            places.append(Counter())
            for answer, p in padded.items():
                places[-1][answer[t]] += p
        joint = -sum(p * math.log2(p) for p in padded.values())
        apart = -sum(p * math.log2(p) for place in places for p in place.values())
        right = sum(math.prod(places[t][answer[t]] for t in range(answers.length)) for answer in padded)
        counted = sum(p * (len(answer) + 1) for answer, p in question.answers.items())
        yield joint, apart - joint, 1 - right, counted


def test_the_exact_table_obeys_the_laws(tables):
    """One by one loses nothing; all at once loses the total correlation, computed here from the questions alone."""
    ordered = row(tables["answers"], "one_by_one", "the table itself")
    at_once = row(tables["answers"], "all_at_once", "the table itself")
    laws = list(question_by_question(data.answers_table()))
    assert len(laws) == len(ordered["questions"]) == len(at_once["questions"])
    for (_, correlation, nonsense, _), one, once in zip(laws, ordered["questions"], at_once["questions"]):
        assert one["gap"] == pytest.approx(0, abs=1e-9) and one["impossible"] == pytest.approx(0, abs=1e-9)
        assert one["impossible_drawn"] == 0
        assert once["gap"] == pytest.approx(correlation, abs=1e-9)
        assert once["impossible"] == pytest.approx(nonsense, abs=1e-9)
    for each, gap in ((ordered, 0.0), (at_once, np.mean([law[1] for law in laws]))):
        assert each["gap"] == pytest.approx(gap, abs=1e-9)
        bits = np.mean([(law[0] + (law[1] if each is at_once else 0)) / law[3] for law in laws])
        assert each["bits"] == pytest.approx(bits, abs=1e-9)
    lecture = at_once["questions"][0]
    assert lecture["question"] == "李宏毅的職業"
    assert f"{lecture['gap']:.3f}" == "1.000" and lecture["impossible"] == pytest.approx(0.5, abs=1e-9)


def tail(k, n, p):
    """The smaller of P(at most k) and P(at least k) of n coins."""
    each = [math.comb(n, i) * p ** i * (1 - p) ** (n - i) for i in range(n + 1)]
    return min(sum(each[:k + 1]), sum(each[k:]))


@pytest.mark.statistical
def test_drawn_shares_agree_with_exact_ones(tables):
    """Of every strategy on every question, trained models too: false alarm below 1e-6 for all together."""
    pairs = [(each["model"], question) for each in tables["answers"] for question in each["questions"]]
    for model, question in pairs:
        exact = min(max(question["impossible"], 0.0), 1.0)
        drawn = round(question["impossible_drawn"] * DRAWN)
        assert drawn == pytest.approx(question["impossible_drawn"] * DRAWN)
        if min(exact, 1 - exact) < 1e-9:
            assert drawn == round(exact) * DRAWN, (model, question)
        else:
            assert tail(drawn, DRAWN, exact) > FALSE_ALARM / (2 * len(pairs)), (model, question)


def test_the_lectures_table_is_made_of_the_other_tables(done, tables):
    """Every figure of speed and quality is a ratio or a value of two rows."""
    networks = {"text": ("char_lm", "marginals"), "poems": ("char_lm", "marginals"), "names": ("char_lm", "marginals"),
                "sprites": ("pixel_lm", "latent decoder"), "digits": ("pixel_lm", "latent decoder"),
                "answers": ("char_lm", "choice decoder 1"), "pinyin": ("char_lm", "masked"), "english": ("char_lm", "masked")}
    speed, quality, use = done[2]["lecture"][:3]
    of_use = {each["kind"]: each for each in use["figures"]}
    assert set(of_use) == set(networks) - {"answers", *PAGES}        # a table of questions is neither text nor picture
    for fast, good in zip(speed["figures"], quality["figures"], strict=True):
        kind = fast["kind"]
        ar, nar = (next(each for each in tables[kind] if each["model"] == model and each["seconds"]) for model in networks[kind])
        assert good["kind"] == kind
        for key in ("passes", "seconds", "seconds_64"):
            assert fast[f"{key}_ratio"] == pytest.approx(ar[key] / nar[key])
        assert (good["bits_one_by_one"], good["bits_all_at_once"]) == (ar["bits"], nar["bits"])
        assert good["bits_kind"] == nar["bits_kind"]
        assert (good["impossible_one_by_one"], good["impossible_all_at_once"]) == (ar["impossible"], nar["impossible"])
        if kind in of_use:
            assert of_use[kind]["pieces"] == ar["passes"]
            assert of_use[kind]["bits_lost"] == pytest.approx(1 - ar["bits"] / nar["bits"])
    assert [each["kind"] for each in speed["figures"]] == list(command_line.KINDS)
    faster = sum(each["seconds_ratio"] > 1 for each in speed["figures"])
    assert f"faster for {faster} of 8" in speed["sentence"]
    assert speed["winner"] == ("all at once" if faster > 4 else "one by one" if faster < 4 else "undecided")
    assert f"{max(each['seconds_ratio'] for each in speed['figures']):.1f} x" in speed["sentence"]


def test_the_compiled_loops_draw_the_same_tokens(done):
    """An entry for each row that has a compiled loop; the sample of the plain loop again, token by token."""
    entries = done[2]["compiled"]
    assert {(each["kind"], each["model"]) for each in entries} >= {
        ("text", "char_lm"), ("text", "ngram"), ("poems", "char_lm"), ("poems", "ngram"), ("names", "char_lm"), ("names", "ngram"),
        ("sprites", "pixel_lm"), ("sprites", "latent decoder"), ("digits", "pixel_lm"), ("digits", "latent decoder"), ("answers", "char_lm")}
    lengths = {"text": work.TEXT_LENGTH, "poems": 33, "names": 14, "sprites": 400, "digits": 64, "answers": data.answers_table().length, "pinyin": 2, "english": 2}
    for each in entries:
        assert set(each) == {"kind", "model", "strategy", "tokens", "same", "plain_s", "compiled_s", "ratio"}
        assert each["same"] == each["tokens"] == lengths[each["kind"]], each
        assert each["plain_s"] > 0 and each["ratio"] == pytest.approx(each["plain_s"] / each["compiled_s"])
    assert {each["strategy"] for each in entries if each["model"] == "latent decoder"} == {"shared_latent"}
    lines = done[1][done[1].index("from the plain loop and from the compiled one"):].splitlines()
    assert [line.split()[0] for line in lines[4:4 + len(entries)]] == [each["kind"] for each in entries]


def test_a_token_that_differs_is_counted(monkeypatch):
    """Were the compiled loop wrong, the table would say so."""
    model = SimpleNamespace(n_labels=0, length=4, vocab_size=3)
    monkeypatch.setattr(work, "generate", lambda *arguments, film, **more: (np.array([[0, 1, 2, 0]]), None) if film else np.array([[0, 1, 1, 1]]))
    entry = work.both_loops("text", SimpleNamespace(model="char_lm", strategy="one_by_one"), model, 0)
    assert (entry["tokens"], entry["same"]) == (4, 2)


def test_the_tables_are_printed_whole(done):
    """Piped, nothing is cut with an ellipsis; the lecture's question stands there with 1.000 bit and one half."""
    printed = done[1]
    assert "…" not in printed
    lecture = next(line for line in printed.splitlines() if line.startswith("李宏毅的職業 "))
    assert lecture.split()[1:7] == ["0.000", "/", "0%", "1.000", "/", "50%"]
    for word in ("speed", "quality", "use", "form", "≤"):
        assert word in printed


def test_a_terminal_of_80_columns_cuts_nothing(done, tables):
    """The tables of answers, the widest: a narrow terminal leaves columns out, it does not cut figures."""
    from rich.console import Console
    out = io.StringIO()
    narrow = Console(file=out, width=80, highlight=False)
    for table in done[2]["tables"]:
        for part in terminal.comparison(SimpleNamespace(title="", unseen="", trained={}, statistics=[], samples=[], **{
                key: table[key] for key in ("kind", "piece", "rows")}), narrow):
            narrow.print(part)
    assert "…" not in out.getvalue() and "0.511" in out.getvalue()


# Again


def test_some_kinds_only_and_the_same_seed_gives_the_same(done, tables, tmp_path):
    """Two kinds alone: bits, shares, samples and pictures of the full run, to the last digit."""
    printed, written = compare(tmp_path / "again", "names", "digits")
    assert [table["kind"] for table in written["tables"]] == ["names", "digits"]
    timed = {"seconds", "seconds_64", "per_s"}
    for table in written["tables"]:
        for one, other in zip(table["rows"], tables[table["kind"]], strict=True):
            assert {key: one[key] for key in one if key not in timed} == {key: other[key] for key in other if key not in timed}
    assert samples_of_names(printed) == samples_of_names(done[1])
    assert len(samples_of_names(printed)) >= 6
    for one, other in zip(pictures(tmp_path / "again" / "digits.png"), pictures(done[0] / "digits.png"), strict=True):
        np.testing.assert_array_equal(one, other)
    assert {path.name for path in (tmp_path / "again").iterdir()} == {"compare.json", "digits.png", "length.png"}


def samples_of_names(printed):
    """The lines from the first heading of a sample to the empty line after the last."""
    lines = printed[printed.index("names: "):].splitlines()
    first = lines.index("char_lm, one_by_one")
    return lines[first:lines.index("", first)]


def test_another_seed_gives_something_else(tables, tmp_path):
    """On the exact table: the law knows no dice, the draws do."""
    answers, = work.compare(["answers"], "tiny", 1, tmp_path, lambda kind, model: None)
    at_once = [row(rows, "all_at_once", "the table itself") for rows in (answers.rows, tables["answers"])]
    assert at_once[0]["gap"] == at_once[1]["gap"]
    assert at_once[0]["impossible_drawn"] != at_once[1]["impossible_drawn"]
    assert list(tmp_path.iterdir()) == []
