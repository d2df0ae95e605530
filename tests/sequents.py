"""What a tactic hands back: a theorem of the kernel that says exactly what was asked, and rests on nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from derive.kernel.terms import Term
from derive.kernel.theorem import Theorem


def assert_says(th: object, concl: Term, given: Iterable[Term] = ()) -> None:
    """``th`` is a theorem ``given`` |- ``concl``; it need not use all that is given."""
    assert isinstance(th, Theorem), f"not proved: {concl}"
    assert th.concl == concl
    assert set(th.hyps) <= set(given)


def after(th: object) -> Any:
    """What an equation makes of its left side."""
    assert isinstance(th, Theorem)
    return th.concl.args[1]  # type: ignore[attr-defined]
