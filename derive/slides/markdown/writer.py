"""What the flavours of Markdown have in common: the blocks of a slide."""

from __future__ import annotations

import os
import re

from derive.render.formula.nodes import Node, Prose
from derive.render.pens.latex import COMMANDS
from derive.render.pens.web import web_latex
from derive.render.words.sentence import prose
from derive.slides import speech
from derive.slides.deck import Deck, Files, Options, Slide, Step
from derive.slides.deck.headings import heading_share
from derive.slides.deck.paginate import small_height
from derive.slides.deck.stamps import provenance
from derive.slides.markdown.read import ASSUME, CLAIM, GIVEN, NOTE
from derive.slides.markdown.style import HEADING, LETTERS, SLIDE
from derive.slides.markdown.text import at_start, blocks_markdown, comment, escaped, heading_markdown, prose_markdown
from derive.values import replace


class Writer:
    """A flavour says how a document and a slide begin, how formulas, lists of clicks and notes are marked."""

    shares = False  # whether a slide may have several chains, as each has its own columns and size
    opening, closing = "$", "$"  # of a formula on a line of its own
    tool = ""  # as for ``escaped``

    def __init__(self, deck: Deck, name: str, handout: bool) -> None:
        self.deck, self.template, self.handout = deck, deck.template, handout
        self.colors = deck.template.colors
        self.width, self.height = SLIDE[deck.template.aspect]
        self.stem = re.sub(r"[^A-Za-z0-9_-]", "-", os.path.splitext(os.path.basename(name))[0]) or "deck"
        self.folder = os.path.dirname(name)
        self.beside: Files = {}

    def document(self) -> str:
        raise NotImplementedError

    def piece(self) -> str:
        raise NotImplementedError

    def clicks(self, items: str) -> list[str]:
        """The list, as one whose items come at clicks."""
        raise NotImplementedError

    def image(self, file: str, alt: str, height: int) -> str:
        """A picture, ``height`` pixels high."""
        raise NotImplementedError

    @property
    def mark(self) -> str:
        """The command that highlights."""
        return rf"\textcolor{{{self.colors.changed}}}"

    # --- words and formulas

    def words(self, words: str) -> str:
        return escaped(words, self.tool)

    def prose(self, sentence: Prose) -> str:
        return prose_markdown(sentence, self.tool)

    def subtitle(self) -> str:
        """What stands under the title, line by line."""
        return "\\\n".join(at_start(self.words(line)) for line in self.deck.subtitles)

    def display(self, latex: str) -> str:
        return f"{self.opening}{latex}{self.closing}"

    def formula(self, relation: str, parts: tuple[Node, ...], marked: bool = False) -> str:
        """A formula, its later parts on lines of their own; ``marked``: with what its step changed highlighted."""
        first, *rest = (web_latex(p, mark=self.mark if marked else "") for p in parts)
        sign = COMMANDS.get(relation, relation).replace("<", r"\lt")
        return "\\\n".join(map(self.display, [f"{sign} {first}".strip(), *(rf"\qquad {{}} {r}" for r in rest)]))

    # --- the blocks of a slide

    def heading(self, slide: Slide) -> str:
        part = f" *({slide.part}/{slide.parts})*" if slide.parts > 1 else ""
        words = heading_markdown(slide.heading, self.tool)
        scale = self.heading_scale(slide)
        return self.titled(words if scale == 1 else self.smaller(words, scale), part)

    def heading_scale(self, slide: Slide) -> float:
        """How much smaller a heading is that would take more than two lines."""
        return heading_share(slide, (self.width - 4 * LETTERS) / (HEADING * LETTERS))

    def smaller(self, words: str, scale: float) -> str:
        """Words of a heading in smaller letters."""
        return f'<span style="font-size: {scale:.2f}em">{words}</span>'

    def above(self, slide: Slide) -> list[str]:
        """What stands above the chain."""
        out = [f"### {at_start(self.prose(slide.subheading))}"] if slide.subheading else []
        out += [f"{GIVEN} {self.prose(slide.given)}"] if slide.given else []
        out += [f"{CLAIM} {self.formula('', slide.claim)}"] if slide.claim else []
        out += [f"### {at_start(self.prose(prose(slide.title)))}"] if slide.title else []
        out += [f"{ASSUME} {self.prose(slide.assumes)}"] if slide.assumes else []
        return [*out, *blocks_markdown(slide.blocks_above, self.tool)]

    def chain(self, slide: Slide) -> list[str]:
        """What stands there before the first click, and the list of what comes at clicks."""
        standing = [s for i, s in enumerate(slide.steps) if slide.stands(i) and not s.label]
        rows = slide.steps[len(standing) :]
        items = [self.item(s, slide) for s in rows]
        out = [self.formula(s.relation, s.parts) + self.why(s, slide).replace("\n", " ") for s in standing]
        if not items:
            return out
        block = "\n".join(f"* {i}".replace("\n", "\n  ") for i in items)
        # Marp takes these bullets for clicks
        return [*out, *([block.replace("* ", "- ", 1).replace("\n* ", "\n- ")] if self.handout else self.clicks(block))]

    def item(self, step: Step, slide: Slide) -> str:
        label = f"**{self.words(step.label)}** " if step.label else ""
        return label + self.formula(step.relation, step.parts, marked=not self.handout) + self.why(step, slide)

    def why(self, step: Step, slide: Slide) -> str:
        """The reason of a line, and the sign that ends the proof."""
        ends = slide.ends and step is slide.steps[-1]
        reason = " ".join(filter(None, [self.prose(step.reason), "∎" if ends else ""]))
        return f"\n*{reason}*" if reason else ""

    def below(self, slide: Slide) -> list[str]:
        """What stands under the chain: a picture, remarks, how much is not proved."""
        later = "\n".join(f"* {at_start(self.prose(b.words))}" for b in slide.later)
        out = [] if not later else [later.replace("* ", "- ")] if self.handout else self.clicks(later)
        if slide.picture is not None:
            p = slide.picture
            file = self.file(f"{p.name}.{'svg' if p.svg else 'png'}", p.svg.encode() or p.png)
            out.append(self.image(file, slide.picture.alt, round(LETTERS * slide.picture.height)))
        out += [f"{NOTE} {self.prose(n)}" for n in slide.notes]
        if slide.gaps and slide.part == slide.parts:
            out.append(f"**{slide.gaps_left}**")
        return out

    def contents(self) -> list[str]:
        """The headings of the theorems: the blocks of each slide that they need."""
        lists: list[list[str]] = [[]]
        used = 0.0
        for i, heading in enumerate(self.deck.contents if self.deck.title and len(self.deck.contents) > 1 else ()):
            height = small_height(heading, self.template.width - 2)
            if used + height > self.template.height:
                lists.append([])
                used = 0.0
            used += height
            lists[-1].append(f"{i + 1}. {at_start(self.prose(heading))}")
        part = [f" *({i}/{len(lists)})*" if len(lists) > 1 else "" for i in range(1, len(lists) + 1)]
        return [
            "\n\n".join([self.titled("Contents", p), "\n".join(items)])
            for p, items in zip(part, lists, strict=True)
            if items
        ]

    def titled(self, words: str, part: str) -> str:
        return f"## {words}{part}"

    def classes(self, slide: Slide) -> str:
        """Of the chain, for the style sheet."""
        chosen = {"lead": slide.lead, "below": not slide.beside, "proof": slide.kind == "proof"}
        return "".join(f" {name}" for name, wanted in chosen.items() if wanted)

    def foot(self, slide: Slide) -> str:
        words = [provenance(slide.stamp)] if slide.stamp is not None else []
        return self.words(" · ".join([*words, *([self.template.footer] if self.template.footer else [])]))

    def spoken(self, *page: Slide) -> list[str]:
        """What a speaker says of the slides of a page, in paragraphs."""
        said = speech.fragment(replace(self.deck, slides=page), Options()).strip()
        return [comment(p) for p in said.split("\n\n")]

    # --- files

    def file(self, name: str, data: bytes) -> str:
        """A file beside the deck; returns how the deck calls it."""
        base, ending = os.path.splitext(name)
        name = f"{self.stem}-{re.sub(r'[^A-Za-z0-9_-]', '-', base)}{ending}"
        self.beside[os.path.join(self.folder, name)] = data
        return name

    def logo(self) -> str:
        """The rule that shows the logo of the template, at the foot of a slide."""
        if not self.template.logo:
            return ""
        with open(self.template.logo, "rb") as f:
            file = self.file("logo" + os.path.splitext(self.template.logo)[1].lower(), f.read())
        return f'  background-image: url("{file}"); background-repeat: no-repeat;\n' + (
            "  background-position: right 4em bottom .4em; background-size: auto 1.4em;\n"
        )
