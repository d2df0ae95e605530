"""Letters, families and defined constants at their indices and arguments, as the notation's templates write them."""

from __future__ import annotations

from collections.abc import Sequence

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, Base, Fn, Sort
from derive.kernel.terms import App, At, Bound, Lam, Num, Term, Var, at
from derive.operators import finite_sets
from derive.render.formula import templates as tpl
from derive.render.formula.builder import Builder
from derive.render.formula.names import name_node
from derive.render.formula.nodes import (
    Accent,
    Fence,
    Node,
    Row,
    Script,
    Symbol,
    fenced,
    row,
    separated,
    subscript,
    superscript,
    walk,
)
from derive.render.formula.notation import Notation, Variable, check_definition
from derive.render.formula.pieces import COMMA, Level, Piece, rel

SUBSCRIPTED = frozenset("abcdeijklmnostvwxyz")
"""Letters of families whose index is written below them."""


def applied(b: Builder, term: Term) -> Piece:
    """A variable or a defined constant at its indices."""
    indices: list[Term] = []
    head = term
    while isinstance(head, At):
        if head is not term and b.is_labelled(head):  # a label may name the family itself
            break
        indices.append(head.arg)
        head = head.fn
    indices.reverse()
    if isinstance(head, Var):
        return _variable(b, head.name, head.sort, indices)
    if isinstance(head, Bound):
        k = len(b.names) - 1 - head.index
        return _variable(b, b.names[k] if k >= 0 else f"#{head.index}", head.sort, indices)
    if isinstance(head, App) and isinstance(head.op, Definition):
        return _defined(b, head, head.op, indices)
    return Piece(_called(b, b.fit(head, Level.ATOM), indices))


def _called(b: Builder, head: Node, args: list[Term]) -> Node:
    return row(head, _arguments(b, args, Level.ANY)) if args else head


def _arguments(b: Builder, args: Sequence[Term], alone: Level) -> Node:
    """Arguments in their brackets; ``alone``: how strongly one by itself must hold together."""
    level = Level.ADD if len(args) > 1 else alone
    return fenced(separated((b.fit(a, level) for a in args), COMMA))


# --- variables -------------------------------------------------------------------------------------------------------


def variable_template(notation: Notation, name: str, sort: Sort, indices: int) -> Variable | None:
    """How the notation writes a variable at so many indices, or at as many of them as it has a template for."""
    kinds = ""
    while isinstance(sort, Fn):
        kinds += "i" if sort.dom == INT else "a"
        sort = sort.cod
    found = (notation.variable(name, kinds, given) for given in range(indices, -1, -1))
    return next((v for v in found if v is not None), None)


def _variable(b: Builder, name: str, sort: Sort, indices: list[Term]) -> Piece:
    in_set = finite_sets.inside(name)
    if in_set is not None:
        return Piece(fenced(b.fit(Var(in_set, finite_sets.ELEMENTS), Level.ANY), "|", "|"))
    sorts: list[Sort] = []
    out = sort
    while isinstance(out, Fn):
        sorts.append(out.dom)
        out = out.cod
    v = variable_template(b.notation, name, sort, len(indices))
    if v is not None and not (v.sorts is None and name in b.names):  # a bound letter is the author's
        slots = dict(zip(v.params, indices, strict=False))
        slots |= {str(i + 1): t for i, t in enumerate(indices)}
        p = _written(_build(b, v.template.body, slots, {}, False))
        if v.given == len(indices):
            return p
        return Piece(_indexed(b, p.at(Level.ATOM), name, sorts[v.given :], out, indices[v.given :]))
    word = "fn" if indices and not (sorts[0] == INT and out == INT) else "name"
    return Piece(_indexed(b, b.name(name, word), name, sorts, out, indices))


def _indexed(b: Builder, node: Node, name: str, sorts: list[Sort], out: Sort, indices: list[Term]) -> Node:
    """Indices that the notation says nothing about: positions under the name, tokens and arguments after it."""
    calls: list[Term] = []
    base = name.rstrip("'").split("_")[0]
    for i, (s, index) in enumerate(zip(sorts, indices, strict=False)):
        final = i == len(sorts) - 1
        token = s == INT and final and out != INT and base not in SUBSCRIPTED
        under = not token if s == INT else isinstance(s, Base) and not final
        if under and not calls:
            node = subscript(node, b.script(index))
        else:
            calls.append(index)
    return _called(b, node, calls)


# --- definitions -----------------------------------------------------------------------------------------------------


def definition_template(
    notation: Notation, app: App, definition: Definition, indices: Sequence[Term]
) -> tuple[tpl.Template, dict[str, Term], int] | None:
    """How the notation writes a defined value at its indices: the template, what it is filled with, and how many of the
    indices it writes."""
    params = [p.name for p in definition.params]
    values = dict(zip(params, app.args, strict=True))
    for given in range(len(indices), -1, -1):
        place = definition.name + "[]" * given
        letters = notation.indices.get(place, ())
        slots = values | dict(zip(letters, indices, strict=False))
        slots |= {str(i + 1): a for i, a in enumerate(app.args)}
        for i, p in enumerate(definition.params):
            if p.sort is INT:  # where a size is meant, a set is written by its letter
                slots[p.name] = slots[str(i + 1)] = finite_sets.as_letter(app.args[i])
        check_definition(notation, place, definition)
        for t in notation.definitions.get(place, ()):
            shown = {*t.slots, *(params[int(s) - 1] for s in t.slots if s.isdigit())}
            left_out = [p for p in params if p not in shown]
            named = all(isinstance(v := values[p], Var) and v.name == p for p in left_out)
            if named and not any(isinstance(slots[h], Lam) for h in t.heads):
                return t, slots, given
    return None


