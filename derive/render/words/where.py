"""What the definitions are that a page uses: those of an author's own, which no reader can know, and on demand all."""

from __future__ import annotations

import re
from collections.abc import Iterable

from derive.kernel.definitions import Definition
from derive.kernel.sorts import PROP, Fn
from derive.kernel.terms import App, Lam, Term, at, eq, fresh, iff
from derive.language.words import WORDS
from derive.record import Derivation
from derive.record.letters import definitions_in
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Prose, row
from derive.render.formula.notation import Notation, named_otherwise, turns_round
from derive.render.formula.statements import kind_of
from derive.render.words.lettered import in_letters
from derive.render.words.prose import unsaid_kinds
from derive.render.words.sentence import prose


def stated(d: Derivation, notation: Notation, everything: bool = False) -> tuple[Term, ...]:
    """An equation for each definition of the author's own that the derivation uses, or for which the notation has a name or an order
    of arguments of its own, or for each at all."""
    used = definitions_in(d.terms)
    unusual = (turns_round, named_otherwise)
    return tuple(equation(f) for f in used if everything or f not in WORDS or any(is_(notation, f) for is_ in unusual))


def equation(definition: Definition) -> Term:
    """What a definition says: f(x) = its body; that of a family, at an index."""
    left: Term = App(definition, definition.params)
    right = definition.body
    used = set(definition.params)
    while isinstance(right.sort, Fn):
        index = fresh(right.hint if isinstance(right, Lam) else "k", right.sort.dom, used)
        used.add(index)
        left, right = at(left, index), at(right, index)
    return iff(left, right) if right.sort is PROP else eq(left, right)


def symbol(definition: Definition, notation: Notation) -> tuple[Prose, Prose]:
    """What a definition says, with the integers among its letters, and what it is where it is one of the library: its first
    sentence, which says what its letters stand for."""
    said_by = equation(definition)
    (said,) = where([said_by], notation)
    if definition not in WORDS:
        return said, ()
    first = re.split(r"\.(?=\s+[A-Z]|$)", definition.doc)[0]
    return said, prose(f", {in_letters(first[:1].lower() + first[1:], [said_by], notation, definition.name)}")


def where(
    equations: Iterable[Term], notation: Notation, *, linear: bool = False, avoid: Iterable[str] = ()
) -> list[Prose]:
    """The equations as formulas in a sentence, each with what kind of number those of its letters are that look like another."""
    out: list[Prose] = []
    for e in equations:
        node = layout(e, notation, linear=linear, avoid=avoid)
        kinds = [row(layout(v, notation), kind_of(v)) for v in unsaid_kinds((e,), notation)]
        out.append((node, *(part for v in kinds for part in (", ", v))))
    return out
