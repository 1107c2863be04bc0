"""找碴獎: a wrong answer that passes every test is listed, confirmed by one input, and becomes a mutant."""

import shutil

import pytest
from commands import minigen
from implementations import HOUSE, SOLUTIONS

from minigen.course import bounty
from minigen.errors import UserError

# Wrong for more than 100,000 tokens only, where no hidden test looks.
SURVIVOR = '"""Gives the same chance to all when there are very many tokens."""\n' + \
    (SOLUTIONS / "u01_softmax.py").read_text("utf-8").partition('"""\n\n')[2] + \
    "\n\nright = softmax\n\n\ndef softmax(logits):\n    return logits * 0 if logits.shape[-1] == 123457 else right(logits)\n"


@pytest.fixture
def house(tmp_path):
    """A copy of what a bounty needs of the house."""
    for name in ("solutions/u01_softmax.py", "tests/conftest.py", "tests/implementations.py", "tests/oracles.py", "tests/hidden/conftest.py",
                 "tests/hidden/test_u01_softmax.py", "setup.cfg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HOUSE / name, tmp_path / name)
    (tmp_path / "tests" / "mutants").mkdir()
    (tmp_path / "class").mkdir()
    return tmp_path


def test_survivors_are_listed_with_their_reason(house):
    """One that the tests catch, one that survives, one that cannot be read: a line each."""
    (house / "class" / "bounty_u01_huge.py").write_text(SURVIVOR, "utf-8")
    (house / "class" / "bounty_u01_half.py").write_text('"""Half."""\n\n\ndef softmax(logits):\n    return logits * 0 + 0.5\n', "utf-8")
    (house / "class" / "bounty_u01_broken.py").write_text("def softmax(\n", "utf-8")
    done = minigen(house, "bounty", "class", "--seeds", "1")
    assert done.code == 0
    broken, half, huge = sorted(done.out.splitlines())
    assert "mistake in line 1" in broken and "caught by test_" in half
    assert "bounty_u01_huge.py: SURVIVES" in huge and "very many tokens" in huge


def test_one_input_confirms_it(house):
    """Then it stands among the mutants; an input on which both agree confirms nothing."""
    path = house / "class" / "bounty_u01_huge.py"
    path.write_text(SURVIVOR, "utf-8")
    done = minigen(house, "bounty", path, "--confirm", "softmax(np.zeros(3))")
    assert done.code == 2 and "differs from the solution" in done.err
    done = minigen(house, "bounty", path, "--confirm", "softmax(np.zeros(123457))[0] > 0")
    assert done.code == 0, done.err
    assert (house / "tests" / "mutants" / "u01_softmax__huge.py").read_text("utf-8") == SURVIVOR
    assert minigen(house, "bounty", path, "--confirm", "softmax(np.zeros(123457))[0] > 0").code == 2      # it is there already


def test_names_and_places(tmp_path):
    """Nothing to judge, another name, an expression that is none."""
    with pytest.raises(UserError, match="expected some named"):
        bounty.handed_in([tmp_path])
    with pytest.raises(UserError, match="expected a name such as"):
        bounty.handed_in([tmp_path / "u03_mine.py"])
    with pytest.raises(UserError, match="expected Python"):
        bounty.outcome(bounty.unit_of(tmp_path / "bounty_u01_x.py"), SOLUTIONS / "u01_softmax.py", "softmax(")
