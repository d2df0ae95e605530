"""Every function for authors, given what it does not take, names the call that was meant."""

from __future__ import annotations

import pytest
import sympy

import derive.api
from derive import *
from derive.kernel.definitions import Definition
from derive.language.arguments import ArgumentError
from derive.language.letters import T, V, a, b, k, p, phi, ps, q, t, theta, y, ys

g = function("g", REAL, REAL)
MEANT = {
    Sum: (p[k], (k, 1, V)), Max: (p[k], (k, 1, V)), Prod: (p[k], (k, 1, V)), log: (a,), exp: (a,), xlogy: (a, b), delta: (k, y), Eq: (a, b), Ne: (a, b),
    Implies: (0 < a, 0 <= a), Iff: (a <= b, 0 <= b - a), Member: (theta, argmin(phi, a)), argmin: (theta, a), argmax: (theta, a),
    fun: (k, 1 / V), ForAll: ((t, 1, T), ys[t] <= V), integer: ("n",), real: ("a",), family: ("r",), function: ("g", INT, REAL),
    in_vocabulary: (y, V), tokens_in_vocabulary: (ys, T, V), positive: (p, V), nonnegative: (q, V), sums_to_one: (q, V),
    distribution: (q, V), positive_distribution: (p, V), positive_at_each_position: (ps, T, V),
    finite_set: ("Y",), joint_distribution: (ps, T, V), positive_joint_distribution: (ps, T, V), independent: (ps, T, V),
    because: ("by symmetry", ring), reverse: (log_mul,), by_cases: (Eq(k, y),), gap: ("to be shown",),
    partial: (a * a, a), has_derivative: (g, a, b), define: ("square_of", (a,), a * a),
}  # fmt: skip
"""Each with arguments as they are meant."""
ANYTHING = {(because, 1), (reverse, 0), (define, 2)}
"""Places where the message is that of a reason, or of a term."""
SEVERAL = {Implies, function, partial}
WRONG = {
    "a text": "a b",
    "a float": 0.5,
    "nothing": None,
    "SymPy's": sympy.Symbol("x"),
    "a list": [a, [b]],
    "a truth value": True,
}


def by_name() -> list[object]:
    """The functions of the interface that are not classes, and that this page does not test elsewhere."""
    elsewhere = {theorem, false_claim, replay, derive.api.all_lemmas}
    found = [x for n in derive.api.__all__ if callable(x := getattr(derive.api, n))]
    return [x for x in found if not isinstance(x, (type, Definition)) and x not in elsewhere]


def test_the_table_has_every_function() -> None:
    assert set(MEANT) == set(by_name())


@pytest.mark.parametrize("fn", MEANT, ids=lambda fn: fn.__name__)
def test_what_is_meant_is_taken(fn):
    fn(*MEANT[fn])


@pytest.mark.parametrize(
    ("fn", "place", "what"),
    [(fn, i, w) for fn, args in MEANT.items() for i in range(len(args)) for w in WRONG if (fn, i) not in ANYTHING],
)
def test_what_is_not_meant_is_refused_with_the_call_that_is(fn, place, what):
    args = list(MEANT[fn])
    args[place] = WRONG[what]
    if (what == "a text" and isinstance(MEANT[fn][place], str)) or (fn is ForAll and what == "a list"):
        return
    with pytest.raises(ArgumentError) as refused:
        fn(*args)
    assert str(refused.value).startswith(f"{fn.__name__}: ") and f"; write {fn.__name__}(" in str(refused.value)
    assert " object at 0x" not in str(refused.value)


