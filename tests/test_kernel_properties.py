"""What the kernel and the tactics prove is true, for random terms and random proofs.

Models include empty ranges, bounds of 0 and negative integers, and functions with zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from strategies import (
    FAMILIES,
    GRID,
    INTS,
    LETTERS,
    REALS,
    Draw,
    NoValueError,
    Values,
    assert_sound,
    comparisons,
    f,
    g,
    i,
    indices,
    integers,
    j,
    k,
    k_real,
    n,
    numeric,
    order,
    reals,
    rearranged,
    spoiled,
    table,
    value,
    values,
    verdict,
    x,
    y,
)
from sweep import examples

from derive.board.justify import Success, justify
from derive.board.reasons import auto, logs, ring, sums
from derive.falsify import Model, evaluate
from derive.kernel import rules as r
from derive.kernel.axioms import AXIOMS
from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn, Sort
from derive.kernel.terms import (
    ADD,
    DELTA,
    DIV,
    EQ,
    EXP,
    IFF,
    IMPLIES,
    LE,
    LOG,
    LT,
    MUL,
    NE,
    NEG,
    POW,
    PROD,
    SUB,
    SUM,
    XLOGY,
    App,
    Lam,
    Num,
    SortError,
    Term,
    Var,
    abstract,
    app,
    as_term,
    eq,
    forall,
    implies,
    lam,
    ne,
    negation,
    substitute,
)
from derive.kernel.theorem import RULES, RuleError, Theorem, axioms_used, proof_steps, replay
from derive.lemmas.base import LEMMAS
from derive.tactics.context import Context
from derive.tactics.normal import Normalizer, by_normal_form

SLOW = [HealthCheck.data_too_large, HealthCheck.filter_too_much]
MANY = examples(100, *SLOW)
SOME = examples(50, *SLOW)
ZERO, ONE = Num(0), Num(1)
THETA = Base("Theta")


def total(low: Any, high: Any, var: Var, body: Term) -> Term:
    return app(SUM, as_term(low), as_term(high), Lam(var.name, INT, abstract(body, var)))


def prod(low: Any, high: Any, var: Var, body: Term) -> Term:
    return app(PROD, as_term(low), as_term(high), Lam(var.name, INT, abstract(body, var)))


def log(t: Term) -> Term:
    return app(LOG, t)


def delta(a: Any, b: Any) -> Term:
    return app(DELTA, as_term(a), as_term(b))


def attempt(make: Callable[[], Theorem]) -> Theorem | None:
    try:
        return make()
    except (RuleError, SortError):
        return None


# --- terms and their values ------------------------------------------------------------------------------------------


@MANY
@given(reals(), reals(1), integers(1), reals(1, (k,)), values())
def test_substituting_a_value_is_changing_the_model(
    term: Term, real: Term, whole: Term, entry: Term, model: Values
) -> None:
    """The value of t[s/x] is the value of t where x stands for the value of s; so for integers and for functions."""
    family = lam(k, entry)
    mapping = {x: real, i: whole, f: family}
    changed = {**model, **{v: value(t, {**model, k: 0}) for v, t in mapping.items()}}
    assert all(t is not None for t in changed.values())
    assert value(substitute(term, mapping), {**model, k: 0}) == value(term, changed)


@MANY
@given(integers(), values())
def test_a_term_of_sort_integer_has_a_whole_value(term: Term, model: Values) -> None:
    """Otherwise a + 1 <= b would not follow from a < b."""
    assert term.sort == INT
    found = value(term, model)
    assert found is None or (isinstance(found, int) and not isinstance(found, bool))


@SOME
@given(reals(2, (), True), values())
def test_the_two_readings_agree(term: Term, model: Values) -> None:
    found = value(term, model)
    if isinstance(found, (int, Fraction)):
        try:
            near = numeric(term, model)
        except NoValueError:
            pytest.fail("the exact reading gives a number where the other finds none")
        assert order(near, found) == 0


@SOME
@given(comparisons(), values())
def test_the_opposite_of_a_comparison_is_its_opposite(statement: Term, model: Values) -> None:
    opposite = negation(statement)
    assert opposite is not None
    holds = verdict(statement, model)
    assert holds is not None
    assert verdict(opposite, model) is not holds


# --- ring ------------------------------------------------------------------------------------------------------------

POINTS = [{x: Fraction(a), y: Fraction(b)} for a, b in product(range(-3, 4), repeat=2)]


@st.composite
def polynomials(draw: Draw, depth: int = 3) -> Term:
    """Polynomials in x and y; of degree at most 6 in each when the depth is 3."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from((x, y, Num(draw(st.integers(-2, 3))), Num(Fraction(1, 2)))))
    one = draw(polynomials(depth - 1))
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return -one
    if kind == 1 and depth == 3:
        return draw(st.sampled_from((x, y, x + y, x - 1))) ** draw(st.integers(0, 4))
    other = draw(polynomials(depth - 1)) if kind in (2, 3) else draw(st.sampled_from((x, y, Num(2))))
    return app((SUB, ADD, ADD, SUB, MUL)[kind], one, other)


