"""Where the course looks for its folders."""

import pytest
from implementations import HOUSE

from minigen.course import places
from minigen.errors import UserError


def test_the_current_folder_comes_first(tmp_path, monkeypatch):
    """A student's hand-out, then the house around the package."""
    monkeypatch.chdir(tmp_path)
    assert places.house("solutions") == HOUSE
    (tmp_path / "solutions").mkdir()
    assert places.house("solutions") == tmp_path


def test_a_folder_that_is_nowhere_is_a_clear_error(tmp_path, monkeypatch):
    """What was looked for and where."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="expected no_such_folder in"):
        places.house("no_such_folder")
