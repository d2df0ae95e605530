"""What conditions say of names beside what defines them."""

from __future__ import annotations

from derive.kernel.terms import EQ, App, Num, Term
from derive.notes.meaning.chain import Reading
from derive.tactics import consequences
from derive.tactics.context import Context
from derive.tactics.derived import strip_forall


def follows(reading: Reading) -> bool:
    """Whether a row is seen to follow from what is declared, so that it is no definition."""
    return isinstance(reading.claim, App) and consequences.prove(reading.claim, Context.of(reading.given)) is not None


def constrains(fact: Term, reading: Reading) -> bool:
    """Whether a fact says what the left side of a row is, rather than what holds of it: beside Z > 0, Z = a + b is a definition, and
    Z = 1 a claim."""
    _, _, said = strip_forall(fact)
    return isinstance(reading.right, Num) or (isinstance(said, App) and said.op is EQ)
