"""How slides and handouts look in Typst: the functions at the head of every source that derive writes.

A slide is data (its heading, its claim, its steps with the click at which each appears); ``slide`` draws it once for each
click.  What a later click shows is hidden, not left out, so nothing moves from page to page.
"""

from __future__ import annotations

COMMON = r"""
// A formula in a line of text, with its words for those who listen; a long one may be broken over lines.
#let eq(alt, it, long: false) = (if long { it => it } else { box })(math.equation(alt: alt, it.body))

// How far a formula reaches above its baseline, and how wide it is.
#let size-of(it) = {
  let (width, height) = measure({
    set par(leading: 0pt)
    box({
      math.equation(block: false, alt: "formula", math.display(it))
      box(width: 0pt, height: 200pt, baseline: 200pt)
    })
  })
  (width: width, up: height - 200pt)
}

// Of a formula on several lines.
#let size-of-lines(parts, indent) = {
  let sizes = parts.enumerate().map(((i, it)) => size-of(if i == 0 { it.body } else { box() + it.body }))
  let indented = sizes.slice(1).map(size => size.width + indent.to-absolute())
  (width: calc.max(sizes.first().width, ..indented), up: calc.max(0.8em.to-absolute(), sizes.first().up))
}

// A formula on lines of its own: `parts` are its lines, the later ones indented.  The first line takes at least `up` above
// the baseline, so that what stands beside it can be aligned.
#let formula-lines(alt, parts, up: 0pt, indent: 2em) = {
  show math.equation: set align(start)
  let strut = box(width: 0pt, height: up + 0.3em, baseline: 0.3em)
  let (first, ..rest) = parts.map(it => it.body)
  // the empty box is something for the sign after it to stand behind
  math.equation(block: true, alt: alt, (first + strut, ..rest).join(linebreak() + h(indent) + box()))
}

// Words that stand on the baseline of a formula which reaches `up` above it.
#let beside(up, it) = par(box(width: 0pt, height: up) + it)

#let worded(factor, ..style, it) = context text(size: calc.max(factor * 0.84em.to-absolute(), least), ..style, it)
#let small = worded.with(1, fill: colors.muted)

// What no page may end with.
#let with-next(it) = block(breakable: false, sticky: true, it)

// What needs more than the room there is is drawn smaller.  The label <fit> tells where that was needed.
#let shrunk(need, room, it) = if need <= room + 0.1pt { it } else {
  [#metadata((page: here().page(), factor: room / need)) <fit>]
  text(size: room / need * 1em, it)
}

// The steps: a table of labels, starts, formulas and reasons, aligned at the relations.
// `at` is the click that is shown; the steps of later ones are hidden.
#let chain(s, at, gap) = layout(room => {
  let in-em(length) = (length / 1em.to-absolute() + 0.005) * 1em // follows the size of letters
  let lead = s.at("lead", default: none)
  let before = if lead == none { (width: 0pt, up: 0pt) } else { size-of(lead.formula.body) }
  // words keep their size where formulas are smaller
  let small = worded.with(1 / (s.at("scale", default: 100%) / 100%), fill: colors.muted)
  let labels = s.steps.any(it => "label" in it)
  let aside = s.at("aside", default: true)
  let cells = ()
  let widest = 0pt
  for (i, it) in s.steps.enumerate() {
    let parts = (it.formula)(if it.click == at and at > 0 { text.with(fill: colors.changed) } else { it => it })
    let first = lead != none and i == 0
    let size = size-of-lines(parts, 2em)
    widest = calc.max(widest, size.width)
    let up = calc.max(size.up, if first { before.up } else { 0pt })
    let see = if it.click <= at { it => it } else { hide }
    let why = small(it.at("why", default: []) + if i == s.steps.len() - 1 { s.at("end", default: []) })
    let formula = formula-lines(it.alt, parts, up: up)
    if labels { cells.push(see(beside(up, small(it.at("label", default: ""))))) }
    if lead != none { cells.push(if first { formula-lines(lead.alt, (lead.formula,), up: up) }) }
    if aside {
      cells += (see(formula), see(beside(up, why)))
    } else {
      cells.push(see(block(breakable: false, stack(spacing: 0.5em, formula, pad(left: 2em, why)))))
    }
  }
  let columns = if aside { (in-em(widest), 1fr) } else { (1fr,) }
  let gutter = if aside { (1em,) } else { () }
  let need = widest + if aside { 6em.to-absolute() } else { 0pt }
  if lead != none {
    columns.insert(0, in-em(before.width))
    gutter.insert(0, 0.3em)
    need += before.width + 0.3em.to-absolute()
  }
  if labels {
    let width = calc.max(..s.steps.map(it => measure(small(it.at("label", default: ""))).width))
    columns.insert(0, in-em(width))
    gutter.insert(0, 0.5em)
    need += width + 0.5em.to-absolute()
  }
  // no page ends with the first line alone, none begins with the last
  let grids = ()
  let count = calc.div-euclid(cells.len(), columns.len())
  let middle = if count > 3 { (calc.min(2, count), count - 2) } else { (count, count) }
  for (from, to, breaks) in ((0, middle.first(), false), (..middle, true), (middle.last(), count, false)) {
    let own = cells.slice(from * columns.len(), to * columns.len())
    if own.len() > 0 {
      let rows = grid(columns: columns, column-gutter: gutter, row-gutter: gap, ..own)
      grids.push(block(breakable: breaks, above: gap, below: gap, rows))
    }
  }
  shrunk(need, room.width, grids.join())
})

#let claim(it) = layout(room => {
  let size = size-of-lines(it.formula, 1em)
  let drawn = formula-lines(it.alt, it.formula, up: size.up, indent: 1em)
  let head = beside(size.up, text(size: 0.84em, weight: "bold", fill: colors.accent)[Claim])
  let need = size.width + measure(head).width + 1em.to-absolute()
  shrunk(need, room.width, block(
    stroke: (left: 2.5pt + colors.accent), inset: (left: 0.5em, y: 0.3em),
    grid(columns: 2, column-gutter: 0.5em, head, drawn),
  ))
})

// Numbers in columns.
#let numbers(columns, ..cells) = {
  show table.cell.where(y: 0): set text(fill: colors.accent)
  table(
    columns: columns, stroke: none, inset: (x: 0.6em, y: 0.25em), align: (x, y) => if x == 0 { left } else { right },
    cells.pos().first(), table.hline(stroke: 1pt + colors.muted), ..cells.pos().slice(1),
  )
}

// What stands under the heading of a slide, or below that; `gap` is what parts the steps.
#let matter(s, at, gap: 0.5em) = {
  set par(leading: 0.5em, spacing: 0.7em, linebreaks: "optimized") // no word alone on the last line
  set block(spacing: 0.7em)
  if "subheading" in s { with-next(text(size: 0.84em, weight: "bold", fill: colors.accent, s.subheading)) }
  if "given" in s { with-next(small[Given #s.given]) }
  let formulas = text.with(size: s.at("scale", default: 100%) * 1em)
  if "claim" in s { with-next(if "steps" in s { claim(s.claim) } else { formulas(claim(s.claim)) }) }
  if "title" in s { block(above: 1.2em, breakable: false, sticky: true, text(size: 0.85em, weight: "bold", fill: colors.accent, s.title)) }
  if "assume" in s { with-next(worded(1)[Assume #s.assume]) }
  for it in s.at("blocks", default: ()) { block(text(size: s.at("words", default: 0.85em), it)) }
  if "steps" in s { block(above: 1em, formulas(chain(s, at, gap))) }
  if "picture" in s { align(center, s.picture) }
  for it in s.at("later", default: ()) { block(above: 0.8em, text(size: 0.84em, (if at >= it.click { it => it } else { hide })(it.it))) }
  if "end" in s and "steps" not in s { small(s.end) }
  for it in s.at("notes", default: ()) {
    (if at >= s.at("clicks", default: 0) { it => it } else { hide })(small[_Note:_ #it])
  }
}
""".lstrip()

