"""What a notebook shows of a derivation."""

from __future__ import annotations

from derive.kernel.terms import Term
from derive.record import Derivation
from derive.render.formula.layout import Labels
from derive.render.formula.notation import Notation, load_notation
from derive.render.pens.latex import relation_latex
from derive.render.pens.web import WebPen, no_tags, prose_web, sentence_web
from derive.render.words.prose import line_words, shows_start
from derive.render.words.written import Written


def mimebundle(d: Derivation, notation: Notation | str | None = None, html: bool = True) -> dict[str, str]:
    """The bundle that a notebook shows: text/html with MathML, text/latex and text/plain.

    Notebooks prefer text/html; ``html=False`` leaves it out.  text/latex is one block, with the reasons on their own
    rows.  Raises UserError as ``term_latex`` does.
    """
    from derive.render.pages.text import derivation_text

    n = load_notation(notation)
    written = Written(d, n)
    said = written.d

    def draw(term: Term, labels: Labels) -> str:
        return WebPen().draw(written.node(term, labels)).strip()

    rows = [rf"&\text{{given }}{sentence_web(c)}" for c in written.given()]
    rows.append(rf"&\text{{claim }}{draw(said.claim, said.labels)}")
    rows += [rf"&\text{{where }}{sentence_web(e)}" for e in written.where()]
    for n_block, block in enumerate(said.blocks):
        rows[-1] += r" \\[1ex]"
        if block.title:
            rows.append(f"&{prose_web(block.title)}")
        rows += [rf"&\text{{assume }}{sentence_web(c)}" for c in written.assumed(n_block)]
        if shows_start(block):
            rows.append(f"&{draw(block.start, block.labels)}")
        for line in block.lines:
            lead = f"&\\quad {relation_latex(line.relation)} " if line.relation else "&"
            rows.append(lead + draw(line.term, line.labels))
            words = line_words(line, n)
            if words:
                rows.append(rf"&\qquad\qquad {prose_web(words)}")
    body = no_tags(" \\\\\n".join(rows).replace("[1ex] \\\\", "[1ex]"))
    plain = derivation_text(d, n)
    bundle = {"text/latex": f"$$\\begin{{aligned}}\n{body}\n\\end{{aligned}}$$", "text/plain": plain}
    if html:
        from derive.render.pages.html import derivation_html

        bundle["text/html"] = derivation_html(d, n)
    return bundle
