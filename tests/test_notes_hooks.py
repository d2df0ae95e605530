"""The examples of a hook and of a workflow: what they run, run here."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples" / "notes"
GOOD = "%: x > 0\n$$ \\log x^2 = 2 \\log x $$\n"


def call(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """A command of derive's, in a folder."""
    assert words[0] == "derive"
    run = [sys.executable, "-m", "derive.cli", *words[1:]]
    return subprocess.run(run, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.tex").write_text(GOOD)
    (tmp_path / "bad.tex").write_text(GOOD.replace("2 \\log", "3 \\log"))
    return tmp_path


def test_the_hook_stops_a_commit_of_a_false_row(folder: Path) -> None:
    text = (EXAMPLES / "pre-commit-config.yaml").read_text("utf-8")
    entry = re.search(r"^ +entry: (.+)$", text, re.MULTILINE)
    files = re.search(r"^ +files: (.+)$", text, re.MULTILINE)
    assert entry and files
    given = [p.name for p in sorted(folder.iterdir()) if re.search(files[1], p.name)]
    assert given == ["bad.tex", "good.tex"] and not re.search(files[1], "code.py")
    assert call([*shlex.split(entry[1]), "good.tex"], folder).returncode == 0
    stopped = call([*shlex.split(entry[1]), *given], folder)
    assert stopped.returncode == 1 and "bad.tex:2" in stopped.stdout


def test_the_workflow_marks_a_false_row(folder: Path) -> None:
    text = (EXAMPLES / "github-action.yml").read_text("utf-8")
    install, check = re.findall(r"^ +- run: (.+)$", text, re.MULTILINE)
    assert install == "pip install 'derive-lm[notes]'"
    words = shlex.split(check.replace("*.tex", "bad.tex good.tex"))
    marked = call(words, folder)
    assert marked.returncode == 1
    assert marked.stdout.startswith("::error file=bad.tex,line=2,")
