"""What a page says against what was proved.

The page is read without the derivation: with the notation, the letters and definitions of the field, and the author's own
definitions as far as the page states them.  Then conditions, claim, definitions, and the lines of each part must be those of
the record, each with one reading and no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, NoReturn

from derive.errors import MisreadError
from derive.kernel.definitions import Definition
from derive.kernel.terms import EQ, IFF, App, SortError, Term, Var, at, spine, substitute
from derive.language.words import WORDS
from derive.read.canonical import canonical
from derive.read.describe import to_rename, told_apart
from derive.read.grammar import bases
from derive.read.joint import Knowledge, read_together
from derive.read.names import names_said, spelled
from derive.read.page import Items, UnreadableError
from derive.read.ranges import halves, is_element
from derive.read.sheet import Row, Sheet, declared, kind_said, with_kinds
from derive.record import Block, Derivation
from derive.record.letters import Letter, definitions_in, letters_in
from derive.record.relations import sign_of
from derive.render.formula.notation import Notation


class Form(NamedTuple):
    """In which notation and language a page is written, and which styles cannot be seen there."""

    notation: Notation
    name: str  # as in a sentence: "in LaTeX"
    hidden: frozenset[str] = frozenset()


class Place(NamedTuple):
    """A formula on the page, and what was proved there; a condition is one of several, and all of them must be said."""

    name: str
    items: Items
    terms: tuple[Term, ...]
    group: str = ""


def check_page(take_apart: Callable[[], Sheet], d: Derivation, form: Form) -> None:
    """The same for a page that is still to be taken apart into a sheet."""
    try:
        check_sheet(take_apart(), d, form)
    except (UnreadableError, SortError) as error:
        raise MisreadError(
            f"{d.name} {form.name} in the notation {form.notation.name} cannot be read back: {error}; nothing was written.  A letter "
            "or a definition may have a name that reads as something else: rename it, or choose another notation; if none "
            "does, this is a fault of derive's"
        ) from None


def check_sheet(sheet: Sheet, d: Derivation, form: Form) -> None:
    """Raises MisreadError where the sheet is not read as the derivation, or can be read in another way too."""
    check = Check(d, form)
    if sheet.denied and d.blocks:
        check.wrong("says that it is false")
    check.definitions(sheet.where)
    groups = {"conditions": d.given}
    places = check.clauses("condition", sheet.given, "conditions", d.given)
    places.append(Place("the claim", sheet.claim, (d.claim,)))
    if len(sheet.parts) != len(d.blocks):
        check.wrong(f"shows {len(sheet.parts)} parts of the proof, which has {len(d.blocks)}")
    number = 0
    for n, (part, block) in enumerate(zip(sheet.parts, d.blocks, strict=True), 1):
        groups[group := f"assumptions of part {n}"] = block.assumes
        places += check.clauses(f"part {n}, assumption", part.assumes, group, block.assumes)
        rows = check.without_title(part.title, part.rows, n)
        places += check.lines(rows, block, n, number)
        number += len(block.lines)
    check.read(places, groups, sheet.given)


class Check:
    """A derivation, against which what stands on a page is held."""

    def __init__(self, d: Derivation, form: Form) -> None:
        self.d, self.form = d, form
        free = sorted({v for t in d.terms for v in t.free}, key=lambda v: v.name)
        self.spelling = {v: Var(spelled(v.name), v.sort) for v in free}
        if len(set(self.spelling.values())) < len(free):
            alike = next(
                (a.name, b.name) for a in free for b in free if a.name < b.name and spelled(a.name) == spelled(b.name)
            )
            self.wrong(f"writes the letters {' and '.join(alike)} alike", "rename one of them")
        sorts = {x.sort for t in d.terms for x in letters_in(t) if isinstance(x, Letter)}
        sets = tuple(sorted({b for s in sorts for b in bases(s)}, key=repr))
        self.known = Knowledge(form.notation, tuple(WORDS), form.hidden, sets)

    # --- what must stand there

    def clauses(self, name: str, said: Sequence[Items], group: str, terms: tuple[Term, ...]) -> list[Place]:
        """The statements of conditions, of which each is some term of the group."""
        spoken = [c for c in said if not declared(c)]
        return [Place(f"{name} {i}", half, terms, group) for i, c in enumerate(spoken, 1) for half in halves(c)]

    def lines(self, rows: Sequence[Row], block: Block, n: int, number: int) -> Iterator[Place]:
        """The start of a block and its lines, in order."""
        wanted = [(f"line {number + i}", sign_of(x.relation), x.term) for i, x in enumerate(block.lines, 1)]
        if not block.lines or block.lines[0].relation or block.lines[0].term != block.start:
            wanted.insert(
                0, (f"the start of part {n}" if len(self.d.blocks) > 1 else "the first formula", "", block.start)
            )
        signs = [row.sign for row in rows]
        if signs != [sign for _, sign, _ in wanted]:
            proved = ", ".join(sign or "none" for _, sign, _ in wanted)
            self.wrong(f"has lines with the signs {', '.join(s or 'none' for s in signs)}, and the proof has {proved}")
        for i, (row, (name, _, term)) in enumerate(zip(rows, wanted, strict=True), 1 + len(block.lines) - len(wanted)):
            if row.label and row.label != f"{self.d.name}:{number + i}":
                self.wrong(f"has the label {row.label} at {name}")
            yield Place(name, row.items, (term,))

    def without_title(self, title: str, rows: Sequence[Row], n: int) -> Sequence[Row]:
        """The rows without those of the title, where the page has it among them."""
        proved = self.d.blocks[n - 1].title or (f"Part {n}" if len(self.d.blocks) > 1 else "")
        wanted = _words(proved)
        if _words(title) == wanted and (title or not proved):
            return rows
        for cut in range(1, len(rows)):
            if proved and not title and _words(" ".join(r.drawn for r in rows[:cut])) == wanted:
                return rows[cut:]
        return self.wrong(f"does not have the title {proved!r} above part {n}")

    def definitions(self, where: Sequence[Items]) -> list[Definition]:
        """Holds what the page states of definitions against these; knows the author's own from then on, and returns all that are
        stated.  Raises MisreadError where one of them is not stated, or as something else."""
        own = [f for f in definitions_in(self.d.terms) if f not in WORDS]
        known = self.known._replace(definitions=(*WORDS, *own))
        equations: list[tuple[Items, list[Items]]] = []
        for clause in where:
            if declared(clause) and equations:
                equations[-1][1].append(clause)
            else:
                equations.append(with_kinds(clause))
        stated: list[Definition] = []
        for equation, said in equations:
            kinds = {name: kind_said(c) for c in said for name in names_said(c)}
            (readings,) = read_together([equation], known, kinds).readings
            found = {_stated(r) for r in readings}
            if len(readings) != 1 or None in found:
                shown = " or as ".join(sorted(map(str, readings))) or "nothing"
                self.wrong(f"states a definition that reads as {shown}", "rename its letters, or the definition")
            stated += [f for f in found if f is not None]
        for f in own:
            if f not in stated:
                self.wrong(f"uses {f.name}, and does not say what that is", "")
        self.known = known
        return stated

    # --- reading

    def read(self, places: Sequence[Place], groups: dict[str, tuple[Term, ...]], given: Iterable[Items]) -> None:
        """Reads all formulas of the page.  Raises MisreadError at the first that is not what was proved."""
        kinds = {name: kind_said(c) for c in given if declared(c) or is_element(c) for name in names_said(c)}
        meaning = read_together([p.items for p in places], self.known, kinds)
        said: dict[str, set[Term]] = {group: set() for group in groups}
        for place, readings in zip(places, meaning.readings, strict=True):
            wanted = set(map(self.wanted, place.terms))
            if len(readings) != 1 or not readings <= wanted:
                self.misread(place, readings)
            if place.group:
                said[place.group] |= readings
        for group, terms in groups.items():
            for term in terms:
                if self.wanted(term) not in said[group]:
                    self.wrong(f"leaves out one of the {group}, {term}", "")

    def wanted(self, term: Term) -> Term:
        return canonical(substitute(term, self.spelling))

    def misread(self, place: Place, readings: set[Term]) -> NoReturn:
        proved = [self.wanted(t) for t in place.terms]
        found = sorted(readings, key=lambda r: (r not in proved, str(r)))[:2]
        reads, proof = told_apart(found, proved)
        which = f"{place.name} of {self.d.name}, {self.where},"
        what = proof[0] if len(proof) == 1 else f"one of {'; '.join(proof)}"
        if not readings:
            raise MisreadError(
                f"{which} cannot be read back; what was proved is {what}.  A letter or a definition in it reads as something "
                "else, or means one thing here and another elsewhere: rename it, or choose another notation.  If none does, it is "
                "a fault of derive's"
            )
        letters = to_rename(list(readings), proved) if len(proved) == 1 else ""
        advice = f"rename {letters or 'the letter that reads as something else'}, or choose another notation"
        how = "can be read as" if len(found) > 1 else "reads as"
        raise MisreadError(f"{which} {how} {' and as '.join(reads)}; what was proved is {what}; {advice}")

    @property
    def where(self) -> str:
        return f"{self.form.name} in the notation {self.form.notation.name}"

    def wrong(self, what: str, advice: str = "this is a fault of derive's, please report it") -> NoReturn:
        raise MisreadError(f"{self.d.name} {self.where} {what}" + (f"; {advice}" if advice else ""))


def _stated(equation: Term) -> Definition | None:
    """The definition that an equation states, f(x) = body; None where it states none."""
    if not isinstance(equation, App) or equation.op not in (EQ, IFF):
        return None
    head, indices = spine(equation.args[0])
    if not isinstance(head, App) or not isinstance(head.op, Definition):
        return None
    letters = (*head.args, *indices)
    if not all(isinstance(v, Var) for v in letters) or len(set(letters)) < len(letters):
        return None
    if any(a.sort is not p.sort for a, p in zip(head.args, head.op.params, strict=True)):
        return None
    body = head.op.unfolded(head.args)
    for index in indices:
        body = at(body, index)
    return head.op if canonical(body) == equation.args[1] else None


def _words(title: str) -> list[str]:
    """The words of a title, however its letters are drawn."""
    return re.findall(r"[a-z]{3,}", re.sub(r"\\[a-z]+", " ", title.lower()))
