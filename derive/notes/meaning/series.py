"""a_2 + a_3 + ... + a_n: the general term, found by comparing the last with the one before the dots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.notes.formula.surface import Expr, name, num

LETTER = "i_"


def general_term(e: Expr) -> tuple[list[Expr], Expr, Expr, Expr, Expr] | None:
    """The terms before the pattern, its letter, its first and last index, and the general term; None where there is no one pattern."""
    terms = [t for t in e.args if t.op != "dots"]
    if len(terms) != len(e.args) - 1 or e.args[-2].op != "dots" or len(terms) < 2:
        return None
    *shown, last = terms
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
