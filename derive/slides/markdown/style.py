"""The look of Markdown slides: one style sheet, for the elements that each tool makes of the same Markdown."""

from __future__ import annotations

from derive.slides.deck.template import Template

SLIDE = {"16:9": (1280, 720), "4:3": (960, 720)}  # in pixels
HEADING = 1.2  # em of a heading's letters
LETTERS = 32  # pixels of a formula's letters: the slide is as wide as the room for formulas and 4 em


def sheet(root: str, chain: str, template: Template, more: str = "", size: str = f"{LETTERS}px") -> str:
    """The rules for the slides that ``root`` selects and the chains in them that ``chain`` selects, and ``more`` of a tool.

    A chain is a grid whose columns all of its rows share: formula and reason, behind a column for the start term
    ("lead") or for numbers of lines ("proof").  What is no emphasis in a row is a formula.
    """
    c = template.colors
    font = f'"{template.font}", sans-serif' if template.font else '"Helvetica Neue", Helvetica, Arial, sans-serif'
    return f"""\
{root} {{
  font: {size}/1.3 {font}; color: {c.text}; text-align: left;
  & :is(h1, h2, h3) {{ font: 600 {HEADING}em/1.2 {font}; color: {c.accent}; text-transform: none; letter-spacing: normal; margin: 0 0 .4em; }}
  & h1 {{ font-size: 1.8em; padding-top: 20%; }}
  & h3 {{ font-size: 1em; font-weight: normal; margin: 0 0 .4em; }}
  & h2 em {{ font-size: .7em; font-weight: normal; color: {c.muted}; }}
  & p {{ margin: 0 0 .5em; line-height: 1.3; }}
  & p:has(> em:first-child) {{ font-size: .8em; line-height: 1.4; color: {c.muted}; }}
  & em {{ font-style: normal; }}
  & ol {{ font-size: .8em; line-height: 1.4; margin: 0 0 0 1.5em; padding: 0; }}
  & strong {{ font-size: .8em; }}
  & p > em:first-child, & strong {{ font-weight: normal; color: {c.accent}; }}
  & p > strong:only-child {{ color: {c.changed}; }}
  & img {{ display: block; max-width: 100%; margin: 0 auto; border: 0; }}
{more}}}
{chain} {{
  display: grid; grid-template-columns: max-content minmax(0, 1fr); row-gap: .45em; align-items: baseline;
  & > * {{ grid-column: 1 / -1; margin-top: 0; margin-bottom: 0; }}
  & > p > em {{ font-size: .8em; color: {c.muted}; padding-left: 1.25em; }}
  & ul, & ul > li {{ display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; align-items: baseline; margin: 0; padding: 0; }}
  & ul {{ row-gap: .45em; list-style: none; }}
  & ul > li {{ justify-items: start; }}
  & ul > li::before, & ul > li > br {{ display: none; }}
  & ul > li > :not(em, strong) {{ grid-column-end: -2; }}
  & ul > li > :not(em, strong), & p:not(:has(> :is(em, strong))) > * {{ font-size: calc(1em * var(--scale, 1)); }}
  & ul > li > em {{ grid-column: -2; grid-row: 1; font-size: .8em; line-height: 1.4; color: {c.muted}; padding-left: 1.25em; }}
  &.lead, &.proof {{ grid-template-columns: max-content max-content minmax(0, 1fr); }}
  &.lead > p:has(+ :is(ul, div)) {{ grid-column: 1; padding-right: .28em; }}
  &.lead ul {{ grid-column: 2 / -1; }}
  &.below ul > li {{ display: block; }}
  &.below ul > li > br {{ display: revert; }}
  &.below ul > li > em {{ display: block; padding-left: 2.5em; }}
  & ul > li > strong {{ color: {c.muted}; padding-right: 1em; }}
}}
"""
