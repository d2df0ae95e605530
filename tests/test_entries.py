"""Named theorems and false claims: what a proof file declares.

How lines are checked and refused is in test_calc.py; here is what an entry knows, when its proof runs, and which claims it
refuses before any line.
"""

from __future__ import annotations

import re
import sys
from fractions import Fraction

import pytest

from derive import *
from derive.board.catalogue import load_file
from derive.board.declared import DECLARED
from derive.board.entries import FalseClaim, TheoremEntry
from derive.errors import UserError
from derive.kernel.sorts import PROP
from derive.kernel.terms import Num, Var
from derive.language.letters import V, a, b, eps, k, n, p, q, y
from derive.record import Derivation
from derive.render.pages.text import derivation_text
from derive.render.pens.text import term_text

HERE = __file__


def refusal(run, kind=ClaimError):
    """The text of the refusal, with this file and the line left out."""
    with pytest.raises(kind) as caught:
        run()
    return re.sub(r"\S*test_entries\.py:\d+", "FILE:LINE", str(caught.value))


def declared(proof=None, **choices):
    """A theorem a + b = b + a, or with other choices."""

    def commutes(calc):
        """Addition commutes.

        More prose.
        """
        calc.eq(b + a, by=ring)

    return theorem(**{"shows": Eq(a + b, b + a), **choices})(proof or commutes)


# --- what an entry knows ---------------------------------------------------------------------------------------------


def test_an_entry_knows_its_claim_and_where_it_stands():
    entry = declared(given=[0 < a])
    assert isinstance(entry, TheoremEntry) and entry.kind == "theorem"
    assert (entry.name, entry.shows, entry.given) == ("commutes", Eq(a + b, b + a), (0 < a,))
    assert (entry.file, entry.module) == (HERE, __name__)
    with open(HERE, encoding="utf-8") as file:
        assert "def commutes" in file.readlines()[entry.number - 1]
    assert repr(entry) == "<theorem commutes: a + b = b + a>"


def test_its_docstring_is_the_prose_and_the_first_paragraph_the_summary():
    entry = declared()
    assert entry.summary == "Addition commutes."
    assert entry.doc.startswith("Addition commutes.\n") and entry.doc.endswith("More prose.")
    assert declared(lambda calc: None).summary == ""


def test_the_subject_is_the_file_and_the_phrase_the_name_unless_they_are_given():
    assert (declared().subject, declared().phrase) == ("test_entries", "commutes")
    entry = declared(subject="algebra", phrase="the order does not matter", catalogue="3.1")
    assert (entry.subject, entry.phrase, entry.catalogue) == ("algebra", "the order does not matter", "3.1")


def test_conditions_may_be_one_statement_a_list_or_lists_in_a_list_and_each_counts_once():
    assert declared(given=0 < a).given == (0 < a,)
    assert declared(given=[in_vocabulary(y, V), 1 <= y, (0 < a, 0 < b)]).given == (1 <= y, y <= V, 0 < a, 0 < b)


def test_all_declarations_of_a_module_are_counted():
    """So that a second theorem of the same name is seen, although Python keeps the last one only."""
    before = list(DECLARED.get(__name__, []))
    first, second = declared(), declared()
    assert DECLARED[__name__] == [*before, first, second]


# --- when the proof runs ---------------------------------------------------------------------------------------------


def test_the_proof_runs_when_first_asked_for_and_once():
    runs = []

    def counted(calc):
        runs.append(calc)
        calc.eq(b + a, by=ring)

    entry = declared(counted)
    assert runs == []
    assert entry.derivation is entry.derivation
    assert entry.check() is entry.derivation and entry.theorem.concl == entry.shows
    assert len(runs) == 1


def test_a_wrong_proof_fails_every_time_and_runs_once():
    runs = []

    def wrong(calc):
        runs.append(calc)
        calc.eq(a - b, by=ring)

    entry = declared(wrong)
    first = refusal(entry.check, StepError)
    assert refusal(lambda: entry.theorem, StepError) == first
    assert refusal(lambda: entry.derivation, StepError) == first
    assert len(runs) == 1


def test_two_theorems_that_cite_each_other_are_refused():
    def forth(calc):
        calc.eq(b + a, by=entries["back"])

    def back(calc):
        calc.eq(b + a, by=entries["forth"])

    entries = {"forth": declared(forth), "back": declared(back)}
    assert "forth is used in its own proof" in refusal(entries["forth"].check)


# --- what it gives ---------------------------------------------------------------------------------------------------


