"""After warm() nothing is left to compile."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import minigen
from minigen import jit, warm
from minigen.recipes import RECIPES, base

pytestmark = pytest.mark.skipif(bool(jit.config.DISABLE_JIT), reason="nothing is compiled here")
PACKAGE = Path(minigen.__file__).parent
FEW = 1
LET_ME_SEE = """
import json, sys
from pathlib import Path
from minigen import jit
print(json.dumps({"loaded": sorted(name for name in sys.modules if name.endswith("_numba")), "reports": reports,
                  "kernels": [{"name": f"{kernel.__module__}.{kernel.__name__}",
                               "signatures": [str(signature) for signature in kernel.signatures],
                               "compiled": [str(signature) for signature in kernel.stats.cache_misses],
                               "files": len(list(Path(kernel._cache.cache_path).glob(f"{kernel._cache._impl.filename_base}.*")))}
                              for kernel in jit.KERNELS]}))
"""


def in_a_new_process(code):
    """What ``code`` did: which twins it loaded, and what became of each kernel."""
    done = subprocess.run([sys.executable, "-c", code + LET_ME_SEE], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def warmed():
    """A process that has called warm() (in the usual cache: what it compiles, the tests after it need not)."""
    return in_a_new_process("from minigen.warm import warm; reports = []; warm(lambda *report: reports.append(report))")


def test_warm_uses_every_twin_of_the_package(warmed):
    """Every *_numba.py but those of the benchmark is loaded: a kernel that no recipe needs would be found here."""
    twins = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in PACKAGE.rglob("*_numba.py")}
    assert set(warmed["loaded"]) == {twin for twin in twins if not twin.startswith("minigen.bench.")}


def test_every_kernel_is_kept_and_with_few_signatures(warmed):
    """Each is on disk (one that only other kernels call is not loaded, it is in them); few signatures.

    A second signature is a second compilation: mostly an array that came read-only, in slices, or as int32.
    """
    assert warmed["kernels"]
    for kernel in warmed["kernels"]:
        assert kernel["files"] >= 2 and len(kernel["signatures"]) <= FEW, kernel


def test_reports_count_up_to_all(warmed):
    """One for each model of each recipe, by name, and one at the end."""
    models = [f"{recipe.name}: {name}" for recipe in RECIPES.values() for name in recipe.models]
    assert warmed["reports"] == [[i, len(models), name] for i, name in enumerate([*models, ""])]


def test_afterwards_nothing_is_compiled(warmed):
    """The product itself, in another process: train, score, sample, complete and film; every kernel comes from disk."""
    done = in_a_new_process("""
import sys, tempfile, os, contextlib, io
from minigen.__main__ import app
os.chdir(tempfile.mkdtemp())
with contextlib.redirect_stdout(io.StringIO()):
    for line in ("train text --size tiny --out text.npz", "sample text --from text.npz --length 40 --prompt To",
                 "sample names --size tiny --n 9 --top-k 3", "sample digits --size tiny --complete --n 2",
                 "sample sprites --size tiny --n 1 --film sprite.gif", "sample digits --size tiny --strategy shared_latent --n 70",
                 "sample names --size tiny --model ngram", "sample answers --size tiny"):
        sys.argv = ["minigen", *line.split()]
        app(standalone_mode=False)
reports = []
""")
    assert {kernel["name"]: kernel["compiled"] for kernel in done["kernels"] if kernel["compiled"]} == {}
    assert set(done["loaded"]) <= set(warmed["loaded"])


def test_ctrl_c_stops_it(monkeypatch):
    """train() hands back what it has; warm() has no use for it and goes on to stop."""
    monkeypatch.setattr(base, "fit", lambda *arguments: base.Trained(None, 0.0, interrupted=True))
    with pytest.raises(KeyboardInterrupt):
        warm.exercise(RECIPES["names"], "char_lm")
