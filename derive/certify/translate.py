"""Terms of the kernel as terms of Rocq.

An integer stands at two kinds of places.  As an index (the argument of a family, a bound of a sum, an argument of an
indicator or of a definition that takes an integer) it is written in Z.  As a number it is written in R, and the
embedding IZR stands only right before a variable, an entry of a family or a defined constant: ``V + 1`` is
``IZR V + 1``, never ``IZR (V + 1)``.  So every term has one text at each place, and putting a real term in for a real
variable commutes with writing.  ``conversion`` gives the Rocq proof that the two texts of an integer agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, SetOf, Sort, is_subsort
from derive.kernel.terms import (
    ADD,
    ARGMAX,
    ARGMIN,
    EQ,
    FORALL,
    HAS_DERIVATIVE,
    IFF,
    IMPLIES,
    IN,
    LE,
    LT,
    MUL,
    NE,
    NEG,
    POW,
    PROD,
    SUB,
    SUM,
    App,
    At,
    Bound,
    Lam,
    Num,
    Op,
    Term,
    Var,
    parts_of,
    spine,
    subterms,
)
from derive.operators import CARDS


class ExportError(ValueError):
    """A term or a step that has no Rocq counterpart here; the message says which."""


KEYWORDS = frozenset(
    [
        "as",
        "at",
        "cofix",
        "else",
        "end",
        "exists",
        "exists2",
        "fix",
        "for",
        "forall",
        "fun",
        "if",
        "IF",
        "in",
        "let",
        "match",
        "mod",
        "return",
        "Prop",
        "Set",
        "SProp",
        "Type",
        "then",
        "using",
        "where",
        "with",
        "by",
        "Definition",
        "Lemma",
        "Theorem",
        "Proof",
        "Qed",
        "Require",
        "Import",
        "From",
        "Open",
        "Scope",
        "Print",
        "Assumptions",
    ]
)
# what the text of a certificate may mention besides its own names and those of the library
STANDARD = frozenset(["Z", "R", "nat", "IZR", "Rplus", "Rminus", "Rmult", "Ropp", "Rdiv", "Rlt", "Rle", "exp", "eq", "not", "eq_refl", "eq_sym", "eq_trans", "eq_ind", "eq_ind_r", "conj", "proj1", "proj2", "unit", "tt", "True", "I", "true", "false", "f_equal", "f_equal2", "Z.of_nat"])  # fmt: skip
# names that the writer makes
_OWN = re.compile(
    r"b\d+|H\d+|o_.*|step_.*|claim|missing|shared_(?:(?:definition|step|claim|theorem|mark)_\d+|everything)"
)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_']*")


class Names:
    """Rocq identifiers for variables, abstract sorts and definitions: different things have different names."""

    def __init__(self, library: Iterable[str] = ()) -> None:
        self.taken = {*KEYWORDS, *STANDARD, *library}
        self.of: dict[object, str] = {}

    def copy(self) -> Names:
        new = Names()
        new.taken, new.of = set(self.taken), dict(self.of)
        return new

    def name(self, thing: Var | Base | Definition) -> str:
        known = self.of.get(thing)
        if known is None:
            plain = re.sub(r"[^A-Za-z0-9_']", lambda m: f"u{ord(m.group()):x}", thing.name)
            if not _IDENTIFIER.fullmatch(plain):
                plain = f"v{plain}"
            known = plain + "_" if _OWN.fullmatch(plain) else plain
            n = 1
            while known in self.taken:
                n += 1
                known = f"{plain}_{n}"
            self.taken.add(known)
            self.of[thing] = known
        return known


def end_of(sort: Sort) -> Sort:
    """The sort of the values, when all arguments are given."""
    while isinstance(sort, Fn):
        sort = sort.cod
    return sort


@cache
def as_real(sort: Sort) -> Sort:
    """The sort with real values where it has integer ones."""
    if isinstance(sort, Fn):
        return Fn(sort.dom, as_real(sort.cod))
    return REAL if sort is INT else sort


@cache
def bases_of_sort(sort: Sort) -> frozenset[Base]:
    if isinstance(sort, Fn):
        return bases_of_sort(sort.dom) | bases_of_sort(sort.cod)
    if isinstance(sort, SetOf):
        return bases_of_sort(sort.elem)
    if isinstance(sort, Base) and sort not in (INT, REAL, PROP):
        return frozenset((sort,))
    return frozenset()


class Bracketed(str):
    """A text in brackets, and of what kind it is: an application, a comparison, an implication or "for all"."""

    kind: str

    def __new__(cls, inside: str, kind: str) -> Bracketed:
        new = super().__new__(cls, f"({inside})")
        new.kind = kind
        return new


def applied(*words: str) -> Bracketed:
    return Bracketed(" ".join(words), "application")


def operand(text: str, *kinds: str) -> str:
    """The text where some kinds need no brackets; an application never needs them beside a sign."""
    return text[1:-1] if isinstance(text, Bracketed) and text.kind in ("application", *kinds) else text


def bare(text: str) -> str:
    """The text where nothing else stands in the same brackets."""
    return operand(text, "comparison", "implication", "forall", "equivalence")


class Image(NamedTuple):
    """What is written for a variable: ``own`` at its own sort; ``real`` where an integer is a number, when that is
    not IZR of ``own``."""

    own: str
    real: str | None = None


ROCQ = {op: card.rocq for op, card in CARDS.items()}
INFIX = (ADD, SUB, MUL)


class Writer:
    """Writes terms.  Bound variables are called b0, b1, ... by depth; with ``pretty`` by the author's letters."""

    def __init__(
        self,
        names: Names,
        images: Mapping[Var, Image] | None = None,
        bases: frozenset[Base] | None = None,
        pretty: bool = False,
        plain: Writer | None = None,
    ) -> None:
        self.names, self.images, self.bases, self.pretty = names, dict(images or {}), bases, pretty
        self.plain = plain
        self._cache: dict[tuple[Term, bool, int], str] = {}
        self._bases: dict[Term, frozenset[Base]] = {}

    def with_images(self, images: Mapping[Var, Image], bases: frozenset[Base] | None = None) -> Writer:
        return Writer(self.names, images, bases, plain=self.plain or self)

    # --- sorts -------------------------------------------------------------------------------------------------------

    def sort(self, sort: Sort) -> str:
        if sort is INT:
            return "Z"
        if sort is REAL:
            return "R"
        if sort is PROP:
            return "Prop"
        if isinstance(sort, Fn):
            return Bracketed(f"{operand(self.sort(sort.dom))} -> {bare(self.sort(sort.cod))}", "implication")
        if isinstance(sort, SetOf):
            return applied("SetOf", self.sort(sort.elem))
        assert isinstance(sort, Base)
        if self.bases is not None and sort not in self.bases:
            return "unit"
        return self.names.name(sort)

    def inhabitant(self, sort: Sort) -> str:
        """Some value of the sort."""
        if sort is INT:
            return "0%Z"
        if sort is REAL:
            return "0"
        if sort is PROP:
            return "True"
        if isinstance(sort, Fn):
            return f"(fun _ : {self.sort(sort.dom)} => {self.inhabitant(sort.cod)})"
        if isinstance(sort, SetOf):
            return f"(fun _ : {self.sort(sort.elem)} => True)"
        assert isinstance(sort, Base)
        if self.bases is not None and sort not in self.bases:
            return "tt"
        return f"o_{self.names.name(sort)}"

    def bases_of(self, term: Term) -> frozenset[Base]:
        """The abstract sorts that the text of a term mentions."""
        if self.plain is not None:
            return self.plain.bases_of(term)
        known = self._bases.get(term)
        if known is None:
            out: frozenset[Base] = frozenset()
            if isinstance(term, (Var, Bound)):
                out = bases_of_sort(term.sort)
            elif isinstance(term, Lam):
                out = bases_of_sort(term.dom) | self.bases_of(term.body)
            elif isinstance(term, At):
                out = self.bases_of(term.fn) | self.bases_of(term.arg)
            elif isinstance(term, App):
                for a in term.args:
                    out |= self.bases_of(a)
                if isinstance(term.op, Definition):
                    out |= self.bases_of_definition(term.op)
            known = self._bases[term] = out
        return known

    def bases_of_definition(self, definition: Definition) -> frozenset[Base]:
        out = self.bases_of(definition.body)
        for p in definition.params:
            out |= bases_of_sort(p.sort)
        return out

    def base_list(self, bases: Iterable[Base]) -> list[Base]:
        return sorted(bases, key=self.names.name)

    # --- terms -------------------------------------------------------------------------------------------------------

    def text(self, term: Term, sort: Sort | None = None, scope: tuple[str, ...] = ()) -> str:
        """The term where ``sort`` is asked for; its own sort when none is given."""
        wanted = term.sort if sort is None else sort
        if not is_subsort(term.sort, wanted):
            raise ExportError(f"{term} is of sort {term.sort} where {wanted} is needed")
        if end_of(wanted) is REAL:
            return self.real(term, scope)
        return self.own(term, scope)

    def own(self, term: Term, scope: tuple[str, ...] = ()) -> str:
        if end_of(term.sort) is REAL:
            return self.real(term, scope)
        return self._cached(term, False, scope)

    def real(self, term: Term, scope: tuple[str, ...] = ()) -> str:
        return self._cached(term, True, scope)

    def _cached(self, term: Term, real: bool, scope: tuple[str, ...]) -> str:
        if self.pretty:
            return self._real(term, scope) if real else self._own(term, scope)
        if self.images and self.plain is not None and term.free.isdisjoint(self.images):
            return self.plain._cached(term, real, scope)
        key = (term, real, len(scope))
        known = self._cache.get(key)
        if known is None:
            known = self._cache[key] = self._real(term, scope) if real else self._own(term, scope)
        return known

    def letter(self, term: Lam, scope: tuple[str, ...]) -> str:
        """The name of the variable that a Lam binds."""
        if not self.pretty:
            return f"b{len(scope)}"
        hint = re.sub(r"[^A-Za-z0-9_']", "", term.hint) or "k"
        if not _IDENTIFIER.fullmatch(hint):
            hint = f"v{hint}"
        name, n = hint, 1
        while name in self.names.taken or name in scope or _OWN.fullmatch(name):
            n += 1
            name = f"{hint}_{n}"
        return name

    def _lam(self, term: Lam, real: bool, scope: tuple[str, ...], word: str = "fun", arrow: str = " =>") -> str:
        name = self.letter(term, scope)
        inner = (*scope, name)
        body = self.real(term.body, inner) if real else self.own(term.body, inner)
        text = f"{word} {name} : {bare(self.sort(term.dom))}{arrow} {bare(body)}"
        return Bracketed(text, "function" if word == "fun" else "forall")

    def _atom(self, term: Term, scope: tuple[str, ...]) -> str:
        """A variable, an entry of a family or a defined constant, at its own sort."""
        if isinstance(term, Bound):
            if term.index >= len(scope):
                raise ExportError(f"{term} has a loose bound variable")
            return scope[-1 - term.index]
        if isinstance(term, Var):
            image = self.images.get(term)
            return image.own if image is not None else self.names.name(term)
        if isinstance(term, At):
            head, args = _spine(term)
            return applied(self._atom(head, scope), *self._arguments(args, scope))
        if isinstance(term, App) and isinstance(term.op, Definition):
            words = [self.names.name(term.op)]
            for base in self.base_list(self.bases_of_definition(term.op)):
                words += [self.sort(base), self.inhabitant(base)]
            words += [self.text(a, p.sort, scope) for a, p in zip(term.args, term.op.params, strict=True)]
            return applied(*words) if len(words) > 1 else words[0]
        raise ExportError(f"{term} stands where only a variable or a defined constant can")

    def _arguments(self, args: list[tuple[Term, Sort]], scope: tuple[str, ...]) -> list[str]:
        return [self.text(a, dom, scope) for a, dom in args]

    def _embedded(self, term: Term, scope: tuple[str, ...]) -> str:
        """An atom with integer values, as a number (or a function to numbers)."""
        head, args = _spine(term)
        image = self.images.get(head) if isinstance(head, Var) else None
        if image is not None and image.real is not None:
            words = [image.real, *self._arguments(args, scope)]
            return applied(*words) if args else words[0]
        own = self._atom(term, scope)
        return self.embedded(own, term.sort, len(scope), scope)

    def embedded(self, own: str, sort: Sort, depth: int = 0, scope: tuple[str, ...] = ()) -> str:
        """IZR of an integer, or of the values of a function to integers."""
        binders: list[tuple[str, Sort]] = []
        while isinstance(sort, Fn):
            name = f"b{depth + len(binders)}"
            if self.pretty:
                name = self.letter(Lam("k", sort.dom, Num(0)), (*scope, *(b for b, _ in binders)))
            binders.append((name, sort.dom))
            sort = sort.cod
        inside: str = applied("IZR", applied(own, *(b for b, _ in binders)) if binders else own)
        for name, dom in reversed(binders):
            inside = f"(fun {name} : {self.sort(dom)} => {inside})"
        return inside

    def _own(self, term: Term, scope: tuple[str, ...]) -> str:
        if isinstance(term, Lam):
            return self._lam(term, False, scope)
        if isinstance(term, Num):
            return f"{number(int(term.value))}%Z"
        if not isinstance(term, App) or isinstance(term.op, Definition):
            return self._atom(term, scope)
        op, args = term.op, term.args
        if term.sort is INT:
            if op in INFIX:
                return _infix(self.own(args[0], scope), ROCQ[op].sign, self.own(args[1], scope)) + "%Z"
            if op is NEG:
                return f"(- {_apart(args[0], self.own(args[0], scope))})%Z"
            if ROCQ[op].integers:
                return applied(ROCQ[op].integers, *(self.own(a, scope) for a in args))
        if op in (ARGMIN, ARGMAX):
            return applied(ROCQ[op].name, self.real(args[0], scope))
        if term.sort is PROP:
            return self._statement(op, args, scope)
        raise ExportError(f"{term} of sort {term.sort} has no text")

    def _statement(self, op: Op, args: tuple[Term, ...], scope: tuple[str, ...]) -> str:
        if op in (EQ, NE):
            sort = as_real(args[0].sort)
            a, b = (self.text(t, sort, scope) for t in args)
            if isinstance(end_of(sort), SetOf):
                if not isinstance(sort, SetOf):
                    raise ExportError(f"equality at {sort}, of functions whose values are sets, is not supported")
                same = applied(ROCQ[EQ].sets, a, b)
                return same if op is EQ else f"(~ {same})"
            return _infix(a, ROCQ[op].sign, b, "comparison")
        if op in (LT, LE):
            return _infix(self.real(args[0], scope), ROCQ[op].sign, self.real(args[1], scope), "comparison")
        if op is IN:
            sort = args[1].sort
            assert isinstance(sort, SetOf)
            return applied(ROCQ[op].name, self.text(args[0], sort.elem, scope), self.own(args[1], scope))
        if op is HAS_DERIVATIVE:
            return self._applied(op, args, scope)
        if op is IMPLIES:
            left = operand(self.own(args[0], scope), "comparison")
            return Bracketed(f"{left} -> {bare(self.own(args[1], scope))}", "implication")
        if op is IFF:
            return _infix(self.own(args[0], scope), ROCQ[op].sign, self.own(args[1], scope), "equivalence")
        if op is FORALL:
            body = args[0]
            assert isinstance(body, Lam)
            return self._lam(body, False, scope, "forall", ",")
        raise ExportError(f"the operator {op.name} has no text")

    def _real(self, term: Term, scope: tuple[str, ...]) -> str:
        if isinstance(term, Lam):
            return self._lam(term, True, scope)
        if isinstance(term, Num):
            if term.value.denominator == 1:
                return number(int(term.value))
            return f"({number(term.value.numerator)} / {term.value.denominator})"
        if not isinstance(term, App) or isinstance(term.op, Definition):
            return self._embedded(term, scope) if end_of(term.sort) is INT else self._atom(term, scope)
        op, args = term.op, term.args
        if op in INFIX:
            return _infix(self.real(args[0], scope), ROCQ[op].sign, self.real(args[1], scope))
        if op is NEG:
            return f"(- {_apart(args[0], self.real(args[0], scope))})"
        if ROCQ[op].sorts:
            return self._applied(op, args, scope)
        raise ExportError(f"{term} of sort {term.sort} has no text as a number")

    def _applied(self, op: Op, args: tuple[Term, ...], scope: tuple[str, ...]) -> str:
        """The operator's constant and its arguments, each at the sort at which the constant takes it."""
        rocq = ROCQ[op]
        return applied(rocq.name, *(self.text(a, s, scope) for a, s in zip(args, rocq.sorts, strict=True)))

    # --- integers as numbers -----------------------------------------------------------------------------------------

    def conversion(self, term: Term, scope: tuple[str, ...] = ()) -> str | None:
        """A proof that IZR of the text in Z is the text in R; None when the two are the same."""
        if end_of(term.sort) is not INT:
            return None
        if isinstance(term, Lam):
            name = self.letter(term, scope)
            values = self.conversion(term.body, (*scope, name))
            if values is None:
                return None
            dom = self.sort(term.dom)
            own = self.embedded(self.own(term, scope), term.sort, len(scope), scope)
            return f"(fun_ext {own} {self.real(term, scope)} (fun {name} : {dom} => {values}))"
        if not isinstance(term, App) or isinstance(term.op, Definition):
            return None
        op, args = term.op, term.args
        if op in INFIX:
            lemma = {ADD: "real_add", SUB: "real_sub", MUL: "real_mul"}[op]
            words = [self.own(a, scope) for a in args] + [self.real(a, scope) for a in args]
            words += [self.converted(a, scope) for a in args]
        elif op is NEG:
            lemma = "real_neg"
            words = [self.own(args[0], scope), self.real(args[0], scope), self.converted(args[0], scope)]
        elif op is POW:
            lemma = "real_pow"
            words = [self.own(args[0], scope), self.own(args[1], scope), self.real(args[0], scope), "eq_refl"]
            words.append(self.converted(args[0], scope))
        elif op in (SUM, PROD):
            lemma = "real_sum" if op is SUM else "real_prod"
            body = args[2]
            assert isinstance(body, Lam)
            name = self.letter(body, scope)
            inside = self.converted(body.body, (*scope, name))
            words = [self.own(a, scope) for a in args] + [self.real(body, scope), f"(fun {name} : Z => {inside})"]
        else:
            raise ExportError(f"{term} cannot be converted from an integer")
        return f"({lemma} {' '.join(words)})"

    def converted(self, term: Term, scope: tuple[str, ...] = ()) -> str:
        """As ``conversion``, with reflexivity for None."""
        return self.conversion(term, scope) or f"(eq_refl {self.real(term, scope)})"


