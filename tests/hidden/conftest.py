"""What the hidden tests share: the implementation under test, and dice that no submission can know.

    pytest tests/hidden --impl solutions | exercises | minigen | FOLDER | FILE [--impl ANOTHER …]
                        [--dice SEED] [--seeds K] [--sandbox bwrap | drop]

``--impl`` may be repeated; a file named ``uNN_name__what.py`` is laid over the solution of its unit. Each test of each run
throws its own dice from the seed that is printed at the top.
"""

import zlib
from pathlib import Path

import numpy as np
import pytest
from implementations import HOUSE, bench, sources_for

from minigen.course import hints
from minigen.course.apart import apart


def pytest_generate_tests(metafunc):
    config = metafunc.config
    if "impl" in metafunc.fixturenames:
        sources = sources_for(metafunc.module.__name__.rpartition("test_")[2], config.getoption("impl") or ["solutions"])
        metafunc.parametrize("impl", sources, ids=[source.label for source in sources], indirect=True)
    if "throw" in metafunc.fixturenames:
        seeds = config.getoption("seeds") or (3 if config.getoption("all") else 1)
        metafunc.parametrize("throw", range(seeds), ids=[f"dice{k}" for k in range(seeds)])


def pytest_collection_modifyitems(config, items):
    """A test whose unit the implementation does not have (``--impl FILE``, a unit without a socket) is not run, nor counted."""
    empty = [item for item in items if getattr(item, "callspec", None) and "impl" in item.fixturenames
             and any(mark.name == "skip" for mark in item.iter_markers())]
    config.hook.pytest_deselected(items=empty)
    items[:] = [item for item in items if item not in empty]


@pytest.fixture
def impl(request, in_sandbox):
    """The functions of the unit, of the implementation under test; with ``--sandbox`` each call runs there."""
    return in_sandbox(request.param) if in_sandbox and request.param.path else apart(request.param.unit, request.param.load())


@pytest.fixture(scope="session")
def in_sandbox(request):
    """source -> its functions, in the sandbox that was asked for: one worker at a time."""
    name = request.config.getoption("sandbox")
    if not name:
        yield None
        return
    from minigen.course import judge, sandbox
    sandbox.choose(name, HOUSE)
    with sandbox.User() as uid:
        box, held = sandbox.MADE[name](bench(), sandbox.Limits(), uid), {}

        def proxied(source):
            if source not in held:
                box.kill()
                held.clear()
                held[source] = judge.Impl(source.unit, source.files(), box, judge.Budget(sandbox.Limits(unit=1e6, submission=1e6)))
            return held[source]
        try:
            yield proxied
        finally:
            box.kill()


@pytest.fixture
def rng(request, throw, dice_seed):
    """Dice of this test alone: another seed in each run, the same for every implementation."""
    name = request.node.originalname + request.node.path.name
    return np.random.default_rng([dice_seed, throw, zlib.crc32(name.encode())])


FAILED = {}                     # (unit, implementation, throw) -> the hidden tests that failed


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Note what fails, in the test or before it."""
    report = (yield).get_result()
    source = item.callspec.params.get("impl") if getattr(item, "callspec", None) else None
    if source and not report.passed:
        FAILED.setdefault((source.unit, source.label, item.callspec.params.get("throw", 0)), set()).add(item.originalname)


def pytest_terminal_summary(terminalreporter, config):
    """How to throw the same dice again, and what a failing unit looks like where a known mistake fails the same tests."""
    table = hints.read(Path(__file__).with_name("hints.json"))
    if FAILED:
        terminalreporter.line(f"the same dice again: --dice {config.dice_seed}")
    said = {(unit.short, label, hint) for (unit, label, _), tests in FAILED.items() for hint in hints.look_up(table, unit, tests)}
    for short, label, hint in sorted(said):
        terminalreporter.line(f"{short} ({label}): {hint}")
