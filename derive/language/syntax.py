"""How formulas are written in Python: sums, logarithms, comparisons and quantifiers over terms.

    Sum(onehot(y)[k] * log(p[k]), (k, 1, V))       sum over k from 1 to V
    ForAll((t, 1, T), y[t] <= V)                   for all t with 1 <= t <= T
    Eq(a, b), a < b, a <= b, Ne(a, b), Iff(P, Q)   statements

Nothing is simplified or reordered: what is written is what is proved and printed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn, Sort
from derive.kernel.terms import Lam, Operand, Term, Var, abstract, as_term
from derive.operators import derivatives, exclusions

Range = tuple[Var, Operand, Operand]


def integer(name: str) -> Var:
    """An integer variable, such as a position, a token or a size."""
    return Var(_spelled(name), INT)


def real(name: str) -> Var:
    return Var(_spelled(name), REAL)


def family(name: str) -> Var:
    """A family of reals indexed by integers: a distribution over tokens, or logits."""
    return Var(_spelled(name), FAMILY)


def function(name: str, *sorts: Sort) -> Var:
    """A variable of sort sorts[0] -> sorts[1] -> ... -> sorts[-1]."""
    *doms, out = sorts
    for dom in reversed(doms):
        out = Fn(dom, out)
    return Var(_spelled(name), out)


def _spelled(name: str) -> str:
    """A name as Unicode says it is written: one of two spellings that look the same."""
    return unicodedata.normalize("NFKC", name) if isinstance(name, str) else name


def _range(limits: Range) -> tuple[Var, Term, Term]:
    var, low, high = limits
    low, high = as_term(low), as_term(high)
    if var in low.free or var in high.free:
        raise k.SortError(f"the bounds {low}..{high} mention the index {var}")
    return var, low, high


def _big(op: k.Op, body: Operand, limits: Range) -> Term:
    var, low, high = _range(limits)
    return k.app(op, low, high, Lam(var.name, var.sort, abstract(as_term(body), var)))


def _nested(op: k.Op, body: Operand, limits: tuple[Range, ...], where: Term | Sequence[Term]) -> Term:
    if not limits:
        raise k.SortError(f"{op.name} takes a range, such as (k, 1, n)")
    conditions = [where] if isinstance(where, Term) else list(where)
    out = exclusions.without(op, as_term(body), limits[-1][0], conditions)
    for one in reversed(limits):
        out = _big(op, out, one)
    return out


def Sum(body: Operand, *limits: Range, where: Term | Sequence[Term] = ()) -> Term:
    """The sum of ``body`` over ``(k, low, high)``, low <= k <= high; 0 when the range is empty.

    Over several ranges the first is outermost.  ``where=Ne(j, i)`` leaves indices out: the last index is not i.
    """
    return _nested(k.SUM, body, limits, where)


def Prod(body: Operand, *limits: Range, where: Term | Sequence[Term] = ()) -> Term:
    """The product of ``body`` over ``(k, low, high)``, low <= k <= high; 1 when the range is empty.

    Over several ranges the first is outermost.  ``where=Ne(j, i)`` leaves indices out: the last index is not i.
    """
    return _nested(k.PROD, body, limits, where)


def Max(body: Operand, limits: Range) -> Term:
    """The largest value of ``body`` over ``(k, low, high)``; a line that takes it must have low <= high."""
    return _big(k.MAX, body, limits)


def log(x: Operand) -> Term:
    """The natural logarithm; a line that takes it must have x > 0 among its conditions or their consequences."""
    return k.app(k.LOG, as_term(x))


def exp(x: Operand) -> Term:
    return k.app(k.EXP, as_term(x))


def xlogy(a: Operand, x: Operand) -> Term:
    """a log x, with the convention 0 log x = 0 even at x = 0."""
    return k.app(k.XLOGY, as_term(a), as_term(x))


def delta(i: Operand, j: Operand) -> Term:
    """The indicator [i = j]: 1 when the integers are equal, else 0."""
    return k.app(k.DELTA, as_term(i), as_term(j))


def argmin(var: Var, body: Operand) -> Term:
    """The set of values of ``var`` at which ``body`` is least."""
    return k.app(k.ARGMIN, Lam(var.name, var.sort, abstract(as_term(body), var)))


def argmax(var: Var, body: Operand) -> Term:
    """The set of values of ``var`` at which ``body`` is greatest."""
    return k.app(k.ARGMAX, Lam(var.name, var.sort, abstract(as_term(body), var)))


def partial(body: Operand, by: Term, *entry: Operand) -> Term:
    """The derivative of ``body`` with respect to a real variable, or to one entry of a family.

    ``partial(body, tau)``, ``partial(body, z, j)`` in z_j, ``partial(body, zs[m], j)`` or ``partial(body, W, i, j)`` in an
    entry at a position.  Raises SortError when that is neither.
    """
    head, indices = k.spine(by)
    indices += [as_term(i) for i in entry]
    sort = derivatives.at_sort(head.sort)
    if not isinstance(head, Var) or sort is None or len(indices) != derivatives.depth(sort):
        what = ", ".join(map(str, (by, *entry)))
        raise k.SortError(
            f"partial takes a real variable, or an entry of a family: partial(body, tau), partial(body, z, j), "
            f"partial(body, zs[m], j); {what} is neither"
        )
    return derivatives.derivative(Lam(head.name, head.sort, abstract(as_term(body), head)), head, *indices)


def has_derivative(function: Term, x: Operand, value: Operand) -> Term:
    """The statement that a function of a real number has at x the derivative ``value``; a condition on a function by name."""
    return k.app(k.HAS_DERIVATIVE, function, as_term(x), as_term(value))


def fun(var: Var, body: Operand) -> Term:
    """The function that takes ``var`` to ``body``."""
    return k.lam(var, as_term(body))


def Eq(a: Operand, b: Operand) -> Term:
    return k.eq(a, b)


def Ne(a: Operand, b: Operand) -> Term:
    return k.ne(a, b)


def Member(a: Term, s: Term) -> Term:
    return k.app(k.IN, a, s)


def Implies(*statements: Term) -> Term:
    return k.implies(*statements)


def Iff(a: Term, b: Term) -> Term:
    return k.iff(a, b)


def ForAll(scope: Var | Range | list[Var | Range], statement: Term) -> Term:
    """For all values of a variable, or those in a range: ``ForAll((t, 1, T), P)``; a list nests."""
    scopes = scope if isinstance(scope, list) else [scope]
    variables: list[Var] = []
    guards: list[Term] = []
    for s in scopes:
        if isinstance(s, Var):
            variables.append(s)
        else:
            var, low, high = _range(s)
            variables.append(var)
            guards += [low <= var, var <= high]
    if len({v.name for v in variables}) != len(variables):
        raise k.SortError(f"one letter stands for two variables in {', '.join(v.name for v in variables)}")
    out = k.implies(*guards, statement)
    for var in reversed(variables):
        out = k.forall(var, out)
    return out


__all__ = [
    "FAMILY", "INT", "REAL", "Base", "Eq", "Fn", "ForAll", "Iff", "Implies", "Max", "Member", "Ne", "Prod", "Sum", "Var",
    "argmax", "argmin", "delta", "exp", "family", "fun", "function", "has_derivative", "integer", "log", "partial", "real",
    "xlogy",
]  # fmt: skip
