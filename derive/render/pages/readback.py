"""Pages are read back before they are written: they must say what was proved, and nothing else."""

from __future__ import annotations

from derive.record import Derivation
from derive.render.formula.notation import Notation, load_notation
from derive.render.words.lettered import lettered

FORMS = {"latex": "in LaTeX", "text": "as text", "ascii": "without Unicode"}


def refuse_misread(page: str, d: Derivation, notation: Notation, form: str) -> None:
    """Raises MisreadError when a page of the derivation, in one of ``FORMS``, is not read as what was proved and only so."""
    from derive.read.check import Form, check_page

    d = lettered(d, notation)
    if form == "latex":
        from derive.read import latex_page

        check_page(lambda: latex_page.read(page), d, Form(notation, FORMS[form]))
        return
    from derive.read import text, text_page

    plain = form == "ascii"
    hidden = text.HIDDEN_ASCII if plain else text.HIDDEN
    check_page(lambda: text_page.read(page, plain), d, Form(notation, FORMS[form], hidden))


def read_back(d: Derivation, notation: Notation | str | None = None, form: str = "latex") -> None:
    """Prints the derivation and reads the page back.  Raises UserError when it cannot be printed, and MisreadError when it is
    not read as what was proved and only so."""
    from derive.render.pages.latex import derivation_latex
    from derive.render.pages.text import derivation_text

    n = load_notation(notation)
    page = derivation_latex(d, n) if form == "latex" else derivation_text(d, n, ascii=form == "ascii")
    refuse_misread(page, d, n, form)
