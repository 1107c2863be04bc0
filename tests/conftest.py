"""What all tests share: the dice, and the peers in PyTorch.

``--all`` runs every test that throws dice with three seeds, and the tests of the peers, which need the [bench] extra.
"""

import numpy as np
import pytest


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="three seeds instead of one, and the benchmark's peers in PyTorch")


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", [0, 1, 2] if metafunc.config.getoption("all") else [0])


def pytest_collection_modifyitems(config, items):
    """Tests that ask for ``torch_peers`` belong to --all."""
    if not config.getoption("all"):
        peers = [item for item in items if "torch_peers" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=peers)
        items[:] = [item for item in items if item not in peers]


@pytest.fixture
def rng(seed):
    """The only source of luck in a test."""
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def torch_peers():
    """The PyTorch peers on one thread; tests that ask for them are skipped without PyTorch."""
    torch = pytest.importorskip("torch", reason='pip install -e ".[bench]" for the peers in PyTorch')
    from minigen.bench import peers_torch
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield peers_torch
    torch.set_num_threads(threads)
