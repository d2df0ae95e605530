"""The flavours of Markdown: Quarto, with pandoc; Marp; Slidev."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from derive.render.words.prose import clean
from derive.slides.deck import Slide
from derive.slides.markdown.read import record
from derive.slides.markdown.style import HEADING, LETTERS, sheet
from derive.slides.markdown.text import at_start, escaped, yaml_string
from derive.slides.markdown.writer import Writer


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def _kept(page: Sequence[Slide], blocks: list[str]) -> list[str]:
    kept = record(page, "\n\n".join(blocks))
    return [f"<!--\n{kept}-->"] if kept else []


def _image(file: str, alt: str, height: int) -> str:
    return (
        f'<img src="{file}" alt="{html.escape(clean(alt, single=True))}" height="{height}" style="height: {height}px">'
    )


class Quarto(Writer):
    """Also for pandoc: ``pandoc -t revealjs --standalone`` with --mathml, --mathjax or --katex."""

    shares = True
    opening, closing = "$$", "$$"  # pandoc's MathML has sums with limits above and below only in these
    mark = r"\underline"  # the only highlighting that pandoc writes as MathML; the style sheet colours it instead

    def document(self) -> str:
        deck, t = self.deck, self.template
        name = deck.title or (deck.slides[0].name if deck.slides else "derive")
        size = [f"width: {self.width}", f"height: {self.height}", "center: false"]
        head = [
            f"{'title' if deck.title else 'pagetitle'}: {yaml_string(escaped(name))}",
            *([f"subtitle: {yaml_string(self.subtitle())}"] if deck.title and deck.subtitle else []),
            "# for pandoc -t revealjs --standalone",
            f"theme: {'black' if t.dark else 'white'}",
            *size,
            "slideNumber: true",
            "transition: none",
            "# for quarto render",
            "format:",
            "  revealjs:",
            *(f"    {line}" for line in [f"theme: {'dark' if t.dark else 'default'}", *size, "slide-number: true"]),
            "header-includes: |",
            *_indented(self.style()),
        ]
        slides = [*self.contents(), *map(self.page, deck.sheets)]
        return "\n".join(["---", *head, "---", "", "\n\n".join(slides), ""])

    def piece(self) -> str:
        return "\n\n".join([self.style(), *map(self.page, self.deck.sheets)]) + "\n"

    def display(self, latex: str) -> str:
        return super().display(re.sub(r"\\Bigl(\\?.)", r"\\mathopen{\\Big\1}", latex))  # pandoc 2 has no \Bigl

    def titled(self, words: str, part: str) -> str:
        return super().titled(words, part) + " {.derive}"

    def smaller(self, words: str, scale: float) -> str:
        return f'[{words}]{{style="font-size: {scale:.2f}em"}}'

    def clicks(self, items: str) -> list[str]:
        return [f"::: incremental\n{items}\n:::"]

    def page(self, page: Sequence[Slide]) -> str:
        blocks = [b for slide in page for b in self.slide(slide)]
        kept = _kept(page, blocks)
        if self.foot(page[0]):
            blocks.append(f"::: provenance\n{self.foot(page[0])}\n:::")
        notes = "\n\n".join(at_start(self.words(p)) for p in self.spoken(*page))
        return "\n\n".join([self.heading(page[0]), *kept, *blocks, f"::: notes\n{notes}\n:::"])

    def slide(self, slide: Slide) -> list[str]:
        """What stands on a slide; one below another comes at a click."""
        blocks = self.above(slide)
        if slide.steps:
            scale = f' style="--scale: {slide.scale:.2f}"' if slide.scale < 1 else ""
            classes = f".chain{self.classes(slide).replace(' ', ' .')}"
            blocks += [f"::: {{{classes}{scale}}}", *self.chain(slide), ":::"]
        blocks += self.below(slide)
        # pandoc makes a slide of a div that begins with a heading
        return [":::: {.below .fragment}", "<!-- -->", *blocks, "::::"] if slide.under and not self.handout else blocks

    def image(self, file: str, alt: str, height: int) -> str:
        return f"![{self.words(alt)}]({file}){{height={height}px}}\\"  # without its last sign it would have a caption

    def style(self) -> str:
        root, c = ".reveal .slides section.derive", self.colors
        # what MathJax 2 and 3, KaTeX and MathML make of \underline, and the bar in it
        munder, bar = "munder:not(munder > munder:first-child)", "> mo[accent]:last-child"
        mjx_bar = "> mjx-mo :is(.mjx-c2013, .mjx-c2015)"
        changed = f".changed, .underline, .katex-underline, {munder}:has({bar}), mjx-munder:has(> mjx-row > mjx-under {mjx_bar})"
        more = f"""\
  box-sizing: border-box; height: 100%; padding: .9em 2em 0;
{self.logo()}\
  & .chain div {{ display: contents; }}
  & .below {{ margin-top: .8em; }}
  & .math {{ display: inline; margin: 0; text-align: left; font-family: "Times New Roman", Times, serif; }}
  & math {{ font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; font-size: calc(.87em * var(--scale, 1)) !important; }}
  & :is(mjx-container, .katex-display, .MathJax_Display, .MathJax_Display .MathJax) {{
    display: inline !important; margin: 0 !important; text-align: left !important; }}
  & :is(.katex-display > .katex, .katex-display > .katex > .katex-html) {{ display: inline; text-align: left; }}
  & .katex {{ font-size: 1em; }}
  & math[display="block"] {{ display: inline math; }}
  & .current-fragment :is({changed}) {{ color: {c.changed}; }}
  & :is(.underline-line, {munder} {bar}, mjx-under:has({mjx_bar})) {{ display: none; }}
  & .provenance p {{ position: absolute; left: 4em; bottom: .6em; font-size: .5em; color: {c.muted}; }}
