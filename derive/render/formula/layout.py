"""From a term to its layout: notation, precedence and brackets, decided here once for all targets.

Conventions, in the author's order throughout:

* A sum or product extends over the factors that follow it and ends at + or -; so does a derivative.  It gets brackets
  where a factor follows it, and its body gets brackets where that is a sum of terms or begins with a minus sign.
* log takes one factor without brackets, log p(k); where another factor follows it, it gets brackets itself.
* -a b is both -(a b) and (-a) b; a - (b - c), a (-b) and -(a + b) keep their brackets.
* xlogy(a, x) is written a log x.
* A bound letter is the author's, primed where it would clash with a free variable or with a letter bound further out.

``linear`` asks for fractions with a slash and exp(..), for targets that write on one line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, Base, Fn, Sort
from derive.kernel.terms import (
    ADD,
    ARGMAX,
    ARGMIN,
    DELTA,
    DIV,
    EQ,
    EXP,
    FORALL,
    HAS_PARTIAL,
    IFF,
    IMPLIES,
    IN,
    LE,
    LOG,
    LT,
    MUL,
    NE,
    NEG,
    PARTIAL,
    POW,
    PROD,
    SUB,
    SUM,
    XLOGY,
    App,
    At,
    Bound,
    Lam,
    Num,
    Op,
    Term,
    Var,
    at,
    instantiate,
    subterms,
)
from derive.render.formula import notation as ntn
from derive.render.formula.nodes import (
    MINUS,
    TIMES,
    Accent,
    BigOp,
    Fence,
    Frac,
    Mark,
    Node,
    Row,
    Script,
    Space,
    Symbol,
    UnderBrace,
    fenced,
    first,
    last,
    row,
    subscript,
    superscript,
)

Labels = tuple[tuple[Term, str], ...]

# how strongly the parts of a formula hold together
ANY, IFF_, IMPLIES_, REL, ADD_, NEG_, DIV_, MUL_, PREFIX, POW_, ATOM = range(11)

_NEG = Symbol(MINUS, "neg")
_COMMA = Symbol(",", "punct")
_PARTIAL = Symbol("∂", "ord")
_RELATIONS = {EQ: "=", NE: "≠", LT: "<", LE: "≤", IN: "∈"}
_SUBSCRIPTED = frozenset("abcdeijklmnostvwxyz")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a formula, how strongly it holds together, and whether it would swallow a factor written after it."""

    node: Node
    level: int = ATOM
    greedy: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition and for which indices it holds: ``every`` are letters for all values, ``ranges`` as t = 1, ..., T."""

    statement: Node
    every: tuple[Node, ...] = ()
    ranges: tuple[Node, ...] = ()


def layout(
    term: Term,
    notation: ntn.Notation | None = None,
    *,
    linear: bool = False,
    avoid: Iterable[str] = (),
    labels: Labels = (),
    marks: tuple[Term, ...] = (),
) -> Node:
    """The layout of a term or statement.

    ``avoid`` are letters that bound variables must not take, besides those of the free variables of ``term``.
    ``labels`` are subterms to put a brace under, with the words under the brace; each is found once.
    ``marks`` are parts to highlight, the very objects in ``term`` and not others equal to them.
    Raises UserError when a template of the notation does not fit the definition that it is for.
    """
    return _Builder(notation, linear, term.free, avoid, labels, marks).top(term)


def conditions(
    given: Iterable[Term], notation: ntn.Notation | None = None, *, linear: bool = False, avoid: Iterable[str] = ()
) -> list[Condition]:
    """Statements as conditions to read: bounds from both sides in one chain, 0 < p as p > 0, ranges at the end.

    They keep their order; two that make a chain stand where the first of them stood.
    """
    given = tuple(given)
    free: frozenset[Var] = frozenset()
    for g in given:
        free |= g.free
    builder = _Builder(notation, linear, free, avoid, ())
    split = [_Split.of(g) for g in given]
    used: set[int] = set()
    out: list[Condition] = []
    for i, s in enumerate(split):
        if i in used:
            continue
        partner: Term | None = None
        for j, other in enumerate(split):
            if j != i and j not in used and s.prefix == other.prefix:
                pair = _chain(s.body, other.body)
                if pair is not None:
                    partner = other.body if pair else s.body
                    used.add(j)
                    if not pair:
                        s = other
                    break
        out.append(builder.condition(s, partner))
    return out


def _chain(a: Term, b: Term) -> bool | None:
    """Whether a then b make a chain c <= x <= d from a constant c; False when b then a do; None when neither does."""
    for left, right, answer in ((a, b, True), (b, a, False)):
        if not (isinstance(left, App) and isinstance(right, App) and {left.op, right.op} <= {LE, LT}):
            return None
        low, middle = left.args
        if middle == right.args[0] and isinstance(low, Num) and not isinstance(middle, Num):
            return answer
    return None


@dataclass(frozen=True, slots=True)
class _Split:
    """A statement without its quantifiers and guards; ``prefix``: a letter for a quantifier, a term for a guard."""

    prefix: tuple[_Letter | Term, ...]
    body: Term

    @staticmethod
    def of(term: Term) -> _Split:
        prefix: list[_Letter | Term] = []
        while isinstance(term, App):
            if term.op is FORALL and isinstance(term.args[0], Lam):
                prefix.append(_Letter(term.args[0].dom, term.args[0]))
                term = term.args[0].body
            elif term.op is IMPLIES and prefix:
                prefix.append(term.args[0])
                term = term.args[1]
            else:
                break
        return _Split(tuple(prefix), term)


class _Letter:
    """The variable of a quantifier; equal to any other of its sort."""

    __slots__ = ("lam", "sort")

    def __init__(self, sort: Sort, lam: Lam) -> None:
        self.sort = sort
        self.lam = lam

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Letter) and self.sort == other.sort

    def __hash__(self) -> int:
        return hash(self.sort)


@dataclass(frozen=True, slots=True)
class _Range:
    name: str
    low: Node | None
    high: Node | None
    whole: bool  # 1..V, which is written as the vocabulary


class _Builder:
    def __init__(
        self,
        notation: ntn.Notation | None,
        linear: bool,
        free: Iterable[Var],
        avoid: Iterable[str],
        labels: Labels,
        marks: tuple[Term, ...] = (),
    ) -> None:
        self.notation = ntn.load_notation(notation)
        self.flat = linear  # the target writes on one line
        self.linear = linear  # fractions get a slash; also inside scripts
        self.avoid = {v.name for v in free} | set(avoid)
        self.signs = {n: ntn.name_node(n) for n in self.avoid}
        self.names: list[str] = []  # of the bound variables, the innermost last
        self.labels = list(labels)
        self.marks = marks

    # --- statements --------------------------------------------------------------------------------------------------

    def top(self, term: Term) -> Node:
        split = _Split.of(term)
        if not split.prefix:
            return self.piece(term).node
        c = self.condition(split, None, flip=False)
        out: list[Node] = [c.statement]
        for i, every in enumerate(c.every):
            out += [Symbol(" and ", "text")] if i else [Space("quad"), Symbol("for all ", "text")]
            out.append(every)
        for i, scope in enumerate(c.ranges):
            out += [Symbol(" and ", "text")] if i else [Space("quad"), Symbol("for ", "text")]
            out.append(scope)
        return row(*out)

    def condition(self, split: _Split, partner: Term | None, flip: bool = True) -> Condition:
        """The condition; ``partner`` is the second half of a chain; ``flip`` turns 0 < a into a > 0."""
        outside = len(self.names)
        ranges, premises = self._scope(split.prefix)
        b = split.body
        statement = self.piece(b).node if not premises else self.fit(b, IMPLIES_)
        if isinstance(b, App) and b.op in (LE, LT):
            low, high = b.args
            if isinstance(partner, App):
                statement = row(self.compare(b), _rel(_RELATIONS[partner.op]), self.fit(partner.args[1], ADD_))
            elif flip and isinstance(low, Num) and not isinstance(high, Num):
                statement = row(self.fit(high, ADD_), _rel("≥" if b.op is LE else ">"), self.fit(low, ADD_))
        if premises:
            statement = row(self._all_of(premises), _rel("⟹"), statement)
        every = tuple(self.name(r.name) for r in ranges if r.low is None and r.high is None)
        bounded = tuple(self.range(r) for r in ranges if r.low is not None or r.high is not None)
        del self.names[outside:]
        return Condition(statement, every, bounded)

    def _scope(self, prefix: tuple[_Letter | Term, ...]) -> tuple[list[_Range], list[Node]]:
        """Enter quantifiers: the range of each, and the guards that are not bounds."""
        levels: list[int] = []
        lows: dict[int, Node] = {}
        highs: dict[int, Node] = {}
        whole: dict[int, list[bool]] = {}
        premises: list[Node] = []
        for item in prefix:
            if isinstance(item, _Letter):
                levels.append(len(self.names))
                self.names.append(self.fresh(item.lam))
                continue
            depth = len(self.names) - 1
            if isinstance(item, App) and item.op is LE:
                low, high = item.args
                level = depth - high.index if isinstance(high, Bound) else -1
                if level in levels and level not in lows:
                    lows[level] = self.fit(low, ADD_)
                    whole.setdefault(level, []).append(low == Num(1))
                    continue
                level = depth - low.index if isinstance(low, Bound) else -1
                if level in levels and level not in highs:
                    highs[level] = self.fit(high, ADD_)
                    whole.setdefault(level, []).append(self._is_vocabulary(high))
                    continue
            premises.append(self.fit(item, REL))
        ranges = []
        for level in levels:
            marks = whole.get(level, [])
            is_whole = len(marks) == 2 and all(marks)
            ranges.append(_Range(self.names[level], lows.get(level), highs.get(level), is_whole))
        return ranges, premises

    def _is_vocabulary(self, high: Term) -> bool:
        n = self.notation
        return n.sums == "set" and isinstance(high, Var) and high.name == n.vocabulary

    def _vocabulary(self) -> Node:
        return self.build(self.notation.vocabulary_set.body, {}, {}, True)

    def range(self, r: _Range, inline: bool = False) -> Node:
        """A range in words' company, t = 1, ..., T, or ``inline``, 1 <= t <= T."""
        letter, low, high = self.name(r.name), r.low, r.high
        if r.whole:
            return row(letter, _rel("∈"), self._vocabulary())
        if low is not None and high is not None:
            if inline:
                return row(low, _rel("≤"), letter, _rel("≤"), high)
            steps = _whole(high) - _whole(low)
            if steps == 0:
                return row(letter, _rel("="), low)
            between = () if steps == 1 else (Symbol("…", "ord"), _COMMA)
            return row(letter, _rel("="), low, _COMMA, *between, high)
        if low is not None:
            return row(letter, _rel("≥"), low)
        if high is not None:
            return row(letter, _rel("≤"), high)
        return letter

    def _all_of(self, premises: list[Node]) -> Node:
        out: list[Node] = [premises[0]]
        for p in premises[1:]:
            out += [_rel("∧"), p]
        return row(*out)

    def compare(self, term: App) -> Node:
        a, b = term.args
        return row(self.fit(a, ADD_), _rel(_RELATIONS[term.op]), self.fit(b, ADD_))

    # --- brackets ----------------------------------------------------------------------------------------------------

    def fit(self, term: Term, level: int, closed: bool = False) -> Node:
        """``term`` where at least ``level`` is asked for, and, with ``closed``, where a factor follows."""
        return self.bracket(self.piece(term), level, closed)

    def bracket(self, p: Piece, level: int, closed: bool = False) -> Node:
        if p.level < level or (closed and p.greedy):
            return fenced(p.node, group=True)
        return p.node

    # --- terms -------------------------------------------------------------------------------------------------------

    def piece(self, term: Term) -> Piece:
        if self.marks and any(term is m for m in self.marks):
            p = self.plain_piece(term)
            return Piece(Mark(p.node), p.level, p.greedy)
        return self.plain_piece(term)

    def plain_piece(self, term: Term) -> Piece:
        for i, (labelled, words) in enumerate(self.labels):
            if labelled == term:
                del self.labels[i]
                p = self.plain_piece(term)
                return Piece(UnderBrace(p.node, words), p.level, p.greedy)
        if isinstance(term, Num):
            return self.number(term)
        if isinstance(term, (Var, Bound, At)):
            return self.applied(term)
        if isinstance(term, Lam):
            outside = len(self.names)
            letter = self.enter(term)
            body = self.fit(term.body, ANY)
            del self.names[outside:]
            return Piece(row(letter, _rel("↦"), body), ANY, True)
        assert isinstance(term, App)
        special = _SPECIAL.get(term.op)
        return special(self, term) if special is not None else self.applied(term)

    def fresh(self, fn: Lam) -> str:
        return self.fresh_name(fn.hint, fn)

    def fresh_name(self, hint: str, scope: Term) -> str:
        taken = self.avoid.union(self.names, (v.name for v in scope.free))
        signs = [self.signs.get(n) or ntn.name_node(n) for n in taken]  # eps and epsilon look alike
        name = hint or "k"
        while name in taken or ntn.name_node(name) in signs:
            name += "'"
        return name

    def name(self, name: str, kind: str = "name") -> Node:
        """How a letter is written; as its plain name where another one would look the same."""
        node = ntn.name_node(name)
        if any(sign == node and other != name for other, sign in self.signs.items()):
            return Symbol(name, kind)
        return node if kind == "name" else ntn.name_node(name, kind)

    def enter(self, fn: Lam) -> Node:
        """Go under a binder; returns its letter."""
        name = self.fresh(fn)
        self.names.append(name)
        return self.name(name)

    def number(self, term: Num) -> Piece:
        value = abs(term.value)
        top = Symbol(str(value.numerator), "num")
        if value.denominator == 1:
            p = Piece(top)
        else:
            bottom = Symbol(str(value.denominator), "num")
            if self.linear:
                p = Piece(row(top, Symbol("/", "slash"), bottom), DIV_)
            else:
                p = Piece(Frac(top, bottom, small=True), PREFIX)
        return p if term.value >= 0 else Piece(row(_NEG, p.node), NEG_)

    def neg(self, term: App) -> Piece:
        p = self.piece(term.args[0])
        return Piece(row(_NEG, self.bracket(p, DIV_)), NEG_, p.greedy and p.level >= DIV_)

    def sum_of(self, term: App) -> Piece:
        a, b = term.args
        left = self.fit(a, ADD_)
        p = self.piece(b)
        sign = Symbol("+" if term.op is ADD else MINUS, "op")
        return Piece(row(left, sign, self.bracket(p, DIV_)), ADD_, p.greedy and p.level >= DIV_)

    def mul(self, term: App) -> Piece:
        left, level = self.left_factor(term.args[0])
        p = self.piece(term.args[1])
        return self.product(left, level, p)

    def left_factor(self, a: Term) -> tuple[Node, int]:
        """The left factor of a product, a minus sign in front of it without brackets."""
        if isinstance(a, App) and a.op is NEG and not any(t == a for t, _ in self.labels):
            return row(_NEG, self.fit(a.args[0], MUL_, closed=True)), NEG_
        p = self.piece(a)
        if p.level == NEG_ and not p.greedy and isinstance(a, (Num, App)) and not (self.linear and _has_slash(p.node)):
            return p.node, NEG_
        return self.bracket(p, MUL_, closed=True), MUL_

    def product(self, left: Node, level: int, p: Piece) -> Piece:
        right = self.bracket(p, PREFIX)
        head = first(right)
        starts = first(right.body) if isinstance(right, Fence) and right.group else None
        dot = (
            (head is not None and head.kind == "num")
            or (head is not None and head.kind == "bold" and head.text.isdigit() and _ends_in_number(left))
            or (starts is not None and starts.kind == "neg")
            or (isinstance(right, Frac) and _ends_in_number(left))
        )
        sign = Symbol("·", "dot") if dot else Symbol(TIMES, "times")
        return Piece(row(left, sign, right), level, p.greedy and p.level >= PREFIX)

    def div(self, term: App) -> Piece:
        a, b = term.args
        if self.linear:
            top = self.fit(a, PREFIX, closed=True)
            return Piece(row(top, Symbol("/", "slash"), self.fit(b, PREFIX, closed=True)), DIV_)
        small = isinstance(a, Num) and isinstance(b, Num)
        return Piece(Frac(self.fit(a, ADD_), self.fit(b, ADD_), small), PREFIX)

    def script(self, term: Term) -> Node:
        """``term`` in a subscript or superscript, where fractions have a slash."""
        linear, self.linear = self.linear, True
        node = self.fit(term, ADD_)
        self.linear = linear
        return node

    def pow(self, term: App) -> Piece:
        base = self.fit(term.args[0], ATOM)
        if isinstance(base, (Script, UnderBrace)) and not (isinstance(base, Script) and base.sup is None):
            base = fenced(base, group=True)
        return Piece(superscript(base, self.script(term.args[1])), POW_)

    def exp(self, term: App) -> Piece:
        (x,) = term.args
        if self.notation.exp != "function" and not self.flat:
            inside = set(subterms(x))
            if not any(t in inside for t, _ in self.labels):
                node = self.script(x)
                if self.notation.exp == "power" or _is_low(node):
                    return Piece(Script(Symbol("e", "var"), None, node), POW_)
        return Piece(row(Symbol("exp", "fn"), fenced(self.fit(x, ADD_), group=True)))

    def log(self, term: App) -> Piece:
        return self.log_of(term.args[0])

    def log_of(self, x: Term) -> Piece:
        name = Symbol(self.notation.log, "fn")
        p = self.piece(x)
        inner = p.node.body if isinstance(p.node, Mark) else p.node
        power = isinstance(inner, Script) and inner.sub is None and inner.base == Symbol("e", "var")
        if p.level >= ATOM or p.level == PREFIX or power:
            return Piece(row(name, p.node), PREFIX, True)
        return Piece(row(name, fenced(p.node, group=True)), PREFIX)

    def xlogy(self, term: App) -> Piece:
        left, level = self.left_factor(term.args[0])
        return self.product(left, level, self.log_of(term.args[1]))

    def delta(self, term: App) -> Piece:
        if self.notation.indicator == "kronecker":
            linear, self.linear = self.linear, True
            index = row(self.fit(term.args[0], ADD_), _COMMA, self.fit(term.args[1], ADD_))
            self.linear = linear
            return Piece(Script(Symbol("δ", "var"), index))
        body = row(self.fit(term.args[0], ADD_), _rel("="), self.fit(term.args[1], ADD_))
        fence = fenced(body, "[", "]")
        return Piece(fence if self.notation.indicator == "iverson" else row(Symbol("1", "bold"), fence))

    def bigop(self, term: App) -> Piece:
        low, high, fn = term.args
        assert isinstance(fn, Lam)
        over: Node | None
        linear, self.linear = self.linear, True
        whole = low == Num(1) and self._is_vocabulary(high)
        start, over = self.fit(low, ADD_), (None if whole else self.fit(high, ADD_))
        self.linear = linear
        outside = len(self.names)
        letter = self.enter(fn)
        under = row(letter, _rel("∈"), self._vocabulary()) if whole else row(letter, _rel("="), start)
        body = self.fit(fn.body, MUL_)
        del self.names[outside:]
        sign = Symbol("∑" if term.op is SUM else "∏", "big")
        return Piece(BigOp(sign, under, over, body), PREFIX, True)

    def optimum(self, term: App) -> Piece:
        (fn,) = term.args
        assert isinstance(fn, Lam)
        outside = len(self.names)
        letter = self.enter(fn)
        body = self.fit(fn.body, NEG_)
        del self.names[outside:]
        sign = Symbol("arg min" if term.op is ARGMIN else "arg max", "fn")
        return Piece(BigOp(sign, letter, None, body), PREFIX, True)

    def derivative(self, term: App) -> Piece:
        fn, z, j = term.args[:3]
        assert isinstance(fn, Lam)
        if (isinstance(z, Var) and z not in fn.free) or (isinstance(z, Bound) and not _mentions(fn, z.index)):
            body = self.fit(instantiate(fn, z), PREFIX)
            return Piece(row(self._d(at(z, j)), Space("thin"), body), PREFIX, True)
        # at a point that is no variable: the derivative, then the point after a bar
        name = self.fresh(fn)
        self.avoid.add(name)
        w = Var(name, fn.dom)
        body = self.fit(instantiate(fn, w), PREFIX)
        inner = row(self._d(at(w, j)), Space("thin"), body)
        self.avoid.discard(name)
        point = row(self.name(name), _rel("="), self.script(z))
        return Piece(Script(fenced(inner, "(", ")", group=True), point))

    def _d(self, entry: Term) -> Node:
        under = row(_PARTIAL, self.piece(entry).node)
        if self.linear:
            return row(_PARTIAL, Symbol("/", "slash"), under)
        return Frac(_PARTIAL, under)

    def has_partial(self, term: App) -> Piece:
        return Piece(row(self.derivative(term).node, _rel("="), self.fit(term.args[3], ADD_)), REL)

    def relation(self, term: App) -> Piece:
        return Piece(self.compare(term), REL)

    def implies(self, term: App) -> Piece:
        a, b = term.args
        p = self.piece(b)
        right = p.node if p.level == ANY and not isinstance(b, Lam) else self.bracket(p, IMPLIES_)
        return Piece(row(self.fit(a, REL), _rel("⟹"), right), IMPLIES_)

    def iff(self, term: App) -> Piece:
        a, b = term.args
        p = self.piece(b)
        right = p.node if p.level == ANY and not isinstance(b, Lam) else self.bracket(p, IMPLIES_)
        return Piece(row(self.fit(a, IMPLIES_), _rel("⟺"), right), IFF_)

    def forall(self, term: App) -> Piece:
        split = _Split.of(term)
        outside = len(self.names)
        ranges, premises = self._scope(split.prefix)
        scope: list[Node] = [Symbol("∀", "ord"), self.range(ranges[0], inline=True)]
        for r in ranges[1:]:
            scope += [_COMMA, self.range(r, inline=True)]
        p = self.piece(split.body)
        body = self.bracket(p, IMPLIES_) if premises else p.node
        if premises:
            body = row(self._all_of(premises), _rel("⟹"), body)
        del self.names[outside:]
        return Piece(row(*scope, Symbol(":", "punct"), body), ANY, True)

    # --- variables and definitions -----------------------------------------------------------------------------------

    def applied(self, term: Term) -> Piece:
        """A variable or a defined constant at its indices."""
        indices: list[Term] = []
        head = term
        while isinstance(head, At):
            # a label may name the family itself
            if head is not term and any(t == head for t, _ in self.labels):
                break
            indices.append(head.arg)
            head = head.fn
        indices.reverse()
        if isinstance(head, Var):
            return self.variable(head.name, head.sort, indices, head)
        if isinstance(head, Bound):
            k = len(self.names) - 1 - head.index
            name = self.names[k] if k >= 0 else f"#{head.index}"
            return self.variable(name, head.sort, indices, head)
        if isinstance(head, App):
            if isinstance(head.op, Definition):
                return self.defined(head, head.op, indices)
            if head.op not in _SPECIAL:
                return Piece(self.plain(head.op.name, [self.fit(a, ADD_) for a in head.args], indices))
        return Piece(self.called(self.fit(head, ATOM), indices))

    def called(self, head: Node, indices: list[Term]) -> Node:
        return row(head, self.arguments(indices)) if indices else head

    def arguments(self, args: list[Term]) -> Node:
        nodes: list[Node] = []
        for a in args:
            if nodes:
                nodes.append(_COMMA)
            nodes.append(self.fit(a, ADD_ if len(args) > 1 else ANY))
        return fenced(row(*nodes))

    def variable(self, name: str, sort: Sort, indices: list[Term], head: Term) -> Piece:
        sorts: list[Sort] = []
        out = sort
        while isinstance(out, Fn):
            sorts.append(out.dom)
            out = out.cod
        kinds = "".join("i" if s == INT else "a" for s in sorts)
        for given in range(len(indices), -1, -1):
            v = self.notation.variable(name, kinds, given)
            if v is not None:
                slots = dict(zip(v.params, indices, strict=False))
                slots |= {str(i + 1): t for i, t in enumerate(indices)}
                p = _written(self.build(v.template.body, slots, {}, False))
                if given == len(indices):
                    return p
                return Piece(self.default_indices(self.bracket(p, ATOM), name, sorts[given:], out, indices[given:]))
        word = "fn" if indices and not (sorts[0] == INT and out == INT) else "name"
        return Piece(self.default_indices(self.name(name, word), name, sorts, out, indices))

    def default_indices(self, node: Node, name: str, sorts: list[Sort], out: Sort, indices: list[Term]) -> Node:
        """Indices that the notation says nothing about: positions under the name, tokens and arguments after it."""
        calls: list[Term] = []
        base = name.rstrip("'").split("_")[0]
        for i, (s, index) in enumerate(zip(sorts, indices, strict=False)):
            final = i == len(sorts) - 1
            token = s == INT and final and out != INT and base not in _SUBSCRIPTED
            under = not token if s == INT else isinstance(s, Base) and not final
            if under and not calls:
                node = subscript(node, self.script(index))
            else:
                calls.append(index)
        return self.called(node, calls)

    def defined(self, app: App, definition: Definition, indices: list[Term]) -> Piece:
        params = [p.name for p in definition.params]
        values = dict(zip(params, app.args, strict=True))
        for given in range(len(indices), -1, -1):
            place = definition.name + "[]" * given
            letters = self.notation.indices.get(place, ())
            slots = values | dict(zip(letters, indices, strict=False))
            slots |= {str(i + 1): a for i, a in enumerate(app.args)}
            for t in self.notation.definitions.get(place, ()):
                for slot in t.slots:
                    if slot not in slots:
                        ntn.refuse_template(self.notation, t, place, slot, params)
                shown = {*t.slots, *(params[int(s) - 1] for s in t.slots if s.isdigit())}
                left_out = [p for p in params if p not in shown]
                named = all(isinstance(v := values[p], Var) and v.name == p for p in left_out)
                if named and not any(isinstance(slots[h], Lam) for h in t.heads):
                    p = _written(self.build(t.body, slots, self.letters(t, slots, app), False))
                    return Piece(self.called(self.bracket(p, ATOM), indices[given:])) if indices[given:] else p
        return Piece(self.plain(definition.name, [self.fit(a, ADD_) for a in app.args], indices))

    def plain(self, name: str, args: list[Node], indices: list[Term]) -> Node:
        nodes: list[Node] = []
        for a in args:
            nodes += [_COMMA, a] if nodes else [a]
        head = ntn.name_node(name, "fn" if args or indices else "name")
        if nodes:
            head = row(head, fenced(row(*nodes)))
        return self.called(head, indices)

    # --- templates ---------------------------------------------------------------------------------------------------

    def letters(self, t: ntn.Template, slots: dict[str, Term], scope: Term) -> dict[str, Var]:
        """The fresh letters of a template: the author's own where the argument at it is written with one."""
        out: dict[str, Var] = {}

        def visit(part: ntn.Part) -> None:
            if isinstance(part, ntn.Slot):
                for a in part.at:
                    fn = slots[part.name]
                    if a[:1] == "@" and a[1:] not in out:
                        hint = fn.hint if isinstance(fn, Lam) else a[1:]
                        out[a[1:]] = Var(self.fresh_name(hint, scope), INT)
            for child in _children(part):
                visit(child)

        visit(t.body)
        for letter in _fresh_letters(t.body):
            if letter not in out:
                out[letter] = Var(self.fresh_name(letter, scope), INT)
        return out

    def build(self, part: ntn.Part, slots: dict[str, Term], letters: dict[str, Var], inside: bool) -> Node:
        """The layout of a template.  ``inside``: brackets or commas are round this part already."""
        if isinstance(part, ntn.Slot):
            return self.fit(self.slot(part, slots, letters), ADD_ if inside else ATOM)
        if isinstance(part, ntn.Fresh):
            return self.name(letters[part.letter].name)
        if isinstance(part, ntn.Seq):
            nodes: list[Node] = []
            last_item = len(part.items) - 1
            for i, item in enumerate(part.items):
                before = inside if i == 0 else ntn.separates(part.items[i - 1])
                after = inside if i == last_item else ntn.separates(part.items[i + 1])
                nodes.append(self.build(item, slots, letters, before and after))
            return row(*nodes)
        if isinstance(part, ntn.Scripted):
            base = self.build(part.base, slots, letters, False)
            linear, self.linear = self.linear, True
            sub = self.build(part.sub, slots, letters, True) if part.sub is not None else None
            sup = self.build(part.sup, slots, letters, True) if part.sup is not None else None
            self.linear = linear
            if isinstance(base, Script):  # an argument that has scripts already
                base = fenced(base, group=True) if sup is not None and base.sup is not None else base
                if isinstance(base, Script):
                    out = subscript(base, sub) if sub is not None else base
                    return superscript(out, sup) if sup is not None else out
            return Script(base, sub, sup)
        if isinstance(part, ntn.Bracketed):
            if isinstance(part.body, ntn.Slot):  # alone in its brackets
                return fenced(self.fit(self.slot(part.body, slots, letters), ANY), part.open, part.close)
            return fenced(self.build(part.body, slots, letters, True), part.open, part.close)
        if isinstance(part, ntn.Marked):
            return Accent(part.mark, self.build(part.body, slots, letters, False))
        return part

    def slot(self, part: ntn.Slot, slots: dict[str, Term], letters: dict[str, Var]) -> Term:
        term = slots[part.name]
        for a in part.at:
            term = at(term, letters[a[1:]] if a[:1] == "@" else slots[a])
        return term


