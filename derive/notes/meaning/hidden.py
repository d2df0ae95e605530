"""Of what letters the factor behind a sign of proportion, or the term behind "+ const", is said to be free."""

from __future__ import annotations

from collections.abc import Iterable

from derive.notes.formula.surface import Expr
from derive.notes.meaning.sorts import arranged
from derive.notes.meaning.world import World

SIGNS = {"proportional": ("∝",), "constant": ("const", "constant")}
"""How the declarations of constants name what each kind of row leaves out."""


def free_of(kind: str, sides: Iterable[Expr], world: World) -> list[str]:
    """The letters: declared, or the values of the law of which the row speaks, of p(y | x) it is y."""
    declared = next((world.constants[s] for s in SIGNS.get(kind, ()) if s in world.constants), None)
    if declared is not None:
        return [x.ref.name for x in declared if x.is_name()]
    for e in sides:
        while e.op in ("neg", "log") and e.args:
            e = e.args[-1]
        letters = _values(e, world) if e.op == "ref" else []
        if letters:
            return letters
    return []


def _values(e: Expr, world: World) -> list[str]:
    law = world.law_of(e.ref.name)
    if e.ref.signs:
        main = (
            [a.args[1] if a.op == "rel" else a for place, a in arranged(e) if place == "("] if law is not None else []
        )
    else:
        main = [a for a in e.args[-1:] if a.is_name() and (law is not None or a.ref.name in world.ranges)]
    return [a.ref.name for a in main] if all(a.is_name() for a in main) else []