@pytest.mark.parametrize("fn", [fn for fn in MEANT if fn is not ForAll], ids=lambda fn: fn.__name__)
def test_too_few_and_too_many_arguments(fn):
    several = fn in SEVERAL
    for args in ((), *(() if several else ((*MEANT[fn], a, a, a, a),))):
        with pytest.raises(ArgumentError, match=f"^{fn.__name__}: .*; write {fn.__name__}"):
            fn(*args)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Sum(p, (k, 1, V)), "Sum: body must be a number, not p, which is of sort (integer -> real); write Sum(p[k], (k, 1, V))"),
        (lambda: Sum(p[k], (k, a)), "Sum: limits must be a range of a letter, such as (k, 1, V), or (y, Y) for 1 to Y, not the tuple (k, a)"),
        (lambda: Sum((k, 1, V), p[k]), "Sum: body must be a number, not the tuple (k, 1, V)"),
        (lambda: Sum(p[k], k, 1, V), "Sum: limits must be a range of a letter, such as (k, 1, V), or (y, Y) for 1 to Y, not k, which is of sort integer"),
        (lambda: ForAll(0 < p[k], (k, 1, V)), "ForAll: scope must be a letter or a range of one, not 0 < p[k], which is a statement"),
        (lambda: log(a < b), "log: x must be a number, not a < b, which is a statement; write log(a)"),
        (lambda: in_vocabulary(ys, V), "in_vocabulary: y must be an integer, not y, which is of sort (integer -> integer)"),
        (lambda: positive(V, p), "positive: p must be a family, or a function, not V, which is of sort integer; write positive(p, V)"),
        (lambda: because(ring, "x"), "because: words must be a text in quotation marks, not Tactic("),
        (lambda: Eq(a, 0.1), "Eq: b must be a term or an exact number, not 0.1, which is not exact (Fraction('0.1') is)"),
        (lambda: Eq(a, a == b), "not False (== compares in Python; Eq(a, b) is the equation)"),
        (lambda: theorem(Eq(a, b)), "theorem: too many positional arguments; write @theorem(shows=Eq(a, b), given=[0 < a])"),
        (lambda: define("f_of", "a", a), "define: params must be letters, not the text 'a'; write define("),
    ],
)  # fmt: skip
def test_messages(call, message):
    with pytest.raises(ArgumentError) as refused:
        call()
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("call", "wrong", "meant"),
    [
        (
            lambda: entropy(q),
            "entropy does not take q of sort (integer -> real)",
            "write entropy(V, q), where V is of sort integer",
        ),
        (
            lambda: kl(q, V, p),
            "kl does not take q of sort (integer -> real), V of sort integer, p",
            "write kl(V, q, p), where",
        ),
        (lambda: softmax(), "softmax does not take nothing", "write softmax(V, z)"),
        (lambda: entropy(V, 0.5), "entropy does not take V of sort integer, 0.5", "write entropy(V, q)"),
        (lambda: one_hot("y"), "one_hot does not take 'y'", "write one_hot(y), where y is of sort integer"),
    ],
)
def test_a_definition_says_which_arguments_it_has(call, wrong, meant):
    with pytest.raises(TypeError) as refused:
        call()
    assert str(refused.value).startswith(wrong) and meant in str(refused.value)


def test_conditions_hold_for_all_of_a_range_as_a_list():
    every = ForAll((t, 1, T), positive_distribution(ps[t], V))
    assert every == [ForAll((t, 1, T), c) for c in positive_distribution(ps[t], V)] and len(every) == 2

    @theorem(shows=Eq(a, a + 0), given=[1 <= T, 1 <= V, every])
    def under_them(calc):
        calc.eq(a + 0, by=ring)

    under_them.check()
    assert set(every) < set(under_them.given)


@pytest.mark.parametrize("by", ["ring", "sum_delta", ["ring"], because])
def test_a_text_is_no_reason(by):
    @theorem(shows=Eq(a, a + 0))
    def quoted(calc):
        calc.eq(a + 0, by=by)

    with pytest.raises(ClaimError, match="is not a reason") as refused:
        quoted.check()
    if by == "ring":
        assert "'ring' is not a reason; write ring without quotation marks" in str(refused.value)


def test_a_slip_in_a_proof_has_its_place():
    @theorem(shows=Eq(a, a + 0))
    def slip(calc):
        calc.eq(log(p), by=ring)

    with pytest.raises(ClaimError, match=r"test_arguments.py:\d+: ArgumentError: log: x must be a number, not p"):
        slip.check()


def test_replay_takes_a_theorem():
    with pytest.raises(TypeError, match=r"replay takes a theorem, such as kl_nonneg\.theorem, not a"):
        replay(a)
