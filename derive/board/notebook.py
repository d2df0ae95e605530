"""Terms and definitions in a notebook: shown as mathematics, and in a terminal of IPython as text."""

from __future__ import annotations

import sys
from typing import Any

from derive.kernel.definitions import Definition
from derive.kernel.terms import Term


def install() -> None:
    """Tells IPython, where it runs, how terms look.  They are the kernel's, which knows of no notation."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    if shell is None:
        return
    formatters = shell.display_formatter.formatters
    for kind in (Term, Definition):
        formatters["text/latex"].for_type(kind, _latex)
        formatters["text/plain"].for_type(kind, _plain)


def _shown(thing: Term | Definition) -> Term:
    """A term itself; of a definition, the equation that it is."""
    if isinstance(thing, Term):
        return thing
    from derive.render.words.where import equation

    return equation(thing)


def _latex(thing: Term | Definition) -> str:
    from derive.render.formula.layout import layout
    from derive.render.pens.web import WebPen

    return f"$\\displaystyle {WebPen().draw(layout(_shown(thing))).strip()}$"


def _plain(thing: Term | Definition, printer: Any, cycle: bool) -> None:
    from derive.render.pens.text import term_text

    printer.text(term_text(_shown(thing)))