def number(value: int) -> str:
    return str(value) if value >= 0 else f"({value})"


def _infix(left: str, sign: str, right: str, kind: str = "sum") -> str:
    return Bracketed(f"{operand(left)} {sign} {operand(right)}", kind)


def _apart(term: Term, text: str) -> str:
    """A number after a minus sign stands in brackets: (- (3)) is the opposite of 3, and (-3) a number."""
    return f"({text})" if isinstance(term, Num) and not text.startswith("(") else operand(text)


def _spine(term: Term) -> tuple[Term, list[tuple[Term, Sort]]]:
    """The function at the head, and its arguments with the sorts asked for."""
    head, args = spine(term)
    sort, out = head.sort, list[tuple[Term, Sort]]()
    for arg in args:
        assert isinstance(sort, Fn)
        out.append((arg, sort.dom))
        sort = sort.cod
    return head, out


def definitions_in(terms: Iterable[Term]) -> list[Definition]:
    """The definitions that the terms rest on, each after those in its body."""
    out: dict[Definition, None] = {}
    seen: set[Term] = set()

    def used(term: Term) -> list[Definition]:
        """Those at the terms in it that were not seen before."""
        found: list[Definition] = []
        stack = [term]
        while stack:
            t = stack.pop()
            if t not in seen:
                seen.add(t)
                found += [t.op] if isinstance(t, App) and isinstance(t.op, Definition) else []
                stack.extend(parts_of(t))
        return found

    def add(definition: Definition) -> None:
        if definition not in out:
            for t in subterms(definition.body):  # seen or not: it must stand before this one
                if isinstance(t, App) and isinstance(t.op, Definition):
                    add(t.op)
            out[definition] = None

    for t in terms:
        for d in used(t):
            add(d)
    return list(out)


def variables_in_order(terms: Iterable[Term]) -> list[Var]:
    """The free variables, in the order in which a reader meets them."""
    out: dict[Var, None] = {}

    def walk(t: Term) -> Iterator[Var]:
        if not t.free:
            return
        if isinstance(t, Var):
            yield t
        elif isinstance(t, App):
            for a in t.args:
                yield from walk(a)
        elif isinstance(t, At):
            yield from walk(t.fn)
            yield from walk(t.arg)
        elif isinstance(t, Lam):
            yield from walk(t.body)

    for term in terms:
        for v in walk(term):
            out.setdefault(v)
    return list(out)
