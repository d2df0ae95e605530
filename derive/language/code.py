"""The definitions of the field as ordinary Python functions, one expression each.

    >>> q, p = Family(1, 0), Family(0.5, 0.5)
    >>> cross_entropy(2, q, p) == surprisal(p, 1)
    True

Indices start at 1, as in the formulas: a ``Family`` holds the entries 1, 2, ...; a plain list with an unused entry 0
does as well, and so does a dict.  A definition whose value is a family takes the index last: ``softmax(V, z, k)``.

Each function is a single return, so that it also prints as a formula (``code_latex``).  The convention 0 log 0 = 0 is a
conditional expression and prints as a case distinction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import exp, log, prod
from typing import Any, Protocol, TypeVar

from derive.kernel.definitions import Definition
from derive.language import definitions

T_co = TypeVar("T_co", covariant=True)


class Indexed(Protocol[T_co]):
    """What has entries 1, 2, ...: a Family, a dict, a list with an unused entry 0."""

    def __getitem__(self, index: int, /) -> T_co: ...


Entries = Indexed[float]  # a distribution over tokens, or logits
Rows = Indexed[Indexed[float]]  # a distribution at each position
Tokens = Indexed[int]


class Family:
    """Values with indices 1, 2, ..., or from ``start``; every other index is an error, negative ones too."""

    __slots__ = ("start", "values")

    def __init__(self, *values: Any, start: int = 1) -> None:
        self.values = values
        self.start = start

    def __getitem__(self, index: int) -> Any:
        place = index - self.start
        if not 0 <= place < len(self.values):
            last = self.start + len(self.values) - 1
            raise IndexError(f"the index {index} is outside {self.start}..{last}")
        return self.values[place]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __repr__(self) -> str:
        return f"Family{self.values}" if len(self.values) != 1 else f"Family({self.values[0]!r})"


# --- targets ----------------------------------------------------------------------------------------------------------


def one_hot(y: int, k: int) -> float:
    return 1 if k == y else 0


def uniform(V: int, k: int) -> float:
    return 1 / V


def smoothed(V: int, eps: float, y: int, k: int) -> float:
    return (1 - eps) * one_hot(y, k) + eps / V


def smoothed_off(V: int, eps: float, y: int, k: int) -> float:
    return (1 - eps) * one_hot(y, k) + eps / (V - 1) * (1 - one_hot(y, k))


# --- entropies --------------------------------------------------------------------------------------------------------


def cross_entropy(V: int, q: Entries, p: Entries) -> float:
    return -sum(q[k] * log(p[k]) for k in range(1, V + 1))


def entropy(V: int, q: Entries) -> float:
    return -sum(q[k] * log(q[k]) if q[k] != 0 else 0 for k in range(1, V + 1))


def kl(V: int, q: Entries, p: Entries) -> float:
    return sum(q[k] * log(q[k] / p[k]) if q[k] != 0 else 0 for k in range(1, V + 1))


def surprisal(p: Entries, y: int) -> float:
    return -log(p[y])


def expectation(V: int, q: Entries, f: Entries) -> float:
    return sum(q[k] * f[k] for k in range(1, V + 1))


def variance(V: int, q: Entries, f: Entries) -> float:
    return sum(q[k] * (f[k] - expectation(V, q, f)) ** 2 for k in range(1, V + 1))


def covariance(V: int, q: Entries, f: Entries, g: Entries) -> float:
    return sum(q[k] * (f[k] - expectation(V, q, f)) * (g[k] - expectation(V, q, g)) for k in range(1, V + 1))


def geometric_mean(V: int, p: Entries) -> float:
    return exp(1 / V * sum(log(p[k]) for k in range(1, V + 1)))


def smoothing_residual(V: int, eps: float, p: Entries, y: int) -> float:
    return eps * (log(p[y]) - 1 / V * sum(log(p[k]) for k in range(1, V + 1)))


# --- two variables ----------------------------------------------------------------------------------------------------


def first_marginal(Y: int, P: Rows, x: int) -> float:
    return sum(P[x][y] for y in range(1, Y + 1))


def second_marginal(X: int, P: Rows, y: int) -> float:
    return sum(P[x][y] for x in range(1, X + 1))


def second_given_first(Y: int, P: Rows, x: int, y: int) -> float:
    return P[x][y] / first_marginal(Y, P, x)


def first_given_second(X: int, P: Rows, y: int, x: int) -> float:
    return P[x][y] / second_marginal(X, P, y)


# --- functions of one number, and of two ------------------------------------------------------------------------------


def maximum(a: float, b: float) -> float:
    return max(a, b)


def minimum(a: float, b: float) -> float:
    return min(a, b)


def absolute(x: float) -> float:
    return abs(x)


def positive_part(x: float) -> float:
    return max(0, x)


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def softplus(x: float) -> float:
    return log(1 + exp(x))


def log_base(b: float, x: float) -> float:
    return log(x) / log(b)


def binary_cross_entropy(r: float, x: float) -> float:
    return -(r * log(x) + (1 - r) * log(1 - x))


# --- softmax ----------------------------------------------------------------------------------------------------------


def logsumexp(V: int, z: Entries) -> float:
    return log(sum(exp(z[k]) for k in range(1, V + 1)))


def softmax(V: int, z: Entries, k: int) -> float:
    return exp(z[k]) / sum(exp(z[j]) for j in range(1, V + 1))


# --- sequences --------------------------------------------------------------------------------------------------------


def conditional(Pr: Entries, t: int) -> float:
    return Pr[t] / Pr[t - 1]


def sequence_probability(T: int, p: Rows, y: Tokens) -> float:
    return prod(p[t][y[t]] for t in range(1, T + 1))


def log_likelihood(T: int, p: Rows, y: Tokens) -> float:
    return sum(log(p[t][y[t]]) for t in range(1, T + 1))


def perplexity(T: int, p: Rows, y: Tokens) -> float:
    return exp(-sum(log(p[t][y[t]]) for t in range(1, T + 1)) / T)


CODE: dict[str, Callable[..., Any] | None] = {
    d.name: globals().get(d.name) for d in vars(definitions).values() if isinstance(d, Definition)
}
"""The function of each definition; None where there is none, since a line of code would not say the same."""

# What latexify prints in place of a Python name; a name of a mathematical symbol gets its backslash.
_IDENTIFIERS = {"eps": "epsilon", "one_hot": "delta"}


def code_latex(name: str) -> str | None:
    """The function of the definition ``name`` as a formula, printed from its source by latexify.

    None when the definition has no function, or latexify is not installed (it does not support Python 3.14).
    """
    fn = CODE.get(name)
    if fn is None:
        return None
    from derive.bridge.latexify import function_latex

    return function_latex(fn, _IDENTIFIERS)


def source(name: str) -> str | None:
    """The Python text of the function for the definition ``name``; None when it has none."""
    import inspect
    import textwrap

    function = CODE.get(name)
    return None if function is None else textwrap.dedent(inspect.getsource(function)).rstrip()
