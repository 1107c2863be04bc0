"""Starts: which processes are on the clock, and what happens when one fails."""

import pytest

from minigen.bench import start
from minigen.bench.works import TINY
from minigen.errors import UserError
from minigen.recipes import checkpoint


def test_processes_on_the_clock(monkeypatch):
    """Compiling once, from an empty folder that all later ones share; then sampling, importing, and Python alone."""
    calls = []
    monkeypatch.setattr(start, "process", lambda *arguments, folder: calls.append((arguments, folder)))
    told = []
    found = start.start(TINY, rounds=1, report=told.append)
    assert set(found) == {"compile_s", "sample_s", "import_s", "python_s"} and all(seconds >= 0 for seconds in found.values())
    assert calls[0][0] == ("-m", "minigen", "doctor", "--warm") and sum(arguments == calls[0][0] for arguments, _ in calls) == 1
    assert len({folder for _, folder in calls}) == 1 and not calls[0][1].exists() and len(told) == 2
    assert {arguments[-1] for arguments, _ in calls[1:]} == {200, "import minigen", "pass"}


def test_compiled_code_is_kept_where_it_is_said(tmp_path):
    """The process sees NUMBA_CACHE_DIR."""
    start.process("-c", f"import os; open({str(tmp_path / 'seen')!r}, 'w').write(os.environ['NUMBA_CACHE_DIR'])", folder=tmp_path / "k")
    assert (tmp_path / "seen").read_text() == str(tmp_path / "k")


def test_a_process_that_fails_is_one_clear_line():
    """What it said last is in the error."""
    with pytest.raises(UserError, match="exit code 0, got 3.*no such kernel"):
        start.process("-c", "import sys; print('no such kernel', file=sys.stderr); sys.exit(3)", folder=".")


def test_the_checkpoint_draws(tmp_path):
    """A model of running text that ``minigen sample text --from`` accepts."""
    start.save_text_model(tmp_path / "text.npz", TINY)
    model, codec, recipe, about = checkpoint.load(tmp_path / "text.npz")
    assert recipe == "text" and about["model"] == "char_lm"
    assert model.config.width == TINY.transformer.width and model.vocab_size == codec.vocab_size
