"""The only door to SymPy: lines in, theorems out, and a second opinion.

    from_sympy(expr)           a SymPy expression or relation as a kernel term
    to_sympy(term)             a kernel term as a SymPy expression or relation
    second_opinion(a, b)       whether a = b holds in small models, expanded here and simplified by SymPy
    second_opinion_on(claim)   the same for any statement, such as the conclusion of a theorem

SymPy never decides what is proved.  Importing this module imports SymPy, which takes a while, so import it where it
is used.

Conventions that differ.  A kernel sum over an empty range is 0 and a product 1; SymPy reads a sum from m down to
n < m - 1 as minus the sum over what lies between (Karr), and its ``doit`` follows that.  Bounds are carried over as
they are written.
"""

from __future__ import annotations

import enum
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from fractions import Fraction
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.bridge.expand import CannotExpand, Key, Meaning, Numeric, Slope, Undefined, Value
from derive.bridge.models import SmallModel, impose, integer_models, points
from derive.errors import UserError
from derive.kernel import terms as k
from derive.kernel.definitions import Definition, definitions
from derive.kernel.sorts import FAMILY, INT, REAL, Fn, Sort, is_numeric
from derive.kernel.terms import (
    App,
    At,
    Lam,
    Num,
    SortError,
    Term,
    Var,
    abstract,
    app,
    at,
    fresh,
    instantiate,
)
from derive.record.relations import RELATIONS

# --- from SymPy -----------------------------------------------------------------------------------


def from_sympy(expr: Any, context: Mapping[str, Var] | None = None) -> Term:
    """``expr`` as a kernel term, in SymPy's order of arguments.

    Symbols with ``integer=True`` (and Idx) are integers, other symbols reals; ``p[k]`` and an undefined function
    ``p(k)`` are families, with one index or more; the index of a sum or product is always an integer.  A name in
    ``context`` stands for the variable given there, whatever SymPy assumes about it, and an undefined function with the
    name and the number of arguments of a definition is that definition.  KroneckerDelta is the indicator; with a range
    as a third argument it is refused, because SymPy's own summation of it is wrong outside the range.  A Piecewise may
    have two branches and a condition Eq or Ne of two integers, or be the convention 0 log x = 0,
    ``Piecewise((0, Eq(a, 0)), (a*log(x), True))``, alone or with what SymPy folds into it.

    Raises UserError, naming the part, for anything else: floats, complex functions, infinite or missing bounds.
    """
    try:
        tree = sympy.sympify(expr, strict=True)
    except sympy.SympifyError:
        raise UserError(f"{expr!r} is not a SymPy expression; pass an expression, not text.") from None
    if not isinstance(tree, sympy.Basic):
        raise UserError(f"{expr!r} is not a SymPy expression; pass one expression or relation.")
    return _Reader(context or {}).term(tree, {})


Names = Mapping[sympy.Basic, Var]


