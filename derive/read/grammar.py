"""Reads a page into terms, by recursive descent.

It knows the notation, the letters and the definitions, and the precedence that layout.py states: a sum extends over the
factors that follow it and ends at + or -, log takes one factor, and so on.  Where a formula can be read in several ways,
all of them are returned that the sorts allow.  So a formula that has one reading is unambiguous on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, SetOf, Sort
from derive.kernel.terms import (
    ADD,
    ARGMAX,
    ARGMIN,
    DELTA,
    DIV,
    EQ,
    EXP,
    IN,
    LE,
    LOG,
    LT,
    MAX,
    MUL,
    NE,
    NEG,
    POW,
    PROD,
    SUB,
    SUM,
    App,
    Num,
    Op,
    Term,
    Var,
    app,
    forall,
    iff,
    implies,
    lam,
    spine,
)
from derive.operators import finite_sets
from derive.operators.derivatives import derivative, taken_apart
from derive.operators.exclusions import without
from derive.read.letters import Letters
from derive.read.names import names_of, spelled
from derive.read.page import Brackets, Hat, Item, Items, Over, Scripts, Sign, UnreadableError, number, split
from derive.read.patterns import Patterns, Reading, Scope, sorted_
from derive.read.ranges import SIZE, WHERE, Range, halves, ranges, scope_words, size_of, words_at
from derive.render.formula.nodes import Symbol
from derive.render.formula.notation import Notation, load_notation

_RELATIONS = {Sign("="): EQ, Sign("≠"): NE, Sign("<"): LT, Sign("≤"): LE, Sign("∈"): IN}
_TERMS: dict[Item, Op] = {Sign("+"): ADD, Sign("−"): SUB}
_OPTIMA = {Sign("arg min", "up"): ARGMIN, Sign("arg max", "up"): ARGMAX}
_MAX = Sign("max", "up")
_BIG = {Sign("∑"): SUM, Sign("∏"): PROD}
_ENDS_PRODUCT = frozenset((*_RELATIONS, *(Sign(s) for s in "+−,;:…∣∥↦∧⟺⟹")))


class Reader(Patterns):
    """Reads formulas of one theorem in one notation.  ``letters``: its free variables; ``definitions``: those that it may
    use; ``hidden``: styles that cannot be seen on this page, such as bold in plain text; ``field``: what bound
    letters may be; ``settled``: the letters are those of the page, so that none of them is bound as well."""

    def __init__(
        self,
        notation: Notation | str,
        letters: Iterable[Var],
        definitions: Iterable[Definition],
        hidden: Iterable[str] = (),
        field: Letters | None = None,
        settled: bool = True,
    ) -> None:
        letters = tuple(letters)
        sets = {s for v in letters for s in bases(v.sort)}
        field = field or Letters(sets=sorted(sets, key=repr))
        super().__init__(load_notation(notation), letters, definitions, frozenset(hidden), field, settled)
        self.taken = frozenset(spelled(v.name) for v in letters) if settled else frozenset()
        self.read_before: dict[object, tuple[Term, ...]] = {}
        self.atoms: dict[object, tuple[Reading, ...]] = {}

    def size(self, items: Items) -> Items | None:
        """The size of the set behind ∈: of one with a name, or of the set of all tokens, where the notation writes it."""
        body = self.notation.vocabulary_set.body
        if self.notation.sums == "set" and isinstance(body, Symbol) and items == (Sign("∈"), self.sign(body)):
            return (Sign(self.notation.vocabulary),)
        return size_of(items)

    def read(self, items: Items) -> set[Term]:
        """All terms and statements that the page can mean, in canonical form."""
        return set(self.whole(items, self.scope))

    def conditions(self, items: Items) -> list[set[Term]]:
        """What the statements can mean that make a condition in a line of text."""
        return [self.read(half) for half in halves(items)]

    # --- statements

    def whole(self, items: Items, scope: Scope) -> Iterator[Term]:
        """Everything that the items can mean together, from a term to a statement with its ranges behind it."""
        key = ("whole", items, scope)
        if key not in self.read_before:
            self.read_before[key] = tuple(dict.fromkeys(self.read_whole(items, scope)))
        yield from self.read_before[key]

    def read_whole(self, items: Items, scope: Scope) -> Iterator[Term]:
        cut = words_at(items)
        if cut == 0 and Sign(":") in items:  # words in front hold for all that follows
            colon = items.index(Sign(":"))
            yield from self.bound(scope_words(items[:colon]), lambda s: self.whole(items[colon + 1 :], s), scope)
            return
        for sign, join in ((Sign("⟺"), iff), (Sign("⟹"), implies)):
            if cut < len(items) and sign in items[:cut]:  # words behind an arrow belong to what follows it
                arrow = items.index(sign)
                for premises in self.premises(items[:arrow], scope):
                    for conclusion in self.whole(items[arrow + 1 :], scope):
                        yield from sorted_(join, *premises, conclusion)
                return
        yield from self.scoped(items[:cut], items[cut:], scope)

    def statement(self, items: Items, scope: Scope) -> Iterator[Term]:
        """Anything without ranges behind it.  The outermost sign is looked for first."""
        if Sign("⟺") in items:
            cut = items.index(Sign("⟺"))
            for one in self.statement(items[:cut], scope):
                for other in self.statement(items[cut + 1 :], scope):
                    yield from sorted_(iff, one, other)
            return
        if Sign("⟹") in items:
            cut = items.index(Sign("⟹"))
            for premises in self.premises(items[:cut], scope):
                for conclusion in self.statement(items[cut + 1 :], scope):
                    yield from sorted_(implies, *premises, conclusion)
            return
        for sign, op in _RELATIONS.items():
            if items.count(sign) == 1:
                cut = items.index(sign)
                for left in self.sum_(items[:cut], scope):
                    for right in self.sum_(items[cut + 1 :], scope):
                        yield from sorted_(app, op, left, right)
                return
        if Sign("↦") in items:
            yield from self.function(items, scope)
            return
        yield from self.sum_(items, scope)

    def premises(self, items: Items, scope: Scope) -> Iterator[tuple[Term, ...]]:
        """Statements joined by "and"."""
        if Sign("∧") in items:
            cut = items.index(Sign("∧"))
            for a in self.statement(items[:cut], scope):
                for rest in self.premises(items[cut + 1 :], scope):
                    yield (a, *rest)
            return
        for a in self.statement(items, scope):
            yield (a,)

    def function(self, items: Items, scope: Scope) -> Iterator[Term]:
        """k |-> body."""
        if len(items) > 2 and items[1] == Sign("↦"):
            for v in self.new_letters(items[0]):
                for body in self.statement(items[2:], scope.under(v)):
                    yield from sorted_(lam, v, body)

    def scoped(self, items: Items, behind: Items, scope: Scope) -> Iterator[Term]:
        """statement   for all θ   for t = 1, ..., T and k = 1, ..., V."""
        if not behind:
            yield from self.statement(items, scope)
            return
        yield from self.bound(scope_words(behind), lambda s: self.statement(items, s), scope)

    def bound(
        self, said: Iterable[tuple[str, Items]], body: Callable[[Scope], Iterator[Term]], scope: Scope
    ) -> Iterator[Term]:
        """``body`` for all letters of the ranges, in order, where the bounds of all hold and what is said behind "where"."""
        said = list(said)
        where = tuple(piece for word, piece in said if word == WHERE)
        try:
            found = [r for word, piece in said if word != WHERE for r in ranges(piece, self.size, word)]
        except UnreadableError:
            return

        def premises(left: Sequence[Items], scope: Scope) -> Iterator[tuple[Term, ...]]:
            if not left:
                yield ()
                return
            for first in self.statement(left[0], scope):
                for rest in premises(left[1:], scope):
                    yield first, *rest

        def go(left: Sequence[Range], scope: Scope, new: tuple[Var, ...], guards: tuple[Term, ...]) -> Iterator[Term]:
            if not left:
                for inner in body(scope):
                    for more in premises(where, scope):
                        for term in sorted_(implies, *guards, *more, inner):
                            if all(v in term.free for v in new):  # one that is for nothing is not meant
                                for v in reversed(new):
                                    term = forall(v, term)
                                yield term
                return
            letter, low, high, kind = left[0]
            for v in self.new_letters(letter, kind):
                for more in self.guards(v, low, high, scope):
                    yield from go(left[1:], scope.under(v), (*new, v), (*guards, *more))

        yield from go(found, scope, (), ())

    def guards(self, v: Var, low: Items | None, high: Items | None, scope: Scope) -> Iterator[tuple[Term, ...]]:
        for a in (None,) if low is None else self.sum_(low, scope):
            for b in (None,) if high is None else self.sum_(high, scope):
                guards = [] if a is None else list(sorted_(app, LE, a, v))
                guards += [] if b is None else list(sorted_(app, LE, v, b))
                if len(guards) == (a is not None) + (b is not None):
                    yield tuple(guards)

    def new_letters(self, item: Item, kind: Sort | None = None) -> Iterator[Var]:
        """What a letter can be that a sum or a quantifier brings in; ``kind`` where the page says it."""
        for name in names_of(item):
            if name not in self.taken:
                for sort in self.field.sorts(name, kind):
                    yield self.know(Var(name, sort))

    # --- sums and products

    def sum_(self, items: Items, scope: Scope) -> tuple[Term, ...]:
        """a + b - c."""
        key = ("sum", items, scope)
        if key not in self.read_before:
            ends = self.sum_from(items, 0, scope)
            self.read_before[key] = tuple(dict.fromkeys(t for t, end in ends if end == len(items)))
        return self.read_before[key]

    def sum_from(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        def go(left: Term, end: int) -> Iterator[Reading]:
            op = _TERMS.get(items[end]) if end < len(items) else None
            if op is not None:
                for right, after in self.quotient(items, end + 1, scope):
                    for term in sorted_(app, op, left, right):
                        yield from go(term, after)
            else:
                yield left, end

        for first, end in self.negated(items, i, scope):
            yield from go(first, end)

    def negated(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """-a b, or a b."""
        if i < len(items) and items[i] == Sign("−"):
            for term, end in self.quotient(items, i + 1, scope):
                for negative in sorted_(app, NEG, term):
                    yield negative, end
        else:
            yield from self.quotient(items, i, scope)

    def quotient(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """A product, or one factor over another with a slash."""
        yield from self.product(items, i, scope)
        for first, end, greedy in self.factor(items, i, scope) if Sign("/") in items else ():
            if end < len(items) and items[end] == Sign("/") and not greedy:
                for below, after, takes_all in self.factor(items, end + 1, scope):
                    if not takes_all and (after == len(items) or items[after] in _ENDS_PRODUCT):
                        yield from ((t, after) for t in sorted_(app, DIV, first, below))

    def product(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """Factors side by side or with a dot; all that there are."""

        def go(left: Term, end: int, greedy: bool) -> Iterator[Reading]:
            if end == len(items) or items[end] in _ENDS_PRODUCT:
                yield left, end
                return
            if greedy:
                return  # it would have taken this factor too
            start = end + (items[end] == Sign("·"))
            for right, after, takes_all in self.factor(items, start, scope):
                for term in sorted_(app, MUL, left, right):
                    yield from go(term, after, takes_all)

        for first, end, greedy in self.factor(items, i, scope):
            yield from go(first, end, greedy)

    def factor(self, items: Items, i: int, scope: Scope) -> Iterator[tuple[Term, int, bool]]:
        """A factor, where it ends, and whether it takes all factors that follow."""
        if i >= len(items):
            return
        item = items[i]
        base = item.base if isinstance(item, Scripts) else item
        if base in _BIG:
            yield from ((t, end, True) for t, end in self.big(items, i, scope))
        elif base == _MAX and isinstance(item, Scripts):
            yield from ((t, end, True) for t, end in self.largest(items, i, scope))
        elif base in _OPTIMA:
            yield from ((t, end, True) for t, end in self.optimum(items, i, scope))
        elif item == Sign(self.notation.log, "up"):
            yield from self.logarithm(items, i + 1, scope)
        elif isinstance(item, Over) and item.num == (Sign("∂"),):
            if item.den[:1] == (Sign("∂"),):
                for entry in self.sum_(item.den[1:], scope):
                    yield from ((t, end, True) for t, end in self.derivative(entry, items, i + 1, scope))
        elif items[i : i + 3] == (Sign("∂"), Sign("/"), Sign("∂")):
            for entry, end in self.atom(items, i + 3, scope):
                yield from ((t, after, True) for t, after in self.derivative(entry, items, end, scope))
        elif isinstance(item, Over):
            for a in self.sum_(item.num, scope):
                for b in self.sum_(item.den, scope):
                    yield from ((t, i + 1, False) for t in sorted_(app, DIV, a, b))
        else:
            yield from ((t, end, False) for t, end in self.power(items, i, scope))

    def big(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """A sum or product from a number to a number, or over the vocabulary."""
        item = items[i]
        if not isinstance(item, Scripts) or item.sub is None:
            return
        under, *others = split(item.sub, Sign(","))
        if item.sup is not None and under[1:2] == (Sign("="),):
            low, high = under[2:], item.sup
        elif item.sup is None and (size := self.size(under[1:])) is not None:
            low, high = (number("1"),), size
        else:
            return
        if any(other[:2] != (under[0], Sign("≠")) for other in others):
            return
        assert isinstance(item.base, Sign)
        for v in self.new_letters(under[0], INT):
            for body, end in self.summand(items, i + 1, _BIG[item.base], v, [other[2:] for other in others], scope):
                for a in self.sum_(low, scope):
                    for b in self.sum_(high, scope):
                        for fn in sorted_(lam, v, body):
                            yield from ((t, end) for t in sorted_(app, _BIG[item.base], a, b, fn))

    def summand(self, items: Items, i: int, op: Op, v: Var, others: Sequence[Items], scope: Scope) -> Iterator[Reading]:
        """What is added or multiplied over the index, which is not the others."""
        if not others:
            yield from self.product(items, i, scope.under(v))
            return
        for other in self.sum_(others[0], scope):
            for apart in sorted_(app, NE, v, other):
                for rest, end in self.summand(items, i, op, v, others[1:], scope):
                    yield from ((t, end) for t in sorted_(without, op, rest, v, [apart]))

    def largest(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """max, with the range of its letter under it: from a number to a number, or over the vocabulary."""
        item = items[i]
        if not isinstance(item, Scripts) or item.sub is None or item.sup is not None:
            return
        ranged = split(item.sub, Sign("≤"))
        if len(ranged) == 3:
            low, letter, high = ranged
        elif (size := self.size(item.sub[1:])) is not None:
            low, letter, high = (number("1"),), item.sub[:1], size
        else:
            return
        if len(letter) != 1:
            return
        for v in self.new_letters(letter[0], INT):
            for body, end in self.product(items, i + 1, scope.under(v)):
                for a in self.sum_(low, scope):
                    for b in self.sum_(high, scope):
                        for fn in sorted_(lam, v, body):
                            yield from ((t, end) for t in sorted_(app, MAX, a, b, fn))

    def optimum(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """arg min or arg max, with the letter under it."""
        item = items[i]
        if not isinstance(item, Scripts) or item.sub is None or item.sup is not None or len(item.sub) != 1:
            return
        assert isinstance(item.base, Sign)
        for v in self.new_letters(item.sub[0]):
            for body, end in self.negated(items, i + 1, scope.under(v)):
                for fn in sorted_(lam, v, body) if v in body.free else ():
                    yield from ((t, end) for t in sorted_(app, _OPTIMA[item.base], fn))

    def logarithm(self, items: Items, i: int, scope: Scope) -> Iterator[tuple[Term, int, bool]]:
        """log of one factor; what stands in brackets of its own is all that it takes."""
        if i < len(items) and isinstance(items[i], Brackets) and items[i].open == "(":  # type: ignore[union-attr]
            for x in self.whole(items[i].body, scope):  # type: ignore[union-attr]
                for term in sorted_(app, LOG, x):
                    yield term, i + 1, False
            return
        for x, end, greedy in self.factor(items, i, scope):
            power = isinstance(items[i], Scripts) and isinstance(x, App) and x.op is POW
            if not power or greedy:
                for term in sorted_(app, LOG, x):
                    yield term, end, True

    def derivative(self, entry: Term, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """The derivative of one factor in a real variable, or in an entry of a family, z_j."""
        head, indices = spine(entry)
        if isinstance(head, Var) and entry.sort is REAL:
            for body, end, _ in self.factor(items, i, scope):
                for fn in sorted_(lam, head, body):
                    yield from ((t, end) for t in sorted_(derivative, fn, head, *indices))

    def at_a_point(self, item: Item, scope: Scope) -> Iterator[Reading]:
        """(∂/∂w_j ...)_{w = z}: a derivative at what is no variable."""
        if not isinstance(item, Scripts) or not isinstance(item.base, Brackets) or item.sup is not None:
            return
        if item.sub is None or item.sub[1:2] != (Sign("="),):
            return
        for v in self.new_letters(item.sub[0]):
            for x in self.sum_(item.base.body, scope.under(v)):
                parts = taken_apart(x)
                if parts is not None and parts.point == v:
                    for z in self.sum_(item.sub[2:], scope):
                        yield from ((t, 1) for t in sorted_(derivative, parts.fn, z, *parts.entry))

    # --- powers and atoms

    def power(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        yield from self.atom(items, i, scope)
        for end in range(i, len(items)):  # the last sign of the base has the exponent
            last = items[end]
            if not isinstance(last, Scripts) or last.sup is None:
                continue
            bare: Item = last.base if last.sub is None else Scripts(last.base, last.sub, None)
            if end == i and bare == Sign("e"):
                for x in self.sum_(last.sup, scope):
                    yield from ((t, end + 1) for t in sorted_(app, EXP, x))
                continue
            alone = (*items[i:end], bare)
            for base, after in self.atom(alone, 0, scope):
                if after == len(alone):
                    for x in self.sum_(last.sup, scope):
                        yield from ((t, end + 1) for t in sorted_(app, POW, base, x))

    def atom(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """What holds together most: numbers, brackets, variables and definitions with their arguments."""
        key = (items[i:], scope)
        if key not in self.atoms:
            self.atoms[key] = tuple(dict.fromkeys(self.read_atom(items[i:], scope)))
        for term, end in self.atoms[key]:
            yield term, i + end

    def read_atom(self, items: Items, scope: Scope) -> Iterator[Reading]:
        if not items:
            return
        item = items[0]
        if isinstance(item, Sign) and item.style == "num":
            yield Num(int(item.text)), 1
        if isinstance(item, Brackets) and item.open == "(" and _groups(item.body):
            for x in self.whole(item.body, scope):
                yield x, 1
        if item == Sign("exp", "up") and len(items) > 1 and isinstance(items[1], Brackets):
            for x in self.sum_(items[1].body, scope):
                yield from ((t, 2) for t in sorted_(app, EXP, x))
        if isinstance(item, Brackets) and item.open == "|":
            yield from ((finite_sets.as_size(x), 1) for x in self.named_set(item.body))
        if item == SIZE and len(items) > 1 and isinstance(items[1], Brackets):
            yield from ((finite_sets.as_size(x), 2) for x in self.named_set(items[1].body))
        yield from self.indicator(items, scope)
        yield from self.at_a_point(item, scope)
        yield from self.variables(items, scope)
        yield from self.defined(items, scope)

    def indicator(self, items: Items, scope: Scope) -> Iterator[Reading]:
        sides: list[Items] = []
        end = 1
        if self.notation.indicator == "kronecker":
            item = items[0]
            if isinstance(item, Scripts) and item.base == Sign("δ") and item.sup is None and item.sub is not None:
                sides = split(item.sub, Sign(","))
        else:
            if self.notation.indicator == "indicator":
                if items[0] != self.sign(Symbol("1", "bold")) or len(items) == 1:
                    return
                end = 2
            item = items[end - 1]
            if isinstance(item, Brackets) and item.open == "[":
                sides = split(item.body, Sign("="))
        if len(sides) == 2:
            for a in self.sum_(sides[0], scope):
                for b in self.sum_(sides[1], scope):
                    yield from ((t, end) for t in sorted_(app, DELTA, a, b))


def _groups(body: Items) -> bool:
    """Whether brackets are needed round a factor; round one letter they are those of an argument."""
    alone = body[0] if len(body) == 1 else None
    return not (isinstance(alone, (Sign, Hat)) or (isinstance(alone, Scripts) and alone.sup is None))


def bases(sort: Sort) -> Iterator[Base]:
    """The abstract sets in a sort."""
    if isinstance(sort, Fn):
        yield from (*bases(sort.dom), *bases(sort.cod))
    elif isinstance(sort, SetOf):
        yield from bases(sort.elem)
    elif isinstance(sort, Base) and sort not in (INT, REAL, PROP):
        yield sort
