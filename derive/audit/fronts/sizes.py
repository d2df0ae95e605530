"""Sizes of tensors while a program is read: like whole numbers to the program, and terms underneath."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from derive.audit import program
from derive.audit.fronts.places import place
from derive.audit.model.functions import exact
from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import ONE, add, div, mul, neg, sub
from derive.kernel.sorts import INT
from derive.kernel.terms import Num, Term


class Size:
    """A size, or a number made of sizes.  What is decided by the conditions may be asked; a size has no number."""

    __slots__ = ("term", "trace")

    def __init__(self, term: Term, trace: Trace) -> None:
        self.term, self.trace = term, trace

    def _with(self, fn: Callable[[Term, Term], Term], other: Any, back: bool = False) -> Any:
        if isinstance(other, (int, float)):
            other = exact(other)
        elif isinstance(other, Size):
            other = other.term
        else:
            return NotImplemented
        return number(fn(other, self.term) if back else fn(self.term, other), self.trace)

    def __add__(self, other: Any) -> Any:
        return self._with(add, other)

    def __sub__(self, other: Any) -> Any:
        return self._with(sub, other)

    def __mul__(self, other: Any) -> Any:
        return self._with(mul, other)

    def __truediv__(self, other: Any) -> Any:
        return self._with(div, other)

    def __radd__(self, other: Any) -> Any:
        return self._with(add, other, True)

    def __rsub__(self, other: Any) -> Any:
        return self._with(sub, other, True)

    def __rmul__(self, other: Any) -> Any:
        return self._with(mul, other, True)

    def __rtruediv__(self, other: Any) -> Any:
        return self._with(div, other, True)

    def __floordiv__(self, other: Any) -> Any:
        out = self._with(div, other)
        if isinstance(out, Size) and not (isinstance(other, int) and other == 1):
            raise Unread(
                f"{self.term!r} // {other!r}", "a size is divided only where the quotient is known to be whole"
            )
        return out

    def __neg__(self) -> Any:
        return number(neg(self.term), self.trace)

    def _decided(
        self, statement: Callable[[Term, Term], Term], opposite: Callable[[Term, Term], Term], other: Any, sign: str
    ) -> bool:
        term = other.term if isinstance(other, Size) else exact(other)
        if self.trace.holds(statement(self.term, term)):
            return True
        if self.trace.holds(opposite(self.term, term)):
            return False
        letters = sorted((*self.term.free, *term.free), key=repr)
        if any(v.sort is not INT for v in letters):
            raise Unread(
                "a branch",
                "it depends on the numbers in a tensor, and a formula has no such branch; read each branch by itself",
            )
        size = letters[0].name if letters else "it"
        raise Unread(
            f"if {self.term!r} {sign} {term!r}",
            f"the branch depends on the size {size}, which may be any number; give a number for {size} in the shapes, and audit "
            "each branch by itself",
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (int, float, Size)):
            return NotImplemented
        from derive.kernel.terms import eq, ne

        return self._decided(eq, ne, other, "==")

    def __ne__(self, other: object) -> bool:
        out = self.__eq__(other)
        return out if out is NotImplemented else not out

    def __lt__(self, other: Any) -> bool:
        return self._decided(lambda a, b: a < b, lambda a, b: b <= a, other, "<")

    def __le__(self, other: Any) -> bool:
        return self._decided(lambda a, b: a <= b, lambda a, b: b < a, other, "<=")

    def __gt__(self, other: Any) -> bool:
        return self._decided(lambda a, b: b < a, lambda a, b: a <= b, other, ">")

    def __ge__(self, other: Any) -> bool:
        return self._decided(lambda a, b: b <= a, lambda a, b: a < b, other, ">=")

    def __bool__(self) -> bool:
        return self != 0

    def __hash__(self) -> int:
        raise Unread(
            f"the size {self.term!r} as a key",
            "what stands under it depends on the number; give the size as a number",
        )

    def __index__(self) -> int:
        raise Unread(
            f"the size {self.term!r}",
            "the program needs it as a number, as in range(n) or list(n): a loop over it is not read; write the loop as an operation "
            "on tensors, or give the size as a number",
        )

    __int__ = __float__ = __complex__ = __round__ = __trunc__ = __floor__ = __ceil__ = __index__

    def _not_read(self, *_: Any) -> Any:
        raise Unread(
            f"an operation on the size {self.term!r}",
            "sizes are added, multiplied, divided and compared; give the size as a number",
        )

    __mod__ = __rmod__ = __rfloordiv__ = __divmod__ = __rdivmod__ = __pow__ = __rpow__ = __abs__ = _not_read
    __lshift__ = __rshift__ = __and__ = __or__ = __xor__ = __invert__ = _not_read

    def __repr__(self) -> str:
        self.trace.note(
            f"{place()}: the size {self.term!r} is made text; what depends on the text is not in the formula"
        )
        return repr(self.term)

    def __format__(self, spec: str) -> str:
        return repr(self)


def counted(n: Any) -> int:
    """What len(x) gives where Python asks for a whole number."""
    if isinstance(n, Size):
        raise Unread(
            f"len(x), which is {n!r},",
            "Python makes a number of it here; write x.shape[0], or give that size as a number",
        )
    return int(n)


@contextmanager
def with_builtins(function: Any, kind: type, sizes: type = Size) -> Iterator[None]:
    """The module of the function with a len() that may be a size, and an isinstance() to which one of the ``sizes`` is an int and a
    symbol of the framework's own ``kind``; of all else they say what they always say."""
    space = getattr(program.underneath(function)[0], "__globals__", {})
    thread = threading.get_ident()

    def symbolic(x: Any) -> bool:
        return threading.get_ident() == thread and getattr(type(x), "symbolic", False) is True

    def size(x: Any) -> Any:
        return x.shape[0] if symbolic(x) else builtins.len(x)

    def is_one(x: Any, kinds: Any) -> bool:
        own = kind if symbolic(x) else int if type(x) is sizes and threading.get_ident() == thread else None
        return builtins.isinstance(x, kinds) or (own is not None and issubclass(own, kinds))

    new = {name: f for name, f in (("len", size), ("isinstance", is_one)) if name not in space}
    space.update(new)
    try:
        yield
    finally:
        for name in new:
            del space[name]


def number(term: Term, trace: Trace) -> Any:
    """A number as the program sees it: a whole number where it is known."""
    if isinstance(term, Num) and term.value.denominator == 1:
        return int(term.value)
    return Size(term, trace)


def term_of(x: Any) -> Term:
    return x.term if isinstance(x, Size) else exact(x)


class Shape(tuple):  # type: ignore[type-arg]
    """A shape as torch and NumPy show it."""

    __slots__ = ()

    def numel(self) -> Any:
        out: Any = 1
        for n in self:
            out = out * n
        return out


__all__ = ["ONE", "Shape", "Size", "number", "term_of"]
