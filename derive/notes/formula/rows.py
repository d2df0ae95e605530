"""Rows of displays taken apart: expressions, and the relation signs between them; chains that go on over rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derive.notes.document.pages import Display, Row
from derive.notes.document.tree import Atom, Node, Script, Span
from derive.notes.formula.tokens import (
    COMPARISONS,
    GAP,
    UNTOLD,
    Token,
    Tokens,
    UnreadableError,
    refuse_depth,
    sign_of,
    tokens_of,
)

CHAINED = COMPARISONS | UNTOLD | frozenset(("≈", "∝", ":=", "∈", "~", "⇒", "⇔"))
"""Relations of which a chain is made, and arrows between chains."""
_SKIPPED = frozenset(("∴", "∵", "\\qquad", ".", "\\Longleftrightarrow", "\\blacksquare", "\\square"))
_STATEMENT = frozenset(("⇒", "⇔"))
_PARTS = frozenset((",", ";", "⇒", "⇔"))
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
    condition: bool = False  # behind the row's formula: k = 1, ..., K


ACRONYMS = frozenset(("CE", "BCE", "NLL", "PPL", "ELBO", "MSE", "JSD", "LSE"))
"""Quantities that are called by their first letters, typed as letters."""


def words_in(pages: Iterable[tuple[Node, ...]]) -> frozenset[str]:
    """Names of several letters typed as letters: a run that begins with a capital, before a bracket, or one of the acronyms.

    Of capitals before a bracket, FL(p), some letter never stands alone on the page: else it is a product."""
    out: set[str] = set()
    alone: set[str] = set()
    capitals: set[str] = set()
    for nodes in pages:
        run = ""
        for node in (*nodes, None):
            if isinstance(node, Atom) and len(node.text) == 1 and node.text.isalpha():
                run += node.text
                continue
            opens = isinstance(node, Atom) and node.text == "("
            if len(run) > 2 and run[0].isupper() and run[1:].islower() and opens:
                out.add(run)
            out |= {run} & ACRONYMS
            capitals |= {run} if len(run) > 1 and run.isupper() and opens else set()
            alone |= {run} if len(run) == 1 else set()
            run = ""
            if (
                isinstance(node, Script)
                and isinstance(node.base, Atom)
                and node.base.text.isalpha()
                and len(node.base.text) == 1
            ):
                alone.add(node.base.text)
    return frozenset(out | {run for run in capitals if not set(run) <= alone})


def cells_of(
    display: Display, words: frozenset[str], text: str = "", indices: frozenset[str] = frozenset()
) -> list[list[Cell]]:
    """The chains of a display, each a list of cells.  The first cell of the first chain has a sign where the display goes on from the
    one before.  ``text``: the document, in which & says where left sides end; ``indices``: its letters that are indices."""
    chains: list[list[Cell]] = []
    waiting: tuple[Node, ...] = ()
    first: tuple[int, Row] | None = None
    for n, row in enumerate(display.rows):
        items = waiting + row.items
        first = first or (n, row)
        if _open(items) and n + 1 < len(display.rows):
            waiting = items
            continue
        for cell in _cells(items, *first, row.notes, words, indices):
            _put(chains, cell, text)
        waiting, first = (), None
    return chains


def _put(chains: list[list[Cell]], cell: Cell, text: str) -> None:
    """A cell goes on with the chain, begins one, or is the rest of the last expression."""
    goes_on = (
        bool(cell.sign)
        and cell.sign not in _STATEMENT
        and (cell.condition == chains[-1][-1].condition if chains else True)
    )
    if not chains:
        chains.append([cell])
    elif goes_on:
        chains[-1].append(cell)
    elif not cell.sign and not cell.condition and _rest(chains[-1], cell, text):
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


def _begins(start: Cell, cell: Cell, text: str) -> bool:
    """Whether a row that begins with a minus has a left side of its own there: it stands before the &, or is that of the chain."""
    row = max(text.rfind("\\\\", 0, cell.span.start), text.rfind("\\begin", 0, cell.span.start), 0)
    if "&" in text[row : cell.span.start]:
        return False
    same = text[cell.span.start : cell.span.end].strip() == text[start.span.start : start.span.end].strip() != ""
    return same or text[cell.span.end :].lstrip().startswith("&")


def _rest(chain: list[Cell], cell: Cell, text: str) -> bool:
    """Whether an expression goes on with the last one of the chain, in a row of its own."""
    last = chain[-1]
    if last.row == cell.row or last.unread or cell.unread or not cell.tokens:
        return False
    first = cell.tokens[0]
    ends = bool(last.tokens) and last.tokens[-1].kind == "sign" and last.tokens[-1].text in _CONTINUES
    if ends or not last.tokens or first.kind != "sign":
        return ends or not last.tokens
    return first.text in ("+", "·", "/") or (first.text == "-" and not _begins(chain[0], cell, text))


def _open(items: tuple[Node, ...]) -> bool:
    depth = 0
    for node in items:
        base = node.base if isinstance(node, Script) else node
        text = base.text if isinstance(base, Atom) else ""
        depth += (text in ("(", "[", "\\{")) - (text in (")", "]", "\\}"))
    return depth > 0


def _cells(
    items: tuple[Node, ...], n: int, row: Row, notes: tuple[str, ...], words: frozenset[str], indices: frozenset[str]
) -> Iterator[Cell]:
    """The cells of one row, in order."""
    try:
        tokens = refuse_depth(tokens_of(items, words, gaps=True))
        main, conditions = _conditions(
            tuple(t for t in tokens if t.kind != "words" and not (t.kind == "sign" and t.text in _SKIPPED)), indices
        )
    except UnreadableError as error:
        yield from _unread(items, n, row, notes, error)
        return
    sign, count = "", 0
    part: list[Token] = []
    for t in main:
        text = t.text if t.kind == "sign" else ""
        if text in CHAINED or text in _PARTS:
            if part or sign or count:
                yield _cell(sign, tuple(part), n, row, notes, t.span)
            count += bool(part or sign)
            sign, part = ("" if text in _PARTS else text), []
            count = 0 if text in _PARTS else count + 1
        else:
            part.append(t)
    if part or sign:
        yield _cell(sign, tuple(part), n, row, notes, row.span)
    for piece in conditions:
        yield from _condition(piece, n, row)


def _conditions(tokens: Tokens, indices: frozenset[str]) -> tuple[Tokens, list[Tokens]]:
    """The row's formula, and the conditions behind it: after a comma or a wide space, or with "for all" before them."""
    pieces: list[list[Token]] = [[]]
    for i, t in enumerate(tokens):
        near = {x.text for x in (*tokens[max(0, i - 1) : i], *tokens[i + 1 : i + 2])}
        cuts = t.kind == "sign" and (t.text in (GAP, "∀") or (t.text in (",", ";") and "…" not in near))
        if cuts:
            _between_digits(tokens, i)
            pieces.append([t])
        else:
            pieces[-1].append(t)
    main, conditions = list(pieces[0]), []
    for n, piece in enumerate(pieces[1:], 1):
        bare = tuple(t for t in piece[1:] if t.text != GAP)
        if (
            len(bare) == 1
            and bare[0].kind == "name"
            and n + 1 < len(pieces)
            and _limits(tuple(pieces[n + 1][1:]), indices)
        ):
            pieces[n + 1][1:1] = [*bare, Token("sign", ",", bare[0].span)]  # a, b > 0
            continue
        if not bare:
            continue
        if pieces[0] and (piece[0].text == "∀" or _limits(bare, indices)):
            conditions.append(bare)
        elif conditions:
            conditions[-1] = (*conditions[-1], *piece[:1], *bare)
        else:
            apart = (
                piece[0].text == GAP and any(t.text in CHAINED for t in bare) and any(t.text in CHAINED for t in main)
            )
            comma = [Token("sign", ",", piece[0].span)] if apart else []
            main += comma + [t for t in piece if t.text != GAP]
    return tuple(main), conditions


