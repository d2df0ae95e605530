"""The distribution: built, installed and run as strangers do it, in empty environments and out of sight of the checkout.

Needs an index of Python packages that pip reaches.  The newer Pythons are those of Pyodide, which is CPython for
WebAssembly: they need nodejs and npm (Debian), and pyodide, which npm installs.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from needs import missing
from npm import node, packages
from sweep import sample
from test_docs import PAGES, WITHOUT, agrees, blocks_of, commands_of, shell_lines

from derive.version import __version__

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("derive", "proofs", "docs", "tests")
PYODIDE = {"3.12": "0.27.7", "3.13": "0.29.5", "3.14": "314.0.7"}  # the Python in each version of pyodide
Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Makes a folder by name, once for all the processes of this run."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, fill: Callable[[Path], None]) -> Path:
        folder, done = base / name, base / f"{name}.done"
        with open(base / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return made


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """What a command prints; it knows nothing of the checkout, of this environment and of these tests."""
    ours = ("PYTHON", "PYTEST_", "COV_", "VIRTUAL_ENV")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    clean |= {"PYTHONIOENCODING": "utf-8", "COLUMNS": "100", "PIP_NO_COMPILE": "1", **(env or {})}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}"
    return done.stdout


# --- what is built ---------------------------------------------------------------------------------------------------


def ignored(folder: str, names: list[str]) -> list[str]:
    """What git does not keep."""
    patterns = [".git", *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines())]
    return [n for n in names if any(fnmatch(n, p) for p in patterns)]


@cache
def need_index() -> None:
    """Skip when there is nothing to build with, or when pip reaches no index of packages."""
    if importlib.util.find_spec("build") is None:
        missing("build (pip)", "the distribution is made by build, which is not installed")
    command = ["install", "--dry-run", "--ignore-installed", "--no-deps", "--retries=1", "-q", "setuptools>=77"]
    done = subprocess.run([sys.executable, "-m", "pip", *command], capture_output=True, text=True, check=False)
    if done.returncode:
        missing("setuptools>=77 (pip)", f"pip cannot fetch it: {done.stderr[-300:]}")


@pytest.fixture(scope="module")
def built(once: Once) -> Path:
    """A copy of the checkout, with the source distribution and the wheel made from it in ``dist``, and in ``direct`` a wheel that
    was made without that detour."""
    need_index()

    def build(folder: Path) -> None:
        copy = folder / "checkout"
        shutil.copytree(ROOT, copy, ignore=ignored)
        # by the setuptools that is here: pip fetches one where the README's lines are followed
        command = (sys.executable, "-m", "build", "--no-isolation")
        run(*command, "--outdir", folder / "dist", copy, cwd=folder)
        run(*command, "--wheel", "--outdir", folder / "direct", copy, cwd=folder)
        for left in ("build", "derive_lm.egg-info"):
            shutil.rmtree(copy / left)

    return once("built", build)


def wheel_of(folder: Path) -> Path:
    (wheel,) = folder.glob(f"derive_lm-{__version__}-py3-none-any.whl")
    return wheel


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as z:
        return {n: z.read(n) for n in z.namelist() if not n.endswith("/")}


def test_the_source_distribution_has_what_a_checkout_has(built: Path) -> None:
    copy = built / "checkout"
    with tarfile.open(built / "dist" / f"derive_lm-{__version__}.tar.gz") as tar:
        there = {m.name.partition("/")[2] for m in tar.getmembers() if m.isfile()}
    wanted = {f.relative_to(copy).as_posix() for room in ROOMS for f in (copy / room).rglob("*") if f.is_file()}
    wanted |= {"README.md", "CHANGELOG.md", "LICENSE", "MANIFEST.in", "pyproject.toml", ".ci/run", ".gitignore"}
    assert not {f for f in wanted - there if not f.endswith(".gitattributes")}
    assert {
        "derive/certify/rocq/Rules.v",
        "derive/render/formula/notations/compact.toml",
        "derive/proofs/__init__.py",
    } < there


def test_the_wheel_has_the_package_and_nothing_else(built: Path) -> None:
    wheel = contents(wheel_of(built / "dist"))
    assert {n.split("/")[0] for n in wheel} == {"derive", f"derive_lm-{__version__}.dist-info"}
    copy = built / "checkout"
    inside = {n for n in wheel if n.startswith("derive/")}
    package = {
        f"derive/{f.relative_to(copy / 'derive').as_posix()}" for f in (copy / "derive").rglob("*") if f.is_file()
    }
    package |= {f"derive/proofs/{f.name}" for f in (copy / "proofs").iterdir() if f.is_file()}
    assert {n for n in package ^ inside if not n.endswith(".gitattributes")} == set()
    for name in ("__init__", "softmax"):
        assert wheel[f"derive/proofs/{name}.py"] == (copy / "proofs" / f"{name}.py").read_bytes()
    assert sum("licenses/" in n for n in wheel) == 4  # derive's, and those of what the slides carry


def test_the_wheel_is_the_same_with_and_without_the_source_distribution(built: Path) -> None:
    assert contents(wheel_of(built / "dist")) == contents(wheel_of(built / "direct"))


def test_the_wheel_says_what_pyproject_says(built: Path) -> None:
    wheel = contents(wheel_of(built / "dist"))
    said = wheel[f"derive_lm-{__version__}.dist-info/METADATA"].decode()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for line in (
        "Name: derive-lm",
        f"Version: {__version__}",
        "Requires-Python: >=3.11",
        *(f"Classifier: {c}" for c in project["classifiers"]),
    ):
        assert f"{line}\n" in said
    for python in ("3.11", *PYODIDE):
        assert f"Classifier: Programming Language :: Python :: {python}\n" in said


# --- what is installed -----------------------------------------------------------------------------------------------

COMMANDS = [
    "show cross_entropy_is_nll",
    "show label_smoothing_residual --as latex --notation pr",
    "list",
    "check label_smoothing_residual kl_nonneg argmin_cross_entropy_iff tempered_at_most",
    "refute joint_is_product_of_marginals",
    "score docs/examples/response.json",
    "work exercise_2_forgotten_condition --given docs/examples/exercise_2.toml",
    "certify chain_rule",
    "slides label_smoothing_residual -o deck.html",
    "check deck.html",
]
"""What is run wherever derive is installed; it must print and write the same everywhere."""
WRITTEN = ("certificates/chain_rule.v", "deck.html")


def without_times(text: str) -> str:
    return re.sub(r"\d+\.\d+ s\b", "0.00 s", text)


def results(python: str | Path, folder: Path, env: dict[str, str]) -> dict[str, str]:
    """What the commands print and write, run with this Python in an empty folder."""
    shutil.copytree(ROOT / "docs" / "examples", folder / "docs" / "examples")
    out = {c: without_times(run(python, "-m", "derive.cli", *c.split(), cwd=folder, env=env)) for c in COMMANDS}
    return out | {name: (folder / name).read_text("utf-8") for name in WRITTEN}


@pytest.fixture(scope="module")
def expected(once: Once) -> dict[str, str]:
    """The results of the checkout."""
    folder = once(
        "expected",
        lambda f: (f / "results.json").write_text(
            json.dumps(results(sys.executable, f, {"PYTHONPATH": str(ROOT)})), "utf-8"
        ),
    )
    return json.loads((folder / "results.json").read_text("utf-8"))


def installing(page: Path) -> list[str]:
    """The lines of a page that install, without the one for the tests, which .ci/run takes."""
    begins = tuple(b for b in WITHOUT if "venv" in b)
    return [x for x in shell_lines(page.read_text("utf-8")) if x.startswith(begins) and "pytest" not in x]


class Followed(NamedTuple):
    """A copy of the checkout in which the README's installing lines have been run."""

    python: Path
    printed: list[str]  # by each line
    results: dict[str, str]  # after the first line, which installs derive and what it needs

    @property
    def site(self) -> Path:
        """Where derive is installed."""
        (site,) = self.python.parents[1].glob("lib/python*/site-packages")
        return site


