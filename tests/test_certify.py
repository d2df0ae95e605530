"""Certificates as texts: written from the recorded proof, read back, and refused when they say anything else.

Nothing here needs Rocq; ``test_certify_rocq`` has it replay them.
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from rocq import Raw
from sweep import sample

from derive.board.catalogue import find_theorem, theorems
from derive.board.entries import TheoremEntry
from derive.certify import certificate, claim_rocq, write_certificates
from derive.certify.certificate import applications, compare, statement_of
from derive.certify.command import certify_command
from derive.certify.guard import RefusedError, examine
from derive.certify.library import FILES, axiom_lemmas, library_names, library_source
from derive.certify.readback import ReadError, closed, read_claim
from derive.certify.replay import read_assumptions
from derive.certify.translate import Names, Writer, definitions_in, variables_in_order
from derive.errors import UserError
from derive.kernel import rules as r
from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS
from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn, SetOf
from derive.kernel.terms import (
    ARGMIN,
    DELTA,
    IN,
    LOG,
    POW,
    SUM,
    Num,
    Term,
    Var,
    app,
    eq,
    forall,
    iff,
    implies,
    lam,
    ne,
)
from derive.kernel.theorem import proof_steps, replay

THEOREMS = theorems()
x, y = Var("x", REAL), Var("y", REAL)
k, n, V = Var("k", INT), Var("n", INT), Var("V", INT)
f, label = Var("f", FAMILY), Var("y", Fn(INT, INT))
Theta = Base("Theta")


# --- the library -----------------------------------------------------------------------------------------------------


def test_every_axiom_has_its_lemma_and_every_lemma_its_axiom() -> None:
    assert set(axiom_lemmas()) == {*AXIOMS, *SORTED_AXIOMS}


@pytest.mark.parametrize("name", [*AXIOMS, *SORTED_AXIOMS])
def test_the_lemma_states_the_axiom(name: str) -> None:
    base = Base("A")
    hyps, concl = AXIOMS[name] if name in AXIOMS else SORTED_AXIOMS[name](base)
    wanted = closed(variables_in_order((*hyps, concl)), hyps, concl)
    text = axiom_lemmas()[name]
    named = re.match(r"forall \((\w+) : Type\)", text)
    if named:  # the lemma is for any sort, also one without members; a certificate always has one
        text = text.replace(named.group(), f"{named.group()} (o_{named.group(1)} : {named.group(1)})", 1)
    assert read_claim(text, {named.group(1) if named else "": base}, {}) == wanted


def test_the_library_assumes_nothing() -> None:
    for name in FILES:
        text = re.sub(r"\(\*.*?\*\)", "", library_source(name), flags=re.DOTALL)
        outside = re.sub(r"Module Type (\w+)\..*?End \1\.", "", text, flags=re.DOTALL)
        assert not re.search(
            r"\b(Axioms?|Parameters?|Hypothes[ie]s|Variables?|Conjecture|Admitted|admit|Unset)\b", outside
        )
    assert re.search(r"Module Operators : OPERATORS\.", library_source("Operators"))


def test_the_names_of_the_library_are_known() -> None:
    assert {"Sum", "Prod", "Xlogy", "Deriv", "by_field", "app_cong", "ax_sum_last"} <= library_names()


# --- every theorem ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", sample(THEOREMS, 25), ids=lambda e: e.name)  # Rocq has all of them replayed
def test_every_theorem_is_written_and_read_back(entry: TheoremEntry) -> None:
    c = certificate(entry)
    parts = examine(c.text)
    assert applications(parts) == c.applications > 0
    assert compare(c.text, statement_of(entry, entry.theorem)) == ""


def test_the_record_of_every_theorem_gives_it_again() -> None:
    for th in (e.theorem for e in THEOREMS):
        again = replay(th)
        assert (again.hyps, again.concl) == (th.hyps, th.concl)


def test_every_statement_of_every_step_reads_back() -> None:
    steps = proof_steps(*(e.theorem for e in THEOREMS))
    statements = {t for th in steps for t in (*th.hyps, th.concl)}
    for t in sample(sorted(statements, key=repr), 2500):
        assert _read_again(t) == t
    assert len(statements) > 1000


def _read_again(statement: Term) -> Term:
    """The statement, written and read."""
    names = Names(library_names())
    constants = {names.name(d): d for d in definitions_in([statement])}
    plain = Writer(names)
    bases = {names.name(b): b for b in plain.bases_of(statement)}
    variables = variables_in_order([statement])
    writer = Writer(names, pretty=True)
    binders = [
        f"({names.name(b)} : Type) (o_{names.name(b)} : {names.name(b)})" for b in plain.base_list(bases.values())
    ]
    binders += [f"({names.name(v)} : {writer.sort(v.sort)})" for v in variables]
    text = (f"forall {' '.join(binders)}, " if binders else "") + writer.own(statement)
    read = read_claim(text, bases, constants)
    for v in variables:
        assert read.op.name == "forall"  # type: ignore[attr-defined]
        th = r.spec(r.assume(read), v)
        read = th.concl
    return read


ODD = {
    "a negative number": x <= Num(-3),
    "the opposite of a number": eq(x, -Num(3)),
    "the opposite of a negative number": eq(x, -Num(-3)),
    "a ratio": eq(x, Num(Fraction(-3, 7))),
    "a quotient of numbers": eq(x, Num(3) / Num(7)),
    "differences to the right": eq(x - (y - x), x - y - x),
    "an opposite inside": eq(-x - -y, -(x * -y)),
    "a whole power": eq(app(POW, x, Num(2)), x * x),
    "an integer sum as an index": eq(f[app(SUM, Num(1), n, lam(k, label[k] + 1))], f[n * 2 - k]),
    "a power and an opposite as an index": eq(f[app(POW, n, Num(2))], f[-n]),
    "integers as a family": eq(app(SUM, Num(1), n, label), app(SUM, Num(1), n, lam(k, label[k] * x))),
    "equal functions": eq(label, lam(k, label[k] + 1)),
    "a nested implication": implies(implies(x <= y, y <= x), x <= y),
    "an equivalence in an implication": implies(iff(x <= y, y <= x), iff(ne(x, y), y < x)),
    "for all, as a hypothesis": implies(forall(x, x <= y), forall(k, k <= y)),
    "members and sets": iff(
        app(IN, Var("t", Theta), app(ARGMIN, Var("g", Fn(Theta, REAL)))),
        ne(Var("A", SetOf(Theta)), app(ARGMIN, Var("g", Fn(Theta, REAL)))),
    ),
    "names of a file of several certificates": forall(
        Var("shared_claim_1", INT), eq(Var("shared_step_1", REAL), Var("claim", REAL) + Var("theorem", REAL))
    ),
    "names of Rocq": Var("Sum", REAL) <= Var("IZR", REAL) * Var("fun", REAL) + Var("b0", REAL) + Var("H1", REAL),
    "one name, two sorts": eq(label[1] * Var("y", REAL), Var("y_2", REAL)),
    "a Greek name": Var("θ", REAL) <= Var("theta'", REAL),
    "an indicator": eq(app(DELTA, n + 1, label[k]), app(LOG, x)),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_statements_read_back(name: str) -> None:
    statement = ODD[name]
    variables = variables_in_order([statement])
    read = _read_again(statement)
    assert closed(variables, (), read) == closed(variables, (), statement)


def test_the_claim_for_readers() -> None:
    entry = Raw("for_readers", r.spec(r.assume(forall(k, implies(1 <= k, k <= V, 0 < app(LOG, f[k])))), label[n]))
    assert claim_rocq(entry) == (
        "Definition claim : Prop :=\n"
        "  forall (V : Z) (f : Z -> R) (y : Z -> Z) (n : Z),\n"
        "  (forall k : Z, 1 <= IZR k -> IZR k <= IZR V -> 0 < Ln (f k)) ->\n"
        "  1 <= IZR (y n) -> IZR (y n) <= IZR V -> 0 < Ln (f (y n))."
    )
    one_hot = claim_rocq(find_theorem("cross_entropy_one_hot"))
    assert "Definition one_hot (y : Z) : Z -> R :=\n  (fun k : Z => Delta k y)." in one_hot
    assert "  (- Sum 1%Z V (fun k : Z => (q k * Ln (p k))))." in one_hot
    assert one_hot.endswith("cross_entropy V (one_hot y) p = (- Ln (p y)).")


@pytest.mark.parametrize(
    "text",
    [
        "forall (x : R), x + x * x = x",
        "forall (x : R), x = x = x",
        "forall (n : Z), IZR (n + 1)%Z = IZR n",
        "forall (x : R), IZR x = x",
        "forall (x : R), x / x = x",
        "forall (x : R), (2 / 4) = x",
        "forall (x : R) (x : R), x = x",
        "forall (Sum : R), Sum = Sum",
        "forall (x : R), ~ x < x",
        "forall (x : R), x = y",
        "forall (x : T), x = x",
        "forall (x : R), x = x /\\ x = x",
        "forall (x : R), Ln = Ln",
        "forall (x : R), x = x x",
        "forall (x : R), ln x = x",
        "",
    ],
)
def test_what_is_not_in_the_subset_is_not_read(text: str) -> None:
    with pytest.raises(ReadError):
        read_claim(text, {}, {})


# --- what a certificate may say --------------------------------------------------------------------------------------

GOOD = certificate(Raw("good", r.linear(x <= x + 1, (), (), ()))).text
STEP = "Lemma step_1 "
FORBIDDEN = {
    "Admitted": GOOD.replace("Qed.", "Admitted.", 1),
    "admit": re.sub(r"exact \(le_of.*?\. Qed", "admit. Qed", GOOD, count=1, flags=re.DOTALL),
    "a new axiom": GOOD.replace(STEP, "Axiom cheat : 0 = 1.\n" + STEP, 1),
    "a parameter": GOOD.replace(STEP, "Parameter cheat : 0 = 1.\n" + STEP, 1),
    "a hypothesis": GOOD.replace(STEP, "Hypothesis cheat : 0 = 1.\n" + STEP, 1),
    "no guard": GOOD.replace(STEP, "Unset Guard Checking.\n" + STEP, 1),
    "no positivity": GOOD.replace(STEP, "Unset Positivity Checking.\n" + STEP, 1),
    "no universes": GOOD.replace(STEP, "Unset Universe Checking.\n" + STEP, 1),
    "an attribute": GOOD.replace(STEP, "#[bypass_check(guard)] " + STEP, 1),
    "a plugin": GOOD.replace(STEP, 'Declare ML Module "cheat".\n' + STEP, 1),
    "another file": GOOD.replace(STEP, "Load cheat.\n" + STEP, 1),
    "another library": GOOD.replace(STEP, "Require Import Cheat.\n" + STEP, 1),
    "another load path": GOOD.replace(STEP, 'Add LoadPath "/".\n' + STEP, 1),
    "a notation": GOOD.replace(STEP, 'Notation "a <= b" := (a = a).\n' + STEP, 1),
    "a scope": GOOD.replace(STEP, "Open Scope Z_scope.\n" + STEP, 1),
    "a module": GOOD.replace(STEP, "Module M. End M.\n" + STEP, 1),
    "a section": GOOD.replace(STEP, "Section S.\n" + STEP, 1),
    "an output file": GOOD.replace("Print", 'Redirect "out" Print', 1),
    "an extraction": GOOD.replace(STEP, "Extraction Language OCaml.\n" + STEP, 1),
    "the toplevel of OCaml": GOOD.replace(STEP, "Drop.\n" + STEP, 1),
    "a tactic": GOOD.replace(STEP, "Ltac t := idtac.\n" + STEP, 1),
    "a tactic in a term": GOOD.replace("(eq_refl ", "(ltac:(idtac) ", 1).replace("exact (", "exact (ltac:(idtac) ", 1),
    "a recursive function": GOOD.replace("exact (", "exact (fix loop (n : nat) : False := loop n) (", 1),
    "a recursive definition": GOOD.replace(STEP, "Fixpoint loop (n : nat) : False := loop n.\n" + STEP, 1),
    "a definition after the claim": GOOD.replace(STEP, "Definition exp : R := 0.\n" + STEP, 1),
    "an operator defined anew": GOOD.replace("Definition claim", "Definition Sum : R := 0.\nDefinition claim", 1),
    "a word of the library defined anew": GOOD.replace("Definition claim", "Definition IZR : R := 0.\nDefinition claim", 1),
    "a lemma twice": GOOD.replace("Theorem theorem", GOOD[GOOD.index("Lemma step_1_1") : GOOD.index("(* linear")] + "Theorem theorem", 1),
    "a second claim": GOOD.replace(STEP, "Definition claim : Prop := 0 = 0.\n" + STEP, 1),
    "another theorem": GOOD.replace("Theorem theorem : claim", "Theorem theorem : True", 1),
    "no assumptions": GOOD.replace("Print Assumptions theorem.", "", 1),
    "other assumptions": GOOD.replace("Print Assumptions theorem.", "Print Assumptions step_1.", 1),
    "more at the end": GOOD + "Axiom cheat : False.\n",
    "a string": GOOD.replace("(* definitions *)", '(* " *)', 1),
    "a comment in a comment": GOOD.replace("(* definitions *)", "(* (* *)", 1),
    "an open comment": GOOD + "(* ",
    "an open sentence": GOOD + "Print",
    "a letter that is not ASCII": GOOD.replace("(* definitions *)", "(* définitions *)", 1),
    "another header": GOOD.replace("Operators Rules Axioms", "Operators Rules Axioms Cheat", 1),
    "no header": GOOD.replace("Open Scope R_scope.", "", 1),
    "nothing": "",
    "a name of a file of several certificates": GOOD.replace("x1", "shared_step_1"),
    "the claim within a lemma": GOOD.replace("x1", "claim"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_certificates_do_not_say_is_refused(name: str) -> None:
    assert FORBIDDEN[name] != GOOD
    with pytest.raises(RefusedError):
        examine(FORBIDDEN[name])


def test_a_certificate_is_not_refused() -> None:
    assert len(examine(GOOD).lemmas) == 2


def test_a_claim_that_is_not_the_theorem_s_is_noticed() -> None:
    entry = find_theorem("cross_entropy_one_hot")
    text, statement = certificate(entry).text, statement_of(entry, entry.theorem)
    assert compare(text, statement) == ""
    start, end = text.index("Definition claim"), text.index("(* the steps")
    claim = text[start:end]
    for old, new in [
        ("1 <= IZR y", "0 <= IZR y"),
        ("IZR y <= IZR V", "IZR V <= IZR y"),
        ("1 <= IZR y ->\n", ""),
        ("(- Ln", "(- exp"),
    ]:
        assert old in claim
        assert compare(text[:start] + claim.replace(old, new, 1) + text[end:], statement)
    assert "is defined as" in compare(text.replace("(q k * Ln (p k))", "(p k * Ln (q k))", 1), statement)
    assert "no such definition" in compare(text.replace("Definition one_hot", "Definition two_hot", 1), statement)


def test_assumptions_are_read() -> None:
    assert read_assumptions("Closed under the global context\n") == ()
    text = "Axioms:\nA.b : forall x : nat,\n  x = x\nc\n  : nat\n"
    assert read_assumptions(text) == ("A.b", "c")
    assert read_assumptions("Section Variables:\nx : nat") is None
    assert read_assumptions("") is None


# --- folders and messages --------------------------------------------------------------------------------------------


def test_certificates_are_written(tmp_path: Path) -> None:
    entry = find_theorem("chain_rule")
    (made,) = write_certificates([entry], tmp_path / "a" / "b")
    assert sorted(str(p.relative_to(tmp_path / "a" / "b")) for p in tmp_path.rglob("*.v")) == [
        "Derive/Axioms.v", "Derive/Operators.v", "Derive/Rules.v", "chain_rule.v",
    ]  # fmt: skip
    assert (tmp_path / "a" / "b" / "chain_rule.v").read_text("utf-8") == made.text
    assert made.lines == made.text.count("\n")
    assert not list(tmp_path.rglob("*.tmp"))


def test_the_same_proof_gives_the_same_text() -> None:
    entry = find_theorem("softmax_positive")
    assert certificate(entry).text == certificate(entry).text


def test_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = find_theorem("chain_rule")
    with pytest.raises(UserError, match="two theorems are called chain_rule"):
        write_certificates([entry, entry], tmp_path)
    with pytest.raises(UserError, match="name the theorems to certify"):
        certify_command([], tmp_path)
    with pytest.raises(UserError, match="there is no theorem"):
        certify_command(["chain_rul"], tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written there"):
        write_certificates([entry], tmp_path / "file")
    text, status = certify_command(["chain_rule"], tmp_path / "out")
    assert status == 0
    assert "1 certificate written" in text
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="apt-get install --no-install-recommends coq"):
        certify_command(["chain_rule"], tmp_path / "new", run=True)
    assert not (tmp_path / "new").exists()


def test_a_long_text_that_is_refused_is_refused_at_once() -> None:
    for long in ("a" * 5000, "1" * 5000, "a 1 " * 2000):
        with pytest.raises(RefusedError, match="is not part of the language"):
            examine(GOOD.replace("Definition claim", f"Definition other : R := {long} $.\nDefinition claim", 1))
