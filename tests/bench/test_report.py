"""The whole benchmark: what ``--only`` chooses, the form of bench.json, the command line."""

import json

import pytest

from minigen.bench import growth, report, works
from minigen.errors import UserError
from commands import minigen

OTHERS = ["start", "memory", "growth", "threads", "time to loss"]


@pytest.fixture
def tiny(monkeypatch):
    """All sizes small, no look at the machine."""
    monkeypatch.setattr(works, "FULL", works.TINY)
    monkeypatch.setattr(growth, "FULL", growth.TINY)
    monkeypatch.setattr(report.limits, "speeds", lambda: {"read_gb_per_s": {"1 MiB": 10.0}, "product_gflop_per_s": {"1": 20.0}})


# What is chosen


def test_without_only_everything_is_chosen():
    """All works, then what is measured besides, the longest last."""
    assert report.chosen(()) == report.NAMES == [*works.WORKS, *OTHERS]


@pytest.mark.parametrize("only, names", [
    (["transformer"], ["transformer, one stream", "transformer, 64 streams"]),
    (["pixels"], ["pixels 20x20", "pixels 28x28"]), (["decoder"], ["decoder, one image", "decoder, 1024 images"]),
    (["training"], ["training step, transformer", "training step, mlp"]), (["time to loss"], ["time to loss"]),
    (["start"], ["start"]), (["memory"], ["memory"]), (["growth"], ["growth"]), (["threads"], ["threads"]),
    (["transformer, one stream"], ["transformer, one stream"]), (["transformer one  stream"], ["transformer, one stream"]),
    (["growth", "pixels 28x28", "growth"], ["pixels 28x28", "growth"])])
def test_only(only, names):
    """A name or its first words, as often as one likes, in the order of measuring."""
    assert report.chosen(only) == names


@pytest.mark.parametrize("wrong", ["bogus", "", " ", "t", "one stream", "Pixels", "pixels 20x20 x"])
def test_a_wrong_name_is_refused(wrong):
    """The error lists what there is."""
    with pytest.raises(UserError, match="--only: expected one of transformer, one stream; .*time to loss"):
        report.chosen([wrong])


# The form


def found(**more):
    return {"minigen_s": 10.0, "torch_s": 40.0, "torch_nats": 1.9, "minigen_nats_after_its_seconds": 1.65} | more


def test_time_to_loss():
    """A quarter of its seconds is a ratio of 4; the difference says how much lower minigen's loss is."""
    content = {"lines": [], "ratios": [], "differences": []}
    report.add_time_to_loss(content, found())
    assert [(line["who"], line["median_s"]) for line in content["lines"]] == [("minigen", 10.0), ("torch", 40.0)]
    assert content["ratios"] == [{"work": "time to loss", "against": "torch", "ratio": 4.0}]
    assert content["differences"] == [{"work": "loss after its seconds", "nats": pytest.approx(0.25)}]


def test_a_loss_that_was_never_reached():
    """No seconds, no ratio; the difference stays."""
    content = {"lines": [], "ratios": [], "differences": []}
    report.add_time_to_loss(content, found(minigen_s=None, minigen_nats_after_its_seconds=2.0))
    assert [line["who"] for line in content["lines"]] == ["torch"] and content["ratios"] == []
    assert content["differences"][0]["nats"] == pytest.approx(-0.1)


def test_a_part_that_fails_does_not_lose_the_others(tiny, monkeypatch):
    """Its reason stands under "skipped"."""
    def fails(**settings):
        raise UserError("no memory here")
    monkeypatch.setattr(report.memory, "memory", fails)
    told = []
    content = report.bench(["decoder, one image", "memory"], lambda *what: told.append(what))
    assert content["skipped"]["memory"] == "no memory here" and content["lines"] and "memory" not in content
    assert told == [(0, 2, "the machine"), (0, 2, "decoder, one image"), (1, 2, "memory")]


def test_without_torch(tiny, monkeypatch):
    """One line says how to get it; what needs it is left out."""
    monkeypatch.setattr(works, "find_spec", lambda name: None)
    content = report.bench(["decoder, one image", "time to loss"])
    assert 'pip install -e ".[bench]"' in content["skipped"]["torch"] and "time to loss" in content["skipped"]
    assert {line["who"] for line in content["lines"]} == {"minigen", "generate", "numpy", "plain", "limit"}


