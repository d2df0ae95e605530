"""The shelf: the lemmas that tactics use, each with its statement.

Tactics stand below the lemmas, which are proved with them.  So the shelf only says what it holds; ``derive.lemmas``
puts each lemma there when it is imported, and one that says something else is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Fn
from derive.kernel.terms import Lam, Num, Op, Term, Var, abstract, app, eq, forall, implies, ne
from derive.kernel.theorem import Theorem
from derive.operators import READ, reading
from derive.tactics.derived import instantiate, resolve


class ShelfError(LookupError):
    """A lemma that is not on the shelf, or says something else than the shelf does."""


_i, _j, _k, _m, _n, _s, _at, _m2, _n2 = (Var(s, INT) for s in ("i", "j", "k", "m", "n", "s", "y", "m2", "n2"))
_x, _y, _a, _b, _c = (Var(s, REAL) for s in "xyabc")
_f, _g, _rows = Var("f", FAMILY), Var("g", FAMILY), Var("f", Fn(INT, FAMILY))
_fk, _gk, _ij = _f[_k], _g[_k], app(k.DELTA, _i, _j)
_zero = Num(0)


def _over(op: Op, body: Term, var: Var = _k, low: Term = _m, high: Term = _n) -> Term:
    return app(op, low, high, Lam(var.name, INT, abstract(body, var)))


def _sum(body: Term, var: Var = _k, low: Term = _m, high: Term = _n) -> Term:
    return _over(k.SUM, body, var, low, high)


def _each(statement: Term) -> Term:
    return forall(_k, implies(_m <= _k, _k <= _n, statement))


def _log(x: Term) -> Term:
    return app(k.LOG, x)


def _exp(x: Term) -> Term:
    return app(k.EXP, x)


def _has(body: Term, value: Term) -> Term:
    """The function x |-> body has at x the derivative ``value``."""
    return app(k.HAS_DERIVATIVE, Lam("x", REAL, abstract(body, _x)), _x, value)


_F, _G, _Fk = Var("F", Fn(REAL, REAL)), Var("G", Fn(REAL, REAL)), Var("F", Fn(INT, Fn(REAL, REAL)))
_l1, _l2, _l = Var("l1", REAL), Var("l2", REAL), Var("l", FAMILY)
_Fx, _Gx = _F[_x], _G[_x]
_SLOPE, _SLOPES = _has(_Fx, _l1), [_has(_Fx, _l1), _has(_Gx, _l2)]
_LONG = [_each(_has(_Fk[_k][_x], _l[_k]))]


def _power(base: Term, exponent: Term) -> Term:
    return app(k.POW, base, exponent)


def _larger(a: Term, b: Term) -> Term:
    """The larger of two, as its definition has it."""
    return _over(k.MAX, (2 - _k) * a + (_k - 1) * b, _k, Num(1), Num(2))


_TWO_OF_F = _over(k.MAX, _fk, low=Num(1), high=Num(2))
_MIDDLE = (_f[1] + _f[2] + _c * _larger(_x, -_x)) / 2
_POSITIVE = [_zero < _x, _zero < _y]
_INSIDE = [_m <= _at, _at <= _n]

SHELF: dict[str, tuple[Sequence[Term], Term]] = {
    # order
    "ne_sym": ([ne(_a, _b)], ne(_b, _a)),
    "ne_of_gt": ([_b < _a], ne(_a, _b)),
    "ne_of_lt": ([_a < _b], ne(_a, _b)),
    "lt_of_le_of_ne": ([_a <= _b, ne(_a, _b)], _a < _b),
    "le_of_lt": ([_a < _b], _a <= _b),
    "le_antisymm": ([_x <= _y, _y <= _x], eq(_x, _y)),
    "mul_le_mul_left": ([_a <= _b, _zero <= _c], _c * _a <= _c * _b),
    "mul_lt_mul_left": ([_a < _b, _zero < _c], _c * _a < _c * _b),
    # signs
    "mul_ne_zero": ([ne(_a, 0), ne(_b, 0)], ne(_a * _b, 0)),
    "div_ne_zero": ([ne(_a, 0), ne(_b, 0)], ne(_a / _b, 0)),
    "mul_pos": (_POSITIVE, _zero < _x * _y),
    "div_pos": (_POSITIVE, _zero < _x / _y),
    "add_pos": ([_zero < _x, _zero <= _y], _zero < _x + _y),
    "add_pos'": ([_zero <= _x, _zero < _y], _zero < _x + _y),
    "exp_pos": ([], _zero < app(k.EXP, _x)),
    "pow_pos": ([_zero < _x], _zero < app(k.POW, _x, _a)),
    "sum_pos": ([_m <= _n, _each(_zero < _fk)], _zero < _sum(_fk)),
    "prod_pos": ([_each(_zero < _fk)], _zero < _over(k.PROD, _fk)),
    "mul_nonneg": ([_zero <= _x, _zero <= _y], _zero <= _x * _y),
    "div_nonneg": ([_zero <= _x, _zero < _y], _zero <= _x / _y),
    "div_lt_one": ([_zero < _y, _x < _y], _x / _y < 1),
    "div_le_one": ([_zero < _y, _x <= _y], _x / _y <= 1),
    "log_pos": ([Num(1) < _x], _zero < _log(_x)),
    "log_nonneg": ([Num(1) <= _x], _zero <= _log(_x)),
    "log_neg_of_lt_one": ([_zero < _x, _x < 1], _log(_x) < 0),
    "log_ne_zero": ([_zero < _x, ne(_x, 1)], ne(_log(_x), 0)),
    "max_pos": ([_m <= _n, _each(_zero < _fk)], _zero < _over(k.MAX, _fk)),
    "max_nonneg": ([_m <= _n, _each(_zero <= _fk)], _zero <= _over(k.MAX, _fk)),
    "max_upper": ([_m <= _j, _j <= _n], _f[_j] <= _over(k.MAX, _fk)),
    "term_le_sum": ([_each(_zero <= _fk), _m <= _j, _j <= _n], _f[_j] <= _sum(_fk)),
    "prod_nonneg": ([_each(_zero <= _fk)], _zero <= _over(k.PROD, _fk)),
    "add_nonneg": ([_zero <= _x, _zero <= _y], _zero <= _x + _y),
    "sq_nonneg": ([], _zero <= app(k.POW, _x, Num(2))),
    "sq_pos": ([ne(_x, 0)], _zero < app(k.POW, _x, Num(2))),
    "pow_lt_one": ([_zero < _x, _x < 1, _zero < _a], _power(_x, _a) < 1),
    "exp_le_one": ([_x <= 0], app(k.EXP, _x) <= 1),
    "one_le_exp": ([_zero <= _x], Num(1) <= app(k.EXP, _x)),
    "sum_nonneg": ([_each(_zero <= _fk)], _zero <= _sum(_fk)),
    # indicators
    "delta_same": ([], eq(app(k.DELTA, _i, _i), 1)),
    "delta_of_eq": ([eq(_i, _j)], eq(_ij, 1)),
    "delta_diff": ([ne(_i, _j)], eq(_ij, 0)),
    "delta_comm": ([], eq(_ij, app(k.DELTA, _j, _i))),
    "delta_nonneg": ([], _zero <= _ij),
    "delta_le_one": ([], _ij <= 1),
    "eq_of_delta_ne_zero": ([ne(_ij, 0)], eq(_i, _j)),
    # logarithms
    "exp_log": ([_zero < _x], eq(app(k.EXP, _log(_x)), _x)),
    "log_exp": ([], eq(_log(app(k.EXP, _x)), _x)),
    "exp_zero": ([], eq(app(k.EXP, _zero), 1)),
    "exp_add": ([], eq(app(k.EXP, _x + _y), app(k.EXP, _x) * app(k.EXP, _y))),
    "exp_neg": ([], eq(app(k.EXP, -_x), 1 / app(k.EXP, _x))),
    "log_one": ([], eq(_log(Num(1)), 0)),
    "log_mul": (_POSITIVE, eq(_log(_x * _y), _log(_x) + _log(_y))),
    "log_div": (_POSITIVE, eq(_log(_x / _y), _log(_x) - _log(_y))),
    "log_inv": ([_zero < _x], eq(_log(1 / _x), -_log(_x))),
    "log_pow": ([_zero < _x], eq(_log(app(k.POW, _x, _a)), _a * _log(_x))),
    "log_le": ([_zero < _x, _x <= _y], _log(_x) <= _log(_y)),
    "log_lt": ([_zero < _x, _x < _y], _log(_x) < _log(_y)),
    "log_le_sub_one": ([_zero < _x], _log(_x) <= _x - 1),
    "pow_eq_exp": ([_zero < _x], eq(_power(_x, _a), app(k.EXP, _a * _log(_x)))),
    "sub_le_xlogy": ([_zero <= _a, _zero < _b], _a - _b <= app(k.XLOGY, _a, _a / _b)),
    "xlogy_div": (
        [_zero <= _a, _zero < _b],
        eq(app(k.XLOGY, _a, _a / _b), app(k.XLOGY, _a, _a) - _a * _log(_b)),
    ),
    "log_prod": ([_each(_zero < _fk)], eq(_log(_over(k.PROD, _fk)), _sum(_log(_fk)))),
    # operators that read as others
    **{c.unfolding: (needs, eq(whole, read)) for c in READ for needs, whole, read in [reading(c)] if c.unfolding},
    # ranges
    "sum_empty": ([_n < _m], eq(_sum(_fk), 0)),
    "sum_last": ([_m <= _n + 1], eq(_sum(_fk, high=_n + 1), _sum(_fk) + _f[_n + 1])),
    "prod_exp": ([], eq(_over(k.PROD, app(k.EXP, _fk)), app(k.EXP, _sum(_fk)))),
    "first_of_two": ([_f[2] <= _f[1]], eq(_TWO_OF_F, _f[1])),
    "second_of_two": ([_f[1] <= _f[2]], eq(_TWO_OF_F, _f[2])),
    "two_by_distance": ([_zero < _c, eq(_f[1] - _f[2], _c * _x)], eq(_TWO_OF_F, _MIDDLE)),
    "two_by_distance_back": ([_zero < _c, eq(_f[2] - _f[1], _c * _x)], eq(_TWO_OF_F, _MIDDLE)),
    "sum_first": ([_m <= _n], eq(_sum(_fk), _f[_m] + _sum(_fk, low=_m + 1))),
    "sum_split_last": ([_m <= _n], eq(_sum(_fk), _sum(_fk, high=_n - 1) + _f[_n])),
    "sum_single": ([], eq(_sum(_fk, high=_m), _f[_m])),
    "sum_shift": ([], eq(_sum(_fk, low=_m + _s, high=_n + _s), _sum(_f[_k + _s]))),
    "prod_empty": ([_n < _m], eq(_over(k.PROD, _fk), 1)),
    "prod_last": ([_m <= _n + 1], eq(_over(k.PROD, _fk, high=_n + 1), _over(k.PROD, _fk) * _f[_n + 1])),
    "prod_single": ([], eq(_over(k.PROD, _fk, high=_m), _f[_m])),
    # derivatives
    "derivative_line": ([], _has(_a + _b * _x, _b)),
    "derivative_scale": ([_SLOPE], _has(_c * _Fx, _c * _l1)),
    "derivative_scale_right": ([_SLOPE], _has(_Fx * _c, _l1 * _c)),
    "derivative_over": ([_SLOPE, ne(_c, 0)], _has(_Fx / _c, _l1 / _c)),
    "derivative_inv": ([_SLOPE, ne(_Fx, 0)], _has(1 / _Fx, -(_l1 / (_Fx * _Fx)))),
    "derivative_neg": ([_SLOPE], _has(-_Fx, -_l1)),
    "derivative_sub": (_SLOPES, _has(_Fx - _Gx, _l1 - _l2)),
    "derivative_exp_of": ([_SLOPE], _has(app(k.EXP, _Fx), app(k.EXP, _Fx) * _l1)),
    "derivative_log_of": ([_SLOPE, _zero < _Fx], _has(_log(_Fx), _l1 / _Fx)),
    "derivative_power_of": ([_SLOPE, _zero < _Fx], _has(_power(_Fx, _a), _a * _power(_Fx, _a - 1) * _l1)),
    "derivative_larger_right": ([*_SLOPES, _Fx < _Gx], _has(_larger(_Fx, _Gx), _l2)),
    "derivative_larger_left": ([*_SLOPES, _Gx < _Fx], _has(_larger(_Fx, _Gx), _l1)),
    "derivative_sum": (_LONG, _has(_sum(_Fk[_k][_x]), _sum(_l[_k]))),
    "derivative_prod": (
        _LONG,
        _has(
            _over(k.PROD, _Fk[_k][_x]),
            _sum(_l[_i] * (_over(k.PROD, _Fk[_k][_x], high=_i - 1) * _over(k.PROD, _Fk[_k][_x], low=_i + 1)), _i),
        ),
    ),
    "derivative_prod_shares": (
        [*_LONG, _each(ne(_Fk[_k][_x], 0))],
        _has(_over(k.PROD, _Fk[_k][_x]), _over(k.PROD, _Fk[_k][_x]) * _sum(_l[_k] / _Fk[_k][_x])),
    ),
    # sums
    "sum_zero": ([], eq(_sum(_zero), 0)),
    "sum_const": ([_m <= _n + 1], eq(_sum(_c), (_n - _m + 1) * _c)),
    "sum_add": ([], eq(_sum(_fk + _gk), _sum(_fk) + _sum(_gk))),
    "sum_mul": ([], eq(_sum(_c * _fk), _c * _sum(_fk))),
    "sum_le": ([_each(_fk <= _gk)], _sum(_fk) <= _sum(_gk)),
    "sum_geometric_exp": (
        [ne(_c, 0), _m <= _n + 1],
        eq(_sum(_exp(_k * _c)), (_exp(_m * _c) - _exp((_n + 1) * _c)) / (1 - _exp(_c))),
    ),
    "sum_delta": (_INSIDE, eq(_sum(app(k.DELTA, _k, _at) * _fk), _f[_at])),
    "sum_delta'": (_INSIDE, eq(_sum(app(k.DELTA, _at, _k) * _fk), _f[_at])),
    "sum_swap": (
        [],
        eq(_sum(_sum(_rows[_i][_j], _j, _m2, _n2), _i), _sum(_sum(_rows[_i][_j], _i), _j, _m2, _n2)),
    ),
}
"""Conditions and conclusion of every lemma that tactics use."""

_FILLED: dict[str, Callable[[], Theorem]] = {}
_LETTERS: dict[str, tuple[Theorem, dict[str, Var]]] = {}


def offer(name: str, given: Sequence[Term], shows: Term, theorem: Callable[[], Theorem]) -> None:
    """Take a lemma when tactics use it.  Raises ShelfError when it says something else than the shelf does."""
    if name not in SHELF:
        return
    conditions, conclusion = SHELF[name]
    if tuple(given) != tuple(conditions) or shows != conclusion:
        raise ShelfError(f"tactics use {name} as {list(conditions)} |- {conclusion}, not as {list(given)} |- {shows}")
    _FILLED[name] = theorem


def lemma(name: str) -> Theorem:
    """The lemma of that name.  Raises ShelfError when nobody put it there."""
    if name not in SHELF:
        raise ShelfError(f"{name} is not among the lemmas that tactics use; list it in SHELF with its statement")
    if name not in _FILLED:
        raise ShelfError(f"the lemma {name} is not there yet; import derive.lemmas, where it is proved")
    return _FILLED[name]()


def use(name: str, values: dict[str, Term], *facts: Theorem) -> Theorem:
    """The lemma at the values of its variables (by name), its hypotheses resolved with the facts."""
    th = lemma(name)
    known = _LETTERS.get(name)
    if known is None or known[0] is not th:
        known = _LETTERS[name] = (th, {v.name: v for v in th.free})
    return resolve(instantiate(th, {known[1][letter]: t for letter, t in values.items()}), *facts)
