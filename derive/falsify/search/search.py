"""Counterexamples: the smallest exact model in which the hypotheses hold and a claim is false.

    found = find_counterexample(claim, given)
    str(found)   V=2, y=1, p=(1/2, 1/2) makes the left side log 2 and the right side -log 2

The search builds models piece by piece.  It evaluates the hypotheses; where a value is missing it tries
candidates for that value, cheapest first, and a false hypothesis ends a branch at once.  A family that the
hypotheses make a distribution gets its entries together, from distributions with small denominators, powers
of two first.  A variable that an equation determines is computed.  Partial models wait in a queue ordered by
cost, so models are met from simple to complicated.  When the queue has used up its share of the budget,
random models follow (the same ones each time).  What is found is shrunk.

A claim is refuted only by a model where every hypothesis holds and the claim is false, both decided exactly.
A model where the claim has no value (a logarithm of 0) refutes nothing; the first such is reported.  Finding
nothing proves nothing.
"""

from __future__ import annotations

import heapq
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.falsify.models.evaluate import (
    Code,
    Env,
    Model,
    Number,
    OutOfTime,
    Path,
    TooBig,
    Undecided,
    Undefined,
    Value,
    arity,
    compile_in,
    compile_term,
    key_of,
    sign_of_difference,
    text,
)
from derive.falsify.models.unfold import unfold
from derive.falsify.numbers.exact import Exact
from derive.falsify.search import candidates
from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, SetOf, Sort, is_numeric
from derive.kernel.terms import (
    ARGMAX,
    ARGMIN,
    DELTA,
    EQ,
    EXP,
    FORALL,
    HAS_PARTIAL,
    IFF,
    IMPLIES,
    IN,
    LE,
    LT,
    NE,
    PARTIAL,
    PROD,
    SUB,
    SUM,
    App,
    At,
    Lam,
    Num,
    Term,
    Var,
    app,
    at,
    eq,
    fresh,
    parts_of,
    subterms,
)
from derive.record.relations import RELATIONS

BUDGET = 20_000
"""How many models a search looks at."""
SECONDS = 5.0
"""How long a search takes at most."""
LINE_SECONDS = 1.5
"""How long it takes at most for a line of a derivation, where someone waits for the message."""

_STEPS = 20_000  # summands, factors and instances in one evaluation
_MAX_VALUES = 160  # values in one model
_CONSTANTS = 4  # of the numbers that the claim and the hypotheses mention, tried as values
_RANDOM_AFTER_ALL = 1_000  # random models when all others were looked at
_SIMPLER = 10  # simpler values tried for each variable of a model that was found
_RANDOM_SHARE = 0.3  # of the budget and the time, when the models do not run out before

Key = tuple[Any, Path]  # (variable, arguments), or (base sort, ()) for its size
Assignment = dict[Key, Value]
Option = tuple[int, Assignment]


# --- results ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UndefinedAt:
    """A model of the hypotheses where the claim has no value."""

    model: Model
    reason: str

    def __str__(self) -> str:
        return f"it has no value at {self.model}: {self.reason}" if str(self.model) else f"no value: {self.reason}"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A model where the hypotheses hold and the claim is false.  True as a condition.

    ``claim`` is the instance that fails: for a claim "for all k in 1..V: P" it is P, and the model says what
    k is; for a claim that functions are equal it is their values at the index k of the model.  ``left`` and
    ``right`` are the values of the sides of a comparison, exactly; ``difference`` is left - right where they
    are numbers, otherwise None.
    """

    model: Model
    claim: Term
    left: Value
    right: Value
    explanation: str
    tried: int
    undefined: UndefinedAt | None = None

    @property
    def difference(self) -> Number | None:
        if isinstance(self.left, (bool, frozenset)) or not isinstance(self.left, (int, Fraction, Exact)):
            return None
        if isinstance(self.claim, App) and is_numeric(self.claim.args[0].sort):
            out: Number = self.left - self.right
            return out
        return None

    def approx(self, value: Value, digits: int = 6) -> str:
        """A decimal for a side or the difference, correctly rounded; the exact text where there is none."""
        return approx(value, digits)

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        where = str(self.model)
        return f"{where} makes {self.explanation}" if where else f"it is false: {self.explanation}"


@dataclass(frozen=True, slots=True)
class NoneFound:
    """No counterexample was met.  False as a condition.

    ``tried`` models of the hypotheses were looked at, ``undecided`` others could not be decided.
    ``vacuous``: no model of the hypotheses was met at all.  ``stopped`` says what ended the search before all
    the models that it builds were looked at; it is empty when nothing did.
    """

    tried: int
    undecided: int
    vacuous: bool
    stopped: str
    undefined: UndefinedAt | None = None
    reason: str = ""  # why the first undecided model was undecided

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        if self.vacuous:
            return f"no model of the conditions was found{self._end()}; they may contradict each other"
        out = f"no counterexample among {self.tried} model{'s' * (self.tried != 1)}{self._end()}"
        if self.undecided:
            out += f"; {self.undecided} more not decided: {self.reason}"
        if self.undefined is not None:
            out += f"; {self.undefined}"
        return out

    def _end(self) -> str:
        return f" ({self.stopped})" if self.stopped else ""


def approx(value: Value, digits: int = 6) -> str:
    """A number in decimals, correctly rounded to ``digits`` significant digits; other values as text."""
    if isinstance(value, (int, Fraction, Exact)) and not isinstance(value, bool):
        try:
            return Exact.of(value).approx(digits)
        except Undecided:
            return text(value)
    return text(value)


def shown(value: Value, limit: int = 44) -> str:
    """A value exactly, or in decimals where the exact text is long."""
    exact = text(value)
    return exact if len(exact) <= limit else f"about {approx(value)}"


# --- what hypotheses say ---------------------------------------------------------------------------------------------


class _Missing(Exception):  # noqa: N818
    """An evaluation needs a value that the model does not have yet."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


