"""Relations that are no equations: what is checked of them, or that nothing was."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from derive.falsify import Model, Undecided, Undefined, approx, evaluate
from derive.kernel import terms as k
from derive.kernel.terms import Num, Term, Var, fresh, substitute
from derive.notes.judge.prove import prove
from derive.notes.judge.refute import refute
from derive.notes.judge.verdict import Verdict

if TYPE_CHECKING:
    from derive.notes.meaning.chain import Reading

_DIGITS = 12


def judged(reading: Reading, printed: str) -> Verdict:
    """Of numbers whether they are rounded rightly; of proportions, and of rows up to a constant, whether that is one.

    A number that differs by more than one in its last digit is false.
    """
    if reading.kind == "approximate":
        for exact, rounded in ((reading.left, reading.right), (reading.right, reading.left)):
            if isinstance(rounded, Num) and not exact.free:
                return _rounded(exact, rounded.value, reading)
        return Verdict("approximate", "not checked: to which order it holds is not said", assumed=reading.assumed)
    return _up_to_what_is_hidden(reading)


_HIDDEN = {"proportional": "factor", "constant": "constant"}


def _up_to_what_is_hidden(reading: Reading) -> Verdict:
    """Whether the ratio, or the difference, of the sides is one for all values of the letters that it must not depend on."""
    hidden = _HIDDEN.get(reading.kind, "")
    if not reading.apart:
        return Verdict(
            "approximate", f"not checked: up to a {hidden}" if hidden else "not checked", assumed=reading.assumed
        )
    taken = reading.claim.free.union(*(g.free for g in reading.given))
    new: dict[Var, Term] = {v: fresh(f"{v.name}'", v.sort, taken) for v in reading.apart}
    a, b = reading.left, reading.right
    c, d = (substitute(t, new) for t in (a, b))
    claim = k.eq(a * d, c * b) if reading.kind == "proportional" else k.eq(a - b, c - d)
    moved = [substitute(g, new) for g in reading.given if not g.free.isdisjoint(new)]
    given = tuple(dict.fromkeys((*reading.given, *moved)))
    names = " and ".join(v.name for v in reading.apart)
    proof = prove(claim, given)
    if proof is not None:
        words = {**dict(reading.rests), **{substitute(f, new): said for f, said in reading.rests}}
        where = tuple(dict.fromkeys([words[h] for h in proof.theorem.hyps if h in words] + list(reading.from_text)))
        why = f"checked: the {hidden} does not depend on {names}"
        return Verdict("approximate", why, theorem=proof.theorem, assumed=reading.assumed, where=where)
    found = refute(claim, given) if reading.refutable else None
    if found is None:
        return Verdict("approximate", f"not known: whether the {hidden} depends on {names}", assumed=reading.assumed)
    numbers = str(found).removeprefix("it is false: ").partition(" makes the left side")[0]
    return Verdict(
        "false", f"the {hidden} depends on {names}: {numbers}", assumed=reading.assumed, where=reading.from_text
    )


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
