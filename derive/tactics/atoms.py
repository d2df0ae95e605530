"""What can be said of the atoms of a goal: instances of universal facts that speak of them, and values of indicators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.kernel.sorts import INT
from derive.kernel.terms import DELTA, EQ, MAX, SUM, App, At, Lam, Op, Term, Var, fresh, instantiate, ne
from derive.kernel.theorem import Theorem
from derive.tactics import library
from derive.tactics.context import Context, Universal
from derive.tactics.matching import match


def instances(
    universals: Sequence[Universal], atoms: set[Term], relations: tuple[Op, ...]
) -> Iterator[tuple[Universal, dict[Var, Term]]]:
    """Universal comparisons at values that make a part of them one of the atoms, each once."""
    for u in universals:
        if not (isinstance(u.concl, App) and u.concl.op in relations):
            continue
        done = set()
        for part in u.parts:
            for atom in atoms:
                mapping = match(part, atom, u.schematic)
                if mapping is None:
                    continue
                key = tuple(mapping[v] for v in u.variables)
                if key not in done:
                    done.add(key)
                    yield u, mapping


def terms_of_sums(atoms: set[Term], ctx: Context) -> Iterator[tuple[App, Term]]:
    """Sums and maxima among the atoms or the equations known, and the indices at which another atom is their term."""
    sides_ = (t for f in ctx.facts if isinstance(f.concl, App) and f.concl.op is EQ for t in f.concl.args)
    sums = dict.fromkeys(t for t in (*atoms, *sides_) if isinstance(t, App) and t.op in (SUM, MAX))
    for s in sums:
        fn = s.args[2]
        if not isinstance(fn, Lam):
            continue
        v = fresh(fn.hint, INT, ctx.free | s.free)
        body = instantiate(fn, v)
        for atom in atoms:
            mapping = match(body, atom, {v}) if isinstance(atom, (At, App)) else None
            if mapping is not None and v in mapping:
                yield s, mapping[v]


def indicator(atom: Term, ctx: Context) -> Iterator[Theorem]:
    """Of an indicator: that it is 1 or 0 where it is known whether its indices agree, and that it is at most 1."""
    if not (isinstance(atom, App) and atom.op is DELTA):
        return
    i, j = atom.args
    differ = ctx.by_statement.get(ne(i, j))
    if i == j:
        yield library.use("delta_same", {"i": i})
    elif differ is not None:
        yield library.use("delta_diff", {"i": i, "j": j}, differ)
    yield library.use("delta_le_one", {"i": i, "j": j})
