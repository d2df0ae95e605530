"""Reads tokens into formulas, by recursive descent, each in every way that a careful reader would take it.

A sum, a logarithm, a derivative or a mean without brackets extends over the product that follows; a logarithm and a derivative may
also end after one factor; a sum goes on over a plus sign where its letter is used behind it.  The likelier reading comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.notes.document.tree import Span
from derive.notes.formula.operators import Operators
from derive.notes.formula.surface import Expr
from derive.notes.formula.tokens import ENDS, RELATIONS, Token, Tokens, UnreadableError, split_at

LIMIT = 6
"""How many readings of one expression are kept."""
WORK = 40_000
"""How many parts are looked at for one expression."""
Reading = tuple[Expr, int]


def span_of(tokens: Tokens, start: int = 0, end: int | None = None) -> Span:
    part = tokens[start:end]
    return Span(part[0].span.start, part[-1].span.end) if part else Span(0, 0)


class Parser(Operators):
    """Reads the formulas of one document."""

    def expressions(self, tokens: Tokens) -> list[Expr]:
        """Every reading of the tokens as one expression, the likeliest first, at most LIMIT.

        Raises UnreadableError with the place behind which no reading goes.
        """
        self.work, self.furthest = WORK, 0
        while (
            tokens
            and tokens[-1].kind == "sign"
            and tokens[-1].text in (",", ".", ";", "\\blacksquare", "\\qquad", "\\square")
        ):
            tokens = tokens[:-1]
        if not tokens:
            raise UnreadableError("", Span(0, 0), "there is no formula here")
        try:
            return self.whole(tokens)
        except RecursionError:
            raise UnreadableError(shown(tokens[0]), tokens[0].span, "the formula is nested too deeply") from None

    def whole(self, tokens: Tokens) -> list[Expr]:
        out: dict[Expr, None] = {}
        for e, end in self.sum_(tokens, 0):
            if end == len(tokens):
                out[e] = None
            if len(out) >= LIMIT:
                break
        if out:
            return list(out)
        place = self.stuck.get(id(tokens), 0)
        t = tokens[min(place, len(tokens) - 1)]
        why = self.why.get(t.span) or (
            "the formula ends here" if place >= len(tokens) else "this has no place in a formula here"
        )
        raise UnreadableError(shown(t), t.span, why)

    def maybe(self, tokens: Tokens) -> list[Expr]:
        """The readings, or none."""
        try:
            return self.whole(tokens) if tokens else []
        except UnreadableError as error:
            self.why.setdefault(error.span, error.why)
            return []

    # --- sums and products

    def sum_(self, ts: Tokens, i: int) -> list[Reading]:
        key = (id(ts), i)
        if key not in self.sums:
            self.kept.append(ts)
            self.sums[key] = _distinct(self.sum_from(ts, i))
        return self.sums[key]

    def sum_from(self, ts: Tokens, i: int) -> Iterator[Reading]:
        start = i
        negative = False
        while i < len(ts) and ts[i].kind == "sign" and ts[i].text in ("+", "-"):
            negative ^= ts[i].text == "-"
            i += 1

        def go(terms: list[Expr], ops: list[str], end: int) -> Iterator[Reading]:
            op = ts[end].text if end < len(ts) and ts[end].kind == "sign" else ""
            if op in ("+", "-"):
                after = end + 1
                if after + 1 < len(ts) and ts[after].text == "…" and ts[after + 1].text in ("+", "-"):
                    for last, stop in self.term(ts, after + 2):
                        yield from go(
                            [*terms, Expr("dots", (), None, ts[after].span), last], [*ops, op, ts[after + 1].text], stop
                        )
                    return
                for right, stop in self.term(ts, after):
                    yield from go([*terms, right], [*ops, op], stop)
            elif end == len(ts) or op in ENDS:
                yield summed(terms, ops, span_of(ts, start, end)), end
            else:
                self.stop(ts, end)

        for first, end in self.term(ts, i):
            yield from go([Expr("neg", (first,), None, first.span) if negative else first], [], end)

    def term(self, ts: Tokens, i: int) -> list[Reading]:
        """Factors side by side, all up to the next plus or minus."""
        key = (id(ts), i)
        if key not in self.terms:
            self.kept.append(ts)
            self.terms[key] = _distinct(self.product(ts, i))
        return self.terms[key]

    def product(self, ts: Tokens, i: int) -> Iterator[Reading]:
        def go(left: Expr, end: int) -> Iterator[Reading]:
            self.spend(ts, end)
            t = ts[end] if end < len(ts) else None
            if t is None or (t.kind == "sign" and t.text in ("+", "-", *ENDS)):
                yield left, end
                if t is not None and t.text in ("|", "‖"):  # a size, behind a factor
                    for right, after in self.factor(ts, end):
                        yield from go(Expr("mul", (left, right), None, _over(left, right)), after)
            elif t.kind == "sign" and t.text == "/":
                yield from self.slash(ts, left, end, go)
            elif t.kind == "sign" and t.text in ("·", "⊙"):
                sign = end + 1 < len(ts) and ts[end + 1].kind == "sign" and ts[end + 1].text == "-"
                if end + 1 < len(ts) and ts[end + 1].text == "…":
                    yield from self.dotted(ts, left, end + 1, go)
                    return
                for right, after in self.factor(ts, end + 1 + sign):
                    right = Expr("neg", (right,), None, right.span) if sign else right
                    op = "mul" if t.text == "·" else "odot"
                    dot = "·" if op == "mul" else None
                    yield from go(Expr(op, (left, right), dot, _over(left, right)), after)
            elif t.kind == "sign" and t.text == "…":
                yield from self.dotted(ts, left, end, go)
            elif _runs_on(ts[end - 1], t):
                self.stop(ts, end, "it stands right behind a number; put a sign between, or write one number")
            else:
                for right, after in self.factor(ts, end):
                    yield from go(Expr("mul", (left, right), None, _over(left, right)), after)

        for first, end in self.factor(ts, i):
            yield from go(first, end)

    def slash(self, ts: Tokens, left: Expr, end: int, go: object) -> Iterator[Reading]:
        """a / b c: the quotient times c, or a over the product of b with as many names and brackets behind it as one likes."""
        assert callable(go)
        sign = end + 1 < len(ts) and ts[end + 1].kind == "sign" and ts[end + 1].text == "-"
        for right, after in self.factor(ts, end + 1 + sign):
            right = Expr("neg", (right,), None, right.span) if sign else right
            yield from go(Expr("div", (left, right), None, _over(left, right)), after)
            if right.op in ("num", "ref"):
                for below, stop in self.side_by_side(ts, right, after):
                    yield from go(Expr("div", (left, below), None, _over(left, below)), stop)

    def side_by_side(self, ts: Tokens, first: Expr, end: int) -> Iterator[Reading]:
        """The first factor times those behind it with no sign between, one after the other."""
        t = ts[end] if end < len(ts) else None
        if t is None or not (t.kind == "name" or (t.kind == "bracket" and t.text.startswith("("))):
            return
        for more, stop in self.factor(ts, end):
            whole = Expr("mul", (first, more), None, _over(first, more))
            yield whole, stop
            yield from self.side_by_side(ts, whole, stop)

    def dotted(self, ts: Tokens, left: Expr, end: int, go: object) -> Iterator[Reading]:
        """a_1 a_2 ... a_n, with or without dots between."""
        assert callable(go)
        after = end + 1
        if after < len(ts) and ts[after].text == "·":
            after += 1
        for last, stop in self.factor(ts, after):
            terms = (*_factors(left), Expr("dots", (), None, ts[end].span), last)
            yield from go(Expr("series", terms, "mul", _over(left, last)), stop)

    # --- factors

    def factor(self, ts: Tokens, i: int) -> list[Reading]:
        key = (id(ts), i)
        if key not in self.factors:
            self.kept.append(ts)
            self.spend(ts, i)
            self.factors[key] = _distinct(self.factor_from(ts, i))
        return self.factors[key]

    def factor_from(self, ts: Tokens, i: int) -> Iterator[Reading]:
        if i >= len(ts):
            self.stop(ts, i)
            return
        t = ts[i]
        if t.kind == "number":
            yield from self.scripted(Expr("num", (), Fraction(t.text), t.span), t, i + 1)
        elif t.kind == "name":
            yield from self.named(ts, i)
        elif t.kind == "fraction":
            yield from self.fraction(ts, i)
        elif t.kind == "root":
            for x in self.maybe(t.parts[0]):
                for n in self.maybe(t.parts[1]) if t.parts[1] else [Expr("num", (), Fraction(2), t.span)]:
                    power = Expr("div", (Expr("num", (), Fraction(1), t.span), n), None, t.span)
                    yield from self.scripted(Expr("pow", (x, power), None, t.span), t, i + 1)
        elif t.kind in ("bracket", "group"):
            for e in self.bracket(t):
                yield from self.scripted(e, t, i + 1)
        elif t.kind == "table" and t.text == "cases":
            yield from self.cases(t, i + 1)
        elif t.kind == "sign":
            yield from self.signed(ts, i)
        else:
            self.stop(ts, i, "words stand in the formula" if t.kind == "words" else f"{t.text or t.kind} is not read")

    def bracket(self, t: Token) -> Iterator[Expr]:
        """What stands in brackets: an expression, a tuple, a relation (Iverson's bracket), the size of something."""
        inner = t.parts[0]
        kind = t.text[:1] if not t.text.startswith("\\") else t.text[:2]
        signs = {x.text for x in inner if x.kind == "sign"}
        if t.text in ("||", "‖‖"):
            for e in self.maybe(inner):  # scripts are read by the caller
                yield Expr("abs" if t.text == "||" else "norm", (e,), None, t.span)
        elif t.text.startswith("\\langle") and "," in signs:
            for e in self.listed(inner):
                if len(e.args) == 2:
                    yield Expr("mul", (Expr("transpose", e.args[:1], None, t.span), e.args[1]), None, t.span)
        elif "," in signs and (kind in ("(", "\\{", "\\l") or (kind == "[" and signs.isdisjoint(RELATIONS))):
            ends = t.text if t.text in ("(]", "[)", "[]") else None  # of an interval
            for e in self.listed(inner):
                yield Expr("tuple" if kind != "\\{" else "set", e.args, ends, t.span)
        elif kind == "[" and signs & RELATIONS:
            for rels in self.relations(inner):
                yield Expr("ind", rels, None, t.span)
        elif not inner:
            return
        elif t.text.startswith("\\l"):
            self.why[t.span] = "this kind of bracket has no meaning here"
        else:
            yield from self.maybe(inner)

    def relations(self, tokens: Tokens) -> Iterator[tuple[Expr, ...]]:
        """k = c; k = c, j = d; 1 <= k <= V, as single relations."""
        out: list[Expr] = []
        for _, piece in split_at(tokens, frozenset((",", "∧"))):
            parts = split_at(piece, RELATIONS)
            sides = [self.maybe(p) for _, p in parts]
            if len(parts) < 2 or not all(sides):
                return
            for (sign, _), left, right in zip(parts[1:], sides, sides[1:], strict=False):
                out.append(Expr("rel", (left[0], right[0]), sign, _over(left[0], right[0])))
        yield tuple(out)

    def cases(self, t: Token, end: int) -> Iterator[Reading]:
        """Values and the conditions on which they are taken, cell by cell."""
        cells, args = iter(t.parts), []
        for row in t.sub or ():
            here = [next(cells) for _ in range(int(row.text))]
            value = self.maybe(tuple(x for x in here[0] if x.text != ","))
            if not value:
                return
            rest = tuple(x for cell in here[1:] for x in cell if x.kind != "words")
            condition = next(self.relations(rest), None) if rest else ()
            if condition is None:
                return
            args += [value[0], Expr("and", condition, None, t.span)]
        yield Expr("cases", tuple(args), None, t.span), end


def summed(terms: list[Expr], ops: list[str], span: Span) -> Expr:
    if any(t.op == "dots" for t in terms):
        signed = [terms[0]]
        for op, t in zip(ops, terms[1:], strict=True):
            signed.append(Expr("neg", (t,), None, t.span) if op == "-" and t.op != "dots" else t)
        return Expr("series", tuple(signed), "add", span)
    out = terms[0]
    for op, t in zip(ops, terms[1:], strict=True):
        out = Expr("add" if op == "+" else "sub", (out, t), None, _over(out, t))
    return out


def shown(t: Token) -> str:
    inside = {"fraction": "the fraction", "bracket": "the bracket", "root": "the root", "table": t.text}
    return inside.get(t.kind, t.text) or t.kind


def _factors(e: Expr) -> tuple[Expr, ...]:
    return (*_factors(e.args[0]), e.args[1]) if e.op == "mul" else (e,)


def _runs_on(before: Token, t: Token) -> bool:
    r"""Whether a reader may take two numbers for one: 12 000, and 1\frac{1}{2}."""
    numbers = t.parts if t.kind == "fraction" else ((t,),)
    plain = before.kind == "number" and not (before.sub or before.sup)
    return plain and all(len(part) == 1 and part[0].kind == "number" for part in numbers)


def _over(a: Expr, b: Expr) -> Span:
    return Span(a.span.start, b.span.end)


def _distinct(readings: Iterator[Reading]) -> list[Reading]:
    out: dict[Reading, None] = {}
    for r in readings:
        out[r] = None
        if len(out) >= 2 * LIMIT:
            break
    return list(out)
