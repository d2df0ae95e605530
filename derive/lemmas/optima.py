"""Sets of minimisers and maximisers over an abstract set of parameters; laws for every sort."""

from __future__ import annotations

from collections.abc import Callable

from derive.kernel import rules as r
from derive.kernel.sorts import REAL, Fn, SetOf, Sort
from derive.kernel.terms import ARGMAX, ARGMIN, IN, LE, LOG, App, Lam, Num, Op, Term, Var, abstract, app, forall
from derive.kernel.theorem import Theorem
from derive.lemmas import arithmetic as ar
from derive.lemmas import logs
from derive.lemmas.base import at_values, lin
from derive.tactics.derived import chain, iff_trans, instantiate, instantiate_named

__all__ = [
    "argmax_affine", "argmax_log", "argmax_neg", "argmax_scale", "argmax_shift", "argmin_affine", "argmin_log",
    "argmin_neg", "argmin_scale", "argmin_shift", "mem_argmax", "mem_argmin",
]  # fmt: skip

ZERO = Num(0)


SORTED: dict[str, SortedLemma] = {}


class SortedLemma:
    """A lemma with one instance for every abstract sort."""

    kind, internal = "theorem", False

    def __init__(self, name: str, phrase: str, prove: Callable[[Sort], Theorem]) -> None:
        self.name, self.phrase, self._prove = name, phrase, prove
        self._made: dict[Sort, Theorem] = {}
        SORTED[name] = self

    def at_sort(self, sort: Sort) -> Theorem:
        if sort not in self._made:
            self._made[sort] = self._prove(sort)
        return self._made[sort]

    @property
    def instances(self) -> tuple[Theorem, ...]:
        """The instances proved so far."""
        return tuple(self._made.values())

    @staticmethod
    def sort_of(term: Term) -> Sort | None:
        """The sort over which a set of optima ranges."""
        if isinstance(term.sort, SetOf):
            return term.sort.elem
        return None

    def __repr__(self) -> str:
        return self.name


def _vars(sort: Sort) -> tuple[Var, Var, Var, Var]:
    function = Fn(sort, REAL)
    return Var("u", sort), Var("v", sort), Var("f", function), Var("g", function)


def _opt(op: Op, body: Term, over: Var) -> Term:
    return app(op, Lam(over.name, over.sort, abstract(body, over)))


def _member(op: Op, body: Term, over: Var, u: Var) -> Theorem:
    """|- u in arg op body <=> for all v: ..."""
    th = r.axiom("argmin_mem" if op is ARGMIN else "argmax_mem", over.sort)
    return instantiate_named(th, {"a": u, "f": Lam(over.name, over.sort, abstract(body, over))})


def _same_optima(
    left: tuple[Op, Term], right: tuple[Op, Term], over: Var, compare: Callable[[Term], Theorem]
) -> Theorem:
    """|- arg left = arg right, where ``compare(u)`` gives |- (left says u beats v) <=> (right says so) for the
    variable v."""
    u = Var("u", over.sort)
    ml, mr = _member(*left, over, u), _member(*right, over, u)
    pl, pr = ml.concl.args[1], mr.concl.args[1]  # type: ignore[attr-defined]
    each = compare(u)
    v = Var("v", over.sort)
    forth = r.gen(v, r.mp(r.iff_forth(each), r.spec(r.assume(pl), v)))
    back = r.gen(v, r.mp(r.iff_back(each), r.spec(r.assume(pr), v)))
    middle = r.iff_intro(r.discharge(pl, forth), r.discharge(pr, back))
    whole = iff_trans(iff_trans(ml, middle), r.iff_intro(r.iff_back(mr), r.iff_forth(mr)))
    every = r.gen(u, whole)
    ext = r.axiom("set_ext", over.sort)
    th = instantiate_named(ext, {"A": _opt(*left, over), "B": _opt(*right, over)})
    return r.cut(every, th)


def _linear_iff(p: Term, q: Term, *facts: Theorem) -> Theorem:
    forth, back = lin(q, r.assume(p), *facts), lin(p, r.assume(q), *facts)
    return r.iff_intro(r.discharge(p, forth), r.discharge(q, back))


def _neg(op: Op, other: Op) -> Callable[[Sort], Theorem]:
    def prove(sort: Sort) -> Theorem:
        _, v, f, _ = _vars(sort)

        def compare(u: Term) -> Theorem:
            p = -f[u] <= -f[v] if op is ARGMIN else -f[v] <= -f[u]
            q = f[v] <= f[u] if op is ARGMIN else f[u] <= f[v]
            return _linear_iff(p, q)

        w = Var("theta", sort)
        return _same_optima((op, -f[w]), (other, f[w]), w, compare)

    return prove


argmin_neg = SortedLemma("argmin_neg", "minimising a negative is maximising", _neg(ARGMIN, ARGMAX))
argmax_neg = SortedLemma("argmax_neg", "maximising a negative is minimising", _neg(ARGMAX, ARGMIN))


