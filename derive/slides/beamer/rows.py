"""Rows for Beamer: sentences, claims and chains, each cell covered until its click."""

from __future__ import annotations

import re
from urllib.parse import quote

from derive.render.formula.nodes import Node, Prose, Strong, first, row, settled
from derive.render.pens.latex import COMMANDS, node_latex
from derive.render.pens.speech import node_speech, prose_speech, step_speech
from derive.slides.beamer.style import plain, words
from derive.slides.deck import Block, Slide, Step, Words
from derive.slides.deck.colours import TERMS
from derive.slides.deck.stamps import line_digest, unsized

NORMAL = r"\color{derivetext}"
_LATER = r"\hspace{2em}"  # before the later parts of a broken formula
_BROKEN = r" \\[-2pt]"  # between these parts, which stand closer together than lines do


class Clicks:
    """The overlay specifications of a slide.

    In a deck the clicks have numbers.  In a fragment each counts on from the one before, as ``<+->`` says, so that it
    fits behind whatever its frame has uncovered already; the other cells of the same click say ``<.->``.
    """

    def __init__(self, relative: bool = False) -> None:
        self.relative = relative
        self.number = 1
        self.begun = False

    def next(self) -> None:
        self.number += 1
        self.begun = False

    def cover(self, cell: str) -> str:
        """A cell that appears with the click, and stays."""
        sign = str(self.number) if not self.relative else "." if self.begun else "+"
        self.begun = True
        return rf"\uncover<{sign}->{{{cell}}}"

    @property
    def mark(self) -> str:
        """The command for what is highlighted while its line is the newest one."""
        return rf"\derivechanged<{'.' if self.relative else self.number}|handout:0>"


TINTS = tuple(rf"\derive{name}" for name in TERMS)
"""The commands that give terms their colours."""


def pages(slide: Slide) -> int:
    """How many pages a deck has for a slide: one, and one for each click."""
    return 1 + sum(not slide.stands(i) for i in range(len(slide.steps))) + len(slide.later)


def sentence(prose: Prose, guarded: bool = False) -> str:
    """A sentence in a line of text."""
    out = ""
    for x in prose:
        drawn = words(x, guarded) if isinstance(x, str) else f"${node_latex(x, inline=True, legible=True)}$"
        out += rf"\textbf{{{drawn}}}" if isinstance(x, Strong) else drawn
    return out


# --- what is read back -----------------------------------------------------------------------------------------------


def neutral(source: str) -> str:
    """What a line of the source shows, whenever it does: the same in decks and in fragments."""
    source = re.sub(
        r"(\\uncover<(?:\d+|[+.])->|\\derivechanged<[^<>]*>)", lambda m: m[0].partition("<")[0], source.strip()
    )
    source = re.sub(r"\\deriveletter\{(.)\}\{[^{}]*\}", r"\1", source)
    source = unsized(source)
    return re.sub(r"^\\derivecarried\{(.*)\}$", r"\1", source)


def sealed(rows: list[str], name: str, place: str, spoken: str) -> list[str]:
    """Lines of the source that show one line of a derivation: how it is said, and a digest at the end of the last."""
    if not name:
        return [f"% spoken: {plain(spoken)}", *rows]
    digest = line_digest(" ".join(map(neutral, rows)))
    seal = f"% derive-line {quote(name, safe=':./-_')} {quote(place)} {digest}"
    return [f"% spoken: {plain(spoken)}", *rows[:-1], f"{rows[-1]} {seal}"]


def size(slide: Slide) -> str:
    """The command for the size of formulas that are too wide even when they are broken; "" for the usual one."""
    sizes = ((1.0, ""), (0.91, r"\small"), (0.82, r"\footnotesize"), (0.73, r"\scriptsize"), (0.0, r"\tiny"))
    return next(command for least, command in sizes if slide.scale >= least)


# --- what stands above the chain -------------------------------------------------------------------------------------------------------


def condition(said: Prose, word: str, place: str, name: str, clicks: Clicks, guarded: bool = False) -> list[str]:
    """The conditions of a theorem ("Given"), or what a block assumes."""
    shown = clicks.cover(rf"\derivesmall{{{word} {sentence(said, guarded)}}}")
    return sealed([shown], name, place, f"{word} {prose_speech(said)}")


