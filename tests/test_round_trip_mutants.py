"""Printers that are broken on purpose: the round trip of each target finds it.

First faults in what every printer takes from the layout: wherever one shows, the formula must not be read as what it was.
Then faults of one printer: some formula of the catalogue must be misread.
"""

from __future__ import annotations

from functools import cache

import pytest
from broken_printers import BROKEN, FAULTS, everywhere
from formulas import Formula, formulas, reader
from round_trip import TARGETS
from sweep import sample

from derive.read.canonical import canonical
from derive.render.formula.nodes import Node
from derive.render.formula.notation import notation_names

CANNOT_SHOW = {
    *((target, "fractions are turned over") for target in ("text", "ascii")),
    *((target, "bold letters are not bold") for target in ("text", "ascii")),
}  # fmt: skip
# a fraction of two sums that differ in their letters only; a prime on a letter that hides no other one; a group that is
# spoken last, as in "exp of the maximum ..."
MAY_MEAN_THE_SAME = ("fractions are turned over", "primes are lost", "brackets of groups are lost")


@cache
def chosen(notation: str) -> tuple[Formula, ...]:
    """Formulas of all kinds, the long ones left out: what is wrong with one is wrong with a short one too."""
    return tuple(sample((f for f in formulas(notation) if len(repr(f.term)) < 150), 120))


@cache
def broken(fault: str, notation: str, linear: bool) -> tuple[tuple[Formula, Node, Node], ...]:
    """The formulas that a fault changes: their layouts, and with the fault.  Most targets take the same."""
    pool = formulas(notation) if fault in MAY_MEAN_THE_SAME else chosen(notation)
    nodes = [(f, f.line if linear else f.node) for f in pool]
    return tuple((f, node, new) for f, node in nodes if (new := everywhere(FAULTS[fault], node)) != node)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_wherever_it_shows(fault: str, target: str) -> None:
    t = TARGETS[target]
    shown, missed = 0, []
    for notation in notation_names():
        for f, node, new in sample(broken(fault, notation, t.linear), 15 if fault in MAY_MEAN_THE_SAME else 4):
            printed = t.draw(new)
            if printed != t.draw(node):
                shown += 1
                if t.meanings(reader(f.theorem, notation, t.hidden), printed) == {canonical(f.term)}:
                    missed.append(f"{f.theorem}, {f.place}: {printed}")
    assert (shown == 0) == ((target, fault) in CANNOT_SHOW)
    assert not missed or (fault in MAY_MEAN_THE_SAME and len(missed) < shown), "\n".join(missed)


@pytest.mark.parametrize(("target", "what"), [(target, what) for target, broken in BROKEN.items() for what in broken])
def test_a_broken_printer_is_found(target: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BROKEN[target][what](monkeypatch)
    assert any(
        misread for notation in notation_names() for misread in TARGETS[target].misread(notation, chosen(notation))
    )
