"""Refusing a notation in which two different things of a derivation look the same on the page.

A reader of H(q) <= H(q, q) cannot know that one q is the target and the other the model.  The profiles that come with
derive tell everything in the catalogue apart; a course's own file, or a definition of one's own, need not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from derive.kernel.definitions import Definition
from derive.kernel.terms import App, Term, Var, at, parts_of, spine
from derive.record import Derivation
from derive.record.letters import Letter, letters_in
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Node
from derive.render.formula.notation import Notation
from derive.render.pages.sequences import refuse_other_sequences
from derive.render.words.prose import letters


def refuse_clashes(
    d: Derivation, notation: Notation, draw: Callable[[Node], str] | None = None, form: str = ""
) -> None:
    """Raises UserError when two different letters, families or defined values of ``d`` are written alike, in the layout or,
    with ``draw``, in the ``form`` in which it is printed; or when the notation is about another sequence."""
    refuse_other_sequences(d, notation)
    seen: dict[Node | str, Term] = {}
    avoid = letters(d)
    for term in _parts(d):
        node = layout(term, notation, linear=True, avoid=avoid)
        drawn = None if draw is None else draw(node)
        for looks in (node, drawn):
            other = term if looks is None else seen.setdefault(looks, term)
            if other != term:
                _refuse(d, notation, other, term, drawn, "" if looks is node else f" {form}")
    if draw is None:
        return
    for letter in sorted(_bound(d), key=lambda v: (v.name, repr(v.sort))):
        shape = draw(layout(letter, notation, linear=True, avoid=avoid))
        twin = seen.setdefault(shape, letter)
        if not (isinstance(twin, Var) and twin.name == letter.name):
            _refuse(d, notation, twin, letter, shape, f" {form}")


def _refuse(d: Derivation, notation: Notation, a: Term, b: Term, drawn: str | None, form: str) -> NoReturn:
    from derive.errors import UserError
    from derive.render.pens.text import term_text

    names, advice = (str(a), str(b)), "rename one of them" if form else "give one of them another template"
    if names[0] == names[1]:
        names, advice = (f"{a} of sort {a.sort}", f"{b} of sort {b.sort}"), "rename one of them"
    raise UserError(
        f"in the notation {notation.name}{form}, {names[0]} and {names[1]}, which are different things in {d.name}, are both "
        f"written {drawn if form else term_text(b, notation)}; a reader could not tell them apart, so {advice}"
    )


def _bound(d: Derivation) -> set[Var]:
    """The letters of bound variables."""
    found = (x for t in d.terms for x in letters_in(t))
    return {Var(x.name, x.sort) for x in found if isinstance(x, Letter) and x.bound}


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
