"""Models under construction: values are chosen when they are asked for, from candidates that fit the hypotheses."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from derive.falsify.models.arithmetic import Number, sign_of_difference
from derive.falsify.models.model import Model, Path, Value, key_of
from derive.falsify.numbers.exact import Exact, Undecided, Undefined
from derive.falsify.numbers.work import WORK
from derive.falsify.search import candidates
from derive.falsify.search.hypotheses import Knowledge, Sum
from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, SetOf, Sort, is_numeric
from derive.kernel.terms import Var

if TYPE_CHECKING:
    from random import Random

STEPS = 20_000  # summands, factors and instances in one evaluation

Key = tuple[Any, Path]  # (variable, arguments), or (base sort, ()) for its size
Assignment = dict[Key, Value]


class Missing(Exception):  # noqa: N818
    """An evaluation needs a value that the model does not have yet."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


class Partial(Model):
    """A model with some values.  Asking for another raises Missing, unless an equation determines it, or ``choose``
    gives it."""

    __slots__ = ("choose", "known", "memo")

    def __init__(
        self, known: Knowledge, values: Assignment, limit: int, choose: Callable[[Key], Assignment] | None = None
    ) -> None:
        self.entries = values
        self.functions = {}
        self.sizes = {}
        self.outside = frozenset()
        self.steps = STEPS
        self.limit = limit
        self.known = known
        self.memo: Assignment = {}
        self.choose = choose

    def entry(self, var: Var, path: Path) -> Value:
        WORK.spent += 1
        return super().entry(var, path)

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
        return self.chosen(key)

    def size(self, sort: Base) -> int:
        key: Any = (sort, ())  # of an Assignment, which is what the entries here are
        return int(self.entries[key] if key in self.entries else self.chosen(key))

    def chosen(self, key: Key) -> Value:
        """A value that is chosen now.  While candidates for it are looked for, no other one is chosen."""
        choose, self.choose = self.choose, None
        if choose is None:
            raise Missing(key)
        try:
            while key not in self.entries:  # another value may have to be known first
                self.entries.update(choose(key))
        finally:
            self.choose = choose
        return self.entries[key]

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
            except (Missing, Undefined, Undecided):
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


class Options:
    """Candidates for a missing value, cheapest first, and a source of others at random."""

    __slots__ = ("make", "other", "rated")

    def __init__(
        self,
        rated: Sequence[tuple[int, Any]],
        make: Callable[[Any], Assignment],
        other: Callable[[Random], Any] = lambda rng: None,
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


def options_for(key: Key, model: Partial) -> Options:
    """What to try for a missing value.  Raises Missing when another value has to be known first."""
    var, path = key

    def one(value: Value) -> Assignment:
        return {key: value}

    if isinstance(var, Base):
        return Options([(0, 2), (1, 1), (2, 3)], one)
    sort: Sort = var.sort
    for _ in path:
        assert isinstance(sort, Fn)
        sort = sort.cod
    if sort == PROP:
        return Options([(0, True), (1, False)], one)
    if is_numeric(sort):
        for total in model.known.sums.get(var, ()) if sort == REAL else ():
            block = _quietly(lambda t=total: _distribution(t, key, model))  # type: ignore[misc]
            if block is not None:
                return block  # type: ignore[no-any-return]
        return _numbers(key, model, sort == INT)
    if isinstance(sort, SetOf) and isinstance(sort.elem, Base) and not is_numeric(sort.elem):
        elements = range(model.size(sort.elem))
        sets = [frozenset(c) for n in range(len(elements) + 1) for c in itertools.combinations(elements, n)]
        return Options(list(enumerate(sets)), one)
    if isinstance(sort, Base):
        return Options(list(enumerate(range(model.size(sort)))), one)
    raise Undecided(f"there is no list of values of sort {sort} to try for {var}")


def _numbers(key: Key, model: Partial, whole: bool) -> Options:
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
    WORK.spent += 4 * len(rated)

    def other(rng: Random) -> Number | None:
        return candidates.random_number(rng, bounds, whole, kind != "index")

    return Options(rated, lambda x: {key: x}, other)


def _bounds(key: Key, model: Partial) -> candidates.Bounds:
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
        except (Missing, Undefined, Undecided):
            continue
    return out


def _distribution(total: Sum, key: Key, model: Partial) -> Options | None:
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
        except Missing as e:
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
        rows = [(0, (0,) * len(free))] if nonnegative else [*candidates.balanced(len(free))]
    elif not nonnegative:
        rows = [*candidates.distributions(len(free), False), *candidates.signed(len(free))]
    scale = left if sign != 0 else 1
    if any(b.high is not None or (b.low is not None and b.low != 0) for b in bounds):
        WORK.spent += len(rows) * len(free)
        rows = [r for r in rows if all(b.allow(x * scale) for b, x in zip(bounds, r[1], strict=True))]
    WORK.spent += len(rows)

    def make(row: tuple[Number, ...]) -> Assignment:  # of the few that are tried
        return {(var, p): x * scale for p, x in zip(free, row, strict=True)}

    def other(rng: Random) -> tuple[Number, ...] | None:
        if sign <= 0 or not free:
            return None
        return candidates.random_distribution(rng, len(free), positive)

    return Options(rows, make, other)
