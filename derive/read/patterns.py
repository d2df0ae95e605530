"""How variables and definitions are written: the templates of a notation, run backwards.

A template is a pattern, and what stands at its arguments is read as a term.  What a template leaves out is a letter of
the theorem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, Base, Fn, Sort, is_numeric, is_subsort
from derive.kernel.terms import App, At, SortError, Term, Var, app, at, lam, spine
from derive.operators.finite_sets import ELEMENTS, as_size, size
from derive.read.canonical import alike
from derive.read.letters import Letters
from derive.read.names import is_index, names_of, spelled, spellings
from derive.read.page import Brackets, Hat, Item, Items, Scripts, Sign
from derive.read.sequences import MODEL, SEQUENCE, is_called, said_alone
from derive.render.formula.nodes import Symbol
from derive.render.formula.notation import Notation
from derive.render.formula.templates import Bracketed, Fresh, Marked, Part, Scripted, Seq, Slot, Template, walk

# letters whose index stands under them; a token stands behind any other name, in brackets
_UNDER = frozenset("abcdeijklmnostvwxyz")
_BAR, _IN, _AT_MOST = Sign("∣"), Sign("∈"), Symbol("≤", "rel")
_VARIABLE = "variable"  # the kind of a name that is written in the usual way, in a pattern
_STYLES = {"fn": "up", "name": "up", "bold": "bf", "cal": "cal", "num": "num"}

Reading = tuple[Term, int]  # a term, and where it ends


class Scope:
    """The letters that mean something where one reads: those of the page and, further in, those that are bound.  One that
    is bound hides others of its name.  The same letters make the same scope, so that it is compared by identity."""

    def __init__(self, letters: Iterable[Var]) -> None:
        self.letters = frozenset(letters)
        self.inner: dict[Var, Scope] = {}

    def under(self, *bound: Var) -> Scope:
        scope = self
        for v in bound:
            if v not in scope.inner:
                scope.inner[v] = Scope([*(w for w in scope.letters if w.name != v.name), v])
            scope = scope.inner[v]
        return scope


Found = tuple[tuple[str, Term], ...]


class Way(NamedTuple):
    """How a definition is written: its pattern, the slots that are indices, and the arguments that are left out."""

    definition: Definition
    pattern: Part
    indices: tuple[str, ...]
    known: Found
    barred: bool  # it has the bar of a condition


class Patterns:
    """Reads variables and definitions in one notation.  ``hidden``: styles that cannot be seen on this page; ``field``: what
    letters are taken for; ``settled``: the letters are those of the page."""

    def __init__(
        self,
        notation: Notation,
        letters: Iterable[Var],
        definitions: Iterable[Definition],
        hidden: frozenset[str],
        field: Letters,
        settled: bool,
    ) -> None:
        self.notation = notation
        self.settled = settled
        self.field = field
        self.letters = tuple(sorted(letters, key=lambda v: v.name))
        self.scope = Scope(self.letters)
        self.definitions = tuple(definitions)
        self.hidden = hidden
        self.by_start: dict[object, list[Way]] = {}  # by the sign that is read first; None where an argument is
        for way in self.ways():
            self.by_start.setdefault(self.start(way.pattern), []).append(way)
        self.written: dict[
            object, dict[Part, list[tuple[Var, int]]]
        ] = {}  # by its start: whose pattern at how many indices
        self.known: set[Var] = set()
        for v in self.letters:
            self.know(v)

    def whole(self, items: Items, scope: Scope) -> Iterator[Term]:
        """Everything that the items can mean together."""
        raise NotImplementedError

    def sum_(self, items: Items, scope: Scope) -> tuple[Term, ...]:
        """Terms with + and - between them."""
        raise NotImplementedError

    def atom(self, items: Items, i: int, scope: Scope) -> Iterator[Reading]:
        """What holds together most."""
        raise NotImplementedError

    def sign(self, symbol: Symbol) -> Sign:
        """How a sign of a template is printed."""
        style = _STYLES.get(symbol.kind, "")
        if style in self.hidden:
            style = "num" if symbol.text.isdigit() else ""
        return Sign(symbol.text, style)

    def variables(self, items: Items, scope: Scope) -> Iterator[Reading]:
        """The variables that can stand at the front, at as many indices as there are."""
        for start in dict.fromkeys([_start(items[0]), *_names_at(items[0])]):
            for pattern, owners in self.written.get(start, {}).items():
                here = [(v, count) for v, count in owners if v in scope.letters]
                for found, end in self.match(pattern, items, 0, scope, ()) if here else ():
                    for v, count in here:
                        for term in self.filled(v, [str(k) for k in range(count)], found):
                            if self.meant(term, pattern, scope):
                                yield term, end

    def know(self, v: Var) -> Var:
        """The variable; from now on it can be read."""
        if v not in self.known:
            self.known.add(v)
            sorts: list[Sort] = []
            out = v.sort
            while isinstance(out, Fn):
                sorts.append(out.dom)
                out = out.cod
            for count in range(len(sorts) + 1):
                pattern = self.pattern(v, tuple(sorts), out, count)
                self.written.setdefault(self.start(pattern), {}).setdefault(pattern, []).append((v, count))
        return v

    def filled(self, head: Term, names: Sequence[str], found: Found) -> Iterator[Term]:
        """``head`` at the terms that were found for the names."""
        values = dict(found)
        term = head
        try:
            for name in names:
                term = at(term, values[name])
        except (KeyError, SortError):
            return
        yield term

    def pattern(self, v: Var, sorts: tuple[Sort, ...], out: Sort, count: int) -> Part:
        """How a variable is written at ``count`` indices, which are the slots 0, 1, ..."""
        kinds = "".join("i" if s is INT else "a" for s in sorts)
        for given in range(count, -1, -1):
            ways = (self.notation.variable(name, kinds, given) for name in spellings(v.name))
            way = next((w for w in ways if w is not None), None)
            if way is not None:
                slots = {p: str(k) for k, p in enumerate(way.params)} | {str(k + 1): str(k) for k in range(given)}
                head = _renamed(way.template.body, slots)
                return self.indexed(head, v.name, sorts, out, given, count)
        return self.indexed(Symbol(spelled(v.name), _VARIABLE), v.name, sorts, out, 0, count)

    def indexed(self, head: Part, name: str, sorts: tuple[Sort, ...], out: Sort, given: int, count: int) -> Part:
        """Indices that the notation says nothing about: positions and parameters under the name, tokens behind it."""
        calls: list[Part] = []
        letter = name.rstrip("'").split("_")[0]
        for k in range(given, count):
            last = k == len(sorts) - 1
            token = sorts[k] is INT and last and out is not INT and letter not in _UNDER
            under = not token if sorts[k] is INT else isinstance(sorts[k], Base) and not last
            if under and not calls:
                head = _under(head, Slot(str(k)))
            else:
                calls.append(Slot(str(k)))
        return _called(head, calls)

    def ways(self) -> Iterator[Way]:
        """How the definitions are written; what a template leaves out must be a letter here."""
        letters: dict[str, list[Var]] = {}
        for v in self.letters:
            letters.setdefault(v.name, []).append(v)
        known_by_name = {d.name: d for d in self.definitions}
        for place, indices in self.notation.indices.items():
            d = known_by_name.get(place.split("[")[0])
            for t in self.notation.definitions[place] if d is not None else ():
                assert d is not None
                shape = _shape(t.source, t, d)
                fitting = [[v for v in letters.get(p, ()) if is_subsort(v.sort, sort)] for p, sort in shape.left_out]
                for chosen in product(*fitting):
                    known = tuple((p, v) for (p, _), v in zip(shape.left_out, chosen, strict=True))
                    yield Way(d, shape.body, indices, known, shape.barred)
                    if not indices:  # the family itself may stand at an index
                        yield Way(d, shape.called, ("index",), known, shape.barred)
        for d in self.definitions:  # its own name, for which the notation has nothing better
            named, called = _named(d)
            yield Way(d, named, (), (), False)
            yield Way(d, called, ("index",), (), False)

    def start(self, part: Part) -> object:
        """The sign, mark or name that a template begins with, None where it begins with an argument."""
        if isinstance(part, Seq):
            return self.start(part.items[0])
        if isinstance(part, Scripted):
            return self.start(part.base)
        if isinstance(part, Symbol):
            return ("name", part.text) if part.kind == _VARIABLE else self.sign(part)
        return part.mark if isinstance(part, Marked) else None

    def defined(self, items: Items, scope: Scope) -> Iterator[Reading]:
        """A definition at its arguments."""
        starts = dict.fromkeys([_start(items[0]), *_names_at(items[0])])
        ways = [w for start in starts for w in self.by_start.get(start, ())]
        barred = any(isinstance(item, Brackets) and _BAR in item.body for item in items)
        ways += [w for w in self.by_start.get(None, ()) if barred or not w.barred]
        for way in ways:
            for found, end in self.match(way.pattern, items, 0, scope, way.known):
                values = dict(found)
                args = (as_size(v) if p.sort is INT else v for p in way.definition.params for v in [values[p.name]])
                for head in sorted_(app, way.definition, *args):
                    if self.meant(head, way.pattern, scope):
                        for term in self.filled(head, way.indices, found):
                            yield term, end

    def named_set(self, items: Items) -> Iterator[Term]:
        """The letter of a set by itself, as a definition's size: a letter that a reader takes for no number, and one of the
        page where its letters are settled."""
        for name in names_of(items[0]) if len(items) == 1 else ():
            if not is_index(name) and (not self.settled or size(name) in self.scope.letters):
                yield Var(name, ELEMENTS)

    def meant(self, term: Term, pattern: Part, scope: Scope) -> bool:
        """Whether what a template says by itself is so: the sequence that a model has seen is the one that it is used with, and
        no letter of the page is called like it, or like the prompt."""
        alone = said_alone(pattern)
        for letter, runs in alone if self.settled else ():
            if any(v.name == letter and (is_numeric(v.sort) or not runs) for v in scope.letters):
                return False
        if isinstance(term, App):
            models = [m for m in term.args if m.sort is MODEL]
            seen = {name for m in models for name, runs in self.seen(m) if runs}
            return all(is_called(s, name) for s in term.args if s.sort is SEQUENCE for name in seen)
        if isinstance(term, At) and isinstance(term.arg, At) and term.arg.fn.sort is SEQUENCE:
            return all(is_called(term.arg.fn, letter) for letter, runs in alone if runs)
        return True

    def seen(self, model: Term) -> tuple[tuple[str, bool], ...]:
        """What the notation says by itself where it writes a model at a position."""
        v, indices = spine(model)
        if not isinstance(v, Var):
            return ()
        owners = ((p, o) for patterns in self.written.values() for p, own in patterns.items() for o in own)
        return next((said_alone(p) for p, o in owners if o == (v, len(indices) + 1)), ())

    # --- patterns

    def match(self, part: Part, items: Items, i: int, scope: Scope, found: Found) -> Iterator[tuple[Found, int]]:
        """Where ``part`` ends when it begins at ``i``, and the terms at its slots."""
        if isinstance(part, Seq):
            yield from self.match_all(part.items, items, i, scope, found)
        elif isinstance(part, Slot):
            for fresh in self.fresh_letters(part, found):
                for value, end in self.atom(items, i, scope.under(*fresh)):
                    yield from ((f, end) for f in _with(found, part.name, _under_binders(fresh, value)))
            for value in self.named_set(items[i : i + 1]):
                yield from ((f, i + 1) for f in _with(found, part.name, value))
        elif isinstance(part, Symbol) and part.kind == "times":
            yield found, i
        elif i >= len(items):
            return
        elif isinstance(part, Symbol) and part.kind == _VARIABLE:
            if part.text in names_of(items[i]):
                yield found, i + 1
        elif isinstance(part, Symbol):
            if items[i] == self.sign(part):
                yield found, i + 1
        elif isinstance(part, Fresh):
            for name in names_of(items[i]):
                yield from ((f, i + 1) for f in _with(found, "@" + part.letter, self.know(Var(name, INT))))
        elif isinstance(part, Marked):
            item = items[i]
            if isinstance(item, Hat) and item.mark == part.mark and not item.primes:
                for f, end in self.match(part.body, item.body, 0, scope, found):
                    if end == len(item.body):
                        yield f, i + 1
        elif isinstance(part, Bracketed):
            item = items[i]
            if isinstance(item, Brackets) and item.open == part.open:
                for f in self.match_whole(part.body, item.body, scope, found):
                    yield f, i + 1
        elif isinstance(part, Scripted):
            yield from self.match_scripted(part, items, i, scope, found)
        else:
            raise TypeError(f"the template has {part}")

    def match_all(
        self, parts: Sequence[Part], items: Items, i: int, scope: Scope, found: Found
    ) -> Iterator[tuple[Found, int]]:
        if not parts:
            yield found, i
            return
        rest = sum(not (isinstance(p, Symbol) and p.kind == "times") for p in parts[1:])  # each takes a sign at least
        for f, end in self.match(parts[0], items[: len(items) - rest], i, scope, found):
            yield from self.match_all(parts[1:], items, end, scope, f)

    def match_whole(self, part: Part, items: Items, scope: Scope, found: Found) -> Iterator[Found]:
        """``part`` as all that stands in brackets or in a script."""
        parts = part.items if isinstance(part, Seq) else (part,)
        if len(parts) == 1 and isinstance(parts[0], Slot):
            for fresh in self.fresh_letters(parts[0], found):
                for value in self.whole(items, scope.under(*fresh)):
                    yield from _with(found, parts[0].name, _under_binders(fresh, value))
            for value in self.named_set(items):
                yield from _with(found, parts[0].name, value)
        else:
            yield from self.match_parts(parts, items, scope, found)

    def match_parts(self, parts: Sequence[Part], items: Items, scope: Scope, found: Found) -> Iterator[Found]:
        """Several parts, which a comma or a bar keeps apart: a function or statement among them has brackets."""
        if not parts:
            if not items:
                yield found
            return
        first, rest = parts[0], parts[1:]
        if first == _AT_MOST and rest and isinstance(rest[0], Slot) and items[:1] == (_IN,):  # of a set with a name
            for value in self.named_set(items[1:2]):
                for f in _with(found, rest[0].name, value):
                    yield from self.match_parts(rest[1:], items[2:], scope, f)
            return
        if not isinstance(first, Slot):
            for f, end in self.match(first, items, 0, scope, found):
                yield from self.match_parts(rest, items[end:], scope, f)
            return
        for end in range(1, len(items) + 1):
            if not (self.starts(rest[0], items[end]) if rest and end < len(items) else not rest and end == len(items)):
                continue
            for fresh in self.fresh_letters(first, found):
                for value in self.sum_(items[:end], scope.under(*fresh)):
                    for f in _with(found, first.name, _under_binders(fresh, value)):
                        yield from self.match_parts(rest, items[end:], scope, f)
            for value in self.named_set(items[:end]):
                for f in _with(found, first.name, value):
                    yield from self.match_parts(rest, items[end:], scope, f)

    def starts(self, part: Part, item: Item) -> bool:
        return not isinstance(part, Symbol) or item == self.sign(part)

    def match_scripted(
        self, part: Scripted, items: Items, i: int, scope: Scope, found: Found
    ) -> Iterator[tuple[Found, int]]:
        base = part.base
        if isinstance(base, Seq):  # the scripts stand at its last sign
            yield from self.match(
                Seq((*base.items[:-1], Scripted(base.items[-1], part.sub, part.sup))), items, i, scope, found
            )
            return
        item = items[i]
        if not isinstance(item, Scripts):
            return
        for inner, sub, sup in _scripts_apart(item, part):
            for f, end in self.match(base, (inner,), 0, scope, found):
                if end != 1:
                    continue
                for g in [f] if part.sub is None else self.match_whole(part.sub, sub or (), scope, f):
                    for h in [g] if part.sup is None else self.match_whole(part.sup, sup or (), scope, g):
                        yield h, i + 1

    def fresh_letters(self, slot: Slot, found: Found) -> Iterator[tuple[Var, ...]]:
        """The letters that stand where an argument is a function of them, once they have been found."""
        values = dict(found) if slot.at else {}
        if all(name in values for name in slot.at):
            yield tuple(v for v in map(values.get, slot.at) if isinstance(v, Var))


def _under_binders(letters: tuple[Var, ...], value: Term) -> Term:
    for v in reversed(letters):
        value = lam(v, value)
    return value


def _start(item: Item) -> object:
    """The sign or mark that is read first."""
    if isinstance(item, Scripts):
        return _start(item.base)
    return item.mark if isinstance(item, Hat) else item


def _names_at(item: Item) -> Iterator[tuple[str, str]]:
    """The names that can be read first: with the scripts, which may be a part of the name, or without."""
    yield from (("name", name) for name in names_of(item))
    if isinstance(item, Scripts):
        yield from _names_at(item.base)


def _scripts_apart(item: Scripts, part: Scripted) -> Iterator[tuple[Item, Items | None, Items | None]]:
    """The scripts that belong to the pattern, and what is left of the sign: p_{θ,t} has t under p_θ."""
    if (part.sup is None) != (item.sup is None) and part.sup is not None:
        return
    sup = item.sup if part.sup is not None else None
    kept = None if part.sup is not None else item.sup
    cuts = [k for k, x in enumerate(item.sub or ()) if x == Sign(",")]
    if part.sub is None:
        yield (item.base if item.sub is None else Scripts(item.base, item.sub, None)), None, sup
        return
    if item.sub is None:
        return
    if kept is None:
        yield item.base, item.sub, sup
        for k in cuts:
            yield Scripts(item.base, item.sub[:k], None), item.sub[k + 1 :], sup


def _under(head: Part, index: Part) -> Part:
    if isinstance(head, Scripted):
        sub = (
            index
            if head.sub is None
            else Seq((*(head.sub.items if isinstance(head.sub, Seq) else (head.sub,)), Symbol(",", "punct"), index))
        )
        return Scripted(head.base, sub, head.sup)
    return Scripted(head, index, None)


def _called(head: Part, calls: Sequence[Part]) -> Part:
    if not calls:
        return head
    inside: list[Part] = []
    for c in calls:
        inside += [Symbol(",", "punct"), c] if inside else [c]
    return Seq((head, Bracketed("(", Seq(tuple(inside)), ")")))


class _Shape(NamedTuple):
    """A template of a definition, with the names of its arguments for slots."""

    body: Part
    called: Part  # at an index
    left_out: tuple[tuple[str, Sort], ...]
    barred: bool


_SHAPES: dict[tuple[str, str], tuple[Definition, _Shape]] = {}


def _shape(source: str, t: Template, d: Definition) -> _Shape:
    """Remembered by what was written, which is quicker to compare than what was read."""
    found = _SHAPES.get((source, d.name))
    if found is None or found[0] is not d:
        shown = {*t.slots, *(d.params[int(s) - 1].name for s in t.slots if s.isdigit())}
        body = _by_name(t.body, tuple(p.name for p in d.params))
        left_out = tuple((p.name, p.sort) for p in d.params if p.name not in shown)
        barred = Symbol("∣", "rel") in walk(body)
        found = _SHAPES[source, d.name] = d, _Shape(body, _called(body, [Slot("index")]), left_out, barred)
    return found[1]


@cache
def _named(d: Definition) -> tuple[Part, Part]:
    """A definition by its own name with all its arguments, and at an index."""
    named = _called(Symbol(spelled(d.name), _VARIABLE), [Slot(p.name) for p in d.params])
    return named, _called(named, [Slot("index")])


def _by_name(part: Part, params: tuple[str, ...]) -> Part:
    """A template whose slots are all called by the names of the arguments."""
    return _renamed(part, {str(k + 1): p for k, p in enumerate(params)})


def _renamed(part: Part, names: dict[str, str]) -> Part:
    """A template with its slots called otherwise."""
    if isinstance(part, Slot):
        return Slot(names.get(part.name, part.name), part.at)
    if isinstance(part, Seq):
        return Seq(tuple(_renamed(p, names) for p in part.items))
    if isinstance(part, Scripted):
        return Scripted(*(None if p is None else _renamed(p, names) for p in (part.base, part.sub, part.sup)))  # type: ignore[arg-type]
    if isinstance(part, Bracketed):
        return Bracketed(part.open, _renamed(part.body, names), part.close)
    if isinstance(part, Marked):
        return Marked(part.mark, _renamed(part.body, names))
    return part


def _with(found: Found, name: str, value: Term) -> Iterator[Found]:
    """What was found and one more; a slot that stands twice must be the same twice."""
    old = dict(found)
    if name not in old:
        yield (*found, (name, value))
    elif old[name] == value:
        yield found


def sorted_(build: Callable[..., Term], *args: Any) -> Iterator[Term]:
    """The term of canonical parts, where their sorts fit."""
    try:
        yield alike(build(*args))
    except (SortError, TypeError):
        return
