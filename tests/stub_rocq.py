"""A compiler that believes everything: for tests of how Rocq is called, not of what it says."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from derive.certify import compiler

SCRIPT = """#!{python} -IS
import json, os, pathlib, re, sys

arguments = sys.argv[1:]
if "--print-version" in arguments:
    print("{version}")
    sys.exit()
file = pathlib.Path(arguments[-1])
text = file.read_text()
with open({log!r}, "a") as log:
    log.write(json.dumps(dict(name=file.stem, arguments=arguments, text=text, environment=sorted(os.environ))) + "\\n")
if "false" in file.stem:
    sys.exit("Error: this is false.")
file.with_suffix(".vo").write_text("compiled")
for number in re.findall(r"^Check shared_theorem_(\\d+)", text, re.MULTILINE):
    print(f"shared_theorem_{{number}}\\n     : shared_claim_{{number}}")
if "Print Assumptions" in text:
    print("Closed under the global context")
"""


@dataclass(frozen=True)
class Stub:
    """The only program on the path."""

    bin: Path

    def install(self, version: str, name: str = "coqc") -> None:
        """Under this name, with this version."""
        self.bin.mkdir(exist_ok=True)
        for old in self.bin.iterdir():
            old.unlink()
        file = self.bin / name
        file.write_text(SCRIPT.format(python=sys.executable, version=version, log=str(self.log)))
        file.chmod(0o755)

    @property
    def log(self) -> Path:
        return self.bin.with_suffix(".log")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What was compiled, since the last time that this was asked."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]

    @property
    def compiled(self) -> list[str]:
        """The names of the files."""
        return [call["name"] for call in self.calls]


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stub:
    """Version 8.16.1, to begin with."""
    made = Stub(tmp_path / "bin")
    made.install("8.16.1 4.14.0")
    monkeypatch.setenv("PATH", str(made.bin))
    monkeypatch.setattr(compiler, "_build", compiler._build.__wrapped__)  # ask anew each time
    return made
