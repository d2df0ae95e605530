"""A worked example at a glance: the sum that the derivation is about, term by term, and what each part of the claim is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from derive.falsify import Model, Undecided, Undefined, evaluate
from derive.falsify.models.arithmetic import is_number
from derive.kernel import terms as k
from derive.kernel.sorts import is_numeric
from derive.kernel.terms import App, Lam, Num, Term, Var, app, fresh, instantiate, parts_of, substitute
from derive.record import Derivation

ROWS = 10  # terms of a sum that are shown in a table
MOST = 6  # columns


@dataclass(frozen=True, slots=True)
class SumTable:
    """The terms of a sum: a column for each factor, the last one for the term itself; a row for each value of the index."""

    heads: tuple[Term, ...]  # the index first
    rows: tuple[tuple[Any, ...], ...]  # exact values
    total: Any  # of the last column


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a side of the claim, with the sign before it ("" for the first), its name and its exact value."""

    sign: str
    term: Term
    words: str
    value: Any


@dataclass(frozen=True, slots=True)
class Sides:
    """The claim as one annotated line: left side, relation, and the right side term by term."""

    left: Part
    relation: str
    right: tuple[Part, ...]


def sum_table(d: Derivation, model: Model) -> SumTable | None:
    """The first sum of products in the derivation that can be tabulated, or else the first sum; None where there is none."""
    single: SumTable | None = None
    for term in _shown(d):
        for total in _sums(term):
            table = _tabulated(total, model)
            if table is not None and len(table.heads) > 3:
                return table
            single = single or table
    return single


def _shown(d: Derivation) -> Iterator[Term]:
    for block in d.blocks:
        yield from (block.start, *(line.term for line in block.lines))


def _sums(term: Term) -> Iterator[Term]:
    """The sums in a term that stand in no other binder, a minus in front taken along."""
    if isinstance(term, App) and term.op is k.NEG and _is_sum(term.args[0]):
        yield term
        return
    if _is_sum(term):
        yield term
        return
    if isinstance(term, App) and not term.op.binders:
        for part in term.args:
            yield from _sums(part)


def _is_sum(term: Term) -> bool:
    return isinstance(term, App) and term.op is k.SUM


def _tabulated(total: Term, model: Model) -> SumTable | None:
    minus = isinstance(total, App) and total.op is k.NEG
    inner = parts_of(total)[0] if minus else total
    low, high, body = parts_of(inner)
    if not isinstance(body, Lam):
        return None
    index = fresh(body.hint, body.dom, inner.free)
    term = instantiate(body, index)
    heads = list(_columns(term, index, minus))
    if len(heads) + 1 > MOST:
        return None
    try:
        first, last = evaluate(low, model), evaluate(high, model)
        if not (isinstance(first, int) and isinstance(last, int) and 1 < last - first + 1 <= ROWS):
            return None
        rows = []
        for i in range(first, last + 1):
            row = [evaluate(substitute(h, {index: Num(i)}), model) for h in heads]
            if not all(map(is_number, row)):
                return None
            rows.append((i, *row))
        value = evaluate(total, model)
    except (Undefined, Undecided):
        return None
    return SumTable((index, *heads), tuple(rows), value)


def _columns(term: Term, index: Var, minus: bool) -> Iterator[Term]:
    """The factors of a term, of a log also what stands in it, and the term itself; a minus goes to the last factor."""
    whole = app(k.NEG, term) if minus else term
    if isinstance(term, App) and term.op is k.NEG and not minus:
        term, minus = term.args[0], True
    factors = list(_factors(term))
    seen: dict[Term, None] = {}
    for i, factor in enumerate(factors):
        if index not in factor.free and len(factors) > 1:
            continue
        if isinstance(factor, App) and factor.op is k.LOG:
            seen[factor.args[0]] = None
        last = minus and i == len(factors) - 1
        seen[app(k.NEG, factor) if last else factor] = None
    seen[whole] = None
    yield from seen


def _factors(term: Term) -> Iterator[Term]:
    if isinstance(term, App) and term.op is k.MUL:
        yield from (*_factors(term.args[0]), *_factors(term.args[1]))
    else:
        yield term


def sides_of(d: Derivation, model: Model) -> Sides | None:
    """The two sides of the claim with the value of each part; None where the claim does not relate two numbers."""
    claim = d.claim
    if not (isinstance(claim, App) and claim.op in (k.EQ, k.LE, k.LT) and is_numeric(claim.args[0].sort)):
        return None
    labels = dict(d.labels)
    try:
        left = Part("", claim.args[0], labels.get(claim.args[0], ""), evaluate(claim.args[0], model))
        right = tuple(
            Part(sign, term, labels.get(term, ""), evaluate(term, model)) for sign, term in _terms(claim.args[1], "")
        )
    except (Undefined, Undecided):
        return None
    relation = {k.EQ: "=", k.LE: "≤", k.LT: "<"}[claim.op]
    return Sides(left, relation, right) if len(right) < MOST else Sides(left, relation, (_whole(claim.args[1], model),))


def _whole(term: Term, model: Model) -> Part:
    return Part("", term, "", evaluate(term, model))


def _terms(term: Term, sign: str) -> Iterator[tuple[str, Term]]:
    """The terms of a sum, each with the sign before it."""
    if isinstance(term, App) and term.op in (k.ADD, k.SUB):
        yield from _terms(term.args[0], sign)
        second = "+" if term.op is k.ADD else "−"
        right = term.args[1]
        if term.op is k.ADD and isinstance(right, App) and right.op is k.ADD:
            yield from _terms(right, "+")
        else:
            yield second, right
    else:
        yield sign, term
