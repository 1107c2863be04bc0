"""Exercises are made from solutions and from nothing else."""

import ast

import pytest
from commands import minigen
from implementations import HOUSE

from minigen.course import stubs
from minigen.course.load import arguments, function_name
from minigen.course.units import UNITS, find
from minigen.errors import UserError

SOLUTION = '"""Doc."""\n\nimport numpy as np\n\n\ndef softmax(logits):\n    """Say."""\n    # BEGIN SOLUTION\n    x = 1\n\n    return x\n    # END SOLUTION\n'


def test_a_stub_keeps_all_but_the_marked_lines():
    """Docstring, imports and signature stay; the marked lines become one."""
    made = stubs.stub(find("u01"), SOLUTION)
    assert made == SOLUTION[:SOLUTION.index("    # BEGIN")] + '    raise NotImplementedError("u01: your code here")\n'


@pytest.mark.parametrize("source", ["def f():\n    pass\n", SOLUTION.replace("    # END SOLUTION\n", ""),
                                    SOLUTION.replace("    # END", "        # END")])
def test_marks_come_in_pairs(source):
    """Without them, with one only, or at two depths: an error."""
    with pytest.raises(UserError, match="expected pairs"):
        stubs.stub(find("u01"), source)


def test_the_exercises_are_those_of_the_solutions():
    """minigen stubs --check finds nothing to change."""
    assert stubs.differing(HOUSE) == []


def test_a_changed_exercise_is_found_and_made_again(tmp_path):
    """--check exits with 1 and names it; without --check it is written; the solutions stay."""
    (tmp_path / "exercises").mkdir()
    (tmp_path / "solutions").mkdir()
    for unit in UNITS:
        (tmp_path / "solutions" / f"{unit.name}.py").write_text((HOUSE / "solutions" / f"{unit.name}.py").read_text("utf-8"), "utf-8")
    (tmp_path / "exercises" / "u99_old.py").write_text("")
    assert minigen(tmp_path, "stubs").code == 0
    assert not (tmp_path / "exercises" / "u99_old.py").exists()
    (tmp_path / "exercises" / "u03_sample_categorical.py").write_text("mine")
    done = minigen(tmp_path, "stubs", "--check")
    assert done.code == 1 and "exercises/u03_sample_categorical.py differs" in done.out
    assert minigen(tmp_path, "stubs").code == 0 and minigen(tmp_path, "stubs", "--check").code == 0


@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_a_solution_has_the_signatures_of_its_row(unit):
    """Functions, arguments and defaults as in the table of units; the command to see it at work stands in the docstring."""
    source = (HOUSE / "solutions" / f"{unit.name}.py").read_text("utf-8")
    tree = ast.parse(source)
    found = {node.name: f"{node.name}({ast.unparse(node.args)})" for node in tree.body if isinstance(node, ast.FunctionDef)}
    for signature in unit.functions:
        name = function_name(signature)
        assert name in found
        assert ast.dump(ast.parse(f"def {found[name]}: pass")) == ast.dump(ast.parse(f"def {signature}: pass")), arguments(signature)
    docstring = ast.get_docstring(tree)
    assert docstring.splitlines()[0] == f"Unit {unit.number:02d} · {unit.title} · {unit.title_zh}"
    assert unit.see in " ".join(docstring.split())