def test_the_theorem_says_the_claim_under_the_conditions_used():
    entry = declared(lambda calc: calc.eq(log(a) + log(b), by=log_mul), shows=Eq(log(a * b), log(a) + log(b)),
                     given=[0 < a, 0 < b, 0 < eps])  # fmt: skip
    assert entry.theorem.concl == entry.shows
    assert set(entry.theorem.hyps) == {0 < a, 0 < b}
    assert {"log_exp", "exp_log", "exp_add"} <= entry.axioms
    assert entry.steps > 5
    assert declared().axioms == frozenset() and declared().steps < 5


def test_the_derivation_is_the_record_of_the_lines():
    record = declared().check()
    assert isinstance(record, Derivation)
    assert (record.name, record.claim, record.given, record.subject) == (
        "commutes",
        Eq(a + b, b + a),
        (),
        "test_entries",
    )
    assert [line.term for line in record.lines] == [b + a]
    assert record.notes == ()


def test_a_gap_leaves_a_derivation_and_no_theorem():
    entry = declared(lambda calc: calc.eq(b + a, by=gap("later")))
    assert entry.derivation.theorem is None and len(entry.derivation.gaps) == 1
    for wanted in (entry.check, lambda: entry.theorem, lambda: entry.axioms, lambda: entry.steps):
        assert refusal(wanted).endswith("has a gap (later); it proves nothing yet")


def test_the_convention_for_zero_log_zero_is_noted_where_it_is_used():
    """Also where a definition hides it."""
    spelled_out = declared(
        lambda calc: calc.eq(xlogy(a, a), by=ring), shows=Eq(xlogy(a, a) + 0, xlogy(a, a)), given=[0 <= a]
    )
    hidden = declared(lambda calc: calc.eq(entropy(V, q), by=ring), shows=Eq(entropy(V, q) + 0, entropy(V, q)),
                      given=distribution(q, V))  # fmt: skip
    for entry in (spelled_out, hidden):
        assert entry.check().notes == ("with the convention 0 log 0 = 0",)


# --- claims that are refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("choices", [{"shows": a + b}, {"shows": a}, {"given": [a]}], ids=repr)
def test_a_claim_and_its_conditions_are_statements(choices):
    assert refusal(lambda: declared(**choices)).startswith("FILE:LINE: ")
    assert "is not a statement; write Eq(a, b), a <= b, ..." in refusal(lambda: declared(**choices))


@pytest.mark.parametrize(
    ("claim", "says"), [(True, "for == compares in Python"), (0.5, "exact numbers"), ("a = b", "is not a term")]
)
def test_what_is_no_term_is_refused_where_it_is_declared(claim, says):
    assert refusal(lambda: declared(shows=claim)).startswith("FILE:LINE: in commutes: ")
    assert says in refusal(lambda: declared(shows=claim))
    assert says in refusal(lambda: declared(given=[claim]))


def test_a_claim_must_be_defined_under_its_conditions():
    def claim(*conditions):
        return declared(lambda calc: calc.eq(log(a), by=ring), shows=Eq(log(a) + 0, log(a)), given=conditions)

    assert "the claim of <lambda> is not defined under its conditions\n  log a needs  a > 0" in refusal(claim().check)
    assert claim(0 < a).check()


def test_so_must_a_condition():
    entry = declared(given=[log(a) <= b])
    assert "log a needs  a > 0" in refusal(entry.check)


def test_a_label_of_the_claim_must_have_its_part():
    assert declared(labels=[(a + b, "the sum")]).check().labels == ((a + b, "the sum"),)
    assert "has no part a b to be labelled 'the product'" in refusal(declared(labels=[(a * b, "the product")]).check)


@pytest.mark.parametrize("letter", ["log", "softmax", "H", "x y", "2", ""])
def test_a_letter_that_reads_as_something_else_is_refused(letter):
    strange = Var(letter, REAL)
    entry = declared(lambda calc: calc.eq(strange, by=ring), shows=Eq(strange + 0, strange))
    said = refusal(entry.check)
    assert f"a variable named {letter!r}, which " in said and "; rename it, to " in said


def test_a_letter_with_a_prime_is_a_letter():
    primed = Var("a'", REAL)
    assert declared(lambda calc: calc.eq(primed, by=ring), shows=Eq(primed + 0, primed)).check()


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (integer("y"), function("y", INT, INT), "both for a function (integer -> integer) and for an integer"),
        (real("x"), family("x"), "both for a function (integer -> real) and for a real"),
    ],
)
def test_one_letter_for_two_variables_is_refused(one, other, says):
    claim = Eq(one + other[1], other[1] + one)
    entry = declared(lambda calc: calc.eq(other[1] + one, by=ring), shows=claim)
    assert says in refusal(entry.check)


