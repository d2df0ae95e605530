"""Relations that are no equations: what is checked of them, or that nothing was."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from derive.falsify import Model, Undecided, Undefined, approx, evaluate
from derive.kernel.terms import Num, Term
from derive.notes.judge.verdict import Verdict

if TYPE_CHECKING:
    from derive.notes.meaning.chain import Reading

_DIGITS = 12


def judged(reading: Reading, printed: str) -> Verdict:
    """Of numbers whether they are rounded rightly; of others that the relation was not checked.

    A number that differs by more than one in its last digit is false.
    """
    if reading.kind == "approximate":
        for exact, rounded in ((reading.left, reading.right), (reading.right, reading.left)):
            if isinstance(rounded, Num) and not exact.free:
                return _rounded(exact, rounded.value, reading)
        return Verdict("approximate", "not checked: to which order it holds is not said", assumed=reading.assumed)
    words = {"proportional": "not checked: up to a factor", "constant": "not checked: up to a constant"}
    return Verdict("approximate", words.get(reading.kind, "not checked"), assumed=reading.assumed)


def _rounded(exact: Term, rounded: Fraction, reading: Reading) -> Verdict:
    try:
        value = Fraction(approx(evaluate(exact, Model({})), _DIGITS))
    except (Undecided, Undefined, ValueError):
        return Verdict("approximate", "not checked", assumed=reading.assumed)
    unit = Fraction(1)
    while (rounded / unit).denominator != 1 and unit > Fraction(1, 10**_DIGITS):
        unit /= 10
    off = abs(value - rounded)
    shown = approx(evaluate(exact, Model({})), 8)
    if off <= unit / 2:
        return Verdict("approximate", f"rounded: {shown}", assumed=reading.assumed)
    if off <= unit:
        return Verdict("approximate", f"the last digit is not rounded: {shown}", assumed=reading.assumed)
    return Verdict("false", f"the left side is {shown}", assumed=reading.assumed)