class _Pattern:
    """X[args] for the indices of a hypothesis "for all indices: guards => ...", and a term in these indices."""

    __slots__ = ("args", "code", "guards", "indices")

    def __init__(self, opened: _Opened, args: Sequence[Term], code: Term) -> None:
        scope = {v: i for i, v in enumerate(opened.indices)}
        self.indices = len(scope)
        self.args = [scope[a] if isinstance(a, Var) and a in scope else compile_in(a, scope) for a in args]
        self.guards = [compile_in(g, scope) for g in opened.guards]
        self.code: Code = compile_in(code, scope)

    def match(self, path: Path, model: Model) -> Env | None:
        """The values of the indices at which X[args] is X[path]; None when there are none."""
        env: list[Value] = [None] * self.indices
        for a, value in zip(self.args, path, strict=False):
            if isinstance(a, int):
                if env[a] is not None and env[a] != value:
                    return None
                env[a] = value
        if None in env:
            return None
        found = tuple(env)
        for a, value in zip(self.args, path, strict=False):
            if not isinstance(a, int) and a(model, found) != value:
                return None
        return found if all(g(model, found) for g in self.guards) else None


class _Sum(_Pattern):
    """The sum over some of the arguments of X[args] is what the code gives."""

    __slots__ = ("ends", "limits", "places")

    def __init__(self, opened: _Opened, args: Sequence[Term], code: Term, limits: list[tuple[Var, Term, Term]]) -> None:
        super().__init__(opened, args, code)
        scope = {v: i for i, v in enumerate(opened.indices)}
        self.limits: list[tuple[Code, Code]] = []
        self.places: list[int] = []  # the argument that each summation index is
        self.ends = [high for _, _, high in limits if isinstance(high, Var)]
        for var, low, high in limits:
            self.limits.append((compile_in(low, scope), compile_in(high, scope)))
            self.places.append(next(i for i, a in enumerate(args) if a == var))
            scope = {**scope, var: len(scope)}

    def block(self, path: Path, model: Model) -> tuple[Env, list[Path]] | None:
        """The arguments over which the sum runs that ``path`` is in."""
        outer = _with(path, self.places, None)
        env: list[Value] = [None] * self.indices
        for i, a in enumerate(self.args):
            if i not in self.places and isinstance(a, int):
                if env[a] is not None and env[a] != path[i]:
                    return None
                env[a] = path[i]
        if None in env:
            return None
        found = tuple(env)
        for i, a in enumerate(self.args):
            if i not in self.places and not isinstance(a, int) and a(model, found) != path[i]:
                return None
        if not all(g(model, found) for g in self.guards):
            return None
        paths = [_with(outer, self.places, values) for values in self._indices(model, found, 0)]
        return (found, paths) if path in paths else None

    def _indices(self, model: Model, env: Env, depth: int) -> Iterator[tuple[int, ...]]:
        if depth == len(self.limits):
            yield ()
            return
        low, high = self.limits[depth]
        lo, hi = low(model, env), high(model, env)
        model.tick(max(0, hi - lo + 1))
        for k in range(lo, hi + 1):
            for rest in self._indices(model, (*env, k), depth + 1):
                yield (k, *rest)


