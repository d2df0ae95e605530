"""Why a page may say more than was read of a row: then what fails there is no counterexample."""

from __future__ import annotations

from derive.kernel.sorts import INT, Fn
from derive.kernel.terms import Term, Var, subterms
from derive.notes.formula.surface import Expr
from derive.notes.meaning.facts import Facts
from derive.notes.meaning.ranges import Ranges
from derive.notes.meaning.world import World
from derive.operators.derivatives import taken_apart


def unsized(ranges: Ranges, free: frozenset[Var]) -> str:
    """A size that nothing names, of what the page sums over within bounds, too: that they differ is no counterexample."""
    for v in sorted(free, key=lambda v: v.name):
        if ranges.disputed(v.name) or ranges.of_two_sizes(v.name):
            return f"nothing says through what {v.name} runs"
    return ""


def counts_elsewhere(world: World, e: Expr, left: Term, right: Term) -> str:
    """Of l = -log p on a page with h_l: the l of this row need not be the index."""
    if e.is_name() and left.sort is INT and right.sort is not INT and e.ref.name not in world.ranges:
        return f"{e.ref.name} counts elsewhere on the page, and may be another thing here"
    return ""


def uncounted(world: World, free: frozenset[Var]) -> str:
    """A number that counts what the text names, beside a size that nothing names: they may be the same."""
    names = sorted(v.name for v in free if v.name in world.counts)
    return f"the text says what {names[0]} counts" if names and any(v.name.startswith("N_") for v in free) else ""


def open_page(world: World, left: Term, right: Term) -> str:
    """On a page without declarations a condition may stand in the prose: only what is said of single numbers is refuted."""
    if world.declared:
        return ""
    free = left.free | right.free
    moved = any(taken_apart(t) is not None for side in (left, right) for t in subterms(side))
    alone = left.free ^ right.free  # q on one side, which the prose may call 1 - p
    if alone or any(isinstance(v.sort, Fn) for v in free) or (moved and len(free) > 1):
        return "conditions may stand in the prose"
    return ""


def unexplained(builder: Facts, left: Term, right: Term, facts: dict[Term, str]) -> str:
    """A name on one side only of which nothing is said: what it is may stand in the prose."""
    said = {v for f, assumed in facts.items() if not assumed for v in f.free}
    if (v := builder.vars.get(("pi", ()))) is not None and v in left.free | right.free and v not in said:
        return "π may be the number"
    for v in sorted(left.free ^ right.free, key=lambda x: x.name):
        name = next((key[0] for key, w in builder.vars.items() if w == v), v.name)
        if name in builder.world.constants:
            continue
        function = isinstance(v.sort, Fn) or name[:1].isupper()
        if function and v not in said and not builder.ranges.is_size(v.name) and not any(
            x.op == "ref" and x.ref.name == name for x, _, _ in builder.world.vectors
        ):  # fmt: skip
            return f"nothing on the page says what {name} is"
    return ""
