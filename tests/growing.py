"""Derivations of any size: each family is one way in which a derivation grows.  ``FAMILIES`` gives the theorem of size n."""

from __future__ import annotations

from collections.abc import Callable

from derive import *
from derive.board.entries import TheoremEntry
from derive.kernel.terms import Num, Term, Var
from derive.language.letters import V, a, b, f, k


def letters(n: int, make: Callable[[str], Var] = real, name: str = "x") -> list[Var]:
    """n + 1 variables, with names that read as no index."""
    return [make(f"{name}{i}") for i in range(n + 1)]


def total(terms: list[Term]) -> Term:
    out = terms[0]
    for t in terms[1:]:
        out = out + t
    return out


def lines(n: int) -> TheoremEntry:
    """n lines, each by algebra."""

    @theorem(shows=Eq(a, a + n - n))
    def many_lines(calc: Calc) -> None:
        for i in range(1, n + 1):
            calc.eq(a + i - i, by=ring)

    return many_lines


def facts(n: int) -> TheoremEntry:
    """n facts about one letter, each by arithmetic."""

    @theorem(shows=a < a + n, given=[0 < b])
    def many_facts(calc: Calc) -> None:
        for i in range(1, n + 1):
            calc.have(a < a + i + b, by=order)
        calc.lt(a + n, by=order)

    return many_facts


def steps(n: int) -> TheoremEntry:
    """n facts, each from the one before."""
    x = letters(n)

    @theorem(shows=x[0] <= x[n] + n, given=[x[i] <= x[i + 1] + 1 for i in range(n)])
    def many_steps(calc: Calc) -> None:
        for i in range(1, n):
            calc.have(x[0] <= x[i] + i, by=order)
        calc.le(x[n] + n, by=order)

    return many_steps


def conditions(n: int) -> TheoremEntry:
    """n conditions, a chain, that the claim needs all of."""
    x = letters(n)

    @theorem(shows=x[0] <= x[n], given=[x[i] <= x[i + 1] for i in range(n)])
    def chain_of_conditions(calc: Calc) -> None:
        calc.le(x[n], by=order)

    return chain_of_conditions


def dense(n: int) -> TheoremEntry:
    """n conditions with all letters in each."""
    x = letters(n)

    def row(i: int) -> Term:
        return total([((i * j) % 7 + 1) * x[j] for j in range(1, n + 1)])

    @theorem(shows=total([row(i) for i in range(1, n + 1)]) <= n, given=[row(i) <= 1 for i in range(1, n + 1)])
    def dense_conditions(calc: Calc) -> None:
        calc.le(n, by=order)

    return dense_conditions


def triangle(n: int) -> TheoremEntry:
    """n conditions, each about all letters before, and all of them needed."""
    x = letters(n)

    @theorem(shows=x[n] <= 2 ** (n - 1) * x[0], given=[x[i] <= total(list(x[:i])) for i in range(1, n + 1)])
    def triangle_of_conditions(calc: Calc) -> None:
        calc.le(2 ** (n - 1) * x[0], by=order)

    return triangle_of_conditions


def convex(n: int) -> TheoremEntry:
    """A convex sequence stays under its chord: n conditions on three neighbours each, with weights 1, 2, ..., n."""
    x = letters(n)

    @theorem(shows=n * x[1] <= (n - 1) * x[0] + x[n], given=[2 * x[i] <= x[i - 1] + x[i + 1] for i in range(1, n)])
    def convex_sequence(calc: Calc) -> None:
        calc.le((n - 1) * x[0] + x[n], by=order)

    return convex_sequence


def pairs(n: int) -> TheoremEntry:
    """Conditions on all pairs of some letters, about n of them."""
    size = max(2, round((2 * n) ** 0.5))
    x = letters(size)

    @theorem(
        shows=x[0] <= x[size] + size,
        given=[x[i] <= x[j] + (j - i) for i in range(size + 1) for j in range(i + 1, size + 1)],
    )
    def all_pairs(calc: Calc) -> None:
        calc.have(x[0] <= x[1] + 1, by=order)
        calc.le(x[size] + size, by=order)

    return all_pairs


def unrelated(n: int) -> TheoremEntry:
    """n conditions, of which the claim needs two."""
    x = letters(n)

    @theorem(shows=a <= b + 1, given=[*(0 < t for t in x), a <= b])
    def one_of_many(calc: Calc) -> None:
        calc.le(b + 1, by=order)

    return one_of_many


