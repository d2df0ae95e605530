"""The conditions that theorems of this subject share, each a list of statements for ``given=[...]``."""

from __future__ import annotations

from derive.kernel.sorts import INT
from derive.kernel.terms import Operand, Term, Var, fresh
from derive.language.arguments import takes as _takes
from derive.language.syntax import Eq, ForAll, Sum

_k, _t = Var("k", INT), Var("t", INT)


def _index(letter: Var, *terms: Operand) -> Var:
    free: set[Var] = set()
    for t in terms:
        if isinstance(t, Term):
            free |= t.free
    return fresh(letter.name, INT, free)


@_takes("in_vocabulary(y, V)", "integer")
def in_vocabulary(y: Term, V: Operand) -> list[Term]:
    """1 <= y <= V: the token y is one of the V tokens."""
    return [1 <= y, y <= V]


@_takes("tokens_in_vocabulary(ys, T, V)", "function", "integer")
def tokens_in_vocabulary(y: Term, T: Operand, V: Operand) -> list[Term]:
    """1 <= y_t <= V for t = 1..T."""
    t = _index(_t, y, T, V)
    return [ForAll((t, 1, T), 1 <= y[t]), ForAll((t, 1, T), y[t] <= V)]


@_takes("positive(p, V)", "function", "integer")
def positive(p: Term, V: Operand) -> list[Term]:
    """p(k) > 0 for k = 1..V."""
    k = _index(_k, p, V)
    return [ForAll((k, 1, V), 0 < p[k])]


@_takes("nonnegative(q, V)", "function", "integer")
def nonnegative(q: Term, V: Operand) -> list[Term]:
    """q(k) >= 0 for k = 1..V."""
    k = _index(_k, q, V)
    return [ForAll((k, 1, V), 0 <= q[k])]


@_takes("sums_to_one(q, V)", "function", "integer")
def sums_to_one(q: Term, V: Operand) -> list[Term]:
    """The sum of q(k) over k = 1..V is 1."""
    k = _index(_k, q, V)
    return [Eq(Sum(q[k], (k, 1, V)), 1)]


@_takes("distribution(q, V)", "function", "integer")
def distribution(q: Term, V: Operand) -> list[Term]:
    """q is a probability distribution over the V tokens; zeros are allowed."""
    return [*nonnegative(q, V), *sums_to_one(q, V)]


@_takes("positive_distribution(p, V)", "function", "integer")
def positive_distribution(p: Term, V: Operand) -> list[Term]:
    """p is a probability distribution over the V tokens without zeros."""
    return [*positive(p, V), *sums_to_one(p, V)]


@_takes("joint_distribution(P, X, Y)", "function", "integer")
def joint_distribution(P: Term, X: Operand, Y: Operand) -> list[Term]:
    """P is a probability distribution of two variables, the first in X and the second in Y; zeros are allowed."""
    x, y = _two(P, X, Y)
    return [ForAll([(x, X), (y, Y)], 0 <= P[x][y]), Eq(Sum(P[x][y], (x, X), (y, Y)), 1)]


@_takes("positive_joint_distribution(P, X, Y)", "function", "integer")
def positive_joint_distribution(P: Term, X: Term, Y: Term) -> list[Term]:
    """P is a probability distribution of two variables without zeros, the first in X, the second in Y, neither empty."""
    x, y = _two(P, X, Y)
    return [1 <= X, 1 <= Y, ForAll([(x, X), (y, Y)], 0 < P[x][y]), Eq(Sum(P[x][y], (x, X), (y, Y)), 1)]


@_takes("independent(P, X, Y)", "function", "integer")
def independent(P: Term, X: Operand, Y: Operand) -> list[Term]:
    """The two variables of the distribution P are independent: it is the product of its marginals."""
    from derive.language.definitions import first_marginal, second_marginal

    x, y = _two(P, X, Y)
    return [ForAll([(x, X), (y, Y)], Eq(P[x][y], first_marginal(Y, P)[x] * second_marginal(X, P)[y]))]


def _two(*terms: Operand) -> tuple[Var, Var]:
    return _index(Var("x", INT), *terms), _index(Var("y", INT), *terms)


@_takes("positive_at_each_position(ps, T, V)", "function", "integer")
def positive_at_each_position(p: Term, T: Operand, V: Operand) -> list[Term]:
    """p_t(k) > 0 for t = 1..T, k = 1..V."""
    k, t = _index(_k, p, T, V), _index(_t, p, T, V)
    return [ForAll([(t, 1, T), (k, 1, V)], 0 < p[t][k])]
