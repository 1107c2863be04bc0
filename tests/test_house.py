"""The rules of the house, read from the imports: floors, doors, docstrings, one test file per room."""

import ast
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
PACKAGE = HOUSE / "minigen"
FLOORS = {"protocols": 0, "maths": 0, "maths_numba": 0, "jit": 0, "errors": 0, "files": 0, "parallel": 0,
          "nn": 1, "data": 1,
          "models": 2, "strategies": 2,
          "measure": 3, "figures": 3, "tables": 3,
          "recipes": 4,
          "frontier": 5, "warm": 5, "course": 5, "bench": 5,
          "compare": 6,
          "__main__": 7}
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = {path: path.relative_to(HOUSE).as_posix() for path in FILES}


@lru_cache(maxsize=None)
def tree(path):
    """A file as Python sees it."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def dotted(path):
    """minigen/nn/layers.py -> minigen.nn.layers; a package is named by its folder."""
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path) for path in FILES}


def room(module):
    """minigen.nn.layers -> nn; the package itself has no room."""
    return module.split(".")[1] if "." in module else None


def imported(path, node):
    """The modules that one import statement names, as far down as they are modules."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:                               # from . import x
        package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
        up = package.split(".")[:len(package.split(".")) - node.level + 1]
        base = ".".join(up + ([node.module] if node.module else []))
    below = [f"{base}.{alias.name}" for alias in node.names]
    return [name if name in MODULES else base for name in below]


def imports(path, inside_functions=True):
    """All modules that a file imports; without ``inside_functions`` those that loading it loads."""
    def walk(node):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.Import, ast.ImportFrom)):
                yield from imported(path, child)
            elif inside_functions or not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                yield from walk(child)
    return sorted(set(walk(tree(path))))


def list_of(faults):
    """What a failing rule prints: one fault a line."""
    return "\n  ".join(["", *faults])


def test_every_room_has_a_floor():
    """A new file in minigen/ stands in the table of floors above, or the rule below would not see it."""
    rooms = {room(module) for module in MODULES} - {None}
    assert rooms <= set(FLOORS), f"no floor for {sorted(rooms - set(FLOORS))}: design.md says which"


def test_imports_go_down_only():
    """A room imports lower floors and itself; floor 0 is one room, models and strategies do not meet."""
    faults = []
    for path in FILES:
        here = room(dotted(path))
        for module in imports(path):
            there = room(module) if module.split(".")[0] == "minigen" else None
            if there is None or there == here:
                continue
            if here is None:
                faults.append(f"{NAMES[path]} has no logic: it may not import {module}")
            elif not (FLOORS[there] < FLOORS[here] or FLOORS[there] == FLOORS[here] == 0):
                faults.append(f"{NAMES[path]} (floor {FLOORS[here]}) imports {module} (floor {FLOORS[there]})")
    assert not faults, list_of(faults)


def test_a_file_imports_only_modules_that_exist():
    """Every minigen.x.y that is imported is a file of the house."""
    faults = [f"{NAMES[path]} imports {module}" for path in FILES for module in imports(path)
              if module.split(".")[0] == "minigen" and module not in MODULES]
    assert not faults, list_of(faults)


def may_import(path, package):
    """Who may import the packages that not everybody may import, and the folders that nobody may."""
    allowed = {"numba": ["minigen/jit.py"],
               "matplotlib": ["minigen/figures.py"],
               "PIL": ["minigen/figures.py", "minigen/data/pictures.py"],
               "torch": ["minigen/bench/peers_torch.py"]}
    never = {"tensorflow", "jax", "keras", "tests", "exercises", "solutions"}
    return package not in never and (package not in allowed or NAMES[path] in allowed[package])


def test_big_packages_enter_by_one_door():
    """numba in jit.py, matplotlib in figures.py, PIL there and in pictures.py, torch in the benchmark's peers; no tests, no solutions."""
    faults = [f"{NAMES[path]} imports {module}" for path in FILES for module in imports(path)
              if not may_import(path, module.split(".")[0])]
    assert not faults, list_of(faults)


