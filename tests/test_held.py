"""A derivative holds every other letter fixed: refused where a condition ties the letter to what moves."""

from __future__ import annotations

import pytest

from derive import *
from derive.board.held import tied
from derive.kernel.sorts import REAL
from derive.kernel.terms import implies
from derive.language.letters import *

g = function("g", REAL, REAL)
x = real("x")
IN_V = [*in_vocabulary(y, V), *in_vocabulary(j, V)]
slope_of = define("slope_of", (p, z, y, j), partial(log(p[y]) * z[j], z, j), "A derivative in a definition.")

# A statement, its conditions, and the letter that its derivative holds fixed though it hangs on what moves.
TIED = {
    "entry by entry": (partial(log(p[y]), z, j), [*IN_V, ForAll((k, 1, V), Eq(p[k], softmax(V, z)[k]))], p, z),
    "as families": (partial(log(p[y]), z, j), [*IN_V, Eq(p, softmax(V, z))], p, z),
    "two numbers": (partial(a * b, a), [Eq(b, a)], b, a),
    "either side": (partial(a * b, a), [Eq(a, b)], b, a),
    "a slope by name": (partial(b, a), [Eq(partial(g(a), a), b)], b, a),
    "a slope as a statement": (partial(b * a, a), [has_derivative(g, a, b)], b, a),
    "over another letter": (partial(log(p[y]), z, j), [Eq(p, q), Eq(q, softmax(V, z))], p, z),
    "inside a sum": (Sum(partial(p[k] * z[k], z, k), (k, 1, V)), [Eq(p, softmax(V, z))], p, z),
    "the second time": (partial(partial(a * b, a), a), [Eq(b, a)], b, a),
    "two inequalities": (partial(b, a), [b <= a * a, a * a <= b], b, a),
    "inequalities over another letter": (partial(b, a), [b <= c, c <= a, a <= b], b, a),
    "a square that is not above 0": (partial(b, a), [(b - a) ** 2 <= 0], b, a),
    "inequalities of each": (
        partial(q[y], z, y),
        [*in_vocabulary(y, V), *(ForAll((k, 1, V), g) for g in (q[k] <= exp(z[k]), exp(z[k]) <= q[k]))], q, z,
    ),
    "in a definition": (slope_of(p, z, y, j), [Eq(p, softmax(V, z))], p, z),
}  # fmt: skip


@pytest.mark.parametrize("name", TIED)
def test_a_letter_that_hangs_on_what_moves_is_not_held_fixed(name):
    term, given, held, moving = TIED[name]
    found = tied(Eq(term, 0), tuple(given))
    assert found is not None and (found.held, found.moving) == (held, moving)

    @theorem(shows=Eq(term, 0), given=given)
    def gradient(calc):
        """A gradient."""
        calc.eq(0, by=calculus)

    with pytest.raises(
        ClaimError, match=rf"a derivative by {moving.name} that holds {held.name} fixed, but the condition"
    ):
        gradient.check()


FREE = {
    "no derivative": (p[y], [Eq(p, softmax(V, z))]),
    "an inequality": (partial(a * b, a), [b < a]),
    "an inequality with its border": (partial(a * b, a), [b <= a]),
    "a band": (partial(a * b, a), [0 < b, 1 - b <= a, a <= 1 + b]),
    "a condition on each": (partial(a * b, a), [Eq(b, 1), Eq(a, 2)]),
    "an integer": (partial(z[y], z, j), [Eq(z[y], 1)]),
    "a function of numbers": (partial(g(a), a), [has_derivative(g, a, c)]),
    "written out": (partial(log(softmax(V, z)[y]), z, j), [Eq(p, softmax(V, z))]),
    "only a guard": (partial(a * b, a), [implies(0 < a, Eq(b, 1))]),
    "bound letters of the same name": (partial(a * b, a), [ForAll(a, Eq(a * b, b * a))]),
}  # fmt: skip


@pytest.mark.parametrize("name", FREE)
def test_other_letters_are_held_fixed(name):
    term, given = FREE[name]
    assert tied(Eq(term, 0), tuple(given)) is None


def test_a_line_is_looked_at_as_the_claim_is():
    @theorem(shows=Eq(a * b - a * b, 0), given=[Eq(b, a)])
    def aside(calc):
        """A derivative on the way."""
        calc.have(Eq(partial(a * b, a), b), by=calculus)
        calc.eq(0, by=ring)

    with pytest.raises(ClaimError, match="holds b fixed"):
        aside.check()