class _Reader:
    def __init__(self, context: Mapping[str, Var]) -> None:
        self.context = context
        self.named: dict[str, object] = {}
        self.defined = {d.name: d for d in definitions()}
        self.bound = 0

    def term(self, e: sympy.Basic, env: Names) -> Term:
        try:
            return self._term(e, env)
        except SortError as error:
            message = re.sub("\0[0-9]+", "", str(error))
            raise UserError(
                f"{e} does not fit together: {message}. An index, a bound and an argument of KroneckerDelta must be "
                "an integer: declare it with Symbol(name, integer=True), or give its sort in context."
            ) from None

    def _term(self, e: sympy.Basic, env: Names) -> Term:
        if e in env:
            return env[e]
        if isinstance(e, sympy.Float):
            exact = Fraction(str(e))
            raise UserError(
                f"{e} is a floating-point number, which is not exact; "
                f"write Rational({exact.numerator}, {exact.denominator})."
            )
        if isinstance(e, sympy.Rational):
            return Num(Fraction(int(e.p), int(e.q)))
        if e == sympy.E:
            return app(k.EXP, Num(1))
        if isinstance(e, (sympy.Symbol, sympy.Idx)):
            return self._symbol(e)
        if isinstance(e, sympy.Indexed) and isinstance(e.base.label, sympy.Symbol):
            return self._applied(str(e.base.label), e.base, bool(e.base.label.is_integer), e.indices, env)
        if isinstance(e, AppliedUndef):
            return self._function(e, env)
        if isinstance(e, sympy.Add):
            return self._add(e, env)
        if isinstance(e, sympy.Mul):
            return self._mul(e, env)
        if isinstance(e, sympy.Pow):
            return self._power(e, env)
        if isinstance(e, sympy.exp):
            return app(k.EXP, self.term(e.args[0], env))
        if isinstance(e, sympy.log) and len(e.args) == 1:
            return app(k.LOG, self.term(e.args[0], env))
        if isinstance(e, sympy.KroneckerDelta):
            return self._delta(e, env)
        if isinstance(e, (sympy.Sum, sympy.Product)):
            op = k.SUM if isinstance(e, sympy.Sum) else k.PROD
            return self._big(op, e, tuple(e.limits), env)
        if isinstance(e, sympy.Piecewise):
            return self._piecewise(e, env)
        if isinstance(e, sympy.Derivative):
            return self._derivative(e, env)
        if isinstance(e, Relational):
            return self._relation(e, env)
        if isinstance(e, sympy.logic.boolalg.BooleanAtom):
            raise UserError(
                f"SymPy has decided this comparison already: it is {e}. Use evaluate=False to keep both sides."
            )
        raise _refused(e)

    def _name(self, name: str, thing: object, shown: object) -> None:
        """Two different things of one name would become one variable, so they are refused."""
        if self.named.setdefault(name, thing) != thing:
            raise UserError(
                f"{shown} and something else in this expression are both named {name}, but they differ for SymPy "
                "(in kind, assumptions or number of indices). Use one object, or two names."
            )

    def _symbol(self, e: Any) -> Term:
        name = str(e.name if isinstance(e, sympy.Symbol) else e.label)
        self._name(name, e, e)
        if name in self.context:
            return self.context[name]
        if e.is_extended_real is False:
            raise UserError(f"{name} is not a real number; the terms here are real.")
        return Var(name, INT if e.is_integer else REAL)

    def _applied(self, name: str, thing: object, integer: bool, args: Sequence[Any], env: Names) -> Term:
        self._name(name, (thing, len(args)), f"{name} with {len(args)} indices")
        sort: Sort = INT if integer else REAL
        for _ in args:
            sort = Fn(INT, sort)
        return self._at(self.context.get(name, Var(name, sort)), args, env)

    def _at(self, fn: Term, args: Sequence[Any], env: Names) -> Term:
        for a in args:
            fn = at(fn, self._argument(a, env))
        return fn

    def _argument(self, e: Any, env: Names) -> Term:
        """An index, or a whole family (its IndexedBase) where a definition or a functional takes one."""
        if isinstance(e, sympy.IndexedBase):
            name = str(e.label)
            known = self.context.get(name)
            if known is None:
                raise UserError(f"the sort of {name}, which stands here without an index, must be given in context.")
            return known
        return self.term(e, env)

    def _function(self, e: Any, env: Names) -> Term:
        name = e.func.__name__
        definition = self.defined.get(name)
        if name not in self.context and definition is not None and len(e.args) >= len(definition.params):
            n = len(definition.params)
            args = []
            for param, a in zip(definition.params, e.args[:n], strict=True):
                if isinstance(a, sympy.IndexedBase) and str(a.label) not in self.context:
                    args.append(self._family(a, param.sort))
                else:
                    args.append(self._argument(a, env))
            return self._at(app(definition, *args), e.args[n:], env)
        return self._applied(name, e.func, bool(e.is_integer), e.args, env)

    def _family(self, base: Any, sort: Sort) -> Term:
        """A bare IndexedBase as an argument of the sort that the definition's parameter has."""
        inner, n = sort, 0
        while isinstance(inner, Fn):
            inner, n = inner.cod, n + 1
        self._name(str(base.label), (base, n), base)
        return Var(str(base.label), sort)

    def _add(self, e: Any, env: Names) -> Term:
        out: Term | None = None
        for a in e.args:
            t = self.term(a, env)
            if out is None:
                out = t
            elif isinstance(t, App) and t.op is k.NEG:
                out = out - t.args[0]
            else:
                out = out + t
        return Num(0) if out is None else out

    def _mul(self, e: Any, env: Names) -> Term:
        negative = False
        above: list[Term] = []
        below: list[Term] = []
        for a in e.args:
            if a == -1:
                negative = not negative
            elif isinstance(a, sympy.Rational) and a < 0:
                negative = not negative
                above.append(self.term(-a, env))
            elif _is_reciprocal(a):
                below.append(self._positive_power(a.base, -a.exp, env))
            else:
                above.append(self.term(a, env))
        out = _product(above)
        if below:
            out = out / _product(below)
        return -out if negative else out

    def _power(self, e: Any, env: Names) -> Term:
        if _is_reciprocal(e):
            return Num(1) / self._positive_power(e.base, -e.exp, env)
        if e.base == sympy.E:
            return app(k.EXP, self.term(e.exp, env))
        return self._positive_power(e.base, e.exp, env)

    def _positive_power(self, base: Any, exponent: Any, env: Names) -> Term:
        b = self.term(base, env)
        return b if exponent == 1 else b ** self.term(exponent, env)

    def _delta(self, e: Any, env: Names) -> Term:
        if len(e.args) != 2:
            raise UserError(
                f"{e} has a range. SymPy does not keep to it when it sums, so write "
                f"KroneckerDelta({e.args[0]}, {e.args[1]}) and state the bounds as conditions."
            )
        return app(k.DELTA, self.term(e.args[0], env), self.term(e.args[1], env))

    def _big(self, op: k.Op, e: Any, limits: tuple[Any, ...], env: Names) -> Term:
        """The first limit is the innermost, so the last one is read first."""
        if not limits:
            return self.term(e.function, env)
        *inner, last = limits
        if len(last) != 3:
            raise UserError(f"{e} has no bounds for {last[0]}; write ({last[0]}, 1, n).")
        index, low, high = last
        for bound in (low, high):
            if bound.is_infinite:
                raise UserError(f"{e} has the bound {bound}; sums and products here are finite.")
        if low.is_Integer and high.is_Integer and high < low - 1:
            raise UserError(
                f"{e} runs downwards: SymPy reads it as {'minus a sum' if op is k.SUM else 'one over a product'}, "
                f"and here it is empty. Write {0 if op is k.SUM else 1} if that is what you mean."
            )
        name = str(index.name if isinstance(index, sympy.Symbol) else index.label)
        self.bound += 1
        var = Var(f"{name}\0{self.bound}", INT)
        body = self._big(op, e, tuple(inner), {**env, index: var})
        return app(op, self.term(low, env), self.term(high, env), Lam(name, INT, abstract(body, var)))

    def _piecewise(self, e: Any, env: Names) -> Term:
        branches = e.args
        if len(branches) != 2 or branches[1].cond != sympy.true:
            raise UserError(f"{e} must have two branches, the second one for 'otherwise' (True).")
        first, second, condition = branches[0].expr, branches[1].expr, branches[0].cond
        if not isinstance(condition, (sympy.Eq, sympy.Ne)):
            raise UserError(f"{e} has the condition {condition}; only an equation of two integers can be read.")
        left, right = (self.term(s, env) for s in condition.args)
        if isinstance(condition, sympy.Ne):
            first, second = second, first
        if left.sort != INT or right.sort != INT:
            if condition.args[1] == 0:
                weighted = self._weighted_logs(condition.args[0], first, second, env)
                if weighted is not None:
                    return weighted
            raise UserError(
                f"{e} has the condition {condition}, which is not about two integers. Only integers can be told apart "
                "here, and Piecewise((0, Eq(a, 0)), (a*log(x), True)) for 0 log 0 = 0."
            )
        delta = app(k.DELTA, left, right)
        if second == 0:
            return delta if first == 1 else self.term(first, env) * delta
        if first == 0:
            return (1 - delta) if second == 1 else self.term(second, env) * (1 - delta)
        return self.term(first, env) * delta + self.term(second, env) * (1 - delta)

    def _weighted_logs(self, a: Any, zero: Any, other: Any, env: Names) -> Term | None:
        """``u + r a log x + ...`` with 0 log x = 0, when a Piecewise is u at a = 0 and u + r*a*log(x) + ... elsewhere.

        SymPy folds what stands around a Piecewise inside a Sum into its branches; this takes it out again.
        """
        out = None if zero == 0 else self.term(zero, env)
        for addend in sympy.Add.make_args(sympy.expand_mul(other - zero)):
            logs = [f for f in sympy.Mul.make_args(addend) if isinstance(f, sympy.log) and len(f.args) == 1]
            if not logs:
                return None
            rest = addend / (a * logs[0])
            if sympy.fraction(rest)[1].has(a):
                return None
            t = app(k.XLOGY, self.term(a, env), self.term(logs[0].args[0], env))
            if rest == -1:
                out = -t if out is None else out - t
            else:
                t = t if rest == 1 else self.term(rest, env) * t
                out = t if out is None else out + t
        return out

    def _derivative(self, e: Any, env: Names) -> Term:
        wrt, count = e.variable_count[0]
        if len(e.variable_count) != 1 or count != 1 or not isinstance(wrt, sympy.Indexed) or len(wrt.indices) != 1:
            raise UserError(f"{e}: only a first derivative in one entry z[j] of an IndexedBase z can be read.")
        z = self.context.get(str(wrt.base.label), Var(str(wrt.base.label), FAMILY))
        body, j = self.term(e.expr, env), self.term(wrt.indices[0], env)
        return app(k.PARTIAL, Lam(z.name, FAMILY, abstract(body, z)), z, j)

    def _relation(self, e: Any, env: Names) -> Term:
        left, right = self.term(e.lhs, env), self.term(e.rhs, env)
        if isinstance(e, sympy.Eq):
            return k.eq(left, right)
        if isinstance(e, sympy.Ne):
            return k.ne(left, right)
        if isinstance(e, sympy.Lt):
            return left < right
        if isinstance(e, sympy.Le):
            return left <= right
        return left > right if isinstance(e, sympy.Gt) else left >= right