def _with(path: Path, places: list[int], values: tuple[Value, ...] | None) -> Path:
    out = list(path)
    for i, place in enumerate(places):
        out[place] = None if values is None else values[i]
    return tuple(out)


class _Opened:
    """A hypothesis without its quantifiers and premises."""

    __slots__ = ("core", "guards", "indices")

    def __init__(self, statement: Term) -> None:
        self.indices: list[Var] = []
        self.guards: list[Term] = []
        while isinstance(statement, App) and statement.op in (FORALL, IMPLIES):
            if statement.op is IMPLIES:
                self.guards.append(statement.args[0])
                statement = statement.args[1]
            else:
                fn = statement.args[0]
                assert isinstance(fn, Lam)
                var = Var(f"{fn.hint}#{len(self.indices)}", fn.dom)
                self.indices.append(var)
                statement = at(fn, var)
        self.core = statement


def _head(term: Term) -> tuple[Term, list[Term]]:
    args: list[Term] = []
    while isinstance(term, At):
        args.insert(0, term.arg)
        term = term.fn
    return term, args


class _Knowledge:
    """What the hypotheses say about single values: bounds, sums, and equations that determine them."""

    def __init__(self, hypotheses: Sequence[Term], claim: Term) -> None:
        self.bounds: dict[Var, list[tuple[bool, bool, _Pattern]]] = {}
        self.sums: dict[Var, list[_Sum]] = {}
        self.solved: dict[Var, list[_Pattern]] = {}
        self.by_construction: set[int] = set()  # equations of functions, which hold because they are used
        self.rests_on: dict[Var, frozenset[Var]] = {}
        everything = [*hypotheses, claim]
        for i, h in enumerate(hypotheses):
            self._read(i, _Opened(h))
        self.takes_exp = any(isinstance(t, App) and t.op is EXP for s in everything for t in subterms(s))
        self.sizes, self.lengths = _sizes(everything, self)
        mentioned = {t.value for s in everything for t in subterms(s) if isinstance(t, Num)}
        self.constants = sorted(mentioned - {-1, 0, 1, 2}, key=abs)[-_CONSTANTS:]

    def _read(self, number: int, opened: _Opened) -> None:
        core = opened.core
        if not isinstance(core, App) or core.op not in (LE, LT, EQ):
            return
        a, b = core.args
        if core.op is EQ:
            for left, right in ((a, b), (b, a)):  # z = sum(...) says what z is
                if isinstance(left, Var) and not opened.indices and self._read_equation(number, opened, left, right):
                    return
            for left, right in ((a, b), (b, a)):
                if self._read_sum(opened, left, right) or self._read_equation(number, opened, left, right):
                    return
            return
        for term, other, is_low in ((b, a, True), (a, b, False)):
            var, args = _head(term)
            if isinstance(var, Var) and var not in opened.indices and var not in other.free:
                self.bounds.setdefault(var, []).append((is_low, core.op is LT, _Pattern(opened, args, other)))

    def _read_sum(self, opened: _Opened, left: Term, right: Term) -> bool:
        limits: list[tuple[Var, Term, Term]] = []
        while isinstance(left, App) and left.op is SUM:
            low, high, fn = left.args
            assert isinstance(fn, Lam)
            var = Var(f"{fn.hint}##{len(limits)}", INT)
            limits.append((var, low, high))
            left = at(fn, var)
        head, args = _head(left)
        if not limits or not isinstance(head, Var) or head in opened.indices or head in right.free:
            return False
        if any(args.count(var) != 1 for var, _, _ in limits) or arity(head.sort) != len(args):
            return False
        if any(v in a.free for a in args if not isinstance(a, Var) for v, _, _ in limits):
            return False
        self.sums.setdefault(head, []).append(_Sum(opened, args, right, limits))
        return True

    def _read_equation(self, number: int, opened: _Opened, left: Term, right: Term) -> bool:
        var, args = _head(left)
        if not isinstance(var, Var) or var in opened.indices or left.sort != right.sort:
            return False
        used = right.free.union(*(g.free for g in opened.guards), *(a.free for a in args)) - set(opened.indices)
        reached: set[Var] = set()
        waiting = list(used)
        while waiting:
            v = waiting.pop()
            if v not in reached:
                reached.add(v)
                waiting += self.rests_on.get(v, frozenset())
        if var in reached and not (var in right.free and _steps_down(var, right, opened.indices)):
            return False
        if isinstance(left.sort, Fn):
            if opened.guards or var in self.solved:
                return False
            self.by_construction.add(number)
        self.solved.setdefault(var, []).append(_Pattern(opened, args, right))
        self.rests_on[var] = self.rests_on.get(var, frozenset()) | (used - {var})
        return True