def _affine(op: Op) -> Callable[[Sort], Theorem]:
    def prove(sort: Sort) -> Theorem:
        _, v, f, _ = _vars(sort)
        a, b = Var("a", REAL), Var("b", REAL)
        positive = r.assume(ZERO < a)
        nonneg = lin(ZERO <= a, positive)

        def compare(u: Term) -> Theorem:
            lo, hi = (f[u], f[v]) if op is ARGMIN else (f[v], f[u])
            p, q = a * lo + b <= a * hi + b, lo <= hi
            up = lin(p, at_values(ar.mul_le_mul_left.theorem, r.assume(q), nonneg, a=lo, b=hi, c=a))
            strict = at_values(ar.mul_lt_mul_left.theorem, r.assume(hi < lo), positive, a=hi, b=lo, c=a)
            false = lin(ZERO < ZERO, strict, r.assume(p))
            down = r.cases(q, r.assume(q), r.absurd(false, r.linear(ZERO <= ZERO, (), (), ()), q))
            return r.iff_intro(r.discharge(p, down), r.discharge(q, up))

        w = Var("theta", sort)
        return _same_optima((op, a * f[w] + b), (op, f[w]), w, compare)

    return prove


argmin_affine = SortedLemma(
    "argmin_affine", "a positive factor and a constant do not move the minimiser", _affine(ARGMIN)
)
argmax_affine = SortedLemma(
    "argmax_affine", "a positive factor and a constant do not move the maximiser", _affine(ARGMAX)
)


def _scale(op: Op) -> Callable[[Sort], Theorem]:
    def prove(sort: Sort) -> Theorem:
        affine = _affine(op)(sort)
        _, _, f, _ = _vars(sort)
        a, b = Var("a", REAL), Var("b", REAL)
        th = instantiate(affine, {b: ZERO})
        w = Var("theta", sort)
        drop = r.ext(w, r.ring(a * f[w], a * f[w] + ZERO, ()))
        return chain(r.cong(op, (drop,)), th)

    return prove


argmin_scale = SortedLemma("argmin_scale", "a positive factor does not move the minimiser", _scale(ARGMIN))
argmax_scale = SortedLemma("argmax_scale", "a positive factor does not move the maximiser", _scale(ARGMAX))


def _shift(op: Op) -> Callable[[Sort], Theorem]:
    def prove(sort: Sort) -> Theorem:
        _, v, f, _ = _vars(sort)
        b = Var("b", REAL)

        def compare(u: Term) -> Theorem:
            lo, hi = (f[u], f[v]) if op is ARGMIN else (f[v], f[u])
            return _linear_iff(f_plus(lo) <= f_plus(hi), lo <= hi)

        def f_plus(t: Term) -> Term:
            return t + b

        w = Var("theta", sort)
        return _same_optima((op, f[w] + b), (op, f[w]), w, compare)

    return prove


argmin_shift = SortedLemma("argmin_shift", "a constant does not move the minimiser", _shift(ARGMIN))
argmax_shift = SortedLemma("argmax_shift", "a constant does not move the maximiser", _shift(ARGMAX))


def _log(op: Op) -> Callable[[Sort], Theorem]:
    def prove(sort: Sort) -> Theorem:
        _, v, f, _ = _vars(sort)
        w = Var("theta", sort)
        positive = r.assume(forall(w, ZERO < f[w]))

        def compare(u: Term) -> Theorem:
            lo, hi = (f[u], f[v]) if op is ARGMIN else (f[v], f[u])
            lo_pos, hi_pos = r.spec(positive, u if lo == f[u] else v), r.spec(positive, u if hi == f[u] else v)
            p, q = App(LE, (app(LOG, lo), app(LOG, hi))), lo <= hi
            down = at_values(logs.le_of_log_le.theorem, r.assume(p), lo_pos, hi_pos, x=lo, y=hi)
            up = at_values(logs.log_le.theorem, r.assume(q), lo_pos, x=lo, y=hi)
            return r.iff_intro(r.discharge(p, down), r.discharge(q, up))

        return _same_optima((op, app(LOG, f[w])), (op, f[w]), w, compare)

    return prove


argmax_log = SortedLemma("argmax_log", "log is increasing, so it does not move the maximiser", _log(ARGMAX))
argmin_log = SortedLemma("argmin_log", "log is increasing, so it does not move the minimiser", _log(ARGMIN))


def _mem(op: Op) -> Callable[[Sort], Theorem]:
    return lambda sort: r.axiom("argmin_mem" if op is ARGMIN else "argmax_mem", sort)


class MembershipLemma(SortedLemma):
    """theta in argmin f <=> for all phi: f(theta) <= f(phi)."""

    @staticmethod
    def sort_of(term: Term) -> Sort | None:
        return term.args[0].sort if isinstance(term, App) and term.op is IN else None


mem_argmin = MembershipLemma("mem_argmin", "what a minimiser is", _mem(ARGMIN))
mem_argmax = MembershipLemma("mem_argmax", "what a maximiser is", _mem(ARGMAX))
