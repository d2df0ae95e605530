"""In which order reasons are tried for a line: what a reader would be glad of first, and what fits best.

Algebra alone; one definition, unfolded or folded; one condition or fact; what says the line; one lemma or theorem that leads
from the line to the next; one tactic; calculation; what fits less well; then two of them, after the definitions that the
next line has not and before those that are new in it; then cases of an equality of indices, or of which of two numbers is the
larger; then all that may bear on the line, of which what is idle is left out.  When all that is in vain, the normal form of
both sides is tried (``find``).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, KeysView, Sequence, Set
from typing import Any, NamedTuple

from derive.board.fitting import ARITHMETIC, BOTH, Shelf, fitting, saying
from derive.board.goal import Goal, heads, tells
from derive.board.reasons import ByCases, Reversed, auto, calculus, logs, order, ring, sums
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import PROP
from derive.kernel.terms import App, Lam, Num, Op, Term, eq, fresh, instantiate, rebuild, subterms
from derive.lemmas import LEMMAS, Lemma
from derive.operators import READ
from derive.operators.derivatives import PARTIALS
from derive.record.letters import definitions_in
from derive.tactics import larger
from derive.tactics.context import Context
from derive.tactics.derived import sides, strip_forall
from derive.tactics.rewriting import DefinitionRule, exhaustively

_PAIRS = 8  # of the reasons that fit best, two of which are tried together
_BAG = 24  # reasons at most that are tried all at once
_CASES = 4

_DERIVATIVES = {k.DERIVATIVE, *PARTIALS.values()}
_POWERS = {k.LOG, k.EXP, k.POW, *(card.op for card in READ)}


class Try(NamedTuple):
    """Reasons to be tried; of a ``bag``, those that the line does not need are left out."""

    reasons: Sequence[Any]
    bag: bool = False


def candidates(goal: Goal) -> Iterator[Try]:
    """The reasons to try, the best first."""
    yield from map(Try, _one(goal))
    yield from map(Try, _two(goal))
    yield from _many(goal)


def _one(goal: Goal) -> Iterator[Sequence[Any]]:
    before, after = operators(goal.before), operators(goal.after)
    both, equation = before | after, goal.relation in ("=", "<=>")
    if equation:
        yield [ring]
    if len(goal.author) > 1:  # one of them may be idle
        yield from ([x for x in goal.author if x is not idle] for idle in goal.author)
    yield from ([x] for x in folds(goal))
    gone, new = _definitions(goal)
    if len(gone) > 1 and new:
        yield gone
    if len(gone) + len(new) > 1:
        yield [*gone, *map(Reversed, new)]
    known = telling(goal)
    signs = [x for x in known if isinstance(x, Term) and _is_sign(x)]
    yield from ([x] for x in known if x not in signs)
    shelves = goal.citable.shelves(goal.before, goal.after)
    yield from ([x] for x in saying(shelves, goal.statement))
    yield from ([x] for x in signs)
    best = fitting(shelves, goal.before, goal.after) if goal.relation else []
    yield from ([x] for score, x in best if score >= BOTH)
    if both & _DERIVATIVES and equation:
        yield [calculus]
        yield from ([calculus, x] for x in _slopes(shelves, both))
    if goal.relation != "=":
        yield [order]
    if equation:
        yield from ([t] for t, ops in ((sums, {k.SUM}), (logs, _POWERS)) if both & ops)
    yield [auto]
    yield from ([x] for score, x in best if score < BOTH)
    yield from ([x] for x in bearing(goal, shelves))
    yield from ([x] for x in _bounds(goal))


def _two(goal: Goal) -> Iterator[Sequence[Any]]:
    """Two reasons; and the definitions of both sides, with what fits between what they say."""
    gone, new = _definitions(goal)
    defined = [*gone, *map(Reversed, new)]
    around: list[list[Any]] = [defined] if len(defined) > 1 else []
    around += [[d] for d in folds(goal)]
    shelves = goal.citable.shelves(goal.before, goal.after)
    for some in around:
        yield [*some, auto]
    if goal.relation and defined:
        inner = fitting(shelves, _unfolded(goal.before, gone), _unfolded(goal.after, new))
        near = [x for score, x in inner if score >= BOTH] or [x for _, x in inner]
        yield from ([*some, x] for some in around for x in near[:_PAIRS])
    known = telling(goal)
    outer = fitting(shelves, goal.before, goal.after) if goal.relation else []
    single = [*folds(goal), *(x for _, x in outer)][:_PAIRS] or bearing(goal, shelves)[:_PAIRS]
    if goal.relation == "=":
        yield from ([x, auto] for x in known if not isinstance(x, Reversed))
    both = operators(goal.before) | operators(goal.after)
    if goal.relation == "=" and _DERIVATIVES & both:
        yield from ([calculus, *slopes] for slopes in itertools.combinations(_slopes(shelves, both)[:_CASES], 2))
        yield from ([calculus, tactic] for tactic in (sums, logs, auto))
    yield from ([x, y] for i, x in enumerate(known) for y in [*known[i + 1 :], *single])
    yield from ([x, tactic] for x in single for tactic in _tactics(goal))
    yield from (list(pair) for pair in itertools.combinations(single, 2))
    if goal.relation == "=":  # what fits only after calculation
        special = sorted(_rules(goal), key=lambda x: -len(operators(x.shows)))
        yield from ([x, auto] for x in special[:_PAIRS])


def _many(goal: Goal) -> Iterator[Try]:
    """Cases; and everything at once."""
    gone, new = _definitions(goal)
    shelves = goal.citable.shelves(goal.before, goal.after)
    known, tools = telling(goal), bearing(goal, shelves)
    inside = definitions_in([goal.statement])
    rules = _rules(goal)[:_BAG]
    closing = auto if k.EQ in heads(goal.statement) else order
    cases = [ByCases(x) for x in (*(eq(i, j) for i, j in indices(goal)), *_orders(goal))][:_CASES]
    for some in (*([c] for c in cases), *([cases] if len(cases) > 1 else [])):
        yield Try([*some, *inside], bag=True)
        yield Try([*some, *inside, *rules], bag=True)
        yield Try([*some, *inside, closing], bag=True)
        yield Try([*some, *inside, *rules, closing], bag=True)
    if goal.relation == "=" and _DERIVATIVES & (operators(goal.before) | operators(goal.after)):
        yield Try([*inside, calculus, auto], bag=True)
    defined = [*gone, *map(Reversed, new)] if goal.relation else inside
    for bag in (defined + known, [*defined, *known, auto], [*defined, *tools[:_BAG], *known, auto]):
        if len(bag) > 1:
            yield Try(bag, bag=True)
    if set(inside) - {d for d in defined if isinstance(d, Definition)}:  # those that definitions are made of, too
        yield Try([*inside, *known, auto], bag=True)


def _slopes(shelves: Iterable[Shelf], ops: Set[Op]) -> list[Any]:
    """Theorems that say the derivative of something that is in the line."""
    out = []
    for x in (x for shelf in shelves for x in shelf.reasons):
        shows = getattr(x, "shows", None)
        if isinstance(shows, App) and shows.op is k.EQ and not isinstance(x, Lemma):
            left = shows.args[0]
            if isinstance(left, App) and left.op in _DERIVATIVES and operators(left) <= ops:
                out.append(x)
    return out[:_PAIRS]


def _rules(goal: Goal) -> list[Any]:
    """Equations of the library for the operators of the line, written out by its definitions."""
    ops = operators(written_out(goal.statement))
    out = []
    for x in LEMMAS.values():
        if not x.internal and isinstance(x.shows, App) and x.shows.op is k.EQ and x.shows.args[0] not in x.shows.free:
            left = x.shows.args[0]
            if isinstance(left, App) and left.op in ops and operators(x.shows) <= ops:
                out.append(x)
    return out


# --- what there is ---------------------------------------------------------------------------------------------------


def folds(goal: Goal) -> list[Any]:
    """Definitions to unfold, where the line has them and the next has not; then those to fold; then the others."""
    gone, new = _definitions(goal)
    here = [d for d in operators(goal.before if goal.relation else goal.after) if isinstance(d, Definition)]
    stay = [x for d in here if d not in gone for x in ([d, Reversed(d)] if goal.relation else [d])]
    return [*gone, *map(Reversed, new), *stay]


def _definitions(goal: Goal) -> tuple[list[Definition], list[Definition]]:
    """Those that only the line has, and those that only the next has; of a fact that is an equation, its two sides."""
    ends = (goal.before, goal.after) if goal.relation else _ends(goal.after)
    if not ends:
        return [], []
    before, after = map(operators, ends)
    here, there = ([x for x in ops if isinstance(x, Definition)] for ops in (before, after))
    return [d for d in here if d not in after], [d for d in there if d not in before]


def _ends(statement: Term) -> tuple[Term, ...]:
    """The sides of the equation that a statement says, for all values of its indices."""
    concl = strip_forall(statement)[2]
    return concl.args if isinstance(concl, App) and concl.op in (k.EQ, k.IFF) else ()


def _unfolded(term: Term, definitions: Sequence[Definition]) -> Term:
    if not definitions:
        return term
    step = exhaustively([DefinitionRule(d) for d in definitions])(term, Context())
    return term if step is None else sides(step.concl)[1]


def telling(goal: Goal) -> list[Any]:
    """Conditions and facts about letters of the line that say more than that an index is in range, the latest first."""
    out: list[Any] = []
    for statement in _about(goal):
        if isinstance(statement, App) and tells(statement, goal.relation):
            out.append(statement)
            if statement.op in (k.EQ, k.IFF, k.FORALL) and k.EQ in heads(statement):
                out.append(Reversed(statement))
    return out


def _bounds(goal: Goal) -> list[Any]:
    return [s for s in _about(goal) if not (isinstance(s, App) and tells(s, goal.relation))]


def _about(goal: Goal) -> list[Term]:
    free = goal.before.free | goal.after.free
    return [s for s in reversed(goal.context.by_statement) if s.free & free or not s.free]


def _is_sign(statement: Term) -> bool:
    ops = heads(statement)
    return not ops & {k.EQ, k.IFF} and any(t == Num(0) for t in subterms(statement))


def bearing(goal: Goal, shelves: Iterable[Shelf]) -> list[Any]:
    """Lemmas and theorems whose operators are all in the line, those with most of them first; equations in the
    direction in which they can be used."""
    before = operators(goal.before if goal.relation else goal.after)
    after = operators(goal.after)
    both = before | after
    out: list[tuple[int, Any]] = []
    for x in (x for shelf in shelves for x in shelf.reasons):
        shows = getattr(x, "shows", None)  # those over a sort have been tried
        if shows is None:
            continue
        ops = operators(shows)
        if not ops <= both and not (isinstance(x, Lemma) and x.features):
            continue
        if goal.relation == "=" and isinstance(x, Lemma) and not _equates(shows):
            continue
        weight = len(ops & both) + (0 if isinstance(x, Lemma) else 1)
        if isinstance(shows, App) and shows.op in (k.EQ, k.IFF) and goal.relation in ("=", "<=>"):
            left, right = map(operators, shows.args)
            forth, back = left <= before and right <= after, right <= before and left <= after
            out += [(weight, x)] if forth else []
            out += [(weight - 1, Reversed(x))] if back else []
            out += [(weight - 3, x)] if not (forth or back) and (left & before or right & before) else []
        elif ops & both or not ops:
            out.append((weight, x))
    return [x for _, x in sorted(out, key=lambda wx: -wx[0])]


def _equates(statement: Term) -> bool:
    """Whether a statement gives an equation, and not only an order."""
    concl = strip_forall(statement)[2]
    if isinstance(concl, App) and concl.op is k.IFF:
        return any(isinstance(x, App) and x.op is k.EQ for x in concl.args)
    return isinstance(concl, App) and concl.op is k.EQ


def indices(goal: Goal) -> list[tuple[Term, Term]]:
    """The pairs of indices that an indicator compares, where they stand for any values in the whole line."""
    parts = [t for t in _written_parts(goal) if t.op is k.DELTA]
    return list(dict.fromkeys((t.args[0], t.args[1]) for t in parts))


def _orders(goal: Goal) -> list[Term]:
    """Which of two numbers is the larger, for the largest of two in the line."""
    pairs = [two for t in _written_parts(goal) if (two := larger.of_two(t)) is not None]
    return list(dict.fromkeys(a <= b for a, b in pairs))


def _written_parts(goal: Goal) -> list[App]:
    """What the line is made of, written out, for any values of its letters; what stands for a bound variable is left out."""
    statement, free = goal.statement, goal.context.free | goal.statement.free
    while isinstance(statement, App) and statement.op in (k.FORALL, k.IMPLIES):
        inner = statement.args[-1]
        if isinstance(inner, Lam):
            v = fresh(inner.hint, inner.dom, free)
            free = free | {v}
            inner = instantiate(inner, v)
        statement = inner
    return [t for t in subterms(written_out(statement)) if isinstance(t, App) and not t.loose]


def written_out(term: Term) -> Term:
    """A term with its definitions unfolded; a statement, with those of its sides."""
    if isinstance(term, App) and term.sort is PROP:
        return rebuild(term, tuple(t if isinstance(t, Lam) else written_out(t) for t in term.args))
    return term if term.loose else _unfolded(term, definitions_in([term]))


def _tactics(goal: Goal) -> list[Any]:
    if goal.relation not in ("=", "<=>"):
        return [order]
    ops = operators(goal.before) | operators(goal.after)
    return [ring, *([sums] if k.SUM in ops else []), *([logs] if ops & _POWERS else []), auto]


def operators(term: Term) -> KeysView[Op]:
    """The operators and definitions in a term in the order in which they stand there, arithmetic and logic aside."""
    return dict.fromkeys(t.op for t in subterms(term) if isinstance(t, App) and t.op not in ARITHMETIC).keys()


# --- more telling ----------------------------------------------------------------------------------------------------


def more_telling(
    goal: Goal, tried: Sequence[Any], used: Sequence[str], rests_on: Iterable[Term]
) -> Iterator[Sequence[Any]]:
    """What says more than the tactics among reasons that did: the conditions on which the proof rests, the lemmas of
    calculation, or its rules of one kind."""
    rest = [x for x in tried if x not in (auto, order, sums, logs)]
    conditions = [h for h in rests_on if h not in rest and isinstance(h, App) and tells(h, goal.relation)]
    if len(rest) < len(tried):  # signs are said where nothing else is
        for some in ([h for h in conditions if not _is_sign(h)], conditions if not rest else []):
            if 0 < len(some) <= 3:
                yield [*rest, *some]
    if order in tried:
        return
    public = [x for x in map(LEMMAS.get, used) if x is not None and not x.internal]
    if auto in tried or len(public) == 1:
        for x in public:
            back = isinstance(x.shows, App) and not operators(x.shows.args[0]) <= operators(goal.before)
            if back and calculus not in rest:
                yield [*rest, Reversed(x)] if auto in tried else rest
            yield [*rest, x]
    if auto in tried:
        yield rest
    kinds = {x.features for x in public} - {sums.features, frozenset({"sums"})}
    if len(public) == 2 and kinds and (auto in tried or sums in tried or public[0].features == public[1].features):
        yield [*(x for x in rest if x not in public), *public]
    if auto in tried:
        yield from ([*rest, t] for t in (sums, logs) if any(x.features & t.features for x in public))
