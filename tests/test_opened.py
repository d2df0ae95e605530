"""Theorems opened in place and lines joined: what the page shows is proved line by line, and the claim is the same."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sweep import sample

from derive import *
from derive.board.catalogue import find_theorem, theorems
from derive.board.opened import presented, reshaped
from derive.cli import main
from derive.language.letters import a, b
from derive.record import Shape
from derive.record.faithful import refuse_changed
from derive.render.pages.text import derivation_text


def lines(name, expand=(), join=(), reverse=False):
    d = reshaped(find_theorem(name).derivation, expand, join, reverse)
    refuse_changed(d, whole=True)
    return shown(d)


def shown(d):
    page = derivation_text(d, width=200).splitlines()
    return [" ".join(line.split()) for line in page if line.startswith("    =")]


def test_the_headline_with_the_sum_over_tokens_and_its_collapse():
    assert lines("cross_entropy_is_nll", ["cross_entropy_one_hot"]) == [
        "= ∑ₜ₌₁ᵀ (−∑ₖ₌₁ⱽ δ_{y_t}(k) log pₜ(k)) definition of cross-entropy",
        "= ∑ₜ₌₁ᵀ (−∑ₖ₌₁ⱽ [k = yₜ] log pₜ(k)) definition of the one-hot target",
        "= ∑ₜ₌₁ᵀ (−log pₜ(yₜ)) the indicator picks out its one term",
        "= −∑ₜ₌₁ᵀ log pₜ(yₜ) the sign comes out of the sum",
        "= −log ∏ₜ₌₁ᵀ pₜ(yₜ) the log of a product is the sum of the logs",
        "= −log Pr(y | x) definition of the sequence's probability",
    ]


def test_the_headline_from_the_probability_down():
    assert lines("cross_entropy_is_nll", ["cross_entropy_one_hot"], reverse=True) == [
        "= −log ∏ₜ₌₁ᵀ pₜ(yₜ) definition of the sequence's probability",
        "= −∑ₜ₌₁ᵀ log pₜ(yₜ) the log of a product is the sum of the logs",
        "= ∑ₜ₌₁ᵀ (−log pₜ(yₜ)) the sign goes into the sum",
        "= ∑ₜ₌₁ᵀ (−∑ₖ₌₁ⱽ [k = yₜ] log pₜ(k)) the one term as a sum with an indicator",
        "= ∑ₜ₌₁ᵀ (−∑ₖ₌₁ⱽ δ_{y_t}(k) log pₜ(k)) definition of the one-hot target",
        "= ∑ₜ₌₁ᵀ H(δ_{y_t}, pₜ) definition of cross-entropy",
    ]


def test_what_the_author_opens_stands_open_unless_it_is_shut_or_joined():
    d = find_theorem("cross_entropy_is_nll").derivation
    assert d.opened == ("cross_entropy_one_hot",)
    opened, shape = presented(d)
    assert shape == Shape("cross_entropy_one_hot") and len(opened.lines) == 6
    assert presented(d, ["none"]) == (d, Shape())
    assert presented(d, join=["1-2"])[1] == Shape(join="1-2") and presented(d, join=["3-4"])[1].expand
    run = CliRunner().invoke(main, ["show", "cross_entropy_is_nll", "--expand", "none", "--expand", "1"])
    assert run.exit_code == 2 and "opens nothing; leave out none" in run.output


def test_each_chain_of_the_catalogue_is_reversed_by_proof_or_refused():
    reversed_ = 0
    for e in theorems():
        d = e.derivation
        was = d.blocks[-1]
        if was.assumes or {was.start, was.lines[-1].term} != {*d.claim.args}:
            with pytest.raises(UserError, match="is no chain from one side of its claim to the other"):
                reshaped(d, reverse=True)
            continue
        back = reshaped(d, reverse=True)
        refuse_changed(back, whole=True)
        chain = back.blocks[-1]
        assert back.given == d.given and {*back.claim.args} == {*d.claim.args}
        assert (chain.start, chain.lines[-1].term) == (was.lines[-1].term, was.start)
        assert [x.term for x in reshaped(back, reverse=True).lines] == [x.term for x in d.lines]
        reversed_ += 1
    assert reversed_ > 100


@theorem(shows=Eq(a * (b + 1) - a, a * b), opened=[])
def worded(calc):
    calc.eq(a * b + a - a, by=ring, says="multiply out")
    calc.eq(a * b, by=ring)


def test_words_for_what_was_done_do_not_stand_at_the_way_back():
    assert [line.split("  ")[0] for line in shown(reshaped(worded.derivation, reverse=True))] == [
        "= a b + a − a algebra",
        "= a (b + 1) − a algebra",
    ]
    totals = reshaped(find_theorem("cross_entropy_gradient").derivation, reverse=True)
    assert not any("(reversed)" in line for line in shown(totals))


def test_opened_names_a_theorem_that_a_line_cites():
    @theorem(shows=Eq(a * (b + 1) - a, a * b), opened=distributed)
    def stray(calc):
        calc.eq(a * b, by=ring)

    with pytest.raises(UserError, match=r"has distributed in opened=.*no theorem that a line of it cites"):
        stray.check()


def test_the_number_of_a_line_is_as_good_as_the_name_that_it_cites():
    assert lines("cross_entropy_is_nll", ["1"]) == lines("cross_entropy_is_nll", ["cross_entropy_one_hot"])


def test_joined_lines_have_all_reasons_and_the_last_formula():
    d = find_theorem("cross_entropy_is_nll").derivation
    joined = reshaped(d, join=["2-4"])
    refuse_changed(joined, whole=True)
    first, last = joined.lines
    assert first == d.lines[0] and last.term == d.lines[3].term
    assert [x.name for x in last.reasons] == ["sum_neg", "log_prod", "sequence_probability"]
    assert reshaped(d, join=["2"]).lines[1].term == d.lines[2].term  # a number alone: with the next


@pytest.mark.parametrize("e", sample(theorems(), 40), ids=lambda e: e.name)
def test_each_citation_of_the_catalogue_is_opened_by_proof_or_refused(e):
    d = e.derivation
    refused = []
    for n, line in enumerate(d.lines, 1):
        if not any(x.kind == "theorem" for x in line.reasons):
            continue
        try:
            shown = reshaped(d, [str(n)])
        except UserError as error:
            refused.append((f"line {n} of {e.name} cannot be opened: ", str(error)))
            continue
        refuse_changed(shown, whole=True)  # each line is what its theorem says, under the conditions given
        assert (shown.claim, shown.given, shown.blocks[-1].lines[-1].term) == (d.claim, d.given, d.lines[-1].term)
        assert shown.lines[n - 1 + len(shown.lines) - len(d.lines)].term == line.term
    assert all(message.startswith(beginning) for beginning, message in refused)


@theorem(shows=Eq(a * (b + 1), a * b + a))
def distributed(calc):
    calc.eq(a * b + a, by=ring)


@theorem(shows=Eq(a * b + a + 0, a * (b + 1)))
def collected(calc):
    calc.eq(a * b + a, by=ring)
    calc.eq(a * (b + 1), by=reverse(distributed))


@pytest.mark.parametrize(
    ("expand", "join", "says"),
    [
        (["9"], [], "cross_entropy_is_nll has the lines 1 to 4"),
        (["0"], [], "cross_entropy_is_nll has the lines 1 to 4"),
        (["kl_nonneg"], [], "no line of cross_entropy_is_nll cites it; it cites cross_entropy_one_hot"),
        (["log_prod"], [], "log_prod is a lemma of the library"),
        (["4"], [], "only a line with = whose one reason is a theorem can be"),
        ([], ["4"], "join a line with one after it"),
        ([], ["3-2"], "join a line with one after it"),
        ([], ["1-99"], "cross_entropy_is_nll has the lines 1 to 4"),
        ([], ["one"], "give the number of a line, or of two as in 2-4"),
        (["1"], ["1-2"], "line 1 of cross_entropy_is_nll is to be opened and to be joined"),
    ],
)
def test_what_cannot_be_shown_so_is_refused(expand, join, says):
    with pytest.raises(UserError, match=says.replace("+", r"\+")):
        reshaped(find_theorem("cross_entropy_is_nll").derivation, expand, join)


def test_a_theorem_of_the_same_file_is_opened():
    d = reshaped(collected.derivation, ["distributed"])
    refuse_changed(d, whole=True)
    assert shown(d) == ["= a b + a algebra", "= a (b + 1) algebra"]


def test_inequalities_are_not_joined():
    d = find_theorem("kl_nonneg").derivation
    steep = next(n for n, line in enumerate(d.lines, 1) if line.relation != "=")
    pair = f"{steep - 1}-{steep}" if steep > 1 else f"{steep}-{steep + 1}"
    with pytest.raises(UserError, match="only lines with = that are proved can"):
        reshaped(d, join=[pair])


def test_a_deck_of_it_is_compared_with_what_is_proved(tmp_path):
    deck = str(tmp_path / "deck.html")
    asked = ["--expand", "1", "--join", "2-3", "--reverse"]
    run = CliRunner().invoke(main, ["slides", "cross_entropy_is_nll", *asked, "-o", deck])
    assert run.exit_code == 0
    checked = CliRunner().invoke(main, ["check", deck])
    assert checked.exit_code == 0 and "what it shows is what is proved now" in checked.output


def test_a_number_is_of_one_derivation_only(tmp_path):
    names = ["cross_entropy_is_nll", "cross_entropy_gradient"]
    run = CliRunner().invoke(main, ["slides", *names, "--expand", "1", "-o", str(tmp_path / "deck.html")])
    assert run.exit_code == 2 and "are about the lines of one derivation; name one" in run.output
    assert not list(tmp_path.iterdir())
