"""All formulas of a page read together: a letter means one thing on it, and there are no more letters than it needs.

A reader first asks what each letter can be: what the field takes it for, and only where a formula makes no sense with
that, less usual things.  Then the letters are settled: those that some formula must have, and where a formula can do with
fewer, no others.  With these letters every formula is read once more, and must have one reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from derive.kernel.definitions import Definition
from derive.kernel.sorts import Base, Sort
from derive.kernel.terms import Term, Var
from derive.read.grammar import Reader
from derive.read.letters import Letters, stands_under, usual_names
from derive.read.names import names_on, spelled, template_name
from derive.read.page import Items
from derive.render.formula.notation import Notation


class Knowledge(NamedTuple):
    """What a reader of a page knows besides the page."""

    notation: Notation
    definitions: tuple[Definition, ...]  # those of the field, and those that the page states
    hidden: frozenset[str] = frozenset()  # styles that cannot be seen on the page
    sets: tuple[Base, ...] = ()  # that parameters and outputs can be of


class Meaning(NamedTuple):
    """What formulas can mean, each; and the letters in them."""

    readings: list[set[Term]]
    letters: tuple[Var, ...]


def read_together(pages: Sequence[Items], known: Knowledge, kinds: Mapping[str, Sort] | None = None) -> Meaning:
    """What each of the formulas can mean.  A set is empty where a formula cannot be read, or not with the others."""
    field = Letters(kinds, known.sets, rank=1)
    found = _first(pages, field, known)
    letters = _settled(found)
    reader = Reader(known.notation, letters.values(), known.definitions, known.hidden, field)
    readings = []
    for page, first in zip(pages, found, strict=True):
        undecided = _more(first, letters)  # no reading needs fewest letters
        readings.append({r for r in first if _fits(r, letters)} if undecided or not first else reader.read(page))
    return Meaning(readings, tuple(letters.values()))


def _left_out(known: Knowledge) -> frozenset[str]:
    """The letters that the notation writes in its own way, and those that it leaves out."""
    out = {spelled(name) for name in known.notation.variables}
    for d in known.definitions:
        shown = [t.slots for t in known.notation.definitions.get(d.name, ())]
        out |= {p.name for p in d.params if any(p.name not in slots for slots in shown)}
    return frozenset(out)


def _words(known: Knowledge) -> frozenset[str]:
    """The words and letters that the notation writes definitions with, such as H and KL: no letters of a theorem."""
    shown = {template_name(t.body) for ways in known.notation.definitions.values() for t in ways}
    return frozenset(name for name in shown if name is not None and name not in usual_names())


def _written(notation: Notation) -> dict[str, set[str]]:
    """What looks like a letter, and is how the notation writes others: a y with a hat, where p is written so."""
    out: dict[str, set[str]] = {}
    for name, ways in notation.variables.items():
        for v in ways:
            shown = template_name(v.template.body, index=True)
            if shown is not None and shown != spelled(name):
                out.setdefault(shown, set()).add(spelled(name))
    return out


def _first(pages: Sequence[Items], field: Letters, known: Knowledge) -> list[set[Term]]:
    """What the formulas can mean each by itself, with letters that are as usual as they can be."""
    written, left_out = _written(known.notation), _left_out(known)
    on_page = [names_on([page], stands_under) for page in pages]
    on_page = [here.union(*(written.get(name, ()) for name in here)) for here in on_page]
    strange = {name for name in written if name not in left_out and name not in usual_names()} | _words(known)
    names = (names_on(pages, stands_under) - strange) | left_out
    found: list[set[Term]] = [set() for _ in pages]
    again = set(range(len(pages)))
    while again:
        letters = [Var(n, s) for n in sorted(names) for s in field.sorts(n)]
        reader = Reader(known.notation, letters, known.definitions, known.hidden, field, settled=False)
        for i in again:
            found[i] = reader.read(pages[i])
        unread = set().union(*(on_page[i] for i in again if not found[i]))
        wider = field.widened(unread)
        again = {i for i, here in enumerate(on_page) if here & wider}
    return found


def _settled(found: Sequence[set[Term]]) -> dict[str, Var]:
    """The letters of the page: those that all readings of some formula have; and of a formula that has several readings,
    those of the one that needs fewest others, if there is one."""
    letters: dict[str, Var] = {}
    while True:
        wanted = [_more(readings, letters) for readings in found]
        must = [w for w in wanted if len(w) == 1]
        if not must:
            must = [[frozenset.intersection(*w)] for w in wanted if len(w) > 1 and frozenset.intersection(*w)]
        if not must:
            least = ([a for a in w if len(a) == min(map(len, w))] for w in wanted if len(w) > 1)
            must = [w for w in least if len(w) == 1][:1]
        if not must:
            return letters
        for (more,) in must:
            for v in more:
                letters.setdefault(v.name, v)


def _more(readings: set[Term], letters: Mapping[str, Var]) -> list[frozenset[Var]]:
    """The letters that the readings need besides these; none where one needs no more."""
    fitting = [r for r in readings if _fits(r, letters)]
    more = {frozenset(v for v in r.free if v.name not in letters) for r in fitting}
    return [] if frozenset() in more else list(more)


def _fits(reading: Term, letters: Mapping[str, Var]) -> bool:
    """Whether the letters of a reading can be these."""
    return all(letters.get(v.name, v) == v for v in reading.free)
