"""Which Rocq is used, and how it is called.  The compiler here is a stub."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from stub_rocq import Stub

from derive.board.catalogue import find_theorem
from derive.certify import run_certificates, write_certificates
from derive.certify.command import certify_command
from derive.certify.compiler import Rocq
from derive.certify.replay import short_error
from derive.cli import main
from derive.cli.common import progress
from derive.errors import UserError

ONE, TWO = "exercise_6_comparing_objectives", "chain_rule"


@pytest.mark.parametrize(
    ("version", "name", "library"),
    [
        ("8.16.1 4.14.0", "coqc", "Coq"),
        ("8.20.1 5.2.0", "coqc", "Coq"),
        ("9.0.0 5.3.0", "coqc", "Stdlib"),
        ("9.1+rc1 5.3.0", "rocq", "Stdlib"),
        ("10.0 5.4.0", "rocq", "Stdlib"),
    ],
)
@pytest.mark.parametrize("names", [[ONE], [ONE, TWO]], ids=["one", "two"])
def test_the_standard_library_is_called_as_the_version_calls_it(
    version: str, name: str, library: str, names: list[str], stub: Stub, tmp_path: Path
) -> None:
    """Coq until version 8, Stdlib from 9 on: in the rule library, in a certificate, and in a file of several."""
    stub.install(version, name)
    text, status = certify_command(names, tmp_path / "out", run=True)
    assert status == 0
    assert f"Rocq {version.split('+')[0].split()[0]}" in text
    calls = stub.calls
    assert [c["name"] for c in calls] == ["Operators", "Rules", "Axioms", ONE if names == [ONE] else "together"]
    for call in calls:
        assert len(re.findall(rf"^From {library} Require Import Reals ZArith", call["text"], re.MULTILINE)) == 1
        assert call["text"].count(" Require Import ") == 1 + (call["name"] != "Operators")
        assert call["arguments"][0] == "compile" if name == "rocq" else call["arguments"][0] == "-q"
        assert not {"COQPATH", "ROCQPATH", "PYTHONPATH"} & set(call["environment"])
    # what is written for people is the same everywhere; Rocq 9 reads it too, with a warning
    assert "\nFrom Coq Require Import Reals ZArith." in (tmp_path / "out" / f"{ONE}.v").read_text("utf-8")


def test_a_compiler_that_does_not_say_its_version(stub: Stub, tmp_path: Path) -> None:
    stub.install("Hello")
    with pytest.raises(UserError, match="does not say of which version it is"):
        certify_command([ONE], tmp_path / "out", run=True)
    assert not (tmp_path / "out").exists()


def test_no_compiler(stub: Stub, tmp_path: Path) -> None:
    (stub.bin / "coqc").unlink()
    with pytest.raises(UserError, match="apt-get install --no-install-recommends coq"):
        certify_command([ONE], tmp_path / "out", run=True)


def test_a_library_that_does_not_compile(stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derive.certify.run.FILES", ("Operators", "falsehoods"))
    monkeypatch.setattr("derive.certify.run.library_source", lambda name: "")
    write_certificates([find_theorem(ONE)], tmp_path)
    with pytest.raises(UserError, match=r"the rule library does not compile with Rocq 8\.16\.1: Error: this is false"):
        run_certificates(tmp_path)


def test_only_the_first_line_of_a_header_is_changed() -> None:
    new = Rocq(("rocq",), None, "9.0", "9.0")
    assert new.text("From Coq Require Import Reals.\nFrom Derive Require Import Rules.\n(* From Coq Require *)") == (
        "From Stdlib Require Import Reals.\nFrom Derive Require Import Rules.\n(* From Coq Require *)"
    )


def test_errors_are_shown_without_the_folder_and_the_warnings() -> None:
    folder = Path("/somewhere/else")
    text = (
        f'File "{folder}/x.v", line 1, characters 0-4:\nWarning: old.\nFile "{folder}/x.v", line 7:\nError: no\n such.'
    )
    assert short_error(text, folder) == 'File "x.v", line 7: Error: no such.'
    assert short_error("killed", folder) == "killed"
    assert len(short_error("Error " * 1000, folder)) == 400


def test_what_is_done_is_told_while_it_is_done(stub: Stub, tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []

    @contextmanager
    def bar(what: str, count: int) -> Iterator[Callable[[str], None]]:
        assert count == 2
        yield lambda name: told.append((what, name))

    certify_command([ONE, TWO], tmp_path / "out", run=True, bar=bar)
    assert told[:2] == [("writing", ONE), ("writing", TWO)]
    assert sorted(told[2:]) == [("replaying", TWO), ("replaying", ONE)]


def test_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress("replaying", 2) as told:
        for name in (ONE, ONE, TWO):
            told(name)
    shown = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert "replaying" in shown
    assert "100%" in shown


@pytest.mark.parametrize("options", [[], ["--run"]], ids=["written", "run"])
@pytest.mark.parametrize("place", ["file", "file/deeper", "/proc/certificates", "taken"])
def test_a_place_that_cannot_be_written_is_one_paragraph(
    options: list[str], place: str, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    Path("taken/Derive/Rules.v").mkdir(parents=True)
    done = CliRunner().invoke(main, ["certify", ONE, "-o", place, *options])
    assert done.exit_code == 2
    assert re.fullmatch(r"derive: .*\n", done.stderr)
    assert place in done.stderr
    assert done.stdout == ""
    assert stub.compiled == []


def test_a_cache_that_cannot_be_written_changes_nothing(stub: Stub, tmp_path: Path) -> None:
    (tmp_path / ".cache").write_text("")
    for _ in range(2):
        text, status = certify_command([ONE], tmp_path, run=True)
        assert status == 0
        assert "cache" not in text
