"""What hypotheses say of single values: bounds, sums that come out right, equations that determine a value."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from derive.falsify.models.evaluate import compile_in
from derive.falsify.models.model import Code, Env, Model, Path, Value, arity
from derive.kernel import terms as k
from derive.kernel.sorts import INT, Fn
from derive.kernel.terms import App, At, Lam, Num, Term, Var, at, parts_of, spine, subterms

_CONSTANTS = 4  # of the numbers that the claim and the hypotheses mention, tried as values


class Pattern:
    """X[args] for the indices of a hypothesis "for all indices: guards => ...", and a term in these indices."""

    __slots__ = ("args", "code", "guards", "indices")

    def __init__(self, opened: _Opened, args: Sequence[Term], code: Term) -> None:
        scope = {v: i for i, v in enumerate(opened.indices)}
        self.indices = len(scope)
        self.args = [scope[a] if isinstance(a, Var) and a in scope else compile_in(a, scope) for a in args]
        self.guards = [compile_in(g, scope) for g in opened.guards]
        self.code: Code = compile_in(code, scope)

    def match(self, path: Path, model: Model, apart: Sequence[int] = ()) -> Env | None:
        """The values of the indices at which X[args] is X[path], the places ``apart`` aside; None without any."""
        env: list[Value] = [None] * self.indices
        pairs = [pair for i, pair in enumerate(zip(self.args, path, strict=False)) if i not in apart]
        for a, value in pairs:
            if isinstance(a, int):
                if env[a] is not None and env[a] != value:
                    return None
                env[a] = value
        if None in env:
            return None
        found = tuple(env)
        for a, value in pairs:
            if not isinstance(a, int) and a(model, found) != value:
                return None
        return found if all(g(model, found) for g in self.guards) else None


class Sum(Pattern):
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
        found = self.match(path, model, self.places)
        if found is None:
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
        for i in range(lo, hi + 1):
            for rest in self._indices(model, (*env, i), depth + 1):
                yield (i, *rest)


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
        while isinstance(statement, App) and statement.op in (k.FORALL, k.IMPLIES):
            if statement.op is k.IMPLIES:
                self.guards.append(statement.args[0])
                statement = statement.args[1]
            else:
                fn = statement.args[0]
                assert isinstance(fn, Lam)
                var = Var(f"{fn.hint}#{len(self.indices)}", fn.dom)
                self.indices.append(var)
                statement = at(fn, var)
        self.core = statement


class Knowledge:
    """What the hypotheses say about single values: bounds, sums, and equations that determine them."""

    def __init__(self, hypotheses: Sequence[Term], claim: Term) -> None:
        self.bounds: dict[Var, list[tuple[bool, bool, Pattern]]] = {}
        self.sums: dict[Var, list[Sum]] = {}
        self.solved: dict[Var, list[Pattern]] = {}
        self.by_construction: set[int] = set()  # equations of functions, which hold because they are used
        self.rests_on: dict[Var, frozenset[Var]] = {}
        everything = [*hypotheses, claim]
        for i, h in enumerate(hypotheses):
            self._read(i, _Opened(h))
        self.takes_exp = any(isinstance(t, App) and t.op is k.EXP for s in everything for t in subterms(s))
        self.sizes, self.lengths = _sizes(everything, self)
        mentioned = {t.value for s in everything for t in subterms(s) if isinstance(t, Num)}
        self.constants = sorted(mentioned - {-1, 0, 1, 2}, key=abs)[-_CONSTANTS:]

    def _read(self, number: int, opened: _Opened) -> None:
        core = opened.core
        if not isinstance(core, App) or core.op not in (k.LE, k.LT, k.EQ):
            return
        a, b = core.args
        if core.op is k.EQ:
            for left, right in ((a, b), (b, a)):  # z = sum(...) says what z is
                if isinstance(left, Var) and not opened.indices and self._read_equation(number, opened, left, right):
                    return
            for left, right in (*_inverted(a, b), (a, b), (b, a)):
                if self._read_sum(opened, left, right) or self._read_equation(number, opened, left, right):
                    return
            return
        for term, other, is_low in ((b, a, True), (a, b, False)):
            var, args = spine(term)
            if isinstance(var, Var) and var not in opened.indices and var not in other.free:
                self.bounds.setdefault(var, []).append((is_low, core.op is k.LT, Pattern(opened, args, other)))

    def _read_sum(self, opened: _Opened, left: Term, right: Term) -> bool:
        limits: list[tuple[Var, Term, Term]] = []
        while isinstance(left, App) and left.op is k.SUM:
            low, high, fn = left.args
            assert isinstance(fn, Lam)
            var = Var(f"{fn.hint}##{len(limits)}", INT)
            limits.append((var, low, high))
            left = at(fn, var)
        head, args = spine(left)
        if not limits or not isinstance(head, Var) or head in opened.indices or head in right.free:
            return False
        if any(args.count(var) != 1 for var, _, _ in limits) or arity(head.sort) != len(args):
            return False
        if any(v in a.free for a in args if not isinstance(a, Var) for v, _, _ in limits):
            return False
        self.sums.setdefault(head, []).append(Sum(opened, args, right, limits))
        return True

    def _read_equation(self, number: int, opened: _Opened, left: Term, right: Term) -> bool:
        var, args = spine(left)
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
        self.solved.setdefault(var, []).append(Pattern(opened, args, right))
        self.rests_on[var] = self.rests_on.get(var, frozenset()) | (used - {var})
        return True


def _inverted(a: Term, b: Term) -> list[tuple[Term, Term]]:
    """log x = c as x = exp c, and the other way round; exp(z_j) over the sum of all as z_j = log c, a logit that gives c."""
    inverse = {k.LOG: k.EXP, k.EXP: k.LOG}
    pairs = [(_without_sum(s), t) for s, t in ((a, b), (b, a))]
    return [(s.args[0], k.app(inverse[s.op], t)) for s, t in pairs if isinstance(s, App) and s.op in inverse]


def _without_sum(t: Term) -> Term:
    """The numerator of a softmax."""
    if isinstance(t, App) and t.op is k.DIV and isinstance(t.args[1], App) and t.args[1].op is k.SUM:
        above, fn = t.args[0], t.args[1].args[2]
        if (
            isinstance(above, App)
            and above.op is k.EXP
            and isinstance(fn, Lam)
            and isinstance(fn.body, App)
            and fn.body.op is k.EXP
        ):
            return above
    return t


def _steps_down(var: Var, term: Term, indices: list[Var]) -> bool:
    """Whether ``var`` occurs in the term only as var[t - n], t an index and n a positive number."""
    if isinstance(term, At):
        head, args = spine(term)
        if head == var:
            step = args[0]
            return (
                isinstance(step, App)
                and step.op is k.SUB
                and step.args[0] in indices
                and isinstance(step.args[1], Num)
                and step.args[1].value > 0
                and not any(var in a.free for a in args[1:])
            )
    if term == var:
        return False
    return all(_steps_down(var, p, indices) for p in parts_of(term) if var in p.free)


def _sizes(statements: Sequence[Term], known: Knowledge) -> tuple[set[Var], set[Var]]:
    """Integer variables that end a range: of tokens or of a distribution (sizes), and others (lengths)."""
    ends: set[Var] = set()
    used: set[Var] = set()
    for t in itertools.chain.from_iterable(map(subterms, statements)):
        if isinstance(t, At) and isinstance(t.arg, Var):
            used.add(t.arg)
        elif isinstance(t, App):
            if t.op in (k.SUM, k.PROD, k.LE) and isinstance(t.args[1], Var) and t.args[1].sort == INT:
                ends.add(t.args[1])
            elif t.op is k.DELTA:
                used.update(a for a in t.args if isinstance(a, Var))
    ends -= used
    tokens = {v for sums in known.sums.values() for one in sums for v in one.ends}
    for core in (_Opened(s).core for s in statements):
        if isinstance(core, App) and core.op is k.LE and isinstance(core.args[1], Var):
            head = spine(core.args[0])[0]
            if isinstance(head, Var) and "#" not in head.name:
                tokens.add(core.args[1])
    return ends & tokens, ends - tokens
