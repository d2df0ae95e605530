"""Rows of displays taken apart: expressions, and the relation signs between them; chains that go on over rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derive.notes.document.pages import Display, Row
from derive.notes.document.tree import Atom, Node, Script, Span
from derive.notes.formula.tokens import Token, Tokens, UnreadableError, sign_of, tokens_of

CHAINED = frozenset(("=", "<=", ">=", "<", ">", "!=", "≈", "∝", ":=", "∈", "~", "⇒", "⇔"))
"""Relations of which a chain is made, and arrows between chains."""
_SKIPPED = frozenset(("∴", "∵", "\\qquad", ".", "\\Longleftrightarrow", "\\blacksquare", "\\square"))
_STATEMENT = frozenset(("⇒", "⇔"))
_CONTINUES = frozenset(("+", "-", "·", "/"))


@dataclass(frozen=True, slots=True)
class Cell:
    """An expression between two relation signs, and the sign before it: "" where a chain begins.  ``unread``: why it has no tokens."""

    sign: str
    tokens: Tokens
    row: int
    line: int
    span: Span
    notes: tuple[str, ...] = ()
    unread: UnreadableError | None = None


def words_in(pages: Iterable[tuple[Node, ...]]) -> frozenset[str]:
    """Names of several letters typed as letters: a run that begins with a capital, before a bracket."""
    out: set[str] = set()
    for nodes in pages:
        run = ""
        for node in nodes:
            if isinstance(node, Atom) and len(node.text) == 1 and node.text.isalpha():
                run += node.text
                continue
            opens = isinstance(node, Atom) and node.text == "("
            if len(run) > 2 and run[0].isupper() and run[1:].islower() and opens:
                out.add(run)
            run = ""
            if (
                isinstance(node, Script)
                and isinstance(node.base, Atom)
                and node.base.text.isalpha()
                and len(node.base.text) == 1
            ):
                run = ""
    return frozenset(out)


def cells_of(display: Display, words: frozenset[str]) -> list[list[Cell]]:
    """The chains of a display, each a list of cells.  The first cell of the first chain has a sign where the display goes on from the
    one before."""
    chains: list[list[Cell]] = []
    waiting: tuple[Node, ...] = ()
    first: tuple[int, Row] | None = None
    for n, row in enumerate(display.rows):
        items = waiting + row.items
        first = first or (n, row)
        if _open(items) and n + 1 < len(display.rows):
            waiting = items
            continue
        for cell in _cells(items, *first, row.notes, words):
            _put(chains, cell)
        waiting, first = (), None
    return chains


def _put(chains: list[list[Cell]], cell: Cell) -> None:
    """A cell goes on with the chain, begins one, or is the rest of the last expression."""
    goes_on = bool(cell.sign) and cell.sign not in _STATEMENT
    if not chains:
        chains.append([cell])
    elif goes_on:
        chains[-1].append(cell)
    elif not cell.sign and _rest(chains[-1][-1], cell):
        last = chains[-1].pop()
        span = Span(last.span.start, cell.span.end)
        chains[-1].append(
            Cell(
                last.sign,
                last.tokens + cell.tokens,
                last.row,
                last.line,
                span,
                last.notes + cell.notes,
                last.unread or cell.unread,
            )
        )
    else:
        chains.append([cell])


def _rest(last: Cell, cell: Cell) -> bool:
    if last.row == cell.row or last.unread or cell.unread or not cell.tokens:
        return False
    first = cell.tokens[0]
    ends = bool(last.tokens) and last.tokens[-1].kind == "sign" and last.tokens[-1].text in _CONTINUES
    return ends or not last.tokens or (first.kind == "sign" and first.text in ("+", "·", "/", "-"))


def _open(items: tuple[Node, ...]) -> bool:
    depth = 0
    for node in items:
        base = node.base if isinstance(node, Script) else node
        text = base.text if isinstance(base, Atom) else ""
        depth += (text in ("(", "[", "\\{")) - (text in (")", "]", "\\}"))
    return depth > 0


def _cells(items: tuple[Node, ...], n: int, row: Row, notes: tuple[str, ...], words: frozenset[str]) -> Iterator[Cell]:
    """The cells of one row, in order."""
    try:
        tokens = tokens_of(items, words)
    except UnreadableError as error:
        yield from _unread(items, n, row, notes, error)
        return
    sign, count = "", 0
    part: list[Token] = []
    for t in tokens:
        if t.kind == "words" or (t.kind == "sign" and t.text in _SKIPPED):
            continue
        text = t.text if t.kind == "sign" else ""
        if text in CHAINED or text in (",", ";"):
            if part or sign or count:
                yield _cell(sign, tuple(part), n, row, notes, t.span)
            count += bool(part or sign)
            sign, part = ("" if text in (",", ";", "⇒", "⇔") else text), []
            if text in (",", ";", "⇒", "⇔"):
                count = 0
            else:
                count += 1
        else:
            part.append(t)
    if part or sign:
        yield _cell(sign, tuple(part), n, row, notes, row.span)


def _cell(sign: str, tokens: Tokens, n: int, row: Row, notes: tuple[str, ...], where: Span) -> Cell:
    span = Span(tokens[0].span.start, tokens[-1].span.end) if tokens else where
    return Cell(sign, tokens, n, row.line, span, notes)


def _unread(
    items: tuple[Node, ...], n: int, row: Row, notes: tuple[str, ...], error: UnreadableError
) -> Iterator[Cell]:
    """Cells of a row that cannot be read, as many as it has signs outside brackets."""
    signs: list[str] = []
    depth, started = 0, False
    for node in items:
        base = node.base if isinstance(node, Script) else node
        text = base.text if isinstance(base, Atom) else ""
        depth += (text in ("(", "[", "\\{")) - (text in (")", "]", "\\}"))
        sign = sign_of(text)
        if depth <= 0 and sign in CHAINED and sign not in _STATEMENT:
            signs.append(sign)
        elif not signs:
            started = True
    if started or not signs:
        yield Cell("", (), n, row.line, row.span, notes, error)
    for sign in signs:
        yield Cell(sign, (), n, row.line, row.span, notes, error)
