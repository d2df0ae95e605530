"""A page before its rows are read: its declarations, its cells, and what its names and letters stand for throughout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.kernel.terms import Var
from derive.notes.document.pages import Declared, Display, Document, Inline
from derive.notes.formula.known import Known, known_from
from derive.notes.formula.names import halves
from derive.notes.formula.parser import Parser
from derive.notes.formula.rows import Cell, cells_of, words_in
from derive.notes.formula.surface import Expr, name, names_in, renamed, run_by, walk
from derive.notes.formula.tokens import FUNCTIONS, Tokens, UnreadableError, refuse_depth, tokens_of
from derive.notes.meaning.chain import Unread
from derive.notes.meaning.declare import Line, line_of
from derive.notes.meaning.facts import Facts
from derive.notes.meaning.guess import density_names, guessed_base, guessed_laws, whole_sequences, with_variables
from derive.notes.meaning.pairs import likelier_first
from derive.notes.meaning.prose import ANEW, about, counting, defining, in_circles, independent, phrases
from derive.notes.meaning.ranges import Ranges, between
from derive.notes.meaning.sayings import A_LAW, sayings
from derive.notes.meaning.sorts import BY_SIZE, Key, Sorts, arranged, components, key_of, real_by
from derive.notes.meaning.world import Meaning, World, letters_free, put

CELLS = 400
"""How many expressions of a document are looked at before sorts are decided; those behind them are read with these."""


@dataclass
class PageCell:
    cell: Cell
    readings: list[Expr]
    error: UnreadableError | None = None
    assumed: tuple[str, ...] = ()  # what names were taken for before it was read


class Page:
    """A document, with all that its formulas show together."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Unread] = []
        self.inferred: dict[str, None] = {}
        self.firsts: dict[Key | Expr, PageCell] = {}
        self.case: tuple[str, tuple[Expr, ...]] | None = None  # the condition right before the display
        self.lead: tuple[Expr, ...] | None = ()  # what the paragraph before it may suppose
        self.late = False  # whether a row says what a name of an earlier row is
        self.free: set[Var] = set()  # the letters of the rows
        self.here: dict[int, list[tuple[Expr, ...]] | None] = {}  # the conditions behind the rows of the display
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
        self.chains: dict[int, list[list[PageCell]]] = {
            id(p): [
                [self.parsed(c) for c in chain] for chain in cells_of(p, self.words, document.text, self.known.indices)
            ]
            for p in document.parts
            if isinstance(p, Display)
        }
        for chains in self.chains.values():
            for chain in chains:
                likelier_first([c.readings for c in chain])
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
        entries: set[str] = set()
        for line in self.lines.values():
            shown += [t for part, t in line.parts.items() if part not in ("names", "name", "draws")]
            if line.form == "definition":
                new = line.parts["new"]
                if len(new) == 2 and new[0].kind == "name" and new[1].kind == "bracket":
                    functions.add(new[0].text)
            if line.form == "distribution":
                functions |= {label(t) for piece in line.pieces("names") for t in piece[:1]}
                if len(line.parts["over"]) == 1 and "given" not in line.parts:
                    entries |= {label(t) for t, *more in line.pieces("names") if not more and not t.sub}
            if line.form == "vectors":
                vectors |= {t.text for piece in line.pieces("names") for t in piece[:1]}
            if line.form == "mean":
                means.add(line.parts["name"][0].text)
        return known_from(
            shown,
            prose,
            functions - (FUNCTIONS - {"tanh", "abs", "sign", "det", "tr", "lg", "Cov", "Var"}),
            vectors,
            means,
            entries,
        )

    def tokens(self, items: Sequence[object]) -> list[Tokens]:
        try:
            return [refuse_depth(tokens_of(items, self.words))]  # type: ignore[arg-type]
        except UnreadableError:
            return []

    def inline(self, p: Inline) -> Tokens | None:
        found = self.tokens(p.items)
        return found[0] if found else None

    def parsed(self, cell: Cell) -> PageCell:
        if cell.unread is not None:
            return PageCell(cell, [], cell.unread)
        try:
            return PageCell(cell, self.parser.expressions(cell.tokens))
        except UnreadableError as error:
            where = error if error.span.end else UnreadableError(error.what, cell.span, error.why)
            return PageCell(cell, [], where)

    def prepare(self) -> Facts:
        """Sorts, ranges and guesses, from all formulas of the page at once."""
        whole = self.declared()
        if not whole.declared:
            self.call_by_densities()
        cells = [c for chains in self.chains.values() for chain in chains for c in chain if c.readings][:CELLS]
        formulas = [c.readings[0] for c in cells]
        formulas += [e for m in whole.meanings for e in (m.pattern, m.body)]
        formulas += [rel for rels, _ in whole.facts for rel in rels]
        bounds = [e for two in whole.ranges.values() for e in two] + [length for _, length, _ in whole.vectors]
        self.seed(whole)
        self.sorts.first(formulas)
        self.patterns(whole)
        for _ in range(2):
            for e in bounds:
                self.sorts.gather(e, "index")
            for _, last in between(whole, self.sorts):
                self.sorts.gather(last, "index")
            for e in formulas:
                self.sorts.gather(e)
                self.sorts.calculation(e)
            self.sorts.settled()
            self.sorts.real_numbers()
        spoken = list(sayings(self.document, self.inline, self.parser))
        for s in spoken:
            if s.said == A_LAW and not s.asked and self.sorts.keys[s.name.ref.name]:
                self.sorts.laws[s.name.ref.name] |= set()
        self.guess(whole, [c.readings[0] for c in cells])
        for e in formulas:
            self.sorts.gather(e)
        self.spoken = [s for s in spoken if s.name.is_name() and self.sorts.keys[s.name.ref.name] == {key_of(s.name)}]
        laws = World(laws=[*whole.laws, *self.guessed])
        named = {law.name.ref.name for law in laws.laws}
        spoken = [s for s in spoken if s.said != A_LAW or s.name.ref.name not in named]
        heard = list(phrases(self.document, self.inline, self.parser, self.sorts, spoken))
        self.sentences = counting(heard, whole, laws.is_value)
        prose = [p for p in self.sentences if not (isinstance(p[2], Meaning) and p[2].told == "aside")]
        self.spoken_of = said = whole.spoken_of() if whole.declared else set()
        self.said_anew = [p for p in prose if about(p[2]) <= said and self.brought_in(p[0], p[2], whole)]
        joint = [*(law for law in whole.laws if law.joint), *self.guessed]  # a declaration has no word for independence
        apart = independent(self.document, self.inline, self.parser, joint)
        kept = [p for p in prose if not about(p[2]) <= said] + defining(prose, whole, said)
        kept = in_circles(kept, whole.meanings)
        self.said = sorted([*kept, *apart], key=lambda found: found[0])
        for _, _, found in self.said:
            if isinstance(found, Meaning):
                self.sorts.gather(found.body)
                self.sorts.gather(found.pattern)
        whole.laws += self.guessed
        ranges = Ranges(whole, self.sorts)
        ranges.look([*formulas, *(e for _, _, m in self.said if isinstance(m, Meaning) for e in (m.pattern, m.body))])
        ranges.world = self.world
        self.world.laws += self.guessed
        self.world.ranges.update(whole.ranges)
        facts = Facts(self.world, self.sorts, ranges)
        facts.shown_free = frozenset(n for c in cells for n in letters_free(c.readings[0]))
        return facts

    def call_by_densities(self) -> None:
        """On a page without declarations P is the law whose values are written p(x)."""
        cells = [c for chains in self.chains.values() for chain in chains for c in chain]
        names = density_names([e for c in cells[:CELLS] for e in c.readings])
        for c in cells if names else ():
            here = sorted(names.keys() & set[str]().union(*map(names_in, c.readings)))
            c.assumed = tuple(f"{capital} is the law whose values are written {names[capital]}" for capital in here)
            c.readings = [renamed(e, names) for e in c.readings]

    def brought_in(self, place: int, found: object, whole: World) -> bool:
        """Whether a sentence brings in anew what a declaration defines: now let L be."""
        if not isinstance(found, Meaning) or not ANEW.search(self.document.text[max(0, place - 40) : place]):
            return False
        return any(m.pattern == found.pattern and m.body != found.body for m in whole.meanings)

    def declared(self) -> World:
        """All declarations of the page; those that are not read are problems."""
        whole = World()
        for key, line in list(self.lines.items()):
            try:
                put(whole, line, self.parser)
            except UnreadableError as error:
                del self.lines[key]
                self.problems.append(Unread(error.what, error.span or line.span, error.why))
        return whole

    def seed(self, whole: World) -> None:
        """What declarations say of sorts."""
        s = self.sorts
        for law in whole.laws:
            s.law(law.name, (*law.letters(), *law.given))
            s.indices |= {key_of(x) for x in (*law.letters(), *law.given) if x.op == "ref"}
        for draw in (draw for draws in whole.means.values() for draw in draws):
            s.law(draw.law, [draw.what])
        for v in [v for v, _, _ in whole.vectors] + [v for v, _ in whole.one_hot]:
            if v.op == "ref":
                s.vectors[v.ref.name] = len(v.args)
        for law in [w for w in whole.laws if len(w.over) == 1 and not w.given and not w.joint]:
            s.vectors.setdefault(law.name.ref.name, len(law.name.args))  # (1 - e) q + e u, of all probabilities
        s.indices |= {(letter, ()) for letter in whole.ranges}
        s.counted |= s.indices
        s.said_real |= {n for rels, _ in whole.facts for rel in rels for n in real_by(rel) if (n, ()) not in s.indices}
        s.calculated |= {
            c.readings[0].ref.name
            for chains in self.chains.values()
            for chain in chains
            if not BY_SIZE.isdisjoint(c.cell.sign for c in chain)
            for c in chain
            if c.readings and c.readings[0].is_name()
        }
        inside = [(rel.args[0], str(rel.args[1])) for rels, _ in whole.facts for rel in rels if rel.data == "∈"]
        s.integers = {e.ref.name for e, where in inside if e.op == "ref" and where.startswith("Z_bb")}
        whole_numbers = {key_of(e) for e, where in inside if e.op == "ref" and where.startswith(("N_bb", "Z_bb"))}
        s.indices |= whole_numbers
        s.counted |= whole_numbers
        s.totals |= {n for chains in self.chains.values() for chain in chains for n in totals_of(chain)}
        s.moved |= {x.ref.name for x in whole.solve if x.is_name()}

    def guess(self, whole: World, cells: Sequence[Expr]) -> None:
        """Laws that nobody declares, and on a page without declarations the base of entropies."""
        wholes = whole_sequences(cells, self.spelled_out())
        self.guessed = guessed_laws(whole, self.sorts, wholes, self.explained())
        self.guessed = with_variables(self.guessed, whole.laws, self.sorts)
        for law in self.guessed:
            if law.over[0].op == "series":
                v = law.over[0].args[-1].ref.name
                pair = Meaning(name(v), Expr("tuple", (law.over[0],)), assumed=f"{v} is {law.over[0]}")
                self.world.meanings += [] if whole.meanings_of(name(v)) else [pair]
        for law in self.guessed:
            self.sorts.law(law.name, (*law.letters(), *law.given))
            self.sorts.indices |= {key_of(x) for x in (*law.letters(), *law.given) if x.op == "ref"}
        if whole.declared:
            return
        base = guessed_base(cells)
        if base is not None:
            self.world.bases["H"] = self.world.bases["KL"] = base
        if {"P", "Pr"} <= self.sorts.keys.keys() and any(law.name.ref.name in ("P", "Pr") for law in self.guessed):
            self.world.aliases["Pr"] = "P"

    def spelled_out(self) -> list[Expr]:
        """Sequences in the prose: y = (y_1, ..., y_T)."""
        out: list[Expr] = []
        for p in self.document.parts:
            tokens = self.inline(p) if isinstance(p, Inline) else None
            left, right = halves(tokens or (), "=")
            if len(left) == 1 and len(right) == 1 and right[0].kind == "bracket":
                out += [a for e in self.parser.maybe(right) if e.op == "tuple" for a in e.args if a.op == "series"]
        return out

    def explained(self) -> set[str]:
        """The names of which the prose has an equation: u_k = 1/K."""
        lefts = [halves(self.inline(p) or (), "=") for p in self.document.parts if isinstance(p, Inline)]
        found = [e for left, right in lefts if left and right for e in self.parser.maybe(left)[:1]]
        return {e.ref.name for e in found if e.op == "ref"}

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


def label(t: object) -> str:
    return str(t.text)  # type: ignore[attr-defined]


def totals_of(chain: Sequence[PageCell]) -> set[str]:
    """The names that are alone on one side and stand with its letter below a sum on another: N = sum_k N_k."""
    shown = [c.readings[0] for c in chain if c.readings]
    alone = {e.ref.name for e in shown if e.is_name() and not e.ref.bold}
    summed = {
        x.ref.name
        for e in shown
        for big in walk(e)
        if big.op == "big" and alone
        for x in walk(big.args[0])
        if x.op == "ref" and not x.ref.signs and run_by(big.args[1:]) & {a.ref.name for a in x.args if a.is_name()}
    }
    return alone & summed
