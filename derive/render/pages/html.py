"""Derivations as a block of HTML that needs no script, font or network; its formulas are MathML."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from derive.kernel.terms import Term
from derive.record import Derivation, Line, Reason
from derive.record.relations import sign_of
from derive.render.formula.layout import Labels
from derive.render.formula.nodes import Prose
from derive.render.formula.notation import Notation, load_notation
from derive.render.pages.clashes import refuse_clashes
from derive.render.pages.text import derivation_text
from derive.render.pens import mathml
from derive.render.pens.text import term_text
from derive.render.words.prose import block_title, proof_words, shows_start
from derive.render.words.sentence import listed
from derive.render.words.written import Written

# A notebook that is not trusted loses its style sheets and its MathML: then the plain text shows, and the rest is
# hidden by its own attribute.  The doubled class outranks what notebooks say about tables.  The shadow is not seen:
# Chromium takes an underbrace to be as narrow as its sign, and without it cuts it at the tiles that it paints.
_STYLE = """
.derive.derive:has(math)>.derive-plain{display:none}
.derive.derive:has(math)>.derive-page{display:block!important}
.derive.derive{color:inherit;line-height:1.5;overflow-x:auto}
.derive.derive p{margin:.5em 0}
.derive.derive math{font-size:1.1em}
.derive.derive p math,.derive.derive .derive-why math{margin:0 .12em 0 .05em}
.derive.derive munder>mo{box-shadow:0 0 0 30em transparent}
.derive.derive .derive-claim{margin:.8em 0;overflow-x:auto;overflow-y:hidden}
.derive.derive table,.derive.derive tbody,.derive.derive tr,.derive.derive td{background:none;border:0;color:inherit}
.derive.derive tbody tr:nth-child(n){background:none}
.derive.derive table{border-collapse:collapse;font-size:inherit;margin:.3em 0 .8em 1.5em;table-layout:auto;width:auto}
.derive.derive td{max-width:none;padding:.3em 0;text-align:left;vertical-align:baseline;white-space:normal}
.derive.derive td.derive-rel{padding:0 .35em 0 1.2em;text-align:right;width:1px}
.derive.derive td.derive-wide{padding-left:1.2em}
.derive.derive td.derive-why{min-width:11em;padding-left:2.5em}
.derive.derive mtd{padding:.15em 0;text-align:left}
.derive.derive tr.derive-gap td{border-bottom:1px dashed currentColor;border-top:1px dashed currentColor}
"""


def derivation_html(d: Derivation, notation: Notation | str | None = None, conditions: bool = False) -> str:
    """A derivation as a block of HTML: its claim with its conditions, then a table with a row for each step.

    ``conditions``: number the conditions, and say at each line which it uses.  The block is well-formed XML.  Where a page drops MathML or style sheets, the plain text shows in its place.
    Raises UserError as ``term_mathml`` does.
    """
    n = load_notation(notation)
    refuse_clashes(d, n, mathml.Pen().draw, "in HTML")
    page = "\n".join(_Page(d, n, conditions).rows())
    return (
        '<div class="derive tex2jax_ignore mathjax_ignore" dir="ltr">'
        f"<style>{_STYLE}</style>\n"
        f'<pre class="derive-plain">{mathml.text_html(derivation_text(d, n, conditions=conditions))}</pre>\n'
        f'<div class="derive-page" style="display:none">\n{page}\n</div>\n</div>'
    )


class _Page(Written):
    def rows(self) -> Iterator[str]:
        d = self.d
        summary = f" <i>{mathml.prose_html(d.summary)}</i>" if d.summary else ""
        yield f"<p><b>{'Unproved claim' if d.gaps else 'Theorem'}</b> (<code>{mathml.text_html(d.name)}</code>).{summary}</p>"
        given = self.sentence(self.given(), self.given(linear=True))
        yield f"<p>Under {given}, we have</p>" if given else "<p>We have</p>"
        yield f'<div class="derive-claim">{self.math(d.claim, d.labels, True)}</div>'
        if self.where():
            yield f"<p>where {self.sentence(self.where(), self.where(linear=True))}.</p>"
        yield f"<p><i>{proof_words(d)}.</i></p>"
        for n, block in enumerate(d.blocks):
            title = block_title(d, n)
            head = [f"<i>{mathml.prose_html(title)}.</i>"] if title else []
            if block.assumes:
                head.append(f"Assume {self.sentence(self.assumed(n), self.assumed(n, linear=True))}.")
            if head:
                yield f"<p>{' '.join(head)}</p>"
            yield from self.steps(n)
        for note in d.notes:
            yield f"<p><i>Note.</i> {mathml.prose_html(note)}</p>"

    def sentence(self, drawn: list[Prose], plain: list[Prose]) -> str:
        """A list of small sentences, drawn and, for where that cannot be shown, on one line."""
        return mathml.sentence_html(listed(drawn), listed(plain))

    def math(self, term: Term, labels: Labels, block: bool = False) -> str:
        return mathml.term_mathml(term, self.notation, labels=labels, avoid=self.avoid, block=block)

    def steps(self, n: int) -> Iterator[str]:
        block = self.d.blocks[n]
        yield "<table><tbody>"
        if shows_start(block):
            yield f'<tr><td colspan="2">{self.math(block.start, block.labels)}</td><td class="derive-why"></td></tr>'
        for i, line in enumerate(block.lines):
            gap = any(r.kind == "gap" for r in line.reasons)
            cells = self.step(line)
            opening = '<tr class="derive-gap">' if gap else "<tr>"
            yield f"{opening}{cells}{self.why(n, i)}</tr>"
        yield "</tbody></table>"

    def why(self, n: int, i: int) -> str:
        """The cell of a line's reasons."""
        said = dict.fromkeys(map(self.drawn_reason, self.d.blocks[n].lines[i].reasons))
        used = "" if self.uses is None else self.uses.words(n, i)
        return f'<td class="derive-why">{"; ".join([*said, used] if used else said)}</td>'

    def drawn_reason(self, reason: Reason) -> str:
        words = self.reason(reason)
        if reason.kind != "gap":
            return mathml.prose_html(words)
        return f"<b>Unproved gap</b>{mathml.prose_html(words.removeprefix('GAP'))}"

    def step(self, line: Line) -> str:
        """The cells of a line: its relation and its formula, or both in one where the formula is broken."""
        sign = sign_of(line.relation)
        if not sign:
            return f'<td colspan="2">{self.math(line.term, line.labels)}</td>'
        text = term_text(line.term, self.notation, avoid=self.avoid)
        lines = mathml.drawn_lines(self.node(line.term, line.labels), mathml.WIDTH)
        if len(lines) == 1:
            relation = mathml.math(_relation(sign, "0"), sign)
            return f'<td class="derive-rel">{relation}</td><td>{mathml.math(lines[0], text, True)}</td>'
        lines[0] = _relation(sign, mathml.REL) + lines[0]
        return f'<td class="derive-wide" colspan="2">{mathml.math(mathml.stacked(lines), f"{sign} {text}", True)}</td>'


def _relation(sign: str, right: str) -> str:
    return mathml.element("mo", escape(mathml.visible(sign)), form="infix", lspace="0", rspace=right)