"""
        page = f".reveal, .reveal-viewport {{ background: {c.background}; color: {c.text}; }}\n"
        page += ".reveal #title-slide { text-align: left; padding: 20% 64px 0; }\n"
        page += (
            f".reveal #title-slide :is(h1, p) {{ color: {c.accent}; text-transform: none; letter-spacing: normal; }}\n"
        )
        size = (
            f"calc(var(--slide-width, {self.width}px) * {LETTERS / self.width:.5f})"  # also in a deck of another size
        )
        return f"<style>\n{page}{sheet(root, f'{root} .chain', self.template, more, size)}</style>\n{_MATHJAX_2}"


_MATHJAX_2 = """\
<script type="text/x-mathjax-config">
MathJax.Hub.Config({ TeX: { Macros: { underline: ["\\\\class{changed}{#1}", 1] } } });
</script>"""


class Marp(Writer):
    """A bullet * is a click; comments with directives are no notes; what does not fit is cut off without a word."""

    opening = r"$\displaystyle "

    def document(self) -> str:
        deck = self.deck
        head = [
            "marp: true",
            *([f"title: {yaml_string(clean(deck.title, single=True))}"] if deck.title else []),
            "theme: default",
            f"size: {self.template.aspect}",
            "math: mathjax",  # its KaTeX fetches fonts from the network
            "paginate: true",
            "style: |",
            *_indented(self.style()),
        ]
        slides = [self.title()] if deck.title else []
        slides += [f"{_MARP_CLASS}\n\n{c}" for c in self.contents()]
        slides += map(self.slide, deck.slides)
        return "\n".join(["---", *head, "---", "", "\n\n---\n\n".join(slides), ""])

    def piece(self) -> str:
        slides = "\n\n---\n\n".join(map(self.slide, self.deck.slides))
        return f"<style>\n{self.style()}</style>\n\n{slides}\n"

    def title(self) -> str:
        blocks = [_MARP_CLASS, f"# {at_start(self.words(self.deck.title))}"]
        return "\n\n".join([*blocks, *([self.subtitle()] if self.deck.subtitle else [])])

    def smaller(self, words: str, scale: float) -> str:
        return words  # its style says so: Marp shows no tag with a style

    def clicks(self, items: str) -> list[str]:
        return [items]

    def slide(self, slide: Slide) -> str:
        blocks = [*self.above(slide), *self.chain(slide), *self.below(slide)]
        directives = [f"_class: derive{self.classes(slide)}"]
        directives += [f"_footer: {yaml_string(self.foot(slide))}"] if self.foot(slide) else []
        kept = record((slide,), "\n\n".join(blocks))
        opening = "\n".join(["<!--", *directives, f"{kept}-->"])
        rules = [f"section {{ --scale: {slide.scale:.2f}; }}"] if slide.scale < 1 else []
        if (scale := self.heading_scale(slide)) < 1:
            rules.append(f"section > h2 {{ font-size: {HEADING * scale:.2f}em !important; }}")
        if rules:
            blocks.append(f"<style scoped>{' '.join(rules)}</style>")
        # a colon might make a directive of a note
        notes = "\n\n".join(re.sub(r":(?=\s|$)", " –", p).replace(":", "∶") for p in self.spoken(slide))
        return "\n\n".join([opening, self.heading(slide), *blocks, f"<!--\n{notes}\n-->"])

    def image(self, file: str, alt: str, height: int) -> str:
        return _image(file, alt, height)  # in ![...] Marp takes words such as invert for orders

    def style(self) -> str:
        c = self.colors
        older = "[data-bespoke-marp-fragment=active]:not([data-bespoke-marp-current-fragment])"
        more = f"""\
  background-color: {c.background}; padding: 29px 64px; align-content: start; position: relative;
{self.logo()}\
  & mjx-container {{ font-family: "Times New Roman", Times, serif; }}
  &.derive mjx-container {{ font-size: calc(.96em * var(--scale, 1)); }}
  & .katex {{ font-size: 1em; }}
  & :is(h2, h3, p) {{ margin: 0; }}
  & {older} g[data-mml-node="mstyle"] {{ fill: currentColor; stroke: currentColor; }}
  & footer, &::after {{ font-size: 16px; color: {c.muted}; left: 0; bottom: 12px; }}
  &::after {{ left: auto; right: 64px; }}
