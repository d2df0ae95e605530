"""What conditions say of names beside what defines them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from derive.board.held import tied
from derive.kernel.terms import EQ, App, Num, Term
from derive.notes.document.pages import Document, Inline
from derive.notes.formula.parser import Parser
from derive.notes.formula.surface import Expr
from derive.notes.formula.tokens import Tokens, UnreadableError
from derive.notes.meaning.chain import Reading
from derive.notes.meaning.sayings import ENDS
from derive.notes.meaning.sorts import Key, key_of
from derive.notes.meaning.world import facts_of
from derive.render.pens.text import term_text
from derive.tactics import consequences
from derive.tactics.context import Context
from derive.tactics.derived import strip_forall

_IS_THE = re.compile(r"\W*(?:is|are|be|denotes?|means|stands\s+for)\s+(?:the|an?|its|their)\b", re.IGNORECASE)
"""Behind a name: what follows says in words what it is."""
_APART = re.compile(r"\b(?:independent\w*|constant|fixed|free|not|never|regardless|irrespective)\b", re.IGNORECASE)
"""In a sentence with one of these a name may be said to hang on nothing."""


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


def told_in_words(
    document: Document, read: Callable[[Inline], Tokens | None], parser: Parser
) -> Iterator[tuple[str, str, set[str]]]:
    """Names of which the text says in words what they are, and the letters in the rest of the sentence: m is the mean of x_1, ..., x_n."""
    inline = [p for p in document.parts if isinstance(p, Inline)]
    for p in inline:
        rest = ENDS.split(document.text[p.span.end :], maxsplit=1)[0]
        if not _IS_THE.match(rest) or _APART.search(rest):
            continue
        tokens = read(p)
        found = parser.maybe(tokens)[:1] if tokens else []
        if not found or found[0].op != "ref":
            continue
        behind = [q for q in inline if p.span.end < q.span.start < p.span.end + len(rest)]
        letters = {str(t.text) for q in behind for t in read(q) or ()}
        yield " ".join(document.text[p.span.start : p.span.end + len(rest)].split()), found[0].ref.name, letters


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
