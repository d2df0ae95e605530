"""A document read: its chains, with all that each row can mean and what is known there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.kernel.sorts import INT, Fn, SetOf, is_numeric
from derive.kernel.terms import Term, Var, subterms
from derive.notes.document.pages import Declared, Display, Document, Inline
from derive.notes.document.tree import Span
from derive.notes.formula.known import Known, known_from
from derive.notes.formula.parser import Parser
from derive.notes.formula.rows import Cell, cells_of, words_in
from derive.notes.formula.surface import Expr, num, walk
from derive.notes.formula.tokens import FUNCTIONS, Tokens, UnreadableError, tokens_of
from derive.notes.meaning.build import Needs, unread
from derive.notes.meaning.chain import Chain, Kind, Notes, Reading, Step, Unread
from derive.notes.meaning.declare import Line, described, line_of
from derive.notes.meaning.facts import Facts, relation
from derive.notes.meaning.guess import guessed_base, guessed_laws
from derive.notes.meaning.needs import definedness
from derive.notes.meaning.prose import assume, phrases
from derive.notes.meaning.ranges import Ranges
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.sorts import Sorts, arranged, components, key_of
from derive.notes.meaning.values import Value
from derive.notes.meaning.world import Meaning, World, letters_free, put
from derive.operators.derivatives import taken_apart

READINGS = 8
"""How many readings of a row are kept."""
CELLS = 400
"""How many expressions of a document are looked at before sorts are decided; those behind them are read with these."""


@dataclass
class _Built:
    """One reading of an expression: its value, and what it rests on."""

    expr: Expr
    value: Value | None
    needs: Needs
    choice: int
    error: UnreadableError | None = None


@dataclass
class _Cell:
    cell: Cell
    readings: list[Expr]
    error: UnreadableError | None = None


def read_notes(document: Document) -> Notes:
    """All chains of a document, in page order."""
    return _Reader(document).notes()


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Unread] = []
        pages = [row.items for p in document.parts if isinstance(p, Display) for row in p.rows]
        self.words = words_in(pages)
        self.lines: dict[int, Line] = {}
        for p in document.parts:
            if isinstance(p, Declared):
                try:
                    self.lines[id(p)] = line_of(p, document.text, self.words)
                except UnreadableError as error:
                    self.problems.append(Unread(error.what, error.span, error.why))
        self.known = self.learn(pages)
        self.parser = Parser(self.known)
        self.chains: dict[int, list[list[_Cell]]] = {
            id(p): [[self.parsed(c) for c in chain] for chain in cells_of(p, self.words)]
            for p in document.parts
            if isinstance(p, Display)
        }
        self.world = World()
        self.sorts = Sorts()
        self.builder = self.prepare()

    def learn(self, pages: Sequence[object]) -> Known:
        """What the tokens show of names, before they are read."""
        shown, prose = [], []
        for p in self.document.parts:
            if isinstance(p, Display):
                for row in p.rows:
                    shown += self.tokens(row.items)
            elif isinstance(p, Inline):
                prose += self.tokens(p.items)
        functions: set[str] = set()
        vectors: set[str] = set()
        means: set[str] = set()
        for line in self.lines.values():
            shown += [t for part, t in line.parts.items() if part not in ("names", "name", "draws")]
            if line.form == "definition":
                new = line.parts["new"]
                if len(new) == 2 and new[0].kind == "name" and new[1].kind == "bracket":
                    functions.add(new[0].text)
            if line.form == "distribution":
                functions |= {label(t) for piece in line.pieces("names") for t in piece[:1]}
            if line.form == "vectors":
                vectors |= {t.text for piece in line.pieces("names") for t in piece[:1]}
            if line.form == "mean":
                means.add(line.parts["name"][0].text)
        return known_from(shown, prose, functions - FUNCTIONS, vectors, means)

    def tokens(self, items: Sequence[object]) -> list[Tokens]:
        try:
            return [tokens_of(items, self.words)]  # type: ignore[arg-type]
        except UnreadableError:
            return []

    def inline(self, p: Inline) -> Tokens | None:
        found = self.tokens(p.items)
        return found[0] if found else None

    def parsed(self, cell: Cell) -> _Cell:
        if cell.unread is not None:
            return _Cell(cell, [], cell.unread)
        try:
            return _Cell(cell, self.parser.expressions(cell.tokens))
        except UnreadableError as error:
            where = error if error.span.end else UnreadableError(error.what, cell.span, error.why)
            return _Cell(cell, [], where)

    # --- sorts and ranges, from the whole page

    def prepare(self) -> Facts:
        whole = World()
        bad: set[int] = set()
        for key, line in self.lines.items():
            try:
                put(whole, line, self.parser)
            except UnreadableError as error:
                bad.add(key)
                self.problems.append(Unread(error.what, error.span or line.span, error.why))
        self.lines = {key: line for key, line in self.lines.items() if key not in bad}
        cells = [c for chains in self.chains.values() for chain in chains for c in chain if c.readings][:CELLS]
        formulas = [c.readings[0] for c in cells]
        formulas += [e for m in whole.meanings for e in (m.pattern, m.body)]
        formulas += [rel for rels, _ in whole.facts for rel in rels]
        bounds = [e for two in whole.ranges.values() for e in two] + [length for _, length, _ in whole.vectors]
        s = self.sorts
        for law in whole.laws:
            s.law(law.name, (*law.letters(), *law.given))
        for draws in whole.means.values():
            for draw in draws:
                s.law(draw.law, [draw.what])
        for v, _, _ in whole.vectors:
            if v.op == "ref":
                s.vectors[v.ref.name] = len(v.args)
        for v, _ in whole.one_hot:
            if v.op == "ref":
                s.vectors[v.ref.name] = len(v.args)
                s.indices.add((v.ref.name, ("",) * (len(v.args) + 1)))
        s.first(formulas)
        for letter in whole.ranges:
            s.indices.add((letter, ()))
        for law in whole.laws:
            s.indices |= {key_of(x) for x in (*law.letters(), *law.given) if x.op == "ref"}
        for line_solve in whole.solve:
            if line_solve.is_name():
                s.moved.add(line_solve.ref.name)
        self.patterns(whole)
        for _ in range(2):
            for e in bounds:
                s.gather(e, "index")
            for e in formulas:
                s.gather(e)
            s.settled()
        self.guessed = guessed_laws(whole, s)
        for law in self.guessed:
            s.law(law.name, (*law.letters(), *law.given))
            s.indices |= {key_of(x) for x in (*law.letters(), *law.given) if x.op == "ref"}
        if not whole.declared:
            base = guessed_base([r for c in cells for r in c.readings[:1]])
            if base is not None:
                self.world.bases["H"] = self.world.bases["KL"] = base
            if "P" in s.keys and "Pr" in s.keys and any(law.name.ref.name in ("P", "Pr") for law in self.guessed):
                self.world.aliases["Pr"] = "P"
        for e in formulas:
            s.gather(e)
        self.said = [] if whole.declared else list(phrases(self.document, self.inline, self.parser, s, self.guessed))
        for _, _, found in self.said:
            if isinstance(found, Meaning):
                s.gather(found.body)
        ranges = Ranges(whole, s)
        ranges.look(formulas)
        ranges.world = self.world
        self.world.laws += self.guessed
        ranges.world.ranges.update(whole.ranges)
        return Facts(self.world, s, ranges)

    def patterns(self, whole: World) -> None:
        """Which letter stands at each argument of what is defined, so that its uses are of the letter's sort."""
        heads = [m.pattern for m in whole.meanings]
        heads += [c[0].readings[0] for chains in self.chains.values() for c in chains if len(c) > 1 and c[0].readings]
        for p in heads:
            if p.op == "ref" and p.args:
                letters = [
                    x.value.ref.name if x.value.is_name() else None for _, a in arranged(p) for x in components(a)
                ]
                self.sorts.defined.setdefault(key_of(p), letters)

    # --- chains

    def notes(self) -> Notes:
        chains: list[Chain] = []
        last: _Cell | None = None
        start: _Cell | None = None
        declared: list[str] = []
        said: list[str] = []
        waiting = list(self.said)
        for p in self.document.parts:
            if isinstance(p, Declared) and id(p) in self.lines:
                line = self.lines[id(p)]
                put(self.world, line, self.parser)
                declared.append(described(line))
            elif isinstance(p, Display):
                while waiting and waiting[0][0] < p.span.start:
                    _, words, found = waiting.pop(0)
                    assume(self.world, words, found)
                    said.append(words)
                for chain in self.chains[id(p)]:
                    goes_on = bool(chain[0].cell.sign) and last is not None
                    if not goes_on:
                        start, last = chain[0], None
                    chains.append(self.chain(p, chain, last if goes_on else None, start))
                    last = chain[-1]
        for fact, error in self.builder.not_read.items():
            self.problems.append(Unread(fact, error.span, f"this fact is not read: {error.why}"))
        return Notes(
            tuple(chains), tuple(declared), tuple(said), tuple(self.builder.needs.inferred), tuple(self.problems)
        )

    def chain(self, display: Display, cells: list[_Cell], before: _Cell | None, start: _Cell | None) -> Chain:
        steps: list[Step] = []
        left = before
        signs: list[str] = []
        for n, c in enumerate(cells):
            if left is not None and c.cell.sign:
                signs.append(c.cell.sign)
                steps.append(
                    self.step(left, c, start if start is not left else None, signs, first=n == 1 and before is None)
                )
            left = c
        first = cells[0]
        bad = None if first.error is None or steps else _unread(first.error)
        return Chain(display, first.cell.line, first.cell.span, tuple(steps), bad, self.printed(first.cell.span))

    def printed(self, span: Span) -> str:
        return self.document.text[span.start : span.end]

    def step(self, left: _Cell, right: _Cell, start: _Cell | None, signs: list[str], first: bool) -> Step:
        cell = right.cell
        base = Step(cell.sign, cell.row, cell.line, cell.span, printed=self.printed(cell.span), notes=cell.notes)
        for side in (right, left):
            if side.error is not None:
                return replace(base, unread=_unread(side.error))
        kind = self.kind(left, right, first)
        try:
            readings = list(self.readings(left, right, cell.sign, kind))
        except UnreadableError as error:
            return replace(base, unread=_unread(error))
        if kind == "definition":
            self.world.meanings.append(Meaning(left.readings[0], right.readings[0], True))
        from_start: tuple[Reading, ...] = ()
        total = together(signs)
        if start is not None and total and not start.error and kind == "step":
            try:
                from_start = tuple(self.readings(start, right, total, kind))
            except UnreadableError:
                from_start = ()
        return replace(base, readings=tuple(readings), from_start=from_start)

    def kind(self, left: _Cell, right: _Cell, first: bool) -> Kind:
        sign = right.cell.sign
        if sign == "≈":
            return "approximate"
        if sign == "∝":
            return "proportional"
        a, b = left.readings[0], right.readings[0]
        for e, other in ((a, b), (b, a)):
            if sign == "=" and e == num(0) and any(x == letter for letter in self.world.solve for x in walk(other)):
                return "condition"
        if sign == ":=" or (first and sign == "=" and self.introduces(left, b)):
            return "definition"
        if any(x.op == "ref" and x.ref.name in ("const", "constant") for x in walk(b)):
            return "constant"
        return "step"

    def introduces(self, left: _Cell, right: Expr) -> bool:
        """A name, with its arguments, alone on the left, at its first occurrence, of which nothing is declared."""
        e = left.readings[0]
        if e.op != "ref" or any(x.op == "ref" and x.ref.name == e.ref.name for x in walk(right)):
            return False
        if (
            self.world.law_of(e.ref.name) is not None
            or e.ref.name in self.world.means
            or e.ref.name in self.world.constants
        ):
            return False
        if e.is_name() and (e.ref.name in self.world.ranges or self.world.is_value(e.ref.name) or any(
            e.ref.name in letters_free(rel) for rels, _ in self.world.facts for rel in rels
        )):  # fmt: skip
            return False
        if self.builder.has_meaning(e):
            return False
        for chains in self.chains.values():
            for chain in chains:
                for c in chain:
                    if c is left:
                        return True
                    if any(
                        x.op == "ref" and x.ref.name == e.ref.name and key_of(x) == key_of(e)
                        for r in c.readings[:1]
                        for x in walk(r)
                    ):
                        return False
        return True

    # --- readings

    def built(self, c: _Cell) -> list[_Built]:
        out = []
        for n, e in enumerate(c.readings):
            self.builder.needs = Needs()
            try:
                value = self.builder.value(e, Scope())
                _try(value)
                out.append(_Built(e, value, self.builder.needs, n))
            except UnreadableError as error:
                out.append(_Built(e, None, self.builder.needs, n, error))
        return out

    def readings(self, left: _Cell, right: _Cell, sign: str, kind: Kind) -> Iterator[Reading]:
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
                one = self.reading(a, b, sign, kind)
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

    def reading(self, a: _Built, b: _Built, sign: str, kind: Kind) -> Reading:
        builder = self.builder
        builder.needs = needs = Needs()
        for x in (a, b):
            for fact, assumed in x.needs.facts.items():
                needs.fact(fact, assumed)
            needs.inferred.update(x.needs.inferred)
            needs.assumed.update(x.needs.assumed)
            needs.weak = needs.weak or x.needs.weak
        left, right, letters = sides(a, b)
        if not (is_numeric(left.sort) and is_numeric(right.sort)) and not (
            left.sort == right.sort and isinstance(left.sort, SetOf)
        ):
            raise unread(b.expr, "the two sides are not of one kind")
        shown = sign if sign in ("=", "!=", "<", "<=", ">", ">=") else "="
        claim = relation(shown, left, right)
        builder.declared_facts()
        builder.law_facts(closure(claim.free, needs.facts))
        relevant = closure(claim.free, needs.facts)
        builder.letter_facts(relevant, (left, right))
        for fact in letters:
            needs.fact(fact)
        given = [f for f in needs.facts if touches(f, closure(claim.free, needs.facts))]
        missing = definedness([left, right], given)
        told: dict[str, None] = {needs.facts[f]: None for f in given if needs.facts[f]}
        told.update(needs.assumed)
        told.update({f"{f}": None for f in missing})
        why = self.unexplained(left, right, needs.facts) or self.open_page(left, right)
        return Reading(
            left, right, claim, (*given, *missing), kind, tuple(told), (*needs.inferred, *((why,) if why else ())),
            (a.choice, b.choice), refutable=not needs.weak and not why,
        )  # fmt: skip

    def open_page(self, left: Term, right: Term) -> str:
        """On a page without declarations a condition may stand in the prose: only what is said of single numbers is refuted."""
        if self.world.declared:
            return ""
        free = left.free | right.free
        moved = any(taken_apart(t) is not None for side in (left, right) for t in subterms(side))
        if any(isinstance(v.sort, Fn) for v in free) or (moved and len(free) > 1):
            return "conditions may stand in the prose; declare them, and the row is refuted if it is false"
        return ""

    def unexplained(self, left: Term, right: Term, facts: dict[Term, str]) -> str:
        """A name on one side only of which nothing is said: what it is may stand in the prose."""
        said = {v for f, assumed in facts.items() if not assumed for v in f.free}
        for v in sorted(left.free ^ right.free, key=lambda x: x.name):
            name = next((key[0] for key, w in self.builder.vars.items() if w == v), v.name)
            if name in self.world.constants:
                continue
            function = isinstance(v.sort, Fn) or name[:1].isupper()
            if function and v not in said and not v.name.startswith("N_") and not any(
                x.op == "ref" and x.ref.name == name for x, _, _ in self.world.vectors
            ):  # fmt: skip
                return f"nothing on the page says what {name} is"
        return ""


