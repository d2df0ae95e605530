"""For tests that have Rocq replay certificates: a folder with the rule library compiled, once for a run of tests."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from derive.certify import Result, run_certificates, write_certificates
from derive.kernel.terms import Term
from derive.kernel.theorem import Theorem


@pytest.fixture(scope="session")
def rocq() -> None:
    """Rocq is there.  Else the test is skipped; under CI it fails."""
    if shutil.which("coqc") is None:
        message = "needs coqc: apt-get install --no-install-recommends coq"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="session")
def compiled(rocq: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of no certificates in which the rule library is compiled, by its name relative to the current folder."""
    above = tmp_path_factory.mktemp("relative")
    with contextlib.chdir(above):
        write_certificates([], "compiled")
        assert run_certificates("compiled") == []
    return above / "compiled"


@pytest.fixture
def folder(compiled: Path, tmp_path: Path) -> Path:
    """A copy of it, to put certificates into."""
    return Path(shutil.copytree(compiled, tmp_path / "certificates"))


@dataclass(frozen=True)
class Raw:
    """A theorem of the kernel that is not in the catalogue."""

    name: str
    theorem: Theorem

    @property
    def given(self) -> tuple[Term, ...]:
        return self.theorem.hyps

    @property
    def shows(self) -> Term:
        return self.theorem.concl


def results_of(folder: Path, texts: dict[str, str]) -> dict[str, Result]:
    """What Rocq says about certificates given as texts."""
    for name, text in texts.items():
        (folder / f"{name}.v").write_text(text, "utf-8")
    return {res.name: res for res in run_certificates(folder)}