@pytest.fixture(scope="module")
def followed(built: Path, once: Once) -> Followed:
    def follow(folder: Path) -> None:
        copy = folder / "checkout"
        shutil.copytree(built / "checkout", copy)
        start, *more = installing(copy / "README.md")
        printed = [run("sh", "-ec", start, cwd=copy)]
        (folder / "empty").mkdir()
        there = results(copy / ".venv" / "bin" / "python", folder / "empty", {})
        printed += [run("sh", "-ec", line, cwd=copy) for line in more]
        (folder / "followed.json").write_text(json.dumps([printed, there]), "utf-8")

    folder = once("followed", follow)
    return Followed(
        folder / "checkout" / ".venv" / "bin" / "python", *json.loads((folder / "followed.json").read_text("utf-8"))
    )


def test_what_is_installed_runs_in_an_empty_environment(
    followed: Followed, expected: dict[str, str], tmp_path: Path
) -> None:
    assert followed.results == expected
    said = run(followed.python.parent / "derive", "--version", cwd=tmp_path)
    assert said == f"derive, version {__version__}\n"


IMPORTING = """
import importlib.util, derive.proofs
from derive.proofs.softmax import log_softmax
assert log_softmax.theorem is not None and "softmax" in derive.proofs.SUBJECTS
print(derive.__file__, derive.proofs.__file__, log_softmax.file, *map(importlib.util.find_spec, ("proofs", "tests")))
"""


