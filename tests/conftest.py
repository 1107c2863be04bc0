"""What all tests share: the dice. ``--all`` runs every test that throws dice with three seeds."""

import numpy as np
import pytest


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="three seeds instead of one")


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", [0, 1, 2] if metafunc.config.getoption("all") else [0])


@pytest.fixture
def rng(seed):
    """The only source of luck in a test."""
    return np.random.default_rng(seed)
