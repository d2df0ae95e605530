"""The handout as a LaTeX document: amsmath and geometry, and hyperref where it is there."""

from __future__ import annotations

from collections.abc import Callable

from derive.handout.course import Course, Refuted, word
from derive.handout.sheets import refutation
from derive.read import latex_page
from derive.read.check import Check, Form
from derive.read.sheet import clauses
from derive.record import Derivation
from derive.render.pages.latex import DOCUMENT, Page, derivation_latex
from derive.render.pages.readback import FORMS, refuse_misread
from derive.render.pens.latex import escape, prose_latex, sentence_latex
from derive.render.words.where import equation, symbol
from derive.slides.deck.build import heading_words

_HEAD = r"""
\usepackage[a4paper,margin=2.5cm]{geometry}
\IfFileExists{hyperref.sty}{\usepackage[hidelinks]{hyperref}}{}
\newcounter{derivation}
\setlength\emergencystretch{3em}
"""
_WIDTH = 40.0  # in em: what fits on a line


def document(course: Course, told: Callable[[str], None]) -> str:
    """The whole document; ``told`` the name of each theorem that is done.

    Raises MisreadError where a page of it is not read as what was proved, refuted or defined.
    """
    out = [DOCUMENT + _HEAD, rf"\title{{{escape(course.title)}}}", rf"\author{{{escape(course.author)}}}", r"\date{}"]
    out += [r"\begin{document}", r"\maketitle", r"\tableofcontents", "", *_notation(course)]
    for section in course.sections:
        out += ["", rf"\section{{{escape(section.title)}}}"]
        for t in section.theorems:
            d = t.derivation
            title = prose_latex(heading_words(d))
            page = derivation_latex(d, course.notation, width=_WIDTH, theorem=t.number)
            refuse_misread(page, d, course.notation, "latex")
            told(d.name)
            out += [
                "",
                r"\bigskip",
                page + r"\addcontentsline{toc}{subsection}{\protect\numberline{" + f"{t.number}}}{title}}}",
            ]
        out += [line for r in section.refuted for line in ("", r"\bigskip", _refuted(course, r))]
    return "\n".join([*out, "", *_index(course), "", r"\end{document}", ""])


def _refuted(course: Course, r: Refuted) -> str:
    page = Page(r.statement, course.notation).denial()
    refuse_misread(page, r.statement, course.notation, "latex")
    return f"{page}\n{sentence_latex(refutation(course, r))}\\par"


def _notation(course: Course) -> list[str]:
    if not course.definitions:
        return []
    out = [r"\section*{Notation}", r"\addcontentsline{toc}{section}{Notation}", r"\begin{itemize}\raggedright"]
    for f in course.definitions:
        said, called = symbol(f, course.notation)
        out.append(rf"\item {sentence_latex((*said, *called))}")
        page = Derivation(f.name, "", "", "", (), equation(f), ())
        items = clauses(latex_page.sentence(sentence_latex(said)))
        Check(page, Form(course.notation, FORMS["latex"])).definitions(items)
    return [*out, r"\end{itemize}"]


def _index(course: Course) -> list[str]:
    names = {t.number: t.derivation.name for t in course.theorems}
    out = [r"\section*{Index}", r"\addcontentsline{toc}{section}{Index}", r"\begin{itemize}\raggedright"]
    for words, is_code, numbers in course.entries():
        name = escape(words).replace(r"\_", r"\_\allowbreak{}")
        shown = rf"\texttt{{{name}}}" if is_code else name
        page = rf", page~\pageref{{derive:{names[numbers[0]]}}}" if is_code else ""
        out.append(rf"\item {shown}: {word(numbers)} {', '.join(map(str, numbers))}{page}")
    return [*out, r"\end{itemize}"]
