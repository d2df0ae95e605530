"""Words and formulas in Markdown, as pandoc, Marp and Slidev all read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from derive.render.formula.nodes import Prose, Strong
from derive.render.pens.web import web_latex
from derive.render.words.prose import clean
from derive.slides.deck import Block, Words

_SIGNS = re.compile(
    r"[\\`*_{}\[\]<>#$~^|@&]"
    r"|:(?=[/:])"  # addresses, pandoc's fences
    r"|-(?=-)|(?<=-)-"  # rules between slides, dashes
)
_APART = re.compile(r":(?=[\w+-]+:)|\\(?=[()\[\]])")  # emoji, MathJax's brackets: kept apart by a joiner of no width
_NUMBER = re.compile(r"\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+)(?=[.)](?:\s|$))")


def escaped(words: str, tool: str = "") -> str:
    """Words with every sign escaped that means something in Markdown, HTML or mathematics.

    ``tool``: slidev makes a Vue template of it, which would evaluate what stands in double braces; a notebook looks
    for dollars once more when the escapes are gone.
    """
    out = _SIGNS.sub(r"\\\g<0>", _APART.sub("\\g<0>\u2060", clean(words, single=True)))
    alone = {"slidev": r"\{\{", "notebook": r"\$"}.get(tool)
    kept = "<span v-pre>" if tool == "slidev" else "<span>"
    return out.replace(alone, f"{kept}{alone}</span>") if alone else out


def heading_markdown(heading: Prose, tool: str) -> str:
    """A sentence for a line that begins with #."""
    return at_start(prose_markdown(heading, tool))


def at_start(markdown: str) -> str:
    """Escaped words for the beginning of a line or of a list item, where a number or a dash would begin a list."""
    number = _NUMBER.match(markdown)
    if number:
        markdown = f"{number[0]}\\{markdown[number.end() :]}"
    return f"\\{markdown}" if re.match(r"[-+=%:(!]", markdown) else markdown


def prose_markdown(prose: Prose, tool: str = "") -> str:
    """A sentence with formulas in it."""
    out = ""
    for piece in prose:
        if isinstance(piece, str):
            words = escaped(piece, tool)
            words = f"**{words}**" if isinstance(piece, Strong) else words
            # a digit behind a dollar says that no formula ends there
            out += f" {words}" if out.endswith("$") and words[:1].isdigit() else words
        else:
            out += f"${web_latex(piece, inline=True)}$"
    return out.strip()


def blocks_markdown(blocks: Iterable[Block], tool: str = "") -> list[str]:
    """Paragraphs, lists and tables."""
    out: list[str] = []
    for block in blocks:
        if isinstance(block, Words):
            # words before the formula: a block that begins with one is a line of a derivation
            out.append(("+ " if block.item else "") + at_start(prose_markdown(block.words, tool)))
        else:
            marks = [":--", *("--:" for _ in block.head[1:])]
            rows = [[_cell(c, tool) for c in block.head], marks, *([_cell(c, tool) for c in row] for row in block.rows)]
            out.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
    return out


def _cell(words: Prose, tool: str) -> str:
    """A bar in a cell would end it."""
    return prose_markdown(words, tool).replace("|", r"\vert ") or " "


def yaml_string(words: str) -> str:
    """Words, clean already, in double quotes for a front matter, which three dashes would end."""
    return json.dumps(re.sub("-{3,}", "—", words), ensure_ascii=False)


def comment(words: str) -> str:
    """Words that do not end the HTML comment in which they stand."""
    return re.sub(r"--+|[<>]", lambda m: "–" if m[0][0] == "-" else "", clean(words, single=True))