"""
        return sheet("section.derive", "section.derive", self.template, more)


_MARP_CLASS = "<!-- _class: derive -->"


class Slidev(Writer):
    """A Vue application is made of it: the style sheet is a file beside it, which each slide imports."""

    tool = "slidev"
    opening = r"$\displaystyle "

    def document(self) -> str:
        deck = self.deck
        name = deck.title or (deck.slides[0].name if deck.slides else "derive")
        head = [
            "theme: default",
            f"title: {yaml_string(self.words(name))}",  # which Slidev takes for Markdown too
            f"aspectRatio: {self.template.aspect.replace(':', '/')}",
            f"canvasWidth: {self.width}",
            f"colorSchema: {'dark' if self.template.dark else 'light'}",
            "transition: none",
            "fonts:",
            "  provider: none",
        ]
        css = self.file("slides.css", self.style().encode())
        own = f'<style>\n@import "./{css}";\n</style>'
        slides = [self.title(own)] if deck.title else []
        slides += [f"{_SETTINGS}\n\n{c}\n\n{own}" for c in self.contents()]
        slides += [self.slide(s, own) for s in deck.slides]
        first = "\n".join(["---", *head, ""])  # the first slide's own settings stand among those of the deck
        return first + "\n\n".join(slides).removeprefix("---\n") + "\n"

    def piece(self) -> str:
        own = f"<style>\n{self.style()}</style>"
        slides = "\n\n".join(self.slide(s, own) for s in self.deck.slides) + "\n"
        zoom = f"class: derive\nzoom: {_CANVAS / self.width:.3f}\n---"
        return slides.replace("class: derive\n---", zoom)

    def title(self, style: str) -> str:
        blocks = [_SETTINGS, f"# {at_start(self.words(self.deck.title))}"]
        blocks += [self.subtitle()] if self.deck.subtitle else []
        return "\n\n".join([*blocks, style])

    def clicks(self, items: str) -> list[str]:
        return ["<v-clicks>", items, "</v-clicks>"]

    def slide(self, slide: Slide, style: str) -> str:
        blocks = self.above(slide)
        if slide.steps:
            scale = f' style="--scale: {slide.scale:.2f}"' if slide.scale < 1 else ""
            blocks += [f'<div class="chain{self.classes(slide)}"{scale}>', *self.chain(slide), "</div>"]
        blocks += self.below(slide)
        kept = _kept((slide,), blocks)
        foot = " · ".join(filter(None, [self.foot(slide), "<SlideCurrentNo />"]))
        blocks += ['<div class="provenance">', foot, "</div>"]
        # the last comment is the note
        notes = "\n\n".join(at_start(self.words(p)) for p in self.spoken(slide))
        return "\n\n".join([_SETTINGS, *kept, self.heading(slide), *blocks, style, f"<!--\n{notes}\n-->"])

    def image(self, file: str, alt: str, height: int) -> str:
        return _image(f"./{file}", alt, height)

    def style(self) -> str:
        root, c = ".slidev-layout.derive", self.colors
        more = f"""\
  background-color: {c.background}; padding: 29px 64px;
{self.logo()}\
  & .katex {{ font-size: 1em; }}
  & .chain > p > .katex {{ display: block; }}
  & .slidev-vclick-target:not(.slidev-vclick-current) .katex [style*="color"] {{ color: inherit !important; }}
  & .provenance p {{ position: absolute; left: 64px; bottom: 12px; font-size: 16px; color: {c.muted}; }}
"""
        return sheet(root, f"{root} .chain", self.template, more)


_CANVAS = 980  # the width of Slidev's slides where a deck says nothing else
_SETTINGS = "---\nlayout: default\nclass: derive\n---"
