r"""A reader of the printed formulas: from LaTeX back to terms, knowing the notation, the letters and the definitions.

It is written against what a reader of the page knows, not against the printer:

* ``lex`` reads TeX: letters and words, scripts, fractions, brackets of any size, braces.  Spaces mean nothing.
* ``Reader`` reads the formula by recursive descent, with the precedence that layout.py states: a sum extends over the
  factors that follow it and ends at + or -, log takes one factor, and so on.
* How a variable or a definition is written it takes from the notation's templates, run backwards: a template is a pattern,
  and what stands at its arguments is read as a term.  What a template leaves out is a letter of the theorem.

Where a formula can be read in several ways, all of them are returned that the sorts allow.  So a formula that has one
reading is unambiguous on the page.

Some things are written alike on purpose; ``canonical`` makes them the same term:

* -a b is -(a b) and (-a) b, and -1 is the number and the negative of 1;
* a log x is the product and the same with the convention 0 log 0 = 0;
* 1/2 is the number and the quotient;
* that a function has the derivative l is written as an equation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, Base, Fn, SetOf, Sort
from derive.kernel.terms import (
    ADD,
    ARGMAX,
    ARGMIN,
    DELTA,
    DIV,
    EQ,
    EXP,
    HAS_PARTIAL,
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
    Num,
    SortError,
    Term,
    Var,
    app,
    at,
    forall,
    iff,
    implies,
    lam,
    parts_of,
    rebuild,
)  # fmt: skip
from derive.render.formula.names import GREEK
from derive.render.formula.nodes import Symbol
from derive.render.formula.notation import Notation, load_notation
from derive.render.formula.templates import Bracketed, Fresh, Marked, Part, Scripted, Seq, Slot
from derive.render.pens.latex import COMMANDS

# --- TeX -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sign:
    """A letter, a word or a sign.  ``style``: rm, op (upright words), bf, cal, text, num; "" for letters and signs."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Over:
    num: Items
    den: Items


@dataclass(frozen=True)
class Hat:
    mark: str
    body: Items


@dataclass(frozen=True)
class Brackets:
    open: str
    body: Items
    close: str


@dataclass(frozen=True)
class Scripts:
    base: Item
    sub: Items | None
    sup: Items | None


Item = Sign | Over | Hat | Brackets | Scripts
Items = tuple[Item, ...]

_TOKEN = re.compile(r"\s*(\\text\{(?:[^{}\\]|\\.)*\}|\\[A-Za-z]+\*?|\\.|\d+|\S)")
_SIGNS = {command: sign for sign, command in COMMANDS.items()}
assert len(_SIGNS) == len(COMMANDS), "two signs are printed alike"
_STYLES = {r"\mathrm": "rm", r"\operatorname": "op", r"\mathbf": "bf", r"\mathcal": "cal"}
_FUNCTIONS = {r"\log": "log", r"\ln": "ln", r"\exp": "exp", r"\Pr": "Pr"}
_CLOSING = {"(": ")", "[": "]"}
_SIZE = re.compile(r"\\[bB]igg?[lr]")


class UnreadableError(ValueError):
    """The text is not of the printed fragment."""


def lex(text: str) -> Items:
    """The signs of a formula with their scripts and brackets."""
    tokens = _TOKEN.findall(text)
    items, i = _items(tokens, 0, "")
    if i != len(tokens):
        raise UnreadableError(text)
    return items