def _refused(e: sympy.Basic) -> UserError:
    kind = type(e).__name__
    return UserError(
        f"{e} ({kind}) has no counterpart here. What can be read: numbers, symbols, p[k] and p(k), + - * / and powers, "
        "exp, log, Sum, Product, KroneckerDelta, a two-branch Piecewise, Derivative in z[j], and = != < <= at the top."
    )


def _is_reciprocal(e: Any) -> bool:
    return isinstance(e, sympy.Pow) and isinstance(e.exp, sympy.Rational) and e.exp < 0 and e.base != sympy.E


def _product(factors: list[Term]) -> Term:
    if not factors:
        return Num(1)
    out = factors[0]
    for f in factors[1:]:
        out = out * f
    return out


# --- to SymPy -------------------------------------------------------------------------------------


def to_sympy(term: Term, unfold: bool = True, evaluate: bool = False) -> Any:
    """``term`` as a SymPy expression, or, for a comparison, a SymPy relation.

    Integers become integer symbols, reals real ones, families ``IndexedBase`` with one index or more; a sum is a Sum,
    the indicator a KroneckerDelta, ``a log x`` with 0 log 0 = 0 a Piecewise.  Defined constants are unfolded, or, with
    ``unfold=False``, left as undefined functions of their arguments.

    The expression is built as written.  With ``evaluate=True`` SymPy's constructors may rewrite it: they sort sums and
    products, and they cancel f/f, which says something about f = 0 that the term does not say.

    Raises UserError for what SymPy has no word for: argmin, argmax, membership, quantifiers, functions standing by
    themselves.
    """
    sorts: dict[str, Sort] = {}
    for v in term.free:
        if sorts.setdefault(v.name, v.sort) != v.sort:
            raise UserError(
                f"two variables are named {v.name}, one of sort {v.sort} and one of sort {sorts[v.name]}; rename one."
            )
    return _Writer(term.free, unfold, evaluate).expr(term, {})


