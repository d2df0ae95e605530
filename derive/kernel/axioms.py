"""The axioms: what is taken as true about sums, products, indicators, exp, log, order, optima and derivatives.

Everything else is derived.  The free variables of an axiom are schematic: the rule ``inst`` puts any term of the right
sort in for them.  Partial operations say nothing outside their domain: no axiom speaks of log x for x <= 0, of a/0, or
of x^a for x <= 0 and a not a natural number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from derive.kernel.sorts import FAMILY, INT, REAL, Fn, SetOf, Sort
from derive.kernel.terms import (
    ARGMAX,
    ARGMIN,
    DELTA,
    DERIVATIVE,
    EXP,
    HAS_DERIVATIVE,
    IN,
    LOG,
    MAX,
    POW,
    PROD,
    SUM,
    XLOGY,
    Lam,
    Num,
    Term,
    Var,
    abstract,
    app,
    eq,
    forall,
    iff,
    implies,
    ne,
)

Statement = tuple[tuple[Term, ...], Term]

_i, _j, _k, _m, _n = (Var(s, INT) for s in "ijkmn")
_x, _y, _a, _c, _l1, _l2 = (Var(s, REAL) for s in ("x", "y", "a", "c", "l1", "l2"))
_f, _F, _G = Var("f", FAMILY), Var("F", Fn(REAL, REAL)), Var("G", Fn(REAL, REAL))
_0, _1 = Num(0), Num(1)


def _exp(t: Term) -> Term:
    return app(EXP, t)


def _log(t: Term) -> Term:
    return app(LOG, t)


def _slope(body: Term, value: Term, point: Term = _x) -> Term:
    """The function x |-> body has, at the point, the derivative ``value``."""
    return app(HAS_DERIVATIVE, Lam("x", REAL, abstract(body, _x)), point, value)


AXIOMS: Mapping[str, Statement] = MappingProxyType(
    {
        # finite sums and products over the integers m <= k <= n
        "sum_empty": ((_n < _m,), eq(app(SUM, _m, _n, _f), 0)),
        "sum_last": ((_m <= _n + 1,), eq(app(SUM, _m, _n + 1, _f), app(SUM, _m, _n, _f) + _f[_n + 1])),
        "prod_empty": ((_n < _m,), eq(app(PROD, _m, _n, _f), 1)),
        "prod_last": ((_m <= _n + 1,), eq(app(PROD, _m, _n + 1, _f), app(PROD, _m, _n, _f) * _f[_n + 1])),
        # the indicator
        "delta_same": ((), eq(app(DELTA, _i, _i), 1)),
        "delta_diff": ((ne(_i, _j),), eq(app(DELTA, _i, _j), 0)),
        # exp and log
        "exp_add": ((), eq(_exp(_x + _y), _exp(_x) * _exp(_y))),
        "exp_pos": ((), _0 < _exp(_x)),
        "exp_gt_one_add": ((ne(_x, 0),), _1 + _x < _exp(_x)),
        "log_exp": ((), eq(_log(_exp(_x)), _x)),
        "exp_log": ((_0 < _x,), eq(_exp(_log(_x)), _x)),
        "pow_eq_exp": ((_0 < _x,), eq(app(POW, _x, _a), _exp(_a * _log(_x)))),
        # the convention 0 log 0 = 0 is this operator, not an accident of log
        "zero_log_zero": ((), eq(app(XLOGY, _0, _x), 0)),
        "xlogy_eq_mul_log": ((_0 < _x,), eq(app(XLOGY, _a, _x), _a * _log(_x))),
        # order
        "mul_pos": ((_0 < _x, _0 < _y), _0 < _x * _y),
        "le_antisymm": ((_x <= _y, _y <= _x), eq(_x, _y)),
        # the largest of the numbers f(m), ..., f(n)
        "max_upper": ((_m <= _j, _j <= _n), _f[_j] <= app(MAX, _m, _n, _f)),
        "max_least": (
            (_m <= _n, forall(_k, implies(_m <= _k, _k <= _n, _f[_k] <= _c))),
            app(MAX, _m, _n, _f) <= _c,
        ),
        # derivatives of functions of a real number
        "derivative_const": ((), _slope(_c, _0)),
        "derivative_id": ((), _slope(_x, _1)),
        "derivative_add": ((_slope(_F[_x], _l1), _slope(_G[_x], _l2)), _slope(_F[_x] + _G[_x], _l1 + _l2)),
        "derivative_mul": (
            (_slope(_F[_x], _l1), _slope(_G[_x], _l2)),
            _slope(_F[_x] * _G[_x], _l1 * _G[_x] + _F[_x] * _l2),
        ),
        "derivative_div": (
            (_slope(_F[_x], _l1), _slope(_G[_x], _l2), ne(_G[_x], 0)),
            _slope(_F[_x] / _G[_x], (_l1 * _G[_x] - _F[_x] * _l2) / (_G[_x] * _G[_x])),
        ),
        "derivative_exp": ((), _slope(_exp(_x), _exp(_x))),
        "derivative_log": ((_0 < _x,), _slope(_log(_x), _1 / _x)),
        "derivative_chain": ((_slope(_G[_x], _l1), _slope(_F[_x], _l2, _G[_x])), _slope(_F[_G[_x]], _l2 * _l1)),
        "derivative_local": (
            (forall(_y, implies(_a < _y, _y < _c, eq(_F[_y], _G[_y]))), _a < _x, _x < _c, _slope(_F[_x], _l1)),
            _slope(_G[_x], _l1),
        ),
        "derivative_value": ((_slope(_F[_x], _c),), eq(app(DERIVATIVE, _F, _x), _c)),
    }
)


def _argmin(sort: Sort) -> Statement:
    a, b, f = Var("a", sort), Var("b", sort), Var("f", Fn(sort, REAL))
    return (), iff(app(IN, a, app(ARGMIN, f)), forall(b, f[a] <= f[b]))


def _argmax(sort: Sort) -> Statement:
    a, b, f = Var("a", sort), Var("b", sort), Var("f", Fn(sort, REAL))
    return (), iff(app(IN, a, app(ARGMAX, f)), forall(b, f[b] <= f[a]))


def _set_ext(sort: Sort) -> Statement:
    a, s, t = Var("a", sort), Var("A", SetOf(sort)), Var("B", SetOf(sort))
    return (forall(a, iff(app(IN, a, s), app(IN, a, t))),), eq(s, t)


SORTED_AXIOMS: Mapping[str, Callable[[Sort], Statement]] = MappingProxyType(
    {
        "argmin_mem": _argmin,
        "argmax_mem": _argmax,
        "set_ext": _set_ext,
    }
)


def axiom_statement(name: str, sort: Sort | None = None) -> Statement | None:
    """The hypotheses and the conclusion of an axiom; None when there is none of that name (at that sort)."""
    if sort is None:
        return AXIOMS.get(name)
    schema = SORTED_AXIOMS.get(name)
    return schema(sort) if schema else None