def _steps_down(var: Var, term: Term, indices: list[Var]) -> bool:
    """Whether ``var`` occurs in the term only as var[t - n], t an index and n a positive number."""
    if isinstance(term, At):
        head, args = _head(term)
        if head == var:
            step = args[0]
            return (
                isinstance(step, App)
                and step.op is SUB
                and step.args[0] in indices
                and isinstance(step.args[1], Num)
                and step.args[1].value > 0
                and not any(var in a.free for a in args[1:])
            )
    if term == var:
        return False
    return all(_steps_down(var, p, indices) for p in parts_of(term) if var in p.free)


def _sizes(statements: Sequence[Term], known: _Knowledge) -> tuple[set[Var], set[Var]]:
    """Integer variables that end a range: of tokens or of a distribution (sizes), and others (lengths)."""
    ends: set[Var] = set()
    used: set[Var] = set()
    for t in itertools.chain.from_iterable(map(subterms, statements)):
        if isinstance(t, At) and isinstance(t.arg, Var):
            used.add(t.arg)
        elif isinstance(t, App):
            if t.op in (SUM, PROD, LE) and isinstance(t.args[1], Var) and t.args[1].sort == INT:
                ends.add(t.args[1])
            elif t.op is DELTA:
                used.update(a for a in t.args if isinstance(a, Var))
    ends -= used
    tokens = {v for sums in known.sums.values() for one in sums for v in one.ends}
    for core in (_Opened(s).core for s in statements):
        if isinstance(core, App) and core.op is LE and isinstance(core.args[1], Var):
            head = _head(core.args[0])[0]
            if isinstance(head, Var) and "#" not in head.name:
                tokens.add(core.args[1])
    return ends & tokens, ends - tokens


# --- models under construction ---------------------------------------------------------------------------------------


class _Partial(Model):
    """A model with some values; asking for another raises _Missing, unless an equation determines it."""

    __slots__ = ("known", "memo")

    def __init__(self, known: _Knowledge, values: Assignment, deadline: float) -> None:
        self.entries = values
        self.functions = {}
        self.sizes = {}
        self.outside = frozenset()
        self.steps = _STEPS
        self.deadline = deadline
        self.known = known
        self.memo: Assignment = {}

    def absent(self, var: Var, path: Path) -> Value:
        path = tuple([key_of(a) for a in path])
        key = (var, path)
        if key in self.memo:
            return self.memo[key]
        for pattern in self.known.solved.get(var, ()):
            env = _quietly(lambda p=pattern: p.match(path, self))  # type: ignore[misc]
            if env is not None:
                value = pattern.code(self, env)
                for a in path[len(pattern.args) :]:
                    value = value(a)
                self.memo[key] = value
                return value
        raise _Missing(key)

    def size(self, sort: Base) -> int:
        key: Any = (sort, ())  # of an Assignment, which is what the entries here are
        if key not in self.entries:
            raise _Missing(key)
        return int(self.entries[key])

    def finished(self) -> Model:
        """The model as it is handed out."""
        out = Model()
        values = {**self.entries, **self.memo}
        out.sizes = {k: v for (k, _), v in values.items() if isinstance(k, Base)}
        out.entries = {key: v for key, v in values.items() if isinstance(key[0], Var)}
        out.outside = frozenset(key for key in out.entries if key[1] and self._is_outside(key))
        return out

    def _is_outside(self, key: Key) -> bool:
        """Whether the hypotheses speak of entries of this family, but not of this one."""
        var, path = key
        sums = self.known.sums.get(var, [])
        bounds = [p for _, _, p in self.known.bounds.get(var, ()) if p.indices]

        def touched(fn: Callable[[], object]) -> bool:
            try:
                return fn() is not None
            except (_Missing, Undefined, Undecided):
                return True

        if any(touched(lambda s=s: s.block(path, self)) for s in sums):  # type: ignore[misc]
            return False
        if any(touched(lambda p=p: p.match(path, self)) for p in bounds):  # type: ignore[misc]
            return False
        return bool(sums or bounds)


def _quietly(fn: Callable[[], Any]) -> Any:
    """The result; None where it has no value or is not decided."""
    try:
        return fn()
    except (Undefined, Undecided):
        return None