def context_of(*terms: Term) -> dict[str, Var]:
    """The free variables by name: the ``context`` with which ``from_sympy`` reads back what ``to_sympy`` wrote."""
    return {v.name: v for t in terms for v in t.free}


Env = Mapping[Var, Any]


class _Writer:
    def __init__(self, free: frozenset[Var], unfold: bool, evaluate: bool) -> None:
        self.free = free
        self.unfold = unfold
        self.how = {"evaluate": evaluate}

    def expr(self, t: Term, env: Env) -> Any:
        if isinstance(t, Num):
            return sympy.Rational(t.value.numerator, t.value.denominator)
        if isinstance(t, Var):
            return self._variable(t, env)
        if isinstance(t, At):
            return self._at(t, env)
        if isinstance(t, App):
            if isinstance(t.op, Definition):
                return self._defined(t, (), env)
            write = getattr(self, f"_{t.op.name}", None)
            if write is not None:
                return write(t, env)
            raise UserError(f"{t}: SymPy has no counterpart of {t.op.name}.")
        raise UserError(f"{t} is a function, which SymPy has no word for; apply it to an index.")

    def _variable(self, v: Var, env: Env) -> Any:
        if v in env:
            return env[v]
        if v.sort == INT:
            return sympy.Symbol(v.name, integer=True)
        if v.sort == REAL:
            return sympy.Symbol(v.name, real=True)
        if isinstance(v.sort, Fn):
            return self._base(v, env)
        return sympy.Symbol(v.name)

    def _base(self, v: Var, env: Env) -> Any:
        """What SymPy indexes or applies: an IndexedBase when the arguments are integers, else a function."""
        if v in env:
            return env[v]
        cod, integers = v.sort, True
        while isinstance(cod, Fn):
            integers = integers and cod.dom == INT
            cod = cod.cod
        if not is_numeric(cod):
            raise UserError(f"{v.name} has values of sort {cod}, which SymPy has no word for.")
        assumption = {"integer": True} if cod == INT else {"real": True}
        return sympy.IndexedBase(v.name, **assumption) if integers else sympy.Function(v.name, **assumption)

    def _at(self, t: At, env: Env) -> Any:
        args: list[Term] = []
        fn: Term = t
        while isinstance(fn, At):
            args.insert(0, fn.arg)
            fn = fn.fn
        if isinstance(t.sort, Fn):
            raise UserError(f"{t} is a function of sort {t.sort}, which SymPy has no word for; apply it to an index.")
        if isinstance(fn, App) and isinstance(fn.op, Definition):
            return self._defined(fn, tuple(args), env)
        if not isinstance(fn, Var):
            raise UserError(f"{fn} cannot be applied in SymPy.")
        base = self._base(fn, env)
        values = [self.expr(a, env) for a in args]
        return base[tuple(values)] if isinstance(base, sympy.IndexedBase) else base(*values)

    def _defined(self, t: App, args: tuple[Term, ...], env: Env) -> Any:
        definition = t.op
        assert isinstance(definition, Definition)
        if self.unfold:
            out = definition.unfolded(t.args)
            for a in args:
                out = at(out, a)
            return self.expr(out, env)
        cod = definition.body.sort
        for _ in args:
            cod = cod.cod if isinstance(cod, Fn) else cod
        if isinstance(cod, Fn):
            raise UserError(f"{t} is a function, which SymPy has no word for; apply it to an index.")
        function = sympy.Function(definition.name, real=True)
        return function(*(self.expr(a, env) for a in (*t.args, *args)))

    # numbers

    def _add(self, t: App, env: Env) -> Any:
        return sympy.Add(*(self.expr(a, env) for a in t.args), **self.how)

    def _sub(self, t: App, env: Env) -> Any:
        return sympy.Add(self.expr(t.args[0], env), self._minus(t.args[1], env), **self.how)

    def _neg(self, t: App, env: Env) -> Any:
        return self._minus(t.args[0], env)

    def _minus(self, t: Term, env: Env) -> Any:
        return sympy.Mul(sympy.Integer(-1), self.expr(t, env), **self.how)

    def _mul(self, t: App, env: Env) -> Any:
        return sympy.Mul(*(self.expr(a, env) for a in t.args), **self.how)

    def _div(self, t: App, env: Env) -> Any:
        below = sympy.Pow(self.expr(t.args[1], env), sympy.Integer(-1), **self.how)
        return below if t.args[0] == Num(1) else sympy.Mul(self.expr(t.args[0], env), below, **self.how)

    def _pow(self, t: App, env: Env) -> Any:
        return sympy.Pow(*(self.expr(a, env) for a in t.args), **self.how)

    def _log(self, t: App, env: Env) -> Any:
        return sympy.log(self.expr(t.args[0], env), **self.how)

    def _exp(self, t: App, env: Env) -> Any:
        return sympy.exp(self.expr(t.args[0], env), **self.how)

    def _xlogy(self, t: App, env: Env) -> Any:
        a, x = (self.expr(s, env) for s in t.args)
        product = sympy.Mul(a, sympy.log(x, **self.how), **self.how)
        return sympy.Piecewise((0, sympy.Eq(a, 0, **self.how)), (product, True), **self.how)

    def _delta(self, t: App, env: Env) -> Any:
        return sympy.KroneckerDelta(*(self.expr(a, env) for a in t.args), **self.how)

    def _sum(self, t: App, env: Env) -> Any:
        return self._big(sympy.Sum, t, env)

    def _prod(self, t: App, env: Env) -> Any:
        return self._big(sympy.Product, t, env)

    def _big(self, big: type[ExprWithLimits], t: App, env: Env) -> Any:
        low, high, f = t.args
        if not isinstance(f, Lam):
            raise UserError(f"{f} is not written out as a function of its index.")
        # The index differs from everything around it: SymPy flattens nested sums, and it captures.
        var = fresh(f.hint, INT, self.free | set(env))
        index = sympy.Symbol(var.name, integer=True)
        body = self.expr(instantiate(f, var), {**env, var: index})
        limits = sympy.Tuple(index, self.expr(low, env), self.expr(high, env))
        if self.how["evaluate"] or not body.has(sympy.Piecewise):
            return big(body, limits)
        # Sum folds what stands around a Piecewise into its branches, even logarithms and exponentials.  Made like this,
        # as its own constructor does it in the end, it keeps the summand.
        out = sympy.Expr.__new__(big, body, limits)
        out.is_commutative = body.is_commutative
        return out

    def _partial(self, t: App, env: Env) -> Any:
        f, z, j = t.args
        if not (isinstance(f, Lam) and isinstance(z, Var)) or z in f.free:
            raise UserError(f"{t}: SymPy differentiates in the entries of a variable that occurs nowhere else.")
        return sympy.Derivative(self.expr(instantiate(f, z), env), self._base(z, env)[self.expr(j, env)])

    # comparisons

    def _relation(self, relation: Callable[..., Any], t: App, env: Env) -> Any:
        if not all(is_numeric(a.sort) for a in t.args):
            raise UserError(f"{t} compares things of sort {t.args[0].sort}; SymPy compares numbers only.")
        return relation(*(self.expr(a, env) for a in t.args), **self.how)

    def _eq(self, t: App, env: Env) -> Any:
        return self._relation(sympy.Eq, t, env)

    def _ne(self, t: App, env: Env) -> Any:
        return self._relation(sympy.Ne, t, env)

    def _lt(self, t: App, env: Env) -> Any:
        return self._relation(sympy.Lt, t, env)

    def _le(self, t: App, env: Env) -> Any:
        return self._relation(sympy.Le, t, env)


