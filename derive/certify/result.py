"""What came out of one certificate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What Rocq said about one certificate."""

    name: str
    ok: bool
    message: str  # why not, when it is not
    lines: int
    applications: int
    seconds: float  # that its file took
    others: int  # certificates in the same file
    assumptions: tuple[str, ...]  # on which the theorems of the file rest, all together
    version: str  # of Rocq
    digest: str  # SHA-256 of the certificate
    replayed: str  # the day on which Rocq said it
    cached: bool = False  # whether that was an earlier run, since when nothing has changed

    def __str__(self) -> str:
        return self.line(True)

    def line(self, with_assumptions: bool) -> str:
        """What is printed of it; the assumptions may stand elsewhere."""
        if not self.ok:
            return f"{self.name}: REJECTED: {self.message}"
        how = [f"with {self.others} other{'s' if self.others > 1 else ''}"] if self.others else []
        how.append(f"on {self.replayed}, from the cache" if self.cached else f"{self.seconds:.1f} s")
        text = (
            f"{self.name}: Rocq {self.version} proved the claim from {self.applications} lemma applications in "
            f"{self.lines} lines ({', '.join(how)})"
        )
        return f"{text}; {rests_on(self.assumptions, bool(self.others))}" if with_assumptions else text


def rests_on(assumptions: Iterable[str], together: bool) -> str:
    """The assumptions of one theorem, or of several."""
    names = ", ".join(a.rpartition(".")[2] for a in assumptions) or "nothing"
    return f"together they rest on {names}" if together else f"it rests on {names}"
