"""The handout as a PDF that is set without TeX, with tags and bookmarks."""

from __future__ import annotations

from derive.handout.course import Course, Theorem, word
from derive.handout.sheets import PAPER, Sheets, notation, refutation
from derive.render.pens.typst import escape
from derive.slides.deck import Deck, Slide
from derive.slides.deck.flow import flowing
from derive.slides.deck.template import LIGHT
from derive.slides.typst import ACCESSIBLE, compiled
from derive.slides.typst.source import LEAST, array, content, dictionary, head, markup, matter
from derive.slides.typst.style import COMMON

STYLE = r"""
#set page(paper: "a4", margin: (x: 2cm, y: 2.2cm), numbering: "1")
#set text(font: fonts, size: 11.5pt, fill: colors.text, hyphenate: false, lang: "en", region: "GB")
#set par(justify: false)
#set math.lr(size: 1em)
#show heading: set text(fill: colors.accent)
#show heading.where(level: 1): set text(size: 1.3em)
#show heading.where(level: 1): set block(above: 2em, below: 1em)
#show heading.where(level: 2): set text(size: 1em)
#show heading.where(level: 2): set block(above: 1.8em, below: 0.8em)
#show outline.entry.where(level: 1): set text(weight: "bold")

#let theorem(number, name, it, parts) = [
  #heading(level: 2)[Theorem #number. #it] #label("theorem-" + str(number))
  #block(sticky: true, small(raw(name)))
  #for part in parts { matter(part, calc.inf) }
]

#let false-claim(name, it, part, why) = [
  #heading(level: 2, outlined: false)[False: #it]
  #block(sticky: true, small(raw(name)))
  #matter(part, calc.inf)
  #block(breakable: false, why)
]

#let index(..entries) = columns(2, {
  set text(size: 0.85em)
  set par(spacing: 0.7em)
  for (it, word, numbers, paged) in entries.pos() {
    par(hanging-indent: 1em, it + [: #word~] + numbers.map(n => {
      let at = label("theorem-" + str(n))
      link(at)[#n] + if paged { context [, page~#counter(page).at(at).first()] }
    }).join([, ]))
  }
})
""".lstrip()

# Fractions and sums reach above and below their lines of text, so these stand apart.
NOTATION = "#set list(spacing: 1em)"


def pdf(course: Course, drawn: Sheets) -> bytes:
    """The handout.  Raises UserError where Typst is not there, or refuses it."""
    deck = Deck(tuple(s for t in course.theorems for s in drawn[t.derivation.name]), PAPER, course.title)
    return compiled(source(course, drawn, deck), {}, deck, "pdf", **ACCESSIBLE)[0]


def source(course: Course, drawn: Sheets, deck: Deck) -> str:
    """What Typst is given."""
    author = f"#align(center)[{escape(course.author)}]" if course.author else ""
    out = [
        *head(deck, LIGHT),
        f"#let least = {LEAST}pt",
        COMMON,
        STYLE,
        f"#align(center, title({content(escape(course.title))}))",
        author,
    ]
    out.append("#outline(depth: 2)")
    symbols = [f"- {markup(said)}" for said in notation(course)]
    out += ["= Notation", NOTATION, *symbols] if symbols else []
    for section in course.sections:
        out.append(f"= {escape(section.title)}")
        out += [_theorem(t, drawn[t.derivation.name]) for t in section.theorems]
        for r in section.refuted:
            fields = dictionary(matter(drawn[r.name][0]))
            said = content(markup(refutation(course, r)))
            out.append(f'#false-claim("{r.name}", {content(markup(drawn[r.name][0].heading))}, {fields}, {said})')
    entries = [
        f"({_name(words, is_code)}, [{word(n)}], {array(map(str, n))}, {str(is_code).lower()})"
        for words, is_code, n in course.entries()
    ]
    return "\n".join([*out, "= Index", f"#index({', '.join(entries)})", ""])


def _name(words: str, is_code: bool) -> str:
    return f'raw("{words}")' if is_code else content(escape(words))


def _theorem(t: Theorem, slides: tuple[Slide, ...]) -> str:
    (chains,) = flowing(slides)
    parts = array((dictionary(matter(s)) for s in chains), lines=True)
    return f'#theorem({t.number}, "{t.derivation.name}", {content(markup(slides[0].heading))}, {parts})'