def same_at_all_points(a: Term, b: Term) -> bool:
    """Two polynomials of degree at most 6 in x and in y that agree on a 7 by 7 grid are the same."""
    return all(value(a, m) == value(b, m) for m in POINTS)


@MANY
@given(st.data())
def test_ring_decides_polynomial_identities(data: st.DataObject) -> None:
    a = data.draw(polynomials())
    b = data.draw(st.one_of(rearranged(a), polynomials(), spoiled(a)))
    th = attempt(lambda: r.ring(a, b, ()))
    assert (th is not None) is same_at_all_points(a, b)
    if th is not None:
        assert th.hyps == ()
        assert th.concl == eq(a, b)


@MANY
@given(st.data())
def test_ring_proves_only_what_is_true(data: st.DataObject) -> None:
    """Quotients, powers, sums and functions as atoms; denominators are supposed nonzero where that is listed."""
    a = data.draw(reals(3, (), True))
    b = data.draw(rearranged(a))
    b = data.draw(spoiled(b)) if data.draw(st.booleans()) else b
    below = [t.args[1] for t in field_parts(a, DIV) + field_parts(b, DIV) if not t.args[1].loose]
    known = tuple(r.assume(ne(t, ZERO)) for t in below if data.draw(st.booleans()))
    th = attempt(lambda: r.ring(a, b, known))
    if th is not None:
        assert set(th.hyps) == {t.concl for t in known}
        assert_sound(th, GRID[:6])


def field_parts(term: Term, op: Any) -> list[App]:
    from derive.kernel.terms import subterms

    return [t for t in subterms(term) if isinstance(t, App) and t.op is op]