class _Options:
    """Candidates for a missing value, cheapest first, and a source of others at random."""

    __slots__ = ("make", "other", "rated")

    def __init__(
        self,
        rated: Sequence[tuple[int, Any]],
        make: Callable[[Any], Assignment],
        other: Callable[[random.Random], Any] = lambda rng: None,
    ) -> None:
        self.rated = rated
        self.make = make
        self.other = other

    def __len__(self) -> int:
        return len(self.rated)

    def cost(self, i: int) -> int:
        return self.rated[i][0]

    def __getitem__(self, i: int) -> Assignment:
        return self.make(self.rated[i][1])


def _options(key: Key, model: _Partial) -> _Options:
    """What to try for a missing value.  Raises _Missing when another value has to be known first."""
    var, path = key

    def one(value: Value) -> Assignment:
        return {key: value}

    if isinstance(var, Base):
        return _Options([(0, 2), (1, 1), (2, 3)], one)
    sort: Sort = var.sort
    for _ in path:
        assert isinstance(sort, Fn)
        sort = sort.cod
    if sort == PROP:
        return _Options([(0, True), (1, False)], one)
    if is_numeric(sort):
        for total in model.known.sums.get(var, ()) if sort == REAL else ():
            block = _quietly(lambda t=total: _distribution(t, key, model))  # type: ignore[misc]
            if block is not None:
                return block  # type: ignore[no-any-return]
        return _numbers(key, model, sort == INT)
    if isinstance(sort, SetOf) and isinstance(sort.elem, Base) and not is_numeric(sort.elem):
        elements = range(model.size(sort.elem))
        sets = [frozenset(c) for n in range(len(elements) + 1) for c in itertools.combinations(elements, n)]
        return _Options(list(enumerate(sets)), one)
    if isinstance(sort, Base):
        return _Options(list(enumerate(range(model.size(sort)))), one)
    raise Undecided(f"there is no list of values of sort {sort} to try for {var}")


def _numbers(key: Key, model: _Partial, whole: bool) -> _Options:
    """Numbers to try for a single value, within the bounds that the hypotheses put on it."""
    known, bounds = model.known, _bounds(key, model)
    kind = "size" if key[0] in known.sizes else "length" if key[0] in known.lengths else "index"
    rated: list[candidates.Rated] = []
    if whole:
        rated += candidates.integers(bounds.integer_low(), bounds.integer_high(), kind)
    else:
        rated += candidates.reals(bounds, known.takes_exp, key[0] in known.sums)
    have = [x for _, x in rated if not isinstance(x, Exact)]
    rated += [r for r in candidates.near(known.constants, bounds, whole) if r[1] not in have]
    rated.sort(key=lambda r: r[0])

    def other(rng: random.Random) -> Number | None:
        return candidates.random_number(rng, bounds, whole, kind != "index")

    return _Options(rated, lambda x: {key: x}, other)


def _bounds(key: Key, model: _Partial) -> candidates.Bounds:
    """The bounds that the hypotheses put on a value, as far as they are known without further values."""
    var, path = key
    out = candidates.Bounds()
    for is_low, strict, pattern in model.known.bounds.get(var, ()):
        try:
            env = pattern.match(path, model)
            if env is not None:
                value = pattern.code(model, env)
                if is_low:
                    out.above(value, strict)
                else:
                    out.below(value, strict)
        except (_Missing, Undefined, Undecided):
            continue
    return out


def _distribution(total: _Sum, key: Key, model: _Partial) -> _Options | None:
    """Values for all entries under a sum at once, such that it comes out right; None for a key that is not."""
    var, path = key
    found = total.block(path, model)
    if found is None:
        return None
    env, paths = found
    left: Number = total.code(model, env)
    free: list[Path] = []
    for p in paths:
        try:
            left = left - model.entry(var, p)
        except _Missing as e:
            if e.key != (var, p):
                raise
            free.append(p)
    bounds = [_bounds((var, p), model) for p in free]
    sign = sign_of_difference(left, 0)
    nonnegative = all(b.low is not None and sign_of_difference(b.low, 0) >= 0 for b in bounds)
    positive = nonnegative and all(b.low_strict or sign_of_difference(b.low or 0, 0) > 0 for b in bounds)
    rows: list[tuple[int, tuple[Number, ...]]] = []
    if sign > 0:
        rows = [(cost, row) for cost, row in candidates.distributions(len(free), positive)]
        rows += [] if nonnegative else candidates.signed(len(free))
    elif sign == 0:
        rows = [(0, (0,) * len(free))]
    scale = left if sign > 0 else 1
    if scale != 1:
        rows = [(cost, tuple([x * scale for x in row])) for cost, row in rows]
    if any(b.high is not None or (b.low is not None and b.low != 0) for b in bounds):
        rows = [r for r in rows if all(b.allow(x) for b, x in zip(bounds, r[1], strict=True))]

    def other(rng: random.Random) -> tuple[Number, ...] | None:
        if sign <= 0 or not free:
            return None
        return tuple([x * scale for x in candidates.random_distribution(rng, len(free), positive)])

    return _Options(rows, lambda row: {(var, p): x for p, x in zip(free, row, strict=True)}, other)


