"""What holds on a page at some place: the declarations before it, and the names that rows have brought in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from derive.notes.formula.parser import Parser
from derive.notes.formula.surface import Expr, names_in, walk
from derive.notes.formula.tokens import COMPARISONS, Token, Tokens, UnreadableError, split_at
from derive.notes.meaning.declare import Line
from derive.notes.meaning.sorts import base_letter


class Meaning(NamedTuple):
    """A := B; letters in the arguments of A stand for anything.  ``row``: brought in by a row of a display; ``assumed``: only the text says so;
    ``told``: it is an equation of the prose, which "let" or "with" introduces, or which may be a result of the page ("maybe")."""

    pattern: Expr
    body: Expr
    row: bool = False
    assumed: str = ""
    told: str = ""


class Law(NamedTuple):
    """A distribution: over which letters, given which; ``joint``: its marginals and conditionals have its name, too.

    ``assumed``: nobody declared it.
    """

    name: Expr
    over: tuple[Expr, ...]
    given: tuple[Expr, ...]
    positive: bool
    joint: bool
    assumed: str = ""

    def labels(self) -> tuple[str, ...]:
        """What the values are told apart by: the random variable of X=x, else the letter."""
        return tuple(str(o.args[0]) if o.op == "rel" else str(o) for o in self.over)

    def letters(self) -> tuple[Expr, ...]:
        return tuple(o.args[1] if o.op == "rel" else o for o in self.over)

    def fits(self, arguments: tuple[str, ...]) -> bool:
        """Whether a use with these arguments may be one of this law, and not of one with more parameters."""
        return len(arguments) == len(self.name.args) + len(self.over) + len(self.given)

    def slot(self, a: Expr) -> str | None:
        """Which of its values an argument is, by its label; None where nothing says it."""
        labels, letters = self.labels(), self.letters()
        if a.op == "rel" and a.data == "=" and str(a.args[0]) in labels:
            return str(a.args[0])
        if a.op == "rel" and a.data == "=" and str(a.args[0]).lower() == str(a.args[1]):
            a = a.args[1]  # Y = y of a law over y
        if a in letters:
            return labels[letters.index(a)]
        bases = [base_letter(x.ref.name) if x.op == "ref" else "" for x in letters]
        here = base_letter(a.ref.name) if a.op == "ref" else ""
        return labels[bases.index(here)] if here and bases.count(here) == 1 else None


class Draw(NamedTuple):
    """What a mean is over: a value with its law."""

    what: Expr
    law: Expr

    @property
    def whats(self) -> tuple[Expr, ...]:
        """The values one by one, where they are drawn together."""
        return self.what.args if self.what.op == "tuple" else (self.what,)


@dataclass
class World:
    """All that is declared, by kind."""

    meanings: list[Meaning] = field(default_factory=list)
    ranges: dict[str, tuple[Expr, Expr]] = field(default_factory=dict)
    laws: list[Law] = field(default_factory=list)
    one_hot: list[tuple[Expr, Expr]] = field(default_factory=list)
    vectors: list[tuple[Expr, Expr, bool]] = field(default_factory=list)  # name, length, whether it lies
    means: dict[str, tuple[Draw, ...]] = field(default_factory=dict)
    constants: dict[str, tuple[Expr, ...]] = field(default_factory=dict)
    bases: dict[str, Expr] = field(default_factory=dict)
    solve: list[Expr] = field(default_factory=list)
    facts: list[tuple[tuple[Expr, ...], str]] = field(default_factory=list)  # with what nobody declared
    nabla: Expr | None = None
    aliases: dict[str, str] = field(default_factory=dict)
    declared: bool = False
    assumed_hot: dict[str, str] = field(default_factory=dict)
    correct: list[tuple[Expr, str]] = field(
        default_factory=list
    )  # letters that the text calls the correct class, with its words
    counts: set[str] = field(default_factory=set)  # names that the text calls the number of something
    by_itself: set[str] = field(
        default_factory=set
    )  # names that are defined by their other values, of which a row knows one step
    of_page: set[Expr] = field(default_factory=set)  # of the facts, those that rows and text bring in
    by_equations: list[Meaning] = field(default_factory=list)  # definitions that declared equations are, for a while
    aside: list[Meaning] = field(default_factory=list)  # definitions that do not count for a while
    _by_head: dict[str, list[Meaning]] = field(default_factory=dict, repr=False)
    _seen: int = 0

    def meanings_of(self, e: Expr) -> list[Meaning]:
        """The definitions that can be of a formula, by its head, the latest first."""
        for m in self.meanings[self._seen :]:
            heads = {_head_of(m.pattern)} | ({_head_of(m.pattern.args[0])} if m.pattern.op == "entry" else set())
            for head in heads:
                self._by_head.setdefault(head, []).insert(0, m)
        self._seen = len(self.meanings)
        found = self._by_head.get(_head_of(e), [])
        more = [m for m in self.by_equations if _head_of(m.pattern) == _head_of(e)] if self.by_equations else []
        return [*more, *(m for m in found if m not in self.aside)] if self.aside or more else found

    def law_of(self, name: str, below: int | None = None) -> Law | None:
        found = [w for w in reversed(self.laws) if w.name.ref.name == name and below in (None, w.name.ref.below)]
        return found[0] if found else None

    def spoken_of(self) -> set[str]:
        """The names of which something is declared, and the letters that run."""
        heads = [m.pattern for m in self.meanings] + [w.name for w in self.laws]
        heads += [v for v, _ in self.one_hot] + [v for v, _, _ in self.vectors]
        out = {n for e in heads for n in names_in(e)} | {
            n for rels, _ in self.facts for rel in rels for n in names_in(rel)
        }
        out |= {n for w in self.laws for e in (*w.over, *w.given) for n in names_in(e)}
        return out | set(self.ranges) | set(self.constants) | {n for e in self.solve for n in names_in(e)}

    def settled(self) -> set[str]:
        """The names of which a declaration says what they are, or through what they run.  Of others it only says what holds."""
        out = {n for m in self.meanings for n in names_in(m.pattern)} | set(self.ranges) | set(self.constants)
        out |= {n for w in self.laws for e in (*w.over, *w.given) for n in names_in(e)}
        out |= {n for e in self.solve for n in names_in(e)}
        equations = [rel for rels, _ in self.facts for rel in rels if rel.data == "="]
        return out | {a.ref.name for rel in equations for a in rel.args if a.op == "ref"}

    def equations(self) -> list[Meaning]:
        """The declared equations that say what one name is: y = x^2."""
        out = []
        for a, b in (rel.args for rels, _ in self.facts for rel in rels if rel.data == "="):
            plain = a.op == "ref" and all(x.is_name() for x in a.args) and a.ref.name not in names_in(b)
            if plain and b.op != "num" and a.ref.name not in self.ranges and not self.is_value(a.ref.name):
                out.append(Meaning(a, b))
        return out

    def is_value(self, name: str) -> bool:
        """Whether a name stands for a value of some distribution."""
        base = base_letter(name)
        return any(
            base_letter(e.ref.name) == base for w in self.laws for e in (*w.letters(), *w.given) if e.op == "ref"
        )


def _head_of(e: Expr) -> str:
    return f"ref {e.ref.name}" if e.op == "ref" else e.op


def one(parser: Parser, tokens: Tokens) -> Expr:
    """The first reading of tokens of a declaration."""
    e = parser.argument_of(tokens)
    if e is None:
        parser.expressions(tokens)
        raise UnreadableError(" ".join(t.text for t in tokens), tokens[0].span, "this is not read")
    return e


def put(world: World, line: Line, parser: Parser) -> None:
    """A declaration added to what holds.  Raises UnreadableError when a formula in it is not read."""
    world.declared = True
    _PUT[line.form](world, line, parser)


def _definition(world: World, line: Line, parser: Parser) -> None:
    new, meaning = line.parts["new"], line.parts["meaning"]
    if len(new) == 1 and new[0].text == "∇" and len(meaning) == 1 and meaning[0].text == "∇" and meaning[0].sub:
        world.nabla = one(parser, meaning[0].sub)
        return
    pattern, body = _head(parser, new), one(parser, meaning)
    if pattern.is_name() and body.is_name():
        world.aliases[pattern.ref.name] = body.ref.name
    define(world, Meaning(pattern, body))


def define(world: World, m: Meaning) -> None:
    """A definition added; of m_t := b m_{t-1} + g_t, which can be put nowhere for good, the equation."""
    if any(is_one_of(m.pattern, x) for x in walk(m.body)):
        equation = Expr("rel", (m.pattern, m.body), "=")
        world.facts.append(((equation,), ""))
        if m.row or m.assumed:
            world.of_page.add(equation)
        world.by_itself.add(m.pattern.ref.name)
    else:
        world.meanings.append(m)


def is_point_mass(e: Expr) -> bool:
    """delta_y among laws: the one that is at y, where nothing says otherwise."""
    return e.op == "ref" and e.ref.name == "delta" and not e.ref.signs and e.ref.below == len(e.args) == 1


def is_one_of(pattern: Expr, e: Expr) -> bool:
    """Whether a name is what a definition is of, at other values: m_{t-1} of m_t, and not P(a_1) of a P(A) that is made of these."""
    if not (pattern.op == e.op == "ref" and pattern.ref == e.ref and len(pattern.args) == len(e.args)):
        return False
    pairs = zip(pattern.args, e.args, strict=True)
    return all(
        p == a
        or (p.is_name() and (a.is_name() or p.ref.name in names_in(a)))
        or (p.op in ("add", "sub") and names_in(p) <= names_in(a))  # x_t of x_{t+1}
        for p, a in pairs
    )


def _head(parser: Parser, tokens: Tokens) -> Expr:
    """What is defined: a name with all that stands at it, and never a product."""
    if len(tokens) == 2 and tokens[1].kind == "bracket" and tokens[0].kind == "name":
        found = [e for e in parser.expressions(tokens) if e.op in ("ref", "compare", "fn", "entry")]
        if found:
            return found[0]
    return one(parser, tokens)


def _range(world: World, line: Line, parser: Parser) -> None:
    low, high = one(parser, line.parts["first"]), one(parser, line.parts["last"])
    for piece in line.pieces("letters"):
        world.ranges[one(parser, piece).ref.name] = (low, high)


def _distribution(world: World, line: Line, parser: Parser) -> None:
    over = _over(line, parser)
    given = tuple(one(parser, p) for p in line.pieces("given"))
    for piece in line.pieces("names"):
        world.laws.append(Law(one(parser, piece), over, given, "positive" in line.words, "joint" in line.words))


def _over(line: Line, parser: Parser) -> tuple[Expr, ...]:
    tokens = line.parts["over"]
    if any(t.kind == "sign" and t.text == "…" for t in tokens):
        found = parser.arguments(tokens)
        if found is not None:
            return found[1]
    return tuple(one(parser, p) for p in line.pieces("over"))


def _one_hot(world: World, line: Line, parser: Parser) -> None:
    over = one(parser, line.parts["over"])
    world.one_hot += [(one(parser, p), over) for p in line.pieces("names")]


def _vectors(world: World, line: Line, parser: Parser) -> None:
    length = one(parser, line.parts["length"])
    world.vectors += [(one(parser, p), length, "row" in line.words) for p in line.pieces("names")]


def _mean(world: World, line: Line, parser: Parser) -> None:
    draws: list[Draw] = []
    pieces: list[list[Token]] = [[]]
    for t in line.parts["draws"]:
        if t.kind == "sign" and t.text == "," and any(x.text == "~" for x in pieces[-1]):
            pieces.append([])
        else:
            pieces[-1].append(t)
    for piece in pieces:
        at = next((i for i, t in enumerate(piece) if t.text == "~"), 0)
        if not at or at + 1 == len(piece):
            raise UnreadableError(
                " ".join(t.text for t in piece),
                line.span,
                r"each of the draws needs its law, x \sim p; of one law they stand in brackets, (x, y) \sim p",
            )
        draws.append(Draw(one(parser, tuple(piece[:at])), one(parser, tuple(piece[at + 1 :]))))
    t = line.parts["name"][0]
    world.means[mean_name(t)] = tuple(draws)


def mean_name(t: Token) -> str:
    """A mean as it is printed: E, or E with what stands below it."""
    return t.text + ("_" + "".join(x.text for x in t.sub) if t.sub else "")


def _constant(world: World, line: Line, parser: Parser) -> None:
    of = tuple(one(parser, p) for p in line.pieces("of"))
    t = line.parts["name"][0]
    world.constants[t.text] = of


def _base(world: World, line: Line, parser: Parser) -> None:
    base = one(parser, line.parts["base"])
    for piece in line.pieces("names"):
        world.bases[piece[0].text] = base


def _solve(world: World, line: Line, parser: Parser) -> None:
    world.solve.append(one(parser, line.parts["letter"]))


def _fact(world: World, line: Line, parser: Parser) -> None:
    world.facts += [(tuple(rels), "") for rels in facts_of(parser, line.parts["fact"])]


def facts_of(parser: Parser, tokens: Tokens) -> list[tuple[Expr, ...]]:
    """c, k \\in {1, ..., K};  0 < rho < 1;  a = b, each as relations."""
    *before, last = [piece for _, piece in split_at(tokens, frozenset(",")) if piece]
    out = []
    tail = next(parser.relations(last), None)
    if tail is None:
        parser.expressions(last)
        raise UnreadableError("", last[0].span, "this relation is not read")
    for piece in before:
        if any(x.kind == "sign" and x.text in COMPARISONS for x in piece):
            out.append(next(parser.relations(piece), ()))
        else:  # a, b \in S: the relation of the last
            e = one(parser, piece)
            out.append((Expr("rel", (e, *tail[0].args[1:]), tail[0].data, e.span),))
    return [*out, tail]


def letters_free(e: Expr) -> set[str]:
    """Names that stand alone, or are indices, and are not bound inside."""
    if e.op == "big":
        bound = {x.ref.name for b in e.args[1:] if b.args for x in walk(b.args[0]) if x.op == "ref"}
        return {n for a in e.args for n in letters_free(a)} - bound
    here = {e.ref.name} if e.op == "ref" and not e.args else set()
    return here | {n for a in e.args for n in letters_free(a)}


_PUT = {
    "definition": _definition, "range": _range, "distribution": _distribution, "one-hot": _one_hot, "vectors": _vectors,
    "mean": _mean, "constant": _constant, "base": _base, "solve": _solve, "fact": _fact,
}  # fmt: skip
