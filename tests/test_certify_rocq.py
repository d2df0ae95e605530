"""Rocq replays the certificates: those of the catalogue are accepted, those of a broken kernel are not.

Without the package coq these tests are skipped; under CI they fail instead.
"""

from __future__ import annotations

import inspect
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rocq import Raw, results_of
from test_docs import ROOT, shell_lines

from derive.board.catalogue import find_theorem, theorems
from derive.certify import Result, certificate, run_certificates, write_certificates
from derive.certify.command import certify_command
from derive.certify.compiler import find_rocq
from derive.certify.library import FILES
from derive.certify.replay import ALLOWED
from derive.cli import main
from derive.kernel import axioms, definitions, rules, terms
from derive.kernel import ring as field
from derive.kernel import theorem as theorem_module
from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn, Sort
from derive.kernel.terms import (
    ARGMAX,
    ARGMIN,
    DELTA,
    DERIVATIVE,
    EXP,
    HAS_DERIVATIVE,
    IN,
    LOG,
    MAX,
    POW,
    PROD,
    SUM,
    Num,
    Term,
    Var,
    app,
    eq,
    forall,
    lam,
    ne,
)
from derive.kernel.theorem import RULES, Theorem, proof_steps
from derive.operators.derivatives import PARTIAL

pytestmark = pytest.mark.usefixtures("rocq")


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_every_theorem_is_replayed_and_then_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """By the line that docs/certificates.md prints, in an empty folder; then by the same line once more."""
    results: list[Result] = []

    def kept(*args: Any, **choices: Any) -> list[Result]:
        results.extend(run_certificates(*args, **choices))
        return results

    (line,) = (x for x in shell_lines((ROOT / "docs/certificates.md").read_text("utf-8")) if "--all" in x)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("derive.certify.command.run_certificates", kept)
    done = CliRunner().invoke(main, shlex.split(line)[1:])
    assert done.exit_code == 0, done.output
    count = len(theorems())
    assert [res.name for res in results] == [e.name for e in theorems()]
    assert all(res.ok for res in results)
    assert all(set(res.assumptions) <= ALLOWED for res in results)
    assert f"{count} of {count} theorems replayed by Rocq" in done.output
    counts = {
        "theorems": count,
        "lines": sum(res.lines for res in results),
        "lemma applications": sum(res.applications for res in results),
    }
    record_property("counts: certificates replayed by Rocq", counts)

    monkeypatch.setattr("derive.certify.command.run_certificates", lambda *_, **__: pytest.fail("Rocq is run"))
    monkeypatch.setattr("derive.certify.run.certificate", lambda *_: pytest.fail("a certificate is written"))
    again = CliRunner().invoke(main, shlex.split(line)[1:])
    assert again.exit_code == 0, again.output
    assert re.search(
        rf"{count} of {count} theorems replayed by Rocq \S+, {count} of them on \S+ and cached", again.output
    )
    assert again.output.count("(cached)") == count


