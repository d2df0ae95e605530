r"""A display's tokens as rows: ``\\`` ends one, those of ``aligned`` and ``split`` count, and words around the formula are notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from derive.notes.document.build import GAP, ROWS, Builder
from derive.notes.document.pages import Row
from derive.notes.document.tokens import Token
from derive.notes.document.tree import Atom, Node, Span, Table, Words

_ENDS = frozenset(("&", r"\\", r"\cr", r"\newline"))
_NO_GAPS = frozenset(("eqnarray", "IEEEeqnarray", "IEEEeqnarraybox", "array", "darray"))
"""Their columns are the two sides of a relation, and the relation."""
_JOINING = frozenset(
    [
        r",",
        r";",
        r".",
        r":",
        r"=",
        r"<",
        r">",
        r"+",
        r"-",
        r"\le",
        r"\ge",
        r"\ne",
        r"\approx",
        r"\propto",
        r"\sim",
        r"\equiv",
        r"\implies",
        r"\iff",
        r"\to",
        r"\cdot",
        r"\times",
        r"\in",
        r"\coloneqq",
        r"\triangleq",
        r"\therefore",
        r"\because",
    ]
)
_LEADING = frozenset(
    [
        "so",
        "hence",
        "thus",
        "therefore",
        "thereby",
        "and",
        "or",
        "where",
        "with",
        "then",
        "since",
        "because",
        "note",
        "also",
        "if",
        "for",
        "by",
        "now",
        "let",
        "but",
        "similarly",
        "finally",
        "which",
        "we",
        "as",
        "using",
        "from",
        "it",
        "this",
        "substituting",
        "taking",
        "setting",
        "recall",
        "clearly",
        "again",
        "that",
        "while",
    ]
)
_TRAILING = _LEADING | frozenset(
    [
        "when",
        "whenever",
        "due",
        "given",
        "under",
        "assuming",
        "provided",
        "otherwise",
        "per",
        "in",
        "on",
        "at",
        "is",
        "i.e.",
        "e.g.",
        "cf.",
        "see",
    ]
)


def rows_of(
    tokens: Sequence[Token], end: int, environment: str, text: str, line: Callable[[int], int]
) -> tuple[Row, ...]:
    """The rows of a display.  ``text``: the document's; ``line``: the line of an offset."""
    builder = Builder(tokens, end)
    plain: list[tuple[list[Node], str, str]] = []
    nodes: list[Node] = []
    columns = 0
    while True:
        nodes += builder.sequence(_ENDS)
        token = builder.peek()
        if token is not None:
            builder.take()
        if token is not None and token.text == "&":
            columns += 1
            if columns % 2 == 0 and environment not in _NO_GAPS:
                nodes.append(Atom(GAP, Span(token.start, token.end)))
            continue
        plain += [(row, builder.label, builder.tag) for row in _spliced(nodes)]
        builder.label = builder.tag = ""
        nodes, columns = [], 0
        if token is None:
            break
        builder.after_row()
    return _told(plain, builder.words, text, line)


def _spliced(nodes: Sequence[Node]) -> list[list[Node]]:
    """The rows that a row is, when a table in it is rows of the display: what stands before it is in its first row, what
    follows in its last."""
    rows: list[list[Node]] = [[]]
    alone = not [
        n for n in nodes if not isinstance(n, Table) and not (isinstance(n, Atom) and n.text in (GAP, ".", ",", ";"))
    ]
    for node in nodes:
        if not isinstance(node, Table) or node.name not in ROWS or (node.name == "array" and not alone):
            rows[-1].append(node)
            continue
        inner = [r for row in node.rows for r in _spliced(_joined(row, node.name))] or [[]]
        rows[-1] += inner[0]
        rows += inner[1:]
    return rows


def _joined(cells: Sequence[Sequence[Node]], name: str) -> list[Node]:
    out: list[Node] = []
    for n, cell in enumerate(cells):
        if n and n % 2 == 0 and name not in _NO_GAPS and cell:
            out.append(Atom(GAP, Span(cell[0].span.start, cell[0].span.start)))
        out += cell
    return out