def products(n: int) -> TheoremEntry:
    """n integer conditions with products, whose signs have to be found."""
    m = letters(n, integer, "m")

    @theorem(shows=Num(0) <= total([m[i] * m[i + 1] for i in range(n)]), given=[0 <= t for t in m])
    def signs_of_products(calc: Calc) -> None:
        calc.le(total([m[i] * m[i + 1] for i in range(n)]), by=order)

    return signs_of_products


def signs(n: int) -> TheoremEntry:
    """n positive letters, whose sum is positive."""
    x = letters(n)[1:]

    @theorem(shows=Num(0) < total(list(x)), given=[0 < t for t in x])
    def many_signs(calc: Calc) -> None:
        calc.lt(total(list(x)), by=order)

    return many_signs


def integers(n: int) -> TheoremEntry:
    """n strict conditions on integers."""
    m = letters(n, integer, "m")

    @theorem(shows=m[0] + n <= m[n], given=[m[i] < m[i + 1] for i in range(n)])
    def chain_of_integers(calc: Calc) -> None:
        calc.le(m[n], by=order)

    return chain_of_integers


def terms(n: int) -> TheoremEntry:
    """A sum of n terms, turned round."""
    x = letters(n)[1:]

    @theorem(shows=Eq(total([i * t for i, t in enumerate(x)]), total([t * i for i, t in enumerate(x)][::-1])))
    def many_terms(calc: Calc) -> None:
        calc.eq(many_terms.shows.args[1], by=ring)

    return many_terms


def logarithms(n: int) -> TheoremEntry:
    """The logarithm of a product of n factors."""
    x = letters(n)[1:]
    product: Term = x[0]
    for t in x[1:]:
        product = product * t

    @theorem(shows=Eq(log(product), total([log(t) for t in x])), given=[0 < t for t in x])
    def many_factors(calc: Calc) -> None:
        calc.eq(total([log(t) for t in x]), by=logs)

    return many_factors


def sums_of_sums(n: int) -> TheoremEntry:
    """A sum over k of n terms, split into n sums."""
    x = letters(n)[1:]

    @theorem(shows=Eq(Sum(total([t * f[k] for t in x]), (k, 1, V)), total([t * Sum(f[k], (k, 1, V)) for t in x])))
    def many_sums(calc: Calc) -> None:
        calc.eq(many_sums.shows.args[1], by=sums)

    return many_sums


def divisors(n: int) -> TheoremEntry:
    """n quotients, of which each divisor must not be 0."""
    x = letters(n)[1:]

    @theorem(shows=Eq(total([t / t for t in x]), n), given=[0 < t for t in x])
    def many_divisors(calc: Calc) -> None:
        calc.eq(n, by=ring)

    return many_divisors


def theorems(n: int) -> TheoremEntry:
    """n theorems, each by the one before."""

    @theorem(shows=Eq(a + 0, a))
    def last(calc: Calc) -> None:
        calc.eq(a, by=ring)

    for i in range(1, n):
        last = _after(last, i)
    return last


def _after(before: TheoremEntry, i: int) -> TheoremEntry:
    @theorem(shows=Eq(a + i - i, a))
    def last(calc: Calc) -> None:
        calc.eq(before.shows.args[0], by=ring)
        calc.eq(a, by=before)

    return last


FAMILIES: dict[str, tuple[Callable[[int], TheoremEntry], int]] = {
    "lines": (lines, 80),
    "facts": (facts, 80),
    "facts, each from the one before": (steps, 80),
    "conditions": (conditions, 64),
    "dense conditions": (dense, 64),
    "conditions on all before": (triangle, 64),
    "convex sequence": (convex, 64),
    "conditions on all pairs": (pairs, 64),
    "unrelated conditions": (unrelated, 64),
    "signs": (signs, 64),
    "signs of products": (products, 64),
    "integer conditions": (integers, 64),
    "terms of a ring identity": (terms, 400),
    "factors under a logarithm": (logarithms, 200),
    "terms under a sum": (sums_of_sums, 30),
    "divisors": (divisors, 16),
    "theorems": (theorems, 80),
}
"""Each family, and the largest size that is measured."""
