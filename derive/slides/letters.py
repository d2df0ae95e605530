"""The letters of plots: those of the deck that they stand in, as near as matplotlib's own fonts come."""

from __future__ import annotations

from typing import NamedTuple


class Letters(NamedTuple):
    """``words`` in order of preference: the first that is installed draws, the others what it lacks."""

    words: tuple[str, ...]
    formulas: str  # matplotlib's name of a set of mathematical fonts


SANS = Letters(("cmss10", "DejaVu Sans"), "cm")  # as KaTeX's and Beamer's sans serif
SERIF = Letters(("Libertinus Serif", "STIXGeneral", "DejaVu Serif"), "cm")  # as Typst's
OFFICE = Letters(("Calibri", "Carlito", "DejaVu Sans"), "stix")  # as PowerPoint's, with Cambria Math
