"""From terms to SymPy, as written; SymPy simplifies nothing unless it is asked to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from derive.errors import UserError
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, REAL, Fn, Sort, is_numeric
from derive.kernel.terms import App, At, Lam, Num, Term, Var, at, fresh, instantiate, spine
from derive.operators import CARDS, Card
from derive.operators.derivatives import taken_apart


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
            if taken_apart(t) is not None:
                return self._derivative(t, env)
            if isinstance(t.op, Definition):
                return self._defined(t, (), env)
            write = getattr(self, f"_{t.op.name}", None)
            if write is not None:
                return write(t, env)
            card = CARDS[t.op]
            if card.reads is not None:
                return self._read(card, t, env)
            if card.sympy:
                if not all(is_numeric(a.sort) for a in t.args):
                    raise UserError(f"{t} compares things of sort {t.args[0].sort}; SymPy compares numbers only.")
                return getattr(sympy, card.sympy)(*(self.expr(a, env) for a in t.args), **self.how)
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
        fn, args = spine(t)
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

    def _sub(self, t: App, env: Env) -> Any:
        return sympy.Add(self.expr(t.args[0], env), self._minus(t.args[1], env), **self.how)

    def _neg(self, t: App, env: Env) -> Any:
        return self._minus(t.args[0], env)

    def _minus(self, t: Term, env: Env) -> Any:
        return sympy.Mul(sympy.Integer(-1), self.expr(t, env), **self.how)

    def _div(self, t: App, env: Env) -> Any:
        below = sympy.Pow(self.expr(t.args[1], env), sympy.Integer(-1), **self.how)
        return below if t.args[0] == Num(1) else sympy.Mul(self.expr(t.args[0], env), below, **self.how)

    def _read(self, card: Card, t: App, env: Env) -> Any:
        """An operator as it reads; where its first argument absorbs, both cases."""
        assert card.reads is not None
        read = self.expr(card.reads(*t.args), env)
        if not card.absorbs:
            return read
        return sympy.Piecewise((0, sympy.Eq(self.expr(t.args[0], env), 0, **self.how)), (read, True), **self.how)

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

    def _derivative(self, t: App, env: Env) -> Any:
        parts = taken_apart(t)
        assert parts is not None
        f, z = parts.fn, parts.point
        if not (isinstance(f, Lam) and isinstance(z, Var)) or z in f.free:
            raise UserError(f"{t}: SymPy differentiates in a variable, or an entry of one, that occurs nowhere else.")
        body = self.expr(instantiate(f, z), env)
        if not parts.entry:
            return sympy.Derivative(body, self._variable(z, env))
        return sympy.Derivative(body, self._base(z, env)[tuple(self.expr(i, env) for i in parts.entry)])
