"""Gradescope's bundle in a box like Gradescope's container: root, Docker's capabilities, no namespaces, so the back-end is ``drop``."""

import json
import shutil
import sys
from zipfile import ZipFile

import pytest
from box import in_box
from commands import minigen
from implementations import HOUSE, SOLUTIONS


@pytest.fixture(scope="module")
def container(request, tmp_path_factory):
    """What Gradescope makes of autograder.zip: the folders that stand as /autograder and /opt, setup.sh run."""
    if not request.config.getoption("all"):
        pytest.skip("a minute to install: with --all")
    if not sys.platform.startswith("linux") or not shutil.which("bwrap"):
        pytest.skip("the box is made of Bubblewrap")
    folder = tmp_path_factory.mktemp("gradescope")
    done = minigen(HOUSE, "release", folder / "hand-out", "--units", "HW1")
    assert done.code == 0, done.err
    autograder, opt = folder / "autograder", folder / "opt"
    for made in (autograder / "source", autograder / "submission", opt):
        made.mkdir(parents=True)
    with ZipFile(folder / "autograder.zip") as archive:
        archive.extractall(autograder / "source")
    shutil.copy(autograder / "source" / "run_autograder", autograder / "run_autograder")
    done = in_box(autograder, opt, ["bash", "/autograder/source/setup.sh"], 900)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return autograder, opt


def results(container, files, number=7):
    """results.json of a submission, after run_autograder."""
    autograder, opt = container
    shutil.rmtree(autograder / "submission")
    (autograder / "submission").mkdir()
    for name, text in files.items():
        (autograder / "submission" / name).write_text(text, "utf-8")
    (autograder / "submission_metadata.json").write_text(json.dumps({"id": number, "users": [{"name": "王小明"}]}), "utf-8")
    done = in_box(autograder, opt, ["bash", "/autograder/run_autograder"], 600)
    assert done.returncode == 0
    return json.loads((autograder / "results" / "results.json").read_text("utf-8")), done.stdout + done.stderr


def test_a_submission_is_graded_by_the_other_user(container):
    """Right files earn all their points, of the full maximum, on the back-end that works without namespaces"""
    files = {f"{name}.py": (SOLUTIONS / f"{name}.py").read_text("utf-8") for name in ("u01_softmax", "u03_sample_categorical")}
    found, said = results(container, files)
    assert found["score"] == 30 and "sandbox: drop" in said and "bwrap" not in json.dumps(found)
    assert sum(test["max_score"] for test in found["tests"]) == pytest.approx(100, abs=0.01)


def test_whoever_looks_around_finds_nothing(container):
    """In the container: no hidden test, secret, results or metadata can be read, nothing can be written; the honest rest counts"""
    spy = (SOLUTIONS / "u01_softmax.py").read_text("utf-8") + '''

import os
for place in ("/autograder/source/tests/hidden/test_u01_softmax.py", "/autograder/source/secret", "/autograder/source/minigen/maths.py",
              "/autograder/results/results.json", "/autograder/submission_metadata.json", "/autograder/submission/u01_softmax.py", "/proc/1/environ"):
    try:
        raise SystemExit(open(place).read())
    except OSError:
        pass
for place in ("/autograder/results/results.json", "/autograder/results/forged", "/tmp/forged"):
    try:
        open(place, "w")
        raise SystemExit("written")
    except OSError:
        pass
'''
    found, _ = results(container, {"u01_softmax.py": spy})
    assert found["score"] == 10


def test_whatever_is_handed_in_there_is_a_valid_file(container):
    """Nothing, a broken file, one that ends its process: results.json is there, with the points that were earned"""
    nothing, _ = results(container, {"notes.txt": "nothing yet"})
    assert nothing["score"] == 0 and "no submission" in nothing["output"]
    found, _ = results(container, {"u01_softmax.py": "import os\nos.kill(os.getppid(), 9)\nos._exit(1)\n",
                                   "u03_sample_categorical.py": (SOLUTIONS / "u03_sample_categorical.py").read_text("utf-8")})
    assert found["score"] == 20
