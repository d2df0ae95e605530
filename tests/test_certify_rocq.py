"""Rocq replays the certificates: those of the catalogue are accepted, those of a broken kernel are not.

Without the package coq these tests are skipped; under CI they fail instead.
"""

from __future__ import annotations

import inspect
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from derive.catalogue import find_theorem, theorems
from derive.certify import Result, certificate, run_certificates, write_certificates
from derive.certify.command import certify_command
from derive.certify.run import ALLOWED
from derive.kernel import axioms, definitions, rules, terms
from derive.kernel import ring as field
from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn, Sort
from derive.kernel.terms import (
    ADD,
    ARGMAX,
    ARGMIN,
    DELTA,
    EXP,
    HAS_PARTIAL,
    IN,
    LOG,
    MUL,
    PARTIAL,
    POW,
    PROD,
    SUM,
    Num,
    Term,
    Var,
    app,
    at,
    eq,
    forall,
    lam,
    ne,
)
from derive.kernel.theorem import RULES, Theorem, proof_steps


@pytest.fixture(autouse=True)
def _rocq() -> None:
    if shutil.which("coqc") is None:
        message = "needs coqc: apt-get install --no-install-recommends coq"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@dataclass(frozen=True)
class Raw:
    """A theorem of the kernel that is not in the catalogue."""

    name: str
    theorem: Theorem

    @property
    def given(self) -> tuple[Term, ...]:
        return self.theorem.hyps

    @property
    def shows(self) -> Term:
        return self.theorem.concl


