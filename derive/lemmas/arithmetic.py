"""Order and nonzero facts about real numbers."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.terms import DELTA, POW, Num, app, eq, iff, ne
from derive.kernel.theorem import Theorem
from derive.lemmas.base import (
    ONE,
    ZERO,
    a,
    assume,
    at_values,
    axiom_lemma,
    b,
    c,
    from_false,
    i,
    j,
    lemma,
    lin,
    x,
    y,
)
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain

__all__ = [
    "delta_comm", "delta_diff", "delta_same", "delta_sq", "div_eq_zero_iff", "le_antisymm", "le_trans", "mul_eq_zero_iff",
    "mul_le_mul_left", "mul_le_mul_right", "mul_pos_iff", "square_eq_zero_iff",
]  # fmt: skip

mul_pos = axiom_lemma("mul_pos", "a product of positive numbers is positive", internal=True)
le_antisymm = axiom_lemma("le_antisymm", "each is at most the other")
delta_same = axiom_lemma("delta_same", "the indicator is 1 where its indices agree", features={"indicators"})
delta_diff = axiom_lemma("delta_diff", "the indicator is 0 where its indices differ", features={"indicators"})
delta_ij = app(DELTA, i, j)


@lemma(ne(b, a), [ne(a, b)], internal=True)
def ne_sym() -> Theorem:
    yes = r.absurd(r.sym(r.assume(eq(b, a))), r.assume(ne(a, b)), ne(b, a))
    return r.cases(eq(b, a), yes, r.assume(ne(b, a)))


@lemma(ne(a, b), [b < a], internal=True)
def ne_of_gt() -> Theorem:
    yes = from_false(ne(a, b), r.assume(b < a), r.assume(eq(a, b)))
    return r.cases(eq(a, b), yes, r.assume(ne(a, b)))


@lemma(ne(a, b), [a < b], internal=True)
def ne_of_lt() -> Theorem:
    yes = from_false(ne(a, b), r.assume(a < b), r.assume(eq(a, b)))
    return r.cases(eq(a, b), yes, r.assume(ne(a, b)))


@lemma(a < b, [a <= b, ne(a, b)], internal=True)
def lt_of_le_of_ne() -> Theorem:
    same = at_values(le_antisymm.theorem, *assume(a <= b, b <= a), x=a, y=b)
    return r.cases(a < b, r.assume(a < b), r.absurd(same, r.assume(ne(a, b)), a < b))


@lemma(a <= b, [a < b], internal=True)
def le_of_lt() -> Theorem:
    return lin(a <= b, r.assume(a < b))


@lemma(a <= c, [a <= b, b <= c])
def le_trans() -> Theorem:
    return lin(a <= c, *assume(a <= b, b <= c))


@lemma(ne(a * b, 0), [ne(a, 0), ne(b, 0)], internal=True)
def mul_ne_zero() -> Theorem:
    goal, divisor = ne(a * b, 0), r.assume(ne(b, 0))
    zero = r.assume(eq(a * b, 0))
    a_zero = chain(r.ring(a, (a * b) / b, (divisor,)), ring_with((a * b) / b, ZERO, (zero,), (divisor,)))
    return r.cases(eq(a * b, 0), r.absurd(a_zero, r.assume(ne(a, 0)), goal), r.assume(goal))


@lemma(ne(a / b, 0), [ne(a, 0), ne(b, 0)], internal=True)
def div_ne_zero() -> Theorem:
    goal, divisor = ne(a / b, 0), r.assume(ne(b, 0))
    zero = r.assume(eq(a / b, 0))
    a_zero = chain(r.ring(a, (a / b) * b, (divisor,)), ring_with((a / b) * b, ZERO, (zero,)))
    return r.cases(eq(a / b, 0), r.absurd(a_zero, r.assume(ne(a, 0)), goal), r.assume(goal))


@lemma(ZERO < x / y, [ZERO < x, ZERO < y], internal=True)
def div_pos() -> Theorem:
    goal = ZERO < x / y
    x_pos, y_pos = assume(ZERO < x, ZERO < y)
    nonzero = at_values(ne_of_gt.theorem, y_pos, a=y, b=ZERO)
    back = r.ring((x / y) * y, x, (nonzero,))
    negative = at_values(mul_pos.theorem, r.assume(ZERO < -(x / y)), y_pos, x=-(x / y), y=y)
    flipped = r.ring(-(x / y) * y, -x, (nonzero,))
    minus_x = r.rel_cong(negative, (r.refl(ZERO), flipped))
    below = from_false(goal, minus_x, x_pos)  # x/y < 0
    zero = r.assume(eq(x / y, 0))
    x_zero = chain(r.sym(back), ring_with((x / y) * y, ZERO, (zero,)))
    at_zero = from_false(goal, x_zero, x_pos)
    strictly = r.cut(
        lin(
            ZERO < -(x / y),
            at_values(lt_of_le_of_ne.theorem, *assume(x / y <= 0, ne(x / y, 0)), a=x / y, b=ZERO),
        ),
        below,
    )
    return r.cases(goal, r.assume(goal), r.cases(eq(x / y, 0), at_zero, strictly))


@lemma(ZERO < x + y, [ZERO < x, ZERO <= y], internal=True)
def add_pos() -> Theorem:
    return lin(ZERO < x + y, *assume(ZERO < x, ZERO <= y))


@lemma(ZERO < x + y, [ZERO <= x, ZERO < y], name="add_pos'", internal=True)
def add_pos_() -> Theorem:
    return lin(ZERO < x + y, *assume(ZERO <= x, ZERO < y))


@lemma(ZERO <= x + y, [ZERO <= x, ZERO <= y], internal=True)
def add_nonneg() -> Theorem:
    return lin(ZERO <= x + y, *assume(ZERO <= x, ZERO <= y))


def _positive_unless_zero(t: object, known: Theorem) -> Theorem:
    """0 <= t, t != 0 |- 0 < t."""
    th = lt_of_le_of_ne.theorem
    flipped = at_values(ne_sym.theorem, r.assume(ne(t, 0)), a=t, b=ZERO)  # type: ignore[arg-type]
    return at_values(th, known, flipped, a=ZERO, b=t)  # type: ignore[arg-type]


@lemma(ZERO <= x * y, [ZERO <= x, ZERO <= y], internal=True)
def mul_nonneg() -> Theorem:
    goal = ZERO <= x * y
    x_ge, y_ge = assume(ZERO <= x, ZERO <= y)

    def zero(v: object) -> Theorem:
        return lin(goal, ring_with(x * y, ZERO, (r.assume(eq(v, 0)),)))  # type: ignore[arg-type]

    positive = at_values(mul_pos.theorem, _positive_unless_zero(x, x_ge), _positive_unless_zero(y, y_ge))
    return r.cases(eq(x, 0), zero(x), r.cases(eq(y, 0), zero(y), lin(goal, positive)))


@lemma(ZERO <= x / y, [ZERO <= x, ZERO < y], internal=True)
def div_nonneg() -> Theorem:
    goal = ZERO <= x / y
    x_ge, y_pos = assume(ZERO <= x, ZERO < y)
    nonzero = at_values(ne_of_gt.theorem, y_pos, a=y, b=ZERO)
    zero = lin(goal, ring_with(x / y, ZERO, (r.assume(eq(x, 0)),), (nonzero,)))
    positive = at_values(div_pos.theorem, _positive_unless_zero(x, x_ge), y_pos)
    return r.cases(eq(x, 0), zero, lin(goal, positive))


@lemma(x / y < 1, [ZERO < y, x < y], internal=True)
def div_lt_one() -> Theorem:
    y_pos, less = assume(ZERO < y, x < y)
    nonzero = at_values(ne_of_gt.theorem, y_pos, a=y, b=ZERO)
    rest = at_values(div_pos.theorem, lin(ZERO < y - x, less), y_pos, x=y - x, y=y)
    return lin(x / y < 1, r.rel_cong(rest, (r.refl(ZERO), r.ring((y - x) / y, 1 - x / y, (nonzero,)))))


@lemma(x / y <= 1, [ZERO < y, x <= y], internal=True)
def div_le_one() -> Theorem:
    y_pos, less = assume(ZERO < y, x <= y)
    nonzero = at_values(ne_of_gt.theorem, y_pos, a=y, b=ZERO)
    rest = at_values(div_nonneg.theorem, lin(ZERO <= y - x, less), y_pos, x=y - x, y=y)
    return lin(x / y <= 1, r.rel_cong(rest, (r.refl(ZERO), r.ring((y - x) / y, 1 - x / y, (nonzero,)))))


@lemma(ZERO <= app(POW, x, Num(2)), phrase="a square is nonnegative", internal=True)
def sq_nonneg() -> Theorem:
    square = x**2
    same = r.ring(square, x * x, ())
    plus = at_values(mul_nonneg.theorem, r.assume(ZERO <= x), x=x, y=x)
    minus = at_values(mul_nonneg.theorem, lin(ZERO <= -x, r.assume(x < 0)), x=-x, y=-x)
    return r.cases(
        ZERO <= x,
        lin(ZERO <= square, same, plus),
        lin(ZERO <= square, same, r.rel_cong(minus, (r.refl(ZERO), r.ring(-x * -x, x * x, ())))),
    )


@lemma(a * c <= b * c, [a <= b, ZERO <= c], phrase="multiplying by a nonnegative number keeps the order")
def mul_le_mul_right() -> Theorem:
    th = at_values(mul_nonneg.theorem, lin(ZERO <= b - a, r.assume(a <= b)), r.assume(ZERO <= c), x=b - a, y=c)
    return lin(a * c <= b * c, th)


@lemma(c * a <= c * b, [a <= b, ZERO <= c], phrase="multiplying by a nonnegative number keeps the order")
def mul_le_mul_left() -> Theorem:
    th = at_values(mul_nonneg.theorem, lin(ZERO <= b - a, r.assume(a <= b)), r.assume(ZERO <= c), x=b - a, y=c)
    return lin(c * a <= c * b, th)


@lemma(c * a < c * b, [a < b, ZERO < c], phrase="multiplying by a positive number keeps the order", internal=True)
def mul_lt_mul_left() -> Theorem:
    th = at_values(mul_pos.theorem, lin(ZERO < b - a, r.assume(a < b)), r.assume(ZERO < c), x=b - a, y=c)
    return lin(c * a < c * b, th)


@lemma(ZERO <= delta_ij, phrase="an indicator is 0 or 1", internal=True)
def delta_nonneg() -> Theorem:
    goal = ZERO <= delta_ij
    return r.cases(eq(i, j), lin(goal, delta_of_eq.theorem), lin(goal, r.axiom("delta_diff")))


@lemma(delta_ij <= 1, phrase="an indicator is 0 or 1", internal=True)
def delta_le_one() -> Theorem:
    goal = delta_ij <= ONE
    return r.cases(eq(i, j), lin(goal, delta_of_eq.theorem), lin(goal, r.axiom("delta_diff")))


@lemma(eq(delta_ij, 1), [eq(i, j)], phrase="the indicator is 1 where its indices agree", internal=True)
def delta_of_eq() -> Theorem:
    same = r.cong(DELTA, (r.assume(eq(i, j)), r.refl(j)))
    return chain(same, at_values(r.axiom("delta_same"), i=j))


@lemma(eq(delta_ij, app(DELTA, j, i)), phrase="the indicator is symmetric")
def delta_comm() -> Theorem:
    yes = chain(delta_of_eq.theorem, r.sym(at_values(delta_of_eq.theorem, r.sym(r.assume(eq(i, j))), i=j, j=i)))
    differ = at_values(ne_sym.theorem, r.assume(ne(i, j)), a=i, b=j)
    no = chain(r.axiom("delta_diff"), r.sym(at_values(r.axiom("delta_diff"), differ, i=j, j=i)))
    return r.cases(eq(i, j), yes, no)


@lemma(eq(delta_ij * delta_ij, delta_ij), phrase="an indicator is its own square")
def delta_sq() -> Theorem:
    yes = ring_with(delta_ij * delta_ij, delta_ij, (delta_of_eq.theorem,))
    no = ring_with(delta_ij * delta_ij, delta_ij, (r.axiom("delta_diff"),))
    return r.cases(eq(i, j), yes, no)


@lemma(eq(i, j), [ne(delta_ij, 0)], phrase="an indicator that is not 0 says that its indices agree", internal=True)
def eq_of_delta_ne_zero() -> Theorem:
    no = r.absurd(r.axiom("delta_diff"), r.assume(ne(delta_ij, 0)), eq(i, j))
    return r.cases(eq(i, j), r.assume(eq(i, j)), no)


@lemma(iff(eq(c * a, 0), eq(a, 0)), [ne(c, 0)], phrase="a product is 0 only if a factor is")
def mul_eq_zero_iff() -> Theorem:
    nonzero = r.assume(ne(c, 0))
    forth = chain(r.ring(a, c * a / c, (nonzero,)), ring_with(c * a / c, ZERO, (r.assume(eq(c * a, 0)),), (nonzero,)))
    back = ring_with(c * a, ZERO, (r.assume(eq(a, 0)),))
    return r.iff_intro(r.discharge(eq(c * a, 0), forth), r.discharge(eq(a, 0), back))


@lemma(ZERO < x**2, [ne(x, 0)], phrase="the square of what is not 0 is positive", internal=True)
def sq_pos() -> Theorem:
    product = at_values(mul_ne_zero.theorem, r.assume(ne(x, 0)), r.assume(ne(x, 0)), a=x, b=x)
    nonzero = r.rel_cong(product, (r.ring(x * x, x**2, ()), r.refl(ZERO)))
    flipped = at_values(ne_sym.theorem, nonzero, a=x**2, b=ZERO)
    return at_values(lt_of_le_of_ne.theorem, sq_nonneg.theorem, flipped, a=ZERO, b=x**2)


@lemma(iff(eq(x**2, 0), eq(x, 0)), phrase="only 0 has the square 0")
def square_eq_zero_iff() -> Theorem:
    nonzero, none = assume(ne(x, 0), eq(x**2, 0))
    other = chain(r.ring(x, x**2 / x, (nonzero,)), ring_with(x**2 / x, ZERO, (none,), (nonzero,)))
    forth = r.cases(eq(x, 0), r.assume(eq(x, 0)), other)
    back = ring_with(x**2, ZERO, (r.assume(eq(x, 0)),))
    return r.iff_intro(r.discharge(eq(x**2, 0), forth), r.discharge(eq(x, 0), back))


@lemma(iff(eq(a / c, 0), eq(a, 0)), [ne(c, 0)], phrase="a quotient is 0 only if its numerator is")
def div_eq_zero_iff() -> Theorem:
    nonzero = r.assume(ne(c, 0))
    forth = chain(r.ring(a, a / c * c, (nonzero,)), ring_with(a / c * c, ZERO, (r.assume(eq(a / c, 0)),)))
    back = ring_with(a / c, ZERO, (r.assume(eq(a, 0)),), (nonzero,))
    return r.iff_intro(r.discharge(eq(a / c, 0), forth), r.discharge(eq(a, 0), back))


@lemma(iff(ZERO < c * a, ZERO < a), [ZERO < c], phrase="a positive factor does not change the sign")
def mul_pos_iff() -> Theorem:
    positive = r.assume(ZERO < c)
    product = ZERO < c * a
    back = at_values(mul_pos.theorem, positive, r.assume(ZERO < a), x=c, y=a)
    low = at_values(mul_le_mul_left.theorem, lin(a <= ZERO, r.assume(a <= ZERO)), lin(ZERO <= c, positive), b=ZERO)
    forth = r.cases(ZERO < a, r.assume(ZERO < a), from_false(ZERO < a, low, r.assume(product)))
    return r.iff_intro(r.discharge(product, forth), r.discharge(ZERO < a, back))
