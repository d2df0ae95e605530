"""docs/contributing.md is true: its examples work on a copy of the repository, and each step that is left out is missed.

A comment ``<!-- add: FILE -->`` before a block says where its text goes: to the end of the file, which is made when there
is none; ``, under LINE`` behind the line that begins so; ``, in the table NAME`` at the end of that table.  A comment
``<!-- run -->`` says that the block's commands are run.  The check that a step needs stands in the words before it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from sweep import sample

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "contributing.md").read_text("utf-8")


class Step(NamedTuple):
    place: str  # as in the comment; "" for commands
    text: str
    check: str  # what fails without it; "" where nothing is said


def steps_of(title: str) -> list[Step]:
    """The steps of the section of that title, in order."""
    section = PAGE.split(f"### {title}\n")[1].split("\n### ")[0]
    found = re.finditer(r"<!-- (?:add: ([^>]+?)|run) -->\n```\w+\n(.*?)```", section, flags=re.DOTALL)
    out, end = list[Step](), 0
    for m in found:
        named = re.findall(r"`(tests/\w+\.py(?:::\w+)?)` fails", section[end : m.start()])
        out.append(Step(m[1] or "", m[2], named[-1] if named else ""))
        end = m.end()
    return out


EXAMPLES = {title: steps_of(title) for title in ("A definition", "A lemma", "A notation")}
LEFT_OUT = [(title, n) for title, steps in EXAMPLES.items() for n, step in enumerate(steps) if step.check]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository, as far as the checks need it, with what is compiled of it: times are kept, so that of what a step changes
    nothing compiled counts."""
    for name in ("derive", "proofs", "docs", "tests"):
        unfinished = shutil.ignore_patterns("*.pyc.*")  # other processes write them just now
        shutil.copytree(ROOT / name, tmp_path / name, ignore=unfinished)
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def take(step: Step, copy: Path) -> None:
    """Does what the step says."""
    if not step.place:
        for line in step.text.splitlines():
            done = run(line.replace("python ", f"{sys.executable} ", 1), copy)
            # writing golden files may end in failures of other tests of that file
            assert done.returncode in (0, 1), done.stdout
        return
    file, _, where = step.place.partition(", ")
    path = copy / file
    old = path.read_text("utf-8") if path.exists() else ""
    if where.startswith("under "):
        line = next(x for x in old.splitlines(keepends=True) if x.startswith(where.removeprefix("under ")))
        new = old.replace(line, line + step.text, 1)
    elif where:
        start = old.index(f"<!-- {where.removeprefix('in the table ')} -->")
        end = old.index("<!-- end -->", start)
        new = old[:end] + step.text + old[end:]
    else:
        new = f"{old}\n\n{step.text}" if old else step.text
    path.write_text(new, "utf-8")


def run(command: str, copy: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(copy)}
    for name in ("UPDATE_DOCS", "DERIVE_GOLDEN", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        env.pop(name, None)
    return subprocess.run(
        ["sh", "-c", command],
        cwd=copy,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def check(names: list[str], copy: Path) -> subprocess.CompletedProcess[str]:
    return run(f"{sys.executable} -m pytest -q -x -p no:cacheprovider -p no:xdist {' '.join(names)}", copy)


@pytest.mark.parametrize("title", EXAMPLES)
def test_with_all_its_steps_the_checks_pass(title: str, copy: Path) -> None:
    steps = EXAMPLES[title]
    assert len(steps) > 1 and any(s.check for s in steps)
    for step in steps:
        take(step, copy)
    done = check(sorted({s.check for s in steps if s.check}), copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("title", "left_out"), sample(LEFT_OUT, 4))
def test_a_step_that_is_left_out_is_missed(title: str, left_out: int, copy: Path) -> None:
    steps = EXAMPLES[title]
    for n, step in enumerate(steps):
        if n != left_out:
            take(step, copy)
    done = check([steps[left_out].check], copy)
    assert done.returncode == 1, done.stdout
