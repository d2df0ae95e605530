"""derive audit on losses as repositories write them: what is asked of each, and what is answered."""

from __future__ import annotations

from functools import reduce

import pytest
from frameworks import framework

framework("torch")

import audit_repository_cases as cases
from audit_repository_list import CASES, Case
from audits import asked
from sweep import sample

from derive.audit.model.trace import Unread

pytestmark = pytest.mark.filterwarnings("default")


def function_of(case: Case):
    """The function; of a class, an instance."""

    def part(x, name):
        found = getattr(x, name)
        return found() if isinstance(found, type) else found

    return reduce(part, case.name.split("."), cases)


def answer_to(case: Case) -> str:
    """In the words of the list."""
    try:
        found = asked(function_of(case), case.shapes, case.wanted, case.ignore)
    except Unread as error:
        return f"unread: {error.why}"
    words = found.residual.words if found.residual else ""
    assert found.audit.verdict != "refuted" or found.audit.replay.confirms
    return f"{found.audit.verdict}: {words}" if words else found.audit.verdict


@pytest.mark.parametrize("case", sample(CASES, 12), ids=lambda c: f"{c.name} {c.answer.partition(':')[0]}")
def test_a_loss_is_answered_as_it_should_be(case) -> None:
    assert answer_to(case).startswith(case.answer)


def test_every_loss_that_is_written_is_asked_about() -> None:
    named = {c.name.partition(".")[0] for c in CASES}
    own = {n for n, x in vars(cases).items() if getattr(x, "__module__", "") == cases.__name__}
    written = {n for n in own if not n.startswith("_")} - {"Out"}
    assert written <= named, written - named
