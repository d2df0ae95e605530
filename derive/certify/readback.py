"""Reads the claim and the definitions of a certificate back from their Rocq text into terms of the kernel.

The reader knows only the subset of Rocq that ``translate`` writes, and shares no code with it.  Everything else is a
ReadError, so a text that Rocq might understand in another way is never taken for a theorem of the kernel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, SetOf, Sort
from derive.kernel.terms import App, Bound, Lam, Num, SortError, Term, Var, app, at, forall, implies, lam, spine
from derive.operators import CARDS


class ReadError(ValueError):
    """Text that is not in the subset; the message says what was found where."""


def closed(variables: Sequence[Var], hypotheses: Sequence[Term], conclusion: Term) -> Term:
    """For all variables: hypotheses => conclusion, as one statement; two are equal when they differ in letters only."""
    out = implies(*hypotheses, conclusion)
    for v in reversed(variables):
        out = forall(v, out)
    return out


class Body(NamedTuple):
    parameters: tuple[Var, ...]
    body: Term


_TOKEN = re.compile(r"\s*(?:(-?\d+)(?![\w'])|([A-Za-z_][\w']*)|(<->|->|<>|<=|:=|=>|%Z|[-()+*/=<~:,.]))")
_OPERATORS = {
    name: (card.op, card.op.arity)
    for card in CARDS.values()
    for name in ("" if card.rocq.sign else card.rocq.name, card.rocq.integers, card.rocq.sets)
    if name
}
_SIGNS = {card.rocq.sign: card.op for card in CARDS.values() if card.rocq.sign and card.op.arity == 2}
_RESERVED = {*_OPERATORS, "SetOf", "IZR", "Z", "R", "Prop", "Type", "forall", "fun"}


class Reader:
    """One sentence.  ``bases`` and ``constants`` say what the names of the certificate stand for."""

    def __init__(self, text: str, bases: Mapping[str, Base], constants: Mapping[str, Definition]) -> None:
        self.tokens: list[str] = []
        place = 0
        text = text.rstrip()
        while place < len(text):
            m = _TOKEN.match(text, place)
            if m is None:
                raise ReadError(f"{text[place : place + 20]!r} is not in the subset")
            number, word, sign = m.groups()
            if number and number.startswith("-") and self.tokens and self.tokens[-1] not in ("(",):
                number, place = "-", m.start(1) + 1  # a minus sign between two terms
                self.tokens.append("-")
                continue
            self.tokens.append(number or word or sign)
            place = m.end()
        self.at = 0
        self.bases, self.constants = bases, constants
        self.scope: dict[str, Var] = {}
        self.sorts: dict[str, Base] = {}  # the abstract sorts bound so far
        self.fresh = 0

    # --- tokens ------------------------------------------------------------------------------------------------------

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.next
        if not token or (wanted and token != wanted):
            raise ReadError(f"{wanted or 'more'} is missing at {' '.join(self.tokens[self.at : self.at + 6])!r}")
        self.at += 1
        return token

    def name(self) -> str:
        token = self.take()
        if not re.fullmatch(r"[A-Za-z][\w']*", token) or token in _RESERVED or token in self.constants:
            raise ReadError(f"{token} cannot be bound")
        return token

    # --- sorts -------------------------------------------------------------------------------------------------------

    def sort(self) -> Sort:
        first = self.simple_sort()
        if self.next != "->":
            return first
        self.take()
        return Fn(first, self.sort())

    def simple_sort(self) -> Sort:
        token = self.take()
        if token == "Z":
            return INT
        if token == "R":
            return REAL
        if token == "Prop":
            return PROP
        if token == "SetOf":
            return SetOf(self.simple_sort())
        if token == "(":
            out = self.sort()
            self.take(")")
            return out
        if token in self.sorts:
            return self.sorts[token]
        raise ReadError(f"{token} is not a sort")

    def binders(self) -> list[Var]:
        """``(Theta : Type) (o_Theta : Theta) (V : Z) ...``"""
        out: list[Var] = []
        while self.next == "(":
            self.take()
            name = self.name()
            self.take(":")
            if self.next == "Type":
                self.take()
                if name not in self.bases or name in self.sorts:
                    raise ReadError(f"the sort {name} is not one of the theorem's")
                self.sorts[name] = self.bases[name]
                for token in (")", "(", f"o_{name}", ":", name):
                    self.take(token)
            else:
                if name in self.scope or name in self.sorts:
                    raise ReadError(f"{name} is bound twice")
                var = Var(name, self.sort())
                self.scope[name] = var
                out.append(var)
            self.take(")")
        return out

    # --- terms -------------------------------------------------------------------------------------------------------

    def expression(self) -> Term:
        """What stands between brackets: a function, a statement for all, an application or one infix sign."""
        if self.next in ("fun", "forall"):
            word = self.take()
            name = self.name()
            self.take(":")
            sort = self.sort()
            self.take("=>" if word == "fun" else ",")
            self.fresh += 1
            var = Var(f"{self.fresh}.{name}", sort)
            before = self.scope.get(name)
            self.scope[name] = var
            body = self.expression()
            if before is None:
                del self.scope[name]
            else:
                self.scope[name] = before
            if word == "fun":
                return lam(var, body)
            return forall(var, body)
        part = self.compared()
        if self.next != "->":
            return part
        self.take()
        return implies(part, self.expression())

    def compared(self) -> Term:
        """One application, or two and the sign between them."""
        if self.next == "-":
            self.take()
            return app(k.NEG, self.application())
        if self.next == "~":
            self.take()
            inner = self.application()
            if not (isinstance(inner, App) and inner.op is k.EQ):
                raise ReadError("only an equation is negated")
            return app(k.NE, *inner.args)
        left = self.application()
        sign = self.next
        if sign == "/":
            self.take()
            right = self.application()
            if not (isinstance(left, Num) and isinstance(right, Num) and right.value > 1):
                raise ReadError("only numbers are divided by /")
            value = Fraction(left.value, right.value)
            if value.denominator != right.value:
                raise ReadError(f"{left}/{right} is not in lowest terms")
            return Num(value)
        if sign in _SIGNS:
            self.take()
            return app(_SIGNS[sign], left, self.application())
        return left

    def application(self) -> Term:
        """An atom, or a constant or family and its arguments."""
        token = self.next
        if token == "(":
            self.take()
            inner = self.expression()
            self.take(")")
            if self.next == "%Z":
                self.take()
                if inner.sort is not INT:
                    raise ReadError(f"{inner} is not an integer")
            return inner if isinstance(inner, Lam) else self.entries(inner)
        if re.fullmatch(r"-?\d+", token):
            self.take()
            if self.next == "%Z":
                self.take()
            return Num(int(token))
        word = self.take()
        if word in self.scope:
            return self.entries(self.scope[word])
        if word == "IZR":
            inner = self.atom()
            head = spine(inner)[0]
            if inner.sort is not INT or not (
                isinstance(head, Var) or (isinstance(head, App) and isinstance(head.op, Definition))
            ):
                raise ReadError(f"IZR stands before {inner}")
            return inner
        if word in _OPERATORS:
            op, count = _OPERATORS[word]
            return app(op, *(self.atom() for _ in range(count)))
        if word in self.constants:
            definition = self.constants[word]
            for base in sorted(_bases(definition), key=self._sort_name):
                self.take(self._sort_name(base))
                self.take(f"o_{self._sort_name(base)}")
            return self.entries(app(definition, *(self.atom() for _ in definition.params)))
        raise ReadError(f"{word} is not a name of the subset")

    def _sort_name(self, base: Base) -> str:
        return next(name for name, b in self.bases.items() if b is base)

    def entries(self, term: Term) -> Term:
        """``p t k``: the arguments that follow a family."""
        while self._starts_atom() and isinstance(term.sort, Fn):
            term = at(term, self.atom())
        return term

    def _starts_atom(self) -> bool:
        return self.next == "(" or bool(re.fullmatch(r"-?\d+|[A-Za-z][\w']*", self.next))

    def atom(self) -> Term:
        """One argument."""
        token = self.next
        if token == "(":
            self.take()
            inner = self.expression()
            self.take(")")
            if self.next == "%Z":
                self.take()
                if inner.sort is not INT:
                    raise ReadError(f"{inner} is not an integer")
            return inner
        if token in self.scope:
            self.take()
            return self.scope[token]
        if token in self.constants and not self.constants[token].params and not _bases(self.constants[token]):
            self.take()
            return app(self.constants[token])
        if re.fullmatch(r"\d+", token):
            self.take()
            if self.next == "%Z":
                self.take()
            return Num(int(token))
        raise ReadError(f"{token!r} is not an argument")

    def end(self) -> None:
        if self.at != len(self.tokens):
            raise ReadError(f"{' '.join(self.tokens[self.at : self.at + 6])!r} is left over")


def _bases(definition: Definition) -> set[Base]:
    out: set[Base] = set()

    def of_sort(sort: Sort) -> None:
        if isinstance(sort, Fn):
            of_sort(sort.dom)
            of_sort(sort.cod)
        elif isinstance(sort, SetOf):
            of_sort(sort.elem)
        elif isinstance(sort, Base) and sort not in (INT, REAL, PROP):
            out.add(sort)

    for p in definition.params:
        of_sort(p.sort)
    for t in k.subterms(definition.body):
        if isinstance(t, (Var, Bound)):
            of_sort(t.sort)
        elif isinstance(t, Lam):
            of_sort(t.dom)
        elif isinstance(t, App) and isinstance(t.op, Definition):
            out |= _bases(t.op)
    return out


def read_claim(text: str, bases: Mapping[str, Base], constants: Mapping[str, Definition]) -> Term:
    """The statement ``forall binders, H1 -> ... -> P``, closed."""
    try:
        r = Reader(text, bases, constants)
        variables: list[Var] = []
        if r.next == "forall" and r.tokens[1] == "(":
            r.take()
            variables = r.binders()
            r.take(",")
        statement = r.expression()
        r.end()
        return closed(variables, (), statement)
    except SortError as error:
        raise ReadError(str(error)) from None


def read_definition(text: str, bases: Mapping[str, Base], constants: Mapping[str, Definition]) -> Body:
    """``binders : sort := body``, what follows the name in a definition."""
    try:
        r = Reader(text, bases, constants)
        params = r.binders()
        r.take(":")
        sort = r.sort()
        r.take(":=")
        body = r.expression()
        r.end()
    except SortError as error:
        raise ReadError(str(error)) from None
    if body.sort is not sort:
        raise ReadError(f"the body is of sort {body.sort}, not {sort}")
    return Body(tuple(params), body)