def test_every_part_has_its_place(tiny, monkeypatch):
    """The parts besides the works: each under its own key."""
    monkeypatch.setattr(report.start, "start", lambda sizes, report: {"compile_s": 20.0, "sample_s": 1.0, "import_s": 0.1, "python_s": 0.05})
    monkeypatch.setattr(report.memory, "memory", lambda report: {"w": 100.0})
    monkeypatch.setattr(report.threads, "threads", lambda sizes, report: {"layer": "pool", "lines": [], "ratios": []})
    content = report.bench(["start", "memory", "growth", "threads"])
    assert content["compile"] == {"seconds": 20.0} and content["start"]["sample_s"] == 1.0
    assert content["memory"] == {"w": 100.0} and content["threads"]["layer"] == "pool" and len(content["growth"]) == 5
    assert json.loads(report.as_text(content)) == content


def test_the_machine():
    """What a reader has to know about it."""
    assert isinstance(report.processor(), str)
    assert report.INSTALL == 'pip install -e ".[bench]"'


def test_other_programs_are_noticed(monkeypatch):
    """150 ticks of all programs, half a second of which our own, in one second: one core was busy with others."""
    stat = iter(["cpu 100 0 100 9 9 0 0 0 5 5\n", "cpu 200 0 150 50 50 0 0 0 9 9\n"])
    own, now = iter([(1.0, 0.5, 0, 0, 0), (1.3, 0.7, 0, 0, 0)]), iter([5.0, 6.0])
    monkeypatch.setattr(report.Path, "read_text", lambda path, encoding: next(stat))
    monkeypatch.setattr(report.os, "times", lambda: next(own))
    monkeypatch.setattr(report.os, "sysconf", lambda name: 100, raising=False)
    monkeypatch.setattr(report.time, "perf_counter", lambda: next(now))
    assert report.others_busy()() == 1.0


def test_a_system_that_does_not_tell(monkeypatch):
    """No /proc: nothing is said about others."""
    def missing(path, encoding):
        raise FileNotFoundError
    monkeypatch.setattr(report.Path, "read_text", missing)
    assert report.others_busy()() is None


# The command line


def test_json_and_nothing_else(tiny, tmp_path):
    """--json: the whole output is one object of the form; no file is written."""
    code, out, err = minigen(tmp_path, "bench", "--only", "decoder, one image", "--json")
    content = json.loads(out)
    assert (code, err) == (0, "") and list(tmp_path.iterdir()) == []
    assert {"machine", "lines", "ratios", "differences"} <= set(content) and content["differences"] == []
    for line in content["lines"]:
        assert {"work", "who", "threads", "median_s", "per_s", "spread"} <= set(line) and line["work"] == "decoder, one image"
    assert {tuple(sorted(each)) for each in content["ratios"]} == {("against", "ratio", "work")}


def test_a_table_and_files(tiny, tmp_path):
    """Without --json: a table, sentences, and a folder with bench.json and the pictures of what was measured."""
    code, out, err = minigen(tmp_path, "bench", "--only", "decoder", "--only", "growth", "--out", "here")
    assert (code, err) == (0, "")
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["bench.json", "growth.png", "speed.png"]
    for word in ("decoder, one image", "minigen", "plain", "limit", "x as fast", "of it", "T^", "D^", "here: bench.json, speed.png, growth.png"):
        assert word in out
    content = json.loads((tmp_path / "here" / "bench.json").read_text(encoding="utf-8"))
    assert {line["work"] for line in content["lines"]} == {"decoder, one image", "decoder, 1024 images"}


@pytest.mark.parametrize("args, name", [(("--only", "bogus"), "bogus"), (("--only", "decoder", "--out", "file/new"), "file/new"),
                                        (("--only",), "--only")])
def test_a_mistake_is_one_clear_line(args, name, tmp_path):
    """Exit code 2, before anything is measured."""
    (tmp_path / "file").write_text("no folder")
    code, out, err = minigen(tmp_path, "bench", *args)
    assert code == 2 and out == "" and err.startswith("minigen: ") and err.count("\n") == 1 and name in err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_ctrl_c_is_one_line(tiny, tmp_path, monkeypatch):
    """Stopped in the middle of a work."""
    def stop(name, sizes):
        raise KeyboardInterrupt
    monkeypatch.setattr(works, "measured", stop)
    code, out, err = minigen(tmp_path, "bench", "--only", "decoder", "--json")
    assert (code, out, err) == (2, "", "minigen: stopped by Ctrl-C\n")
