"""Lines in from SymPy and theorems out to it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from sweep import examples

from derive.bridge.opinion import Verdict, second_opinion
from derive.bridge.reading import from_sympy
from derive.bridge.writing import context_of, to_sympy
from derive.errors import UserError
from derive.kernel import terms as t_
from derive.kernel.terms import Num, Term, Var, app
from derive.language import definitions as defs
from derive.language.syntax import (
    FAMILY,
    INT,
    REAL,
    Base,
    Eq,
    ForAll,
    Iff,
    Ne,
    Prod,
    Sum,
    argmin,
    delta,
    exp,
    family,
    function,
    integer,
    log,
    partial,
    real,
    xlogy,
)
from derive.operators.derivatives import PARTIAL

V, T, y, t, k, j, n = (integer(s) for s in "VTytkjn")
x, eps = real("x"), real("eps")
p, q, z, f = family("p"), family("q"), family("z"), family("f")
ps, ys = function("p", INT, FAMILY), function("y", INT, INT)

sk, sy, size, si, sj, sn = sympy.symbols("k y V i j n", integer=True)
sx = sympy.Symbol("x")
sp, sq = sympy.IndexedBase("p"), sympy.IndexedBase("q")
sf = sympy.Function("f")

# --- reading ----------------------------------------------------------------------------------------------------------

READ: list[tuple[Any, Term | Fraction]] = [
    (sympy.Integer(3), Num(3)),
    (Fraction(1, 3), Num(Fraction(1, 3))),
    (-7, Num(-7)),
    (sx, x),
    (size, V),
    (sympy.Sum(sf(sk) * sy, (sk, 1, sn)), Sum(y * f[k], (k, 1, n))),
    (sympy.Sum(sp[sk] * sympy.log(sp[sk]), (sk, 1, size)), Sum(p[k] * log(p[k]), (k, 1, V))),
    (sympy.log(sympy.Product(sp[sk], (sk, 1, size))), log(Prod(p[k], (k, 1, V)))),
    # division, negation and subtraction are what they were, not powers and products with -1
    (sx / sy, x / y),
    (sx / sy / size, x / (V * y)),
    (-sx, -x),
    (-sx * sy, -(x * y)),
    (-3 * sx, -(3 * x)),
    (3 - sx, 3 - x),
    (sx**-1, 1 / x),
    (sx**-2, 1 / x**2),
    (2**sx, Num(2) ** x),
    (sympy.sqrt(sx), x ** Num(Fraction(1, 2))),
    (sympy.exp(-sx), exp(-x)),
    (sympy.E, exp(1)),
    (sympy.log(sx, 2), log(x) / log(2)),
    # indicators
    (sympy.KroneckerDelta(sk, sy), delta(k, y)),
    (sympy.Piecewise((1, sympy.Eq(sk, sy)), (0, True)), delta(k, y)),
    (sympy.Piecewise((0, sympy.Eq(sk, sy)), (1, True)), 1 - delta(k, y)),
    (sympy.Piecewise((sx, sympy.Ne(sk, sy)), (0, True)), x * (1 - delta(k, y))),
    (sympy.Piecewise((sx, sympy.Eq(sk, sy)), (2, True)), x * delta(k, y) + 2 * (1 - delta(k, y))),
    (sympy.Piecewise((0, sympy.Eq(sx, 0)), (sx * sympy.log(sx), True)), xlogy(x, x)),
    (sympy.Piecewise((0, sympy.Eq(sp[sk], 0)), (sp[sk] * sympy.log(sp[sk] / sq[sk]), True)), xlogy(p[k], p[k] / q[k])),
    (
        sympy.Sum(-sympy.Piecewise((0, sympy.Eq(sx, 0)), (sx * sympy.log(sy), True)), (sk, 1, sn)),
        Sum(-xlogy(x, y), (k, 1, n)),
    ),
    (
        sympy.Piecewise((sy, sympy.Eq(sx, 0)), (sy + 2 * sx**2 * sympy.log(sn) / sy, True)),
        y + 2 * x / y * xlogy(x, n),
    ),
    # several limits, the first one innermost
    (sympy.Sum(sf(si, sk), (si, 1, sk), (sk, 1, sn)), Sum(Sum(function("f", INT, FAMILY)[j, k], (j, 1, k)), (k, 1, n))),
    (sympy.Sum(sympy.Sum(sf(sk), (sk, 1, sn)), (sk, 1, size)), Sum(Sum(f[j], (j, 1, n)), (k, 1, V))),
    # an index outside its sum is another variable
    (sympy.Sum(sf(sk), (sk, 1, sn)) * sf(sk), Sum(f[j], (j, 1, n)) * f[k]),
    (sympy.Sum(sp[sympy.Idx("i")], (sympy.Idx("i"), 1, sn)), Sum(p[k], (k, 1, n))),
    (sympy.Idx("i", (1, sn)) + 1, 1 + integer("i")),
    (sympy.IndexedBase("y", integer=True)[sk], ys[k]),
    (sp[sk, sympy.Function("y", integer=True)(sk)], ps[k, ys[k]]),
    (sympy.Derivative(sympy.exp(sp[sk]), sp[sj]), partial(exp(p[k]), p, j)),
    # comparisons
    (sympy.Eq(sx, 1), Eq(x, 1)),
    (sympy.Ne(sk, sy), Ne(k, y)),
    (sx < 1, x < 1),
    (sx <= 1, x <= 1),
    (sx > 1, 1 < x),
    (sympy.Ge(sx, sy), y <= x),
    # defined constants, by name
    (sympy.Function("cross_entropy")(size, sq, sp), defs.cross_entropy(V, q, p)),
    (sympy.Function("softmax")(size, sq, sk), defs.softmax(V, q)[k]),
]


@pytest.mark.parametrize(("expr", "term"), READ, ids=lambda v: str(v))
def test_reading(expr: Any, term: Term) -> None:
    assert from_sympy(expr) == term


def test_the_author_s_letters_are_kept() -> None:
    assert str(from_sympy(sympy.Sum(sf(sj), (sj, 1, sn)))) == "sum(j=1..n, f[j])"


def test_a_plain_symbol_may_be_an_index_because_an_index_is_an_integer() -> None:
    plain = sympy.Symbol("k")
    assert from_sympy(sympy.Sum(sp[plain], (plain, 1, size))) == Sum(p[k], (k, 1, V))


def test_context_gives_the_sorts() -> None:
    loose = sympy.Symbol("y")
    with pytest.raises(UserError, match="y is of sort real"):
        from_sympy(sp[loose])
    assert from_sympy(sp[loose], {"y": y}) == p[y]
    theta = Var("theta", Base("Theta"))
    loss = function("f", theta.sort, REAL)
    assert from_sympy(sf(sympy.Symbol("theta")), {"f": loss, "theta": theta}) == loss[theta]


def test_context_hides_a_definition() -> None:
    kl = function("kl", INT, INT, INT, REAL)
    assert from_sympy(sympy.Function("kl")(1, 2, 3), {"kl": kl}) == kl[1, 2, 3]


REFUSED: list[tuple[Any, str]] = [
    (sympy.Float("0.1") * sx, r"0\.1\d* is a floating-point number.*write Rational\(1, 10\)"),
    (0.5, r"write Rational\(1, 2\)"),
    (sympy.conjugate(sympy.Symbol("c")) + 1, r"conjugate\(c\) \(conjugate\) has no counterpart"),
    (sympy.Symbol("u", imaginary=True), "u is not a real number"),
    (sympy.I * sx, "ImaginaryUnit"),
    (1 + sympy.Abs(sx), r"Abs\(x\)"),
    (sympy.pi, "pi"),
    (sympy.oo, "oo"),
    (sympy.nan, "nan"),
    (sympy.Integral(sx, sx), "Integral"),
    (sympy.Lambda(sx, sx), "has no counterpart"),
    (sympy.And(sx < 1, sx > 0), "And"),
    (sympy.Matrix([[sx]]), "has no counterpart"),
    ("x + 1", "pass an expression, not text"),
    ([sx], "is not a SymPy expression"),
    (sympy.Sum(sp[sk], (sk, 1, sympy.oo)), "the bound oo"),
    (sympy.Sum(1, (si, 5, 3)), "runs downwards"),
    (sympy.Product(sp[si], (si, 5, 3)), "one over a product.*Write 1"),
    (sympy.Sum(sp[sk], (sk, 1, sx)), r"must be an integer: declare it with Symbol\(name, integer=True\)"),
    (sympy.KroneckerDelta(sk, sy, (1, size)), "has a range"),
    (sympy.KroneckerDelta(sx, sy), "does not fit together"),
    (sympy.Piecewise((1, sx > 0), (0, True)), "only an equation of two integers"),
    (sympy.Piecewise((1, sympy.Eq(sx, 1)), (0, True)), "not about two integers"),
    (sympy.Piecewise((0, sympy.Eq(sx, 0)), (sympy.log(sy), True)), "not about two integers"),
    (sympy.Piecewise((0, sympy.Eq(sx, 0)), (sx * sympy.exp(sy), True)), "not about two integers"),
    (sympy.Piecewise((1, sympy.Eq(sk, 1)), (2, sympy.Eq(sk, 2)), (0, True)), "must have two branches"),
    (sympy.Piecewise((1, sympy.Eq(sk, 1))), "must have two branches"),
    (sympy.Symbol("a") + sympy.Symbol("a", positive=True), "both named a"),
    (sp[sk] + sp[sk, sj], "both named p"),
    (sp[sk] + sympy.Function("p")(sk), "both named p"),
    (sp, "has no counterpart"),
    (sympy.Function("kl")(size, sp, sx), "does not fit together"),
    (sympy.Function("g")(sp), "the sort of p"),
    (sympy.Derivative(sx**2, sx, sx), "only a first derivative in one variable"),
    (sympy.true, "decided this comparison already"),
]


@pytest.mark.parametrize(("expr", "message"), REFUSED, ids=lambda v: str(v)[:40])
def test_refusals_name_the_part(expr: Any, message: str) -> None:
    with pytest.raises(UserError, match=f"(?s){message}") as error:
        from_sympy(expr)
    assert "\0" not in str(error.value)


def test_a_refused_index_is_shown_without_internal_names() -> None:
    inner = sympy.Sum(sp[sk / 2], (sk, 1, size))
    with pytest.raises(UserError, match=r"p\[k/2\] does not fit together: p takes integer, and .* is of sort real"):
        from_sympy(inner)


# --- writing ----------------------------------------------------------------------------------------------------------


def test_writing() -> None:
    expr = to_sympy(defs.cross_entropy(V, q, p))
    assert str(expr) == "-Sum(log(p[k])*q[k], (k, 1, V))"
    assert str(expr.subs(size, 2).doit()) == "-log(p[1])*q[1] - log(p[2])*q[2]"
    assert str(to_sympy(defs.one_hot(y)[k])) == "KroneckerDelta(k, y)"
    assert str(to_sympy(xlogy(q[k], p[k]))) == "Piecewise((0, Eq(q[k], 0)), (log(p[k])*q[k], True))"
    assert to_sympy(V).is_integer
    assert to_sympy(x).is_real
    assert to_sympy(ys[t]).is_integer
    assert str(to_sympy(ps[t][ys[t]])) == "p[t, y[t]]"
    assert str(to_sympy(partial(defs.logsumexp(V, z), z, j))) == "Derivative(log(Sum(exp(z[k]), (k, 1, V))), z[j])"


def test_comparisons() -> None:
    assert to_sympy(Eq(x, 1)).func is sympy.Eq
    assert to_sympy(Ne(x, 1)).func is sympy.Ne
    assert to_sympy(x < 1).func is sympy.Lt
    assert to_sympy(x >= 1) == sympy.Le(1, to_sympy(x))
    assert to_sympy(Eq(x, x)).func is sympy.Eq  # not decided


def test_written_as_it_stands_or_evaluated() -> None:
    assert str(to_sympy(p[k] / p[k])) == "p[k]/p[k]"
    assert to_sympy(p[k] / p[k], evaluate=True) == 1
    assert from_sympy(to_sympy(x + 1 + x)) == x + 1 + x
    assert to_sympy(x + 1 + x, evaluate=True) == 2 * to_sympy(x) + 1


def test_a_summand_with_a_piecewise_stays_as_written() -> None:
    squared = Sum(xlogy(q[k], p[k]) * xlogy(q[k], p[k]), (k, 1, V))
    assert from_sympy(to_sympy(squared)) == squared
    opened = to_sympy(defs.entropy(V, q)).subs(size, 2).doit()
    assert opened.subs({sympy.IndexedBase("q", real=True)[i]: sympy.Rational(1, 2) for i in (1, 2)}) == sympy.log(2)


def test_definitions_are_left_when_asked() -> None:
    folded = to_sympy(Eq(defs.cross_entropy(V, q, p), defs.softmax(V, z)[k]), unfold=False)
    assert str(folded) == "Eq(cross_entropy(V, q, p), softmax(V, z, k))"
    assert from_sympy(folded) == Eq(defs.cross_entropy(V, q, p), defs.softmax(V, z)[k])
    with pytest.raises(UserError, match="is a function"):
        to_sympy(defs.cross_entropy(V, defs.one_hot(y), p), unfold=False)


def test_an_index_is_renamed_where_sympy_would_capture() -> None:
    once = Sum(f[k] * k, (k, 1, V))
    nested = Sum(once * f[k], (k, 1, V))  # inside, k is the inner index
    expr = to_sympy(nested)
    (outer,) = expr.limits
    (inner,) = (s for s in expr.function.args if isinstance(s, sympy.Sum))
    assert outer[0] != inner.limits[0][0]
    free = to_sympy(Sum(f[j] * k, (j, 1, V)))
    assert sympy.Symbol("k", integer=True) in free.free_symbols
    # The bound of the outer sum is a free k; were the inner index k too, SymPy's flattened limits would mix them.
    mixed = to_sympy(Sum(Sum(f[k], (k, 1, j)), (j, 1, k)))
    assert len({limit[0] for limit in mixed.limits} | {sympy.Symbol("k", integer=True)}) == 3


Theta = Base("Theta")
theta = Var("theta", Theta)


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (argmin(theta, function("f", Theta, REAL)[theta]), "no counterpart of argmin"),
        (
            Eq(argmin(theta, function("f", Theta, REAL)[theta]), argmin(theta, x)),
            "compares things of sort set of Theta",
        ),
        (Iff(x < 1, x <= 1), "no counterpart of iff"),
        (ForAll((k, 1, V), 0 < p[k]), "no counterpart of forall"),
        (ps[t], "is a function of sort"),
        (defs.softmax(V, z), "is a function"),
        (Eq(ps, ps), "compares things of sort"),
        (p[1] + ps[1][1], "two variables are named p"),
        (function("g", INT, Theta)[1], "values of sort Theta"),
        (partial(z[1] * x, z, 1) * 0 + app(PARTIAL, t_.Lam("w", FAMILY, z[1]), z, Num(1)), "occurs nowhere else"),
    ],
    ids=str,
)
def test_what_sympy_has_no_word_for(term: Term, message: str) -> None:
    with pytest.raises(UserError, match=message):
        to_sympy(term)


# --- there and back ---------------------------------------------------------------------------------------------------

ROUND = [
    defs.cross_entropy(V, defs.smoothed(V, eps, y), p),
    defs.cross_entropy(V, defs.smoothed_off(V, eps, y), defs.softmax(V, z)),
    defs.entropy(V, q),
    defs.kl(V, q, p),
    defs.geometric_mean(V, p),
    defs.logsumexp(V, z) - z[y],
    defs.perplexity(T, ps, ys),
    defs.conditional(f, t),
    log(defs.sequence_probability(T, ps, ys)),
    Sum(Sum(ps[t][k] * k, (k, 1, t)), (t, 1, T)),
    Sum(Sum(f[k], (k, 1, j)), (j, 1, k)),
    partial(defs.cross_entropy(V, q, defs.softmax(V, z)), z, j),
    Prod(1 + x**k / p[k], (k, 0, 3)),
    function("f", Theta, REAL)[theta] * 2,
]


@pytest.mark.parametrize("term", ROUND, ids=str)
@pytest.mark.parametrize("evaluate", [False, True])
def test_round_trip(term: Term, evaluate: bool) -> None:
    back = from_sympy(to_sympy(term, evaluate=evaluate), context_of(term))
    assert second_opinion(back, term, symbolic=False).verdict is Verdict.AGREE


@pytest.mark.parametrize(
    "term", [x - 1, -(x + 1), -x, 3 - x, x * y / (V + 1), 1 / x, x**2, exp(-x), log(x) * 2], ids=str
)
def test_round_trip_to_the_letter(term: Term) -> None:
    assert from_sympy(to_sympy(term)) == term


SMALL = [{"V": 1, "y": 2}, {"V": 3, "y": 1}]


def _any(s: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return s


def _nonzero(s: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.sampled_from([V, y, Num(2), Num(Fraction(-1, 2))]) | st.builds(lambda a: 1 + a * a, s)


def _terms(divisors: Callable[[st.SearchStrategy[Term]], st.SearchStrategy[Term]] = _any) -> st.SearchStrategy[Term]:
    whole = st.recursive(
        st.sampled_from([V, y, Num(1), Num(2)]),
        lambda s: st.builds(lambda a, b: a + b, s, s) | st.builds(lambda a, b: a - b, s, s),
        max_leaves=3,
    )
    leaf = st.one_of(
        st.sampled_from([x, eps, Num(Fraction(-1, 2)), Num(3)]),
        st.builds(lambda i: p[i], whole),
        st.builds(delta, whole, whole),
        st.builds(lambda i, j: xlogy(p[i], q[j]), whole, whole),
    )

    def bigger(s: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
        return st.one_of(
            st.builds(lambda a, b: a + b, s, s),
            st.builds(lambda a, b: a - b, s, s),
            st.builds(lambda a, b: a * b, s, s),
            st.builds(lambda a, b: a / b, s, divisors(s)),
            st.builds(lambda a: -a, s),
            st.builds(lambda a: exp(-(a * a)), s),
            st.builds(lambda a: log(1 + a * a), s),
            st.builds(lambda a: a**2, s),
            st.builds(lambda a: Sum(a * p[y], (y, 1, 2)), s),
            st.builds(lambda a: Sum(a + y, (y, V, 3)), s),
            st.builds(lambda a: Prod(a, (y, 1, V)), s),
        )

    return st.recursive(leaf, bigger, max_leaves=6)


@examples(60)
@given(_terms())
def test_round_trip_of_any_term(term: Term) -> None:
    back = from_sympy(to_sympy(term), context_of(term))
    report = second_opinion(back, term, SMALL, symbolic=False)
    assert report.verdict is not Verdict.DISAGREE, report.detail


@examples(60)
@given(_terms(divisors=_nonzero))
def test_round_trip_of_any_term_that_sympy_rewrites(term: Term) -> None:
    """Without a/0, of which the kernel knows nothing, and which SymPy cancels away."""
    expr = to_sympy(term, evaluate=True)
    assume(not expr.has(sympy.Piecewise))  # into which it folds powers; there is no way back
    back = from_sympy(expr, context_of(term))
    report = second_opinion(back, term, SMALL, symbolic=False)
    assert report.verdict is not Verdict.DISAGREE, report.detail
