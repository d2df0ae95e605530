"""Terms as products: what a polynomial of the field arithmetic is on the page, and the factors of a term."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

from derive.kernel import ring as field
from derive.kernel.terms import ADD, DIV, MUL, NEG, POW, SUB, App, Num, Op, Term, parts_of

ZERO, ONE = Num(0), Num(1)


def number(c: Fraction | int) -> Term:
    return Num(Fraction(c))


def times(a: Term, b: Term) -> Term:
    if a == ONE:
        return b
    if b == ONE:
        return a
    return App(MUL, (a, b))


def monomial_term(m: field.Monomial) -> Term:
    """The monomial as a product, in a fixed order."""
    out: Term | None = None
    for atom, e in sorted(m, key=lambda ae: repr(ae[0])):
        for _ in range(e):
            out = atom if out is None else App(MUL, (out, atom))
    return ONE if out is None else out


def poly_term(p: field.Poly) -> Term:
    """The polynomial as a sum of products, in a fixed order."""
    out: Term | None = None
    for m, c in sorted(p.items(), key=lambda mc: repr(sorted(map(repr, mc[0])))):
        piece = times(number(c), monomial_term(m)) if m else number(c)
        out = piece if out is None else App(ADD, (out, piece))
    return ZERO if out is None else out


def leaves(t: Term, *ops: Op) -> Iterator[Term]:
    """What the operators at the head of a term put together, from left to right."""
    waiting = [t]
    while waiting:
        t = waiting.pop()
        if isinstance(t, App) and t.op in ops:
            waiting.extend(reversed(t.args))
        else:
            yield t


def factor(d: Term) -> field.Factor:
    """The polynomial of a term, as it stands among the divisors of a ratio."""
    return frozenset(field.ratio(d, frozenset())[0].items())


def factors(t: Term) -> list[Term]:
    out: list[Term] = []
    waiting = [t]
    while waiting:
        t = waiting.pop()
        if isinstance(t, App) and t.op in (MUL, DIV, NEG):
            waiting += reversed(t.args) if t.op is MUL else t.args[:1]
        else:
            out.append(t)
    return out


def without(t: Term, factor: Term) -> Term:
    """t with the (first) factor replaced by 1 and the ones dropped."""
    if t == factor:
        return ONE
    if isinstance(t, App) and t.op is MUL:
        left = without(t.args[0], factor)
        if left != t.args[0]:
            return times(left, t.args[1])
        return times(t.args[0], without(t.args[1], factor))
    if isinstance(t, App) and t.op is DIV:
        return App(DIV, (without(t.args[0], factor), t.args[1]))
    if isinstance(t, App) and t.op is NEG:
        return App(NEG, (without(t.args[0], factor),))
    return t


def expansion(term: Term) -> int:
    """About how many products of monomials it takes to multiply a term out, with all that stands inside it.

    Divisors are counted as they stand; what the kernel does not multiply out is an atom.
    """
    return _expansion(term)[1]


def _expansion(t: Term) -> tuple[int, int]:
    """How many monomials come out, at most, and how many products are made on the way."""
    if not isinstance(t, App):
        return 1, sum(_expansion(part)[1] for part in parts_of(t))
    sizes = [_expansion(a) for a in t.args]
    work = sum(w for _, w in sizes)
    if t.op in (ADD, SUB):
        return sizes[0][0] + sizes[1][0], work
    if t.op is NEG:
        return sizes[0][0], work
    if t.op in (MUL, DIV):
        both = min(sizes[0][0] * sizes[1][0], field.MAX_TERMS)
        return both, work + both
    power = t.args[1] if t.op is POW else None
    if not isinstance(power, Num) or power.value not in range(field.MAX_POWER + 1):
        return 1, work
    base, size = sizes[0][0], 1
    for n in range(1, int(power.value) + 1):
        if size * base > field.MAX_TERMS:  # here the kernel gives up
            break
        work += size * base
        size = comb(n + base - 1, n)
    return size, work
