"""Several certificates in one Rocq file: the claims are still those of the theorems, and each gets its own verdict."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from rocq import Raw, results_of
from sweep import sample

from derive.board.catalogue import find_theorem, theorems
from derive.certify import certificate, run_certificates, write_certificates
from derive.certify.certificate import statement_of
from derive.certify.compiler import find_rocq
from derive.certify.guard import RefusedError, examine, examine_together
from derive.certify.replay import Candidate, differences
from derive.certify.together import LEAST, MOST, Member, Pool, Sentence, file_of, pieces, split
from derive.kernel import rules as r
from derive.kernel.definitions import define
from derive.kernel.terms import Num


def candidates(names: list[str]) -> list[Candidate]:
    pool, out = Pool(), []
    for name in names:
        entry = find_theorem(name)
        text = certificate(entry).text
        out.append(Candidate(name, text, pool.add(name, examine(text)), statement_of(entry, entry.theorem)))
    return out


NAMES = ["cross_entropy_one_hot", "cross_entropy_is_nll", "exercise_3_equal_length"]
CANDIDATES = candidates(NAMES)
MEMBERS = [c.member for c in CANDIDATES]
TOGETHER = file_of(MEMBERS)


@cache
def many() -> list[Candidate]:
    return candidates([e.name for e in sample(theorems(), 40)])


# --- the text --------------------------------------------------------------------------------------------------------


def test_many_theorems_in_one_file_claim_what_they_should() -> None:
    assert differences(file_of([c.member for c in many()]), many()) == ""


def test_a_step_of_two_certificates_stands_once() -> None:
    alone = sum(len(examine(c.text).lemmas) for c in CANDIDATES)
    blocks = examine_together(TOGETHER, len(CANDIDATES))
    texts = [lemma[1:] for b in blocks for lemma in b.lemmas]
    assert len(texts) == len(set(texts)) < alone
    assert TOGETHER.count("Definition shared_definition") == len(
        {d for c in CANDIDATES for d in c.statement.definitions}
    )  # type: ignore[union-attr]


def test_two_equal_definitions_of_one_certificate_stay_two() -> None:
    """Else "for all a, a = b" would become "for all a, a = a" where a and b are such definitions."""
    one, other = (define(f"certified_{s}", (), Num(7)) for s in ("one", "other"))
    th = r.trans(r.unfold(one()), r.sym(r.unfold(other())))
    member = Pool().add("seven", examine(certificate(Raw("seven", th)).text))
    assert sorted(re.findall(r"shared_definition_\d", member.claim)) == ["shared_definition_1", "shared_definition_2"]


def test_every_piece_knows_who_needs_it() -> None:
    needed = {m.name: {s.name for s in m.sentences} for m in MEMBERS}
    for users, text in pieces(MEMBERS):
        name = text.split()[1]
        if re.fullmatch(r"shared_(definition|step)_\d+", name):
            assert {u.name for u in users} == {n for n in needed if name in needed[n]}
        else:
            assert len(users) == 1


def test_files_are_of_about_equal_size_and_none_is_too_large() -> None:
    members = [c.member for c in many()]
    for jobs in (1, 2, 5):
        files = split(members, jobs)
        sizes = [len(file_of(f)) for f in files]
        assert len(files) >= jobs
        assert sorted(m.name for f in files for m in f) == sorted(m.name for m in members)
        assert max(sizes) < min(1.4 * min(sizes), MOST)
    assert len(split(members, 10_000)) < len(members)
    small = [m for m in members if sum(len(str(s)) for s in m.sentences) < LEAST / 4][:3]
    assert [len(f) for f in split(small, 8)] == [3]
    assert split([], 2) == []


def test_what_is_too_large_for_a_file_has_one_for_itself() -> None:
    def member(name: str, *steps: tuple[str, int]) -> Member:
        return Member(name, tuple(Sentence(s, ": True", "x" * size) for s, size in steps), {}, "True", "exact I")

    small = [member(f"small_{i}", (f"step_{i}", 100)) for i in range(30)]
    files = split([member("large", ("step_large", 2 * MOST)), *small], 1)
    assert [m.name for m in files[0]] == ["large"] and len(files) == 3
    alike = [member(f"alike_{i}", ("shared", MOST // 2), (f"step_{i}", MOST // 5)) for i in range(6)]
    files = split(alike, 1)  # two in a file, for what is shared stands in each
    assert [len(f) for f in files] == [2, 2, 2]


# --- what such a file may say ----------------------------------------------------------------------------------------

LAST = TOGETHER.index("Theorem shared_everything")
STEP = "Lemma shared_step_"
FORBIDDEN = {
    "an axiom": TOGETHER.replace(STEP, "Axiom cheat : 0 = 1.\n" + STEP, 1),
    "an admitted lemma": TOGETHER.replace("Qed.", "Admitted.", 1),
    "a module": TOGETHER.replace(STEP, "Module Cheat.\n" + STEP, 1),
    "another library": TOGETHER.replace(STEP, "Require Import Cheat.\n" + STEP, 1),
    "a notation": TOGETHER.replace(STEP, 'Notation "a <= b" := (a = a).\n' + STEP, 1),
    "an operator defined anew": TOGETHER.replace("Definition ", "Definition Sum : R := 0.\nDefinition ", 1),
    "a definition without such a name": TOGETHER.replace("shared_definition_1", "mine"),
    "a lemma without such a name": TOGETHER.replace(STEP, "Lemma step_", 1),
    "a step twice": TOGETHER.replace(STEP, "Lemma shared_step_99999 : True.\nProof. exact I. Qed.\n" * 2 + STEP, 1),
    "a second claim": TOGETHER.replace(STEP, "Definition shared_claim_1 : Prop := True.\n" + STEP, 1),
    "a theorem of something else": TOGETHER.replace("shared_theorem_2 : shared_claim_2", "shared_theorem_2 : shared_claim_1"),
    "a theorem that is not shown": TOGETHER.replace("Check shared_theorem_2.\n", ""),
    "less than everything": TOGETHER.replace(r"shared_claim_1 /\ ", "", 1),
    "True for everything": re.sub(r"(Theorem shared_everything : )[^.]*", r"\1True", TOGETHER),
    "assumptions of something else": TOGETHER.replace("Assumptions shared_everything", "Assumptions shared_theorem_1"),
    "no assumptions": TOGETHER[: TOGETHER.index("Print Assumptions")],
    "more at the end": TOGETHER + "Axiom cheat : False.\n",
    "an end in the middle": TOGETHER.replace(STEP, TOGETHER[LAST:] + STEP, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_such_a_file_does_not_say_is_refused(name: str) -> None:
    assert FORBIDDEN[name] != TOGETHER
    with pytest.raises(RefusedError):
        examine_together(FORBIDDEN[name], len(CANDIDATES))


def test_a_claim_that_is_not_the_theorem_s_is_noticed() -> None:
    assert differences(TOGETHER, CANDIDATES) == ""
    start = TOGETHER.index("Definition shared_claim_1 ")
    claim = TOGETHER[start : TOGETHER.index(".\n", start)]
    for old, new in [("1 <= IZR y", "0 <= IZR y"), ("1 <= IZR y -> ", ""), ("(- Ln", "(- exp")]:
        assert old in claim
        assert f"{NAMES[0]}: it claims" in differences(TOGETHER.replace(claim, claim.replace(old, new, 1)), CANDIDATES)
    other = TOGETHER.replace("(q k * Ln (p k))", "(p k * Ln (q k))", 1)
    assert "is defined as" in differences(other, CANDIDATES)
    assert differences(TOGETHER, [CANDIDATES[1], CANDIDATES[0], CANDIDATES[2]])


# --- the verdicts ----------------------------------------------------------------------------------------------------

WRONG = ("literal_pos 1%Z", "literal_pos 0%Z")


def edited(name: str, old: str, new: str) -> str:
    text = certificate(find_theorem(name)).text
    assert old in text
    return text.replace(old, new, 1)


def test_a_wrong_certificate_is_named_and_the_others_are_accepted(folder: Path) -> None:
    results = results_of(
        folder,
        {
            "right": certificate(find_theorem("cross_entropy_one_hot")).text,
            "wrong": edited("exercise_3_equal_length", *WRONG),
            "right_too": certificate(find_theorem("exercise_6_comparing_objectives")).text,
            "wrong_too": edited("chain_rule", "exact (step_2 ", "exact (step_1 "),
            "not_run": certificate(find_theorem("chain_rule")).text + "Axiom cheat : False.\n",
        },
    )
    assert {n for n, res in results.items() if res.ok} == {"right", "right_too"}
    assert all("Error" in results[n].message for n in ("wrong", "wrong_too"))
    assert results["wrong"].message != results["wrong_too"].message
    assert "it was not run" in results["not_run"].message
    assert results["right"].others == 1


def test_a_wrong_step_of_two_certificates_is_charged_to_both(folder: Path) -> None:
    text = edited("exercise_3_equal_length", *WRONG)
    right = certificate(find_theorem("exercise_6_comparing_objectives")).text
    results = results_of(folder, {"one": text, "two": text.replace("(* definitions *)", ""), "right": right})
    assert {n: res.ok for n, res in results.items()} == {"one": False, "right": True, "two": False}
    assert results["one"].message == results["two"].message


def test_a_certificate_is_not_helped_by_another(folder: Path) -> None:
    """A step that it lacks stands in the same file, because another certificate has it."""
    whole = certificate(find_theorem("exercise_3_equal_length")).text
    start = whole.index("Lemma step_2 ")
    lacking = whole[:start] + whole[whole.index("Qed.", start) + len("Qed.") :]
    results = results_of(folder, {"whole": whole, "lacking": lacking})
    assert {n: res.ok for n, res in results.items()} == {"lacking": False, "whole": True}
    assert "step_2 was not found" in results["lacking"].message


def test_without_a_toplevel_each_is_compiled_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derive.certify.run.find_rocq", lambda: replace(find_rocq(), toplevel=None))
    right = certificate(find_theorem("exercise_6_comparing_objectives")).text
    results = results_of(folder, {"right": right, "wrong": edited("exercise_3_equal_length", *WRONG)})
    assert {n: res.ok for n, res in results.items()} == {"right": True, "wrong": False}
    assert results["right"].others == 0


def test_a_file_that_takes_too_long(folder: Path) -> None:
    entries = [find_theorem(n) for n in NAMES]
    write_certificates(entries, folder)
    results = run_certificates(folder, entries=entries, time_limit=0.001)
    assert [res.ok for res in results] == [False] * 3
    assert all("Rocq took more than 0.001 s" in res.message for res in results)


def test_a_file_whose_claims_are_not_the_theorems_is_not_accepted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the writer of such files to err, each certificate would be run alone."""
    add = Pool.add

    def weaker(self: Pool, *args: object) -> Member:
        member = add(self, *args)  # type: ignore[arg-type]
        return member._replace(claim=member.claim.replace("1 <= IZR y ->", "2 <= IZR y ->"))

    monkeypatch.setattr(Pool, "add", weaker)
    entries = [find_theorem(n) for n in NAMES[:2]]
    write_certificates(entries, folder)
    results = run_certificates(folder, entries=entries)
    assert [(res.ok, res.others) for res in results] == [(True, 0), (True, 0)]