# --- the search ------------------------------------------------------------------------------------------------------


def _stripped(claim: Term, given: Sequence[Term]) -> tuple[Term, list[Term]]:
    """An instance of the claim in fresh variables that is false in some model exactly when the claim is.

    "For all x: P" is P at a fresh x; the premises of P => Q join the hypotheses; functions are equal when
    their values at a fresh k are; a is a minimiser when f(a) <= f(b) for a fresh b.
    """
    premises: list[Term] = []
    avoid = claim.free.union(*(g.free for g in given))

    def new(hint: str, sort: Sort) -> Var:
        nonlocal avoid
        var = fresh(hint, sort, avoid)
        avoid = avoid | {var}
        return var

    while isinstance(claim, App):
        args = claim.args
        if claim.op is FORALL and isinstance(args[0], Lam):
            claim = at(args[0], new(args[0].hint, args[0].dom))
        elif claim.op is IMPLIES:
            premises.append(args[0])
            claim = args[1]
        elif claim.op is EQ and isinstance(args[0].sort, Fn):
            hint = next((a.hint for a in args if isinstance(a, Lam)), "k" if args[0].sort.dom == INT else "a")
            k = new(hint, args[0].sort.dom)
            claim = eq(at(args[0], k), at(args[1], k))
        elif claim.op is IN and isinstance(args[1], App) and args[1].op in (ARGMIN, ARGMAX):
            fn = args[1].args[0]
            assert isinstance(fn, Lam)
            if isinstance(fn.dom, Base) and not is_numeric(fn.dom):
                break
            here, there = at(fn, args[0]), at(fn, new(fn.hint, fn.dom))
            claim = here <= there if args[1].op is ARGMIN else there <= here
        else:
            break
    return claim, premises


