"""How formulas are written in Python: sums, logarithms, comparisons and quantifiers over terms.

    Sum(onehot(y)[k] * log(p[k]), (k, 1, V))       sum over k from 1 to V
    ForAll((t, 1, T), y[t] <= V)                   for all t with 1 <= t <= T
    Eq(a, b), a < b, a <= b, Ne(a, b), Iff(P, Q)   statements

Nothing is simplified or reordered: what is written is what is proved and printed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, overload

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn, Sort
from derive.kernel.terms import Lam, Operand, Term, Var, abstract, as_term
from derive.language.arguments import KINDS, ArgumentError, takes, told
from derive.operators import derivatives, exclusions, finite_sets

Range = tuple[Var, Operand, Operand] | tuple[Var, Operand]
Scope = Var | Range | list[Var | Range]


@takes('integer("n")', "text")
def integer(name: str) -> Var:
    """An integer variable, such as a position, a token or a size."""
    return Var(_spelled(name), INT)


@takes('real("a")', "text")
def real(name: str) -> Var:
    return Var(_spelled(name), REAL)


@takes('family("r")', "text")
def family(name: str) -> Var:
    """A family of reals indexed by integers: a distribution over tokens, or logits."""
    return Var(_spelled(name), FAMILY)


@takes('function("g", INT, REAL)', "text", "sort")
def function(name: str, *sorts: Sort) -> Var:
    """A variable of sort sorts[0] -> sorts[1] -> ... -> sorts[-1]."""
    if len(sorts) < 2:
        raise ArgumentError(
            'function: sorts must be those of the indices, then that of the values; write function("g", INT, REAL)'
        )
    *doms, out = sorts
    for dom in reversed(doms):
        out = Fn(dom, out)
    return Var(_spelled(name), out)


@takes('finite_set("Y")', "text")
def finite_set(name: str) -> Var:
    """A finite set by its name, such as outputs, sequences or documents; as a number, the size |Y| of the set.

    ``Sum(f[y], (y, Y))`` is the sum over its elements, which are numbered 1, ..., |Y|; ``1 <= Y`` says that there are some.
    """
    return finite_sets.size(_spelled(name))


def _spelled(name: str) -> str:
    """A name as Unicode says it is written: one of two spellings that look the same."""
    return unicodedata.normalize("NFKC", name) if isinstance(name, str) else name


def _range(limits: Range) -> tuple[Var, Term, Term]:
    var, *bounds = limits
    low, high = as_term(bounds[0] if len(bounds) == 2 else 1), as_term(bounds[-1])
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


@takes("Sum(p[k], (k, 1, V))", "number", "range")
def Sum(body: Operand, *limits: Range, where: Term | Sequence[Term] = ()) -> Term:
    """The sum of ``body`` over ``(k, low, high)``, low <= k <= high; 0 when the range is empty.  ``(k, V)`` is ``(k, 1, V)``.

    Over several ranges the first is outermost.  ``where=Ne(j, i)`` leaves indices out: the last index is not i.
    """
    return _nested(k.SUM, body, limits, where)


@takes("Prod(p[k], (k, 1, V))", "number", "range")
def Prod(body: Operand, *limits: Range, where: Term | Sequence[Term] = ()) -> Term:
    """The product of ``body`` over ``(k, low, high)``, low <= k <= high; 1 when the range is empty.

    Over several ranges the first is outermost.  ``where=Ne(j, i)`` leaves indices out: the last index is not i.
    """
    return _nested(k.PROD, body, limits, where)


@takes("Max(p[k], (k, 1, V))", "number", "range")
def Max(body: Operand, limits: Range) -> Term:
    """The largest value of ``body`` over ``(k, low, high)``; a line that takes it must have low <= high."""
    return _big(k.MAX, body, limits)


@takes("log(a)", "number")
def log(x: Operand) -> Term:
    """The natural logarithm; a line that takes it must have x > 0 among its conditions or their consequences."""
    return k.app(k.LOG, as_term(x))


@takes("exp(a)", "number")
def exp(x: Operand) -> Term:
    return k.app(k.EXP, as_term(x))


@takes("xlogy(q[k], p[k])", "number")
def xlogy(a: Operand, x: Operand) -> Term:
    """a log x, with the convention 0 log x = 0 even at x = 0."""
    return k.app(k.XLOGY, as_term(a), as_term(x))


@takes("delta(k, y)", "integer")
def delta(i: Operand, j: Operand) -> Term:
    """The indicator [i = j]: 1 when the integers are equal, else 0."""
    return k.app(k.DELTA, as_term(i), as_term(j))


@takes("argmin(theta, loss[theta])", "variable", "number")
def argmin(var: Var, body: Operand) -> Term:
    """The set of values of ``var`` at which ``body`` is least."""
    return k.app(k.ARGMIN, Lam(var.name, var.sort, abstract(as_term(body), var)))


@takes("argmax(theta, score[theta])", "variable", "number")
def argmax(var: Var, body: Operand) -> Term:
    """The set of values of ``var`` at which ``body`` is greatest."""
    return k.app(k.ARGMAX, Lam(var.name, var.sort, abstract(as_term(body), var)))


@takes("partial(z[k] * z[k], z, j)", "number", "value")
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


@takes("has_derivative(g, a, slope)", "function", "number")
def has_derivative(function: Term, x: Operand, value: Operand) -> Term:
    """The statement that a function of a real number has at x the derivative ``value``; a condition on a function by name."""
    return k.app(k.HAS_DERIVATIVE, function, as_term(x), as_term(value))


@takes("fun(k, 1 / V)", "variable", "value")
def fun(var: Var, body: Operand) -> Term:
    """The function that takes ``var`` to ``body``."""
    return k.lam(var, as_term(body))


@takes("Eq(a, b)", "value")
def Eq(a: Operand, b: Operand) -> Term:
    return k.eq(a, b)


@takes("Ne(a, b)", "value")
def Ne(a: Operand, b: Operand) -> Term:
    return k.ne(a, b)


@takes("Member(theta, argmin(phi, loss[phi]))", "value", "set")
def Member(a: Term, s: Term) -> Term:
    return k.app(k.IN, a, s)


@takes("Implies(0 < a, 0 <= a)", "statement")
def Implies(*statements: Term) -> Term:
    if len(statements) < 2:
        raise ArgumentError("Implies: statements must be the premises, then what follows; write Implies(0 < a, 0 <= a)")
    return k.implies(*statements)


@takes("Iff(a <= b, 0 <= b - a)", "statement")
def Iff(a: Term, b: Term) -> Term:
    return k.iff(a, b)


_FOR_ALL = "write ForAll((t, 1, T), y[t] <= V), or ForAll(a, 0 <= a * a)"


@overload
def ForAll(scope: Scope, statement: Term) -> Term: ...
@overload
def ForAll(scope: Scope, statement: Sequence[Term]) -> list[Term]: ...
def ForAll(scope: Scope, statement: Any) -> Term | list[Term]:
    """For all values of a variable, or those in a range: ``ForAll((t, 1, T), P)``; a list of them nests.

    Of a list of conditions, such as ``positive_distribution(p[t], V)``, the list of what each says for all values.
    """
    scopes = scope if isinstance(scope, list) else [scope]
    for s in scopes:
        if not isinstance(s, Var) and not KINDS["range"][0](s):
            raise ArgumentError(f"ForAll: scope must be a letter or a range of one, not {told(s)}; {_FOR_ALL}")
    if isinstance(statement, (list, tuple)):
        return [ForAll(scope, each) for each in statement]
    if not KINDS["statement"][0](statement):
        raise ArgumentError(f"ForAll: statement must be a statement, not {told(statement)}; {_FOR_ALL}")
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
    "argmax", "argmin", "delta", "exp", "family", "finite_set", "fun", "function", "has_derivative", "integer", "log", "partial", "real",
    "xlogy",
]  # fmt: skip