def sides(a: _Built, b: _Built) -> tuple[Term, Term, list[Term]]:
    """Both sides as terms; of vectors and matrices the entries at free indices, with their ranges."""
    left, right = a.value, b.value
    assert left is not None
    assert right is not None
    rank = max(left.rank, right.rank)
    if left.rank and right.rank and left.rank != right.rank:
        raise unread(b.expr, "a vector on one side and a matrix on the other")
    letters = [Var(f"i_{n + 1}" if rank > 1 else "i_", INT) for n in range(rank)]
    facts: list[Term] = []
    for n, v in enumerate(letters):
        sizes = [x.dims[n] for x in (left, right) if x.rank == rank]
        size = next((s for s in sizes if s is not None), None)
        if size is not None:
            facts += [size.low <= v, v <= size.high]
    return (left.at(*letters) if left.rank else left.term), (right.at(*letters) if right.rank else right.term), facts


def _try(value: Value) -> None:
    """Build the entry once, so that what cannot be built is known here."""
    value.at(*(Var("i_", INT) for _ in value.dims))


def closure(free: frozenset[Var], facts: dict[Term, str]) -> frozenset[Var]:
    """The variables of a claim, and those of facts that share one with it."""
    out = set(free)
    changed = True
    while changed:
        changed = False
        for f in facts:
            if f.free and not out.isdisjoint(f.free) and not f.free <= out:
                out |= f.free
                changed = True
    return frozenset(out)


def touches(fact: Term, free: frozenset[Var]) -> bool:
    return not fact.free or not fact.free.isdisjoint(free)


def together(signs: Sequence[str]) -> str:
    """The relation of the first expression to the last; "" where these signs give none."""
    kinds = set(signs)
    if kinds <= {"=", ":="}:
        return "="
    for weak, strict in (("<=", "<"), (">=", ">")):
        if kinds <= {"=", ":=", weak, strict}:
            return strict if strict in kinds else weak
    return ""


def label(t: object) -> str:
    return str(t.text)  # type: ignore[attr-defined]


def _unread(error: UnreadableError) -> Unread:
    return Unread(error.what, error.span, error.why)
