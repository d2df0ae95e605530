"""From SymPy to terms, in SymPy's order of arguments; what would change its meaning on the way is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.errors import UserError
from derive.kernel import terms as k
from derive.kernel.definitions import definitions
from derive.kernel.sorts import FAMILY, INT, REAL, Fn, Sort
from derive.kernel.terms import App, Lam, Num, SortError, Term, Var, abstract, app, at
from derive.operators import absorbed
from derive.operators.derivatives import derivative


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
            t = absorbed(self.term(a, env) * self.term(logs[0], env))
            if t is None:
                return None
            if rest == -1:
                out = -t if out is None else out - t
            else:
                t = t if rest == 1 else self.term(rest, env) * t
                out = t if out is None else out + t
        return out

    def _derivative(self, e: Any, env: Names) -> Term:
        wrt, count = e.variable_count[0]
        if len(e.variable_count) != 1 or count != 1:
            raise UserError(f"{e}: only a first derivative in one variable can be read.")
        if isinstance(wrt, sympy.Indexed):
            depth = len(wrt.indices)
            sort = FAMILY if depth == 1 else Fn(INT, FAMILY)
            z = self.context.get(str(wrt.base.label), Var(str(wrt.base.label), sort))
        else:
            depth, z = 0, self.context.get(wrt.name, Var(wrt.name, REAL))
        if depth > 2 or z.sort not in (REAL, FAMILY, Fn(INT, FAMILY)):
            raise UserError(f"{e}: a derivative in {wrt} cannot be read, only one in a real symbol, z[j] or z[t, j].")
        entry = [self.term(i, env) for i in wrt.indices] if depth else []
        return derivative(Lam(z.name, z.sort, abstract(self.term(e.expr, env), z)), z, *entry)

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