def results_of(folder: Path, texts: dict[str, str]) -> dict[str, Result]:
    """What Rocq says about certificates given as texts."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.v").write_text(text, "utf-8")
    return {res.name: res for res in run_certificates(folder)}


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_every_theorem_is_replayed(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    entries = theorems()
    made = write_certificates(entries, tmp_path)
    results = run_certificates(tmp_path, entries=entries)
    assert [str(res) for res in results if not res.ok] == []
    assert [res.name for res in results] == sorted(c.name for c in made)
    assert all(set(res.assumptions) <= ALLOWED for res in results)
    counts = {
        "theorems": len(results),
        "lines": sum(res.lines for res in results),
        "lemma applications": sum(res.applications for res in results),
    }
    record_property("counts: certificates replayed by Rocq", counts)


def test_the_command(tmp_path: Path) -> None:
    text, status = certify_command(["exercise_6_comparing_objectives"], tmp_path, run=True)
    assert status == 0
    assert re.match(r"exercise_6_comparing_objectives: Rocq [\d.]+ proved the claim from \d+ lemma applications", text)


# --- every rule, at integers that are no variables -------------------------------------------------------------------

i, j, k, m, n, V = (Var(s, INT) for s in ("i", "j", "k", "m", "n", "V"))
x, y, z, c = (Var(s, REAL) for s in "xyzc")
f, g, w = Var("f", FAMILY), Var("g", FAMILY), Var("w", FAMILY)
label, other = Var("label", Fn(INT, INT)), Var("other", Fn(INT, INT))
table = Var("table", Fn(INT, Fn(INT, INT)))
F, G = Var("F", Fn(FAMILY, REAL)), Var("G", Fn(FAMILY, REAL))
Theta = Base("Theta")
s, t = Var("s", Theta), Var("t", Theta)
loss, gain = Var("loss", Fn(Theta, REAL)), Var("gain", Fn(Theta, REAL))


def f_of(index: Term) -> Term:
    return label[index] * 2 + 1


def sound() -> Iterator[tuple[str, Theorem]]:
    """True theorems that use the rules in ways that the catalogue does not."""
    r = rules
    a = r.assume
    one, two = Num(1), Num(2)
    shift = definitions.define("certified_shift", (n, label), label[n + 1] + n * 2)
    twice = definitions.define("certified_twice", (label,), lam(k, label[k] + label[k + 1]))
    best = definitions.define("certified_best", (loss, c), app(ARGMIN, lam(t, loss[t] + c)))
    of_theta = definitions.define("certified_at", (loss, t), lam(k, loss[t] + k))
    yield "spec_compound", r.spec(a(forall(k, k <= f[k])), n + 1)
    yield "spec_power", r.spec(a(forall(k, k <= f[k])), app(POW, n, two) - m)
    yield "spec_sum", r.spec(a(forall(k, k <= f[k] + k)), app(SUM, one, n, lam(k, label[k] * k)))
    yield "spec_prod", r.spec(a(forall(k, k <= f[k] + k)), -app(PROD, one, n, lam(k, label[k] - 1)))
    yield "spec_family", r.spec(a(forall(label, label[m] <= app(SUM, m, n, label))), lam(k, label[k + 1] * 2))
    yield "spec_real_by_integer", r.spec(a(forall(x, x <= f[m] * x)), n + 1)
    yield "spec_base", r.spec(a(forall(t, loss[s] <= loss[t])), s)
    yield "inst_compound", r.inst(a(f[n] <= n), ((n, n * m - 1),))
    yield "inst_bound", r.inst(r.axiom("sum_last"), ((n, n + 1), (m, one)))
    yield "inst_two", r.inst(a(f[n] + m <= n * label[m]), ((n, m + 1), (m, n - 2), (x, y)))
    yield "inst_function", r.inst(a(label[n] <= f[label[m]]), ((label, lam(k, table[k][k] + k)), (f, label)))
    yield (
        "inst_partial_application",
        r.inst(a(table[n][m] <= app(SUM, m, n, table[n])), ((table, lam(i, lam(k, i + k))),)),
    )
    yield "inst_drops", r.inst(r.refl(x + n), ((n, n + 1), (x, x * y)))
    number = lam(k, k * x)
    yield "inst_reduced", r.inst(r.axiom("sum_last"), ((f, number), (m, one)))
    yield "inst_reduced_under_binders", r.inst(
        a(eq(app(SUM, m, n, lam(k, f[k + m] * app(PROD, k, n, lam(i, f[i - k * m])))), x)), ((f, number), (m, m * 2)))  # fmt: skip
    yield "inst_reduced_twice", r.inst(
        a(F[f] <= app(SUM, m, n, lam(k, F[lam(i, i * f[k + i])]))), ((F, lam(f, f[n + 1] * f[m])), (f, number), (n, n * 2)))  # fmt: skip
    yield "inst_integers_in_integers", r.inst(
        a(label[n + label[m + 1]] + 1 <= f[label[n * 2]]), ((label, lam(k, k * k - n)), (f, lam(k, k * 3)), (n, m + 1)))  # fmt: skip
    yield "spec_reduced", r.spec(a(forall(f, forall(k, f[k + 1] <= f[f_of(k)]))), number)
    yield "ext_integers", r.ext(k, r.ring(k + label[k], label[k] + k, ()))
    yield "cong_delta", r.cong(DELTA, (r.ring(n + 1, one + n, ()), r.refl(label[n])))
    yield "cong_sum", r.cong(SUM, (r.ring(n + 1, one + n, ()), r.refl(m + 1), r.refl(label)))
    families = r.ext(k, r.ring(label[k] + 1, one + label[k], ()))
    yield "cong_definition", r.cong(shift, (r.ring(n + 1, one + n, ()), families))
    yield "cong_definition_of_family", r.cong(twice, (families,))
    tables = r.ext(i, r.ext(k, r.ring(i + k, k + i, ())))
    yield "two_places", r.cong_at(r.cong_at(tables, r.refl(n + 1)), r.ring(m - 1, -one + m, ()))
    yield "cong_at", r.cong_at(a(eq(label, other)), r.ring(n + 1, one + n, ()))
    yield "cong_at_lam", r.cong_at(r.ext(k, r.ring(k + f[k], f[k] + k, ())), r.ring(n + 1, one + n, ()))
    yield "cong_at_family", r.cong_at(a(eq(F, G)), r.ext(k, r.ring(label[k] + 1, one + label[k], ())))
    yield "cong_pow", r.cong(POW, (a(eq(x, y)), r.refl(two)))
    yield "cong_argmin", r.cong(ARGMIN, (a(eq(loss, gain)),))
    yield "cong_best", r.cong(best, (a(eq(loss, gain)), a(eq(x, y))))
    yield "cong_of_theta", r.cong(of_theta, (a(eq(loss, gain)), a(eq(s, t))))
    yield "cong_partial", r.cong(PARTIAL, (a(eq(F, G)), a(eq(f, g)), r.ring(n + 1, one + n, ())))
    member = a(app(IN, s, app(ARGMIN, loss)))
    sets = r.cong(ARGMIN, (a(eq(loss, gain)),))
    yield "rel_cong_in", r.rel_cong(member, (a(eq(s, t)), sets))
    yield (
        "rel_cong_sets",
        r.rel_cong(sets, (r.refl(app(ARGMIN, loss)), r.sym(a(eq(app(ARGMAX, loss), app(ARGMIN, gain)))))),
    )
    yield "rel_cong_ne", r.rel_cong(a(ne(n, m + 1)), (a(eq(n, x)), r.refl(m + 1)))
    yield "rel_cong_ne_base", r.rel_cong(a(ne(s, t)), (r.refl(s), a(eq(t, s))))
    yield "rel_cong_lt", r.rel_cong(a(n < m + 1), (a(eq(n, x)), r.ring(m + 1, one + m, ())))
    has = a(app(HAS_PARTIAL, F, f, n + 1, x))
    yield "rel_cong_partial", r.rel_cong(has, (r.refl(F), a(eq(f, g)), r.ring(n + 1, one + n, ()), a(eq(x, y))))
    yield "trans_sets", r.trans(r.sym(sets), r.trans(sets, r.refl(app(ARGMIN, gain))))
    yield "unfold_compound", r.unfold(shift(n * m, lam(k, k * k - 1)))
    yield "unfold_family", r.unfold(twice(lam(k, k + n)))
    yield "unfold_set", r.unfold(best(loss, x))
    yield "unfold_of_theta", r.unfold(of_theta(loss, t))
    yield "folded_index", r.spec(a(forall(k, k <= f[k])), shift(n, label))
    yield "bigop_compound", r.bigop_ext(PROD, n + 1, label[m] * 2, k, r.linear(
        eq(f[k], f[k]), (a(n + 1 <= k), a(k <= label[m] * 2)), (Fraction(0), Fraction(0)), ()))  # fmt: skip
    yield "bigop_integers", r.bigop_ext(SUM, n, m, k, r.ring(label[k] + k, k + label[k], ()))
    yield "induction_compound", _induction(m * 2 - 1)
    yield "int_step", r.int_step(a(n + m < label[n] * 2))
    yield "cases_eq", r.cases(eq(n, m + 1), r.refl(x), r.refl(x))
    yield "cases_ne", r.cases(ne(s, t), r.refl(x), r.refl(x))
    yield (
        "cases_lt",
        r.cases(n + 1 < m, r.linear(x <= x, (a(n + 1 < m),), (Fraction(0),), ()), r.linear(x <= x, (), (), ())),
    )
    yield "absurd_lt", r.absurd(a(x < y), a(y <= x), eq(s, t))
    yield "absurd_le", r.absurd(a(y <= x), a(x < y), eq(s, t))
    yield "absurd_eq", r.absurd(a(eq(s, t)), a(ne(s, t)), x < y)
    yield "absurd_ne", r.absurd(a(ne(x, y)), a(eq(x, y)), x < y)
    yield "unused_variable", r.mp(r.discharge(eq(y + k, y + k), r.refl(x)), r.refl(y + k))
    yield "unused_sort", r.mp(r.discharge(eq(loss[t], loss[t]), r.refl(x)), r.refl(loss[t]))
    yield "argmax_integers", r.axiom("argmax_mem", INT)
    yield "argmin_families", r.axiom("argmin_mem", FAMILY)
    yield "set_ext", r.axiom("set_ext", Theta)
    known = a(ne(x, 0))
    yield "ring_quotients", r.ring(x / x + y / 2, one + y / two, (known,))
    yield "ring_product", r.ring(z / (x * y), z / x / y, (known, a(ne(y, 0))))
    yield "ring_whole_product", r.ring(x * y * z / (x * y), z, (a(ne(x * y, 0)),))
    yield "ring_quotient_below", r.ring(z / (x / y) / -x, -(z * y / x / x), (known, a(ne(y, 0))))
    yield "ring_constant_below", r.ring(z / (one + one + x - x), z / 2, ())
    yield "ring_ratio_below", r.ring(z / Num(Fraction(-3, 2)), z * Num(Fraction(-2, 3)), ())
    yield "ring_difference_below", r.ring(z / (x - y) * (x - y), z, (a(ne(x - y, 0)),))
    yield "ring_opposite_below", r.ring(z / (-x + 1) * (1 - x), z, (a(ne(-x + 1, 0)),))
    yield "ring_powers", r.ring(app(POW, x + n, Num(3)) / (x + n), app(POW, x + n, two), (a(ne(x + n, 0)),))
    yield "ring_atoms", r.ring(app(LOG, x / y) * (1 / y), app(LOG, x / y) / y, (a(ne(y, 0)),))
    yield "ring_left_alone", r.ring(x / y + 2 * (x / y), 3 * (x / y), ())
    yield "ring_nothing", r.ring(Num(2) + 2, Num(4), ())
    yield "linear_mixed", r.linear(x + 1 < 2 * y, (a(x <= y), a(eq(z, y)), a(z < 5), a(Num(7) <= y)),
                                   (Fraction(1), Fraction(-1, 2), Fraction(1, 2), Fraction(3, 2)), ())  # fmt: skip
    yield "linear_quotients", r.linear(eq(x / y * y, z), (a(eq(x, z)),), (Fraction(1),), (a(ne(y, 0)),))
    yield "linear_constant", r.linear(Num(1) < Num(Fraction(3, 2)), (), (), ())
    yield "pow_real", r.axiom("pow_eq_exp")
    yield "exp_of_integers", r.inst(r.axiom("exp_add"), ((x, n + 1), (y, label[n])))


def _induction(low: Term) -> Theorem:
    """|- low <= n => low <= n, by induction on n."""
    statement = low - 1 <= n
    base = rules.linear(low - 1 <= low, (), (), ())
    step = rules.linear(low - 1 <= n + 1, (rules.assume(statement),), (Fraction(1),), ())
    return rules.induction(n, low, statement, base, step)


def test_every_rule_in_unusual_places(tmp_path: Path) -> None:
    made = list(sound())
    used = {th.proof.rule for _, top in made for th in proof_steps(top)}
    entries = [Raw(name, th) for name, th in made]
    write_certificates(entries, tmp_path)
    results = run_certificates(tmp_path, entries=entries)
    assert [str(res) for res in results if not res.ok] == []
    assert used | {th.proof.rule for e in theorems() for th in proof_steps(e.theorem)} == set(RULES)
