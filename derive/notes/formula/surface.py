"""A formula as it stands on the page, before anything is known of what its names mean.

``op`` says what stands there, ``data`` what is not a formula in it:

    num data=Fraction        ref data=Ref             range (low, high)         before (t) data=< or <=
    add sub mul div pow neg  (mul data=· if written)  transpose                 entry (whole, index, ...)
    fn data=name (x)         log (x), (base, x)       exp                       abs, norm       (log data=ln if so written)
    big data=sum|prod|max|min|argmax|argmin|mean|integral  (body, bound, ...)
    bound data=to (letter, low, high) | in (letter, set) | all (letter) | ne, lt, le, gt, ge (letter, other) | law (what, law)
    d (body, by)             rel data=sign (a, b)     ind (rel, ...)            set, list, tuple data=(], [), [] or None: also an interval
    series data=add|mul|list (first, ..., last)       cases (value, condition, ...)             label data=text
    compare data=name (p, q) as of KL, H, I, JS: a function of distributions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple

from derive.notes.document.tree import Span

NOWHERE = Span(0, 0)
COMPARED = {"ne": "≠", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
"""Bounds that compare two letters: the sum is over the first, or over both."""


class Ref(NamedTuple):
    """A name as it is written: how many of its arguments are below and above it, and the sign before each in the brackets behind it
    (``( , | ;``); no sign where there are no brackets."""

    name: str
    below: int = 0
    above: int = 0
    signs: tuple[str, ...] = ()
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Expr:
    """A node of a formula; equal when it says the same, wherever it stands."""

    op: str
    args: tuple[Expr, ...] = ()
    data: Any = None
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return written(self)

    @property
    def ref(self) -> Ref:
        assert isinstance(self.data, Ref)
        return self.data

    def is_name(self) -> bool:
        """A name without any argument."""
        return self.op == "ref" and not self.args


def num(value: int, span: Span = NOWHERE) -> Expr:
    return Expr("num", (), Fraction(value), span)


def name(text: str, span: Span = NOWHERE) -> Expr:
    return Expr("ref", (), Ref(text), span)


def walk(e: Expr) -> Iterator[Expr]:
    """The node and all under it, outermost first."""
    waiting = [e]
    while waiting:
        e = waiting.pop()
        yield e
        waiting.extend(reversed(e.args))


def names_in(e: Expr) -> set[str]:
    return {x.ref.name for x in walk(e) if x.op == "ref"}


def renamed(e: Expr, names: Mapping[str, str]) -> Expr:
    """The formula with other names in place of some."""
    args = tuple(renamed(a, names) for a in e.args)
    if e.op == "ref" and e.ref.name in names:
        return replace(e, args=args, data=e.ref._replace(name=names[e.ref.name]))
    return e if args == e.args else replace(e, args=args)


def run_by(bounds: Iterable[Expr]) -> set[str]:
    """The letters that run within bounds: k in k = 1, ..., n, in k of S, in k != j."""
    return {b.args[0].ref.name for b in bounds if b.args and b.args[0].op == "ref"}


_INFIX = {"add": " + ", "sub": " - ", "mul": " ", "div": "/", "pow": "^"}


def written(e: Expr) -> str:
    """The formula in a line, for messages and tests; every operation in brackets."""
    a = [written(x) for x in e.args]
    if e.op == "num":
        return str(e.data)
    if e.op == "ref":
        r = e.ref
        out = r.name + ("_{" + ",".join(a[: r.below]) + "}" if r.below else "")
        out += "^{" + ",".join(a[r.below : r.below + r.above]) + "}" if r.above else ""
        inner = "".join(s + x for s, x in zip(r.signs, a[r.below + r.above :], strict=False))
        return out + (inner + ")" if r.signs else "")
    if e.op in _INFIX:
        return "(" + _INFIX[e.op].join(a) + ")"
    if e.op == "neg":
        return f"(-{a[0]})"
    if e.op == "rel":
        return f"{a[0]} {e.data} {a[1]}"
    if e.op == "d":
        return f"d[{a[0]}]/d[{a[1]}]"
    if e.op == "big":
        return f"{e.data}[{'; '.join(a[1:])}]({a[0]})"
    if e.op == "bound":
        if not a:
            return ""
        signs = {
            "to": "={}..{}",
            "in": "∈{}",
            "all": "",
            **{what: s + "{}" for what, s in COMPARED.items()},
            "inne": "∈{}∖{}",
            "law": "~{}",
        }
        return a[0] + signs[e.data].format(*a[1:])
    if e.op == "any":
        return "."
    head = e.op if e.data is None else str(e.data)
    return f"{head}[{', '.join(a)}]"
