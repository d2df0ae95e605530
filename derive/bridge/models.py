"""Small models of a statement's hypotheses: which numbers to try.

Sizes and positions are small integers, sequences of tokens are tables of small integers, and the entries of families
are rationals, some generic, some equal to each other, some 0, some negative, as far as the hypotheses allow.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from derive.bridge.expand import (
    ELEMENTS,
    Algebra,
    CannotExpand,
    Key,
    Meaning,
    Numeric,
    Scope,
    Table,
    Undefined,
    Value,
    elements,
)
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, PROP, REAL, Base, SetOf, Sort
from derive.kernel.terms import App, At, Lam, Num, Op, Term, Var, spine, subterms

SMALL = (1, 2, 3, 0, 4, -1)  # what a size, a position or a token may be
TRIES = 25  # models drawn for each one that is asked for, before giving up

_NOTHING: Scope = {}


@dataclass
class SmallModel:
    """Integers, integer sequences, and tables of reals that fill as they are read."""

    integers: dict[Var, int]
    rng: random.Random
    reals: Callable[[Var, Key], Value]
    highest: int = 3  # entries of integer sequences are drawn from 1..highest
    tables: dict[tuple[Var, Key], int] = field(default_factory=dict)
    chosen: dict[tuple[Var, Key], Value] = field(default_factory=dict)
    fixed: dict[tuple[Var, Key], Value] = field(default_factory=dict)  # entries that a hypothesis fixes
    read: dict[tuple[Var, Key], Value] = field(default_factory=dict)

    def leaf(self, var: Var, sort: Sort, key: Key) -> Value:
        place = (var, key)
        if sort == INT:
            if not key and var in self.integers:
                return self.integers[var]
            if place not in self.tables:
                self.tables[place] = self.rng.randint(1, self.highest)
            return self.tables[place]
        if sort == REAL:
            if place in self.fixed:
                return self.fixed[place]
            if place not in self.read:
                self.read[place] = self.reals(var, key)
            return self.read[place]
        if isinstance(sort, Base) and sort != PROP:
            if place not in self.chosen:
                self.chosen[place] = (sort.name, self.rng.randrange(ELEMENTS))
            return self.chosen[place]
        if isinstance(sort, SetOf):
            if place not in self.chosen:
                self.chosen[place] = frozenset(x for x in elements(sort.elem) if self.rng.random() < 0.5)
            return self.chosen[place]
        raise CannotExpand(f"{var} is of sort {var.sort}, which has no small models")

    def with_reals(self, reals: Callable[[Var, Key], Value]) -> SmallModel:
        """The same integers and elements, with other reals."""
        return SmallModel(self.integers, self.rng, reals, self.highest, dict(self.tables), dict(self.chosen))

    def described(self) -> dict[str, object]:
        """The model as a flat dictionary, for messages: ``{'V': 2, 'p[1]': Fraction(1, 3)}``."""
        out: dict[str, object] = {v.name: n for v, n in sorted(self.integers.items(), key=lambda vn: vn[0].name)}
        tables: tuple[Mapping[tuple[Var, Key], Value], ...] = (
            self.tables, self.chosen, {**self.read, **self.fixed},
        )  # fmt: skip
        for table in tables:
            for (var, key), value in sorted(table.items(), key=lambda item: (item[0][0].name, str(item[0][1]))):
                where = "".join(f"[{i[1] if isinstance(i, tuple) else i}]" for i in key)
                out[var.name + where] = value[1] if isinstance(value, tuple) else value
        return out


# --- integers -------------------------------------------------------------------------------------


def integer_models(
    variables: Sequence[Var], given: Sequence[Term], chosen: Mapping[Var, int], count: int, rng: random.Random
) -> list[dict[Var, int]]:
    """Up to ``count`` values of the integer ``variables`` that the hypotheses on integers allow, smallest first."""
    known = {v: n for v, n in chosen.items() if v.sort == INT}
    open_ = [v for v in variables if v not in known]
    about_integers = [h for h in given if h.free and all(v.sort == INT for v in h.free)]
    choices: Iterator[tuple[int, ...]] = itertools.product(SMALL, repeat=len(open_))
    if len(open_) > 4:
        choices = (tuple(rng.choice(SMALL) for _ in open_) for _ in range(1000))
    good = []
    for values in choices:
        integers = {**known, **dict(zip(open_, values, strict=True))}
        meaning = _meaning_of_integers(integers)
        try:
            if all(meaning.value(h) for h in about_integers):
                good.append(integers)
        except (Undefined, CannotExpand):
            continue
    good.sort(key=lambda m: sum(abs(n) + (n <= 0) for n in m.values()))
    if len(good) <= count:
        return good
    return [good[0], *(good[i] for i in sorted(rng.sample(range(1, len(good)), count - 1)))]


def _meaning_of_integers(integers: dict[Var, int]) -> Meaning:
    def none(var: Var, key: Key) -> Value:
        raise CannotExpand(f"{var} is not an integer")

    return Meaning(SmallModel(integers, random.Random(0), none), Numeric(20))


# --- reals ----------------------------------------------------------------------------------------


def _positive(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(1, 9), rng.randint(1, 9))


def _unit(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(1, 19), 20)


_FAMILIES: dict[str, Callable[[random.Random], Fraction]] = {
    "positive": _positive,
    "unit": _unit,
    "dyadic": lambda rng: Fraction(1, 2 ** rng.randint(0, 4)),
    "signed": lambda rng: _positive(rng) * rng.choice((-1, 1)),
    "sparse": lambda rng: Fraction(0) if rng.random() < 0.4 else _unit(rng),
    "edge": lambda rng: Fraction(rng.choice((0, 1))),
}
_ALWAYS_POSITIVE = ("positive", "unit", "dyadic", "equal")
_ANY = ("positive", "unit", "unit", "signed", "signed", "sparse", "edge", "equal")


class _Draw:
    """Reals in a style for each variable; in the style "equal", all values of a variable are the same."""

    def __init__(self, rng: random.Random, positive: set[Var], plain: bool) -> None:
        self.rng = rng
        self.positive = positive
        self.plain = plain
        self.styles: dict[Var, str] = {}
        self.same: dict[Var, Fraction] = {}

    def __call__(self, var: Var, key: Key) -> Fraction:
        if var not in self.styles:
            styles = ("unit",) if self.plain else _ALWAYS_POSITIVE if var in self.positive else _ANY
            self.styles[var] = self.rng.choice(styles)
        style = self.styles[var]
        if style == "equal":
            return self.same.setdefault(var, _unit(self.rng))
        return _FAMILIES[style](self.rng)


def points(
    integers: dict[Var, int],
    sequences: Mapping[tuple[Var, Key], int],
    given: Sequence[Term],
    algebra: Algebra,
    count: int,
    rng: random.Random,
) -> Iterator[Meaning]:
    """Up to ``count`` models with these integers in which every hypothesis holds."""
    positive = positive_variables(given)
    top = max([1, *integers.values()])
    found = 0
    for attempt in range(TRIES * count):
        draw = _Draw(rng, positive, plain=attempt == 0)
        model = SmallModel(integers, rng, draw, rng.randint(1, top), dict(sequences))
        meaning = Meaning(model, algebra)
        try:
            impose(meaning, given, last=False)
            if not all(meaning.value(h) for h in given):
                continue
        except Undefined:
            continue
        meaning.exact = True
        found += 1
        yield meaning
        if found == count:
            return


# --- hypotheses -----------------------------------------------------------------------------------


def positive_variables(given: Sequence[Term]) -> set[Var]:
    """The variables of which a hypothesis says that a value, or all values in a range, are positive."""
    out: set[Var] = set()
    for hyp in given:
        for t in subterms(hyp):
            if isinstance(t, App) and t.op is k.LT and t.args[0] == Num(0):
                root = spine(t.args[1])[0]
                if isinstance(root, Var):
                    out.add(root)
    return out


def impose(meaning: Meaning, given: Sequence[Term], last: bool) -> None:
    """Make the model satisfy the hypotheses that fix entries: ``sum_k p(k) = 1``, ``p(k)`` or a product equal to a term, and of
    integer sequences those that say an entry, or that one is no less than another.

    A normalised family is scaled, or, with ``last``, its last entry becomes 1 minus the others, as that of a family with any
    other sum always does.  The last entry of a product becomes the term over the others.  A table that is said by itself, as
    that of independent variables by its own marginals, is scaled to the sum 1 and becomes what is said of it.
    """
    model = meaning.model
    assert isinstance(model, SmallModel)
    for hyp in _what_others_read_first(given):
        before = len(model.fixed)
        for said in _instances(meaning, hyp):
            _fix_said(meaning, said, last)
        if len(model.fixed) == before and _says_a_table_by_itself(hyp):
            _project(meaning, list(_instances(meaning, hyp)), last)


class _Said(NamedTuple):
    """A statement that is no universal one, and the values of the letters in it."""

    statement: App
    bound: tuple[Value, ...]
    scope: Scope


def _instances(meaning: Meaning, hyp: Term, bound: tuple[Value, ...] = (), scope: Scope = _NOTHING) -> Iterator[_Said]:
    """What a hypothesis says, for each value of its indices; each is asked for when those before it have been fixed."""
    if not isinstance(hyp, App):
        return
    if isinstance(hyp.op, Definition):
        args = [meaning.value(a, bound, scope) for a in hyp.args]
        yield from _instances(meaning, hyp.op.body, (), dict(zip(hyp.op.params, args, strict=True)))
    elif hyp.op is k.FORALL:
        for body, inner in meaning.instances(hyp, bound, scope):
            yield from _instances(meaning, body, inner, scope)
    elif hyp.op is k.IMPLIES:
        if _is_comparison_of_integers(hyp.args[0]) and meaning.value(hyp.args[0], bound, scope):
            yield from _instances(meaning, hyp.args[1], bound, scope)
    else:
        yield _Said(hyp, bound, scope)


def _says_a_table_by_itself(hyp: Term) -> bool:
    sides = _sides(hyp)
    root = spine(sides[0])[0] if sides and isinstance(sides[0], At) else None
    return isinstance(root, Var) and root in sides[1].free


def _project(meaning: Meaning, equations: list[_Said], last: bool) -> None:
    """Each entry on the left becomes what the right says of the table whose entries sum to 1.  Where that was so before, or is not
    so after it, nothing is lost: the hypotheses are tried on every model."""
    model, alg = meaning.model, meaning.algebra
    assert isinstance(model, SmallModel)

    def said() -> dict[tuple[Var, Key], Value]:
        entries = ((_entry(meaning, e.statement.args[0], e.bound, e.scope), e) for e in equations)
        return {place: meaning.value(e.statement.args[1], e.bound, e.scope) for place, e in entries if place}

    wanted = said()
    if all(alg.is_zero(alg.add(meaning.at(v, REAL, key), alg.neg(w))) for (v, key), w in wanted.items()):
        return
    _give_sum(meaning, list(wanted), 1, scaled=not last)
    model.fixed.update(said())


def _give_sum(meaning: Meaning, places: list[tuple[Var, Key]], wanted: Value, scaled: bool) -> None:
    """Entries get a sum: each is divided by what they sum to, for the sum 1, or the last becomes what the others leave."""
    model, alg = meaning.model, meaning.algebra
    assert isinstance(model, SmallModel)
    values = [meaning.at(v, REAL, key) for v, key in (places if scaled else places[:-1])]
    total: Value = 0
    for v in values:
        total = alg.add(total, v)
    if scaled:
        model.fixed.update({place: alg.div(v, total) for place, v in zip(places, values, strict=True)})
    else:
        model.fixed[places[-1]] = alg.add(wanted, alg.neg(total))


def _what_others_read_first(given: Sequence[Term]) -> list[Term]:
    """The hypotheses on integers, on which ranges depend; then the sums of entries of which no equation says the value, since other
    equations may read these entries; then the others."""
    said = {root for h in given for side in _sides(h) if isinstance(root := spine(side)[0], Var)}

    def late(hyp: Term) -> int:
        sides = _sides(hyp)
        if sides and all(s.sort == INT for s in sides):
            return 0
        sums = [s for s in sides if isinstance(s, App) and s.op is k.SUM]
        return 1 if sums and said.isdisjoint(sums[0].free) else 2

    return sorted(given, key=late)


def _sides(hyp: Term) -> tuple[Term, ...]:
    """Of the equation that a hypothesis says, for all values of its indices."""
    while isinstance(hyp, App) and hyp.op in (k.FORALL, k.IMPLIES):
        inner = hyp.args[-1]
        hyp = inner.body if isinstance(inner, Lam) else inner
    return hyp.args if isinstance(hyp, App) and hyp.op is k.EQ else ()


def _fix_said(meaning: Meaning, said: _Said, last: bool) -> None:
    hyp, bound, scope = said
    if hyp.op is k.HAS_DERIVATIVE:
        _fix(meaning, hyp.args[2], App(k.DERIVATIVE, hyp.args[:2]), bound, scope, last)
    elif _is_comparison_of_integers(hyp):
        _fix_integers(meaning, hyp, bound, scope)
    elif hyp.op is k.EQ:
        for one, other in (hyp.args, hyp.args[::-1]):
            if _fix(meaning, one, other, bound, scope, last):
                return
        for one, other in (hyp.args, hyp.args[::-1]):
            if _fix_product(meaning, one, other, bound, scope):
                return


def _is_comparison_of_integers(t: Term) -> bool:
    return isinstance(t, App) and t.op in (k.LE, k.LT, k.EQ) and all(a.sort == INT for a in t.args)


def _fix(meaning: Meaning, one: Term, other: Term, bound: tuple[Value, ...], scope: Scope, last: bool) -> bool:
    model = meaning.model
    assert isinstance(model, SmallModel)
    if isinstance(one, App) and one.op is k.SUM and isinstance(one.args[2], Lam):
        entries = list(_entries(k.SUM, meaning, one, bound, scope))
        places = [e for e in entries if e]
        if not places or len(places) < len(entries):
            return False
        if other != Num(1) and (places[-1] in model.fixed or places[-1] in model.read):
            return False
        _give_sum(meaning, places, meaning.value(other, bound, scope), other == Num(1) and not last)
        return True
    if isinstance(one, App) and one.op is k.MUL and one.args == (other, other):  # w w = w: a mask of zeros and ones
        masked = _entry(meaning, other, bound, scope)
        if masked is not None and masked not in model.fixed and masked not in model.read:
            model.fixed[masked] = sum(masked[1]) % 2
            return True
    entry = _entry(meaning, one, bound, scope)
    if entry is None or entry in model.fixed or entry in model.read:
        return False
    value = meaning.value(other, bound, scope)
    if entry in model.read:
        return False  # it occurs on both sides
    model.fixed[entry] = value
    return True


def _fix_integers(meaning: Meaning, hyp: App, bound: tuple[Value, ...], scope: Scope) -> None:
    """An entry of an integer sequence that a hypothesis says, or that it says to be no less than another of the sequence."""
    model = meaning.model
    assert isinstance(model, SmallModel)
    below, above = (_entry(meaning, a, bound, scope, INT) for a in hyp.args)
    if hyp.op is k.EQ:
        for entry, other in ((below, hyp.args[1]), (above, hyp.args[0])):
            if entry is not None and entry[1] and entry not in model.tables:
                model.tables[entry] = meaning.value(other, bound, scope)
                return
    elif below is not None and above is not None and below[0] == above[0] and above not in model.tables:
        least = meaning.value(hyp.args[0], bound, scope) + (hyp.op is k.LT)
        model.tables[above] = least + model.rng.randint(0, 1)


def _fix_product(meaning: Meaning, one: Term, other: Term, bound: tuple[Value, ...], scope: Scope) -> bool:
    model, alg = meaning.model, meaning.algebra
    assert isinstance(model, SmallModel)
    entries = list(_entries(k.PROD, meaning, one, bound, scope))
    places = [e for e in entries if e]
    if not places or len(places) < len(entries):
        return False
    try:
        value = meaning.value(other, bound, scope)
        for v, key in places[:-1]:
            value = alg.div(value, meaning.at(v, REAL, key))
    except Undefined:
        return False  # the entries may satisfy it as they are
    if places[-1] in model.fixed or places[-1] in model.read:
        return False
    model.fixed[places[-1]] = value
    return True


def _entries(
    op: Op, meaning: Meaning, t: Term, bound: tuple[Value, ...], scope: Scope
) -> Iterator[tuple[Var, Key] | None]:
    """The entries that a sum, or a sum of sums, adds; or that a product, or a definition of one, multiplies."""
    if op is k.PROD and isinstance(t, App) and isinstance(t.op, Definition):
        args = [meaning.value(a, bound, scope) for a in t.args]
        yield from _entries(op, meaning, t.op.body, (), dict(zip(t.op.params, args, strict=True)))
    elif isinstance(t, App) and t.op is op and isinstance(t.args[2], Lam):
        low, high = (meaning.value(a, bound, scope) for a in t.args[:2])
        for i in range(low, high + 1):
            yield from _entries(op, meaning, t.args[2].body, (*bound, i), scope)
    else:
        yield _entry(meaning, t, bound, scope)


def _entry(
    meaning: Meaning, term: Term, bound: tuple[Value, ...], scope: Scope, sort: Sort = REAL
) -> tuple[Var, Key] | None:
    """The variable and the place in its table that ``term`` reads, when it is one entry."""
    if isinstance(term, Var) and term.sort == sort and term not in scope:
        return term, ()
    if isinstance(term, At) and term.sort == sort:
        fn = meaning.value(term.fn, bound, scope)
        if isinstance(fn, Table):
            return fn.var, (*fn.key, meaning.value(term.arg, bound, scope))
    return None
