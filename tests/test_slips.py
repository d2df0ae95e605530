"""A slip in the author's Python, or words copied off a page: the message says what was meant, and where it stands."""

from __future__ import annotations

import math
import re

import pytest

import derive
from derive import *
from derive.board.catalogue import find, load_file, theorems
from derive.board.reasons import Tactic, describe
from derive.board.slips import library
from derive.kernel.definitions import Definition
from derive.language.letters import V, a, k, p, y
from derive.lemmas import LEMMAS


def answer(line) -> str:
    """What is said of a proof with this line."""

    @theorem(shows=Eq(Sum(delta(k, y) * p[k], (k, 1, V)), p[y]), given=in_vocabulary(y, V))
    def slip(calc):
        line(calc)

    with pytest.raises(ClaimError) as refused:
        slip.check()
    where, _, said = str(refused.value).partition(": ")
    assert re.fullmatch(r".*test_slips\.py:\d+", where)
    assert not where.endswith(":0")
    return said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (lambda c: c.eq(math.log(V)), "write log(V), exp(V), ... of derive"),
        (lambda c: c.eq(math.exp(a + 1)), "write log(V), exp(V), ... of derive"),
        (lambda c: c.eq(sum(p[k] for k in range(1, V + 1))), "write Sum(p[k], (k, 1, V))"),
        (lambda c: c.holds(p[y]), "there are calc.begin, calc.eq, calc.ge, calc.gt, calc.have, calc.iff"),
        (lambda c: c.eq(1.0), "1.0 is not a term"),
        (lambda c: c.have(1.0), "1.0 is not"),
        (lambda c: None, "slip has no line"),
        (lambda c: c.eq(p[y], by=sum_dleta), "did you mean sum_delta?"),
        (lambda c: c.eq(p[y], by=log_mull), "did you mean log_mul?"),
        (lambda c: c.eq(p[y], by=kl_nonneg), "write from derive.proofs.information import kl_nonneg"),
        (lambda c: c.eq(p[y], by=kl_noneg), "kl_nonneg (from derive.proofs.information import kl_nonneg)"),
        (lambda c: c.eq(q[y]), "write from derive.language.letters import q"),
        (lambda c: c.eq(p[y], by=given[0]), "cite the condition"),
        (lambda c: calc.eq(p[y]), "written with c"),
    ],
)  # fmt: skip
def test_what_was_meant(line, said):
    assert said in answer(line)


@pytest.mark.parametrize("words", ["assumption", "by assumption", "By assumption.", "as just shown"])
def test_words_for_a_condition_are_answered_with_how_one_is_cited(words):
    said = answer(lambda c: c.eq(p[y], by=words))
    assert "is not a reason; cite the condition" in said
    assert "quotation marks" not in said


def test_the_words_of_every_reason_are_answered_with_its_name():
    """Of lemmas, theorems, definitions and tactics alike."""
    own = {n: x for n, x in library().items() if isinstance(x, (Definition, Tactic)) or n in LEMMAS}
    things = own | {e.name: e for e in theorems()}
    by_phrase: dict[str, list[str]] = {}
    for n in things:
        by_phrase.setdefault(describe(things[n]).phrase.casefold().replace("–", "-"), []).append(n)
    for phrase in list(by_phrase)[::9]:
        said = answer(lambda c, phrase=phrase: c.eq(p[y], by=phrase))
        assert any(re.search(rf"write {n}\b.*", said) for n in by_phrase[phrase]), said


def test_the_names_that_are_known_are_those_that_authors_get():
    assert set(library()) <= set(derive.__all__)
    things = {n: getattr(derive, n) for n in derive.__all__}
    assert {n for n, x in things.items() if isinstance(x, (Definition, Tactic)) or n in LEMMAS} <= set(library())


def test_an_unknown_text_gets_the_whole_list():
    assert "by= takes a definition, a lemma" in answer(lambda c: c.eq(p[y], by="this is obvious to everyone"))


def test_a_proof_takes_one_argument():
    @theorem(shows=Eq(a, a))
    def none():
        pass

    with pytest.raises(ClaimError, match=r"test_slips.py:\d+: a proof takes one argument.* write def none\(calc\):"):
        none.check()


def test_a_name_that_is_missing_where_the_file_is_read(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("from derive import *\n\nd = p[1]\n")
    with pytest.raises(UserError, match=r"mine\.py:3: NameError.*; write from derive\.language\.letters import p"):
        load_file(str(path))


def test_a_file_without_theorems_is_said_to_have_none(tmp_path):
    path = tmp_path / "empty.py"
    path.write_text("from derive import *\n")
    with pytest.raises(UserError, match=r"empty\.py: no theorem is defined there; decorate one"):
        find(str(path))
