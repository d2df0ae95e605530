"""Has Rocq replay certificates: one alone, or several in one file, and says of each what came out."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from derive.certify.certificate import Statement, compare_claim
from derive.certify.compiler import Rocq
from derive.certify.export import HEADER
from derive.certify.guard import RefusedError, examine_together, shared_theorem
from derive.certify.together import Member, file_of, pieces

# what a certificate may rest on: the axioms of the reals in Rocq's standard library, and excluded middle
ALLOWED = frozenset(
    (
        "ClassicalDedekindReals.sig_not_dec",
        "ClassicalDedekindReals.sig_forall_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    )
)


REJECTED = "Rocq rejects the file"


class Candidate(NamedTuple):
    """A certificate that may be run."""

    name: str
    text: str
    member: Member
    statement: Statement | None  # what it must claim; None when any claim will do


class Verdict(NamedTuple):
    """What Rocq said of a certificate."""

    fault: str  # why it is rejected; empty when it is accepted
    assumptions: tuple[str, ...] = ()  # on which the theorems of the file rest, all together
    seconds: float = 0.0  # that the file took
    others: int = 0  # certificates in the same file


@dataclass(frozen=True)
class Replay:
    """How certificates are replayed.  ``known`` is told the name of each theorem that Rocq has got through."""

    rocq: Rocq
    library: Path  # the folder of the compiled rule library
    scratch: Path  # where files may be written
    time_limit: float  # seconds for one file
    known: Callable[[str], None]

    def verdicts(self, candidates: Sequence[Candidate]) -> dict[str, Verdict]:
        """Of each certificate of one file.  When Rocq rejects the file, its toplevel reads it piece by piece; those that
        need a rejected piece are rejected, and the others are run again without them.  What is not found out so is run
        alone, as is everything when the file does not claim what the theorems say."""
        text = file_of([c.member for c in candidates])
        if len(candidates) == 1 or differences(text, candidates):
            return {c.name: self._alone(c) for c in candidates}
        verdict = self._together(text, candidates)
        if not verdict.fault:
            return {c.name: verdict for c in candidates}
        found = self._faults(candidates) if verdict.fault == REJECTED else {}
        rest = [c for c in candidates if c.name not in found]
        if found and rest:
            return {**found, **self.verdicts(rest)}
        return found or {c.name: self._alone(c) for c in candidates}

    def _alone(self, candidate: Candidate) -> Verdict:
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            file = Path(folder) / f"{candidate.name}.v"
            file.write_text(self.rocq.text(candidate.text), "utf-8")
            start = time.perf_counter()
            done = self.rocq.compile(file, self.library, self.time_limit)
            seconds = time.perf_counter() - start
        self.known(candidate.name)
        if done.status is None:
            return Verdict(f"Rocq took more than {self.time_limit:g} s", (), self.time_limit)
        if done.status:
            return Verdict(short_error(done.errors, file.parent), (), seconds)
        return _judged(done.output, seconds, 0)

    def _together(self, text: str, candidates: Sequence[Candidate]) -> Verdict:
        names = {shared_theorem(i): c.name for i, c in enumerate(candidates, 1)}

        def said(line: str) -> None:
            if line.strip() in names:
                self.known(names[line.strip()])

        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            file = Path(folder) / "together.v"
            file.write_text(self.rocq.text(text), "utf-8")
            start = time.perf_counter()
            done = self.rocq.compile(file, self.library, self.time_limit, said)
            seconds = time.perf_counter() - start
        if done.status is None:
            return Verdict("the file took too long", (), seconds)
        if done.status:
            return Verdict(REJECTED, (), seconds)
        output = done.output
        for i in range(1, len(candidates) + 1):
            start_of_output = re.match(rf"\s*shared_theorem_{i}\s+: shared_claim_{i}\s*\n", output)
            if start_of_output is None:
                return Verdict(f"Rocq did not say that {shared_theorem(i)} proves its claim", (), seconds)
            output = output[start_of_output.end() :]
        return _judged(output, seconds, len(candidates) - 1)

    def _faults(self, candidates: Sequence[Candidate]) -> dict[str, Verdict]:
        """The certificates that need a piece which Rocq's toplevel rejects, and its first error in each."""
        if self.rocq.toplevel is None:
            return {}
        listed = pieces([c.member for c in candidates])
        script = [HEADER, "Set Silent.\n", _mark(0)]
        for i, (_, text) in enumerate(listed, 1):
            script += [f"{text}\nAbort All.\n", _mark(i)]
        start = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            done = self.rocq.converse(self.rocq.text("".join(script)), Path(folder), self.library, self.time_limit)
        seconds = time.perf_counter() - start
        said = re.split(r"Error:\s+The\s+reference\s+shared_mark_\d+\s+was\s+not\s+found", done.errors)
        out: dict[str, Verdict] = {}
        if done.status is None or len(said) != len(listed) + 2:
            return out
        for errors, (users, _) in zip(said[1:], listed, strict=False):
            m = re.search(r"^Error:.*?(?=\n\s*\n|\Z)", errors, re.DOTALL | re.MULTILINE)
            if m is not None:
                for member in users:
                    out.setdefault(member.name, Verdict(_shortened(m.group()), (), seconds, len(candidates) - 1))
        for name in out:
            self.known(name)
        return out


def _mark(number: int) -> str:
    """A sentence on which the toplevel prints an error of its own, to tell the errors between two marks apart."""
    return f"Check shared_mark_{number}.\n"


def differences(text: str, candidates: Sequence[Candidate]) -> str:
    """What a file of several certificates says that their theorems do not, or that no certificate says; else empty."""
    try:
        blocks = examine_together(text, len(candidates))
    except RefusedError as error:
        return str(error)
    definitions: Mapping[str, str] = dict(d for block in blocks for d in block.definitions)
    for candidate, block in zip(candidates, blocks, strict=True):
        if candidate.statement is None:
            continue
        constants, images = candidate.statement.constants, candidate.member.images
        named = {constants.name(d): d for d in candidate.statement.definitions}
        wanted = {images[name]: d for name, d in named.items() if name in images}
        own = [(name, rest) for name, rest in definitions.items() if name in wanted]
        fault = compare_claim(own, block.claim, candidate.statement, wanted)
        if fault:
            return f"{candidate.name}: {fault}"
    return ""


def _judged(output: str, seconds: float, others: int) -> Verdict:
    assumptions = read_assumptions(output)
    if assumptions is None:
        return Verdict("Rocq did not say on which assumptions it rests", (), seconds, others)
    more = [a for a in assumptions if a not in ALLOWED]
    fault = f"it assumes {', '.join(more)}" if more else ""
    return Verdict(fault, assumptions, seconds, others)


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


def short_error(errors: str, folder: Path) -> str:
    """The first error of Rocq, without the folder it ran in, and without warnings before it."""
    start = errors.rfind('File "', 0, max(errors.find("Error"), 0))
    return _shortened(errors[max(start, 0) :].replace(f"{folder}/", ""))


def _shortened(message: str) -> str:
    text = re.sub(r"\s+", " ", message).strip()
    return text if len(text) <= 400 else text[:397] + "..."
