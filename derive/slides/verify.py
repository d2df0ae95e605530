"""Whether what a deck shows is still what is proved: read the deck back, make it again, and compare line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    for name in dict.fromkeys(s.name for s in stamps):
        lines = [s for s in shown if s.theorem == name]
        findings += _edited(name, lines)
        try:
            derivation = find(name)
        except UserError as error:
            findings.append(Finding(name, "", f"it is not proved now: {error}"))
            continue
        findings += _stale(name, dict.fromkeys(s for s in stamps if s.name == name), derivation, lines, target)
    return Report(len({s.name for s in stamps}), len(shown), tuple(dict.fromkeys(findings)))


def _edited(name: str, lines: list[Shown]) -> list[Finding]:
    return [
        Finding(name, place_words(s.place), "it was edited by hand; it is not what was printed here")
        for s in lines
        if line_digest(s.text) != s.digest
    ]


def _stale(
    name: str, stamps: Iterable[Stamp], derivation: Derivation, lines: list[Shown], target: Target
) -> list[Finding]:
    """A theorem may be in a deck more than once, in other notations or with other lines chosen: a line is right where it is
    what one of its stamps gives."""
    now: dict[str, set[str]] = {}
    out: list[Finding] = []
    for stamp in stamps:
        for line in _made_again(stamp, derivation, target):  # a line that is carried over is shown twice
            now.setdefault(line.place, set()).add(line.digest)
        if statement_digest(derivation) == stamp.digest:
            continue
        what = f"stale: its statement, a condition or a definition has changed since version {stamp.version}"
        out.append(Finding(name, "", what))
    there = {s.place for s in lines}
    out += [Finding(name, place_words(p), "it is missing from the deck") for p in now if p not in there]
    for s in lines:
        if s.place not in now:
            if not s.place.startswith(MADE_OTHERWISE):
                out.append(Finding(name, place_words(s.place), "it is no longer a line of the derivation"))
        elif s.digest not in now[s.place]:
            out.append(Finding(name, place_words(s.place), "stale: the derivation reads otherwise now"))
    return out


def _made_again(stamp: Stamp, derivation: Derivation, target: Target) -> list[Shown]:
    """The lines that the deck would have now."""
    notation = load_notation(stamp.notation)
    choice = Choice(notation, stamp.notation, stamp.detail, stamp.first, stamp.last)
    try:
        deck = build([(stamp.name, derivation)], choice, Template(aspect=stamp.aspect))
    except UserError:  # the lines chosen are no longer there
        return []
    files = target.printer.write(deck, f"deck{target.ending}", Options())
    shown: list[Shown] = target.printer.read_back(next(iter(files.values())))[1]
    return shown


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
    alone = {"given": "the conditions", "assume": "what is assumed", "claim": "the claim", "start": "the first formula"}
    if place in alone:
        return alone[place]
    if place.startswith("reason"):
        return f"the reason of {place_words(place.removeprefix('reason'))}"
    return f"{words.get(kind, kind)} {number}"
