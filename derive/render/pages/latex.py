"""Derivations in LaTeX, with amsmath and nothing else."""

from __future__ import annotations

import re

from derive.kernel.terms import Term
from derive.record import Derivation
from derive.render.formula.layout import Labels
from derive.render.formula.measure import formula_em, words_em
from derive.render.formula.notation import Notation, load_notation
from derive.render.pages.clashes import refuse_clashes
from derive.render.pens.latex import Pen, escape, prose_latex, relation_latex, sentence_latex
from derive.render.pens.lines import broken
from derive.render.words.prose import block_title, proof_words, shows_start
from derive.render.words.sentence import listed
from derive.render.words.written import Written

TEXT_WIDTH = 32.5  # in em: what fits on a line of a standard article
DOCUMENT = r"""\documentclass[11pt]{article}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\usepackage{amsmath}
"""
_BEGIN, _END = r"\begingroup\emergencystretch=3em\allowdisplaybreaks[1]", "\\par\\endgroup\n"
_NUMBER = 2.5  # in em: the number of an equation
_CITED = "@"  # stands round the number of a line in words
# what ends a proof: amsthm's own sign where that is loaded, a square where amsmath is alone
_SQUARE = r"\providecommand\qedsymbol{{\fboxsep0pt\fbox{\rule{0pt}{1.1ex}\rule{1.1ex}{0pt}}}}"


def derivation_latex(
    d: Derivation,
    notation: Notation | str | None = None,
    standalone: bool = False,
    reasons: str = "beside",
    width: float = TEXT_WIDTH,
    where: bool = False,
    conditions: bool = False,
    number: bool = False,
    theorem: int = 0,
) -> str:
    """A derivation in LaTeX: the claim with its conditions, then the steps aligned at their relations.

    A fragment to ``\\input`` where amsmath is loaded, or a whole document with ``standalone``.  ``reasons``: beside
    the lines, where ``width`` (in em) has room for them in all displays, or below.  ``where``: state all definitions, those of
    the library too; ``conditions``: number the conditions, and say at each line which it uses.  ``number``: each line is an equation
    with the label derive:NAME:LINE, by which reasons cite it.  ``theorem``: its number in a handout, which has the counter derivation.
    Raises UserError as ``term_latex`` does.
    """
    n = load_notation(notation)
    refuse_clashes(d, n, Pen().draw, "in LaTeX")
    body = Page(d, n, reasons, width, where, conditions, number, theorem).text()
    if not standalone:
        return body
    return f"{DOCUMENT}\\begin{{document}}\n\n{body}\n\\end{{document}}\n"


