"""A document read: its chains, with all that each row can mean and what is known there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from derive.board.held import held_and_moving
from derive.kernel.sorts import INT, SetOf, is_numeric
from derive.kernel.terms import SortError, Term
from derive.notes.document.pages import Declared, Display, Document
from derive.notes.document.tree import Span
from derive.notes.formula.surface import Expr, names_in
from derive.notes.formula.tokens import COMPARISONS, UNTOLD, UnreadableError
from derive.notes.meaning import local
from derive.notes.meaning.bold import apart
from derive.notes.meaning.build import Needs, unread
from derive.notes.meaning.chain import Chain, Kind, Notes, Reading, Step, Unread
from derive.notes.meaning.conditions import of_notes, of_tokens
from derive.notes.meaning.declare import described
from derive.notes.meaning.facts import relation
from derive.notes.meaning.hidden import SIGNS, free_of
from derive.notes.meaning.laws import SEVERAL_DRAWS
from derive.notes.meaning.lead import lead_of, supposing
from derive.notes.meaning.matrices import maybe_matrices, swapped
from derive.notes.meaning.naming import ANEW, Naming
from derive.notes.meaning.needs import closure, definedness, touches
from derive.notes.meaning.page import PageCell
from derive.notes.meaning.prose import about, assume, case_of
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.sides import Built, as_number, sides, together, try_entry
from derive.notes.meaning.sorts import Key
from derive.notes.meaning.telling import sorts_in_words
from derive.notes.meaning.ties import constraints, holds_fixed, is_of, tied_by_conditions, told_in_words
from derive.notes.meaning.unsure import counts_elsewhere, open_page, uncounted, unexplained, unsized
from derive.notes.meaning.world import Meaning, define, put
from derive.render.pens.text import term_text

READINGS = 8
"""How many readings of a row are kept."""


def read_notes(document: Document) -> Notes:
    """All chains of a document, in page order."""
    document = apart(document)
    reader = _Reader(document)
    found = reader.notes()
    if reader.world.declared or not (reader.divided() or any(s.unread for c in found.chains for s in c.steps)):
        return found
    chains: list[Chain] = []
    displays = [p for p in document.parts if isinstance(p, Display)]
    for n, display in enumerate(displays):
        own = [c for c in found.chains if c.display is display]
        wanted = (
            1 < len(displays) and n < local.MOST and (reader.divided() or any(s.unread for c in own for s in c.steps))
        )
        chains += local.merged(own, _Reader(local.by_itself(document, display)).notes().chains) if wanted else own
    return replace(found, chains=tuple(chains))


class _Reader(Naming):
    place = 0  # where the display stands
    new: list[tuple[Expr, int]]  # names that the display brings in
    capitals: set[str] | None = None  # of the page that may be matrices

    def divided(self) -> bool:
        """Whether a name stands for several things on the page, so that it may be another in each display."""
        plain = [law.name.ref.name for law in self.guessed if not law.joint]
        return len(plain) > len(set(plain)) or any("is another function" in words for words in self.inferred)

    # --- chains

    def notes(self) -> Notes:
        self.anew, self.brought, self.new, self.unread_names = [], [], [], {}
        chains: list[Chain] = []
        last: PageCell | None = None
        start: PageCell | None = None
        declared: list[str] = []
        said: list[str] = []
        waiting = list(self.said)
        for p in self.document.parts:
            if isinstance(p, Declared) and id(p) in self.lines:
                line = self.lines[id(p)]
                put(self.world, line, self.parser)
                declared.append(described(line))
            elif isinstance(p, Display):
                self.here, self.place = self.conditions(p), p.span.start
                self.brought += self.new
                self.new = []
                self.case = case_of(self.document, p, self.inline, self.parser)
                self.lead = lead_of(self.document, p, self.inline, self.parser, self.spoken)
                for at, words, m in self.said_anew:
                    if at < p.span.start and isinstance(m, Meaning):
                        self.bring_in_anew(m._replace(assumed=words))
                while waiting and waiting[0][0] < p.span.start:
                    _, words, found = waiting.pop(0)
                    if (
                        isinstance(found, Meaning)
                        and found.told == "maybe"
                        and found.pattern.ref.name in self.spoken_of
                    ):
                        self.bring_in_anew(found._replace(assumed=words))
                    else:
                        assume(self.world, words, found)
                    said.append(words)
                here: list[Chain] = []
                again: list[tuple[PageCell | None, PageCell | None]] = []
                self.late = False
                for chain in self.chains[id(p)]:
                    goes_on = bool(chain[0].cell.sign) and last is not None
                    if not goes_on:
                        start, last = chain[0], None
                    again.append((last if goes_on else None, start))
                    here.append(self.chain(p, chain, *again[-1]))
                    last = chain[-1]
                if self.late:  # what a row says of names of the rows before it
                    more = [self.chain(p, c, *a) for c, a in zip(self.chains[id(p)], again, strict=True)]
                    here = [_explained(a, b) for a, b in zip(here, more, strict=True)]
                chains += here
        for fact, error in self.builder.not_read.items():
            self.problems.append(Unread(fact, error.span, f"this fact is not read: {error.why}"))
        return Notes(tuple(chains), tuple(declared), tuple(said), self.taken_for(), tuple(self.problems))

    def taken_for(self) -> tuple[str, ...]:
        """What the letters of the page were taken for."""
        runs = []
        for v in sorted(self.free, key=lambda x: x.name):
            size = self.builder.size_of_letter(v.name) if v.sort is INT and (v.name, ()) in self.builder.vars else None
            runs += [f"{v.name} runs from {size.low} to {size.high}"] if size is not None else []
        return (*sorts_in_words(self.free), *runs, *self.inferred)

    def chain(self, display: Display, cells: list[PageCell], before: PageCell | None, start: PageCell | None) -> Chain:
        steps: list[Step] = []
        left = before
        signs: list[str] = []
        if cells[0].cell.condition:
            return self.condition(display, cells)
        for n, c in enumerate(cells):
            if left is not None and c.cell.sign:
                signs.append(c.cell.sign)
                other = start if start is not left else None
                steps.append(self.step(display, left, c, other, signs, first=n == 1 and before is None))
            left = c
        first = cells[0]
        bad = None if first.error is None or steps else _unread(first.error)
        return Chain(display, first.cell.line, first.cell.span, tuple(steps), bad, self.printed(first.cell.span))

    def condition(self, display: Display, cells: list[PageCell]) -> Chain:
        """What stands behind a row, k = 1, ..., K: no claim, whatever its signs."""
        first = cells[0].cell
        found = of_tokens(first.tokens, self.parser)
        rel = next((r for rels in found or () for r in rels if r.data != "∈"), None)
        steps = []
        for c in cells[1:]:
            step = Step(c.cell.sign, first.row, first.line, first.span, printed=self.printed(first.span))
            self.builder.needs = Needs()
            try:
                if rel is None:
                    raise UnreadableError(
                        self.printed(first.span), first.span, "a condition, which is not read as a relation of numbers"
                    )
                claim = self.builder.statements(rel, Scope())[0]
                a, b = claim.args  # type: ignore[attr-defined]
                steps.append(replace(step, readings=(Reading(a, b, claim, (), "case"),)))
            except UnreadableError as error:
                steps.append(replace(step, unread=_unread(error)))
        return Chain(display, first.line, first.span, tuple(steps), None, self.printed(first.span))

    def conditions(self, display: Display) -> dict[int, list[tuple[Expr, ...]] | None]:
        """The conditions of each row that has some; None where one is not read."""
        out: dict[int, list[tuple[Expr, ...]] | None] = {}
        for n, row in enumerate(display.rows):
            if row.notes and (found := of_notes(row.notes, self.parser, self.words)) != []:
                out[n] = found
        for chain in self.chains[id(display)]:
            first = chain[0].cell
            if first.condition:
                more, known = of_tokens(first.tokens, self.parser), out.get(first.row, [])
                if more == []:
                    continue  # for all x
                out[first.row] = None if more is None or known is None else [*known, *more]
        return out

    def printed(self, span: Span) -> str:
        return self.document.text[span.start : span.end]

    def step(
        self, display: Display, left: PageCell, right: PageCell, start: PageCell | None, signs: list[str], first: bool
    ) -> Step:
        cell = right.cell
        base = Step(cell.sign, cell.row, cell.line, cell.span, printed=self.printed(cell.span), notes=cell.notes)
        for side in (right, left):
            if side.error is not None:
                self.not_said(left, right, first)
                return replace(base, unread=_unread(side.error))
        if cell.sign in UNTOLD:
            return replace(base, unread=Unread(cell.sign, cell.span, f"what {cell.sign} says is not judged"))
        kind = self.kind(left, right, first)
        says = first and cell.sign == "="  # an inequality says nothing of what a name is
        second = self.again(display, left) if says and kind == "step" else "step"
        if second == "definition":
            kind = "definition"
        if kind == "definition" and left.readings[0].op == "ref":
            self.late |= left.readings[0].ref.name in {key[0] for key in self.builder.vars}
        meaning = Meaning(left.readings[0], right.readings[0], True)
        try:
            readings = self.all_readings(left, right, cell.sign, kind, cell.row)
        except UnreadableError as error:
            if kind == "definition":  # what rests on it is not read either
                self.world.meanings.append(meaning)
            return replace(base, unread=_unread(error))
        if kind in SIGNS:
            names = free_of(kind, [c.readings[0] for c in (left, start) if c is not None and c.readings], self.world)
            apart = tuple(self.builder.vars[n, ()] for n in names if (n, ()) in self.builder.vars)
            readings = [replace(r, apart=apart if len(apart) == len(names) else ()) for r in readings]
        if kind == "step" and says and self.brings_in(left, readings):
            kind, self.late = "definition", True
            readings = [replace(r, kind=kind) for r in readings]
        if kind == "definition":
            self.new.append((meaning.pattern, display.span.start))
            if second == "definition":
                self.bring_in_anew(meaning)
            else:
                define(self.world, meaning)
        elif kind == "step" and says and self.says_what_law(left, right.readings[0], readings):
            readings = [replace(r, kind="definition") for r in readings]
            self.bring_in_anew(meaning)
        elif kind == "step" and (letters := self.swapped(left.readings[0], right.readings[0])):
            why = f"{' and '.join(letters)} may be matrices, whose products have an order; of numbers declare it: %: "
            return replace(
                base, unread=Unread(base.printed, cell.span, why + rf"{', '.join(letters)} \in \mathbb{{R}}")
            )
        elif second is None:
            readings = [replace(r, refutable=False, instance=None, unsure=r.unsure or ANEW) for r in readings]
            self.bring_in_anew(meaning)
        from_start: tuple[Reading, ...] = ()
        total = together(signs)
        if start is not None and total and not start.error and kind == "step":
            try:
                from_start = tuple(self.all_readings(start, right, total, kind, cell.row))
            except UnreadableError:
                from_start = ()
        return replace(base, readings=tuple(readings), from_start=from_start)

    def swapped(self, left: Expr, right: Expr) -> list[str]:
        """The capitals that a row swaps and that may be matrices: nothing is said of them, and nothing shows that they are numbers."""
        if self.capitals is None:
            chains = [chain for chains in self.chains.values() for chain in chains]
            shown = [c.readings[0] for chain in chains for c in chain if c.readings]
            compared = [
                c.readings[0]
                for chain in chains
                if any(c.cell.sign in COMPARISONS - {"=", "!="} for c in chain)
                for c in chain
                if c.readings
            ]
            self.capitals = maybe_matrices(shown, compared)
        known = self.world.spoken_of() | {key[0] for key in self.sorts.indices if not key[1]}
        maybe = {letter for letter in self.capitals if letter.partition("_")[0] not in known}
        brought = {str(m.pattern): m.body for m in self.world.meanings if m.row and m.pattern.is_name()}
        return swapped(left, right, maybe, brought) if maybe else []

    # --- readings

    def built(self, c: PageCell) -> list[Built]:
        """What can be built of an expression; where a definition has a letter that is summed over around its name, that letter is the
        one that is summed over, and else a fixed one."""
        self.builder.carries = False
        out = self.built_as(c, 0)
        if self.builder.carries:
            self.builder.carried = False
            out += self.built_as(c, len(c.readings))
            self.builder.carried = True
        return out

    def built_as(self, c: PageCell, start: int) -> list[Built]:
        out = []
        for n, e in enumerate(c.readings, start):
            self.builder.needs = Needs(assumed=dict.fromkeys(c.assumed))
            try:
                value = self.builder.value(e, Scope())
                try_entry(value)
                out.append(Built(e, value, self.builder.needs, n))
            except UnreadableError as error:
                out.append(Built(e, None, self.builder.needs, n, error))
        return out

    def all_readings(self, left: PageCell, right: PageCell, sign: str, kind: Kind, row: int) -> list[Reading]:
        """The readings of a row.  Names that were brought in anew are first what they are now, and then what they were."""
        a, b = left.readings[0], right.readings[0]
        anew = [m for m in self.anew if not {m.pattern.ref.name}.isdisjoint(self.rests_on(names_in(a) | names_in(b)))]
        own = [m for m in anew if m.pattern == a and m.body == b]
        if not anew or own:
            return self.readings_without(own, left, right, sign, kind, row)
        now = self.readings_without([], left, right, sign, kind, row)
        try:
            before = self.readings_without(anew, left, right, sign, kind, row)
        except UnreadableError:
            return now
        return [*now, *(replace(r, former=True) for r in before if r.claim not in [x.claim for x in now])]

    def readings_without(
        self, aside: list[Meaning], left: PageCell, right: PageCell, sign: str, kind: Kind, row: int
    ) -> list[Reading]:
        self.world.aside = aside
        try:
            out = list(self.readings(left, right, sign, kind, row))
            if any(r.doubt for r in out) and (equations := self.world.equations()):
                self.world.by_equations = equations  # y = x^2 is a definition of y where y is held fixed
                again = list(self.readings(left, right, sign, kind, row))
                out = out if any(r.doubt for r in again) else again
            return self.with_instances(out, left, right, sign, kind, row) if out[0].unsure == SEVERAL_DRAWS else out
        except SortError as error:
            raise unread(right.readings[0], f"the parts do not fit: {error}") from None
        except RecursionError:
            raise unread(right.readings[0], "the formula is nested too deeply") from None
        finally:
            self.world.aside, self.world.by_equations = [], []

    def with_instances(
        self, found: list[Reading], left: PageCell, right: PageCell, sign: str, kind: Kind, row: int
    ) -> list[Reading]:
        """Readings of means over several draws, each with the case of one draw of a kind, whose laws are known."""
        self.builder.one_draw = True
        try:
            cases = {r.choice: r for r in self.readings(left, right, sign, kind, row)}
        except UnreadableError:
            return found
        finally:
            self.builder.one_draw = False
        return [replace(r, instance=cases.get(r.choice)) for r in found]

    def readings(self, left: PageCell, right: PageCell, sign: str, kind: Kind, row: int) -> Iterator[Reading]:
        lefts, rights = self.built(left), self.built(right)
        good = [(a, b) for b in rights if b.value is not None for a in lefts if a.value is not None]
        if not good:
            raise next(x.error for x in (*rights, *lefts) if x.error is not None)
        good.sort(key=lambda ab: ab[0].choice + ab[1].choice)
        seen: set[tuple[Term, tuple[Term, ...]]] = set()
        errors: list[UnreadableError] = []
        count = 0
        for a, b in good[: 2 * READINGS]:
            try:
                one = self.reading(a, b, sign, kind, row)
            except UnreadableError as error:
                errors.append(error)
                continue
            if (one.claim, one.given) not in seen:
                seen.add((one.claim, one.given))
                count += 1
                yield one
            if count >= READINGS:
                return
        if not count:
            raise errors[0]

    def reading(self, a: Built, b: Built, sign: str, kind: Kind, row: int) -> Reading:
        builder = self.builder
        builder.needs = needs = Needs()
        for x in (a, b):
            for fact, assumed in x.needs.facts.items():
                needs.fact(fact, assumed)
            needs.inferred.update(x.needs.inferred)
            needs.assumed.update(x.needs.assumed)
            needs.weak = needs.weak or x.needs.weak
            needs.circle = needs.circle or x.needs.circle
        left, right, letters = sides(a, b)
        for v in sorted(left.free | right.free, key=lambda x: x.name):
            if v.sort is INT and v.name in self.sorts.by_habit and as_number(v, (left, right)):
                needs.assumed[f"{v.name} is a whole number"] = None
        if not (is_numeric(left.sort) and is_numeric(right.sort)) and not (
            left.sort == right.sort and isinstance(left.sort, SetOf)
        ):
            raise unread(b.expr, "the two sides are not of one kind")
        shown = sign if sign in COMPARISONS else "="
        claim = relation(shown, left, right)
        builder.declared_facts()
        self.row_facts(row, needs)
        builder.law_facts(closure(claim.free, needs.facts))
        relevant = closure(claim.free, needs.facts)
        builder.letter_facts(relevant, (left, right))
        for fact in letters:
            needs.fact(fact)
        given = [f for f in needs.facts if touches(f, closure(claim.free, needs.facts))]
        if not self.world.by_itself.isdisjoint(self.rests_on(names_in(a.expr) | names_in(b.expr))):
            needs.weak = needs.weak or "a name is defined by its other values"
        missing = definedness([left, right], given)
        rests = [(f, needs.facts[f]) for f in given if needs.facts[f]] + [
            (f, " ".join(term_text(f).split())) for f in missing
        ]
        told = dict.fromkeys([*(words for _, words in rests), *needs.assumed])
        why = needs.weak if needs.weak == SEVERAL_DRAWS else self.left_open(a.expr, b.expr)
        why = why or (counts_elsewhere(self.world, a.expr, left, right) if sign == "=" and kind == "step" else "")
        why = why or unexplained(builder, left, right, needs.facts) or open_page(self.world, left, right) or needs.weak
        why = why or unsized(builder.ranges, closure(claim.free, needs.facts))
        why = why or uncounted(self.world, closure(claim.free, needs.facts))
        explained = [*sorts_in_words(claim.free), *needs.inferred, *([why] if why else [])]
        self.inferred.update(dict.fromkeys(needs.inferred))
        self.free |= claim.free
        out = Reading(
            left, right, claim, (*given, *missing), kind, tuple(told), tuple(explained),
            (a.choice, b.choice), not why, tuple(rests), tuple(needs.assumed), why, doubt=self.doubt(claim, given),
        )  # fmt: skip
        strict = tuple(builder.begins[f] for f in given if f in builder.begins)
        if strict and not why:
            out = replace(out, refutable=False, instance=replace(out, given=(*out.given, *strict)))
        return (
            out
            if why or self.lead == ()
            else supposing(out, self.lead, self.world, lambda rel: builder.statements(rel, Scope()))
        )

    def doubt(self, claim: Term, given: Sequence[Term]) -> str:
        """Why nothing can be said of a row: definitions in a circle, a derivative that holds fixed what the page ties to what moves."""
        circle = self.builder.needs.circle
        if circle:
            return f"what defines {circle} is defined by {circle}; say which is a condition: %: A = B"
        keys = {v: key for key, v in self.builder.vars.items()}
        for moving, fixed in held_and_moving(claim, set()):
            moves = keys.get(moving, (moving.name, ()))[0]
            for held in sorted(keys[v] for v in fixed if v in keys):
                said = self.tied_by_text(held, moves)
                if said:
                    return holds_fixed(moving.name, held[0], said)
        return tied_by_conditions(claim, given)

    def tied_by_text(self, held: Key, moving: str) -> str:
        """The definition or the sentence that ties a letter to one that moves, though it has not been put in: it stands further down,
        is a result, or is of another form."""
        told = [(w, m) for at, w, m in self.sentences if at < self.place or getattr(m, "told", "") != "aside"]
        told += [(words, rels) for at, words, rels in self.bounds if at < self.place]
        for words, found in [*told, *((f"{m.pattern} = {m.body}", m) for m in self.world.meanings)]:
            if isinstance(found, Meaning):
                known = found not in self.world.aside and moving in self.rests_on(names_in(found.body))
                if known and is_of(found.pattern, held):
                    return words
            elif (
                isinstance(found, tuple)
                and all(isinstance(rel, Expr) and rel.data == "=" for rel in found)
                and {held[0], moving} <= about(found)
            ):
                return words
        said = (words for words, name, letters in self.descriptions if name == held[0] and moving in letters)
        return next((f"the text ({words})" for words in said), "")

    @cached_property
    def bounds(self) -> list[tuple[int, str, tuple[Expr, ...]]]:
        return list(constraints(self.document, self.inline, self.parser))

    @cached_property
    def descriptions(self) -> list[tuple[str, str, set[str]]]:
        return list(told_in_words(self.document, self.inline, self.parser))

    def row_facts(self, row: int, needs: Needs) -> None:
        """The conditions behind the row; where another row of the display has some, they may be meant for all."""
        if self.problems:
            needs.weak = needs.weak or "a declaration of the page is not read"
        words, rels = self.case or ("", ())
        for rel in rels:
            try:
                for fact in self.builder.statements(rel, Scope()):
                    needs.fact(fact, words)
            except UnreadableError:
                needs.weak = needs.weak or "a condition before the display is not read"
        if row not in self.here:
            needs.weak = needs.weak or (
                "the display has a condition that may be meant for this row" if self.here else ""
            )
            return
        found = self.here[row]
        if found is None:
            needs.weak = needs.weak or "the words behind the row are a condition that is not read"
        for rel in (rel for rels in found or () for rel in rels):
            try:
                for fact in self.builder.statements(rel, Scope()):
                    needs.fact(fact)
            except UnreadableError:
                needs.weak = needs.weak or "a condition behind the row is not read"


def _explained(before: Chain, after: Chain) -> Chain:
    """A chain whose claims are read again, now that later rows have said what their names are."""
    steps = tuple(
        b if a.readings and a.readings[0].kind == "step" else a for a, b in zip(before.steps, after.steps, strict=True)
    )
    return replace(before, steps=steps)


def _unread(error: UnreadableError) -> Unread:
    return Unread(error.what, error.span, error.why)