SLOW = {"numba", "matplotlib", "PIL", "torch"}


def slow_loads(path):
    """The slow packages that loading a file loads, with all that it loads in turn."""
    loaded, to_load = set(), [dotted(path)]
    while to_load:
        module = to_load.pop()
        if module not in loaded:
            loaded.add(module)
            to_load += [below for other in FILES if dotted(other) == module
                        for below in imports(other, inside_functions=False)]
    return {module.split(".")[0] for module in loaded} & SLOW


def test_loading_a_file_does_not_load_what_is_slow():
    """Twins and jit.py are imported inside functions, except by twins; matplotlib and PIL inside functions too."""
    def compiled(path):
        return path.stem.endswith(("_numba", "_torch")) or NAMES[path] == "minigen/jit.py"
    faults = [f"{NAMES[path]} imports {module} at its top" for path in FILES if not compiled(path)
              for module in imports(path, inside_functions=False)
              if module == "minigen.jit" or module.endswith(("_numba", "_torch"))]
    faults += [f"loading {NAMES[path]} loads {', '.join(sorted(slow_loads(path)))}" for path in FILES
               if not compiled(path) and slow_loads(path)]
    assert not faults, list_of(faults)


def test_only_the_command_line_prints():
    """The library yields and returns; print( stands in __main__.py alone."""
    faults = [f"{NAMES[path]}:{node.lineno}" for path in FILES if path.name != "__main__.py"
              for node in ast.walk(tree(path))
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"]
    assert not faults, list_of(faults)


def test_everything_public_has_a_docstring():
    """Modules, classes and functions say what they are for.

    Exempt: the functions of a twin (_numba), because the plain form has said it, and settings (…Config), whose
    fields are commented one by one.
    """
    faults = []
    for path in FILES:
        if not ast.get_docstring(tree(path)):
            faults.append(f"{NAMES[path]}: the module")
        faults += [f"{NAMES[path]}:{node.lineno} {node.name}" for node in tree(path).body
                   if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
                   and not node.name.startswith("_") and not node.name.endswith("Config")
                   and not path.stem.endswith("_numba")
                   and not ast.get_docstring(node)]
    assert not faults, list_of(faults)


def test_every_room_has_its_test_file():
    """minigen/a/b.py is tested in tests/a/test_b.py; a twin (_numba, _numpy, _torch) shares the file of its plain form.

    The public checks of all units share one: they are alike, and what judges them is the same for all.
    """
    wanted = {}
    for path in FILES:
        if path.name != "__init__.py":
            if path.parent.name == "checks":
                path = path.parent.with_suffix(".py")
            inside, stem = path.relative_to(PACKAGE).parent, re.sub("_(numba|numpy|torch)$", "", path.stem).strip("_")
            wanted.setdefault(HOUSE / "tests" / inside / f"test_{stem}.py", path.relative_to(HOUSE).as_posix())
    faults = [f"{test.relative_to(HOUSE).as_posix()} is missing (for {name})"
              for test, name in sorted(wanted.items()) if not test.exists()]
    assert not faults, list_of(faults)


@pytest.mark.parametrize("module", ["minigen", "minigen.__main__", "minigen.recipes"])
def test_a_quick_start_loads_neither_numba_nor_matplotlib(module):
    """In a fresh Python, importing the package or the command line loads nothing that takes half a second."""
    code = f"import sys, {module}; print(*({{'numba', 'llvmlite', 'matplotlib', 'PIL', 'torch'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_front_door_has_names_and_no_logic():
    """minigen/__init__.py holds a docstring, assignments and the one function that fetches a name; every name is there."""
    import minigen
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert all(isinstance(node, (ast.Expr, ast.FunctionDef, ast.Assign)) for node in tree.body)
    assert functions == ["__getattr__"]
    assert all(hasattr(minigen, name) for name in minigen.__all__)
    assert not hasattr(minigen, "no_such_name")
