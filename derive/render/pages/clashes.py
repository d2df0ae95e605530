"""Refusing a notation in which two different things of a derivation look the same on the page.

A reader of H(q) <= H(q, q) cannot know that one q is the target and the other the model.  The profiles that come with
derive tell everything in the catalogue apart; a course's own file, or a definition of one's own, need not.
"""

from __future__ import annotations

from derive.kernel.definitions import Definition
from derive.kernel.terms import App, Term, Var, at, parts_of, spine
from derive.record import Derivation
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Node
from derive.render.formula.notation import Notation
from derive.render.words.prose import letters


def refuse_clashes(d: Derivation, notation: Notation) -> None:
    """Raises UserError when two different letters, families or defined values of ``d`` are written alike."""
    seen: dict[Node, Term] = {}
    avoid = letters(d)
    for term in _parts(d):
        node = layout(term, notation, avoid=avoid)
        other = seen.setdefault(node, term)
        if other != term:
            from derive.errors import UserError
            from derive.render.pens.text import term_text

            names, advice = (str(other), str(term)), "give one of them another template"
            if names[0] == names[1]:
                names = (f"{other} of sort {other.sort}", f"{term} of sort {term.sort}")
                advice = "rename one of them"
            raise UserError(
                f"in the notation {notation.name}, {names[0]} and {names[1]}, which are different things in {d.name}, are both "
                f"written {term_text(term, notation)}; a reader could not tell them apart, so {advice}"
            )


def _parts(d: Derivation) -> list[Term]:
    """The letters, families at indices and defined values that a reader sees, each once; an index that is bound stands
    as a letter of its own."""
    out: dict[Term, None] = {}
    stack = [*d.given, d.claim, *(b.start for b in d.blocks), *(line.term for line in d.lines)]
    done: set[Term] = set()
    while stack:
        term = stack.pop()
        if term in done:
            continue
        done.add(term)
        head, indices = spine(term)
        stack += indices
        named = isinstance(head, Var) or (isinstance(head, App) and isinstance(head.op, Definition))
        if not isinstance(head, Var):
            stack += parts_of(head)
        if named and not head.loose:
            for i, index in enumerate(indices):
                head = at(head, index if not index.loose else Var(f"i_{i}", index.sort))
            out[head] = None
    return list(out)