class _Search:
    """One search: what is known, what is asked, and how much was spent."""

    def __init__(self, claim: Term, given: Sequence[Term], budget: int, seconds: float) -> None:
        self.claim, premises = _stripped(claim, given)
        hypotheses = [*given, *premises]
        plain = [unfold(h) for h in hypotheses]
        self.known = _Knowledge(plain, unfold(self.claim))
        order = sorted(range(len(plain)), key=lambda i: sum(isinstance(v.sort, Fn) for v in plain[i].free))
        self.hypotheses = [compile_term(hypotheses[i]) for i in order if i not in self.known.by_construction]
        self.goal = compile_term(self.claim)
        free = self.claim.free.union(*(h.free for h in hypotheses))
        ends = self.known.sizes | self.known.lengths
        self.first = sorted((v for v in ends if v in free and v not in self.known.solved), key=lambda v: v.name)
        self.budget = budget
        self.start = time.monotonic()
        self.seconds = seconds
        self.deadline = self.start + seconds
        self.tried = self.undecided = 0
        self.reason = ""
        self.undefined: UndefinedAt | None = None

    def model(self, values: Assignment) -> _Partial:
        return _Partial(self.known, values, self.deadline)

    def look(self, model: _Partial, done: int) -> tuple[bool | None, int]:
        """Evaluate the hypotheses from number ``done`` on, then the claim; None when this is no model.

        Raises _Missing with the number of hypotheses that hold as its second argument.
        """
        try:
            for var in self.first:
                model.entry(var, ())
            while done < len(self.hypotheses):
                if not self.hypotheses[done](model, ()):
                    return None, done
                done += 1
        except _Missing as e:
            e.args = (e.key, done)
            raise
        except Undefined:
            return None, done
        except (Undecided, RecursionError) as e:
            self._doubt(e)
            return None, done
        try:
            verdict = bool(self.goal(model, ()))
        except _Missing as e:
            e.args = (e.key, done)
            raise
        except Undefined as e:
            self.tried += 1
            self.undefined = self.undefined or UndefinedAt(model.finished(), str(e))
            return None, done
        except (Undecided, RecursionError) as e:
            self._doubt(e)
            return None, done
        self.tried += 1
        return verdict, done

    def _doubt(self, e: Exception) -> None:
        self.undecided += 1
        self.reason = self.reason or (str(e) if isinstance(e, Undecided) else "a term is nested too deeply")

    def wanted(self, key: Key, model: _Partial) -> tuple[Key, _Options] | None:
        """A value to choose next so that ``key`` can be known, with its candidates."""
        if len(model.entries) >= _MAX_VALUES:
            self._doubt(TooBig(f"a model would need more than {_MAX_VALUES} values"))
            return None
        for _ in range(20):
            try:
                return key, _options(key, model)
            except _Missing as e:
                key = e.key
            except Undefined:
                return None
            except Undecided as e:
                self._doubt(e)
                return None
        return None

    def queue(self, budget: int) -> tuple[_Partial | None, str]:
        """Models in the order of their cost: the first that refutes, or why it ended ("" when none are left)."""
        counter = itertools.count()
        waiting: list[tuple[int, int, int, Assignment, int, _Options, int]] = []
        soft = self.start + self.seconds * (1 - _RANDOM_SHARE)

        def expand(cost: int, values: Assignment, done: int) -> _Partial | None:
            model = self.model(values)
            try:
                verdict, _ = self.look(model, done)
            except _Missing as e:
                wanted = self.wanted(e.key, model)
                if wanted is not None and len(wanted[1]):
                    options = wanted[1]
                    row = (cost + options.cost(0), -next(counter), cost, values, e.args[1], options, 0)
                    heapq.heappush(waiting, row)
                return None
            return model if verdict is False else None

        found = expand(0, {}, 0)
        if found is not None:
            return found, ""
        for _ in range(40 * budget):
            if not waiting:
                return None, ""
            if self.tried + self.undecided >= budget or time.monotonic() > soft:
                break
            cost, _, base, values, done, options, i = heapq.heappop(waiting)
            if i + 1 < len(options):
                row = (base + options.cost(i + 1), -next(counter), base, values, done, options, i + 1)
                heapq.heappush(waiting, row)
            found = expand(cost, {**values, **options[i]}, done)
            if found is not None:
                return found, ""
        return None, "the budget is used up"

    def at_random(self, budget: int) -> _Partial | None:
        """Models put together at random, the same ones each time."""
        rng = random.Random(0)

        def pick(key: Key, options: _Options) -> int | Assignment:
            throw = rng.random()
            other = options.other(rng) if throw < 0.5 else None
            if other is not None:
                return options.make(other)
            return rng.randrange(min(len(options), 6) if throw < 0.75 else len(options))

        for _ in range(4 * (budget - self.tried - self.undecided)):
            if self.tried + self.undecided >= budget or time.monotonic() > self.deadline:
                return None
            found = self.fill(pick)
            if found is not None:
                return found[0]
        return None

    def fill(
        self, pick: Callable[[Key, _Options], int | Assignment]
    ) -> tuple[_Partial, list[tuple[Key, _Options, Assignment]]] | None:
        """A model with the values that ``pick`` chooses, and the choices; None unless it refutes the claim."""
        values: Assignment = {}
        choices: list[tuple[Key, _Options, Assignment]] = []
        done = 0
        while True:
            model = self.model(values)
            try:
                verdict, _ = self.look(model, done)
            except _Missing as e:
                done = e.args[1]
                wanted = self.wanted(e.key, model)
                if wanted is None or not len(wanted[1]):
                    return None
                key, options = wanted
                chosen = pick(key, options)
                new = options[chosen] if isinstance(chosen, int) else chosen
                choices.append((key, options, new))
                values = {**values, **new}
            else:
                return (model, choices) if verdict is False else None

    def shrink(self, model: _Partial) -> _Partial:
        """A model that still refutes the claim, with simpler values where that can be."""
        self.deadline = max(self.deadline, time.monotonic() + 0.25)
        try:
            found = self.fill(_keeping(model.entries))
            better = True
            while found is not None and better:
                better = False
                model, choices = found
                for _, options, chosen in choices:
                    for i in range(min(len(options), _SIMPLER)):
                        if options[i] == chosen:
                            break
                        attempt = self.fill(_keeping({**model.entries, **options[i]}))
                        if attempt is not None and _weight(attempt[1]) < _weight(choices):
                            found, better = attempt, True
                            break
                    if better:
                        break
        except OutOfTime:
            pass
        return model

    def run(self) -> Counterexample | NoneFound:
        stopped = ""
        found: _Partial | None = None
        try:
            share = max(1, int(self.budget * (1 - _RANDOM_SHARE)))
            found, stopped = self.queue(share)
            if found is None:
                more = self.budget if stopped else self.tried + self.undecided + _RANDOM_AFTER_ALL
                found = self.at_random(min(self.budget, more))
        except OutOfTime:
            stopped = "the budget is used up"
        if found is None:
            if time.monotonic() > self.deadline:
                stopped = f"{self.seconds:g} s are over"
            return NoneFound(
                self.tried,
                self.undecided,
                self.tried == self.undecided == 0,
                stopped,
                self.undefined,
                self.reason,
            )
        tried = self.tried
        return _report(self.claim, self.shrink(found), tried, self.undefined)