# --- a second opinion -----------------------------------------------------------------------------


FEWEST_POINTS = 5  # with fewer, and no help from SymPy, there is no opinion


class Verdict(enum.Enum):
    AGREE = "agree"
    DISAGREE = "disagree"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Report:
    """What small models say of a statement.  True as a condition when they agree with it."""

    verdict: Verdict
    detail: str
    models: int = 0  # values of the integers that were tried
    points: int = 0  # values of the reals that were tried, over all models
    symbolic: bool = False  # whether SymPy also simplified the difference to 0, entries being symbols
    counterexample: Mapping[str, object] = dataclass_field(default_factory=dict)
    seconds: float = 0.0

    def __bool__(self) -> bool:
        return self.verdict is Verdict.AGREE


Assignment = Mapping[Any, Any]  # a variable or its name -> an integer, or the values y_1, y_2, ... of a sequence


def second_opinion(
    left: Term,
    right: Term,
    assignments: Sequence[Assignment] | None = None,
    *,
    relation: str = "=",
    given: Sequence[Term] = (),
    models: int = 6,
    symbolic: bool = True,
    seed: int = 0,
) -> Report:
    """Whether ``left`` relates to ``right`` in small models of ``given``, without any use of the kernel's rules.

    ``assignments`` fixes integers and integer sequences, such as ``{"V": 3, "T": 2, "y": (1, 3)}``; what is not fixed,
    or everything when there are none, is chosen as the hypotheses allow.
    """
    claim = k.ne(left, right) if relation == "!=" else RELATIONS[relation].statement(left, right)
    return second_opinion_on(claim, assignments, given=given, models=models, symbolic=symbolic, seed=seed)