_LOOSE = {"rel": REL, "op": ADD_, "neg": NEG_, "slash": DIV_, "dot": MUL_, "times": MUL_}


def _written(node: Node) -> Piece:
    """What a template wrote, as strong as its weakest sign outside brackets: a course may write p - q for a value."""
    items = node.items if isinstance(node, Row) else (node,)
    level = min((_LOOSE[i.kind] for i in items if isinstance(i, Symbol) and i.kind in _LOOSE), default=ATOM)
    head, *rest = items
    word = isinstance(head, Symbol) and head.kind == "fn" and bool(rest) and not isinstance(rest[0], Fence)
    return Piece(node, PREFIX, True) if word and level == ATOM else Piece(node, level)


def _children(part: ntn.Part) -> list[ntn.Part]:
    if isinstance(part, ntn.Seq):
        return list(part.items)
    if isinstance(part, ntn.Scripted):
        return [p for p in (part.base, part.sub, part.sup) if p is not None]
    if isinstance(part, (ntn.Bracketed, ntn.Marked)):
        return [part.body]
    return []


def _fresh_letters(part: ntn.Part) -> list[str]:
    """The fresh letters of a template, in order."""
    out = [part.letter] if isinstance(part, ntn.Fresh) else []
    for child in _children(part):
        out += _fresh_letters(child)
    return out