@st.composite
def fractions(draw: Draw, depth: int = 3) -> Term:
    """Quotients of quotients in x, y and f(i)."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from((x, y, k_real, ONE, Num(2), ZERO, x - y, x * y, x * x)))
    one, other = draw(fractions(depth - 1)), draw(fractions(depth - 1))
    return app(draw(st.sampled_from((DIV, DIV, MUL, ADD, SUB))), one, other)


@MANY
@given(st.data())
def test_ring_decides_identities_of_quotients(data: st.DataObject) -> None:
    """Where every denominator is known to differ from 0, ring takes the identities of rational functions, all of them."""
    a = data.draw(fractions())
    b = data.draw(st.one_of(rearranged(a), st.just(a * x / x), st.just(a + x / y - x / y), fractions(), spoiled(a)))
    below = {t.args[1]: None for t in field_parts(a - b, DIV)}
    known = tuple(r.assume(ne(t, ZERO)) for t in below)
    readings = []
    for vx, vy, vk in ((Fraction(97, 89), Fraction(-83, 7), 1009), (Fraction(41, 53), 613, Fraction(-5, 211))):
        m: Values = {x: vx, y: vy, k_real: vk}
        if any(numeric(t, m, total=True) == 0 for t in below):
            return  # a denominator is 0 everywhere
        readings.append(numeric(a, m) == numeric(b, m))
    assert (attempt(lambda: r.ring(a, b, known)) is not None) is all(readings)


@MANY
@given(st.data())
def test_ring_cancels_only_what_differs_from_zero(data: st.DataObject) -> None:
    """Everything here is an identity of rational functions, or nearly one; what matters is what is 0 where."""
    a = data.draw(fractions())
    b = data.draw(
        st.one_of(
            st.just(a * x / x),
            st.just(a / y * y),
            st.just(1 / (1 / a)),
            st.just(a * a / a),
            st.just(a + (x - x) / (x - x)),
            st.just(a / (x * y) * y * x),
            rearranged(a),
            fractions(),
        )
    )
    candidates = [x, y, k_real, x * y, a, 1 / a, x - y, a * a]
    known = tuple(r.assume(ne(t, ZERO)) for t in candidates if data.draw(st.booleans()))
    th = attempt(lambda: r.ring(a, b, known))
    if th is None:
        return
    for vx, vy, vk in product((0, 1, -1, 2, Fraction(1, 2)), repeat=3):
        assert_sound(th, [{x: vx, y: vy, k_real: vk}])


# --- linear ----------------------------------------------------------------------------------------------------------

WEIGHTS = (Fraction(0), Fraction(1), Fraction(2), Fraction(1, 3), Fraction(-1))


@st.composite
def premises(draw: Draw) -> tuple[Term, ...]:
    side = st.one_of(st.sampled_from((x, y, i, f[i], ZERO, ONE, x * y)), reals(1))
    return tuple(
        app(draw(st.sampled_from((LE, LT, EQ))), draw(side), draw(side)) for _ in range(draw(st.integers(0, 3)))
    )


@MANY
@given(st.data())
def test_linear_takes_the_combinations_that_are_valid_and_no_others(data: st.DataObject) -> None:
    given_ = data.draw(premises())
    weights = tuple(data.draw(st.sampled_from(WEIGHTS)) for _ in given_)
    constant = data.draw(st.sampled_from((Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2))))
    op = data.draw(st.sampled_from((LE, LT, EQ)))
    start: Term = data.draw(st.sampled_from((x, ZERO, y * y)))
    end = start + Num(constant)
    for p, w in zip(given_, weights, strict=True):
        a, b = p.args  # type: ignore[attr-defined]
        end = end + Num(w) * (b - a)
    goal = app(op, start, end)
    kinds = [p.op for p in given_]  # type: ignore[attr-defined]
    pairs = list(zip(kinds, weights, strict=True))
    allowed = all(w >= 0 or kind is EQ for kind, w in pairs)
    if op is EQ:
        allowed = allowed and constant == 0 and all(kind is EQ or w == 0 for kind, w in pairs)
    else:
        strict = any(kind is LT and w > 0 for kind, w in pairs)
        allowed = allowed and (constant > 0 or (constant == 0 and (op is LE or strict)))
    th = attempt(lambda: r.linear(goal, tuple(map(r.assume, given_)), weights, ()))
    if allowed:
        assert th is not None
        assert th.concl == goal
        assert set(th.hyps) == set(given_)
    if th is not None:  # premises may happen to say the same as each other, so it may hold all the same
        assert_sound(th)


@MANY
@given(st.data())
def test_linear_proves_only_what_is_true(data: st.DataObject) -> None:
    given_ = data.draw(premises())
    weights = tuple(data.draw(st.sampled_from(WEIGHTS)) for _ in given_)
    side = st.one_of(st.sampled_from((x, y, i, f[i], ZERO, ONE, x / y * y)), reals(1, (), True))
    goal = app(data.draw(st.sampled_from((LE, LT, EQ))), data.draw(side), data.draw(side))
    known = (r.assume(ne(y, ZERO)),) if data.draw(st.booleans()) else ()
    th = attempt(lambda: r.linear(goal, tuple(map(r.assume, given_)), weights, known))
    if th is not None:
        assert_sound(th)


# --- random proofs ---------------------------------------------------------------------------------------------------


class NothingFitsError(Exception):
    """No theorem so far is of the form that a rule needs."""


SIDES = (i, j, n, x, y, f[i], f[j], ZERO, ONE, total(1, n, k, f[k]), total(i, j, k, x))


@st.composite
def simple(draw: Draw) -> Term:
    """A comparison that holds in some of the models and not in others."""
    return app(
        draw(st.sampled_from((EQ, EQ, LT, LE, NE))), *draw(st.lists(st.sampled_from(SIDES), min_size=2, max_size=2))
    )


class Workshop:
    """Theorems made so far, and one way to try each rule on them."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.made: list[Theorem] = []

    def pick(self, fits: Callable[[Theorem], bool] = lambda th: True) -> Theorem:
        found = [th for th in self.made if fits(th)]
        if not found:
            raise NothingFitsError
        supposing = [th for th in found if th.hyps]  # what rests on something is more interesting
        return self.draw(st.sampled_from(supposing if supposing and self.draw(st.booleans()) else found))

    def of(self, *ops: Any) -> Theorem:
        return self.pick(lambda th: isinstance(th.concl, App) and th.concl.op in ops)

    def equation(self, sort: Sort | None = None) -> Theorem:
        """An equation, sometimes a trivial one; between terms of the sort."""

        def fits(th: Theorem) -> bool:
            return isinstance(th.concl, App) and th.concl.op is EQ and (not sort or th.concl.args[0].sort == sort)

        if self.draw(st.integers(0, 2)) and any(map(fits, self.made)):
            return self.pick(fits)
        if sort is not None and isinstance(sort, Fn):
            return r.refl(self.draw(st.sampled_from(FAMILIES)))
        return r.refl(self.draw(indices() if sort == INT else reals(1)))

    def statement(self) -> Term:
        out: Term = self.draw(st.one_of(comparisons(1), simple(), simple()))
        kind = self.draw(st.integers(0, 7))
        if kind == 0:
            return implies(out, self.draw(comparisons(0)))
        if kind == 1:
            return forall(self.draw(st.sampled_from((i, n, x))), out)
        return out

    def variable(self) -> Var:
        return self.draw(st.sampled_from((i, j, n, x, y, *LETTERS)))

    def step(self, rule: str) -> Theorem:
        return getattr(self, f"_{rule}")()

    def _assume(self) -> Theorem:
        return r.assume(self.statement())

    def _cut(self) -> Theorem:
        th = self.pick()
        lemmas = [t for t in self.made if t.concl in th.hyps] or [self.pick()]
        return r.cut(self.draw(st.sampled_from(lemmas)), th)

    def _discharge(self) -> Theorem:
        th = self.pick()
        return r.discharge(self.draw(st.sampled_from(th.hyps)) if th.hyps else self.statement(), th)

    def _mp(self) -> Theorem:
        rule = self.of(IMPLIES)
        need = rule.concl.args[0]  # type: ignore[attr-defined]
        return r.mp(rule, next((t for t in self.made if t.concl == need), r.assume(need)))

    def _gen(self) -> Theorem:
        return r.gen(self.variable(), self.pick())

    def _spec(self) -> Theorem:
        th = self.pick(lambda t: isinstance(t.concl, App) and t.concl.op.name == "forall")
        domain = th.concl.args[0].dom  # type: ignore[attr-defined]
        return r.spec(th, self.draw(indices() if domain == INT else reals(1)))

    def _inst(self) -> Theorem:
        th = self.pick(lambda t: bool(t.free))
        var = self.draw(st.sampled_from(sorted(th.free, key=repr)))
        if var.sort == INT:
            return r.inst(th, ((var, self.draw(integers(1))),))
        if var.sort == REAL:
            return r.inst(th, ((var, self.draw(reals(1))),))
        if var.sort == FAMILY:
            index = self.draw(st.sampled_from(LETTERS))
            return r.inst(th, ((var, lam(index, self.draw(reals(1, (index,))))),))
        raise NothingFitsError

    def _cases(self) -> Theorem:
        split = self.draw(comparisons(0))
        opposite = negation(split)
        assert opposite is not None
        th = self.pick()
        yes = r.cut(r.assume(split), r.mp(r.discharge(split, th), r.assume(split)))
        return r.cases(split, yes, r.mp(r.discharge(opposite, th), r.assume(opposite)))

    def _absurd(self) -> Theorem:
        th = self.of(EQ, NE, LT, LE)
        opposite = negation(th.concl)
        assert opposite is not None
        against = next((t for t in self.made if t.concl == opposite), r.assume(opposite))
        return r.absurd(th, against, self.statement())

    def _iff_intro(self) -> Theorem:
        one, other = self.pick(), self.pick()
        return r.iff_intro(r.discharge(one.concl, other), r.discharge(other.concl, one))

    def _iff_forth(self) -> Theorem:
        return r.iff_forth(self.of(IFF))

    def _iff_back(self) -> Theorem:
        return r.iff_back(self.of(IFF))

    def _induction(self) -> Theorem:
        """P(n) by induction, from P(a) and P(n) => P(n + 1): supposed, or from a theorem about all n."""
        var, low = self.draw(st.sampled_from((i, n))), self.draw(indices())
        th = self.pick()
        claim = th.concl
        if self.draw(st.booleans()):
            base, step = r.inst(th, ((var, low),)), r.inst(th, ((var, var + 1),))
        else:
            grown = substitute(claim, {var: var + 1})
            rule = r.spec(r.assume(forall(var, implies(low <= var, claim, grown))), var)
            base = r.assume(substitute(claim, {var: low}))
            step = r.mp(r.mp(rule, r.assume(low <= var)), r.assume(claim))
        return r.induction(var, low, claim, base, step)

    def _refl(self) -> Theorem:
        return r.refl(self.draw(reals(2)))

    def _sym(self) -> Theorem:
        return r.sym(self.of(EQ))

    def _trans(self) -> Theorem:
        first = self.of(EQ)
        middle = first.concl.args[1]  # type: ignore[attr-defined]
        fits = [t for t in self.made if isinstance(t.concl, App) and t.concl.op is EQ and t.concl.args[0] == middle]
        return r.trans(first, self.draw(st.sampled_from(fits)) if fits else r.sym(first))

    def _cong(self) -> Theorem:
        op = self.draw(st.sampled_from((ADD, SUB, MUL, NEG, POW, EXP, LOG, DIV, XLOGY, DELTA, SUM, PROD)))
        if op in (SUM, PROD):
            return r.cong(op, (self.equation(INT), self.equation(INT), self.equation(FAMILY)))
        if op is DELTA:
            return r.cong(op, (self.equation(INT), self.equation(INT)))
        if op is POW:
            return r.cong(op, (self.equation(), r.refl(Num(self.draw(st.integers(0, 2))))))
        return r.cong(op, tuple(self.equation() for _ in range(1 if op in (NEG, EXP, LOG) else 2)))

    def _cong_at(self) -> Theorem:
        return r.cong_at(self.equation(FAMILY), self.equation(INT))

    def _ext(self) -> Theorem:
        return r.ext(self.draw(st.sampled_from((i, j, k))), self.of(EQ))

    def _bigop_ext(self) -> Theorem:
        var = self.draw(st.sampled_from((i, j, n)))
        low, high = self.draw(indices()), self.draw(indices())
        th = self.of(EQ)
        if self.draw(st.booleans()):  # what holds for all indices in the range, used under its bounds
            within = forall(var, implies(low <= var, var <= high, th.concl))
            th = r.mp(r.mp(r.spec(r.assume(within), var), r.assume(low <= var)), r.assume(var <= high))
        return r.bigop_ext(self.draw(st.sampled_from((SUM, PROD))), low, high, var, th)

    def _rel_cong(self) -> Theorem:
        th = self.of(EQ, NE, LT, LE)
        sides = []
        for side in th.concl.args:  # type: ignore[attr-defined]
            fits = [t for t in self.made if isinstance(t.concl, App) and t.concl.op is EQ and t.concl.args[0] == side]
            sides.append(self.draw(st.sampled_from([*fits, r.refl(side)])))
        return r.rel_cong(th, tuple(sides))

    def _ring(self) -> Theorem:
        a = self.draw(reals(2))
        return r.ring(a, self.draw(rearranged(a)), ())

    def _linear(self) -> Theorem:
        used = [self.of(EQ, LT, LE) for _ in range(self.draw(st.integers(1, 3)))]
        weights = [Fraction(self.draw(st.sampled_from((1, 2, Fraction(1, 2))))) for _ in used]
        left: Term = ZERO
        right: Term = Num(self.draw(st.sampled_from((0, 1))))
        for th, weight in zip(used, weights, strict=True):
            a, b = th.concl.args  # type: ignore[attr-defined]
            left, right = left + weight * a, right + weight * b
        op = self.draw(st.sampled_from((LE, LT, EQ)))
        return r.linear(app(op, left, right), tuple(used), tuple(weights), ())

    def _int_step(self) -> Theorem:
        return r.int_step(self.of(LT))

    def _unfold(self) -> Theorem:
        from derive.language.definitions import smoothed, surprisal, uniform

        made = (surprisal(self.draw(st.sampled_from(FAMILIES)), self.draw(indices())), uniform(self.draw(indices())),
                smoothed(self.draw(indices()), self.draw(reals(1)), self.draw(indices())))  # fmt: skip
        return r.unfold(self.draw(st.sampled_from(made)))

    def _axiom(self) -> Theorem:
        name = self.draw(st.sampled_from([a for a in AXIOMS if not a.startswith("derivative")]))
        th = r.axiom(name)
        here: dict[Sort, Any] = {INT: indices(), REAL: reals(1), FAMILY: st.sampled_from(FAMILIES)}
        return r.inst(th, tuple((v, self.draw(here[v.sort])) for v in sorted(th.free, key=repr)))