def test_a_real_number_called_k_is_said_to_be_one():
    real_k = real("k")
    entry = declared(lambda calc: calc.eq(real_k, by=ring), shows=Eq(real_k + 0, real_k))
    assert "given  k real\n" in derivation_text(entry.check())


def test_integers_with_unusual_letters_are_said_to_be_integers_in_order():
    size, count = integer("size"), integer("count")
    entry = declared(lambda calc: calc.eq(size, by=ring), shows=Eq(size + 0, size), given=[0 <= count, 0 <= n])
    page = derivation_text(entry.check())
    assert re.search(r"given +count integer\n +size integer\n", page), page


# --- slips in the author's Python ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "slip", [lambda: 1 / 0, lambda: [][1], lambda: sys.exit(3), lambda: Num(0.5), lambda: a.nothing]
)
def test_a_slip_in_the_proof_is_told_with_its_line(slip):
    def slips(calc):
        slip()

    assert re.match(r"FILE:LINE: \w+: ", refusal(declared(slips).check))


def test_the_line_told_is_the_last_one_in_the_authors_file():
    def slips(calc):
        calc.eq(b + a, by=ring)
        calc.eq(b + a, by="nothing")

    entry = declared(slips)
    with pytest.raises(ClaimError) as caught:
        entry.check()
    assert re.search(r":(\d+): 'nothing' is not a reason", str(caught.value)).group(1) == str(entry.number + 2)


def test_an_interrupt_is_no_slip():
    def interrupted(calc):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        declared(interrupted).check()


# --- false claims ----------------------------------------------------------------------------------------------------


def claimed(**choices):
    def everything_is_the_same():
        """Said by nobody.

        More prose.
        """

    return false_claim(**{"claims": Eq(a, b), **choices})(everything_is_the_same)


def test_a_false_claim_knows_who_makes_it_and_what_is_true_instead():
    claim = claimed(given=[[0 < a, 0 < b]], instead="commutes", subject="algebra")
    assert isinstance(claim, FalseClaim) and claim.kind == "false claim"
    assert (claim.claims, claim.given) == (Eq(a, b), (0 < a, 0 < b))
    assert (claim.summary, claim.instead, claim.subject) == ("Said by nobody.", "commutes", "algebra")
    assert (claim.file, claim.module, claimed().subject) == (HERE, __name__, "test_entries")
    assert repr(claim) == "<false claim everything_is_the_same: a = b>"


def test_a_false_claim_need_not_say_anything():
    @false_claim(claims=Eq(a, b))
    def silent():
        pass

    assert (silent.doc, silent.summary, silent.instead) == ("", "", "")


def test_a_false_claim_is_refuted_by_numbers_that_meet_its_conditions():
    found = claimed(given=[1 < a, b <= a]).refute()
    assert str(found).endswith("makes the left side 2 and the right side 1")


def test_a_true_claim_is_no_false_claim():
    text = refusal(claimed(claims=Eq(a + b, b + a)).refute, UserError)
    assert text.startswith("no counterexample to everything_is_the_same was found")


def test_a_false_claim_about_a_distribution():
    found = claimed(claims=Eq(Sum(p[k] ** 2, (k, 1, V)), 1), given=positive_distribution(p, V)).refute()
    assert "V=2" in str(found)


@pytest.mark.parametrize("wrong", [{"claims": a + b}, {"claims": Eq(a, b), "given": [a + b]}])
def test_a_false_claim_is_a_statement_too(wrong: dict[str, object]) -> None:
    with pytest.raises(ClaimError, match=r"test_entries.py:\d+: a \+ b is not a statement"):

        @false_claim(**wrong)
        def everything() -> None:
            """Anything goes."""


def test_an_entry_that_no_decorator_declared_is_in_no_module():
    """Tests change theorems by making entries of their own; the catalogue must not find these."""
    entry = declared()
    before = list(DECLARED[__name__])
    TheoremEntry(
        "mutant", entry.shows, entry.given, entry.prove, entry.subject, "", (), entry.file, entry.number, __name__, ""
    )
    assert DECLARED[__name__] == before


