"""A Jupyter notebook of slides: a cell for each step, which nbconvert and RISE show one after the other.

A formula is set in the line of text, at the left margin, so that the relations of all cells stand under each other, and
its reason is text below it, which wraps; both are also what VS Code, Colab and GitHub show.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from derive.render.formula.nodes import Node, Prose
from derive.render.pens.latex import COMMANDS
from derive.render.pens.web import web_latex
from derive.render.words.prose import clean
from derive.render.words.sentence import prose
from derive.slides.deck import Deck, Files, Options, Picture, Slide, Stamp, Step
from derive.slides.deck.stamps import line_digest, provenance, read_stamp, stamp_text
from derive.slides.markdown.read import NOTE, common, noted, seen
from derive.slides.markdown.text import at_start, blocks_markdown, escaped, heading_markdown, prose_markdown
from derive.slides.shown import Shown

Cell = dict[str, Any]

# --- the notebook ----------------------------------------------------------------------------------------------------


def write(deck: Deck, name: str, options: Options) -> Files:
    """The deck as a notebook in format 4.5; pictures are attached to their cells."""
    writer = _Writer(deck, options.handout)
    cells = [*writer.title(), *writer.slides()]
    for n, cell in enumerate(cells):
        cell["id"] = f"derive-{n + 1}"
    notebook = {
        "cells": cells,
        "metadata": {
            "celltoolbar": "Slideshow",
            "derive": {"stamps": [stamp_text(s) for s in deck.stamps]},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            **({"title": clean(deck.title, single=True)} if deck.title else {}),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return {name: (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()}


def fragment(deck: Deck, options: Options) -> str:
    """The Markdown of the cells, to be put into a notebook of one's own."""
    cells = _Writer(deck, options.handout).slides()
    return "\n\n".join("".join(cell["source"]) for cell in cells if not cell.get("attachments")) + "\n"


def read_back(data: bytes) -> tuple[list[Stamp], list[Shown]]:
    """The stamps in a notebook, and what its cells show now of the lines that were written with them."""
    try:
        notebook = json.loads(data.decode("utf-8", errors="replace"))
        stamps = [read_stamp(str(s)) for s in notebook["metadata"]["derive"]["stamps"]]
        cells = list(notebook["cells"])
        shown: list[Shown] = []
        for cell in cells:
            shown += _shown(cell) or (noted(shown[-1].theorem, _seen(cell)) if shown else [])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [], []
    return stamps, shown


def _seen(cell: Cell) -> str:
    """What a cell shows: nothing where it is no text any more or left out of the slides."""
    left_out = cell["cell_type"] != "markdown" or cell["metadata"].get("slideshow", {}).get("slide_type") == "skip"
    return "" if left_out else "".join(cell["source"])


def _shown(cell: Cell) -> list[Shown]:
    """The lines that a cell shows."""
    kept, source, out = cell["metadata"].get("derive", {}), common(seen(_seen(cell))), []
    for place, digest in kept.get("lines", {}).items():
        text = source
        if place in _WORDS:  # they share a cell
            found = re.search(rf"^{re.escape(_WORDS[place])} (?:.*<br>\n)*.*$", text, re.MULTILINE)
            text = found[0] if found else ""
        out.append(Shown(str(kept.get("theorem", "")), place, text, str(digest)))
    return out


_WORDS = {"given": "*Given*", "workgiven": "*Given*", "claim": "**Claim**", "assume": "*Assume*"}


