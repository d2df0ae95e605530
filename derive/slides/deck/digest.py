"""The digest of a checked statement: it changes when the claim, a condition or a definition in them does."""

from __future__ import annotations

import hashlib

from derive.kernel.terms import App, Bound, Lam, Num, Term, Var, parts_of
from derive.record import Derivation
from derive.record.letters import definitions_in


def statement_digest(d: Derivation) -> str:
    """16 hexadecimal digits for the statement with its conditions, and for all definitions in it and in its derivation.

    Letters of bound variables do not count.  A derivation with a gap is not checked, and has another digest.
    """
    text = ["gap" if d.theorem is None else "checked", *(f"given {_spelled(g)}" for g in d.given), _spelled(d.claim)]
    for definition in sorted(definitions_in(d.terms), key=lambda f: f.name):
        text.append(f"{definition.name} {' '.join(map(_spelled, definition.params))} := {_spelled(definition.body)}")
    return hashlib.sha256("\n".join(text).encode()).hexdigest()[:16]


def _spelled(term: Term) -> str:
    """A term in one unambiguous way, without letters for bound variables."""
    if isinstance(term, Num):
        return str(term.value)
    if isinstance(term, Var):
        return f"{term.name}:{term.sort!r}"
    if isinstance(term, Bound):
        return f"#{term.index}"
    head = f"\\{term.dom!r}" if isinstance(term, Lam) else term.op.name if isinstance(term, App) else "@"
    return f"({' '.join([head, *map(_spelled, parts_of(term))])})"