# --- what is written in the wrong form -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "trouble"),
    [
        ([3], "not 3"), ([(a,)], "not the tuple (a,)"), ([(a, 3)], "not the tuple (a, 3)"), ([(a, "x", 1)], "not the tuple (a, 'x', 1)"),
        (3, "not 3"), ("ab", "not the text 'ab'"), (None, "not None"),
    ],
)  # fmt: skip
def test_labels_are_pairs_of_a_part_and_its_words(labels, trouble):
    form = 'labels are pairs of a part and its words, such as labels=[(a + b, "the sum")], '
    assert refusal(lambda: declared(labels=labels)) == f"FILE:LINE: in commutes: {form}{trouble}"

    def labelled(calc):
        calc.eq(b + a, by=ring, labels=labels)

    assert refusal(declared(labelled).check) == f"FILE:LINE: line 1 of labelled: {form}{trouble}"


def test_a_labelled_part_is_a_term_or_an_exact_number():
    assert "in commutes: 'a' is not a term" in refusal(lambda: declared(labels=[("a", "x")]))

    def labelled(calc):
        calc.eq(b + a, by=ring, labels=[("a", "x")])

    assert "line 1 of labelled: 'a' is not a term" in refusal(declared(labelled).check)
    assert declared(shows=Eq(a + b + 2, 2 + b + a), proof=by_ring(2 + b + a), labels=[[2, "two"]]).check().labels == (
        (Num(2), "two"),
    )


def by_ring(term):
    def one_line(calc):
        calc.eq(term, by=ring)

    return one_line


@pytest.mark.parametrize(
    ("fact", "trouble"),
    [
        (None, ": None is not a term"), ("a", ": 'a' is not a term"), (True, ": True is not a statement about terms; write Eq(a, b)"),
        (3, " claims 3, which is not a statement; write Eq(a, b), a <= b, ..."), (a, " claims a, which is not a statement"),
        (10**5000 + a <= b, ": a number of more than 4300 digits cannot be written out"),
    ],
)  # fmt: skip
def test_a_fact_on_the_way_is_a_statement(fact, trouble):
    def with_a_fact(calc):
        calc.have(fact, by=ring)

    assert refusal(declared(with_a_fact).check).startswith(f"FILE:LINE: line 1 of with_a_fact{trouble}")


def test_a_fact_on_the_way_may_be_one_of_sympy_as_a_line_may():
    sympy = pytest.importorskip("sympy")
    s, t = sympy.symbols("a b", real=True)

    def with_a_fact(calc):
        assert calc.have(sympy.Eq((s + t) ** 2, s**2 + 2 * s * t + t**2), by=ring).sort is PROP
        calc.eq(b + a, by=ring)

    declared(with_a_fact).check()


@pytest.mark.parametrize(
    "number",
    [10**4300, Fraction(1, 10**4300), -(10**5000), 10**5000 * a, Sum(10**5000 * p[k], (k, 1, V))],
    ids=["integer", "fraction", "negative", "factor", "in a sum"],
)
def test_a_number_that_cannot_be_written_out_is_refused_where_it_stands(number):
    words = "a number of more than 4300 digits cannot be written out; give it a letter, and say in a condition what is known of it"
    assert refusal(declared(by_ring(number)).check) == f"FILE:LINE: line 1 of one_line: {words}"
    for choices in ({"shows": Eq(number, b)}, {"given": [number <= b]}, {"given": number <= b}):
        assert refusal(lambda c=choices: declared(**c)) == f"FILE:LINE: in commutes: {words}"
    with pytest.raises(ClaimError, match="a number of more than 4300 digits"):
        false_claim(claims=Eq(number, b))(lambda: None)


def test_the_longest_number_is_written_out():
    assert declared(by_ring(b + a + 10**4299), shows=Eq(a + b + 10**4299, b + a + 10**4299)).check()


def test_a_number_that_came_from_elsewhere_is_no_traceback_on_a_page():
    with pytest.raises(UserError, match="a number of more than 4300 digits"):
        term_text(Num(10**5000))


def test_an_error_that_cannot_say_its_words_is_told_by_its_kind(tmp_path):
    class SilentError(Exception):
        def __str__(self):
            raise ValueError("no")

    def fails(calc):
        raise SilentError

    assert refusal(declared(fails).check) == "FILE:LINE: SilentError, whose text cannot be had"
    file = tmp_path / "silent_file.py"
    file.write_text("class Bad(Exception):\n    def __str__(self):\n        return 3\nraise Bad()\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"silent_file\.py:4: Bad, whose text cannot be had"):
        load_file(str(file))
