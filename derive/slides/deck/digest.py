"""The digest of a checked statement: it changes when the claim, a condition or a definition in them does."""

from __future__ import annotations

import hashlib

from derive.kernel.definitions import Definition
from derive.kernel.terms import App, Bound, Lam, Num, Term, Var, parts_of, subterms
from derive.record import Derivation


def statement_digest(d: Derivation) -> str:
    """16 hexadecimal digits for the statement with its conditions, and for all definitions in it and in its derivation.

    Letters of bound variables do not count.  A derivation with a gap is not checked, and has another digest.
    """
    statements = [*d.given, d.claim, *(b.start for b in d.blocks), *(line.term for line in d.lines)]
    text = ["gap" if d.theorem is None else "checked", *(f"given {_spelled(g)}" for g in d.given), _spelled(d.claim)]
    definitions: dict[str, Definition] = {}
    while statements:
        for part in subterms(statements.pop()):
            if isinstance(part, App) and isinstance(part.op, Definition) and part.op.name not in definitions:
                definitions[part.op.name] = part.op
                statements.append(part.op.body)
    for name in sorted(definitions):
        d_ = definitions[name]
        text.append(f"{name} {' '.join(_spelled(p) for p in d_.params)} := {_spelled(d_.body)}")
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
