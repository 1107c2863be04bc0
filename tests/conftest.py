"""What all tests share: the dice, and the peers in PyTorch.

``--all`` runs every test that throws dice with three seeds, and the tests of the peers, which need the [bench] extra.
"""

import gc
import os
import secrets
from pathlib import Path

import numpy as np
import pytest

from minigen.course.units import UNITS

gc.set_threshold(20_000, 50, 100)               # looking for garbage among thousands of tests that stay costs a twentieth of the time

# Files that take ten seconds and more, the longest first: who begins with the short ones has one process idle at the end.
LONG_FILES = ("course/test_attacks", "course/test_grade", "course/test_judge", "course/test_matrix", "test_compare", "course/test_sandbox",
              "course/test_check", "test_main", "course/test_release", "course/test_autograder", "course/test_album", "course/test_workshop",
              "course/test_plug", "bench/test_report", "course/test_wire", "test_warm", "test_jit", "models/test_masked")


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="three seeds instead of one, and the benchmark's peers in PyTorch")
    parser.addoption("--impl", action="append", help="what the hidden tests judge: solutions, exercises, minigen, a folder or a file")
    parser.addoption("--sandbox", choices=["bwrap", "drop"], help="call what --impl names in the grader's sandbox, as minigen grade does")
    parser.addoption("--dice", type=int, help="the seed of the hidden tests; a fresh one without it")
    parser.addoption("--seeds", type=int, help="how many times each hidden test throws its dice")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """The whole suite goes file by file to two processes, each with one thread for BLAS. (``-n0`` is one process.)"""
    whole = [Path(arg).resolve() for arg in config.args] == [Path(__file__).parent]
    ours = "PYTEST_XDIST_WORKER" not in os.environ
    if ours and whole and config.pluginmanager.hasplugin("xdist") and config.option.numprocesses is None and not config.option.usepdb:
        config.option.numprocesses, config.option.dist, config.option.loadscopereorder = 2, "loadfile", False
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")       # where two share two cores, more threads wait for each other by spinning


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """All processes throw the dice that are printed at the top."""
    node.workerinput["dice"] = node.config.dice_seed


def pytest_configure(config):
    for asked in config.getoption("impl") or ():
        if asked not in ("solutions", "exercises", "minigen") and not Path(asked).is_dir() and not is_unit(Path(asked)):
            raise pytest.UsageError(f"--impl: expected solutions, exercises, minigen, a folder or a file uNN_name.py, got {asked!r}")
    config.dice_seed = getattr(config, "workerinput", {}).get("dice", config.getoption("dice"))
    if config.dice_seed is None:
        config.dice_seed = secrets.randbelow(2 ** 31)


def is_unit(path):
    """An existing file that is named after a unit."""
    return path.is_file() and any(path.name.startswith(unit.name) for unit in UNITS)


def pytest_report_header(config):
    return f"hidden tests: dice from --dice {config.dice_seed}"


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", [0, 1, 2] if metafunc.config.getoption("all") else [0])


def pytest_collection_modifyitems(config, items):
    """Tests that ask for ``torch_peers`` belong to --all. Long files come first."""
    if not config.getoption("all"):
        peers = [item for item in items if "torch_peers" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=peers)
        items[:] = [item for item in items if item not in peers]
    rank = {Path(__file__).parent / f"{name}.py": i for i, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))      # stable: nothing else changes


def pytest_collection_finish(session):
    """Thousands of tests are no garbage: nobody looks through them again, and what forks does not copy them."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def rng(seed):
    """The only source of luck in a test."""
    return np.random.default_rng(seed)


@pytest.fixture(scope="session")
def dice_seed(request):
    """Where the hidden tests' dice come from."""
    return request.config.dice_seed


@pytest.fixture(scope="module")
def torch_peers():
    """The PyTorch peers on one thread; tests that ask for them are skipped without PyTorch."""
    torch = pytest.importorskip("torch", reason='pip install -e ".[bench]" for the peers in PyTorch')
    from minigen.bench import peers_torch
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield peers_torch
    torch.set_num_threads(threads)
