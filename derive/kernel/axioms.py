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
    EXP,
    HAS_PARTIAL,
    IN,
    LOG,
    PARTIAL,
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
_f, _z, _l = Var("f", FAMILY), Var("z", FAMILY), Var("l", FAMILY)
_F, _G = Var("F", Fn(FAMILY, REAL)), Var("G", Fn(FAMILY, REAL))
_Fk = Var("F", Fn(INT, Fn(FAMILY, REAL)))
_0, _1 = Num(0), Num(1)


def _exp(t: Term) -> Term:
    return app(EXP, t)


def _log(t: Term) -> Term:
    return app(LOG, t)


def _of_z(body: Term) -> Term:
    return Lam("z", FAMILY, abstract(body, _z))


def _partial(body: Term, value: Term) -> Term:
    """The function z |-> body has, at z, the partial derivative ``value`` in its j-th entry."""
    return app(HAS_PARTIAL, _of_z(body), _z, _j, value)


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
        # partial derivatives
        "partial_const": ((), _partial(_c, _0)),
        "partial_entry": ((), _partial(_z[_k], app(DELTA, _k, _j))),
        "partial_add": ((_partial(_F[_z], _l1), _partial(_G[_z], _l2)), _partial(_F[_z] + _G[_z], _l1 + _l2)),
        "partial_mul": (
            (_partial(_F[_z], _l1), _partial(_G[_z], _l2)),
            _partial(_F[_z] * _G[_z], _l1 * _G[_z] + _F[_z] * _l2),
        ),
        "partial_inv": (
            (_partial(_F[_z], _l1), ne(_F[_z], 0)),
            _partial(_1 / _F[_z], -(_l1 / (_F[_z] * _F[_z]))),
        ),
        "partial_exp": ((_partial(_F[_z], _l1),), _partial(_exp(_F[_z]), _exp(_F[_z]) * _l1)),
        "partial_log": ((_partial(_F[_z], _l1), _0 < _F[_z]), _partial(_log(_F[_z]), _l1 / _F[_z])),
        "partial_sum": (
            (forall(_k, implies(_m <= _k, _k <= _n, _partial(_Fk[_k][_z], _l[_k]))),),
            _partial(app(SUM, _m, _n, Lam("k", INT, abstract(_Fk[_k][_z], _k))), app(SUM, _m, _n, _l)),
        ),
        "partial_value": ((_partial(_F[_z], _c),), eq(app(PARTIAL, _F, _z, _j), _c)),
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