def _items(tokens: list[str], i: int, closing: str) -> tuple[Items, int]:
    out: list[Item] = []
    while i < len(tokens) and tokens[i] != closing:
        token = tokens[i]
        i += 1
        if token == r"\," or _SIZE.fullmatch(token):
            continue
        if token in "_^" or token == "'":
            if not out:
                raise UnreadableError("a script without a base")
            base = out.pop()
            if token == "'":
                if not isinstance(base, Sign):
                    raise UnreadableError("a prime behind no letter")
                out.append(Sign(base.text + "'", base.style))
                continue
            script, i = _argument(tokens, i)
            old = base if isinstance(base, Scripts) and (base.sub if token == "_" else base.sup) is None else None
            sub, sup = (old.sub, old.sup) if old is not None else (None, None)
            new = Scripts(
                old.base if old is not None else base, script if token == "_" else sub, script if token == "^" else sup
            )
            out.append(new)
        elif token == "{":
            body, i = _items(tokens, i, "}")
            i += 1
            out += body
        elif token in _CLOSING:
            body, i = _items(tokens, i, _CLOSING[token])
            if i == len(tokens):
                raise UnreadableError(f"{token} is not closed")
            i += 1
            out.append(Brackets(token, body, _CLOSING[token]))
        elif token in (r"\frac", r"\tfrac"):
            num, i = _argument(tokens, i)
            den, i = _argument(tokens, i)
            out.append(Over(num, den))
        elif token == r"\underbrace":
            body, i = _argument(tokens, i)
            if tokens[i] != "_":
                raise UnreadableError("a brace without words")
            _, i = _argument(tokens, i + 1)
            out += body
        elif token in (r"\hat", r"\bar", r"\tilde"):
            body, i = _argument(tokens, i)
            out.append(Hat(token[1:], body))
        elif token in _STYLES:
            word, i = _word(tokens, i)
            out.append(Sign(word, _STYLES[token]))
        elif token == r"\operatorname*":
            word, i = _word(tokens, i)
            out.append(Sign(word, "op"))
        elif token.startswith(r"\text{"):
            out.append(Sign(token[6:-1], "text"))
        elif token == r"\quad":
            out.append(Sign("quad", "text"))
        elif token in _FUNCTIONS:
            out.append(Sign(_FUNCTIONS[token], "op"))
        elif token == r"\colon":
            out.append(Sign(":"))
        elif token.isdigit():
            out.append(Sign(token, "num"))
        elif token in _SIGNS or len(token) == 1:
            if token in ")]}":
                raise UnreadableError(f"{token} closes nothing")
            out.append(Sign(_SIGNS.get(token, token)))
        else:
            raise UnreadableError(f"{token} is not printed")
    return tuple(out), i


def _argument(tokens: list[str], i: int) -> tuple[Items, int]:
    if tokens[i] == "{":
        body, i = _items(tokens, i + 1, "}")
        return body, i + 1
    body, _ = _items([tokens[i]], 0, "")
    return body, i + 1


def _word(tokens: list[str], i: int) -> tuple[str, int]:
    """A word in braces; a thin space in it is a blank."""
    end = tokens.index("}", i)
    return "".join({r"\,": " ", r"\_": "_"}.get(t, t) for t in tokens[i + 1 : end]), end + 1


# --- what is written alike -------------------------------------------------------------------------------------------


def canonical(term: Term) -> Term:
    """The term in which what is written alike is the same."""
    if isinstance(term, Num):
        if term.value < 0:
            return app(NEG, canonical(Num(-term.value)))
        top, bottom = term.value.numerator, term.value.denominator
        return term if bottom == 1 else app(DIV, Num(top), Num(bottom))
    parts = tuple(canonical(p) for p in _inside(term))
    new = rebuild(term, parts) if parts else term
    if isinstance(new, App) and new.op is XLOGY:
        new = app(MUL, new.args[0], app(LOG, new.args[1]))
    if isinstance(new, App) and new.op is HAS_PARTIAL:
        new = app(EQ, app(PARTIAL, *new.args[:3]), new.args[3])
    if isinstance(new, App) and new.op is MUL and isinstance(left := new.args[0], App) and left.op is NEG:
        return app(NEG, canonical(app(MUL, left.args[0], new.args[1])))
    return new


def _inside(term: Term) -> tuple[Term, ...]:
    return parts_of(term) if not isinstance(term, (Var, Num)) else ()


# --- the reader ------------------------------------------------------------------------------------------------------

_RELATIONS = {"=": EQ, "≠": NE, "<": LT, "≤": LE, "∈": IN}
_PLAIN_NAMES = {sign: [n for n, s in GREEK.items() if s == sign] for sign in set(GREEK.values())}
# letters whose index stands under them; a token stands behind any other name, in brackets
_UNDER = frozenset("abcdeijklmnostvwxyz")

Scope = tuple[Var, ...]  # the letters that mean something where one reads
Reading = tuple[Term, int]  # a term, and where it ends


