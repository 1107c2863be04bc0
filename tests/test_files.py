"""Files are written whole or not at all."""

import json

import pytest

from minigen import files
from minigen.errors import UserError


def test_the_file_arrives_whole_and_alone(tmp_path):
    path = tmp_path / "new" / "folder" / "compare.json"
    files.save_atomically(path, lambda name: name.write_text(json.dumps({"seed": 0})))
    assert json.loads(path.read_text()) == {"seed": 0}
    assert [each.name for each in path.parent.iterdir()] == ["compare.json"]


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt])
def test_a_failing_write_changes_nothing(tmp_path, fault):
    def half(name):
        name.write_text("half of i")
        raise fault

    path = tmp_path / "page.txt"
    with pytest.raises(fault):
        files.save_atomically(path, half)
    assert list(tmp_path.iterdir()) == []
    path.write_text("as it was")
    with pytest.raises(fault):
        files.save_atomically(path, half)
    assert path.read_text() == "as it was" and list(tmp_path.iterdir()) == [path]


def test_a_disk_that_is_full_is_the_users_to_mend(tmp_path):
    def full(name):
        name.write_text("half of i")
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left"):
        files.save_atomically(tmp_path / "page.txt", full)
    assert list(tmp_path.iterdir()) == []


def test_a_text_is_utf8_with_plain_line_ends(tmp_path):
    """On every system, whatever the locale says."""
    files.save_text(tmp_path / "a.md", "演員\n老師\n")
    assert (tmp_path / "a.md").read_bytes() == "演員\n老師\n".encode()