class Page(Written):
    """What stands in a document: a theorem with its proof, or a claim that is false."""

    def __init__(
        self, d: Derivation, notation: Notation, reasons: str = "beside", width: float = TEXT_WIDTH, everything: bool = False,
        numbered: bool = False, number: bool = False, theorem: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(d, notation, numbered, number)
        self.theorem = theorem
        self.width = width - (_NUMBER if number else 0)
        self.number = number
        self.equations = listed(self.where(everything=everything))
        self.chains = [_Chain(self, n) for n in range(len(d.blocks))]
        # one way for the whole page: a reader looks for the reasons in one place
        self.beside = reasons == "beside" and all(chain.has_room for chain in self.chains)

    def text(self) -> str:
        d = self.d
        out = [_BEGIN, *([] if d.gaps else [_SQUARE]), *self.heading("Theorem"), *self.statement("we have")]
        out.append(rf"\noindent\textit{{{proof_words(d)}.}}")
        for n, block in enumerate(d.blocks):
            title = block_title(d, n)
            head = [] if not title else [rf"\textit{{{prose_latex(title)}.}}"]
            if block.assumes:
                head.append(f"Assume {sentence_latex(listed(self.assumed(n)))}.")
            if head:
                out.append((r"\noindent " if n else "") + " ".join(head))
            out += self.display(self.chains[n].rows(self.beside), numbered=self.number)
        if self.number and not d.gaps:
            out.append(r"\hfill\qedsymbol\par")
        for note in d.notes:
            out.append(rf"\noindent\textit{{Note.}} {prose_latex(note)}")
        return "\n".join([*out, _END])

    def denial(self) -> str:
        """A claim that is false, with its conditions."""
        return "\n".join([_BEGIN, *self.heading("False claim"), *self.statement("it is false that"), _END])

    def heading(self, what: str) -> list[str]:
        """What it is, and its name; in a handout a theorem has its number, to which a label leads.  And what it says in words."""
        name = escape(self.d.name).replace(r"\_", r"\_\allowbreak{}")
        label = rf"\refstepcounter{{derivation}}\label{{{self.label()}}}" if self.theorem else ""
        number = f" {self.theorem}" if self.theorem else ""
        said = [rf"\textit{{{prose_latex(self.d.summary)}}}"] if self.d.summary else []
        return [rf"\noindent{label}\textbf{{{what}{number}}} (\texttt{{{name}}}).", *said]

    def statement(self, said: str) -> list[str]:
        """The conditions, the claim, and what the symbols in it are."""
        given = listed(self.given())
        out = [f"Under {sentence_latex(given)}, {said}" if given else said.capitalize()]
        out += self.display(self.claim())
        if self.equations:
            # ragged: a formula in a line of text can break at few places only
            out += [r"{\raggedright", rf"\noindent where {sentence_latex(self.equations)}.\par", "}"]
        return out

    def cited(self, line: int) -> str:
        return f"{_CITED}{line}{_CITED}"

    def words(self, n: int, i: int) -> str:
        """The reasons of a line; a line that they cite is cited by its label."""
        drawn = prose_latex(self.reasons(n, i))
        return re.sub(f"{_CITED}(\\d+){_CITED}", lambda m: rf"\eqref{{{self.label(m[1])}}}", drawn)

    def label(self, line: int | str = "") -> str:
        """By which the theorem is cited in a document, or a line of it."""
        name = re.sub(r"\W", "", self.d.name)
        return f"derive:{name}:{line}" if line else f"derive:{name}"

    def display(self, rows: list[str], numbered: bool = False) -> list[str]:
        lines = [f"  {r} \\\\" for r in rows]
        lines[-1] = lines[-1].removesuffix(" \\\\")
        name = "align" if numbered else "align*"
        return [rf"\begin{{{name}}}", *lines, rf"\end{{{name}}}"]

    def drawn(self, term: Term, labels: Labels) -> str:
        """A formula, with marks where it may break."""
        return Pen().draw(self.node(term, labels), breaks=True).strip()

    def claim(self) -> list[str]:
        first, *rest = _cut(self.drawn(self.d.claim, self.d.labels), self.width)
        rows = [f"& {first}" if rest else first, *(rf"&\quad {_continued(r)}" for r in rest)]
        return rows if self.equations else _full_stop(rows)


class _Chain:
    """The rows of a block."""

    def __init__(self, page: Page, n: int) -> None:
        self.page, self.block = page, page.d.blocks[n]
        self.before = sum(len(b.lines) for b in page.d.blocks[:n])
        self.last = n == len(page.d.blocks) - 1
        self.start = _cut(page.drawn(self.block.start, self.block.labels), page.width)
        self.lines = [page.drawn(line.term, line.labels) for line in self.block.lines]
        self.words = [page.words(n, i) for i in range(len(self.block.lines))]
        self.longest = max((words_em(w) for w in self.words), default=0.0)
        self.sign = max((formula_em(relation_latex(line.relation)) for line in self.block.lines), default=0.0)

    def measured(self, left: float) -> tuple[list[list[str]], float, float]:
        """The lines cut to fit beside ``left``, the widest part, and the room for reasons at their right."""
        room = self.page.width - left - self.sign
        parts = [_cut(line, room) for line in self.lines]
        widest = max((formula_em(p) for ps in parts for p in ps), default=0.0)
        return parts, widest, room - widest - 1.5

    def laid(self, beside: bool) -> tuple[bool, float, list[list[str]], float, float]:
        """Whether the start term stands on the row of the first line, its width there, and the lines as ``measured``.

        The reasons stand at the right where they need few rows there; with the start term on a line of its own there is more
        room for them.
        """
        left = formula_em(self.start[0])
        short = len(self.start) == 1 and left <= 9.5 and shows_start(self.block)
        lines = self.measured(left if short else 0.0)
        column = lines[2]
        tight = column < min(self.longest, 8.5) or self.longest > 2 * column
        if short and tight and (beside or column < 0):
            short, lines = False, self.measured(0.0)
        return (short, left if short else 0.0, *lines)

    @property
    def has_room(self) -> bool:
        """Whether the reasons can stand beside the lines."""
        return self.laid(True)[-1] >= min(self.longest, 8.5)

    def rows(self, beside: bool) -> list[str]:
        short, left, parts, widest, column = self.laid(beside)
        rows = []
        if shows_start(self.block) and not short:
            one_wide = len(self.start) == 1 and formula_em(self.start[0]) > widest + self.sign
            # a start term wider than the lines must not push the reasons away
            rows = [rf"& \rlap{{$\displaystyle {self.start[0]}$}}" if one_wide and beside else f"& {self.start[0]}"]
            rows += [rf"&\quad {_continued(p)}" for p in self.start[1:]]
        rows = [row + self.number(0) for row in rows]
        for i, (line, cut, reason) in enumerate(zip(self.block.lines, parts, self.words, strict=True)):
            ends = self.last and i == len(parts) - 1
            lead = f"{self.start[0]} " if short and i == 0 else ""
            row = f"{lead}&{relation_latex(line.relation)} {cut[0]}"
            more = [rf"&\qquad {_continued(p)}" for p in cut[1:]]
            if ends:
                row, *more = _full_stop([row, *more])
            if beside and reason:
                fits = words_em(reason) <= column
                box = r"\text{" if fits else rf"\parbox[t]{{{min(column, 16):.1f}em}}{{\raggedright "
                row += f" && {box}{reason}}}"
            if not beside and reason:
                room = self.page.width - left - self.sign - 2
                wide = 0.9 * words_em(reason) > room
                box = rf"\parbox[t]{{{room:.1f}em}}{{\raggedright" if wide else r"\text{"
                more.append(rf"&\qquad{box}\small {reason}}}")
            rows += [row + self.number(self.before + i + 1), *(r + self.number(0) for r in more)]
        if self.last and not self.page.number and not self.page.d.gaps:
            rows[-1] += r" \tag*{\qedsymbol}"
        return rows

    def number(self, line: int) -> str:
        """What numbers a row, or leaves it without a number."""
        if not self.page.number:
            return ""
        return rf" \label{{{self.page.label(line)}}}" if line else r" \notag"


def _cut(drawn: str, room: float) -> list[str]:
    """A formula in lines of at most so many em."""
    return broken(drawn, int(room), formula_em)


def _full_stop(rows: list[str]) -> list[str]:
    return [*rows[:-1], rows[-1] + "."]


def _continued(part: str) -> str:
    """A part of a broken line; its first sign is spaced as one between two terms."""
    return f"{{}}{part}" if re.match(r"[-+=<]|\\(le|iff|implies)\b", part) else part