SLIDES = r"""
#set page(
  width: paper.width, height: paper.height, fill: colors.background,
  margin: (x: margin, top: 26pt, bottom: 36pt), footer-descent: 8pt,
)
#set text(font: fonts, size: letters, fill: colors.text, hyphenate: false, lang: "en", region: "GB")
#set par(justify: false)
#set math.lr(size: 1em)
#show heading: it => it.body

// How much smaller what is too high for its place is drawn, and how far its rows are spread where there is room.
#let fitting(place, rows, it) = {
  let high(factor) = measure(width: place.width / factor, it(0.5em)).height * factor
  let spare = place.height - high(1)
  if spare >= 0pt { return (factor: 1, gap: 0.5em + calc.max(0pt, calc.min((spare - 0.1 * place.height) / rows, 0.5em.to-absolute()))) }
  let factor = range(49, 9, step: -1).map(i => i / 50).find(factor => high(factor) <= place.height)
  (factor: if factor == none { 0.2 } else { factor }, gap: 0.5em)
}

// The label <fit> tells where something had to be smaller.
#let fitted(place, fit, it) = if fit.factor == 1 { it(fit.gap) } else {
  context [#metadata((page: here().page(), factor: fit.factor)) <fit>]
  scale(fit.factor * 100%, origin: top + left, reflow: true, block(width: place.width / fit.factor, it(fit.gap)))
}

// A heading of this size.
#let headline(it, part, marked, size) = block(below: 14pt, {
  set par(leading: 0.45em, linebreaks: "optimized") // no word alone on the second line
  set text(costs: (runt: 1000%))
  show heading: set text(size: size, weight: "bold", fill: colors.accent)
  heading(bookmarked: marked, outlined: false, it + if part != "" {
    [~] + box(text(size: 0.7em, weight: "regular", fill: colors.muted, part))
  })
})

// The size of a heading, that of the deck's or smaller where it needs more than two lines of these, and how high it is then.
#let sized(width, it, part) = {
  let high(size) = measure(width: width, headline(it, part, false, size)).height
  let sizes = (heading-size, 23pt, 21pt, 19pt).filter(size => size <= heading-size)
  let size = sizes.find(size => high(size) < 2.2 * size)
  if size == none { size = 18pt }
  (size: size, high: high(size))
}

#let foot(s) = {
  set text(size: 10pt, fill: colors.muted)
  grid(
    columns: (auto, 1fr, auto), column-gutter: 2em, align: (left + horizon, center + horizon, right + horizon),
    s.at("provenance", default: []), footer-text, stack(dir: ltr, spacing: 1em, logo, text(size: 12pt, str(s.number))),
  )
}

// What a later click shows takes its room from the first page on, so all pages of a slide are measured at once.
#let slide(..named) = context {
  let s = named.named()
  let below = s.at("below", default: ())
  let clicks = (s, ..below).last().at("clicks", default: 0)
  let rows = (s, ..below).map(it => it.at("steps", default: ()).len() + 1).sum()
  let part = s.at("part", default: "")
  let body(at) = gap => {
    matter(s, at, gap: gap)
    for it in below { block(above: 1.2em, (if at >= it.opens { it => it } else { hide })(matter(it, at, gap: gap))) }
  }
  let width = paper.width - 2 * margin
  let head = sized(width, s.heading, part)
  let place = (width: width, height: paper.height - 62pt - head.high - 0.8em.to-absolute())
  let fit = fitting(place, rows, body(clicks))
  for at in if overlays { range(clicks + 1) } else { (clicks,) } {
    // without overlays nothing is new
    let at = if overlays { at } else { clicks + 0.5 }
    set page(footer: foot(s))
    headline(s.heading, part, part.starts-with(regex("$|\(1/")) and (at < 1 or not overlays), head.size)
    block(above: 0.8em, width: 100%, height: 1fr, fitted(place, fit, body(at)))
    pagebreak(weak: true)
  }
}

// The contents in a place, smaller where they are too many for it.
#let contents-list(contents, start, place) = if contents.len() > 0 {
  let listed(gap) = {
    set text(size: 0.8em)
    set par(leading: 0.45em)
    enum(start: start, spacing: gap, ..contents)
  }
  fitted(place, fitting(place, contents.len() + 1, listed), listed)
}

#let title-slide(it, subtitle, contents) = {
  set page(margin: (x: 1.5 * margin, y: 72pt))
  show title: set text(size: 40pt, weight: "bold", fill: colors.accent)
  let head = {
    block(below: 18pt, title(it))
    if subtitle != [] { block(text(fill: colors.muted, subtitle)) }
  }
  layout(place => {
    let below = (width: place.width, height: place.height - measure(width: place.width, head).height - 36pt)
    block(width: 100%, height: 100%, {
      v(1fr)
      head
      if contents.len() > 0 { v(18pt) }
      contents-list(contents, 1, below)
      v(1.5fr)
    })
  })
  pagebreak(weak: true)
}

#let contents-slide(contents, start) = {
  headline([Contents], "", true, heading-size)
  block(above: 1.2em, width: 100%, height: 1fr, layout(place => contents-list(contents, start, place)))
  pagebreak(weak: true)
}
""".lstrip()

HANDOUT = r"""
#set page(paper: "a4", margin: 2cm, numbering: "1")
#set text(font: fonts, size: 11pt, fill: colors.text, hyphenate: false, lang: "en", region: "GB")
#set math.lr(size: 1em)

#let derivation(s) = {
  show heading: set text(size: 0.85em, weight: "bold", fill: colors.accent)
  block(breakable: "whole" not in s, width: 100%, below: 2em, {
    heading(s.heading)
    for it in s.parts { matter(it, calc.inf) }
    if "provenance" in s { block(above: 1.2em, text(size: 0.7em, fill: colors.muted, s.provenance)) }
  })
}

// On one page where it fits on one, if need be in somewhat smaller letters.  Of many it is not asked: to measure takes memory.
#let handout(..derivations) = context {
  let drawn = for s in derivations.pos() { derivation(s) }
  let sizes = if derivations.pos().len() > 12 { () } else { (11pt, 10pt, 9pt) }
  let size = sizes.find(size => measure(width: 17cm, { set text(size: size); drawn }).height <= 25.5cm)
  set text(size: if size == none { 10pt } else { size })
  drawn
}
""".lstrip()
