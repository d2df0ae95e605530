"""Slides in a cell of a notebook of one's own, and from there into a file."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from derive.record import Derivation, Shape
from derive.render.words.prose import clean
from derive.slides.command import Wish, make_deck, save
from derive.slides.deck import Options
from derive.slides.deck.template import load_template
from derive.slides.html import write as write_html
from derive.values import replace


class SlidesView:
    """Slides of a derivation, as a notebook shows them; ``save`` writes them to a file."""

    def __init__(self, name: str, derivation: Derivation, wish: Wish) -> None:
        self.name, self.derivation, self.wish = name, derivation, wish
        self.deck = make_deck([(name, derivation)], wish)  # what cannot be made is refused here, not when it is shown

    def save(
        self, path: str | os.PathLike[str], *, target: str = "", flavour: str = "", handout: bool = False
    ) -> list[Path]:
        """Write the slides to a file, whose ending chooses the target; returns it and the files beside it.

        Raises UserError as ``derive slides`` does.
        """
        wish = replace(self.wish, flavour=flavour, handout=handout or self.wish.handout)
        return save([(self.name, self.derivation)], os.fspath(path), wish, target).files

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        page = write_html(self.deck, "slides.html", Options(handout=self.wish.handout))["slides.html"].decode()
        # the page may run its scripts, and can reach nothing of the notebook round it
        frame = (
            f'<iframe sandbox="allow-scripts" allow="fullscreen" title="{html.escape(f"Slides of {clean(self.name, single=True)}")}" '
            f'style="width: 100%; aspect-ratio: {self.wish.template.aspect.replace(":", " / ")}; border: 1px solid #8888" '
            f'srcdoc="{html.escape(page)}"></iframe>'
        )
        return {"text/html": frame, "text/plain": repr(self)}

    def __repr__(self) -> str:
        count = len(self.deck.sheets)
        return f"<{count} slide{'s' if count != 1 else ''} of {self.name}; .save('{self.derivation.name}.html') writes them>"


def slides_view(
    derivation: Derivation,
    *,
    name: str = "",
    notation: str = "",
    detail: str = "board",
    first: int = 0,
    last: int = 0,
    title: str = "",
    subtitle: str = "",
    template: str = "",
    aspect: str = "",
    dark: bool = False,
    logo: str = "",
    numbers: str = "",
    plots: bool | Sequence[str] = False,
    handout: bool = False,
    colours: tuple[str, ...] = (),
    shape: Shape | None = None,
) -> SlidesView:
    """Slides to look at in a notebook, with the choices of ``derive slides``.

    ``name`` is how ``derive check`` finds the theorem again, ``shape`` what was done to the derivation; ``plots`` are all that there are, or kinds of
    them.  Raises UserError as ``derive slides`` does.
    """
    chosen = load_template(template, aspect=aspect, dark=dark, logo=logo)
    wish = Wish(
        notation, detail, first, last, title, subtitle, chosen, numbers, bool(plots), handout, colours=colours,
        shapes={name or derivation.name: shape or Shape()},
    )  # fmt: skip
    if not isinstance(plots, bool):
        wish = replace(wish, kinds=(plots,) if isinstance(plots, str) else tuple(plots))
    return SlidesView(name or derivation.name, derivation, wish)
