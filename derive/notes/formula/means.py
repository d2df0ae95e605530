"""Means, variances and covariances, and what they are over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from derive.notes.document.tree import Span
from derive.notes.formula.derivatives import Derivatives
from derive.notes.formula.known import EXPECTATION
from derive.notes.formula.names import Reading, halves
from derive.notes.formula.surface import Expr, walk
from derive.notes.formula.tokens import Token, Tokens, split_at

SPREAD = {"Var": 1, "V_bb": 1, "Cov": 2}
"""How many things variances and covariances are of."""
LONG = 400
"""Parts of what a variance is of; it is written three times."""
COMMA = (Token("sign", ",", Span(0, 0)),)


class Means(Derivatives):
    """Reads what has a mean."""

    def mean(self, ts: Tokens, i: int) -> Iterator[Reading]:
        """E_{x ~ p}[...], E_x[...], E_p[...], E[...]; without brackets it takes the rest of the product."""
        t = ts[i]
        for laws in self.laws(t):
            after = ts[i + 1] if i + 1 < len(ts) else None
            if after is None:
                self.stop(ts, i + 1)
                return
            bodies: Iterator[Reading] | list[Reading]
            if after.kind in ("bracket", "group") and after.sub is None and after.sup is None:
                bodies = [(e, i + 2) for e in self.bracket(after)]
            elif after.kind == "name" and after.text in EXPECTATION:
                bodies = self.factor(ts, i + 1)
            else:
                bodies = self.term(ts, i + 1)
            raised = list(self.raised(ts, i + 1))
            if raised and not after.text.startswith("("):  # E[x]^2 is the square of the mean, and E(x)^2 either
                bodies = []
            for e, end in bodies:
                yield Expr("big", (e, *laws), "mean", Span(t.span.start, e.span.end)), end
            for e, bracket in raised:
                whole = Expr("big", (e, *laws), "mean", Span(t.span.start, bracket.span.end))
                yield from self.scripted(whole, bracket, i + 2)

    def spread(self, ts: Tokens, i: int) -> Iterator[Reading]:
        """Var[x] = E[x^2] - E[x]^2 and Cov(x, y) = E[x y] - E[x] E[y], over what stands below them."""
        t, bracket = ts[i], ts[i + 1]
        pieces = [piece for _, piece in split_at(bracket.parts[0], frozenset((",",)))]
        both = [self.maybe(piece) for piece in (2 * pieces if SPREAD[t.text] == 1 else pieces)]
        if len(pieces) != SPREAD[t.text] or not all(both):
            self.stop(ts, i + 1)
            return
        span = Span(t.span.start, bracket.span.end)
        x, y = (b[0] for b in both)
        if sum(1 for e in (x, y) for _ in islice(walk(e), LONG)) >= LONG:
            self.stop(ts, i, "variances are nested too deeply")
            return
        for laws in self.laws(t):
            of, one, two = (Expr("big", (e, *laws), "mean", span) for e in (Expr("mul", (x, y), None, span), x, y))
            whole = Expr("sub", (of, Expr("mul", (one, two), None, span)), None, span)
            yield from self.scripted(whole, bracket, i + 2)

    def laws(self, t: Token) -> Iterator[tuple[Expr, ...]]:
        """What a mean is over: draws with their laws, draws alone, or a law alone."""
        if not t.sub:
            yield (Expr("bound", (), "all", t.span),)
            return
        sub = t.sub
        if len(sub) == 1 and sub[0].kind == "table":
            sub = tuple(x for n, cell in enumerate(sub[0].parts) for x in ((*COMMA, *cell) if n else cell))
        out: list[Expr] = []
        waiting: list[Expr] = []
        for _, piece in split_at(sub, frozenset((",", ";"))):
            what, law = halves(piece, "~")
            names = self.maybe(what)
            if not names:
                return
            waiting.append(names[0])
            if law:
                one = self.argument_of(law)
                if one is None:
                    return
                drawn = waiting[0] if len(waiting) == 1 else Expr("tuple", tuple(waiting), None, t.span)
                out.append(Expr("bound", (drawn, one), "law", t.span))
                waiting = []
        out += [Expr("bound", (w,), "all", w.span) for w in waiting]
        yield tuple(out)

    def raised(self, ts: Tokens, i: int) -> Iterator[tuple[Expr, Token]]:
        """What stands in a bracket with a power behind it, which is one of the whole: exp(x)^2, E[x]^2."""
        if i < len(ts) and ts[i].kind == "bracket" and ts[i].sup is not None and ts[i].sub is None and not ts[i].primes:
            yield from ((e, ts[i]) for e in self.bracket(replace(ts[i], sup=None)))
