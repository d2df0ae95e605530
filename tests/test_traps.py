"""What SymPy 1.14 gets wrong on this subject, put to the kernel: the false statement is refused, the true one proved.

The SymPy half, what it answers, is in test_bridge_traps.py.
"""

import pytest

from derive import *
from derive.kernel import rules as r
from derive.kernel.terms import SortError, substitute
from derive.language.letters import *

g = family("g")


def proves(shows, by, given=()):
    """Whether one line with these reasons shows the statement."""

    def line(calc):
        calc.eq(shows.args[1], by=by)

    try:
        theorem(shows=shows, given=given)(line).check()
    except UserError:
        return False
    return True


def test_substitution_does_not_capture():
    # Sum(g(k)*y, (k, 1, n)).subs(y, k) is Sum(k*g(k), ...) in SymPy
    moved = substitute(Sum(g[k] * y, (k, 1, n)), {y: k})
    assert moved == Sum(g[j] * k, (j, 1, n))
    assert moved != Sum(g[k] * k, (k, 1, n))
    assert proves(Eq(moved, Sum(g[j], (j, 1, n)) * k), by=sum_mul_right)
    assert not proves(Eq(Sum(g[k] * k, (k, 1, n)), Sum(g[k], (k, 1, n)) * k), by=[sum_mul_right, auto])


def test_an_empty_sum_is_zero():
    # Sum(1, (i, 5, 3)).doit() is -1
    assert proves(Eq(Sum(1, (i, 5, 3)), 0), by=sum_empty)
    assert not proves(Eq(Sum(1, (i, 5, 3)), -1), by=[sum_empty, sum_const, auto])


def test_an_indicator_out_of_range_gives_zero():
    # Sum(KroneckerDelta(k, y, (1, V))*g(k), (k, 1, V)).doit() at y = 9, V = 3 is g(9)
    assert proves(Eq(Sum(delta(k, 9) * g[k], (k, 1, 3)), 0), by=auto)
    assert not proves(Eq(Sum(delta(k, 9) * g[k], (k, 1, 3)), g[9]), by=[sum_delta, auto])
    assert not proves(Eq(Sum(delta(k, y) * g[k], (k, 1, V)), g[y]), by=sum_delta)
    assert not proves(Eq(Sum(delta(k, y) * g[k], (k, 1, V)), g[y]), by=sum_delta, given=[1 <= y])
    assert proves(Eq(Sum(delta(k, y) * g[k], (k, 1, V)), g[y]), by=sum_delta, given=[1 <= y, y <= V])


def test_an_indicator_of_an_even_number():
    # Sum(KroneckerDelta(2*k, y)*g(k), (k, 1, n)).doit() at y = 3, n = 4 is g(3/2)
    with pytest.raises(SortError):
        g[y / 2]
    assert not proves(Eq(Sum(delta(2 * k, y) * g[k], (k, 1, n)), g[y]), by=[sum_delta, auto], given=[1 <= y, y <= n])

    @theorem(shows=Eq(Sum(delta(2 * k, 2 * j) * g[k], (k, 1, n)), g[j]), given=[1 <= j, j <= n])
    def even_index(calc):
        """The index of an even position is half of it."""
        same = calc.have(ForAll((k, 1, n), Eq(delta(2 * k, 2 * j), delta(k, j))), by=[by_cases(Eq(k, j)), order])
        calc.eq(Sum(delta(k, j) * g[k], (k, 1, n)), by=same)
        calc.eq(g[j], by=sum_delta)

    even_index.check()


def test_the_derivative_of_log_sum_exp_is_softmax():
    # log(Sum(exp(z(k)), (k, 1, n))).diff(z(j)) is 0
    lse = log(Sum(exp(z[k]), (k, 1, n)))
    share = exp(z[j]) / Sum(exp(z[k]), (k, 1, n))
    inside = [1 <= j, j <= n]
    assert proves(Eq(partial(lse, z, j), share), by=[calculus, sum_delta], given=inside)
    assert not proves(Eq(partial(lse, z, j), 0), by=[calculus, auto], given=inside)


def test_softmax_sums_to_one():
    # (Sum(exp(g(k))/Sum(exp(g(j)), (j, 1, V)), (k, 1, V)) - 1).equals(0) is False
    total = Sum(exp(g[k]) / Sum(exp(g[j]), (j, 1, V)), (k, 1, V))
    assert proves(Eq(total, 1), by=sum_div, given=[1 <= V])
    assert not proves(Eq(total, 1), by=[sum_div, auto], given=[0 <= V])  # 0/0 when there is no token


