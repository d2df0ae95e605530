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


def derivation_latex(
    d: Derivation,
    notation: Notation | str | None = None,
    standalone: bool = False,
    reasons: str = "right",
    width: float = TEXT_WIDTH,
    where: bool = False,
    conditions: bool = False,
) -> str:
    """A derivation in LaTeX: the claim with its conditions, then the steps aligned at their relations.

    A fragment to ``\\input`` where amsmath is loaded, or a whole document with ``standalone``.  ``reasons``: right,
    beside the lines where ``width`` (in em) has room for them, or below.  ``where``: state all definitions, those of the
    library too; ``conditions``: number the conditions, and say at each line which it uses.  Raises UserError as ``term_latex`` does.
    """
    n = load_notation(notation)
    refuse_clashes(d, n, Pen().draw, "in LaTeX")
    body = _Page(d, n, reasons, width, where, conditions).text()
    if not standalone:
        return body
    return (
        "\\documentclass[11pt]{article}\n"
        "\\usepackage[utf8]{inputenc}\n"
        "\\IfFileExists{lmodern.sty}{\\usepackage[T1]{fontenc}\\usepackage{lmodern}}{}\n"
        "\\usepackage{amsmath}\n"
        "\\begin{document}\n\n"
        f"{body}\n"
        "\\end{document}\n"
    )


class _Page(Written):
    def __init__(
        self, d: Derivation, notation: Notation, reasons: str, width: float, everything: bool, numbered: bool
    ) -> None:
        super().__init__(d, notation, numbered)
        self.beside = reasons == "right"
        self.width = width
        self.equations = listed(self.where(everything=everything))

    def text(self) -> str:
        d = self.d
        name = escape(d.name).replace(r"\_", r"\_\allowbreak{}")
        out = [r"\begingroup\emergencystretch=3em", rf"\noindent\textbf{{Theorem}} (\texttt{{{name}}})."]
        if d.summary:
            out.append(rf"\textit{{{prose_latex(d.summary)}}}")
        given = listed(self.given())
        out.append(f"Under {sentence_latex(given)}, we have" if given else "We have")
        out += self.display(self.claim())
        if self.equations:
            # ragged: a formula in a line of text can break at few places only
            out += [r"{\raggedright", rf"\noindent where {sentence_latex(self.equations)}.\par", "}"]
        out.append(rf"\noindent\textit{{{proof_words(d)}.}}")
        for n, block in enumerate(d.blocks):
            title = block_title(d, n)
            head = [] if not title else [rf"\textit{{{prose_latex(title)}.}}"]
            if block.assumes:
                head.append(f"Assume {sentence_latex(listed(self.assumed(n)))}.")
            if head:
                out.append((r"\noindent " if n else "") + " ".join(head))
            out += self.display(self.steps(n, last=n == len(d.blocks) - 1))
        for note in d.notes:
            out.append(rf"\noindent\textit{{Note.}} {prose_latex(note)}")
        return "\n".join([*out, r"\par\endgroup"]) + "\n"

    def display(self, rows: list[str]) -> list[str]:
        lines = [f"  {r} \\\\" for r in rows]
        lines[-1] = lines[-1].removesuffix(" \\\\")
        return [r"\begin{align*}", *lines, r"\end{align*}"]

    def broken(self, term: Term, labels: Labels, room: float) -> list[str]:
        return broken(Pen().draw(self.node(term, labels), breaks=True).strip(), int(room), formula_em)

    def claim(self) -> list[str]:
        first, *rest = self.broken(self.d.claim, self.d.labels, self.width)
        rows = [f"& {first}" if rest else first, *(rf"&\quad {_continued(r)}" for r in rest)]
        return rows if self.equations else _full_stop(rows)

    def steps(self, n: int, last: bool) -> list[str]:
        block = self.d.blocks[n]
        start = self.broken(block.start, block.labels, self.width)
        words = [prose_latex(self.reasons(n, i)) for i in range(len(block.lines))]
        longest = max((words_em(w) for w in words), default=0.0)
        sign = max((formula_em(relation_latex(line.relation)) for line in block.lines), default=0.0)

        def measured(left: float) -> tuple[list[list[str]], float, float]:
            """The lines cut to fit beside ``left``, the widest part, and the room for reasons at their right."""
            parts = [self.broken(line.term, line.labels, self.width - left - sign) for line in block.lines]
            widest = max((formula_em(p) for ps in parts for p in ps), default=0.0)
            return parts, widest, self.width - left - sign - widest - 1.5

        # the reasons stand at the right where they need few rows there; with the start term on a line of its own there
        # is more room for them
        left = formula_em(start[0])
        short = len(start) == 1 and left <= 9.5 and shows_start(block)
        parts, widest, column = measured(left if short else 0.0)
        if short and (column < min(longest, 8.5) or longest > 2 * column):
            below = measured(0.0)
            if self.beside or column < 0:
                short, left, (parts, widest, column) = False, 0.0, below
        left = left if short else 0.0
        right = self.beside and column >= min(longest, 8.5)
        lines = list(zip(block.lines, parts, words, strict=True))
        rows = []
        if shows_start(block) and not short:
            one_wide = len(start) == 1 and formula_em(start[0]) > widest + sign
            # a start term wider than the lines must not push the reasons away
            rows = [rf"& \rlap{{$\displaystyle {start[0]}$}}" if one_wide and right else f"& {start[0]}"]
            rows += [rf"&\quad {_continued(p)}" for p in start[1:]]
        for i, (line, cut, reason) in enumerate(lines):
            lead = f"{start[0]} " if short and i == 0 else ""
            row = f"{lead}&{relation_latex(line.relation)} {cut[0]}"
            if last and i == len(lines) - 1 and len(cut) == 1:
                row += "."
            if right and reason:
                fits = words_em(reason) <= column
                box = r"\text{" if fits else rf"\parbox[t]{{{min(column, 16):.1f}em}}{{\raggedright "
                row += f" && {box}{reason}}}"
            rows.append(row)
            rows += [rf"&\qquad {_continued(p)}" for p in cut[1:]]
            if last and i == len(lines) - 1 and len(cut) > 1:
                rows[-1] += "."
            if reason and not right:
                room = self.width - left - sign - 2
                wide = 0.9 * words_em(reason) > room
                box = rf"\parbox[t]{{{room:.1f}em}}{{\raggedright" if wide else r"\text{"
                rows.append(rf"&\qquad{box}\small {reason}}}")
        return rows


def _full_stop(rows: list[str]) -> list[str]:
    return [*rows[:-1], rows[-1] + "."]


def _continued(part: str) -> str:
    """A part of a broken line; its first sign is spaced as one between two terms."""
    return f"{{}}{part}" if re.match(r"[-+=<]|\\(le|iff|implies)\b", part) else part
