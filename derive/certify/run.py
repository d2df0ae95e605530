"""Writes certificates into a folder, and has Rocq replay them.

A folder holds ``Derive/``, the rule library, and one file for each theorem.  Rocq is given the standard library and
``Derive/`` of that folder, which is written anew from the package for each run; it sees no other load path.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from derive.certify.certificate import Certificate, applications, certificate, compare, statement_of
from derive.certify.guard import RefusedError, examine
from derive.certify.library import FILES, library_source
from derive.errors import UserError

# what a certificate may rest on: the axioms of the reals in Rocq's standard library, and excluded middle
ALLOWED = frozenset(
    (
        "ClassicalDedekindReals.sig_not_dec",
        "ClassicalDedekindReals.sig_forall_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    )
)
TIME_LIMIT = 300.0  # seconds for one certificate


@dataclass(frozen=True)
class Result:
    """What Rocq said about one certificate."""

    name: str
    ok: bool
    message: str  # why not, when it is not
    lines: int
    applications: int
    seconds: float
    assumptions: tuple[str, ...]
    version: str  # of Rocq; empty when it was not asked

    def __str__(self) -> str:
        if not self.ok:
            return f"{self.name}: REJECTED: {self.message}"
        rests = ", ".join(a.rpartition(".")[2] for a in self.assumptions) or "nothing"
        return (
            f"{self.name}: Rocq {self.version} proved the claim from {self.applications} lemma applications in "
            f"{self.lines} lines ({self.seconds:.1f} s); it rests on {rests}"
        )


def coqc() -> str:
    """The compiler of Rocq."""
    found = shutil.which("coqc")
    if found is None:
        raise UserError(
            "running certificates needs Rocq's compiler coqc, which is not installed; on Debian and Ubuntu: "
            "apt-get install --no-install-recommends coq"
        )
    return found


@cache
def rocq_version(compiler: str) -> str:
    out = subprocess.run([compiler, "--print-version"], capture_output=True, text=True, check=False, env=_clean("/"))
    return out.stdout.split(" ")[0].strip()


def _clean(home: str) -> dict[str, str]:
    """An environment that adds no load path and no start-up file."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": home, "LANG": "C.UTF-8"}


def _write(path: Path, text: str) -> None:
    """The file, whole or not at all."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False, suffix=".tmp") as f:
        f.write(text)
    os.chmod(f.name, 0o644)
    os.replace(f.name, path)


def write_certificates(entries: Iterable[Any], folder: str | Path) -> list[Certificate]:
    """Writes the certificate of each theorem, and the library, into ``folder``."""
    entries = list(entries)
    names = [e.name for e in entries]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"two theorems are called {name}; write them into different folders")
    made = [certificate(e) for e in entries]
    root = Path(folder)
    try:
        write_library(root)
        for c in made:
            _write(root / f"{c.name}.v", c.text)
    except OSError as error:
        raise UserError(f"{folder}: certificates cannot be written there: {error.strerror}") from None
    return made


def write_library(folder: Path) -> None:
    (folder / "Derive").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        _write(folder / "Derive" / f"{name}.v", library_source(name))


def run_certificates(
    folder: str | Path,
    jobs: int | None = None,
    entries: Iterable[Any] | None = None,
    names: Sequence[str] | None = None,
    time_limit: float = TIME_LIMIT,
) -> list[Result]:
    """Has Rocq replay the certificates in ``folder`` (those in ``names`` only, when given).

    With ``entries`` each certificate is also read back and compared with the theorem of its name, so that one edited to
    claim something else is rejected.  The library is the one of the package: the folder's copy is replaced.
    """
    compiler = coqc()
    root = Path(folder)
    if not root.is_dir():
        raise UserError(f"{folder}: there is no such folder")
    found = sorted(p.stem for p in root.glob("*.v"))
    chosen = list(names) if names is not None else found
    missing = [n for n in chosen if n not in found]
    if missing:
        raise UserError(f"{folder} has no certificate {', '.join(missing)}")
    by_name: Mapping[str, Any] | None = None if entries is None else {e.name: e for e in entries}
    root = root.resolve()  # Rocq runs in another folder
    with tempfile.TemporaryDirectory(prefix="derive-certify-") as scratch:
        write_library(root)
        for name in FILES:
            _compile_library(compiler, root, name, scratch)

        def one(name: str) -> Result:
            return _run(compiler, root, name, scratch, by_name, time_limit)

        with ThreadPoolExecutor(max_workers=jobs or os.cpu_count() or 1) as pool:
            return list(pool.map(one, chosen))


def _compile_library(compiler: str, root: Path, name: str, scratch: str) -> None:
    command = [compiler, "-q", "-noglob", "-Q", str(root / "Derive"), "Derive", str(root / "Derive" / f"{name}.v")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_clean(scratch), cwd=scratch)
    if done.returncode:
        raise UserError(f"the rule library does not compile with this version of Rocq: {_short(done.stderr, root)}")


def _run(
    compiler: str, root: Path, name: str, scratch: str, entries: Mapping[str, Any] | None, time_limit: float
) -> Result:
    text = (root / f"{name}.v").read_text("utf-8", errors="replace")
    lines = text.count("\n")
    version = rocq_version(compiler)

    def rejected(message: str, count: int = 0, seconds: float = 0.0, rests: tuple[str, ...] = ()) -> Result:
        return Result(name, False, message, lines, count, seconds, rests, version)

    try:
        parts = examine(text)
    except RefusedError as error:
        return rejected(f"it was not run: {error}")
    if entries is not None:
        entry = entries.get(name)
        if entry is None:
            return rejected("it was not run: there is no theorem of this name")
        fault = compare(text, statement_of(entry, entry.theorem))
        if fault:
            return rejected(f"it was not run: it is not about the theorem: {fault}")
    count = applications(parts)
    # what is examined is what is run: the text goes into a file of its own
    with tempfile.TemporaryDirectory(dir=scratch) as own:
        file = Path(own) / f"{name}.v"
        file.write_text(text, "utf-8")
        command = [compiler, "-q", "-noglob", "-Q", str(root / "Derive"), "Derive", str(file)]
        start = time.perf_counter()
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env=_clean(own), cwd=own, timeout=time_limit
            )
        except subprocess.TimeoutExpired:
            return rejected(f"Rocq took more than {time_limit:g} s", count, time_limit)
        seconds = time.perf_counter() - start
    if done.returncode:
        return rejected(_short(done.stderr, Path(own)), count, seconds)
    assumptions = read_assumptions(done.stdout)
    if assumptions is None:
        return rejected("Rocq did not say on which assumptions it rests", count, seconds)
    more = [a for a in assumptions if a not in ALLOWED]
    if more:
        return rejected(f"it assumes {', '.join(more)}", count, seconds, assumptions)
    return Result(name, True, "", lines, count, seconds, assumptions, version)


def read_assumptions(output: str) -> tuple[str, ...] | None:
    """The names that ``Print Assumptions`` printed; None when the output is anything else."""
    lines = [x for x in output.splitlines() if x.strip()]
    if lines == ["Closed under the global context"]:
        return ()
    if not lines or lines[0] != "Axioms:":
        return None
    names = []
    for line in lines[1:]:
        if line[0] == " ":
            continue  # the type of the one before
        names.append(line.split(":")[0].strip())
    return tuple(names)


def _short(message: str, folder: Path) -> str:
    """The first lines of an error of Rocq, without the folder it ran in."""
    text = message.replace(f"{folder}{os.sep}", "")
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= 400 else text[:397] + "..."
