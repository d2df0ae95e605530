"""Whether what a deck shows is still what is proved: read the deck back, make it again, and compare line by line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from derive.errors import UserError
from derive.files import read_within
from derive.record import Derivation
from derive.render.formula.notation import Notation, load_notation, notation_names
from derive.slides.deck import Deck, Options, Stamp
from derive.slides.deck.build import Choice, build
from derive.slides.deck.digest import statement_digest
from derive.slides.deck.stamps import line_digest
from derive.slides.deck.template import Template
from derive.slides.shown import Shown
from derive.slides.targets import TARGETS, Target, target_of

_MOST = 2000  # theorems in a deck; one that is not known is looked for among all that are


@dataclass(frozen=True, slots=True)
class Finding:
    """What is the matter with a theorem on the slides; ``line`` is empty when it is the whole of it."""

    theorem: str
    line: str
    what: str
    untrue: bool = True  # False where it could not be compared

    def __str__(self) -> str:
        return f"{self.theorem}, {self.line}: {self.what}" if self.line else f"{self.theorem}: {self.what}"


@dataclass(frozen=True, slots=True)
class Report:
    theorems: int
    lines: int
    findings: tuple[Finding, ...]
    numbers: int = 0  # lines of worked examples, of which only edits by hand are seen

    @property
    def verdict(self) -> str:
        """What was found out, after how many lines there are."""
        if not self.findings:
            return "compared; what it shows is what is proved now"
        if any(f.untrue for f in self.findings):
            return "compared; it does not show what is proved now"
        return "could not be compared with what is proved now"


def is_deck(name: str) -> bool:
    """Whether the name is that of a file of slides."""
    return any(name.lower().endswith(t.endings) for t in TARGETS.values())


Shape = Callable[[Derivation, Stamp], Derivation]
"""The derivation as a stamp says that it is shown: with theorems opened in place, and lines joined."""


def _as_it_is(derivation: Derivation, stamp: Stamp) -> Derivation:
    return derivation


def check_deck(path: str, find: Callable[[str], Derivation], shape: Shape = _as_it_is) -> Report:
    """Compare the deck at ``path`` with what is proved now; ``find`` gives the checked derivation of a name.

    Raises UserError when the file cannot be read, or has no derivation that was printed by derive.
    """
    target = readable(path)
    data = read_within(path, target.largest)
    try:
        stamps, shown = target.printer.read_back(data)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    if not stamps and not shown:
        raise UserError(f"{path} has no derivation that 'derive slides' wrote, so there is nothing to compare")
    findings: list[Finding] = []
    there: dict[str, tuple[list[Stamp], list[Shown]]] = {}  # by theorem
    for s in stamps:
        there.setdefault(s.name, ([], []))[0].append(s)
    for line in shown:
        there.setdefault(line.theorem, ([], []))[1].append(line)
    if len(there) > _MOST:
        raise UserError(f"{path} names {len(there)} theorems; at most {_MOST} are compared")
    for name, (own, lines) in there.items():
        findings += _edited(name, lines)
        if not own:
            findings.append(Finding(name, "", "its record is gone from the deck, so its lines cannot be compared"))
            continue
        try:
            derivation = find(name)
            if derivation.theorem is None:
                raise UserError(f"{len(derivation.gaps)} of its lines are left open")
        except UserError as error:
            findings.append(Finding(name, "", f"it is not proved now: {error}"))
            continue
        findings += _stale(name, own, derivation, lines, target, Path(path).parent, shape)
    numbers = sum(_of_numbers(s.place) for s in shown)
    return Report(len({s.name for s in stamps}), len(shown), tuple(dict.fromkeys(findings)), numbers)


def readable(path: str) -> Target:
    """The target of a deck that can be read back.  Raises UserError when it cannot."""
    target = target_of(path)
    if not target.reads:
        endings = ", ".join(t.ending for t in TARGETS.values() if t.reads)
        raise UserError(f"{path}: slides of this kind are not read back; those that are end in {endings}")
    return target


def _edited(name: str, lines: list[Shown]) -> list[Finding]:
    return [
        Finding(name, place_words(s.place), "it was edited by hand; it is not what was printed here")
        for s in lines
        if s.digest and line_digest(s.text) != s.digest
    ]


def _stale(
    name: str,
    stamps: list[Stamp],
    derivation: Derivation,
    lines: list[Shown],
    target: Target,
    folder: Path,
    shape: Shape,
) -> list[Finding]:
    """A theorem may be in a deck more than once, in other notations or with other lines chosen: a line is right where it is
    what one of its stamps gives."""
    stale = "stale: its statement, a condition or a definition has changed since version"
    statement: list[Finding] = []
    try:
        shown = [(stamp, shape(derivation, stamp)) for stamp in stamps]
        statement = [Finding(name, "", f"{stale} {s.version}") for s, d in shown if s.digest != statement_digest(d)]
        decks = [_deck_again(stamp, d, folder) for stamp, d in shown]
    except UserError as error:
        what = f"it cannot be made again as its record says, so its lines cannot be compared: {error}"
        return [*statement, Finding(name, "", what, untrue=False)]
    found: list[Finding] = []
    whole = all(len(d.blocks) == 1 and s.detail == "board" and not (s.first or s.last) for s, d in shown)
    moving = [Options(move=True)] if target.moves else []
    for options in (Options(handout=True), *moving, Options()):  # the file does not say which it is
        made = [_lines_of(d, target, options) for d in decks]
        if whole and not any(line.place == "claim" for line in lines):
            # the two ends of the chain are the claim, which a slide with several theorems may not say before
            made = [[line for line in run if line.place != "claim"] for run in made]
        found = _differences(name, made, lines)
        if not found:
            break
    return statement + found


def _differences(name: str, made: list[list[Shown]], lines: list[Shown]) -> list[Finding]:
    """Where the lines that are there are not those that would be made now, in the order of each way in which they are shown."""
    now: dict[str, set[str]] = {}  # a line that is carried over is there twice
    for line in chain.from_iterable(made):
        now.setdefault(line.place, set()).add(line.digest)
    there = {s.place for s in lines}
    out = [Finding(name, place_words(p), "it is missing from the deck") for p in now if p not in there]
    for s in lines:
        if s.place not in now:
            if not _of_numbers(s.place):
                out.append(Finding(name, place_words(s.place), "it is not a line of the derivation"))
        elif s.digest not in now[s.place]:
            out.append(Finding(name, place_words(s.place), "stale: the derivation reads otherwise now"))
    if not out and not _in_order([s for s in lines if s.place in now], made):
        what = "its lines do not stand in the order of the derivation, or one of them stands there twice"
        out.append(Finding(name, "", what))
    return out


def _in_order(lines: list[Shown], made: list[list[Shown]]) -> bool:
    """Whether the lines are those of each way, one way behind the other."""
    there = [(s.place, s.digest) for s in lines]
    runs = [[(s.place, s.digest) for s in run] for run in made]
    while runs and there:
        run = next((r for r in runs if r == there[: len(r)]), None)
        if run is None:
            return False
        runs.remove(run)
        there = there[len(run) :]
    return not runs and not there


def _deck_again(stamp: Stamp, derivation: Derivation, folder: Path) -> Deck:
    """The deck as it would be now.  Raises UserError when it cannot be made as the stamp says."""
    choice = Choice(
        _notation(stamp, folder),
        stamp.notation,
        stamp.detail,
        stamp.first,
        stamp.last,
        "",
        {stamp.name: stamp.shape},
        tuple(stamp.colour.split("; ")) if stamp.colour else (),
    )
    return build([(stamp.name, derivation)], choice, Template(aspect=stamp.aspect, smallest=stamp.smallest))


def _lines_of(deck: Deck, target: Target, options: Options) -> list[Shown]:
    files = target.printer.write(deck, f"deck{target.ending}", options)
    shown: list[Shown] = target.printer.read_back(next(iter(files.values())))[1]
    return shown


def _notation(stamp: Stamp, folder: Path) -> Notation:
    """The notation of a stamp; a file of the user's own also where it lies beside the deck."""
    if stamp.notation in notation_names():
        return load_notation(stamp.notation)
    beside = folder / Path(stamp.notation).name
    if not stamp.notation.endswith(".toml"):
        raise UserError(f"there is no notation called {stamp.notation}")
    if not Path(stamp.notation).is_file() and not beside.is_file():
        raise UserError(f"its notation {stamp.notation} is not here; put that file beside the deck, as {beside}")
    return load_notation(str(stamp.notation if Path(stamp.notation).is_file() else beside))


def _of_numbers(place: str) -> bool:
    """Whether a line is one of a worked example, whose numbers the deck does not keep: only edits by hand are seen."""
    return place.removeprefix("reason").startswith("work")


_PLACES = {
    "given": "the conditions",
    "workgiven": "the numbers of the worked example",
    "assume": "what is assumed",
    "claim": "the claim",
    "start": "the first formula",
}


def place_words(place: str) -> str:
    """How a line is called: "line 3", "the claim", "the first formula"."""
    if place in _PLACES:
        return _PLACES[place]
    for prefix, words in (("after", "a line after"), ("reason", "the reason of")):
        if place.startswith(prefix):
            return f"{words} {place_words(place.removeprefix(prefix))}"
    kind = place.rstrip("0123456789")
    number = place[len(kind) :]
    if kind == "work":
        return f"line {number} of the worked example"
    words = {"": "line", "step": "primitive step", "start": "the first formula of part"}.get(kind, kind)
    return f"{words} {number}"
