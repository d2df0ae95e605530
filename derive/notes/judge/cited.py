"""Inequalities by theorems of the catalogue, where nothing else decides a row: each is put in at the names that the row has.

What a theorem says at these names, with its conditions proved, is a fact in normal form; ``linear`` does the rest.  A theorem is
tried only where its operators stand in the row, and only so many of its instances.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, product

from derive.board.catalogue import theorems
from derive.board.entries import TheoremEntry
from derive.board.fitting import ARITHMETIC
from derive.kernel import rules as r
from derive.kernel.sorts import Fn
from derive.kernel.terms import EQ, LE, LT, App, Lam, Op, SortError, Term, Var, substitute, subterms
from derive.kernel.theorem import RuleError, Theorem
from derive.tactics import consequences, side
from derive.tactics.context import Context
from derive.tactics.derived import instantiate, is_app, resolve, sides
from derive.tactics.meeting import Meeting

_INSTANCES = 6  # of a theorem
_THEOREMS = 4


def prove(claim: Term, given: Sequence[Term]) -> tuple[Theorem, TheoremEntry] | None:
    """An inequality from one theorem of the catalogue, and which it was."""
    if not (isinstance(claim, App) and claim.op in (LE, LT)):
        return None
    context = Context.of(given)
    one = Meeting(consequences.rules(context))
    try:
        same = tuple(one.normalize(t, context) for t in claim.args)
        plain = App(claim.op, tuple(sides(th.concl)[1] for th in same))
        fitting = ((e, _instances(e, claim)) for e in _like(_telling(plain), _known(context)))
        for entry, instances in islice(((e, some) for e, some in fitting if some), _THEOREMS):
            th = _by(entry, instances, plain, context, one)
            if th is not None:
                return r.rel_cong(th, tuple(map(r.sym, same))), entry
    except (RuleError, SortError, RecursionError):
        return None
    return None


def _instances(entry: TheoremEntry, claim: App) -> list[dict[Var, Term]]:
    """Values for the letters of a theorem; none where the row has nothing that one of them may be."""
    letters = entry.shows.free.union(*(g.free for g in entry.given))  # its proof runs only where it may be of use
    names = sorted(letters, key=lambda v: v.name)
    choices = product(*(_terms(v, claim) for v in names))
    return [dict(zip(names, values, strict=True)) for values in islice(choices, _INSTANCES)]


def _by(
    entry: TheoremEntry, instances: Iterable[dict[Var, Term]], plain: App, context: Context, one: Meeting
) -> Theorem | None:
    """The row in normal form, from a theorem at names of the row."""

    def helps(said: Theorem) -> Theorem | None:
        fact = r.rel_cong(said, tuple(one.normalize(t, context) for t in sides(said.concl)))
        return side.linear(plain, context.with_facts(fact), side.DEPTH)

    for values in instances:
        met = [side.prove(substitute(h, values), context) for h in entry.given]
        if None in met or helps(r.assume(substitute(entry.shows, values))) is None:
            continue  # the theorem itself is proved only where it would do
        th = instantiate(entry.theorem, values)
        met = [side.prove(h, context) for h in th.hyps]
        if None not in met:
            return helps(resolve(th, *(m for m in met if m is not None)))
    return None


def _terms(v: Var, claim: App) -> list[Term]:
    """What a letter of a theorem may stand for: names of its sort in the row, ends of ranges, and what runs in them."""
    out: dict[Term, None] = {}
    for t in subterms(claim):
        if (isinstance(v.sort, Fn) and isinstance(t, Lam) and not t.loose) or isinstance(t, Var):
            out[t] = None
    return [t for t in out if t.sort == v.sort]


def _telling(statement: Term) -> frozenset[Op]:
    """The operators of a statement that are more than arithmetic."""
    return frozenset(t.op for t in subterms(statement) if isinstance(t, App)) - ARITHMETIC


def _known(context: Context) -> frozenset[Op]:
    """Those of what is known, which may have put a plainer thing in their place: 1 for a sum."""
    return frozenset[Op]().union(*(_telling(f.concl) for f in context.facts if is_app(f.concl, EQ)))


def _like(ops: frozenset[Op], known: frozenset[Op]) -> Iterator[TheoremEntry]:
    """The theorems that are inequalities and have only operators of the row, or besides of what is known; of those that tell more first."""
    fitting = [(own <= ops, len(own & ops), e) for e, own in _inequalities() if own & ops and own <= ops | known]
    yield from (e for _, _, e in sorted(fitting, key=lambda x: x[:2], reverse=True))


@lru_cache(1)
def _inequalities() -> tuple[tuple[TheoremEntry, frozenset[Op]], ...]:
    """The inequalities of the catalogue, with their operators when definitions are put in."""
    out = []
    for e in theorems():
        if isinstance(e.shows, App) and e.shows.op in (LE, LT):
            context = Context.of(e.given)
            plain = [sides(Meeting().normalize(t, context).concl)[1] for t in e.shows.args]
            out.append((e, frozenset[Op]().union(*map(_telling, plain))))
    return tuple(out)
