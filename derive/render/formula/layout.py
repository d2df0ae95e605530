"""From a term to its layout: notation, precedence and brackets, decided here once for all targets.

Conventions, in the author's order throughout:

* A sum or product extends over the factors that follow it and ends at + or -; so does a derivative.  It gets brackets
  where a factor follows it, and its body gets brackets where that is a sum of terms or begins with a minus sign.
* log takes one factor without brackets, log p(k); where another factor follows it, it gets brackets itself.
* -a b is both -(a b) and (-a) b, and -a/b both -(a/b) and (-a)/b; a - (b - c), a (-b) and -(a + b) keep their brackets.
* An operator whose card says how it reads is written so: a log x.
* A bound letter is the author's, primed where it would clash with a free variable or with a letter bound further out.

``linear`` asks for fractions with a slash and exp(..), for targets that write on one line.
"""

from __future__ import annotations

from collections.abc import Iterable

from derive.kernel.terms import App, Lam, Num, Term, Var
from derive.render.formula.applied import applied
from derive.render.formula.builder import Builder, Labels
from derive.render.formula.nodes import Node
from derive.render.formula.notation import Notation
from derive.render.formula.operators import OPERATORS, function, number
from derive.render.formula.pieces import Piece
from derive.render.formula.statements import STATEMENTS, Condition, said, statement

__all__ = ["DRAWN", "Condition", "Labels", "conditions", "layout"]

DRAWN = OPERATORS | STATEMENTS
"""How each operator of the kernel is written."""


def layout(
    term: Term,
    notation: Notation | None = None,
    *,
    linear: bool = False,
    avoid: Iterable[str] = (),
    labels: Labels = (),
    marks: tuple[tuple[Term, int], ...] = (),
) -> Node:
    """The layout of a term or statement.

    ``avoid`` are letters that bound variables must not take, besides those of the free variables of ``term``.
    ``labels`` are subterms to put a brace under, with the words under the brace; each is found once.
    ``marks`` are parts to highlight, the very objects in ``term`` and not others equal to them, each with its tint.
    Raises UserError when a template of the notation does not fit the definition that it is for.
    """
    return statement(Builder(_drawn, notation, linear, term.free, avoid, labels, marks), term)


def conditions(
    given: Iterable[Term],
    notation: Notation | None = None,
    *,
    linear: bool = False,
    avoid: Iterable[str] = (),
    kinds: tuple[Term, ...] = (),
) -> list[Condition]:
    """Statements as conditions to read: bounds from both sides in one chain, 0 < p as p > 0, ranges at the end.

    They keep their order; two that make a chain stand where the first of them stood.  Before them stands which letters, or
    values of functions, of ``kinds``, are integers and which are real.
    """
    given = tuple(given)
    free: frozenset[Var] = frozenset().union(*(g.free for g in given))
    return said(Builder(_drawn, notation, linear, free, avoid), given, kinds)


def _drawn(b: Builder, term: Term) -> Piece:
    if isinstance(term, Num):
        return number(b, term)
    if isinstance(term, Lam):
        return function(b, term)
    if isinstance(term, App) and term.op in DRAWN:
        return DRAWN[term.op](b, term)
    return applied(b, term)