def test_a_certificate_by_hand(folder: Path) -> None:
    """The two lines of docs/certificates.md: with the library, a certificate stands by itself."""
    write_certificates([find_theorem("cross_entropy_is_nll")], folder)
    text = (ROOT / "docs/certificates.md").read_text("utf-8")
    compiling = [line.strip() for line in text.splitlines() if "coqc -q -Q Derive Derive" in line]
    assert len(compiling) == 2
    for file in folder.glob("Derive/*.vo"):
        file.unlink()
    done = subprocess.run(["sh", "-ec", "\n".join(compiling)], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "functional_extensionality_dep" in done.stdout


@pytest.mark.parametrize("relative", ["a/b c", "."])
def test_the_command_in_a_relative_folder(
    relative: str, compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rocq runs in a folder of its own; a name that is relative to the caller's folder must lead there all the same."""
    shutil.copytree(compiled, tmp_path / relative, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    text, status = certify_command(["exercise_6_comparing_objectives"], relative, run=True)
    assert status == 0, text
    assert re.match(r"exercise_6_comparing_objectives: Rocq [\d.]+ proved the claim from \d+ lemma applications", text)
    assert "; it rests on " in text
    assert (tmp_path / relative / "exercise_6_comparing_objectives.v").exists()


def test_the_library_is_compiled_in_a_relative_folder(compiled: Path) -> None:
    assert all((compiled / "Derive" / f"{name}.vo").exists() for name in FILES)


# --- every rule, at integers that are no variables -------------------------------------------------------------------

i, j, k, m, n, V = (Var(s, INT) for s in ("i", "j", "k", "m", "n", "V"))
x, y, z, c = (Var(s, REAL) for s in "xyzc")
f, g, w = Var("f", FAMILY), Var("g", FAMILY), Var("w", FAMILY)
label, other = Var("label", Fn(INT, INT)), Var("other", Fn(INT, INT))
table = Var("table", Fn(INT, Fn(INT, INT)))
F, G = Var("F", Fn(FAMILY, REAL)), Var("G", Fn(FAMILY, REAL))
H, K = Var("H", Fn(REAL, REAL)), Var("K", Fn(REAL, REAL))
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
    yield "cong_derivative", r.cong(DERIVATIVE, (a(eq(H, K)), r.ring(n + 1, one + n, ())))
    yield "cong_partial", r.cong(PARTIAL, (a(eq(F, G)), a(eq(f, g)), r.ring(n + 1, one + n, ())))
    yield "unfold_partial", r.unfold(app(PARTIAL, F, label, n + 1))
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
    has = a(app(HAS_DERIVATIVE, H, n + 1, x))
    yield "rel_cong_derivative", r.rel_cong(has, (r.refl(H), r.ring(n + 1, one + n, ()), a(eq(x, y))))
    yield "trans_sets", r.trans(r.sym(sets), r.trans(sets, r.refl(app(ARGMIN, gain))))
    yield "unfold_compound", r.unfold(shift(n * m, lam(k, k * k - 1)))
    yield "unfold_family", r.unfold(twice(lam(k, k + n)))
    yield "unfold_set", r.unfold(best(loss, x))
    yield "unfold_of_theta", r.unfold(of_theta(loss, t))
    yield "folded_index", r.spec(a(forall(k, k <= f[k])), shift(n, label))
    yield "bigop_compound", r.bigop_ext(PROD, n + 1, label[m] * 2, k, r.linear(
        eq(f[k], f[k]), (a(n + 1 <= k), a(k <= label[m] * 2)), (Fraction(0), Fraction(0)), ()))  # fmt: skip
    yield "bigop_max", r.bigop_ext(MAX, n, label[m], k, r.ring(label[k] + f[k], f[k] + label[k], ()))
    yield "cong_max", r.cong(MAX, (r.ring(n + 1, one + n, ()), r.refl(m), r.refl(label)))
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
    yield "ring_fraction_below", r.ring((z - z * y / x) / (1 - y / x), z, (known, a(ne(1 - y / x, 0))))
    yield "ring_power_below", r.ring(1 / app(POW, x, two), x / app(POW, x, Num(3)),
                                     (a(ne(app(POW, x, two), 0)), a(ne(app(POW, x, Num(3)), 0))))  # fmt: skip
    yield "ring_integer_power_below", r.ring(x, n * x / app(POW, n, two) * n, (a(ne(app(POW, n, two), 0)), a(ne(n, 0))))
    yield "ring_sum_of_fractions_below", r.ring(1 / (1 / x + 1 / y), x * y / (x + y),
                                                (known, a(ne(y, 0)), a(ne(1 / x + 1 / y, 0)), a(ne(x + y, 0))))  # fmt: skip
    yield "ring_term_that_vanishes_below", r.ring(y / (x * 0 + x * x) * x, y / x, (known, a(ne(x * 0 + x * x, 0))))
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


def test_every_rule_in_unusual_places(folder: Path) -> None:
    entries = [Raw(name, th) for name, th in sound()]
    write_certificates(entries, folder)
    results = run_certificates(folder, entries=entries)
    assert len(results) == len(entries) > 80
    assert [str(res) for res in results if not res.ok] == []
    used = {th.proof.rule for e in [*entries, *theorems()] for th in proof_steps(e.theorem)}
    assert used == set(RULES)


# --- a broken kernel -------------------------------------------------------------------------------------------------


class Broken:
    """The kernel with one fault.  ``rule`` gives a rule whose source has one text replaced by another."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch

    def rule(self, name: str, old: str, new: str) -> Callable[..., Theorem]:
        source = inspect.getsource(inspect.unwrap(getattr(rules, name)))
        assert old in source
        # the decorator registers the broken one in a table of its own; at the end the right table is back, in its order, and
        # the right rule in the module that alone has rules
        table = {n: fn for n, fn in theorem_module.RULES.items() if n != name}
        for attribute in ("_RULES", "RULES"):
            self.patch.setattr(theorem_module, attribute, table)
        self.patch.setattr(rules, name, getattr(rules, name))
        exec("from __future__ import annotations\n" + source.replace(old, new), vars(rules))
        return getattr(rules, name)  # type: ignore[no-any-return]

    def axiom(self, name: str, hyps: tuple[Term, ...], concl: Term) -> Theorem:
        self.patch.setattr(axioms, "AXIOMS", {**axioms.AXIOMS, name: (hyps, concl)})
        return rules.axiom(name)

    def set(self, module: Any, name: str, value: object) -> None:
        self.patch.setattr(module, name, value)


def quotient_without_square(b: Broken) -> Theorem:
    hyps, concl = axioms.AXIOMS["derivative_div"]
    f_, x_, value = concl.args  # type: ignore[attr-defined]
    return b.axiom("derivative_div", hyps, app(HAS_DERIVATIVE, f_, x_, value.args[0]))


def exp_log_without_condition(b: Broken) -> Theorem:
    return rules.inst(b.axiom("exp_log", (), axioms.AXIOMS["exp_log"][1]), ((x, Num(-1)),))


def sum_last_without_condition(b: Broken) -> Theorem:
    return rules.inst(b.axiom("sum_last", (), axioms.AXIOMS["sum_last"][1]), ((n, Num(0)), (m, Num(5))))


def delta_diff_without_condition(b: Broken) -> Theorem:
    return rules.inst(b.axiom("delta_diff", (), axioms.AXIOMS["delta_diff"][1]), ((i, n), (j, n)))


def order_the_wrong_way(b: Broken) -> Theorem:
    return b.axiom("exp_gt_one_add", *reversed_order(axioms.AXIOMS["exp_gt_one_add"]))


def reversed_order(statement: tuple[tuple[Term, ...], Term]) -> tuple[tuple[Term, ...], Term]:
    a_, b_ = statement[1].args  # type: ignore[attr-defined]
    return statement[0], b_ < a_


def argmin_for_argmax(b: Broken) -> Theorem:
    def wrong(sort: Sort) -> tuple[tuple[Term, ...], Term]:
        hyps, concl = axioms._argmax(sort)
        left, right = concl.args  # type: ignore[attr-defined]
        return hyps, terms.iff(app(IN, left.args[0], app(ARGMIN, left.args[1].args[0])), right)

    b.set(axioms, "SORTED_AXIOMS", {**axioms.SORTED_AXIOMS, "argmin_mem": wrong})
    return rules.axiom("argmin_mem", INT)


def no_eigenvariable(b: Broken) -> None:
    b.set(rules, "_eigenvariable", lambda *_: None)


def gen_over_a_hypothesis(b: Broken) -> Theorem:
    no_eigenvariable(b)
    every = rules.inst(rules.gen(x, rules.assume(eq(x, 0))), ((x, Num(0)),))
    return rules.cut(rules.refl(Num(0)), every)


def ext_over_a_hypothesis(b: Broken) -> Theorem:
    no_eigenvariable(b)
    return rules.ext(k, rules.assume(eq(f[k], g[k])))


def bigop_over_a_hypothesis(b: Broken) -> Theorem:
    no_eigenvariable(b)
    return rules.bigop_ext(SUM, Num(1), n, k, rules.assume(eq(f[k], g[k])))


def bigop_with_other_bounds(b: Broken) -> Theorem:
    wrong = b.rule("bigop_ext", "without(th.hyps, low <= var, var <= high)", "without(th.hyps, low <= var, var < high)")
    inside = rules.mp(rules.spec(rules.assume(forall(k, terms.implies(k < n, eq(f[k], g[k])))), k), rules.assume(k < n))
    return wrong(SUM, Num(1), n, k, inside)


def bigop_that_drops_hypotheses(b: Broken) -> Theorem:
    wrong = b.rule("bigop_ext", "return rest, ", "return (), ")
    return wrong(SUM, Num(1), n, k, rules.mp(rules.spec(rules.assume(forall(k, terms.implies(k <= n, eq(f[k], g[k])))), k),
                                             rules.assume(k <= n)))  # fmt: skip


def induction_over_a_hypothesis(b: Broken) -> Theorem:
    no_eigenvariable(b)
    return rules.induction(n, Num(0), eq(f[n], 0), rules.assume(eq(f[0], 0)), rules.assume(eq(f[n + 1], 0)))


def induction_without_a_base(b: Broken) -> Theorem:
    wrong = b.rule("induction", "if base.concl != substitute(statement, {var: low}):", "if False:")
    step = rules.linear(n + 1 < n + 1 + 0 * n, (rules.assume(n < n),), (Fraction(1),), ())
    step = rules.linear(n + 1 < n + 1, (step,), (Fraction(1),), ())
    return wrong(n, Num(0), n < n, rules.refl(Num(0)), step)


def cut_that_drops_hypotheses(b: Broken) -> Theorem:
    wrong = b.rule("cut", "union(lemma.hyps, without", "union(without")
    return wrong(rules.assume(eq(x, 0)), rules.assume(eq(x, 0)))


def discharge_of_what_follows(b: Broken) -> Theorem:
    wrong = b.rule("discharge", "implies(statement, th.concl)", "th.concl")
    return wrong(x < y, rules.assume(x < y))


def mp_without_looking(b: Broken) -> Theorem:
    wrong = b.rule("mp", "if p != th.concl:", "if False:")
    return wrong(rules.discharge(x < x, rules.assume(x < x)), rules.refl(x))


def iff_that_goes_one_way(b: Broken) -> Theorem:
    wrong = b.rule("iff_intro", "!= (q, p)", "== ()")
    forth = rules.discharge(x < y, rules.linear(x <= y, (rules.assume(x < y),), (Fraction(1),), ()))
    return wrong(forth, rules.discharge(x <= y, rules.linear(x <= y + 0, (rules.assume(x <= y),), (Fraction(1),), ())))


def spec_that_drops_hypotheses(b: Broken) -> Theorem:
    wrong = b.rule("spec", "return th.hyps, instantiate(fn, term)", "return (), instantiate(fn, term)")
    return wrong(rules.assume(forall(x, x < 0)), x)


def inst_without_hypotheses(b: Broken) -> Theorem:
    wrong = b.rule("inst", "union(tuple(dict.fromkeys(substitute(h, values) for h in th.hyps)))", "th.hyps")
    return wrong(rules.axiom("exp_log"), ((x, y),))


def capture(b: Broken) -> Theorem:
    """Substitution without moving indices: the j of a sum captures what is put in."""
    b.set(terms, "_shift", lambda term, by, cutoff=0: term)
    difference = lam(k, app(SUM, Num(1), Num(2), lam(j, k - j)))
    return rules.inst(rules.spec(rules.assume(forall(k, eq(f[k], 0))), Num(7)), ((f, difference),))


def cases_that_are_the_same(b: Broken) -> Theorem:
    wrong = b.rule("cases", "opposite = negation(statement)", "opposite = statement")
    return wrong(x < y, rules.assume(x < y), rules.assume(x < y))


def absurd_without_contradiction(b: Broken) -> Theorem:
    wrong = b.rule("absurd", "if negation(th.concl) != opposite.concl:", "if False:")
    return wrong(rules.refl(x), rules.refl(y), Num(1) < 0)


def trans_without_a_middle(b: Broken) -> Theorem:
    return b.rule("trans", "if b != b2:", "if False:")(rules.refl(x), rules.refl(y))


def sym_of_an_order(b: Broken) -> Theorem:
    wrong = b.rule("sym", '_sides("sym", th, EQ)', "th.concl.args")
    return wrong(rules.linear(x < x + 1, (), (), ()))


def cong_that_drops_hypotheses(b: Broken) -> Theorem:
    wrong = b.rule("cong", "*(e.hyps for e in equations)", "*()")
    return wrong(EXP, (rules.assume(eq(x, y)),))


def rel_cong_without_looking(b: Broken) -> Theorem:
    wrong = b.rule("rel_cong", "if tuple(a for a, _ in pairs) != tuple(_short(x) for x in th.concl.args):", "if False:")
    return wrong(rules.linear(x < x + 1, (), (), ()), (rules.refl(y), rules.refl(y)))


def ring_that_accepts_anything(b: Broken) -> Theorem:
    b.set(field, "equal", lambda *_: True)
    return rules.ring(x, x + 1, ())


def ring_that_divides_by_anything(b: Broken) -> Theorem:
    b.set(field, "_is_nonzero", lambda *_: True)
    return rules.ring(x / x, Num(1), ())


def ring_with_a_wrong_product(b: Broken) -> Theorem:
    b.set(field, "_times", lambda one, two: two)
    return rules.ring(x * (x + y), x + y, ())


def linear_with_negative_weights(b: Broken) -> Theorem:
    wrong = b.rule("linear", "if w < 0:", "if False:")
    return wrong(y <= x, (rules.assume(x <= y),), (Fraction(-1),), ())


def linear_that_is_strict(b: Broken) -> Theorem:
    wrong = b.rule("linear", "strict = False", "strict = True")
    return wrong(x < y, (rules.assume(x <= y),), (Fraction(1),), ())


def linear_with_a_negative_rest(b: Broken) -> Theorem:
    return b.rule("linear", "c >= 0 if goal.op is LE", "c <= 0 if goal.op is LE")(x + 1 <= x, (), (), ())


def linear_from_an_inequality(b: Broken) -> Theorem:
    wrong = b.rule("linear", "if goal.op is EQ and w != 0:", "if False:")
    return wrong(eq(x, y), (rules.assume(x <= y),), (Fraction(1),), ())


def int_step_on_reals(b: Broken) -> Theorem:
    return b.rule("int_step", "a.sort != INT or b.sort != INT", "False")(rules.assume(x < y))


def int_step_too_far(b: Broken) -> Theorem:
    return b.rule("int_step", "Num(1)", "Num(2)")(rules.assume(m < n))


def unfold_with_another_body(b: Broken) -> Theorem:
    half = definitions.define("certified_half", (x,), x / 2)
    b.set(definitions.Definition, "unfolded", lambda self, args: args[0] / 3)
    return rules.unfold(half(y))


def unfold_with_arguments_exchanged(b: Broken) -> Theorem:
    gap = definitions.define("certified_gap", (x, y), x - y)
    right = definitions.Definition.unfolded
    b.set(definitions.Definition, "unfolded", lambda self, args: right(self, tuple(reversed(args))))
    return rules.unfold(gap(x, y))


FAULTS: list[Callable[[Broken], Theorem]] = [
    quotient_without_square, exp_log_without_condition, sum_last_without_condition, delta_diff_without_condition,
    order_the_wrong_way, argmin_for_argmax, gen_over_a_hypothesis, ext_over_a_hypothesis, bigop_over_a_hypothesis,
    bigop_with_other_bounds, bigop_that_drops_hypotheses, induction_over_a_hypothesis, induction_without_a_base,
    cut_that_drops_hypotheses, discharge_of_what_follows, mp_without_looking, iff_that_goes_one_way, spec_that_drops_hypotheses,
    inst_without_hypotheses, capture, cases_that_are_the_same, absurd_without_contradiction, trans_without_a_middle,
    sym_of_an_order, cong_that_drops_hypotheses, rel_cong_without_looking, ring_that_accepts_anything,
    ring_that_divides_by_anything, ring_with_a_wrong_product, linear_with_negative_weights, linear_that_is_strict,
    linear_with_a_negative_rest, linear_from_an_inequality, int_step_on_reals, int_step_too_far,
    unfold_with_another_body, unfold_with_arguments_exchanged,
]  # fmt: skip


def test_what_a_broken_kernel_proves_is_rejected(folder: Path) -> None:
    texts = {}
    for fault in FAULTS:
        with pytest.MonkeyPatch.context() as patch:
            th = fault(Broken(patch))
            texts[fault.__name__] = certificate(Raw(fault.__name__, th)).text
    results = results_of(folder, texts)
    assert len(results) == len(FAULTS) >= 10
    assert sum(res.others for res in results.values()) > len(FAULTS)  # they were in one file, and each was found out
    assert [str(res) for res in results.values() if res.ok] == []
    # each was run, and it is Rocq that found the fault
    assert [str(res) for res in results.values() if "it was not run" in res.message] == []
    assert all("Error" in res.message for res in results.values())
    assert RULES["cut"] is rules.cut


# --- sealed operators ------------------------------------------------------------------------------------------------

# a condition, a statement that needs it, and its proof with the tactics of the standard library
GUARDED = {
    "V > 0": ("0 < V", "V * Div x V = x", "rewrite Div_Rdiv; [field|]; lra"),
    "V > 0, only moving": ("0 < V", "Div x V = x * Div 1 V", "rewrite !Div_Rdiv by lra; field; lra"),
    "p > 0": ("0 < p", "exp (Ln p) = p", "rewrite Ln_ln by lra; apply exp_ln; lra"),
    "p > 0, in a power": ("0 < p", "Pow p x = exp (x * Ln p)", "rewrite Pow_pos, Ln_ln by lra; reflexivity"),
    "p > 0, with zeros": ("0 < p", "Xlogy x p = x * Ln p", "rewrite Xlogy_pos, Ln_ln by lra; reflexivity"),
    "1 <= y": (
        "(1 <= y)%Z",
        "Sum 1 y (fun k => Delta k y * x) = Sum 1 (y - 1) (fun k => Delta k y * x) + x",
        "replace y with (y - 1 + 1)%Z at 1 by lia; rewrite Sum_more by lia; replace (y - 1 + 1)%Z with y by lia; "
        "rewrite Delta_same; ring",
    ),
}
# what the standard library proves without a condition, because there every quotient and logarithm has a value
UNSEALED = ("x / V = x * (1 / V)", "unfold Rdiv; ring")


def test_sealed_operators_need_their_conditions(folder: Path) -> None:
    head = "From Coq Require Import Reals ZArith Lra Lia.\nFrom Derive Require Import Operators Rules Axioms.\nOpen Scope R_scope.\n"
    binders = "(x V p : R) (y : Z)"
    lines = [head]
    for condition, statement, proof in GUARDED.values():
        lines.append(f"Goal forall {binders}, {condition} -> {statement}.\nProof. intros; {proof}. Qed.")
        lines.append(f"Goal forall {binders}, {statement}.\nProof. intros. Fail solve [{proof}].")
        others = "unfold Rdiv; ring | field; lra | ring | lra | reflexivity | easy | congruence"
        lines.append(f"Fail solve [{others}].\nAbort.")
    lines.append(f"Goal forall {binders}, {UNSEALED[0]}.\nProof. intros; {UNSEALED[1]}. Qed.")
    assert _compiles(folder, "sealed", "\n".join(lines)) == ""


def _compiles(folder: Path, name: str, text: str) -> str:
    """What coqc says about a text of this test; empty when it accepts it."""
    file = folder / f"{name}.v"
    file.write_text(find_rocq().text(text), "utf-8")
    command = ["coqc", "-q", "-noglob", "-Q", str(folder / "Derive"), "Derive", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


CONDITIONS = {
    "V_positive": ("label_smoothing_residual_sequence", "1 <= IZR V"),
    "p_positive": ("log_likelihood_is_log_probability", "0 < p b0 b1"),
    "one_le_y": ("cross_entropy_one_hot", "1 <= IZR y"),
    "y_le_V": ("cross_entropy_one_hot", "IZR y <= IZR V"),
}


def test_a_condition_cannot_be_deleted(folder: Path) -> None:
    """The condition is taken out of the claim, and out of every lemma: its hypothesis, and the argument for it."""
    texts = {}
    for name, (theorem, condition) in CONDITIONS.items():
        good = certificate(find_theorem(theorem)).text
        texts[f"{name}_kept"] = good
        weaker = [h for h in _hypotheses(good) if h.endswith((condition + ")", condition + "))"))]
        assert weaker
        texts[f"{name}_true"] = _replace_hypotheses(good, condition)
        start, end = good.index("Definition claim"), good.index("(* the steps")
        lines = good[start:end].split("\n")
        kept = [x for x in lines if not x.strip(" ()->").endswith(condition.replace("b0", "t").replace("b1", "k"))]
        assert len(kept) < len(lines)
        texts[f"{name}_claim"] = good[:start] + "\n".join(kept) + good[end:]
    results = results_of(folder, texts)
    assert {name: res.ok for name, res in results.items()} == {name: name.endswith("_kept") for name in texts}


def _hypotheses(text: str) -> set[str]:
    return set(re.findall(r"\(H\d+ : .*?\)(?= \(H|\s*(?::|=>))", text))


def _replace_hypotheses(text: str, condition: str) -> str:
    """The text in which the condition says 0 <= 0 wherever it is a hypothesis or stands in one."""
    return "\n".join(
        line.replace(condition, "0 <= 0") if line.startswith(("Lemma", "  ", "Proof. exact (fun")) else line
        for line in text.split("\n")
    )


# --- certificates edited by hand -------------------------------------------------------------------------------------

EDITS = {
    "a_weaker_condition": ("1 <= IZR T ->", "0 <= IZR T ->"),
    "no_condition": ("1 <= IZR T ->\n", ""),
    "another_claim": ("((s1 < s2) <->", "((s2 < s1) <->"),
    "a_stronger_claim": ("Definition claim : Prop :=\n  forall", "Definition claim : Prop :=\n  0 = 1 /\\ forall"),
    "a_sign": ("literal_pos 1%Z", "literal_pos 0%Z"),
    "another_step": ("exact (step_9 ", "exact (step_8 "),
    "a_lemma_left_out": ("Lemma step_2 ", "Lemma step_9999 "),
    "a_hypothesis_exchanged": ("H1)", "H2)"),
    "another_axiom": ("ax_mul_pos", "ax_exp_add"),
    "a_tactic_for_a_term": ("Proof. by_field. Qed.", "Proof. by_ring. Qed."),
}


def test_a_certificate_edited_by_hand_is_rejected(folder: Path) -> None:
    entry = find_theorem("exercise_3_equal_length")
    good = certificate(entry).text
    texts = {"unedited": good}
    for name, (old, new) in EDITS.items():
        assert old in good, name
        texts[name] = good.replace(old, new, 1)
    assert {name: res.ok for name, res in results_of(folder, texts).items()} == {n_: n_ == "unedited" for n_ in texts}


def test_a_certificate_of_something_else_is_rejected(folder: Path) -> None:
    """Rocq accepts it; it is not about the theorem of that name."""
    other, entry = find_theorem("exercise_6_comparing_objectives"), find_theorem("chain_rule")
    (folder / "chain_rule.v").write_text(certificate(other).text, "utf-8")
    (folder / "none.v").write_text(certificate(other).text, "utf-8")
    assert [res.ok for res in run_certificates(folder, names=["chain_rule"])] == [True]
    first, second = run_certificates(folder, entries=[entry])
    assert "it is not about the theorem" in first.message
    assert "there is no theorem of this name" in second.message


def test_a_certificate_sees_no_other_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed library in the folder is replaced, and load paths of the environment are not used."""
    entry = find_theorem("exercise_6_comparing_objectives")
    write_certificates([entry], folder)
    rules_file = folder / "Derive" / "Rules.v"
    rules_file.write_text(rules_file.read_text("utf-8") + "Axiom cheat : 0 = 1.\n", "utf-8")
    for name in ("COQPATH", "ROCQPATH", "COQLIB"):
        monkeypatch.setenv(name, str(folder / "elsewhere"))
    (result,) = run_certificates(folder, entries=[entry])
    assert result.ok
    assert "cheat" not in rules_file.read_text("utf-8")


def test_a_certificate_that_takes_too_long(folder: Path) -> None:
    entry = find_theorem("exercise_6_comparing_objectives")
    write_certificates([entry], folder)
    (result,) = run_certificates(folder, entries=[entry], time_limit=0.01)
    assert not result.ok
    assert "more than" in result.message
