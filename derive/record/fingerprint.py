"""Digests of what a theorem says, sorts and definitions included, and of its recorded proof: every step, its rule and what the
rule was given."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from hashlib import sha256
from typing import Any

from derive.kernel.definitions import Definition
from derive.kernel.sorts import Base, Fn, SetOf, Sort
from derive.kernel.terms import App, At, Bound, Lam, Num, Op, Term, Var
from derive.kernel.theorem import Theorem, proof_steps


class Fingerprints:
    """Digests of theorems and terms.  Proofs share most of their parts, so each part is read once."""

    def __init__(self) -> None:
        self._known: dict[
            int, tuple[object, bytes]
        ] = {}  # by identity; the object is kept, so that no other gets its place

    def of_claim(self, name: str, given: Iterable[Term], shows: Term, theorem: Theorem) -> str:
        """Of all that a certificate is made from: what the theorem says, and how it was proved."""
        for step in proof_steps(theorem):
            self._of(step)  # premises first
        return self._digest("claim", name, tuple(given), shows, theorem).hex()

    def of_statement(self, given: Iterable[Term], shows: Term) -> str:
        """Of conditions and a claim, whether they are proved or not."""
        return self._digest("statement", tuple(given), shows).hex()

    def _of(self, thing: Any) -> bytes:
        known = self._known.get(id(thing))
        if known is None:
            known = self._known[id(thing)] = thing, self._digest(*_parts(thing))
        return known[1]

    def _digest(self, *parts: Any) -> bytes:
        out = sha256()
        for p in parts:
            out.update(f"{len(p)} {p}".encode() if isinstance(p, str) else self._of(p))
        return out.digest()


def _parts(thing: Any) -> tuple[Any, ...]:
    """The kind of a thing, and what it consists of."""
    kind = type(thing).__name__
    if isinstance(thing, Theorem):
        return kind, thing.proof.rule, thing.hyps, thing.concl, thing.proof.args
    if isinstance(thing, Var):
        return kind, thing.name, thing.sort
    if isinstance(thing, Bound):
        return kind, str(thing.index), thing.sort
    if isinstance(thing, Num):
        return kind, str(thing.value)
    if isinstance(thing, App):
        return kind, thing.op, *thing.args
    if isinstance(thing, At):
        return kind, thing.fn, thing.arg
    if isinstance(thing, Lam):
        return kind, thing.hint, thing.dom, thing.body
    if isinstance(thing, Definition):
        return kind, thing.name, thing.params, thing.body
    if isinstance(thing, (Op, Base)):
        return kind, thing.name
    if isinstance(thing, Fn):
        return kind, thing.dom, thing.cod
    if isinstance(thing, SetOf):
        return kind, thing.elem
    if isinstance(thing, tuple):
        return kind, str(len(thing)), *thing
    if isinstance(thing, Sort):
        return kind, repr(thing)
    if thing is None or isinstance(thing, (str, int, Fraction)):
        return kind, str(thing)
    raise TypeError(f"{thing!r} is no part of a proof")
