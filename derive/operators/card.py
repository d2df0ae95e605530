"""What a card says of an operator.  Plain data and functions from terms to terms: nothing here proves or decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from derive.kernel.sorts import Sort
from derive.kernel.terms import Op, Operand, Term


class Numbers(Protocol):
    """Numbers of some kind, exact or not, with what the value of an operator is made of.

    Operations raise the room's own ``Undefined`` where there is no value.
    """

    def add(self, a: Any, b: Any, /) -> Any: ...
    def sub(self, a: Any, b: Any, /) -> Any: ...
    def neg(self, a: Any, /) -> Any: ...
    def mul(self, a: Any, b: Any, /) -> Any: ...
    def div(self, a: Any, b: Any, /) -> Any: ...
    def power(self, a: Any, b: Any, /) -> Any: ...
    def log(self, a: Any, /) -> Any: ...
    def exp(self, a: Any, /) -> Any: ...


class Rocq(NamedTuple):
    """How certificates write an operator."""

    name: str = ""  # the constant
    sorts: tuple[Sort, ...] = ()  # at which it takes its arguments, where it has a real value
    sign: str = ""  # written with a sign between or before the arguments, and not with the name
    integers: str = ""  # the constant for integer values, in Z, where that is another one
    sets: str = ""  # the constant where the arguments are sets


class Card(NamedTuple):
    """An operator as the other rooms see it.

    The sort of its result is the kernel's (``op.result``).  A field that is left out says that the rooms concerned treat the
    operator by themselves, as they do binders; tests/test_operators.py has the list of those.
    """

    op: Op
    words: str  # what it is, in a few words
    sign: str = ""  # its sign on a page; "" where the notation, or only its place, says it
    value: Callable[[Numbers], Callable[..., Any]] | None = None  # its value, from those of its arguments
    needs: Callable[..., Term | None] | None = None  # what must hold of its arguments so that there is a value
    slopes: Callable[..., tuple[Operand, ...]] | None = None  # its derivative in each argument
    letters: str = ""  # of its arguments, in the lemma ``unfolding``
    reads: Callable[..., Term] | None = None  # what it is written and calculated as, in simpler operators
    absorbs: bool = False  # its value is 0 where its first argument is 0, even if ``reads`` has no value there
    unfolding: str = ""  # the lemma that it equals ``reads``, under the lemma's condition
    convention: str = ""  # what a page that shows it must say
    sympy: str = ""  # SymPy's function of the same arguments
    rocq: Rocq = Rocq()
