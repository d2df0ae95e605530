r"""What a formula of TeX is made of, once macros are expanded and layout is gone; each part knows its place.

Nothing here knows mathematics: a tree says how signs stand, not what they mean.  What looks the same is spelled in one way:

- Letters, signs and brackets of one character are an ``Atom`` of that character, also where they were typed as ``\lbrack``, ``\vert``,
  ``\lt``; brackets ``\{``, ``\|``, ``\langle`` keep their control sequence.  Unicode is spelled in TeX: ``∑`` is ``\sum``, ``α`` is ``\alpha``.
- Of synonyms one is used: ``\le``, ``\ge``, ``\ne``, ``\to``, ``\land``, ``\dots`` (also for ``\cdots``, ``\ldots``, three full stops), ``\frac`` (also ``\dfrac``,
  ``a \over b``), ``\mathbf`` (also ``\boldsymbol``, ``\bm``), ``\mathcal`` (also ``\mathscr``), ``\cancel``, ``\overset`` (also ``\stackrel``).
- ``\big(`` and its like are the plain bracket.  ``\left( ... \right)`` is a ``Fence``; ``\middle|`` in it is the atom ``\mid``.
- ``\underbrace{x}_{words}`` and ``\boxed{x}`` are the group of x.  ``\underset{a}{b}`` is b with the subscript a.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """A place: offsets into ``Document.text``.  What a macro stands for has the place of its call."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Atom:
    r"""One character of mathematics (``x``, ``=``, ``[``), one control sequence without arguments (``\alpha``, ``\le``, ``\sum``), or a
    number: a run of digits with its decimal point."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """``{ ... }``, which is not seen on the page."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Script:
    """A base with what is lowered and raised beside it; behind a plain bracket the base is that bracket: ``)^2``."""

    base: Node | None
    sub: Group | None
    sup: Group | None
    primes: int
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    r"""A control sequence with its arguments, ``\frac{a}{b}``, ``\mathbf{x}``, ``\hat{y}``, ``\sqrt[n]{x}``, ``\operatorname{KL}``.  Each argument is a group."""

    name: str
    options: tuple[Group, ...]
    arguments: tuple[Group, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Fence:
    r"""``\left( ... \right]``; ``open`` and ``close`` are spelled as atoms are, and ``.`` is none."""

    open: str
    items: tuple[Node, ...]
    close: str
    span: Span


@dataclass(frozen=True, slots=True)
class Words:
    r"""Text inside a formula, ``\text{if }``; formulas in it stay as they were typed, between dollars."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Table:
    r"""Rows of cells: ``cases``, ``array``, ``pmatrix``, ``substack``, and ``aligned`` where it is not the display itself."""

    name: str
    rows: tuple[tuple[tuple[Node, ...], ...], ...]
    span: Span


Node: TypeAlias = Atom | Group | Script | Call | Fence | Words | Table
