"""Reasons as they are written in the author's program: in the letters and names that the program has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from derive.board.reasons import ByCases, Reversed, by_cases, describe, reverse
from derive.errors import UserError
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.terms import App, At, Lam, Num, Term, Var, fresh, instantiate
from derive.language import syntax
from derive.operators.derivatives import Derivative, taken_apart


class UnwrittenError(UserError):
    """A reason that the program has no names for."""


class Import(NamedTuple):
    """A name that the program must import."""

    module: str
    name: str


_SIGNS = {k.ADD: ("+", 1), k.SUB: ("-", 1), k.MUL: ("*", 2), k.DIV: ("/", 2), k.POW: ("**", 4)}
_CALLS = {
    k.LOG: "log",
    k.EXP: "exp",
    k.DELTA: "delta",
    k.XLOGY: "xlogy",
    k.EQ: "Eq",
    k.NE: "Ne",
    k.IFF: "Iff",
    k.IMPLIES: "Implies",
    k.IN: "Member",
    k.HAS_DERIVATIVE: "has_derivative",
}
_REASONS = {"reverse": reverse, "by_cases": by_cases}
_OPTIMA = {k.ARGMIN: "argmin", k.ARGMAX: "argmax"}
_RANGED = {k.SUM: "Sum", k.PROD: "Prod", k.MAX: "Max"}


def as_code(term: Term) -> str:
    """A formula as a program could have it that calls each letter by its own name; as it prints where there is no such way."""
    own = dict.fromkeys((*term.free, *(Var(t.hint, t.dom) for t in k.subterms(term) if isinstance(t, Lam))))
    try:
        return Program({v.name: v for v in sorted(own, key=repr)}).term(term)
    except UnwrittenError:
        return repr(term)


class Program:
    """The names that a program has."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = names
        self.letters: dict[Var, str] = {v: name for name, v in reversed([*names.items()]) if isinstance(v, Var)}
        self.imports: dict[Import, None] = {}

    def by(self, reasons: Sequence[Any]) -> str:
        """What to write behind by=.  Raises UnwrittenError when there are no names for it."""
        out = [self._reason(x) for x in reasons]
        return out[0] if len(out) == 1 else f"[{', '.join(out)}]"

    def _reason(self, reason: Any) -> str:
        if isinstance(reason, Reversed):
            return f"{self._own('reverse')}({self._reason(reason.reason)})"
        if isinstance(reason, ByCases):
            return f"{self._own('by_cases')}({self.term(reason.statement)})"
        return self.term(reason) if isinstance(reason, Term) else self._named(reason)

    def _named(self, thing: Any) -> str:
        name = str(describe(thing).name)
        here = next((n for n, x in self.names.items() if x is thing), None)
        if here is not None:
            return here
        module = getattr(thing, "module", "derive")
        if name in self.names or not name.isidentifier():
            raise UnwrittenError(f"{name} is the name of something else in this file")
        self.imports[Import(module, name)] = None
        return name

    def _own(self, name: str) -> str:
        """A function of derive's."""
        thing = _REASONS.get(name) or getattr(syntax, name)
        if name not in self.names:
            self.imports[Import("derive", name)] = None
        elif self.names[name] is not thing:
            raise UnwrittenError(f"{name} is the name of something else in this file")
        return name

    def term(self, term: Term, place: int = 0) -> str:
        """A formula.  ``place`` says how tightly what stands round it binds: 1 to a sum, 2 to a product, 4 to a power."""
        whole = next(
            (n for n, x in self.names.items() if isinstance(x, Term) and not isinstance(x, Var) and x == term), ""
        )
        if whole:
            return whole
        if isinstance(term, Var):
            if term not in self.letters:
                raise UnwrittenError(f"the letter {term} has no name in this file")
            return str(self.letters[term])
        if isinstance(term, Num):
            text = str(term.value)
            if term.value.denominator != 1:
                raise UnwrittenError(f"the number {text} is written in several ways")
            return f"({text})" if term.value < 0 else text
        if isinstance(term, At):
            return f"{self.term(term.fn, 5)}[{self.term(term.arg)}]"
        if isinstance(term, Lam):
            return self._bound("fun", term)
        if not isinstance(term, App):
            raise UnwrittenError(f"{term} is no formula by itself")
        text, binds = self._app(term)
        return f"({text})" if binds < place else text

    def _app(self, term: App) -> tuple[str, int]:
        op, args = term.op, term.args
        if op in _SIGNS:
            sign, binds = _SIGNS[op]
            left, right = (binds + 1, binds) if op is k.POW else (binds, binds + 1)
            if (
                isinstance(args[0], Num) and args[0].value.denominator == 1 and _is_number(args[1])
            ):  # 1 / 2 alone is a number of Python's
                self.imports[Import("derive.kernel.terms", "Num")] = None
                return f"Num({self.term(args[0])}) {sign} {self.term(args[1], right)}", binds
            return f"{self.term(args[0], left)} {sign} {self.term(args[1], right)}", binds
        if op is k.NEG:
            return f"-{self.term(args[0], 3)}", 3
        if op in (k.LE, k.LT):
            return f"{self.term(args[0], 1)} {'<=' if op is k.LE else '<'} {self.term(args[1], 1)}", 0
        if op in _RANGED and isinstance(args[2], Lam):
            letter = self._letter(args[2])
            body = self.term(instantiate(args[2], letter))
            low, high = self.term(args[0]), self.term(args[1])
            return f"{self._own(_RANGED[op])}({body}, ({self.letters[letter]}, {low}, {high}))", 5
        if op is k.FORALL and isinstance(args[0], Lam):
            return self._for_all(args[0]), 5
        parts = taken_apart(term)
        if parts is not None:
            return self._derivative(parts), 5
        if op in _OPTIMA and isinstance(args[0], Lam):
            return self._bound(_OPTIMA[op], args[0]), 5
        if isinstance(op, Definition):
            return f"{self._named(op)}({', '.join(map(self.term, args))})", 5
        if op in _CALLS:
            return f"{self._own(_CALLS[op])}({', '.join(map(self.term, args))})", 5
        raise UnwrittenError(f"{term} is left to you to write")

    def _bound(self, function: str, fn: Lam) -> str:
        letter = self._letter(fn)
        return f"{self._own(function)}({self.letters[letter]}, {self.term(instantiate(fn, letter))})"

    def _derivative(self, parts: Derivative) -> str:
        """As ``partial`` takes it, where the derivative is by a letter that the function does not have besides."""
        if not isinstance(parts.point, Var) or parts.point in parts.fn.free:
            raise UnwrittenError(f"the derivative by {parts.by} is left to you to write")
        by = ", ".join(map(self.term, (parts.point, *parts.entry)))
        return f"{self._own('partial')}({self.term(k.at(parts.fn, parts.point))}, {by})"

    def _for_all(self, fn: Lam) -> str:
        letter = self._letter(fn)
        body, guards = instantiate(fn, letter), []
        while isinstance(body, App) and body.op is k.IMPLIES:
            guards.append(body.args[0])
            body = body.args[1]
        name = self.letters[letter]
        match guards:
            case [App(op=k.LE, args=(low, a)), App(op=k.LE, args=(b, high))] if a == b == letter:
                return f"{self._own('ForAll')}(({name}, {self.term(low)}, {self.term(high)}), {self.term(body)})"
        return f"{self._own('ForAll')}({name}, {self.term(instantiate(fn, letter))})"

    def _letter(self, fn: Lam) -> Var:
        """A letter of the program for the variable of a binder."""
        wished = Var(fn.hint, fn.dom)
        free = [v for v in (wished, *self.letters) if v.sort == fn.dom and v in self.letters and v not in fn.free]
        if not free:
            raise UnwrittenError(f"no letter of this file is free for {fresh(fn.hint, fn.dom, fn.free)}")
        return free[0]


def _is_number(t: Term) -> bool:
    return isinstance(t, Num) or (
        isinstance(t, App) and (t.op in _SIGNS or t.op is k.NEG) and all(map(_is_number, t.args))
    )
