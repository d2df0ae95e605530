"""A counterexample that was found before, as data, and whether it still is one: its model is evaluated anew, so data that is
damaged, forged or about another claim only costs a search."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from derive.falsify.models.arithmetic import TooBig
from derive.falsify.models.evaluate import evaluate
from derive.falsify.models.model import Model, Value, signature, to_value
from derive.falsify.numbers.exact import Undecided, Undefined
from derive.falsify.numbers.work import WORK, OutOfWork
from derive.falsify.search.found import Counterexample
from derive.kernel.sorts import Base, Fn, Sort, is_numeric
from derive.kernel.terms import Term, subterms

_EFFORT = 1_000_000  # what one model may cost before a search is made instead
_LARGEST = 10**100


def as_data(found: Counterexample) -> Any:
    """The model for JSON; None where it has values that are no fractions."""
    model = found.model
    values = [(v.name, list(path), value) for (v, path), value in model.entries.items()]
    flat = [x for _, path, value in values for x in (*path, value)]
    if model.functions or not all(isinstance(x, (int, Fraction)) and not isinstance(x, bool) for x in flat):
        return None
    written = [[name, path, value.numerator, value.denominator] for name, path, value in values]
    return {"values": written, "sizes": {str(s): n for s, n in model.sizes.items()}}


def is_counterexample(data: Any, claim: Term, given: Sequence[Term] = ()) -> bool:
    """Whether all of ``given`` holds in the model that was written and ``claim`` is false there."""
    try:
        model = _model(data, (claim, *given))
        model.limit = WORK.spent + _EFFORT
        return all(evaluate(g, model) is True for g in given) and evaluate(claim, model) is False
    except (
        Undefined,
        Undecided,
        TooBig,
        OutOfWork,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ):
        return False


def _model(data: Any, statements: Sequence[Term]) -> Model:
    """Raises TypeError, ValueError or LookupError for what is no model for these statements."""
    free = {v.name: v for s in statements for v in s.free}
    sorts = {str(s): s for s in _base_sorts(statements)}
    model = Model(sizes={sorts[name]: _whole(n) for name, n in data["sizes"].items()})
    if any(n < 1 for n in model.sizes.values()):
        raise ValueError("a sort has an element")
    for name, path, top, bottom in data["values"]:
        doms, out = signature(free[name].sort)
        given: list[int | Fraction] = [*map(_whole, path), Fraction(_whole(top), _whole(bottom))]
        *places, value = (_value(x, sort, model) for x, sort in zip(given, (*doms, out), strict=True))
        model.entries[free[name], tuple(places)] = value
    return model


def _value(given: int | Fraction, sort: Sort, model: Model) -> Value:
    value = to_value(given, sort)
    if isinstance(sort, Base) and not is_numeric(sort) and not 0 <= value < model.size(sort):
        raise ValueError(f"{value} is no element of {sort}")
    return value


def _whole(n: Any) -> int:
    if type(n) is not int or abs(n) > _LARGEST:
        raise TypeError(f"{n!r} is no number of a model")
    return n


def _base_sorts(statements: Sequence[Term]) -> set[Base]:
    found: set[Base] = set()
    waiting = [t.sort for s in statements for t in subterms(s)] + [v.sort for s in statements for v in s.free]
    while waiting:
        sort = waiting.pop()
        if isinstance(sort, Base):
            found.add(sort)
        elif isinstance(sort, Fn):
            waiting += [sort.dom, sort.cod]
    return found
