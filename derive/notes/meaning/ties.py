"""What conditions say of names beside what defines them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from derive.board.held import tied
from derive.kernel.terms import EQ, App, Num, Term
from derive.notes.document.pages import Document, Inline
from derive.notes.formula.parser import Parser
from derive.notes.formula.surface import Expr
from derive.notes.formula.tokens import Tokens, UnreadableError
from derive.notes.meaning.chain import Reading
from derive.notes.meaning.sorts import Key, key_of
from derive.notes.meaning.world import facts_of
from derive.render.pens.text import term_text
from derive.tactics import consequences
from derive.tactics.context import Context
from derive.tactics.derived import strip_forall


def follows(reading: Reading) -> bool:
    """Whether a row is seen to follow from what is declared, so that it is no definition."""
    return isinstance(reading.claim, App) and consequences.prove(reading.claim, Context.of(reading.given)) is not None


def constrains(fact: Term, reading: Reading) -> bool:
    """Whether a fact says what the left side of a row is, rather than what holds of it: beside Z > 0, Z = a + b is a definition, and
    Z = 1 a claim."""
    _, _, said = strip_forall(fact)
    return isinstance(reading.right, Num) or (isinstance(said, App) and said.op is EQ)


def constraints(
    document: Document, read: Callable[[Inline], Tokens | None], parser: Parser
) -> Iterator[tuple[int, str, tuple[Expr, ...]]]:
    """Equations of the text that set what they mention equal to a number, x^2 + y^2 = 1, whatever word stands before them."""
    for p in document.parts:
        tokens = read(p) if isinstance(p, Inline) else None
        if not tokens or not any(t.kind == "sign" and t.text == "=" for t in tokens):
            continue
        try:
            found = facts_of(parser, tokens)
        except UnreadableError:
            continue
        rels = tuple(r for chain in found for r in chain if r.data == "=" and any(a.op == "num" for a in r.args))
        if rels:
            yield p.span.start, document.text[p.span.start : p.span.end].strip("$"), rels


def tied_by_conditions(claim: Term, given: Sequence[Term]) -> str:
    """Why a derivative is not what a reader takes it for: it holds a letter fixed that the conditions tie to what moves."""
    given = tuple(given)
    while (tie := tied(claim, given)) is not None:
        if not _identity(tie.condition):
            return holds_fixed(tie.moving.name, tie.held.name, " ".join(term_text(tie.condition).split()))
        given = tuple(g for g in given if g != tie.condition)
    return ""


def _identity(condition: Term) -> bool:
    """Whether a condition holds of all values, and so ties nothing: that a softmax sums to one."""
    _, guards, said = strip_forall(condition)
    return isinstance(said, App) and consequences.prove(said, Context.of(guards)) is not None


def is_of(pattern: Expr, held: Key) -> bool:
    """Whether a definition is of a name with these arguments, or of the name whole; P(w; c) is another function than P(s' | s, a)."""
    if pattern.op != "ref" or pattern.ref.name != held[0]:
        return False
    return not pattern.args or len(key_of(pattern)[1]) in (0, len(held[1]))


def holds_fixed(moving: str, held: str, why: str) -> str:
    return f"a derivative by {moving} holds {held} fixed, but {why} ties {held} to {moving}; say what {held} is: %: {held} := ..."
