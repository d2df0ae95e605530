"""Formulas that have values by a theorem: one named in using=[...], a fact on the way, or what the library knows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from derive import *
from derive.kernel.terms import Num
from derive.language.letters import *
from derive.render.pages.text import derivation_text
from derive.tactics.context import Context
from derive.tactics.side import prove


def square(t: Term) -> Term:
    return t**2 - 2 * t + 2


@theorem(shows=0 < square(a), phrase="a square and 1 more is positive")
def square_pos(calc: Calc) -> None:
    calc.lt((a - 1) ** 2 + 1, by=order)
    calc.eq(square(a), by=ring)


def trivially(statement: Term, given: list[Term], using: object = (), first: Term | None = None) -> TheoremEntry:
    """statement + 0 = statement, where only the values matter."""

    @theorem(shows=Eq(statement + 0, statement), given=given, using=using)
    def has_values(calc: Calc) -> None:
        if first is not None:
            calc.have(first, by=square_pos)
        calc.eq(statement, by=ring)

    return has_values


WHOLE = {
    "free": log(square(a)),
    "another letter": log(square(b + 1)),
    "under a sum": Sum(log(square(f[k])), (k, 1, V)),
    "under two": Sum(Sum(1 / square(f[k] + f[m]), (k, 1, V)), (m, 1, V)),
    "under a derivative": partial(log(square(z[k])), z, k),
    "in a definition": cross_entropy(V, q, fun(k, square(f[k]))),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_theorem_says_that_a_formula_has_a_value(name: str) -> None:
    entry = trivially(WHOLE[name], [], using=[square_pos])
    assert entry.theorem.concl == entry.shows
    with pytest.raises(ClaimError, match=r"(?s)needs .*in using=\[\.\.\.\]"):
        _ = trivially(WHOLE[name], []).theorem


def test_the_page_says_what_was_used() -> None:
    entry = trivially(WHOLE["free"], [], using=square_pos)
    assert "note: every formula has a value, since a square and 1 more is positive" in derivation_text(entry.derivation)


def test_a_theorem_with_conditions_holds_where_they_do() -> None:
    @theorem(shows=0 < a * b - b, given=[1 < a, 0 < b])
    def product_pos(calc: Calc) -> None:
        calc.lt((a - 1) * b, by=order)
        calc.eq(a * b - b, by=ring)

    whole = log(c * b - b)
    assert trivially(whole, [2 <= c, 0 < b], using=[product_pos]).theorem
    for given in ([0 < c, 0 < b], [2 <= c]):
        with pytest.raises(ClaimError, match="needs"):
            _ = trivially(whole, given, using=[product_pos]).theorem


def test_the_advice_speaks_of_all_values_of_a_bound_letter() -> None:
    with pytest.raises(ClaimError, match="add it for all k to given"):
        _ = trivially(Sum(log(f[k]), (k, 1, V)), []).theorem
    assert trivially(Sum(log(f[k]), (k, 1, V)), [ForAll((k, 1, V), 0 < f[k])]).theorem
    with pytest.raises(ClaimError, match=r"add it to given=\[\.\.\.\]"):
        _ = trivially(log(a), []).theorem


def test_a_fact_on_the_way_says_so_too() -> None:
    assert trivially(log(square(a)), [], first=0 < square(a)).theorem
    every = trivially(Sum(log(square(f[k])), (k, 1, V)), [], first=ForAll(k, 0 < square(f[k])))
    assert every.theorem
    with pytest.raises(ClaimError, match="the claim of has_values is not defined"):
        _ = trivially(log(square(a)), [], first=0 < square(b)).theorem


def test_what_is_not_used_or_is_no_theorem_is_refused() -> None:
    with pytest.raises(ClaimError, match="needs square_pos for nothing"):
        _ = trivially(a, [], using=[square_pos]).theorem
    with pytest.raises(ClaimError, match="takes theorems and lemmas, not 0 < a"):
        _ = trivially(a, [], using=[0 < a]).theorem

    @theorem(shows=0 < exp(a), using=lambda: None)
    def odd(calc: Calc) -> None:
        calc.lt(exp(a), by=order)

    with pytest.raises(ClaimError, match="takes theorems and lemmas"):
        _ = odd.theorem

    @theorem(shows=0 < square(b), using=[])
    def itself(calc: Calc) -> None:
        calc.lt(square(b), by=itself)

    itself.using = (itself,)
    with pytest.raises(ClaimError, match="is used in its own proof"):
        _ = itself.theorem

    @theorem(shows=0 < square(b))
    def unproved(calc: Calc) -> None:
        calc.lt(square(b), by=gap("later"))

    with pytest.raises(ClaimError, match="has a gap"):
        _ = trivially(log(square(a)), [], using=[unproved]).theorem


KNOWN = {
    "log 2": (Ne(log(Num(2)), 0), []),
    "log V": (0 < log(V), [2 <= V]),
    "a log below 0": (Ne(log(a), 0), [0 < a, a < 1]),
    "a probability": (p[y] <= 1, [*distribution(p, V), *in_vocabulary(y, V)]),
    "each probability": (ForAll((k, 1, V), p[k] <= 1), distribution(p, V)),
    "softmax": (softmax(V, z)[y] <= 1, in_vocabulary(y, V)),
    "a quotient": (0 < 1 - 1 / (1 + exp(-b)), []),
    "a product": (0 <= Prod(q[k], (k, 1, V)), nonnegative(q, V)),
}
NOT = {
    "log V": (0 < log(V), [1 <= V]),
    "log a": (Ne(log(a), 0), [0 < a]),
    "no token": (p[y] <= 1, distribution(p, V)),
    "no distribution": (p[y] <= 1, [*sums_to_one(p, V), *in_vocabulary(y, V)]),
    "a quotient": (a / b <= 1, [a <= b]),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_library_knows(name: str) -> None:
    goal, given = KNOWN[name]
    th = prove(goal, Context.of(given))
    assert th is not None and th.concl == goal and set(th.hyps) <= set(given)


@pytest.mark.parametrize("name", NOT)
def test_the_library_does_not_know(name: str) -> None:
    goal, given = NOT[name]
    assert prove(goal, Context.of(given)) is None


FILE = """
from derive import *
from derive.language.letters import *

sg = define("sg", (b,), 1 / (1 + exp(-b)), "logistic")


@theorem(shows=Eq(log(1 - sg(b)), log(sg(-b))))
def other_class(calc):
    calc.have(Eq(1 - sg(b), sg(-b)), by=[sg, auto])
    calc.eq(log(sg(-b)), by=Eq(1 - sg(b), sg(-b)))


@theorem(shows=0 < a**2 - 2 * a + 2, phrase="a square and 1 more is positive")
def positive_square(calc):
    calc.lt((a - 1) ** 2 + 1, by=order)
    calc.eq(a**2 - 2 * a + 2, by=ring)


@theorem(shows=log(a**2 - 2 * a + 2) <= a**2 - 2 * a + 1, using=[positive_square])
def bounded(calc):
    calc.le(a**2 - 2 * a + 2 - 1, by=log_le_sub_one)
    calc.eq(a**2 - 2 * a + 1, by=ring)
"""


def test_certificates_replay_it(tmp_path: Path, folder: Path) -> None:
    assert folder == tmp_path / "certificates"  # where they go unasked; the rule library is compiled there
    file = tmp_path / "logistic.py"
    file.write_text(FILE)
    run = [sys.executable, "-m", "derive.cli"]
    checked = subprocess.run([*run, "check", str(file)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    names = [f"{file}::other_class", f"{file}::bounded"]
    done = subprocess.run([*run, "certify", *names, "--run"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