def test_the_log_of_a_product_needs_positive_factors():
    # expand_log(log(Product(g(k), (k, 1, n))), force=True) at g = -1, n = 2 is 2*I*pi, and log(1) is 0
    left, right = log(Prod(g[k], (k, 1, n))), Sum(log(g[k]), (k, 1, n))
    assert not proves(Eq(left, right), by=log_prod)
    assert proves(Eq(left, right), by=log_prod, given=positive(g, n))


def test_bound_letters_do_not_matter():
    # Sum(p(i), (i, 1, n)) == Sum(p(j), (j, 1, n)) is False
    assert Sum(p[i], (i, 1, n)) == Sum(p[j], (j, 1, n))
    assert r.refl(Sum(p[i], (i, 1, n))).concl == Eq(Sum(p[i], (i, 1, n)), Sum(p[j], (j, 1, n)))


def test_a_quotient_by_itself_needs_a_nonzero_divisor():
    # g(i)/g(i) is 1 at construction
    quotient = g[i] / g[i]
    assert quotient != 1
    assert not proves(Eq(quotient, 1), by=ring)
    assert proves(Eq(quotient, 1), by=ring, given=[Ne(g[i], 0)])


h = function("h", REAL, REAL)

Y, Z = finite_set("Y"), finite_set("Z")

STUDENTS = {
    "an index left out that is not in the range": (Eq(Sum(g[k], (k, 1, V), where=Ne(k, y)), Sum(g[k], (k, 1, V)) - g[y]), []),
    "an index left out twice": (
        Eq(Sum(g[k], (k, 1, V), where=[Ne(k, i), Ne(k, j)]), Sum(g[k], (k, 1, V)) - g[i] - g[j]), [1 <= i, i <= V, 1 <= j, j <= V],
    ),
    "an entry does not move another": (Eq(partial(z[k], z, j), 0), []),
    "a slope at the kink": (Eq(partial(absolute(a), a), 0), [Eq(a, 0)]),
    "a slope up to the kink": (Eq(partial(absolute(a), a), 1), [0 <= a]),
    "the largest of none": (Eq(Max(g[k], (k, 1, V)) - Max(g[k], (k, 1, V)), 0), []),
    "logarithms in base 1": (Eq(log_base(a, a), 1), [0 < a]),
    "the chain rule at another point": (Eq(partial(h(a * a), a), 2 * a * partial(h(b), b)), []),
    "the power rule at a power of 0": (Eq(partial(a**n, a), n * a ** (n - 1)), []),
    "one derivative for two": (Eq(partial(partial(a**3, a), a), 3 * a), []),
    "a letter that the conditions tie": (Eq(partial(a * b, a), b), [Eq(b - a, 0)]),
    "a finite set has an element": (0 < Sum(1, (y, Y)), []),
    "shares of no elements": (Eq(Sum(f[y] / Sum(f[y], (y, Y)), (y, Y)), 1), [ForAll((y, Y), 0 < f[y])]),
    "an element left out that may stand outside": (Eq(Sum(f[y], (y, Y), where=Ne(y, j)), Sum(f[y], (y, Y)) - f[j]), []),
    "two sets of one size": (Eq(Sum(f[y], (y, Y)), Sum(f[y], (y, Z))), []),
    "the slope of the smaller one": (Eq(partial(maximum(a, 2 * a), a), 1), [0 < a]),
    "the slope where two are level": (Eq(partial(maximum(a, b), a), 1), [b <= a]),
    "mean of a constant over weights": (Eq(expectation(Y, p, fun(y, 1)), 1), [ForAll((y, Y), 0 <= p[y])]),
}  # fmt: skip


@pytest.mark.parametrize("by", [calculus, auto, [calculus, auto], None], ids=["calculus", "auto", "both", "no reason"])
@pytest.mark.parametrize("name", STUDENTS)
def test_what_a_clever_student_would_try(name, by):
    """Sums that leave indices out, finite sets, derivatives, maxima, logarithms, each a little beyond where it holds."""
    shows, given = STUDENTS[name]
    assert not proves(shows, by=() if by is None else by, given=given)