def _whole(node: Node) -> float:
    """The number that is written, not a number where it is none."""
    return int(node.text) if isinstance(node, Symbol) and node.kind == "num" and node.text.isdigit() else math.nan


def _rel(sign: str) -> Symbol:
    return Symbol(sign, "rel")


def _mentions(term: Term, index: int) -> bool:
    if term.loose <= index:
        return False
    if isinstance(term, Bound):
        return term.index == index
    if isinstance(term, Lam):
        return _mentions(term.body, index + 1)
    if isinstance(term, At):
        return _mentions(term.fn, index) or _mentions(term.arg, index)
    return isinstance(term, App) and any(_mentions(a, index) for a in term.args)


def _has_slash(node: Node) -> bool:
    return isinstance(node, Row) and any(isinstance(i, Symbol) and i.kind == "slash" for i in node.items)


def _ends_in_number(node: Node) -> bool:
    if isinstance(node, Row) and node.items:
        node = node.items[-1]
    if isinstance(node, Frac):
        return _ends_in_number(node.num) and _ends_in_number(node.den)
    end = last(node)
    return end is not None and end.kind == "num"


def _is_low(node: Node, depth: int = 0) -> bool:
    """Whether a superscript reads well: no sum in it and no fraction, nothing under what is under it."""
    if isinstance(node, Row):
        return all(_is_low(i, depth) for i in node.items)
    if isinstance(node, Script):
        scripts = [s for s in (node.sub, node.sup) if s is not None]
        return depth == 0 and _is_low(node.base, depth) and all(_is_low(s, depth + 1) for s in scripts)
    if isinstance(node, (Fence, Accent)):
        return _is_low(node.body, depth)
    return isinstance(node, Space) or (isinstance(node, Symbol) and node.kind != "slash")


_SPECIAL: dict[Op, Callable[[_Builder, App], Piece]] = {
    NEG: _Builder.neg,
    ADD: _Builder.sum_of,
    SUB: _Builder.sum_of,
    MUL: _Builder.mul,
    DIV: _Builder.div,
    POW: _Builder.pow,
    EXP: _Builder.exp,
    LOG: _Builder.log,
    XLOGY: _Builder.xlogy,
    DELTA: _Builder.delta,
    SUM: _Builder.bigop,
    PROD: _Builder.bigop,
    ARGMIN: _Builder.optimum,
    ARGMAX: _Builder.optimum,
    PARTIAL: _Builder.derivative,
    HAS_PARTIAL: _Builder.has_partial,
    EQ: _Builder.relation,
    NE: _Builder.relation,
    LT: _Builder.relation,
    LE: _Builder.relation,
    IN: _Builder.relation,
    IMPLIES: _Builder.implies,
    IFF: _Builder.iff,
    FORALL: _Builder.forall,
}
