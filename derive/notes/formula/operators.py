"""Sums, means, derivatives, logarithms and the other signs that take what follows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from derive.notes.document.tree import Span
from derive.notes.formula.derivatives import LOGS, is_d, is_derivative
from derive.notes.formula.known import EXPECTATION
from derive.notes.formula.means import COMMA, SPREAD, Means
from derive.notes.formula.names import Reading, halves
from derive.notes.formula.surface import COMPARED, Expr, names_in, num, run_by
from derive.notes.formula.tokens import Token, Tokens, UnreadableError, split_at, uses

_BIG = {"∑": "sum", "∏": "prod", "∫": "integral"}
_OPTIMA = {"max": "max", "min": "min", "argmax": "argmax", "argmin": "argmin", "sup": "max", "inf": "min"}
_FUNCTIONS = {"exp": "exp", "abs": "abs", "tanh": "tanh", "relu": "relu", "ReLU": "relu", "softplus": "softplus", "sigmoid": "sigmoid", "logsigmoid": "logsigmoid",
              "logistic": "sigmoid", "sigm": "sigmoid", "diag": "diag", "logsumexp": "logsumexp", "LSE": "logsumexp"}  # fmt: skip
_COMPARE = {"KL": "KL", "KL_bb": "KL", "kl": "KL", "JS": "JS", "JSD": "JS", "H": "H", "H_cal": "H", "H_bb": "H", "I": "I", "MI": "I", "CE": "H",
            "entropy": "H"}  # fmt: skip
_NO_MEANING = frozenset(
    [
        "lg",
        "lim",
        "det",
        "tr",
        "trace",
        "sin",
        "cos",
        "tan",
        "cot",
        "sinh",
        "cosh",
        "arcsin",
        "arccos",
        "arctan",
        "erf",
        "sgn",
        "sign",
    ]
)
"""Functions that are not known here: never products of their letters."""
_STOPS = frozenset(("∑", "∏", "∫", "∇", "∂"))
_ORDERED = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


class Operators(Means):
    """Reads what begins with an operator; ``factor`` sends it here."""

    def signed(self, ts: Tokens, i: int) -> Iterator[Reading]:
        """A factor that begins with a sign."""
        t = ts[i]
        if t.text in _BIG:
            yield from self.big(ts, i, _BIG[t.text])
        elif t.text == "∇":
            yield from self.gradient(ts, i)
        elif t.text == "∂" and t.sub:
            for by in self.maybe(t.sub):
                yield from self.derivative(ts, i + 1, by, t)
        elif t.text == "∂" and i + 3 < len(ts) and ts[i + 1].text == "/" and ts[i + 2].text == "∂":
            for by, end in self.factor(ts, i + 3):
                yield from self.derivative(ts, end, by, t)
        elif t.text in ("|", "‖"):
            close = next((j for j in range(i + 1, len(ts)) if ts[j].kind == "sign" and ts[j].text == t.text), None)
            if close is not None:
                last = ts[close]
                if t.text == "‖" and last.sub and len(last.sub) == 1 and last.sub[0].text == "2":
                    last = replace(last, sub=None)  # the Euclidean norm
                for e in self.maybe(ts[i + 1 : close]):
                    whole = Expr("abs" if t.text == "|" else "norm", (e,), None, Span(t.span.start, ts[close].span.end))
                    yield from self.scripted(whole, replace(last, kind="bracket"), close + 1)
        elif t.text == "+":
            yield from self.term(ts, i + 1)
        elif t.text == "-":  # a sign behind an operator: \sum -x, \log -x is none
            for e, end in self.term(ts, i + 1):
                yield Expr("neg", (e,), None, Span(t.span.start, e.span.end)), end
        elif t.text == "∞":
            self.stop(ts, i, "infinity is no number here")
        else:
            self.stop(ts, i)

    # --- what stands behind an operator

    def body(self, ts: Tokens, i: int, letters: frozenset[str] = frozenset()) -> Iterator[Reading]:
        """The rest of the product, and, before that, of the sum as far as it uses the letters."""
        reach = self.reach(ts, i, letters)
        if reach is not None:
            piece = ts[i:reach]
            for e in self.maybe(piece):
                yield e, reach
        yield from self.term(ts, i)

    def reach(self, ts: Tokens, i: int, letters: frozenset[str]) -> int | None:
        """Where the last term ends, behind a plus or minus, that uses one of the letters and does not bind it itself."""
        ends, cuts = None, []
        for j in range(i, len(ts) + 1):
            t = ts[j] if j < len(ts) else None
            over = t is None or (t.kind == "sign" and self.ends(t))
            if over or (
                t is not None
                and t.kind == "sign"
                and t.text in ("+", "-")
                and j > i
                and ts[j - 1].text not in ("·", "/")
            ):
                cuts.append(j)
            if over:
                break
        for start, end in pairwise(cuts):
            if ends is not None and start > i and _binds(ts[start:end], letters):
                break
            if uses(ts[start:end], letters) and not _binds(ts[start:end], letters):
                ends = end
        return ends

    def argument(self, ts: Tokens, i: int) -> Iterator[Reading]:
        """What a logarithm or an exponential is of: the bracket behind it, one factor, or the product."""
        if i >= len(ts):
            self.stop(ts, i)
            return
        t = ts[i]
        if t.kind in ("bracket", "group") and t.sub is None and t.sup is None:
            for e in self.bracket(t):
                yield e, i + 1
            return
        end = self.stretch(ts, i)
        one = self.factor(ts, i)
        many = [(e, end) for e, stop in self.term(ts[i:end], 0) if stop == end - i]
        quotients = sum(x.kind == "fraction" for x in ts[i:end])
        loose = quotients in (0, end - i) and t.kind != "number"  # a quotient and something else: the quotient alone
        below = i > 1 and (is_d(ts[i - 2]) or ts[i - 2].text == "∇" or is_derivative(ts[i - 2]))  # nabla log p(x) R(x)
        cut = self.without_factors(ts, i, end)
        narrow = [(e, cut) for e, stop in self.term(ts[i:cut], 0) if stop == cut - i] if cut < end else []
        scaled = [] if below or end == len(ts) else self.scaled(ts, i, end)
        yield from (*scaled, *many, *one, *narrow) if loose and not below else (*scaled, *one, *narrow, *many)

    def scaled(self, ts: Tokens, i: int, end: int) -> list[Reading]:
        """Numbers and fractions before a sum, a product or a mean belong to it: log 1/n sum_i a_i."""
        big = ts[end].text in ("∑", "∏", *EXPECTATION)
        if not big or not all(t.kind in ("number", "fraction") for t in ts[i:end]):
            return []
        return self.term(ts, i)

    def without_factors(self, ts: Tokens, i: int, end: int) -> int:
        r"""Where a sum ends, if the factors behind it that do not use its letters are none of it: \log \sum_j a_j b."""
        if ts[i].kind != "sign" or ts[i].text not in ("∑", "∏"):
            return end
        letters = frozenset(run_by(b for bounds in self.bounds(ts[i]) for b in bounds))
        last = max((j for j in range(i + 1, end) if uses(ts[j : j + 1], letters)), default=end - 1)
        return last + 1

    def stretch(self, ts: Tokens, i: int) -> int:
        """Where the product ends, or the next operator begins that is not at its very start."""
        for j in range(i, len(ts)):
            t = ts[j]
            if t.kind == "sign" and (self.ends(t) or (t.text in ("+", "-") and j > i)):
                return j
            operator = (t.kind == "sign" and t.text in _STOPS) or (
                t.kind == "name" and t.text in (*sorted(LOGS), "exp", *_OPTIMA)
            )
            if operator and j > i:
                return j
            if operator:
                return len(ts) if not any(x.kind == "sign" and (x.text in ("+", "-") or self.ends(x)) for x in ts[j:]) else next(
                    k for k in range(j, len(ts)) if ts[k].kind == "sign" and (ts[k].text in ("+", "-") or self.ends(ts[k])) and k > j
                )  # fmt: skip
        return len(ts)

    # --- sums, means, optima

    def big(self, ts: Tokens, i: int, kind: str) -> Iterator[Reading]:
        t = ts[i]
        if kind == "integral":
            yield from self.integral(ts, i)
            return
        for bounds in self.bounds(t):
            letters = frozenset(run_by(bounds))
            end = self.stretch(ts, i + 1)
            cut = (
                self.without_factors(ts, i, end) if kind == "prod" else end
            )  # a factor may stand before a sum or in it
            narrow = self.term(ts[i + 1 : cut], 0) if cut < end else []
            for e, end in (*self.body(ts, i + 1, letters), *((e, cut) for e, stop in narrow if stop == cut - i - 1)):
                if len(bounds) > 1 and bounds[0].args == bounds[1].args[1:] and not letters <= names_in(e):
                    continue  # over pairs of which it uses one
                yield Expr("big", (e, *bounds), kind, Span(t.span.start, e.span.end)), end

    def bounds(self, t: Token) -> Iterator[tuple[Expr, ...]]:
        """What a sum runs over: k = 1, ..., n;  k;  k in S, k != j;  1 <= k <= n."""
        sub = tuple(x for x in t.sub or () if x.kind != "words")
        if len(sub) == 1 and sub[0].kind == "table":
            sub = tuple(x for n, cell in enumerate(sub[0].parts) for x in ((*COMMA, *cell) if n else cell))
        if not sub:
            yield (Expr("bound", (), "all", t.span),)
            return
        out: list[Expr] = []
        for _, piece in split_at(sub, frozenset((",", ":", ";"))):
            one = self.bound(piece, t.sup)
            if one is None:
                if piece:
                    self.why.setdefault(t.span, "what the sum runs over is not read")
                return
            out.append(one)
        yield tuple(out)
        if (
            len(out) == 1 and out[0].data in COMPARED and out[0].args[1].is_name()
        ):  # over all pairs i < j, or over i alone
            yield (Expr("bound", out[0].args[1:], "all", out[0].span), *out)

    def bound(self, piece: Tokens, sup: Tokens | None) -> Expr | None:
        parts = split_at(piece, frozenset(("=", "∈", "!=", "<=", "<", ">", ">=", "~", "∖")))
        sides = [self.maybe(p) for _, p in parts]
        signs = [s for s, _ in parts[1:]]
        if not all(sides):
            return None
        first = [s[0] for s in sides]
        span = first[0].span
        if not signs:
            high = self.maybe(sup) if sup else []
            return (
                Expr("bound", (first[0], num(1), high[0]), "to", span)
                if high
                else Expr("bound", (first[0],), "all", span)
            )
        if signs == ["="] and sup:
            tops = self.maybe(split_at(sup, frozenset("="))[-1][1])
            return Expr("bound", (first[0], first[1], tops[0]), "to", span) if tops else None
        if signs == ["∈"]:
            return Expr("bound", (first[0], first[1]), "in", span)
        if signs == ["∈", "∖"] and first[2].op == "set":
            return Expr("bound", tuple(first), "inne", span)
        if signs == ["!="]:
            return Expr("bound", (first[0], first[1]), "ne", span)
        if len(signs) == 1 and signs[0] in _ORDERED:
            return Expr("bound", (first[0], first[1]), _ORDERED[signs[0]], span)
        if len(signs) == 2 and set(signs) <= {"<=", "<"}:
            low = first[0] if signs[0] == "<=" else Expr("add", (first[0], num(1)))
            last = first[2] if signs[1] == "<=" else Expr("sub", (first[2], num(1)))
            return Expr("bound", (first[1], low, last), "to", span)
        return None

    def integral(self, ts: Tokens, i: int) -> Iterator[Reading]:
        """An integral over a letter named by its d, or below the sign; it is read as a finite sum."""
        t = ts[i]
        d = next((j for j in range(i + 1, len(ts) - 1) if ts[j].kind == "name" and ts[j].text == "d" and ts[j + 1].kind == "name"
                  and ts[j].sub is None and ts[j].sup is None), None)  # fmt: skip
        letter: Expr | None = None
        whole = {"∞"} <= {x.text for x in t.sup or ()} and {"∞"} <= {x.text for x in t.sub or ()}
        if t.sup is not None and not whole:
            self.stop(ts, i, "an integral between bounds is no finite sum")
            return
        if d is not None:
            found = self.factor(ts[d + 1 : d + 2], 0)
            letter = found[0][0] if found else None
            yield from ((e, d + 2) for e in self._integrals(ts[i + 1 : d] or (), letter, t))
            if d == i + 1 and letter is not None:
                for e, end in self.term(ts, d + 2):
                    yield self._integral(e, letter, t), end
        elif t.sub is not None and t.sup is None:
            for below in self.maybe(t.sub):
                for e, end in self.term(ts, i + 1):
                    yield self._integral(e, below, t), end
        else:
            self.stop(ts, i, "the integral does not say over what it is; write its d")

    def _integrals(self, inner: Tokens, letter: Expr | None, t: Token) -> Iterator[Expr]:
        if letter is not None:
            yield from (self._integral(e, letter, t) for e in self.maybe(inner))

    def _integral(self, body: Expr, letter: Expr, t: Token) -> Expr:
        return Expr(
            "big", (body, Expr("bound", (letter,), "all", letter.span)), "integral", Span(t.span.start, body.span.end)
        )

    def optimum(self, ts: Tokens, i: int) -> Iterator[Reading]:
        t = ts[i]
        kind = _OPTIMA[t.text]
        if not t.sub:
            if i + 1 < len(ts) and ts[i + 1].kind == "bracket":
                for e in self.listed(ts[i + 1].parts[0]):
                    yield from self.scripted(Expr("fn", e.args, kind, t.span), ts[i + 1], i + 2)
            return
        for bounds in self.bounds(t):
            bare = i + 1 < len(ts) and ts[i + 1].kind == "bracket" and ts[i + 1].sup is None and ts[i + 1].sub is None
            bodies = [(e, i + 2) for e in self.bracket(ts[i + 1])] if bare else []
            for e, end in (*bodies, *self.term(ts, i + 1)):
                yield Expr("big", (e, *bounds), kind, Span(t.span.start, e.span.end)), end

    # --- words

    def word(self, ts: Tokens, i: int) -> Iterator[Reading] | None:
        """A word that stands for an operator; None where the name is one like any other."""
        t, after = ts[i], ts[i + 1] if i + 1 < len(ts) else None
        opens = after is not None and after.kind == "bracket"
        if t.text in LOGS:
            return self.logarithm(ts, i)
        if t.text in ("exp",):
            return self.exponential(ts, i)
        if t.text in _NO_MEANING and t.text not in self.known.declared:
            raise UnreadableError(t.text, t.span, f"{t.text} has no meaning here; say what it is: {t.text}(x) := ...")
        if t.text in SPREAD and opens and t.text not in self.known.declared:
            return self.spread(ts, i)
        if t.text in self.known.means or (t.text in EXPECTATION and self.looks_like_mean(t, after)):
            return self.mean(ts, i)
        if t.text in _OPTIMA:
            return self.optimum(ts, i)
        if t.text == "softmax" and (opens or t.sub):
            return self.softmax(ts, i)
        if t.text in _FUNCTIONS and opens and t.sub is None and t.text not in self.known.functions:
            return self.function(ts, i, _FUNCTIONS[t.text] + "'" * t.primes)
        if t.text == "tanh" and t.sub is None and t.text not in self.known.declared:
            raise UnreadableError(t.text, t.span, "what it is of must stand in brackets: tanh(x)")
        if t.text == "sigma" and opens and t.sub is None and t.sup is None and t.text not in self.known.numbers:
            return self.function(ts, i, "sigmoid" + "'" * t.primes)
        if t.text in ("indicator", "I_bb", "indicator_bb") or (
            t.text == "I" and not t.sub and opens and _compares(after)
        ):
            return self.indicator(ts, i)
        if (
            t.text == "delta"
            and t.sub
            and len(split_at(t.sub, frozenset(","))) + len(t.sub) > 2
            and t.text not in self.known.functions
        ):
            return self.kronecker(ts, i)
        if opens and ((t.text in _COMPARE and t.sub is None) or _divergence(t)) and t.sup is None:
            return self.compare(ts, i, _COMPARE.get(t.text) or "KL")
        return None

    def looks_like_mean(self, t: Token, after: Token | None) -> bool:
        if t.text not in ("E", "E_cal"):
            return True
        law = t.sub is not None and any(x.text == "~" for x in t.sub)
        return law or (after is not None and after.kind == "bracket" and after.text.startswith("["))

    def logarithm(self, ts: Tokens, i: int) -> Iterator[Reading]:
        t = ts[i]
        natural = t.sub is not None and len(t.sub) == 1 and t.sub[0].text == "e" and not t.sub[0].sub
        bases = self.maybe(t.sub) if t.sub and not natural else [None]
        power = self.maybe(t.sup) if t.sup else [None]
        written = "ln" if natural or t.text == "ln" else None
        for base in bases:
            for n in power:
                if n is None:
                    for e, bracket in self.raised(ts, i + 1):  # log(x)^2 is the square of the logarithm first
                        args = (e,) if base is None else (base, e)
                        yield from self.scripted(
                            Expr("log", args, written, Span(t.span.start, e.span.end)), bracket, i + 2
                        )
                for e, end in self.argument(ts, i + 1):
                    args = (e,) if base is None else (base, e)
                    out = Expr("log", args, written, Span(t.span.start, e.span.end))
                    yield (out if n is None else Expr("pow", (out, n), None, out.span)), end

    def exponential(self, ts: Tokens, i: int) -> Iterator[Reading]:
        t = ts[i]
        for base in self.maybe(t.sub) if t.sub else [None]:
            raised = [(e, i + 2, bracket) for e, bracket in self.raised(ts, i + 1)] if not t.sup else []
            whole = replace(t, sub=None)
            for e, end, scripts in raised or [(e, end, whole) for e, end in self.argument(ts, i + 1)]:
                span = Span(t.span.start, e.span.end)
                out = Expr("exp", (e,), None, span) if base is None else Expr("pow", (base, e), None, span)
                yield from self.scripted(out, scripts, end)

    def softmax(self, ts: Tokens, i: int) -> Iterator[Reading]:
        """softmax(z)_k, softmax_k(z), and softmax(z) as a vector."""
        t = ts[i]
        if i + 1 >= len(ts) or ts[i + 1].kind != "bracket":
            self.stop(ts, i + 1)
            return
        bracket = ts[i + 1]
        for e in self.listed(bracket.parts[0]):
            inner = e.args[0] if len(e.args) == 1 else Expr("tuple", e.args, None, e.span)
            out = Expr("fn", (inner,), "softmax", Span(t.span.start, bracket.span.end))
            if t.sub:
                for index in self.maybe(t.sub):
                    yield Expr("entry", (out, index), None, out.span), i + 2
            else:
                yield from self.scripted(out, bracket, i + 2)

    def function(self, ts: Tokens, i: int, what: str) -> Iterator[Reading]:
        """f(x), with primes for derivatives, and f^2(x) for a power of it."""
        t, bracket = ts[i], ts[i + 1]
        for e in self.bracket(bracket):
            out = Expr("fn", (e,), what, Span(t.span.start, bracket.span.end))
            if t.sup is None:
                yield from self.scripted(out, bracket, i + 2)
            elif [x.kind for x in t.sup] == ["number"]:
                yield from ((Expr("pow", (out, n), None, out.span), i + 2) for n in self.maybe(t.sup))

    def indicator(self, ts: Tokens, i: int) -> Iterator[Reading]:
        t = ts[i]
        if t.sub:
            inner = t.sub[0].parts[0] if len(t.sub) == 1 and t.sub[0].kind == "bracket" else t.sub
            yield from ((Expr("ind", e, None, t.span), i + 1) for e in self.relations(inner))
        elif i + 1 < len(ts) and ts[i + 1].kind == "bracket":
            for e in self.relations(ts[i + 1].parts[0]):
                yield from self.scripted(Expr("ind", e, None, t.span), ts[i + 1], i + 2)

    def kronecker(self, ts: Tokens, i: int) -> Iterator[Reading]:
        t = ts[i]
        indices = self.indices(t.sub or ())
        if indices is not None and len(indices) == 2:
            yield Expr("ind", (Expr("rel", indices, "=", t.span),), None, t.span), i + 1
        else:
            yield from self.plain(ts, i)

    def compare(self, ts: Tokens, i: int, what: str) -> Iterator[Reading]:
        """KL(p || q), H(p), H(p, q), H(Y | X), I(X; Y), I(X; Y, W | Z)."""
        t, bracket = ts[i], ts[i + 1]
        inner = bracket.parts[0]
        bars = {x.text for x in inner if x.kind == "sign"} & {"‖", "|"}
        grouped = what == "I" and any(x.text == ";" and x.kind == "sign" for x in inner)
        if (what == "H" or grouped) and bars == {"|"}:
            inner, given = halves(inner, "|")
        else:
            given = ()
        signs = frozenset(bars - {"|"} or (bars if what == "KL" else ())) or frozenset((",", ";"))
        args = [self.argument_of(piece) for _, piece in split_at(inner, frozenset(";") if grouped else signs)]
        if grouped and not all(args):  # the variables of a side, X and W
            args = [next(iter(self.listed(piece)), None) for _, piece in split_at(inner, frozenset(";"))]
        behind = [self.argument_of(piece) for _, piece in split_at(given, frozenset((",",)))] if given else []
        if all(args) and all(behind):
            span = Span(t.span.start, bracket.span.end)
            names, more = (tuple(a for a in some if a is not None) for some in (args, behind))
            conditions = (Expr("given", more, None, span),) if more else ()
            yield from self.scripted(Expr("compare", (*names, *conditions), what, span), bracket, i + 2)


def _compares(t: Token | None) -> bool:
    """Whether two things are compared in a bracket, and nothing else stands in it: I(k = y)."""
    signs = [x.text for x in t.parts[0] if x.kind == "sign"] if t is not None else []
    return any(s in ("=", "!=") for s in signs) and not any(s in (";", "‖", "|") for s in signs)


def _divergence(t: Token) -> bool:
    return t.text in ("D", "D_bb", "D_cal") and bool(t.sub) and "".join(x.text for x in t.sub or ()) in ("KL", "kl")


def _binds(tokens: Tokens, letters: frozenset[str]) -> bool:
    """Whether an operator among the tokens brings in one of the letters again."""
    return any(
        (
            t.text in ("∑", "∏", "∫", *_OPTIMA, *EXPECTATION)
            and bool(t.sub)
            and any(x.text in letters for x in t.sub or ())
        )
        or any(_binds(p, letters) for p in t.parts)
        for t in tokens
    )
