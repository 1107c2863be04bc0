"""What a grader finds out about a submission: plain data, written by the trusted parent alone.

Every sum is of the full maximum: a test that was not run, or a unit that was not handed in, earns nothing of its points.
"""

from dataclasses import asdict, dataclass, field

from minigen.course.units import BY_NUMBER, UNITS

STATES = {"graded": "graded 已批改", "missing": "not handed in 沒有繳交", "broken": "cannot be used 無法使用", "todo": "still to be written 還沒寫"}


@dataclass
class TestMark:
    """One hidden test. What it expected is not in here, and nothing that the submission said."""

    name: str                   # "test_rows_sum_to_one"
    line: str                   # its docstring: what it checks
    passed: bool
    why: str = ""               # a fault in one line, "took longer than 10 seconds"; "" where a plain answer was wrong

    __test__ = False            # for pytest: this is no test case


@dataclass
class UnitMark:
    """One unit of one submission."""

    number: int
    state: str                  # a key of STATES
    tests: list                 # every TestMark of the unit, also of those that could not be run
    why: str = ""               # why it is broken, in one line
    hints: list = field(default_factory=list)       # what the pattern of failures looks like: "English / Chinese"
    seconds: float = 0.0
    restarts: int = 0           # how often a worker had to be replaced

    @property
    def unit(self):
        """The row of the table of units."""
        return BY_NUMBER[self.number]

    @property
    def passed(self):
        """How many tests passed."""
        return sum(test.passed for test in self.tests)

    @property
    def points(self):
        """Points earned, to two decimals."""
        return round(self.unit.points * self.passed / len(self.tests), 2) if self.tests else 0.0

    @property
    def full(self):
        """Whether every test passed."""
        return bool(self.tests) and self.passed == len(self.tests)


@dataclass
class Mark:
    """One submission."""

    name: str                   # as the folder or the export says
    seed: int                   # of its dice: from the class's secret and the name
    units: list                 # a UnitMark for each unit that is graded
    digest: str = ""            # of its files and of what judged them: the same digest is the same work
    sandbox: str = ""           # "bwrap", "drop" or "none"
    notes: list = field(default_factory=list)       # about the files: ignored, too large, a worker that died
    seconds: float = 0.0
    lost_bits: float | None = None                  # u24: bits lost over the least possible, on this class's tables; less is better
    sprite: str = ""            # PNG in base64, drawn by the submission's own code
    cards: list = field(default_factory=list)       # for the class's album; empty where the submission opted out

    @property
    def points(self):
        """The sum of the homeworks, without the bonus."""
        return round(sum(unit.points for unit in self.units if unit.unit.homework != "Bonus"), 2)

    @property
    def bonus(self):
        """Points of the bonus, outside the sum."""
        return round(sum(unit.points for unit in self.units if unit.unit.homework == "Bonus"), 2)

    def as_json(self):
        """Plain lists, dicts, numbers and texts."""
        return asdict(self)


def from_json(made):
    """The Mark that ``as_json`` was made of."""
    units = [UnitMark(**unit | {"tests": [TestMark(**test) for test in unit["tests"]]}) for unit in made["units"]]
    return Mark(**made | {"units": units})


def maximum(numbers=None):
    """The full sum of these units (all without numbers), without the bonus."""
    return sum(unit.points for unit in UNITS if unit.homework != "Bonus" and (numbers is None or unit.number in numbers))