def _told(
    plain: Sequence[tuple[list[Node], str, str]],
    braces: Sequence[tuple[str, int]],
    text: str,
    line: Callable[[int], int],
) -> tuple[Row, ...]:
    """The rows with their words as notes.  Words that have no formula go to the row that follows, or to the last one."""
    out: list[Row] = []
    waiting: list[str] = []
    for nodes, label, tag in plain:
        if not nodes:
            continue
        span = Span(nodes[0].span.start, max(n.span.end for n in nodes))
        items, before, behind = _without_words(nodes, text)
        under = [words for words, at in braces if span.start <= at <= span.end]
        notes = [*waiting, *before, *under, *behind]
        waiting = []
        if items:
            out.append(Row(tuple(items), span, line(items[0].span.start), tuple(n for n in notes if n), label, tag))
        else:
            waiting = notes
    if waiting and out:
        last = out.pop()
        out.append(Row(last.items, last.span, last.line, (*last.notes, *waiting), last.label, last.tag))
    return tuple(out)


def _without_words(nodes: Sequence[Node], text: str) -> tuple[list[Node], list[str], list[str]]:
    """The formula of a row, and the words before and behind it."""
    rest = list(nodes)
    before: list[str] = []
    while rest and (_is_gap(rest[0]) or _opens(rest)):
        node = rest.pop(0)
        before += [node.text.strip()] if isinstance(node, Words) else []
    behind: list[str] = []
    for n, node in enumerate(rest):
        if n and isinstance(node, Words) and _closes(rest, n):
            behind = [_as_words(rest[n:], text)]
            rest = rest[:n]
            break
    return _without_gaps(rest), before, behind


def _first_word(words: Words) -> str:
    found = re.match(r"[\s,;.]*([A-Za-z.]*)", words.text)
    return found[1].casefold() if found else ""


def _opens(nodes: Sequence[Node]) -> bool:
    """Whether a row begins with words that are no part of its formula: what follows is none, or they are such as begin a sentence."""
    first = nodes[0]
    if isinstance(first, Words) and len(nodes) > 1 and _is_gap(nodes[1]) and first.text.lstrip()[:1] in ("(", "["):
        return True  # the number of a case
    return isinstance(first, Words) and (
        len(nodes) == 1 or not first.text.strip() or _first_word(first) in _LEADING or len(first.text.split()) > 3
    )


def _closes(nodes: Sequence[Node], n: int) -> bool:
    """Whether the words at ``n`` say something of the formula before them, so that all that follows belongs to them."""
    words, before = nodes[n], nodes[n - 1]
    assert isinstance(words, Words)
    if words.text.lstrip()[:1] in ("(", "[") or _first_word(words) in _TRAILING:
        return True
    apart = _is_gap(before) or (isinstance(before, Atom) and before.text in (",", ".", ";"))
    return apart and all(
        isinstance(x, Words) or _is_gap(x) or (isinstance(x, Atom) and x.text in ",.;") for x in nodes[n:]
    )


def _is_gap(node: Node) -> bool:
    return isinstance(node, Atom) and node.text == GAP


def _as_words(nodes: Sequence[Node], text: str) -> str:
    """Words and the formulas among them, these between dollars as they were typed."""
    out: list[str] = []
    formula: list[Node] = []
    for node in (*nodes, None):
        if node is not None and not isinstance(node, Words):
            formula += [] if _is_gap(node) else [node]
            continue
        if formula:
            typed = text[formula[0].span.start : max(n.span.end for n in formula)]
            out.append("$" + typed.strip(" \n\t,.;") + "$")
            formula = []
        if node is not None:
            out.append(node.text.strip())
    return " ".join(part for part in out if part)


def _without_gaps(nodes: Sequence[Node]) -> list[Node]:
    """Without the gaps that part no two formulas."""
    out: list[Node] = []
    for n, node in enumerate(nodes):
        if _is_gap(node):
            after = nodes[n + 1] if n + 1 < len(nodes) else None
            if not out or after is None or _is_gap(after) or _joins(out[-1]) or _joins(after):
                continue
        out.append(node)
    return out


def _joins(node: Node) -> bool:
    return isinstance(node, Atom) and node.text in _JOINING