def _between_digits(tokens: Tokens, i: int) -> None:
    """Refuses 1,5 x, which may be one number; k = 1,2 is a list."""
    around = tokens[max(0, i - 1) : i + 2]
    if [x.kind for x in around] != ["number", "sign", "number"] or around[0].span.end + 1 != around[2].span.start:
        return
    behind = tokens[i + 2] if i + 2 < len(tokens) else None
    if i == 1 or not (behind is None or behind.text in (",", ";", "…", GAP, ".")):
        raise UnreadableError(",", tokens[i].span, "1.5 or 1{,}5 is one number, and 1, 5 with a space are two")


def _limits(tokens: Tokens, indices: frozenset[str]) -> bool:
    """Whether a piece says within what a letter runs: k = 1, ..., K;  k = 1;  i = j of two indices;  j \\ne i;  x \\in S;  a > 0."""
    signs = [i for i, t in enumerate(tokens) if t.kind == "sign" and t.text in ("=", "∈", "!=", "<", ">", "<=", ">=")]
    if not signs:
        return False
    left, right = tokens[: signs[0]], tokens[signs[-1] + 1 :]
    if any(t.text == "," for t in left):
        left = left[-1:]
    if len(left) != 1 or left[0].kind not in ("name", "number") or not right:
        return False
    if tokens[signs[0]].text != "=":
        return len(right) == 1
    return len(left[0].text) == 1 and (
        any(t.text == "…" for t in right)
        or (len(right) == 1 and (right[0].kind == "number" or {left[0].text, right[0].text} <= indices))
    )


def _condition(tokens: Tokens, n: int, row: Row) -> Iterator[Cell]:
    """A condition as cells, one for each relation sign in it."""
    span = Span(tokens[0].span.start, tokens[-1].span.end)
    yield Cell("", tokens, n, row.line, span, condition=True)
    for t in tokens:
        if t.kind == "sign" and t.text in CHAINED:
            yield Cell(t.text, tokens, n, row.line, span, condition=True)


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