def _defined(b: Builder, app: App, definition: Definition, indices: list[Term]) -> Piece:
    found = definition_template(b.notation, app, definition, indices)
    if found is not None:
        t, slots, given = found
        p = _written(_build(b, t.body, slots, _fresh_letters(b, t, slots, app), False))
        return Piece(_called(b, p.at(Level.ATOM), indices[given:])) if indices[given:] else p
    head = name_node(definition.name, "fn" if app.args or indices else "name")
    if app.args:
        head = row(head, _arguments(b, app.args, Level.ADD))
    return Piece(_called(b, head, indices))


# --- templates -------------------------------------------------------------------------------------------------------


def set_over(b: Builder, low: Term, high: Term) -> Node | None:
    """The set whose elements run from ``low`` to ``high``: one with a name, or the vocabulary where the notation writes it as
    a set; None where it is a range."""
    n, in_set = b.notation, finite_sets.ranged(low, high)
    if in_set is not None:
        return b.letter(in_set, finite_sets.ELEMENTS)
    if n.sums == "set" and low == Num(1) and isinstance(high, Var) and high.name == n.vocabulary:
        return _build(b, n.vocabulary_set.body, {}, {}, True)
    return None


def _fresh_letters(b: Builder, t: tpl.Template, slots: dict[str, Term], scope: Term) -> dict[str, Var]:
    """The fresh letters of a template: the author's own where the argument at it is written with one."""
    out: dict[str, Var] = {}
    parts = list(tpl.walk(t.body))
    sets = [v.name for v in slots.values() if isinstance(v, Var) and v.sort is finite_sets.ELEMENTS]
    usual = sets[0].lower() if sets and len(sets[0]) == 1 else ""  # y for an element of Y
    for part in parts:
        if isinstance(part, tpl.Slot):
            for a in part.at:
                fn = slots[part.name]
                if a[:1] == "@" and a[1:] not in out:
                    out[a[1:]] = Var(b.fresh(fn.hint if isinstance(fn, Lam) else usual or a[1:], scope), INT)
    for part in parts:
        if isinstance(part, tpl.Fresh) and part.letter not in out:
            out[part.letter] = Var(b.fresh(part.letter, scope), INT)
    return out


def _build(b: Builder, part: tpl.Part, slots: dict[str, Term], letters: dict[str, Var], inside: bool) -> Node:
    """The layout of a template.  ``inside``: brackets or commas are round this part already."""

    def build(part: tpl.Part, inside: bool) -> Node:
        if isinstance(part, tpl.Slot):
            return b.fit(_slot(part, slots, letters), Level.ADD if inside else Level.ATOM)
        if isinstance(part, tpl.Fresh):
            return b.letter(letters[part.letter].name, INT)
        if isinstance(part, tpl.Seq):
            apart = [inside, *map(tpl.separates, part.items), inside]
            parts = [_bounded(part.items, i, slots) for i in range(len(part.items))]
            return row(*(build(item, apart[i] and apart[i + 2]) for i, item in enumerate(parts)))
        if isinstance(part, tpl.Scripted):
            base = build(part.base, False)
            with b.on_one_line():
                sub, sup = (None if s is None else build(s, True) for s in (part.sub, part.sup))
            return _scripted(base, sub, sup)
        if isinstance(part, tpl.Bracketed):
            if isinstance(part.body, tpl.Slot):  # alone in its brackets
                body = b.fit(_slot(part.body, slots, letters), Level.ANY)
            else:
                body = build(part.body, True)
            if part.open == "|" and any(isinstance(x, Fence) and x.open == "|" for x in walk(body)):
                body = fenced(body, group=True)  # which bar closes which
            return fenced(body, part.open, part.close)
        if isinstance(part, tpl.Marked):
            return Accent(part.mark, build(part.body, False))
        return part

    return build(part, inside)


def _bounded(items: Sequence[tpl.Part], i: int, slots: dict[str, Term]) -> tpl.Part:
    """A part of a template: k <= V is k in the set where V is one."""
    after = items[i + 1] if i + 1 < len(items) else None
    of_set = items[i] == rel("≤") and isinstance(after, tpl.Slot) and not after.at
    return rel("∈") if of_set and slots[after.name].sort is finite_sets.ELEMENTS else items[i]  # type: ignore[union-attr]


def _slot(part: tpl.Slot, slots: dict[str, Term], letters: dict[str, Var]) -> Term:
    term = slots[part.name]
    for a in part.at:
        term = at(term, letters[a[1:]] if a[:1] == "@" else slots[a])
    return term


def _scripted(base: Node, sub: Node | None, sup: Node | None) -> Node:
    """``base`` with scripts of a template; it may be an argument that has scripts already."""
    if isinstance(base, Script) and sup is not None and base.sup is not None:
        base = fenced(base, group=True)
    if not isinstance(base, Script):
        return Script(base, sub, sup)
    out = subscript(base, sub) if sub is not None else base
    return superscript(out, sup) if sup is not None else out


_LOOSE = {
    "rel": Level.REL, "op": Level.ADD, "neg": Level.NEG, "slash": Level.DIV, "dot": Level.MUL, "times": Level.MUL,
}  # fmt: skip


def _written(node: Node) -> Piece:
    """What a template wrote, as strong as its weakest sign outside brackets: a course may write p - q for a value."""
    items = node.items if isinstance(node, Row) else (node,)
    level = min((_LOOSE[i.kind] for i in items if isinstance(i, Symbol) and i.kind in _LOOSE), default=Level.ATOM)
    head, *rest = items
    name = head.base if isinstance(head, Script) else head
    word = isinstance(name, Symbol) and name.kind == "fn" and bool(rest) and not isinstance(rest[0], Fence)
    return Piece(node, Level.PREFIX, True) if word and level == Level.ATOM else Piece(node, level)