class _Writer:
    def __init__(self, deck: Deck, handout: bool) -> None:
        self.deck, self.handout = deck, handout
        self.mark = rf"\color{{{deck.template.colors.changed}}}"  # MathJax 2, in nbconvert, has no \textcolor

    def title(self) -> Iterator[Cell]:
        if not self.deck.title:
            return
        blocks = [f"# {at_start(_words(self.deck.title))}"]
        blocks += ["\\\n".join(at_start(_words(line)) for line in self.deck.subtitles)] if self.deck.subtitle else []
        blocks += ["\n".join(f"1. {at_start(_prose(c))}" for c in self.deck.contents)]
        yield _cell("\n\n".join(blocks), "slide")

    def slides(self) -> list[Cell]:
        return [cell for slide in self.deck.slides for cell in self.slide(slide)]

    def slide(self, slide: Slide) -> Iterator[Cell]:
        """A cell with what stands above the steps, one for each step, one with what stands below."""
        kept = {place: line_digest(common(text)) for place, text in self.statements(slide).items()}
        opens = "slide" if not slide.under else "-" if self.handout else "fragment"
        if above := self.above(slide):
            yield _cell("\n\n".join(above), opens, slide.stamp, kept)
        for i, step in enumerate(slide.steps):
            stands = (slide.stands(i) and not step.label) or self.handout
            text = self.step(step, slide.ends and i == len(slide.steps) - 1)
            kept = {step.place: line_digest(common(text))}
            yield _cell(text, "-" if stands else "fragment", slide.stamp, kept)
        for block in slide.later:
            yield _cell(at_start(_prose(block.words)), "-" if self.handout else "fragment", slide.stamp)
        if slide.picture is not None:
            yield _picture(slide.picture)
        below = [f"{NOTE} {_prose(n)}" for n in slide.notes]
        if slide.gaps and slide.part == slide.parts:
            below.append(f"**{slide.gaps_left}**")
        if slide.stamp is not None and slide.part == slide.parts:
            words = [provenance(slide.stamp), *([self.deck.template.footer] if self.deck.template.footer else [])]
            below.append(f"<small>{_words(' · '.join(words))}</small>")
        if below:
            yield _cell("\n\n".join(below), "-")

    def above(self, slide: Slide) -> list[str]:
        part = f" ({slide.part}/{slide.parts})" if slide.parts > 1 else ""
        out = [] if slide.under else [f"## {heading_markdown(slide.heading, 'notebook')}{part}"]
        out += [f"### {at_start(_prose(slide.subheading))}"] if slide.subheading else []
        said = self.statements(slide)
        out += [said[place] for place in (slide.given_place, "claim") if place in said]
        out += [f"### {at_start(_prose(prose(slide.title)))}"] if slide.title else []
        out += [said["assume"]] if "assume" in said else []
        return [*out, *blocks_markdown(slide.blocks_above)]

    def statements(self, slide: Slide) -> dict[str, str]:
        """The conditions, the claim and what is assumed."""
        out = {
            slide.given_place: _prose(slide.given),
            "claim": self.formula("", slide.claim) if slide.claim else "",
            "assume": _prose(slide.assumes),
        }
        return {place: f"{_WORDS[place]} {text}" for place, text in out.items() if text}

    def step(self, step: Step, ends: bool) -> str:
        label = f"**{_words(step.label)}** " if step.label else ""
        reason = " ".join(filter(None, [_prose(step.reason), "∎" if ends else ""]))
        marked = not (step.carried or self.handout)
        return (
            label
            + self.formula(step.relation, step.parts, marked)
            + (f"<br>\n&emsp;&emsp;*{reason}*" if reason else "")
        )

    def formula(self, relation: str, parts: tuple[Node, ...], marked: bool = False) -> str:
        first, *rest = (web_latex(p, mark=self.mark if marked else "") for p in parts)
        sign = COMMANDS.get(relation, relation).replace("<", r"\lt")
        lines = [f"{sign} {first}".strip(), *(rf"\qquad {{}} {r}" for r in rest)]
        return "<br>\n".join(rf"$\displaystyle {line}$" for line in lines)


def _words(words: str) -> str:
    return escaped(words, "notebook")


def _prose(sentence: Prose) -> str:
    return prose_markdown(sentence, "notebook")


def _cell(text: str, slide_type: str, stamp: Stamp | None = None, kept: dict[str, str] | None = None) -> Cell:
    metadata: dict[str, Any] = {"slideshow": {"slide_type": slide_type}}
    if stamp is not None and kept:
        metadata["derive"] = {"lines": kept, "theorem": stamp.name}
    return {"cell_type": "markdown", "metadata": metadata, "source": text.splitlines(keepends=True)}


def _picture(picture: Picture) -> Cell:
    kind, data, ending = (
        ("image/png", picture.png, "png") if picture.png else ("image/svg+xml", picture.svg.encode(), "svg")
    )
    name = f"{re.sub(r'[^A-Za-z0-9_-]', '-', picture.name)}.{ending}"
    cell = _cell(f"![{_words(picture.alt)}](attachment:{name})", "-")
    return {**cell, "attachments": {name: {kind: base64.b64encode(data).decode()}}}
