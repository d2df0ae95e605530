"""Whether what a deck shows is still what is proved: read the deck back, make it again, and compare line by line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from derive.errors import UserError
from derive.record import Derivation
from derive.render.notation import load_notation
from derive.slides.build import Choice, build
from derive.slides.deck import Options, Stamp
from derive.slides.digest import statement_digest
from derive.slides.shown import Shown
from derive.slides.stamps import line_digest
from derive.slides.targets import TARGETS, Target, target_of
from derive.slides.template import Template

MADE_OTHERWISE = ("work",)  # lines whose numbers the deck does not keep: only edits by hand are seen


@dataclass(frozen=True, slots=True)
class Finding:
    """What is the matter with a theorem on the slides; ``line`` is empty when it is the whole of it."""

    theorem: str
    line: str
    what: str

    def __str__(self) -> str:
        return f"{self.theorem}, {self.line}: {self.what}" if self.line else f"{self.theorem}: {self.what}"


@dataclass(frozen=True, slots=True)
class Report:
    theorems: int
    lines: int
    findings: tuple[Finding, ...]


def is_deck(name: str) -> bool:
    """Whether the name is that of a deck that can be checked."""
    return any(t.reads and name.lower().endswith(t.ending) for t in TARGETS.values())


def check_deck(path: str, find: Callable[[str], Derivation]) -> Report:
    """Compare the deck at ``path`` with what is proved now; ``find`` gives the checked derivation of a name.

    Raises UserError when the file cannot be read, or has no derivation that was printed by derive.
    """
    target = target_of(path)
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    stamps, shown = target.printer.read_back(data)
    if not stamps:
        raise UserError(f"{path} has no derivation that 'derive slides' wrote, so there is nothing to compare")
    findings: list[Finding] = []
    for stamp in dict.fromkeys(stamps):
        lines = [s for s in shown if s.theorem == stamp.name]
        findings += _edited(stamp, lines)
        try:
            derivation = find(stamp.name)
        except UserError as error:
            findings.append(Finding(stamp.name, "", f"it is not proved now: {error}"))
            continue
        findings += _stale(stamp, derivation, lines, target)
    return Report(len(set(stamps)), len(shown), tuple(dict.fromkeys(findings)))


def _edited(stamp: Stamp, lines: list[Shown]) -> list[Finding]:
    return [
        Finding(stamp.name, place_words(s.place), "it was edited by hand; it is not what was printed here")
        for s in lines
        if line_digest(s.text) != s.digest
    ]


def _stale(stamp: Stamp, derivation: Derivation, lines: list[Shown], target: Target) -> list[Finding]:
    now = _made_again(stamp, derivation, target)
    out: list[Finding] = []
    if statement_digest(derivation) != stamp.digest:
        out.append(
            Finding(
                stamp.name,
                "",
                f"stale: its statement, a condition or a definition has changed since version {stamp.version}",
            )
        )
    there = {s.place: s for s in lines}
    for place, digest in now.items():
        if place not in there:
            out.append(Finding(stamp.name, place_words(place), "it is missing from the deck"))
        elif there[place].digest != digest:
            out.append(Finding(stamp.name, place_words(place), "stale: the derivation reads otherwise now"))
    for place in there:
        if place not in now and not place.startswith(MADE_OTHERWISE):
            out.append(Finding(stamp.name, place_words(place), "it is no longer a line of the derivation"))
    return out


def _made_again(stamp: Stamp, derivation: Derivation, target: Target) -> dict[str, str]:
    """The digests of the lines that the deck would have now."""
    notation = load_notation(stamp.notation)
    choice = Choice(notation, stamp.notation, stamp.detail, stamp.first, stamp.last)
    try:
        deck = build([(stamp.name, derivation)], choice, Template(aspect=stamp.aspect))
    except UserError:  # the lines chosen are no longer there
        return {}
    files = target.printer.write(deck, f"deck{target.ending}", Options())
    _, shown = target.printer.read_back(next(iter(files.values())))
    return {s.place: s.digest for s in shown}


def place_words(place: str) -> str:
    """How a line is called: "line 3", "the claim", "the first formula"."""
    kind = place.rstrip("0123456789")
    number = place[len(kind) :]
    words = {
        "": "line",
        "step": "primitive step",
        "work": "line of the worked example",
        "start": "the first formula of part",
    }
    if place in ("start", "claim"):
        return "the claim" if place == "claim" else "the first formula"
    return f"{words.get(kind, kind)} {number}"
