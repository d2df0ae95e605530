"""Terms taken apart: what is applied to which arguments, and definitions unfolded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from derive.kernel.definitions import Definition
from derive.kernel.terms import App, Lam, Term, Var, abstract, at, parts_of, rebuild, substitute


def applied(fn: Term, args: Iterable[Term]) -> Term:
    """``fn`` at the arguments, one after the other."""
    return reduce(at, args, fn)


def unfold_one(term: App) -> Term:
    """A defined constant's body with the arguments put in; the arguments may have loose bound variables.

    The parameters are renamed apart first, so that an argument which mentions a parameter's name is not
    mistaken for it.
    """
    definition = term.op
    if not isinstance(definition, Definition):
        raise TypeError(f"{definition} is no defined constant")
    apart = {p: Var(f"{p.name}#{i}", p.sort) for i, p in enumerate(definition.params)}
    body = substitute(definition.body, apart)
    for param, arg in zip(definition.params, term.args, strict=True):
        var = apart[param]
        body = at(Lam(var.name, var.sort, abstract(body, var)), arg)
    return body


def unfold(term: Term) -> Term:
    """``term`` with every defined constant replaced by its body, all the way down."""
    parts = parts_of(term)
    if not parts:
        return term
    new = tuple(unfold(p) for p in parts)
    out = term if all(a is b for a, b in zip(new, parts, strict=True)) else rebuild(term, new)
    if isinstance(out, App) and isinstance(out.op, Definition):
        return unfold(unfold_one(out))
    return out
