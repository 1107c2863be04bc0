"""Where the course stands: the house around the package, or a student's hand-out."""

from pathlib import Path

from minigen.errors import say

PACKAGE = Path(__file__).resolve().parents[1]


def house(wanted="exercises"):
    """The folder that holds ``wanted``: the current one, else the one that the package stands in.

    Raises
    ------
    UserError
        Neither has it.
    """
    for folder in (Path.cwd(), PACKAGE.parent):
        if (folder / wanted).is_dir():
            return folder
    raise say("folder", f"{wanted} in {str(Path.cwd())!r}", "none", f"Go to the folder that holds minigen and {wanted}.")


def house_of_tests():
    """The clone that holds the hidden tests: the one that the package stands in, whatever folder is the current one.

    Raises
    ------
    UserError
        The package does not stand in a clone.
    """
    folder = PACKAGE.parent
    if not (folder / "tests" / "hidden").is_dir():
        raise say("tests", f"tests/hidden beside the package in {str(folder)!r}", "none", "Grade with a clone of minigen, installed by pip install -e .")
    return folder