def test_the_theorems_are_imported_from_what_is_installed(followed: Followed, tmp_path: Path) -> None:
    there = followed.site / "derive"
    assert run(followed.python, "-c", IMPORTING, cwd=tmp_path).split() == [
        *(str(there / f) for f in ("__init__.py", "proofs/__init__.py", "proofs/softmax.py")),
        *("None", "None"),  # nothing else is installed
    ]


def test_the_theorems_are_imported_from_a_checkout_on_the_path(tmp_path: Path) -> None:
    """``-S`` leaves out what is installed, an editable installation too."""
    printed = run(sys.executable, "-S", "-c", IMPORTING, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})
    assert printed.split()[:3] == [
        str(ROOT / f) for f in ("derive/__init__.py", "proofs/__init__.py", "proofs/softmax.py")
    ]


# --- what the README says --------------------------------------------------------------------------------------------


def test_only_the_readme_says_how_to_install() -> None:
    """Beside the line for the tests, which the page for contributors repeats."""
    assert [page.name for page in PAGES if installing(page)] == ["README.md"]


def test_the_installing_lines_of_the_readme_run_as_printed(followed: Followed) -> None:
    start, slides = followed.printed
    (shown, *_) = (
        c for b in blocks_of((ROOT / "README.md").read_text("utf-8")) if b.info == "console" for c in commands_of(b)
    )
    assert agrees(shown.expected, start)
    assert "wrote lecture.pptx: 2 derivations" in slides
    assert zipfile.is_zipfile(followed.python.parents[2] / "lecture.pptx")


def test_an_editable_installation_runs_the_checkout(tmp_path: Path) -> None:
    """The line for the tests makes one, in which they run."""
    printed = run(sys.executable, "-c", IMPORTING, cwd=tmp_path).split()
    if printed[0].startswith(str(Path(sys.prefix).resolve())):
        missing("-e '.[test]' (pip)", "derive is installed here, but the checkout is not")
    assert printed[:3] == [str(ROOT / f) for f in ("derive/__init__.py", "proofs/__init__.py", "proofs/softmax.py")]


# --- newer Pythons ---------------------------------------------------------------------------------------------------

IN_PYODIDE = """
import { loadPyodide } from "pyodide";
import { readFileSync } from "fs";
const { site, folder, program } = JSON.parse(readFileSync(0, "utf-8"));
const python = await loadPyodide();
for (const [here, there] of [["/site", site], ["/folder", folder]]) {
    python.FS.mkdirTree(here);
    python.FS.mount(python.FS.filesystems.NODEFS, { root: there }, here);
}
console.log(await python.runPythonAsync(program));
"""
PROGRAM = """
import json, os, sys, warnings
sys.dont_write_bytecode = True
sys.path.append("/site")
os.chdir("/folder")
os.environ["COLUMNS"] = "100"
os.umask(0o022)  # some versions of WebAssembly's C library start with 0o777
if sys.version_info >= (3, 14):
    sys.modules["latexify"] = None  # which pip does not install there
warnings.filterwarnings("error", module="derive")
from click.testing import CliRunner
from derive.cli import main
out = {c: CliRunner().invoke(main, c.split(), prog_name="derive") for c in %r}
json.dumps([sys.version, {c: r.output + ("" if r.exit_code == 0 else repr(r.exception)) for c, r in out.items()}])
"""


@pytest.mark.parametrize("version", sample(PYODIDE, 1))
def test_the_wheel_runs_on_newer_pythons(
    version: str, followed: Followed, expected: dict[str, str], tmp_path: Path
) -> None:
    folder = packages(pyodide=PYODIDE[version])
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    given = {"site": str(followed.site), "folder": str(tmp_path), "program": PROGRAM % COMMANDS}
    python, printed = json.loads(node(IN_PYODIDE, folder, json.dumps(given)).splitlines()[-1])
    assert python.startswith(f"{version}.")
    out = {command: without_times(text) for command, text in printed.items()}
    assert out | {name: (tmp_path / name).read_text("utf-8") for name in WRITTEN} == expected