def second_opinion_on(
    claim: Term,
    assignments: Sequence[Assignment] | None = None,
    *,
    given: Sequence[Term] = (),
    models: int = 6,
    symbolic: bool = True,
    seed: int = 0,
) -> Report:
    """The opinion on a statement under hypotheses: ``second_opinion_on(th.concl, given=th.hyps)`` for a theorem.

    Sums are expanded by loops, for integers that satisfy the hypotheses.  The entries of families are first random
    rationals, evaluated to 50 digits, at twenty points or so for an equation, forty for another relation; a difference
    beyond the tolerance, confirmed at 100 digits, is a disagreement.  An equation that survives is expanded once more
    with the entries as positive symbols, and SymPy simplifies the difference.  Sorts without numbers have three
    elements.  Derivatives are computed twice, with dual numbers and by SymPy.
    """
    start = time.perf_counter()
    try:
        report = _opinion(claim, list(given), assignments, models, symbolic, random.Random(seed))
    except CannotExpand as error:
        report = Report(Verdict.UNKNOWN, str(error))
    elapsed = time.perf_counter() - start
    return Report(
        report.verdict, report.detail, report.models, report.points, report.symbolic, report.counterexample, elapsed
    )


def _opinion(
    claim: Term,
    given: list[Term],
    assignments: Sequence[Assignment] | None,
    count: int,
    symbolic: bool,
    rng: random.Random,
) -> Report:
    claim, given = _stripped(claim, given)
    free = set(claim.free).union(*(h.free for h in given))
    # The order of a set of variables changes from run to run; the same seed must try the same numbers.
    integers = sorted((v for v in free if v.sort == INT), key=lambda v: v.name)
    equation = isinstance(claim, App) and claim.op in (k.EQ, k.HAS_PARTIAL)
    numeric = Numeric(50)
    tried = judged = 0
    survivors: list[Meaning] = []
    chosen: list[dict[Var, Any]] = [_assigned(a, free) for a in assignments] if assignments else [{}]
    for choice in chosen:
        sequences = _sequences(choice)
        some = integer_models(integers, given, choice, count if len(chosen) == 1 else 1, rng)
        each = max(3 if equation else 8, (20 if equation else 40) // (len(some) * len(chosen) or 1))
        for model in some:
            here = 0
            for meaning in points(model, sequences, given, numeric, each, rng):
                verdict = _judge(claim, meaning)
                if verdict is False:
                    return Report(
                        Verdict.DISAGREE,
                        f"the statement is false: {_told(meaning)}",
                        tried + 1,
                        judged + here + 1,
                        counterexample=_described(meaning),
                    )
                if verdict:
                    here += 1
                    if here == 1:
                        survivors.append(meaning)
            tried += here > 0
            judged += here
    if not judged:
        return Report(Verdict.UNKNOWN, "no small model of the hypotheses was found in which both sides are defined")
    proved = symbolic and equation and isinstance(claim, App) and _simplifies(claim, given, survivors)
    if judged < FEWEST_POINTS and not proved:
        return Report(Verdict.UNKNOWN, f"only {judged} small models of the hypotheses were found", tried, judged)
    how = "SymPy simplifies the difference to 0" if proved else "agrees numerically"
    return Report(Verdict.AGREE, f"{how} ({judged} points in {tried} models)", tried, judged, proved)


def _stripped(claim: Term, given: list[Term]) -> tuple[Term, list[Term]]:
    """Universal statements and implications at the top become free variables and hypotheses."""
    given = list(given)
    while isinstance(claim, App) and claim.op in (k.FORALL, k.IMPLIES):
        if claim.op is k.IMPLIES:
            given.append(claim.args[0])
            claim = claim.args[1]
            continue
        (f,) = claim.args
        if not isinstance(f, Lam):
            break
        var = fresh(f.hint, f.dom, claim.free.union(*(h.free for h in given)))
        claim = instantiate(f, var)
    return claim, given


def _assigned(assignment: Assignment, free: set[Var]) -> dict[Var, Any]:
    by_name = {v.name: v for v in free}
    out = {}
    for name, value in assignment.items():
        var = name if isinstance(name, Var) else by_name.get(name)
        if var in free:
            out[var] = value
    return out


def _sequences(choice: Mapping[Var, Any]) -> dict[tuple[Var, Key], int]:
    out: dict[tuple[Var, Key], int] = {}
    for v, values in choice.items():
        if v.sort == Fn(INT, INT):
            items = values.items() if isinstance(values, Mapping) else enumerate(values, 1)
            out.update({(v, (i,)): n for i, n in items})
    return out


def _judge(claim: Term, meaning: Meaning) -> bool | None:
    """Whether the claim holds at this point; None where it is undefined or too close to call."""
    meaning.exact = True
    try:
        holds = bool(meaning.value(claim))
    except Undefined:
        return None
    if holds and isinstance(claim, App) and claim.op is k.NE and not meaning.exact:
        return None
    if holds:
        return True
    if not meaning.exact:
        # Within the tolerance, so perhaps equal: a strict inequality or a difference that fails here fails exactly
        # only if SymPy finds the sides equal.
        return False if _equal_here(claim, meaning) else None
    assert isinstance(meaning.model, SmallModel)
    finer = Meaning(meaning.model, Numeric(100))
    try:
        return None if finer.value(claim) else False
    except Undefined:
        return None


def _equal_here(claim: Term, meaning: Meaning) -> bool:
    if not (isinstance(claim, App) and claim.op in (k.LT, k.NE) and all(is_numeric(a.sort) for a in claim.args)):
        return False
    assert isinstance(meaning.model, SmallModel)
    old = meaning.model
    if any(not isinstance(v, (int, Fraction)) for v in old.fixed.values()):
        return False
    exact = old.with_reals(lambda var, key: _rational(old.fixed.get((var, key), old.read.get((var, key), 0))))
    try:
        left, right = (Meaning(exact, Symbolic()).value(a) for a in claim.args)
    except (Undefined, CannotExpand):
        return False
    return _vanishes(sympy.sympify(left) - sympy.sympify(right))


def _rational(value: Any) -> Any:
    return sympy.Rational(value.numerator, value.denominator) if isinstance(value, (int, Fraction)) else value


def _described(meaning: Meaning) -> dict[str, object]:
    assert isinstance(meaning.model, SmallModel)
    return meaning.model.described()


def _told(meaning: Meaning) -> str:
    return ", ".join(f"{name}={value}" for name, value in _described(meaning).items())


# --- SymPy's part in it ---------------------------------------------------------------------------

_LARGEST = 400  # operations in a difference that SymPy is asked to simplify
_LARGEST_TO_SIMPLIFY = 60  # and for its slow general simplifier


class Symbolic:
    """Numbers that are SymPy expressions in the entries of families."""

    def const(self, value: Value) -> Value:
        return _rational(value)

    def add(self, a: Value, b: Value) -> Value:
        return a + b

    def neg(self, a: Value) -> Value:
        return -a

    def mul(self, a: Value, b: Value) -> Value:
        return a * b

    def div(self, a: Value, b: Value) -> Value:
        if self.is_zero(b):
            raise Undefined("division by zero")
        return sympy.sympify(a) / sympy.sympify(b)

    def log(self, a: Value) -> Value:
        if (isinstance(a, int) or a.is_number) and not sympy.sympify(a).is_positive:
            raise Undefined("logarithm of a number that is not positive")
        return sympy.log(a)

    def exp(self, a: Value) -> Value:
        return sympy.exp(a)

    def is_zero(self, a: Value) -> bool:
        return bool(a == 0)

    def compare(self, a: Value, b: Value) -> tuple[int, bool]:
        difference = sympy.sympify(a) - sympy.sympify(b)
        if difference.is_zero:
            return 0, True
        if difference.is_positive or difference.is_negative:
            return (1 if difference.is_positive else -1), True
        raise CannotExpand(f"SymPy cannot tell the sign of {difference}")

    def partial(self, body: Slope, z: Callable[[int], Value], j: int) -> Value:
        entries: dict[int, Any] = {}

        def entry(i: int) -> Any:
            return entries.setdefault(i, sympy.Dummy(f"z_{i}", positive=True))

        slope = sympy.diff(sympy.sympify(body(self, entry)), entry(j))
        return slope.xreplace({d: sympy.sympify(z(i)) for i, d in entries.items()})


def _symbol(var: Var, key: Key) -> Any:
    index = "_".join(str(i[1]) if isinstance(i, tuple) else str(i) for i in key)
    return sympy.Symbol(f"{var.name}_{index}" if index else var.name, positive=True)


def _simplifies(claim: App, given: Sequence[Term], survivors: Sequence[Meaning]) -> bool:
    """Whether SymPy brings left - right to 0 in the two largest models that are not too large for it."""
    left, right = claim.args[0], claim.args[-1]
    if claim.op is k.HAS_PARTIAL:
        left = App(k.PARTIAL, claim.args[:3])
    if not (is_numeric(left.sort) and is_numeric(right.sort)):
        return False
    done = 0
    for meaning in reversed(survivors):
        assert isinstance(meaning.model, SmallModel)
        symbols = Meaning(meaning.model.with_reals(_symbol), Symbolic())
        try:
            impose(symbols, given, last=True)
            difference = sympy.sympify(symbols.value(left)) - sympy.sympify(symbols.value(right))
        except (Undefined, CannotExpand):
            return False
        if difference.count_ops() > _LARGEST:
            continue
        if not _vanishes(difference):
            return False
        done += 1
        if done == 2:
            break
    return done > 0


def _vanishes(difference: Any) -> bool:
    """Whether SymPy simplifies it to 0.  Numbers have been tried before, so forcing all symbols positive is safe."""
    if difference == 0:
        return True
    expanded = sympy.expand(sympy.expand_log(sympy.expand(difference), force=True))
    if expanded == 0:
        return True
    numerator = sympy.expand(sympy.expand_log(sympy.fraction(sympy.together(expanded))[0], force=True))
    if numerator == 0:
        return True
    if numerator.count_ops() > _LARGEST_TO_SIMPLIFY:
        return False
    return bool(sympy.simplify(difference) == 0)
