"""a_2 + a_3 + ... + a_n: the general term, found by comparing the last with the one before the dots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from derive.notes.formula.surface import Expr, Ref, name, num
from derive.notes.meaning.sorts import components

LETTER = "i_"


def general_term(e: Expr) -> tuple[list[Expr], Expr, Expr, Expr, Expr] | None:
    """The terms before the pattern, its letter, its first and last index, and the general term; None where there is no one pattern."""
    terms = [t for t in e.args if t.op != "dots"]
    if len(terms) != len(e.args) - 1 or e.args[-2].op != "dots" or len(terms) < 2:
        return None
    *shown, last = terms
    factors = chain_rule(shown, last)
    if factors is not None:
        return factors
    near = shown[-1]
    values = list(dict.fromkeys(_differences(near, last)))
    if len(values) != 1:
        return None
    first, high = values[0]
    if first.op != "num" or first.data.denominator != 1:
        return None
    letter = name(LETTER, e.span)
    general = _lifted(near, last, (first, high), letter)
    start = int(first.data)
    before = list(shown[:-1])
    while before and _put(general, letter, num(start - 1)) == before[-1]:
        before.pop()
        start -= 1
    return before, letter, num(start), high, general


def chain_rule(shown: list[Expr], last: Expr) -> tuple[list[Expr], Expr, Expr, Expr, Expr] | None:
    """P(v_1) P(v_2 | v_1) ... P(v_n | v_1, ..., v_{n-1}), with other conditions or without: P(v_i | v_{<i}) for i from 1 to n."""
    letter = name(LETTER, last.span)
    end = _conditional(last)
    if end is None or not end.follows():
        return None
    for n, factor in enumerate(shown, 1):
        here = _conditional(factor)
        if (
            here is None
            or here[:2] != end[:2]
            or here.at != num(n)
            or not (here.follows() or (n == 1 and here.behind is None))
        ):
            return None
    v, at = end.letter, Expr("before", (letter,), "<", last.span)
    general = tuple(
        replace(a, args=(letter,))
        if n == end.main
        else replace(v, args=(at,), data=v.ref._replace(below=1))
        if n == end.place
        else a
        for n, a in enumerate(last.args)
    )
    return [], letter, num(1), end.at, replace(last, args=general)


class _Conditional(NamedTuple):
    """P(v_i | v_1, ..., v_j, others): the head with the others, and i and j."""

    head: Ref
    others: tuple[Expr, ...]
    letter: Expr
    at: Expr
    behind: Expr | None
    main: int
    place: int

    def follows(self) -> bool:
        """Whether j is i - 1."""
        if self.behind is None:
            return False
        if self.at.op == "num":
            return self.behind == num(int(self.at.data) - 1)
        return self.behind == Expr("sub", (self.at, num(1)))


def _conditional(e: Expr) -> _Conditional | None:
    if e.op != "ref" or e.ref.signs[:1] != ("(",):
        return None
    first = e.ref.below + e.ref.above
    v = e.args[first]
    if v.op != "ref" or len(v.args) != 1 or v.ref.signs or e.ref.signs[1:2] not in ((), ("|",)):
        return None
    behind, place, others = None, -1, list(e.args[:first])
    single = [n for n, a in enumerate(e.args) if n > first and a.op == "ref" and a.ref.name == v.ref.name]
    for n, a in enumerate(e.args[first + 1 :], first + 1):
        tags = components(a)
        if len(tags) == 1 and tags[0].tag == f"{v.ref.name}..":
            behind, place = tags[0].value, n
        elif n in single:
            continue
        else:
            others.append(a)
    if behind is None and single:  # v_1, v_2 one by one
        if [e.args[n].args for n in single] != [(num(k),) for k in range(1, len(single) + 1)]:
            return None
        behind, place = num(len(single)), single[0]
    return _Conditional(Ref(e.ref.name, e.ref.below, e.ref.above), tuple(others), v, v.args[0], behind, first, place)


def _differences(a: Expr, b: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The pairs of parts in which two formulas differ, the smallest that do."""
    if a == b:
        return
    if a.op == b.op and a.data == b.data and len(a.args) == len(b.args) and a.args:
        for x, y in zip(a.args, b.args, strict=True):
            yield from _differences(x, y)
    else:
        yield a, b


def _lifted(a: Expr, b: Expr, pair: tuple[Expr, Expr], letter: Expr) -> Expr:
    if a == b:
        return a
    if (a, b) == pair:
        return letter
    return replace(a, args=tuple(_lifted(x, y, pair, letter) for x, y in zip(a.args, b.args, strict=True)))


def _put(e: Expr, letter: Expr, value: Expr) -> Expr:
    if e == letter:
        return value
    return replace(e, args=tuple(_put(a, letter, value) for a in e.args)) if e.args else e
