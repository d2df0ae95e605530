"""Files that are watched: which are checked again, and how much of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, repeat
from pathlib import Path

import pytest
from programs import program

from derive.notes.check import check_document
from derive.notes.document import document_of
from derive.notes.judge import judge
from derive.notes.watch import changed


class Over(Exception):  # noqa: N818
    """The watching ends."""


def watched(paths: list[Path], *steps: object) -> list[str]:
    """What is checked, when between two looks these things are done."""
    waiting: Iterator[object] = chain(steps, repeat(None, 2))

    def wait() -> None:
        try:
            step = next(waiting)
        except StopIteration:
            raise Over from None
        if callable(step):
            step()

    out: list[str] = []
    with suppress(Over):
        for path in changed([str(p) for p in paths], wait):
            out += [Path(path).name]
    return out


def test_what_is_saved_is_checked_again(tmp_path: Path) -> None:
    a, b = tmp_path / "a.tex", tmp_path / "b.tex"
    a.write_text("x")
    b.write_text("y")
    assert watched([a, b]) == ["a.tex", "b.tex"]
    assert watched([a, b], lambda: b.write_text("longer")) == ["a.tex", "b.tex", "b.tex"]
    assert watched([a, b], lambda: os.utime(a, ns=(1, 1))) == ["a.tex", "b.tex", "a.tex"]


def test_a_file_that_is_still_being_written_is_left_until_it_rests(tmp_path: Path) -> None:
    a = tmp_path / "a.tex"
    a.write_text("x")
    parts = [lambda: a.write_text(""), lambda: a.write_text("a half"), lambda: a.write_text("all of it"), None]
    assert watched([a], *parts) == ["a.tex", "a.tex"]


def test_a_file_that_is_replaced_is_checked_once(tmp_path: Path) -> None:
    a = tmp_path / "a.tex"
    a.write_text("x")
    assert watched([a], a.unlink, None, lambda: a.write_text("new")) == ["a.tex", "a.tex"]


ROWS = [r"\log (x y) &= \log x + \log y", *(rf"&= {n} + \log x + \log y - {n}" for n in range(1, 9))]


def text(rows: list[str]) -> str:
    return "%: x > 0\n%: y > 0\n\\begin{align}\n" + " \\\\\n".join(rows) + "\n\\end{align}\n"


def test_only_what_changed_is_looked_for_again() -> None:
    check_document(document_of("a.tex", text(ROWS)))
    before = judge._sought.cache_info().misses
    check_document(document_of("a.tex", text(ROWS)))
    assert judge._sought.cache_info().misses == before
    edited = [*ROWS[:-1], r"&= \log y + \log x"]
    view = check_document(document_of("a.tex", text(edited)))
    assert view.counts() == {"proved": len(ROWS)}
    assert judge._sought.cache_info().misses <= before + 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of Unix")
def test_control_c_ends_the_watching_with_status_130_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "notes.tex").write_text(text(ROWS[:2]))
    command = [sys.executable, "-m", "derive.cli", "check", "notes.tex", "--watch"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONUNBUFFERED": "1"}
    with program(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        seen: list[str] = []
        for line in process.stdout:
            seen.append(line)
            if "waiting for changes" in line:
                break
        process.send_signal(signal.SIGINT)
        more, errors = process.communicate(timeout=30)
    assert any("1 proved" in line or "2 proved" in line for line in seen), seen
    assert process.returncode == 130
    assert "Traceback" not in errors + more