class Reader:
    """Reads formulas of one theorem in one notation.  ``letters``: its free variables; ``definitions``: those that it may use."""

    def __init__(self, notation: Notation | str, letters: Iterable[Var], definitions: Iterable[Definition]) -> None:
        self.notation = load_notation(notation)
        self.letters = tuple(sorted(letters, key=lambda v: v.name))
        self.definitions = tuple(definitions)
        self.sorts = tuple(dict.fromkeys([INT, *(s for v in self.letters for s in _domains(v.sort))]))
        self.definition_ways = tuple(self.ways())
        self.cache: dict[object, object] = {}

    def read(self, text: str) -> set[Term]:
        """All terms and statements that the text can mean, in canonical form."""
        return set(self.whole(lex(text), self.letters))

    def conditions(self, text: str) -> list[set[Term]]:
        """What the statements can mean that make a condition in a line of text: one, or two for a chain 1 <= y <= V."""
        first, *more = re.split(r"\$([^$]*)\$", text)[1:]
        behind: list[Item] = []
        for words, formula in zip(more[:-1:2], more[1::2], strict=True):
            behind += [Sign(words.lstrip(",").lstrip(), "text"), *lex(formula)]
        items = lex(first)
        order = [k for k, item in enumerate(items) if item in (Sign("<"), Sign("≤"))]
        halves = [items]
        if len(order) == 2:
            halves = [items[: order[1]], items[order[0] + 1 :]]
        return [set(self.scoped(_turned(half), tuple(behind), self.letters)) for half in halves]

    # --- statements

    def whole(self, items: Items, scope: Scope) -> Iterator[Term]:
        """Everything that the items can mean together, from a term to a statement with its ranges behind it."""
        key = ("whole", items, scope)
        if key not in self.cache:
            self.cache[key] = tuple(dict.fromkeys(self.read_whole(items, scope)))
        yield from self.cache[key]  # type: ignore[misc]

    def read_whole(self, items: Items, scope: Scope) -> Iterator[Term]:
        if Sign("quad", "text") in items:
            cut = items.index(Sign("quad", "text"))
            yield from self.scoped(items[:cut], items[cut:], scope)
            return
        yield from self.statement(items, scope)

    def statement(self, items: Items, scope: Scope) -> Iterator[Term]:
        """Anything without ranges behind it.  The outermost sign is looked for first."""
        if items and items[0] == Sign("∀"):
            yield from self.quantified(items, scope)
            return
        for sign, build in (("⟺", iff), ("⟹", implies), *((s, op) for s, op in _RELATIONS.items())):
            places = [i for i, item in enumerate(items) if item == Sign(sign)]
            if places and sign in ("⟺", "⟹"):
                left, right = items[: places[0]], items[places[0] + 1 :]
                for a in self.premises(left, scope) if sign == "⟹" else ((x,) for x in self.statement(left, scope)):
                    for b in self.statement(right, scope):
                        yield from _sorted(build, *a, b)
                return
            if len(places) == 1:
                for a in self.sum_(items[: places[0]], scope):
                    for b in self.sum_(items[places[0] + 1 :], scope):
                        yield from _sorted(app, build, a, b)
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
            for v in self.new_letters(items[0], self.sorts):
                for body in self.statement(items[2:], (*scope, v)):
                    yield from _sorted(lam, v, body)

    def quantified(self, items: Items, scope: Scope) -> Iterator[Term]:
        """∀ 1 ≤ k ≤ V: statement."""
        cut = items.index(Sign(":"))
        ranges = _split(items[1:cut], Sign(","))
        yield from self.bound(ranges, lambda s: self.statement(items[cut + 1 :], s), scope, behind=False)

    def scoped(self, items: Items, behind: Items, scope: Scope) -> Iterator[Term]:
        """statement   for all θ   for t = 1, ..., T and k = 1, ..., V."""
        if not behind:
            yield from self.statement(items, scope)
            return
        ranges: list[Items] = []
        words = [i for i, item in enumerate(behind) if isinstance(item, Sign) and item.style == "text"]
        for start, end in zip(words, [*words[1:], len(behind)], strict=True):
            word, piece = behind[start], behind[start + 1 : end]
            assert isinstance(word, Sign)
            if word.text not in ("quad", "for all ", "for ", " and ", "and "):
                raise UnreadableError(word.text)
            if piece:
                ranges.append(piece)
        yield from self.bound(ranges, lambda s: self.statement(items, s), scope, behind=True)

    def bound(self, ranges: Sequence[Items], body, scope: Scope, behind: bool) -> Iterator[Term]:
        """``body`` for all letters of the ranges, in order, and where the bounds of all hold."""

        def go(left: Sequence[Items], scope: Scope, new: tuple[Var, ...], guards: tuple[Term, ...]) -> Iterator[Term]:
            if not left:
                for inner in body(scope):
                    for term in _sorted(implies, *guards, inner):
                        for v in reversed(new):
                            term = forall(v, term)
                        yield term
                return
            for letter, low, high in self.range(left[0], behind):
                for v in self.new_letters(letter, self.sorts):
                    for more in self.guards(v, low, high, scope):
                        yield from go(left[1:], (*scope, v), (*new, v), (*guards, *more))

        yield from go(ranges, scope, (), ())

    def guards(self, v: Var, low: Items | None, high: Items | None, scope: Scope) -> Iterator[tuple[Term, ...]]:
        for a in (None,) if low is None else self.sum_(low, scope):
            for b in (None,) if high is None else self.sum_(high, scope):
                guards = [] if a is None else list(_sorted(app, LE, a, v))
                guards += [] if b is None else list(_sorted(app, LE, v, b))
                if len(guards) == (a is not None) + (b is not None):
                    yield tuple(guards)

    def range(self, items: Items, behind: bool) -> Iterator[tuple[Item, Items | None, Items | None]]:
        """The letter of a range and its bounds, as it is written behind a statement or after ∀."""
        if self.notation.sums == "set" and items[1:] == (Sign("∈"), *self.vocabulary()):
            yield items[0], (Sign("1", "num"),), (Sign(self.notation.vocabulary),)
            return
        parts = _split(items, Sign(","))
        if behind and len(parts) == 3 and parts[1] == (Sign("…"),) and parts[0][1] == Sign("="):
            yield parts[0][0], parts[0][2:], parts[2]
            return
        if behind and len(parts) <= 2 and len(parts[0]) > 2 and parts[0][1] == Sign("="):  # t = 1, 2 and t = 1
            yield parts[0][0], parts[0][2:], parts[-1] if len(parts) == 2 else parts[0][2:]
            return
        parts = _split(items, Sign("≤"))
        if len(parts) == 3 and len(parts[1]) == 1:
            yield parts[1][0], parts[0], parts[2]
        elif len(parts) == 2 and len(parts[0]) == 1:
            yield parts[0][0], None, parts[1]
        elif len(items) > 2 and items[1] == Sign("≥"):
            yield items[0], items[2:], None
        elif len(items) == 1:
            yield items[0], None, None

    def vocabulary(self) -> Items:
        body = self.notation.vocabulary_set.body
        assert isinstance(body, Symbol)
        return (_sign(body),)

    def new_letters(self, item: Item, sorts: Iterable[Sort]) -> Iterator[Var]:
        """What a letter can be that a sum or a quantifier brings in; its sort is not written."""
        for name in _names(item)[:1]:
            for sort in sorts:
                yield Var(name, sort)

    # --- sums and products

    def sum_(self, items: Items, scope: Scope) -> tuple[Term, ...]:
        """a + b - c."""
        key = ("sum", items, scope)
        if key not in self.cache:
            self.cache[key] = tuple(dict.fromkeys(t for t, end in self.sum_from(items, 0, scope) if end == len(items)))
        return self.cache[key]  # type: ignore[return-value]

    def sum_from(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        signs = {Sign("+"): ADD, Sign("−"): SUB}

        def go(left: Term, end: int) -> Iterator[Reading]:
            if end < len(items) and items[end] in signs:
                for right, after in self.product(items, end + 1, scope):
                    for term in _sorted(app, signs[items[end]], left, right):
                        yield from go(term, after)
            else:
                yield left, end

        for first, end in self.negated(items, i, scope):
            yield from go(first, end)

    def negated(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """-a b, or a b."""
        if i < len(items) and items[i] == Sign("−"):
            for term, end in self.product(items, i + 1, scope):
                for negative in _sorted(app, NEG, term):
                    yield negative, end
        else:
            yield from self.product(items, i, scope)

    def product(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """Factors side by side or with a dot, or one over another with a slash; all that there are."""

        def go(left: Term, end: int, greedy: bool) -> Iterator[Reading]:
            if end == len(items) or _ends_product(items[end]):
                yield left, end
                return
            if greedy:
                return  # it would have taken this factor too
            start = end + (items[end] == Sign("·"))
            for right, after, takes_all in self.factor(items, start, scope):
                for term in _sorted(app, MUL, left, right):
                    yield from go(term, after, takes_all)

        for first, end, greedy in self.factor(items, i, scope):
            if end < len(items) and items[end] == Sign("/") and not greedy:
                for below, after, _ in self.factor(items, end + 1, scope):
                    if after == len(items) or _ends_product(items[after]):
                        for term in _sorted(app, DIV, first, below):
                            yield term, after
            else:
                yield from go(first, end, greedy)

    def factor(self, items: Items, i: int, scope: Scope) -> Iterator[tuple[Term, int, bool]]:
        """A factor, where it ends, and whether it takes all factors that follow."""
        if i >= len(items):
            return
        item = items[i]
        base = item.base if isinstance(item, Scripts) else item
        if base in (Sign("∑"), Sign("∏")):
            assert isinstance(item, Scripts)
            yield from ((t, end, True) for t, end in self.big(items, i, SUM if base == Sign("∑") else PROD, scope))
        elif base in (Sign("arg min", "op"), Sign("arg max", "op")):
            assert isinstance(item, Scripts)
            assert item.sub is not None
            op = ARGMIN if base == Sign("arg min", "op") else ARGMAX
            for v in self.new_letters(item.sub[0], self.sorts):
                for body, end in self.negated(items, i + 1, (*scope, v)):
                    for term in _sorted(lambda op, v, body: app(op, lam(v, body)), op, v, body):
                        yield term, end, True
        elif item == Sign(self.notation.log, "op"):
            yield from self.logarithm(items, i + 1, scope)
        elif isinstance(item, Over) and item.num == (Sign("∂"),):
            yield from self.derivative(item, items, i + 1, scope)
        elif isinstance(item, Over):
            for a in self.sum_(item.num, scope):
                for b in self.sum_(item.den, scope):
                    yield from ((t, i + 1, False) for t in _sorted(app, DIV, a, b))
        else:
            yield from ((t, end, False) for t, end in self.power(items, i, scope))

    def big(self, items: Items, i: int, op, scope: Scope) -> Iterator[Reading]:
        item = items[i]
        assert isinstance(item, Scripts)
        assert item.sub is not None
        if item.sup is None:  # over the vocabulary
            if self.notation.sums != "set" or item.sub[1:] != (Sign("∈"), *self.vocabulary()):
                return
            low: Items = (Sign("1", "num"),)
            high: Items = (Sign(self.notation.vocabulary),)
        else:
            if item.sub[1] != Sign("="):
                return
            low, high = item.sub[2:], item.sup
        for v in self.new_letters(item.sub[0], (INT,)):
            for body, end in self.product(items, i + 1, (*scope, v)):
                for a in self.sum_(low, scope):
                    for b in self.sum_(high, scope):
                        for term in _sorted(lambda op, a, b, v, x: app(op, a, b, lam(v, x)), op, a, b, v, body):
                            yield term, end

    def logarithm(self, items: Items, i: int, scope: Scope) -> Iterator[tuple[Term, int, bool]]:
        """log of one factor; what stands in brackets of its own is all that it takes."""
        if i < len(items) and isinstance(items[i], Brackets) and items[i].open == "(":  # type: ignore[union-attr]
            for x in self.whole(items[i].body, scope):  # type: ignore[union-attr]
                for term in _sorted(app, LOG, x):
                    yield term, i + 1, False
            return
        for x, end, greedy in self.factor(items, i, scope):
            power = isinstance(items[i], Scripts) and isinstance(x, App) and x.op is POW
            if not power or greedy:
                for term in _sorted(app, LOG, x):
                    yield term, end, True

    def derivative(self, item: Over, items: Items, i: int, scope: Scope) -> Iterator[tuple[Term, int, bool]]:
        """The derivative of one factor in an entry of a family: ∂/∂z_j."""
        if item.den[:1] != (Sign("∂"),):
            return
        for entry in self.sum_(item.den[1:], scope):
            if not (isinstance(entry, At) and isinstance(entry.fn, Var)):
                continue
            z, j = entry.fn, entry.arg
            for body, end, _ in self.factor(items, i, scope):
                for term in _sorted(lambda z, j, body: app(PARTIAL, lam(z, body), z, j), z, j, body):
                    yield term, end, True

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
                    yield from ((t, end + 1) for t in _sorted(app, EXP, x))
                continue
            alone = (*items[i:end], bare)
            for base, after in self.atom(alone, 0, scope):
                if after == len(alone):
                    for x in self.sum_(last.sup, scope):
                        yield from ((t, end + 1) for t in _sorted(app, POW, base, x))

    def atom(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """What holds together most: numbers, brackets, variables and definitions with their arguments."""
        key = ("atom", items[i:], scope)
        if key not in self.cache:
            self.cache[key] = tuple(dict.fromkeys(self.read_atom(items[i:], scope)))
        for term, end in self.cache[key]:  # type: ignore[union-attr]
            yield term, i + end

    def read_atom(self, items: Items, scope: Scope) -> Iterator[Reading]:
        if not items:
            return
        item = items[0]
        if isinstance(item, Sign) and item.style == "num":
            yield Num(int(item.text)), 1
        if isinstance(item, Brackets) and item.open == "(":
            for x in self.whole(item.body, scope):
                yield x, 1
        if item == Sign("exp", "op") and len(items) > 1 and isinstance(items[1], Brackets):
            for x in self.sum_(items[1].body, scope):
                yield from ((t, 2) for t in _sorted(app, EXP, x))
        yield from self.indicator(items, scope)
        for v in scope:
            yield from self.variable(v, items, scope)
        for way in self.definition_ways:
            yield from self.defined(way, items, scope)

    def indicator(self, items: Items, scope: Scope) -> Iterator[Reading]:
        sides: list[Items] = []
        end = 1
        if self.notation.indicator == "kronecker":
            item = items[0]
            if isinstance(item, Scripts) and item.base == Sign("δ") and item.sup is None and item.sub is not None:
                sides = _split(item.sub, Sign(","))
        else:
            if self.notation.indicator == "indicator":
                if items[0] != Sign("1", "bf") or len(items) == 1:
                    return
                end = 2
            item = items[end - 1]
            if isinstance(item, Brackets) and item.open == "[":
                sides = _split(item.body, Sign("="))
        if len(sides) == 2:
            for a in self.sum_(sides[0], scope):
                for b in self.sum_(sides[1], scope):
                    yield from ((t, end) for t in _sorted(app, DELTA, a, b))

    # --- variables and definitions

    def variable(self, v: Var, items: Items, scope: Scope) -> Iterator[Reading]:
        """A variable at as many indices as there are."""
        sorts: list[Sort] = []
        out = v.sort
        while isinstance(out, Fn):
            sorts.append(out.dom)
            out = out.cod
        for count in range(len(sorts) + 1):
            key = ("pattern", v, count)
            if key not in self.cache:
                self.cache[key] = self.pattern(v, tuple(sorts), out, count)
            for found, end in self.match(self.cache[key], items, 0, scope, ()):  # type: ignore[arg-type]
                for term in self.filled(v, [str(k) for k in range(count)], found):
                    yield term, end

    def filled(self, head: Term, names: Sequence[str], found: Found) -> Iterator[Term]:
        """``head`` at the terms that were found for the names."""
        values = dict(found)
        term = head
        try:
            for name in names:
                term = at(term, values[name])
        except (KeyError, SortError):
            return
        yield term

    def pattern(self, v: Var, sorts: tuple[Sort, ...], out: Sort, count: int) -> Part:
        """How a variable is written at ``count`` indices, which are the slots 0, 1, ..."""
        kinds = "".join("i" if s is INT else "a" for s in sorts)
        for given in range(count, -1, -1):
            way = self.notation.variable(v.name, kinds, given)
            if way is not None:
                slots = {p: str(k) for k, p in enumerate(way.params)} | {str(k + 1): str(k) for k in range(given)}
                head = _renamed(way.template.body, slots)
                return self.indexed(head, v.name, sorts, out, given, count)
        return self.indexed(_Name(v.name), v.name, sorts, out, 0, count)

    def indexed(self, head: Part, name: str, sorts: tuple[Sort, ...], out: Sort, given: int, count: int) -> Part:
        """Indices that the notation says nothing about: positions and parameters under the name, tokens behind it."""
        calls: list[Part] = []
        letter = name.rstrip("'").split("_")[0]
        for k in range(given, count):
            last = k == len(sorts) - 1
            token = sorts[k] is INT and last and out is not INT and letter not in _UNDER
            under = not token if sorts[k] is INT else isinstance(sorts[k], Base) and not last
            if under and not calls:
                head = _under(head, Slot(str(k)))
            else:
                calls.append(Slot(str(k)))
        return _called(head, calls)

    def ways(self) -> Iterator[Way]:
        """How the definitions are written; what a template leaves out must be a letter here."""
        letters = {v.name: v for v in self.letters}
        for place, indices in self.notation.indices.items():
            for d in self.definitions:
                if d.name != place.split("[")[0]:
                    continue
                params = [p.name for p in d.params]
                for t in self.notation.definitions[place]:
                    shown = {*t.slots, *(params[int(s) - 1] for s in t.slots if s.isdigit())}
                    left_out = [p for p in params if p not in shown]
                    if not all(p in letters for p in left_out):
                        continue
                    body = _renamed(t.body, {str(k + 1): p for k, p in enumerate(params)})
                    known = tuple((p, letters[p]) for p in left_out)
                    yield Way(d, body, indices, known)
                    if not indices:  # the family itself may stand at an index
                        yield Way(d, _called(body, [Slot("index")]), ("index",), known)

    def defined(self, way: Way, items: Items, scope: Scope) -> Iterator[Reading]:
        """A definition at its arguments."""
        for found, end in self.match(way.pattern, items, 0, scope, way.known):
            values = dict(found)
            for head in _sorted(app, way.definition, *(values[p.name] for p in way.definition.params)):
                for term in self.filled(head, way.indices, found):
                    yield term, end

    # --- patterns

    def match(self, part: Part, items: Items, i: int, scope: Scope, found: Found) -> Iterator[tuple[Found, int]]:
        """Where ``part`` ends when it begins at ``i``, and the terms at its slots."""
        if isinstance(part, Seq):
            yield from self.match_all(part.items, items, i, scope, found)
        elif isinstance(part, Slot):
            for end in range(i + 1, len(items) + 1):
                for value in self.slot_values(part, items[i:end], scope, found, atom=True):
                    yield from ((f, end) for f in _with(found, part.name, value))
        elif isinstance(part, Symbol) and part.kind == "times":
            yield found, i
        elif i >= len(items):
            return
        elif isinstance(part, _Name):
            if part.name in _names(items[i]):
                yield found, i + 1
        elif isinstance(part, Symbol):
            if items[i] == _sign(part):
                yield found, i + 1
        elif isinstance(part, Fresh):
            for name in _names(items[i])[:1]:
                yield from ((f, i + 1) for f in _with(found, "@" + part.letter, Var(name, INT)))
        elif isinstance(part, Marked):
            item = items[i]
            if isinstance(item, Hat) and item.mark == part.mark:
                for f, end in self.match(part.body, item.body, 0, scope, found):
                    if end == len(item.body):
                        yield f, i + 1
        elif isinstance(part, Bracketed):
            item = items[i]
            if isinstance(item, Brackets) and item.open == part.open:
                for f in self.match_whole(part.body, item.body, scope, found):
                    yield f, i + 1
        elif isinstance(part, Scripted):
            yield from self.match_scripted(part, items, i, scope, found)
        else:
            raise UnreadableError(f"the template has {part}")

    def match_all(
        self, parts: Sequence[Part], items: Items, i: int, scope: Scope, found: Found
    ) -> Iterator[tuple[Found, int]]:
        if not parts:
            yield found, i
            return
        rest = sum(not (isinstance(p, Symbol) and p.kind == "times") for p in parts[1:])  # each takes a sign at least
        for f, end in self.match(parts[0], items[: len(items) - rest], i, scope, found):
            yield from self.match_all(parts[1:], items, end, scope, f)

    def match_whole(self, part: Part, items: Items, scope: Scope, found: Found) -> Iterator[Found]:
        """``part`` as all that stands in brackets or in a script; a comma or a bar keeps the arguments apart."""
        parts = part.items if isinstance(part, Seq) else (part,)
        if not parts:
            if not items:
                yield found
            return
        first, rest = parts[0], parts[1:]
        if not isinstance(first, Slot):
            for f, end in self.match(first, items, 0, scope, found):
                yield from self.match_whole(Seq(rest), items[end:], scope, f)
            return
        for end in range(1, len(items) + 1):
            if rest and not (end < len(items) and _starts(rest[0], items[end])):
                continue
            if not rest and end < len(items):
                continue
            for value in self.slot_values(first, items[:end], scope, found):
                for f in _with(found, first.name, value):
                    yield from self.match_whole(Seq(rest), items[end:], scope, f)

    def match_scripted(
        self, part: Scripted, items: Items, i: int, scope: Scope, found: Found
    ) -> Iterator[tuple[Found, int]]:
        base = part.base
        if isinstance(base, Seq):  # the scripts stand at its last sign
            yield from self.match(
                Seq((*base.items[:-1], Scripted(base.items[-1], part.sub, part.sup))), items, i, scope, found
            )
            return
        item = items[i]
        if not isinstance(item, Scripts):
            return
        for inner, sub, sup in _scripts_apart(item, part):
            for f, end in self.match(base, (inner,), 0, scope, found):
                if end != 1:
                    continue
                for g in [f] if part.sub is None else self.match_whole(part.sub, sub or (), scope, f):
                    for h in [g] if part.sup is None else self.match_whole(part.sup, sup or (), scope, g):
                        yield h, i + 1

    def slot_values(self, slot: Slot, items: Items, scope: Scope, found: Found, atom: bool = False) -> Iterator[Term]:
        """What an argument can be that is written so; with ``atom``, next to other signs without a bracket."""
        fresh = [dict(found)[a] for a in slot.at if a in dict(found)]
        if len(fresh) != len(slot.at):
            return
        inner = (*scope, *(v for v in fresh if isinstance(v, Var)))
        if atom:
            values: Iterable[Term] = (t for t, end in self.atom(items, 0, inner) if end == len(items))
        else:
            values = self.whole(items, inner)
        for value in values:
            for v in reversed(fresh):
                assert isinstance(v, Var)
                value = lam(v, value)
            yield value


Found = tuple[tuple[str, Term], ...]


@dataclass(frozen=True)
class Way:
    """How a definition is written: its pattern, the slots that are indices, and the arguments that are left out."""

    definition: Definition
    pattern: Part
    indices: tuple[str, ...]
    known: Found


@dataclass(frozen=True)
class _Name:
    """The name of a variable, written in the usual way."""

    name: str


def _names(item: Item) -> list[str]:
    """The names that a letter or word on the page can be: θ is theta, x_1 is x1 or x_1, a hat is _hat."""
    if isinstance(item, Sign):
        bare = item.text.rstrip("'")
        primes = item.text[len(bare) :]
        if item.style in ("", "rm", "op") and (bare.isalpha() or item.style):
            return [n + primes for n in _PLAIN_NAMES.get(bare, [bare])]
    if isinstance(item, Hat) and len(item.body) == 1:
        return [f"{n}_{item.mark}" for n in _names(item.body[0])]
    if isinstance(item, Scripts) and item.sup is None and item.sub is not None and len(item.sub) == 1:
        sub = item.sub[0]
        below = [sub.text] if isinstance(sub, Sign) and sub.style == "num" else _names(sub)
        return [n + joint + b for n in _names(item.base) for b in below for joint in ("", "_")]
    return []


def _sign(symbol: Symbol) -> Sign:
    """How a sign of a template is printed."""
    style = {"fn": "op", "name": "rm", "bold": "bf", "cal": "cal", "num": "num"}.get(symbol.kind, "")
    return Sign(symbol.text, style)


def _starts(part: Part, item: Item) -> bool:
    return not isinstance(part, Symbol) or item == _sign(part)


def _ends_product(item: Item) -> bool:
    return (isinstance(item, Sign) and item.text in "+−,;:…") or item in [
        Sign(s) for s in (*_RELATIONS, "⟺", "⟹", "∣", "∥", "↦", "∧")
    ]


def _split(items: Items, at: Sign) -> list[Items]:
    out: list[list[Item]] = [[]]
    for item in items:
        if item == at:
            out.append([])
        else:
            out[-1].append(item)
    return [tuple(part) for part in out]


def _turned(items: Items) -> Items:
    """p > 0 as 0 < p."""
    for sign, turned in ((Sign(">"), Sign("<")), (Sign("≥"), Sign("≤"))):
        if sign in items:
            k = items.index(sign)
            return (*items[k + 1 :], turned, *items[:k])
    return items


def _scripts_apart(item: Scripts, part: Scripted) -> Iterator[tuple[Item, Items | None, Items | None]]:
    """The scripts that belong to the pattern, and what is left of the sign: p_{θ,t} has t under p_θ."""
    if (part.sup is None) != (item.sup is None) and part.sup is not None:
        return
    sup = item.sup if part.sup is not None else None
    kept = None if part.sup is not None else item.sup
    cuts = [k for k, x in enumerate(item.sub or ()) if x == Sign(",")]
    if part.sub is None:
        yield (item.base if item.sub is None else Scripts(item.base, item.sub, None)), None, sup
        return
    if item.sub is None:
        return
    if kept is None:
        yield item.base, item.sub, sup
        for k in cuts:
            yield Scripts(item.base, item.sub[:k], None), item.sub[k + 1 :], sup


def _under(head: Part, index: Part) -> Part:
    if isinstance(head, Scripted):
        sub = (
            index
            if head.sub is None
            else Seq((*(head.sub.items if isinstance(head.sub, Seq) else (head.sub,)), Symbol(",", "punct"), index))
        )
        return Scripted(head.base, sub, head.sup)
    return Scripted(head, index, None)


def _called(head: Part, calls: Sequence[Part]) -> Part:
    if not calls:
        return head
    inside: list[Part] = []
    for c in calls:
        inside += [Symbol(",", "punct"), c] if inside else [c]
    return Seq((head, Bracketed("(", Seq(tuple(inside)), ")")))


def _renamed(part: Part, names: dict[str, str]) -> Part:
    """A template with its slots called otherwise."""
    if isinstance(part, Slot):
        return Slot(names.get(part.name, part.name), part.at)
    if isinstance(part, Seq):
        return Seq(tuple(_renamed(p, names) for p in part.items))
    if isinstance(part, Scripted):
        return Scripted(*(None if p is None else _renamed(p, names) for p in (part.base, part.sub, part.sup)))  # type: ignore[arg-type]
    if isinstance(part, Bracketed):
        return Bracketed(part.open, _renamed(part.body, names), part.close)
    if isinstance(part, Marked):
        return Marked(part.mark, _renamed(part.body, names))
    return part


def _with(found: Found, name: str, value: Term) -> Iterator[Found]:
    """What was found and one more; a slot that stands twice must be the same twice."""
    old = dict(found)
    if name not in old:
        yield (*found, (name, value))
    elif old[name] == value:
        yield found


def _sorted(build, *args) -> Iterator[Term]:
    """The term, in canonical form, where its sorts fit."""
    try:
        yield canonical(build(*args))
    except (SortError, TypeError):
        return


def _domains(sort: Sort) -> Iterator[Sort]:
    """The sorts of what a variable of this sort is applied to, and of its values."""
    yield sort
    if isinstance(sort, Fn):
        yield from _domains(sort.dom)
        yield from _domains(sort.cod)
    elif isinstance(sort, SetOf):
        yield sort.elem
