"""Rocq's compiler and its toplevel: which there are, of which version, and how they are run.

They run with an empty environment: no load path and no start-up file but what is given here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from derive.errors import UserError


class Done(NamedTuple):
    """What a process of Rocq printed.  ``status`` is None when it was stopped because it took too long."""

    status: int | None
    output: str
    errors: str


@dataclass(frozen=True)
class Rocq:
    """An installed Rocq."""

    compiler: tuple[str, ...]
    toplevel: tuple[str, ...] | None
    build: str  # all that it says of its version
    version: str

    def text(self, text: str) -> str:
        """A file as this version wants it: from 9 on, Rocq calls its standard library Stdlib."""
        if int(self.version.partition(".")[0]) < 9:
            return text
        return re.sub(r"^From Coq Require", "From Stdlib Require", text, flags=re.MULTILINE)

    def compile(
        self, file: Path, library: Path, time_limit: float | None = None, said: Callable[[str], None] | None = None
    ) -> Done:
        """Compile a file, which sees the rule library in the folder ``library`` as Derive.  ``said`` is given each line of
        output as it comes."""
        command = [*self.compiler, *_options(library), "-noglob", str(file)]
        return _run(command, file.parent, time_limit, said or (lambda _: None))

    def converse(self, text: str, folder: Path, library: Path, time_limit: float | None = None) -> Done:
        """Have the toplevel read a text; it goes on after an error."""
        assert self.toplevel is not None
        return _run([*self.toplevel, *_options(library)], folder, time_limit, lambda _: None, text)


# the compiler and the toplevel, until version 8 and from version 9 on
_COMMANDS = ((("coqc",), ("coqtop",)), (("rocq", "compile"), ("rocq", "repl")))


def find_rocq() -> Rocq:
    """The Rocq that is installed."""
    for compiler, toplevel in _COMMANDS:
        found, top = shutil.which(compiler[0]), shutil.which(toplevel[0])
        if found is None:
            continue
        build = _build((found, *compiler[1:]))
        version = re.match(r"\d+(?:\.\w+)*", build)
        if version is None:
            raise UserError(f"{found} does not say of which version it is; is it Rocq's compiler?")
        return Rocq(
            (found, *compiler[1:]), None if top is None else (top, *toplevel[1:]), build, version.group()
        )  # fmt: skip
    raise UserError(
        "running certificates needs Rocq's compiler coqc, which is not installed; on Debian and Ubuntu: "
        "apt-get install --no-install-recommends coq"
    )


@cache
def _build(compiler: tuple[str, ...]) -> str:
    command = [*compiler, "--print-version"]
    out = subprocess.run(command, capture_output=True, text=True, check=False, env=_clean(Path("/")))
    return out.stdout.strip()


def _options(library: Path) -> Sequence[str]:
    return "-q", "-Q", str(library), "Derive"


def _clean(home: Path) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LANG": "C.UTF-8"}


def _run(
    command: list[str], folder: Path, time_limit: float | None, said: Callable[[str], None], given: str = ""
) -> Done:
    output: list[str] = []
    late = threading.Event()
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        asked.write(given.encode())
        asked.seek(0)
        with subprocess.Popen(
            command, stdin=asked, stdout=subprocess.PIPE, stderr=errors, env=_clean(folder), cwd=folder,
            encoding="utf-8", errors="replace",
        ) as process:  # fmt: skip

            def stop() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(threading.TIMEOUT_MAX if time_limit is None else time_limit, stop)
            timer.daemon = True
            timer.start()
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    output.append(line)
                    said(line)
                status = process.wait()
            finally:
                timer.cancel()
                process.kill()
        errors.seek(0)
        return Done(None if late.is_set() else status, "".join(output), errors.read())
