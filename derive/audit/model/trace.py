"""What is known while a program is read: the conditions, the ranges of the indices, and what has been said on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import derive.lemmas  # noqa: F401  # tactics use them
from derive.audit.model.values import ONE, Choice, Value, add, apply, as_term, choice, given, guards, sub
from derive.errors import UserError
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import Lam, Num, Term, Var, abstract, app, substitute
from derive.tactics import side
from derive.tactics.context import Context

LETTERS = {"V": "k", "C": "k", "T": "t", "B": "i", "N": "i"}
"""By which letter an index runs over a size; others get j."""


def letter_of(size: str, taken: Collection[str] = ()) -> str:
    """A letter for an index over a size that is not among those taken."""
    names: tuple[str, ...] = (LETTERS.get(size.partition(" ")[0], "j"), *"jilmt", *(f"j{n}" for n in range(1, 9)))
    return next(n for n in names if n not in taken)


class Unread(UserError):  # noqa: N818
    """A step of a program that has no reading.  ``what`` is the operation, ``why`` says what is the matter and what to do."""

    def __init__(self, what: str, why: str, where: str = "") -> None:
        self.what, self.why, self.where = what, why, where
        _RAISED.last = self
        super().__init__(f"{where}: {what} is not read: {why}" if where else f"{what} is not read: {why}")

    def at(self, where: str) -> Unread:
        return self if self.where or not where else Unread(self.what, self.why, where)


class _Raised(threading.local):
    last: Unread | None = None


_RAISED = _Raised()


@contextmanager
def none_swallowed() -> Iterator[None]:
    """A program that catches errors must not catch this one and go another way than it goes on numbers."""
    _RAISED.last = None
    yield
    if _RAISED.last is not None:
        raise _RAISED.last


class Cut(Exception):  # noqa: N818
    """The value at an index depends on whether the index is at most ``last``; a sum over it is to be cut there."""

    def __init__(self, index: Term, last: Term) -> None:
        super().__init__(index, last)
        self.index, self.last = index, last


class Trace:
    """One reading of a program: ``given`` are the conditions on its inputs, ``notes`` what a reader must be told."""

    def __init__(self, given: Sequence[Term]) -> None:
        self.context = Context.of(given)
        self.notes: dict[str, None] = {}
        self.operations: dict[str, int] = {}
        self.idle_clamps: list[tuple[Term, ...]] = []
        self.assumed: list[Term] = []
        self.evaluated: dict[int, Any] = {}  # the values of what was read, at samples by their number
        self._indices = 0

    def note(self, words: str) -> None:
        self.notes[words] = None

    def cut(self, operation: str, where: str) -> None:
        """Said where a part is kept from being differentiated."""
        self.note(
            f"{where}: {operation} keeps a part from being differentiated, so this is said of the value; --gradient looks at "
            "the gradient"
        )

    def idle_bounds(self) -> list[Term]:
        """That each bound that was met does nothing: for all indices, what is bounded is within it."""
        out: list[Term] = []
        for statement, *ranges in self.idle_clamps:
            letters = {v: Var(v.name.partition("~")[0], v.sort) for v in statement.free if "~" in v.name}
            if len(set(letters.values())) < len(letters):
                letters = {v: Var("ijklmn"[i], v.sort) for i, v in enumerate(sorted(letters, key=repr))}
            condition = substitute(statement, letters)
            for low, high in zip(ranges[-2::-2], ranges[::-2], strict=False):
                v = low.args[1]  # type: ignore[attr-defined]
                if v in letters:
                    condition = k.implies(substitute(low, letters), substitute(high, letters), condition)
            for v in letters.values():
                condition = k.forall(v, condition)
            out.append(condition)
        return list(dict.fromkeys(out))

    def count(self, operation: str) -> None:
        self.operations[operation] = self.operations.get(operation, 0) + 1

    def holds(self, statement: Term) -> bool:
        """Whether the statement is proved from the conditions, at the indices that are open."""
        return side.prove(statement, self.context) is not None

    def assume(self, statement: Term) -> None:
        """Suppose more of a size than that it is at least 1; the conditions of what is proved then say so."""
        if not self.holds(statement):
            self.context = self.context.extend(statement)
            self.assumed.append(statement)

    def same(self, a: Term, b: Term) -> bool:
        return a == b or self.holds(k.eq(a, b))

    def differ(self, a: Term, b: Term) -> bool:
        return self.holds(k.ne(a, b))

    def at_most(self, a: Term, b: Term) -> bool | None:
        """Whether a <= b; None when it is not known."""
        if self.holds(a <= b):
            return True
        return False if self.holds(b < a) else None

    def indicator(self, i: Term, j: Term) -> Value:
        """[i = j] of two integers, decided where the conditions decide it."""
        if i == j or self.same(i, j):
            return ONE
        if self.differ(i, j):
            return Num(0)
        left, right = _without_constants(i, j)
        left, right = (left, right) if _opened(left) or not _opened(right) else (right, left)
        return Choice(app(k.DELTA, left, right), ONE, Num(0))

    @contextmanager
    def within(self, *statements: Term) -> Iterator[None]:
        outer, self.context = self.context, self.context.extend(*statements)
        try:
            yield
        finally:
            self.context = outer

    def index(self, size: Term) -> Var:
        """A new letter for an index that runs over a size."""
        self._indices += 1
        return Var(f"{letter_of(repr(size))}~{self._indices}", INT)

    def sum_over(self, low: Term, high: Term, body: Callable[[Term], Value], size: Term | None = None) -> Value:
        """The sum of the body over low <= i <= high, cut where the body has to be told apart."""
        if low == high:
            return body(low)
        var = self.index(size or high)
        try:
            with self.within(low <= var, var <= high):
                return self._summed(low, high, var, body(var))
        except Cut as cut:
            last = _solved(cut, var)
            if last is None or self.at_most(low, add(last, ONE)) is not True or self.at_most(last, high) is not True:
                raise
        rest = sub(high, last)  # counted from 1 again, so that equal sums look equal
        parts = [self.sum_over(low, last, body, size), self.sum_over(ONE, rest, lambda v: body(add(v, last)), size)]
        return apply(add, *parts)

    def _summed(self, low: Term, high: Term, var: Var, value: Value) -> Value:
        for g in guards(value):
            if var not in g.free:  # the choice is the same for all summands
                yes, no = (self._summed(low, high, var, given(value, g, b)) for b in (True, False))
                return choice(g, yes, no)
        body = as_term(value)
        if body == Num(0):
            return body
        if var not in body.free and self.at_most(low, add(high, ONE)):
            count = high if low == ONE else add(sub(high, low), ONE)
            return count if body == ONE else _times(count, body)
        return app(k.SUM, low, high, Lam(var.name.partition("~")[0], INT, abstract(body, var)))


def _times(count: Term, body: Term) -> Term:
    return app(k.MUL, count, body)


def _opened(t: Term) -> bool:
    return isinstance(t, Var) and "~" in t.name


def _without_constants(i: Term, j: Term) -> tuple[Term, Term]:
    """i = j with the constants on one side: y - 1 = k - 1 as y = k."""
    difference = sub(i, j)
    if isinstance(difference, Num):
        return i, j
    for a, b in ((i, j), (j, i)):
        base, constant = _base(a)
        if constant:
            return base, add(b, Num(-constant))
    return i, j


def _base(t: Term) -> tuple[Term, Fraction]:
    base = t
    while isinstance(base, k.App) and base.op in (k.ADD, k.SUB) and isinstance(base.args[1], Num):
        base = base.args[0]
    constant = sub(t, base)
    return (base, constant.value) if isinstance(constant, Num) else (t, Fraction(0))


def _solved(cut: Cut, var: Var) -> Term | None:
    """The last value of the variable for which the index is at most that of the cut."""
    base, constant = _base(cut.index)
    return add(cut.last, Num(-constant)) if base == var else None