def _keeping(values: Assignment) -> Callable[[Key, _Options], int | Assignment]:
    """Choose the values given where they fit, otherwise the cheapest."""

    def pick(key: Key, options: _Options) -> int | Assignment:
        keys = options[0].keys()
        if all(k in values for k in keys):
            return {k: values[k] for k in keys}
        return 0

    return pick


def _weight(choices: list[tuple[Key, _Options, Assignment]]) -> int:
    total = 0
    for _, options, chosen in choices:
        total += next((options.cost(i) for i in range(len(options)) if options[i] == chosen), 50)
    return total


# --- reports ---------------------------------------------------------------------------------------------------------


def _report(claim: Term, model: _Partial, tried: int, undefined: UndefinedAt | None) -> Counterexample:
    model.deadline = None

    def value(term: Term) -> Value:
        model.steps = _STEPS
        try:
            return compile_term(term)(model, ())
        except (Undefined, Undecided, _Missing):
            return "not needed"

    left: Value = False
    right: Value = True
    explanation = "the claim false"
    if isinstance(claim, App):
        if claim.op is HAS_PARTIAL:
            left = value(app(PARTIAL, *claim.args[:3]))
            right = value(claim.args[3])
            explanation = f"the derivative {shown(left)} and not {shown(right)}"
        elif claim.op in (EQ, NE, LE, LT, IFF, IN):
            left, right = (value(a) for a in claim.args)
            if claim.op is NE:
                explanation = f"both sides {shown(left)}"
            elif claim.op is IN:
                explanation = f"the set {shown(right)}, and {shown(left)} is not in it"
            else:
                explanation = _two_sides(claim, left, right)
    return Counterexample(model.finished(), claim, left, right, explanation, tried, undefined)


def _two_sides(claim: App, left: Value, right: Value) -> str:
    a, b = shown(left), shown(right)
    if claim.op is LE:
        out = f"the left side {a}, more than the right side {b}"
    elif claim.op is LT:
        out = f"the left side {a}, not less than the right side {b}"
    else:
        out = f"the left side {a} and the right side {b}"
    if a.startswith("about") and a == b:
        out += f" (left - right is about {approx(left - right)})"
    return out


# --- the doors -------------------------------------------------------------------------------------------------------


def find_counterexample(
    claim: Term, given: Sequence[Term] = (), *, budget: int = BUDGET, seconds: float = SECONDS
) -> Counterexample | NoneFound:
    """The smallest model found where all of ``given`` holds and ``claim`` is false.

    At most ``budget`` models are looked at, for at most ``seconds``.  Both results have a text for a message;
    a Counterexample counts as true, NoneFound as false.  NoneFound says nothing about the truth of the claim.
    """
    return _Search(claim, given, budget, seconds).run()


def satisfiable(given: Sequence[Term], *, budget: int = BUDGET, seconds: float = SECONDS) -> Model | NoneFound:
    """A model of the hypotheses, or NoneFound with ``vacuous`` set: perhaps they contradict each other."""
    found = _Search(Num(0) < Num(0), given, budget, seconds).run()
    return found.model if isinstance(found, Counterexample) else found


def check_line(
    relation: str,
    before: Term,
    after: Term,
    given: Sequence[Term] = (),
    *,
    budget: int = BUDGET,
    seconds: float = LINE_SECONDS,
) -> Counterexample | NoneFound:
    """A counterexample to a line of a derivation: ``before`` related to ``after`` by =, <=, <, >=, > or <=>."""
    return find_counterexample(RELATIONS[relation].statement(before, after), given, budget=budget, seconds=seconds)


__all__ = [
    "BUDGET", "LINE_SECONDS", "SECONDS", "Counterexample", "NoneFound", "UndefinedAt", "approx", "check_line",
    "find_counterexample", "satisfiable", "shown",
]  # fmt: skip