ALWAYS = ("assume", "assume", "ring", "axiom")


@st.composite
def workshops(draw: Draw, steps: int = 14) -> list[Theorem]:
    shop = Workshop(draw)
    for rule in (*ALWAYS, *draw(st.lists(st.sampled_from(sorted(RULES)), min_size=steps, max_size=steps))):
        try:
            shop.made.append(shop.step(rule))
        except (RuleError, SortError, NothingFitsError):
            continue
    return shop.made


def test_the_workshop_tries_every_rule() -> None:
    assert {name[1:] for name in vars(Workshop) if name.startswith("_") and not name.startswith("__")} == set(RULES)


@MANY
@given(workshops())
def test_random_proofs_prove_what_is_true(made: list[Theorem]) -> None:
    for th in made:
        assert_sound(th, GRID[:8])


@SOME
@given(workshops())
def test_random_proofs_replay(made: list[Theorem]) -> None:
    for th in made[-4:]:
        again = replay(th)
        assert (again.hyps, again.concl) == (th.hyps, th.concl)
        assert axioms_used(again) == axioms_used(th)
        steps = proof_steps(th)
        assert axioms_used(th) == {s.proof.args[0] for s in steps if s.proof.rule == "axiom"}
        assert not {v for s in steps for v in s.concl.free if v.sort not in (INT, REAL, FAMILY, Fn(INT, INT))}


