"""Where machine code is kept."""

import os
import subprocess
import sys
from pathlib import Path

from minigen import jit


def test_the_cache_folder_changes_with_any_kernel_file(tmp_path):
    """A change in a helper's file gives a new cache folder: no kernel runs on with old code."""
    package = tmp_path / "minigen"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "jit.py").write_text(Path(jit.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    names = []
    for content in ("x = 1", "x = 2", "x = 1"):
        (package / "helpers_numba.py").write_text(content)
        names.append(_in_a_new_process(tmp_path, {}))
    assert names[0] == names[2] != names[1]


def test_numba_cache_dir_is_respected(tmp_path):
    """Where the user has said where caches go, kernels go there."""
    folder = _in_a_new_process(Path(jit.__file__).parents[1], {"NUMBA_CACHE_DIR": str(tmp_path)})
    assert Path(folder).parent == tmp_path


def _in_a_new_process(folder, environment):
    code = "from minigen import jit; print(jit.CACHE_FOLDER)"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env={**os.environ, **environment},
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()
