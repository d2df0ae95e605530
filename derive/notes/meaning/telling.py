"""What letters were taken for, in words: for --explain."""

from __future__ import annotations

from collections.abc import Iterable

from derive.kernel.sorts import INT, REAL, Base, Fn, SetOf, Sort
from derive.kernel.terms import Var

_SINGLE: dict[Sort, str] = {INT: "a whole number", REAL: "a real number"}
_ONE: dict[Sort, str] = {INT: "whole numbers", REAL: "real numbers"}


def sorts_in_words(free: Iterable[Var]) -> list[str]:
    """The free letters of a row by what they stand for: whole numbers n, k; p gives a real number for two whole numbers."""
    groups: dict[Sort, list[str]] = {}
    for v in sorted(free, key=lambda x: x.name):
        groups.setdefault(v.sort, []).append(v.name)
    out = []
    for sort in sorted(groups, key=repr):
        names = ", ".join(groups[sort])
        if isinstance(sort, Fn):
            out.append(f"{names}: {_result(sort)} for {_arguments(sort)}")
        else:
            out.append(f"{_plural(sort)}: {names}")
    return out


def _plural(sort: Sort) -> str:
    if isinstance(sort, SetOf):
        return "sets"
    return _ONE.get(sort) or (f"elements of a set ({sort.name})" if isinstance(sort, Base) else str(sort))


def _result(sort: Sort) -> str:
    while isinstance(sort, Fn):
        sort = sort.cod
    return _SINGLE.get(sort, "a value")


def _arguments(sort: Sort) -> str:
    words: list[str] = []
    while isinstance(sort, Fn):
        one = _SINGLE.get(sort.dom, "a family" if isinstance(sort.dom, Fn) else "a choice")
        words.append(one)
        sort = sort.cod
    return " and ".join(words)