# --- the library -----------------------------------------------------------------------------------------------------

_LIBRARY_VALUES: dict[Sort, tuple[Any, ...]] = {
    INT: (-1, 0, 1, 2, 3, 1),
    REAL: (Fraction(1, 2), 2, 0, 1, -1, Fraction(3, 4)),
    FAMILY: (table((1, 2, Fraction(1, 2))), table((Fraction(1, 4), Fraction(3, 4))), table((0, 1)), table((1, -2, 0))),
    Fn(INT, FAMILY): (lambda a: table((1, Fraction(a, 2), 3)), lambda a: table((Fraction(1, 2),))),
    Fn(INT, INT): (table((1, 2)), table((2, 1, 3))),
}


def library_models(variables: Iterable[Var], many: int = 60) -> list[Values]:
    """Models for any variables of common sorts: equal ones, ordered ones, empty ranges, positive families and others."""
    order = sorted(variables, key=lambda v: (v.name, repr(v.sort)))
    out = []
    for seed in range(many):
        model: Values = {}
        for place, v in enumerate(order):
            choices = _LIBRARY_VALUES[v.sort]
            model[v] = choices[(seed * (place + 1) + seed // 6 * (2 * place + 1)) % len(choices)]
        out.append(model)
    return out


COMMON = [
    name for name, entry in LEMMAS.items()
    if {v.sort for t in (entry.shows, *entry.given) for v in t.free} <= set(_LIBRARY_VALUES)
]  # fmt: skip


@pytest.mark.parametrize("name", COMMON)
def test_a_lemma_is_true_in_small_models(name: str) -> None:
    entry = LEMMAS[name]
    th = entry.theorem
    assert th.concl == entry.shows
    assert set(th.hyps) <= set(entry.given)
    assert_sound(th, library_models(th.free))


def test_the_library_replays_in_one_go() -> None:
    for entry in LEMMAS.values():
        th = entry.theorem
        again = replay(th)
        assert (again.hyps, again.concl) == (th.hyps, th.concl)


# --- tactics ---------------------------------------------------------------------------------------------------------

GIVEN: tuple[tuple[Term, ...], ...] = (
    (),
    (1 <= n,),
    (i <= n + 1, 1 <= i),
    (1 <= i, i <= n, 1 <= j, j <= n),
    (forall(k, implies(1 <= k, k <= n, 0 < f[k])), 0 < x),
    (forall(k, 0 < f[k]), forall(k, 0 < g[k]), 0 < x, 0 < y),
    (ne(x, 0), ne(y, 0), ne(i, j)),
    (eq(i, j), 0 <= n),
)

POSITIVE = (table((1, Fraction(1, 2), 2)), table((Fraction(1, 3), 3)), table((2,)))
MODELS: tuple[Values, ...] = (
    *GRID,
    *(
        {
            **m,
            x: abs(m[x]) + 1,
            y: Fraction(1, 2),
            f: POSITIVE[a % 3],
            g: POSITIVE[(a + 1) % 3],
            n: a % 4,
            i: a % 3,
            j: 1,
        }
        for a, m in enumerate(GRID)
    ),
)


def sound_here(th: Theorem, given_: tuple[Term, ...]) -> None:
    """The hypotheses are among those given, and the theorem is true in all models; "for all k" is tried by a range."""
    assert set(th.hyps) <= set(given_)
    for m in MODELS:
        if all(verdict(h, m) is not False for h in th.hyps):
            assert verdict(th.concl, m) is not False, f"{th} is false at { {v.name: z for v, z in m.items()} }"


def normal_form(a: Term, b: Term, given_: tuple[Term, ...]) -> Theorem | None:
    return by_normal_form(a, b, Context.of(given_), Normalizer())


def by_reason(a: Term, b: Term, given_: tuple[Term, ...], *reasons: Any) -> Theorem | None:
    out = justify("=", a, b, list(reasons), list(given_), Context.of(given_))
    return out.theorem if isinstance(out, Success) else None


@examples(100, *SLOW)
@given(st.data())
def test_the_normal_form_proves_only_what_is_true(data: st.DataObject) -> None:
    a = data.draw(reals(3))
    b = data.draw(rearranged(a))
    b = data.draw(spoiled(b)) if data.draw(st.booleans()) else b
    given_ = data.draw(st.sampled_from(GIVEN))
    th = normal_form(a, b, given_)
    if th is not None:
        assert th.concl == eq(a, b)
        sound_here(th, given_)


@examples(100, *SLOW)
@given(st.data())
def test_justify_proves_only_what_is_true(data: st.DataObject) -> None:
    """Also with logarithms, quotients and powers, and also where the lines are related by an inequality."""
    a = data.draw(reals(2, (), True))
    b = data.draw(rearranged(a))
    b = data.draw(spoiled(b)) if data.draw(st.booleans()) else b
    given_ = data.draw(st.sampled_from(GIVEN))
    reason = data.draw(st.sampled_from((auto, ring, logs, sums)))
    relation = data.draw(st.sampled_from(("=", "=", "<=", "<")))
    out = justify(relation, a, b, [reason], list(given_), Context.of(given_))
    if isinstance(out, Success):
        assert out.theorem.concl == app({"=": EQ, "<=": LE, "<": LT}[relation], a, b)
        sound_here(out.theorem, given_)
        assert replay(out.theorem).concl == out.theorem.concl


@SOME
@given(st.data())
def test_normalising_keeps_the_value(data: st.DataObject) -> None:
    a = data.draw(reals(3, (), data.draw(st.booleans())))
    given_ = data.draw(st.sampled_from(GIVEN))
    th = Normalizer().normalize(a, Context.of(given_))
    assert th.concl.args[0] == a  # type: ignore[attr-defined]
    sound_here(th, given_)


Claim = tuple[Term, Term, tuple[Term, ...]]
RANGE = (1 <= i, i <= n)

TRUE_CLAIMS: dict[str, Claim] = {
    "a constant is counted": (total(i, n, k, x), (n - i + 1) * x, (i <= n + 1,)),
    "a constant over 1..n": (total(1, n, k, x), n * x, (0 <= n,)),
    "a factor": (total(i, n, k, x * f[k] * 2), 2 * x * total(i, n, k, f[k]), ()),
    "a sum of sums": (total(i, n, k, f[k] - g[k]), total(i, n, k, f[k]) - total(i, n, j, g[j]), ()),
    "two sums in another order": (
        total(1, n, k, total(1, i, j, f[k] * g[j])),
        total(1, i, j, total(1, n, k, f[k] * g[j])),
        (),
    ),
    "an indicator": (total(1, n, k, delta(k, i) * f[k]), f[i], RANGE),
    "an indicator turned round": (total(1, n, k, f[k] * delta(i, k)), f[i], RANGE),
    "an indicator at a fixed place": (total(0, 4, k, delta(k, 3) * f[k]), f[Num(3)], ()),
    "a quotient": (total(1, n, k, f[k] / x), total(1, n, k, f[k]) / x, (ne(x, 0),)),
    "a logarithm of a product": (log(x * y), log(x) + log(y), (0 < x, 0 < y)),
    "a logarithm of a long product": (
        log(prod(1, n, k, f[k])),
        total(1, n, k, log(f[k])),
        (forall(k, implies(1 <= k, k <= n, 0 < f[k])),),
    ),
    "a logarithm of a power": (log(x**3), 3 * log(x), (0 < x,)),
    "x log x": (app(XLOGY, y, x), y * log(x), (0 < x,)),
}

FALSE_CLAIMS: dict[str, Claim] = {
    "a constant is counted, also below an empty range": (total(i, n, k, x), (n - i + 1) * x, ()),
    "a constant over 1..n, also for negative n": (total(1, n, k, x), n * x, ()),
    "an indicator out of range": (total(1, n, k, delta(k, i) * f[k]), f[i], (1 <= i,)),
    "an indicator out of range below": (total(1, n, k, delta(k, i) * f[k]), f[i], (i <= n,)),
    "an indicator at a fixed place outside": (total(0, 4, k, delta(k, 5) * f[k]), f[Num(5)], ()),
    "a doubled index": (total(1, n, k, delta(k + k, i) * f[k]), f[i], RANGE),
    "an empty product": (prod(1, 0, k, f[k]), ZERO, ()),
    "a sum of a product": (total(1, n, k, f[k] * g[k]), total(1, n, k, f[k]) * total(1, n, k, g[k]), (1 <= n,)),
    "the first term left out": (total(1, n, k, f[k]), total(2, n, k, f[k]) + f[ONE], (0 <= n,)),
    "a captured index": (total(1, n, k, f[i]), total(1, n, k, f[k]), (1 <= n,)),
    "a logarithm of a sum": (log(x + y), log(x) + log(y), (0 < x, 0 < y)),
    "x/x": (x / x, ONE, ()),
    "x log x at 0": (app(XLOGY, y, x) + 1, y * log(x), (0 < x,)),
    "an even power": ((x**2) ** Num(Fraction(1, 2)), x, (ne(x, 0),)),
    "dependent bounds exchanged": (
        total(1, n, k, total(1, k, j, f[k])),
        total(1, n, j, total(1, n, k, f[k])),
        (1 <= n,),
    ),
}


@pytest.mark.parametrize("name", TRUE_CLAIMS)
def test_what_calculation_proves(name: str) -> None:
    a, b, given_ = TRUE_CLAIMS[name]
    for th in (normal_form(a, b, given_), by_reason(a, b, given_, auto)):
        assert th is not None
        assert th.concl == eq(a, b)
        sound_here(th, given_)
    for left_out in given_:
        fewer = tuple(h for h in given_ if h != left_out)
        weaker = normal_form(a, b, fewer)
        assert weaker is None or left_out not in weaker.hyps


@pytest.mark.parametrize("name", FALSE_CLAIMS)
def test_what_no_calculation_proves(name: str) -> None:
    a, b, given_ = FALSE_CLAIMS[name]
    extra: list[Values] = [{**m, x: vx, y: 2} for m in MODELS for vx in (-1, Fraction(1, 2), 3)]
    wrong = [m for m in (*MODELS, *extra) if all(verdict(h, m) for h in given_) and verdict(eq(a, b), m) is not True]
    assert wrong, "the claim is false, or has no value, somewhere"
    assert normal_form(a, b, given_) is None
    for reasons in ((auto,), (ring,), (logs, sums), (auto, ring)):
        assert by_reason(a, b, given_, *reasons) is None


def test_contradictory_conditions_prove_anything_but_say_so() -> None:
    given_ = (n < 1, 1 <= n)
    th = by_reason(total(1, n, k, x), n * x, (*given_, 0 <= n), auto)
    assert th is not None
    assert set(th.hyps) <= {*given_, 0 <= n}


def test_evaluating_is_independent_of_what_is_around() -> None:
    """The table of a function is looked up at the value of its argument, under any number of binders."""
    nested = total(1, 2, k, total(k, 2, i, total(i, 2, j, f[k] * f[i] + f[j])))
    family = table((5, 1, 2))
    by_hand = sum(family(a) * family(b) + family(c) for a in (1, 2) for b in range(a, 3) for c in range(b, 3))
    assert evaluate(nested, Model({f: family})) == by_hand
    shadowed = total(1, 2, k, total(1, k, k, f[k]))
    assert evaluate(shadowed, Model({f: family})) == family(1) + family(1) + family(2)


def test_the_models_reach_the_edges() -> None:
    """Among the models are empty ranges, single ones, and index values outside every range."""
    ranges: Mapping[str, Callable[[Values], bool]] = {
        "empty": lambda m: m[n] < 1,
        "far below": lambda m: m[n] < 0,
        "one": lambda m: m[n] == 1,
        "several": lambda m: m[n] > 1,
        "outside": lambda m: m[i] > m[n],
        "inside": lambda m: 1 <= m[i] <= m[n],
        "zero": lambda m: m[x] == 0,
        "negative": lambda m: m[x] < 0,
    }
    for name, holds in ranges.items():
        assert any(map(holds, GRID)), name
    assert {v for m in GRID for v in m} >= {*REALS, *INTS, *FAMILIES}