def claim(slide: Slide, name: str, clicks: Clicks) -> list[str]:
    """The rows of the claim, for ``\\deriveclaim``."""
    rows = []
    for k, part in enumerate(slide.claim):
        rows.append("& " + clicks.cover((_LATER if k else "") + _part(settled(part), "")) + r" \\")
    rows[-1] = rows[-1].removesuffix(r" \\")
    return sealed(rows, name, "claim", node_speech(row(*slide.claim)))


def _part(node: Node, mark: str) -> str:
    """A part of a formula in a cell; a sign that begins it is spaced as one between two terms.

    ``\\uncover`` leaves empty boxes in front, after which a minus would be spaced as one between terms, and a word such
    as log as behind a factor; an empty opening bracket undoes that.
    """
    head = first(node)
    before = {"op": "{}", "rel": "{}", "neg": r"\mathopen{}", "fn": r"\mathopen{}", "big": r"\mathopen{}"}
    return before.get(head.kind if head is not None else "", "") + node_latex(
        node, mark=mark, tints=TINTS, legible=True
    )


def block_rows(block: Block, guarded: bool = False) -> str:
    """A paragraph, an item of a list, or a table."""
    if isinstance(block, Words):
        bullet = r"\textbullet\enspace " if block.item else ""
        # what a lecturer says is no remark: in the colour of the text
        return rf"\derivesmall{{{NORMAL if not guarded else ''}{bullet}{sentence(block.words, guarded)}}}"
    rows = [" & ".join(sentence(cell, guarded) or "{}" for cell in row) + r" \\" for row in (block.head, *block.rows)]
    rows.insert(1, r"\hline")
    if block.total:
        rows.insert(len(rows) - 1, r"\hline")
    columns = "l" + "r" * (len(block.head) - 1)
    return "\n".join([rf"\derivetable{{{columns}}}{{%", *rows, "}"])


# --- a chain ---------------------------------------------------------------------------------------------------------


def chain(slide: Slide, name: str, clicks: Clicks, guarded: bool = False) -> list[str]:
    """The rows of the steps of a slide, for ``\\derivechain``: aligned at the relations, a click for each step."""
    rows: list[str] = []
    goes_on = slide.part > 1 or slide.under
    for i, step in enumerate(slide.steps):
        if not slide.stands(i):
            clicks.next()
        last = i == len(slide.steps) - 1
        if slide.lead and i == 0:  # the row goes on with the next step
            lead = _formula(step, 0, clicks)
            shown = [clicks.cover(lead if slide.beside else rf"\derivelead{{{lead}}}")]
            again = clicks.relative and goes_on
        else:
            shown = _rows(slide, step, clicks, guarded, last)
            shown[-1] += "" if last else r" \\"
            again = clicks.relative and goes_on and not last
        if step.carried and again:
            shown = [rf"\derivecarried{{{r}}}" for r in shown]
        spoken = step_speech(step.relation, node_speech(row(*step.parts)), prose_speech(step.reason))
        rows += sealed(shown, name, step.place, spoken)
    return rows


def _rows(slide: Slide, step: Step, clicks: Clicks, guarded: bool, last: bool) -> list[str]:
    """The rows of a step: its formula, part by part, and its reason beside the first of them or below the last."""
    reason = sentence(step.reason, guarded)
    if last and slide.ends:
        reason += r"\deriveend"
    label = rf"\derivelead{{\text{{{words(step.label, guarded)}}}\hspace{{0.8em}}}}"
    line = clicks.cover(label) + " " if step.label else ""
    out = []
    for k in range(len(step.parts)):
        line += "& " + clicks.cover(_formula(step, k, clicks))
        if reason and slide.beside and k == 0:
            line += " && " + clicks.cover(rf"\derivereason{{{reason}}}")
        out.append(line)
        line = ""
    if reason and not slide.beside:
        out.append("& " + clicks.cover(rf"\derivebelow{{{reason}}}"))
        return [r + _BROKEN for r in out[:-2]] + [out[-2] + r" \\[-6pt]", out[-1]]
    return [r + _BROKEN for r in out[:-1]] + out[-1:]


def _formula(step: Step, k: int, clicks: Clicks) -> str:
    """Part ``k`` of the formula, behind the relation or indented."""
    part = settled(step.parts[k]) if step.carried else step.parts[k]
    if k == 0 and step.relation:
        return f"{{}}{COMMANDS.get(step.relation, step.relation)} {node_latex(part, mark=clicks.mark, tints=TINTS, legible=True)}"
    return (_LATER if k else "") + _part(part, clicks.mark)
